//! Azure Blob Storage and its emulators, over the official SDK: api.md sections 14.1 and 14.2.
//!
//! Names are opaque: they go out and come back byte for byte. The SDK builds, signs nothing, and parses; sending is
//! [`transport`]'s, repeating is [`retry`]'s, and nothing else in the crate sees an SDK error.

mod credential;
mod failure;
mod list;
mod place;
mod read;
mod transport;
mod write;

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{ClientOptions, RetryOptions};
use azure_storage_blob::{BlobClient, BlobContainerClient, BlobContainerClientOptions};
use bytes::Bytes;

pub(crate) use self::credential::{AccountKey, Credential};
pub(crate) use self::place::Place;
use self::place::check_name;
use self::transport::Transport;
use crate::container::{Sieve, Wanted};
use crate::guard::Guard;
use crate::retry::Patience;
use crate::{BlobEntry, BlobError, Container, Created, Stamp, StorageConfig};

/// A container, or a virtual directory in one.
pub(crate) struct AzureContainer {
    client: BlobContainerClient,
    place: Place,
    /// What stands before each name of ours in the container: empty, or ends with a slash.
    folder: String,
    patience: Patience,
}

impl AzureContainer {
    /// Opens it with the URL's own SAS or, in a named store, with the credential of this `service`.
    pub(crate) fn new(
        guard: &Arc<Guard>,
        config: &StorageConfig,
        place: Place,
        folder: String,
        service: Option<&Credential>,
    ) -> Result<Self, BlobError> {
        let transport = Transport {
            guard: Arc::clone(guard),
            credential: service.cloned().unwrap_or_else(|| Credential::Sas(place.sas.as_str().into())),
            operator: service.is_some(),
            idle: config.idle_timeout(),
            total: config.total_timeout(),
        };
        let client_options = ClientOptions {
            transport: Some(azure_core::http::Transport::new(Arc::new(transport))),
            retry: RetryOptions::none(),
            ..ClientOptions::default()
        };
        let options = BlobContainerClientOptions { client_options, ..BlobContainerClientOptions::default() };
        let client = BlobContainerClient::new(place.container.clone(), None, Some(options))
            .map_err(|_| BlobError::BadName("the URL names no container"))?;
        let patience = Patience::new(config);
        Ok(Self { client, place, folder, patience })
    }

    /// The blob's name in the container.
    fn full(&self, name: &str) -> Result<String, BlobError> {
        let full = format!("{}{name}", self.folder);
        check_name(&full)?;
        Ok(full)
    }

    fn blob(&self, full: &str) -> BlobClient {
        self.client.blob_client(full)
    }
}

#[async_trait]
impl Container for AzureContainer {
    async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        self.list_blobs(prefix, Sieve::all(limit)).await
    }

    async fn list_wanted(
        &self,
        prefix: &str,
        limit: usize,
        most: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<BlobEntry>, BlobError> {
        self.list_blobs(prefix, Sieve::new(limit, most, wanted)).await
    }

    async fn head(&self, name: &str) -> Result<BlobEntry, BlobError> {
        let full = self.full(name)?;
        let entry = match self.properties(&full).await {
            // A SAS that may list but not read still tells what is there.
            Err(BlobError::Forbidden) => self.find(&full).await?.ok_or(BlobError::NotFound)?,
            other => other?,
        };
        Ok(BlobEntry { name: name.to_owned(), size: entry.size, etag: entry.etag })
    }

    async fn read(&self, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
        self.download(&self.full(name)?, etag, limit).await
    }

    async fn create(
        &self,
        name: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
    ) -> Result<Created, BlobError> {
        self.upload(&self.full(name)?, content, content_type, stamp).await
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, BlobError> {
        self.stamp_at(&self.full(name)?).await
    }

    fn public_url(&self, name: &str) -> String {
        self.place.public_url(&format!("{}{name}", self.folder))
    }
}
