//! Writing a blob that must not exist, so that trying twice writes once.
//!
//! The condition and the stamp travel in the same request as the bytes. Whatever becomes of the answer, a later try
//! meets either nothing or the whole blob, and the stamp tells whose it is.

use std::collections::HashMap;
use std::num::NonZero;

use azure_core::http::headers::Headers;
use azure_core::http::request::Body;
use azure_storage_blob::models::BlockBlobClientUploadOptions;
use bytes::Bytes;

use super::AzureContainer;
use crate::failure::Failure;
use crate::{BlobError, Created, Stamp};

/// Below this a single request writes the blob; above, blocks and one commit. Uncommitted blocks are never visible.
const ONE_REQUEST_BYTES: u64 = 64 * 1024 * 1024;

const DOCUMENT: &str = "terjuman_document";
const SHA256: &str = "terjuman_sha256";
const HEADER_PREFIX: &str = "x-ms-meta-";

impl AzureContainer {
    pub(super) async fn upload(
        &self,
        full: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
    ) -> Result<Created, BlobError> {
        let written = self.patience.run(|| self.upload_once(full, content.clone(), content_type, stamp)).await;
        match written {
            Ok(()) => Ok(Created::Now),
            Err(BlobError::Exists) => self.whose(full, stamp).await,
            Err(other) => Err(other),
        }
    }

    async fn upload_once(&self, full: &str, content: Bytes, content_type: &str, stamp: &Stamp) -> Result<(), Failure> {
        let options = BlockBlobClientUploadOptions {
            blob_content_type: Some(content_type.to_owned()),
            metadata: Some(HashMap::from([
                (DOCUMENT.to_owned(), stamp.document.to_string()),
                (SHA256.to_owned(), stamp.sha256.clone()),
            ])),
            parallel: NonZero::new(2),
            partition_size: NonZero::new(ONE_REQUEST_BYTES),
            ..BlockBlobClientUploadOptions::default()
        }
        .if_not_exists();
        let client = self.blob(full).block_blob_client();
        client.upload(Body::from(content).into(), Some(options)).await.map(drop).map_err(Failure::from)
    }

    /// The blob is there: ours, from a try whose answer was lost, or a foreign one.
    async fn whose(&self, full: &str, stamp: &Stamp) -> Result<Created, BlobError> {
        // A target's SAS can list, but perhaps not read; one blob's SAS can read, but not list.
        let found = match self.find(full).await {
            Err(BlobError::Forbidden) => match self.properties(full).await {
                Ok(found) => Some(found),
                // Neither: whose it is cannot be known, and a guess could lose somebody's file.
                Err(BlobError::Forbidden | BlobError::NotFound) => None,
                Err(other) => return Err(other),
            },
            other => other?,
        };
        let ours = found.is_some_and(|found| {
            let holds =
                |key: &str, value: &str| found.metadata.get(key).is_some_and(|own| own.eq_ignore_ascii_case(value));
            holds(DOCUMENT, &stamp.document.to_string()) && holds(SHA256, &stamp.sha256)
        });
        if ours { Ok(Created::Before) } else { Err(BlobError::Exists) }
    }
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
