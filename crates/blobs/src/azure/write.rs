//! Writing a blob that must not exist, so that trying twice writes once.
//!
//! The condition and the stamp travel in the same request as the bytes. Whatever becomes of the answer, a later try
//! meets either nothing or the whole blob, and the stamp tells whose it is.

use std::collections::HashMap;
use std::num::NonZero;

use azure_core::http::Etag;
use azure_core::http::headers::Headers;
use azure_core::http::request::Body;
use azure_storage_blob::models::BlockBlobClientUploadOptions;
use bytes::Bytes;

use super::AzureContainer;
use super::list::Found;
use crate::failure::Failure;
use crate::stamp::{InTheWay, write_or_meet};
use crate::{BlobError, Created, Stamp};

/// Below this a single request writes the blob; above, blocks and one commit. Uncommitted blocks are never visible.
const ONE_REQUEST_BYTES: u64 = 64 * 1024 * 1024;

const KEY_PREFIX: &str = "terjuman_";
const HEADER_PREFIX: &str = "x-ms-meta-";

impl AzureContainer {
    pub(super) async fn upload(
        &self,
        full: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
    ) -> Result<Created, BlobError> {
        let write = |over: Option<String>| {
            let content = content.clone();
            async move {
                let over = over.as_deref();
                self.patience.run(|| self.upload_once(full, content.clone(), content_type, stamp, over)).await
            }
        };
        let look = || async move {
            match self.whose(full).await {
                Ok(found) => Ok(found.map(|found| InTheWay { stamp: stamp_of(&found), version: found.etag })),
                // A key that only writes cannot tell whose it is.
                Err(BlobError::Forbidden) => Ok(None),
                Err(other) => Err(other),
            }
        };
        write_or_meet(stamp, write, look).await
    }

    /// Writes over the given version, or where there is nothing.
    async fn upload_once(
        &self,
        full: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
        over: Option<&str>,
    ) -> Result<(), Failure> {
        let keys = Stamp::PARTS.iter().map(|part| format!("{KEY_PREFIX}{part}"));
        let options = BlockBlobClientUploadOptions {
            blob_content_type: Some(content_type.to_owned()),
            metadata: Some(keys.zip(stamp.values()).collect()),
            parallel: NonZero::new(2),
            partition_size: NonZero::new(ONE_REQUEST_BYTES),
            ..BlockBlobClientUploadOptions::default()
        };
        let options = match over {
            Some(version) => BlockBlobClientUploadOptions { if_match: Some(Etag::from(version)), ..options },
            None => options.if_not_exists(),
        };
        let client = self.blob(full).block_blob_client();
        client.upload(Body::from(content).into(), Some(options)).await.map(drop).map_err(Failure::from)
    }

    /// What lies there, as far as it can be known. A target's SAS can list, but perhaps not read; one blob's SAS can
    /// read, but not list. If it can do neither, whose it is cannot be known, and a guess could lose somebody's file.
    async fn whose(&self, full: &str) -> Result<Option<Found>, BlobError> {
        match self.find(full).await {
            Err(BlobError::Forbidden) => match self.properties(full).await {
                Ok(found) => Ok(Some(found)),
                Err(BlobError::NotFound) => Ok(None),
                Err(other) => Err(other),
            },
            other => other,
        }
    }

    pub(super) async fn stamp_at(&self, full: &str) -> Result<Option<Stamp>, BlobError> {
        match self.whose(full).await {
            Ok(found) => Ok(found.as_ref().and_then(stamp_of)),
            Err(BlobError::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

fn stamp_of(found: &Found) -> Option<Stamp> {
    Stamp::read(|part| found.metadata.get(&format!("{KEY_PREFIX}{part}")).cloned())
}

/// Metadata among an answer's headers, keys in lower case.
pub(super) fn metadata_of(headers: &Headers) -> HashMap<String, String> {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let key = name.as_str().strip_prefix(HEADER_PREFIX)?;
            Some((key.to_ascii_lowercase(), value.as_str().to_owned()))
        })
        .collect()
}
