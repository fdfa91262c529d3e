//! Listing a container, page by page, against a storage that may be hostile.

use std::collections::HashMap;

use azure_storage_blob::models::{
    BlobContainerClientListBlobsOptions, BlobItem, ListBlobsIncludeItem, ListBlobsResponse,
};
use futures::TryStreamExt as _;

use super::AzureContainer;
use crate::container::Sieve;
use crate::failure::Failure;
use crate::{BlobEntry, BlobError};

/// Entries a page. With metadata (8 KiB at most) and names (1 KiB) a page of these stays below the transport's cap.
const PAGE_ENTRIES: usize = 1000;
/// Pages a listing: a storage may answer empty pages, but not for ever.
const MAX_PAGES: usize = 1000;
/// Pages looked through for one exact name, which sorts first among all that start with it.
const MAX_FIND_PAGES: usize = 10;

/// An entry with what its listing said beside size and version.
pub(super) struct Found {
    pub(super) size: u64,
    pub(super) etag: Option<String>,
    /// Keys in lower case.
    pub(super) metadata: HashMap<String, String>,
}

impl AzureContainer {
    pub(super) async fn list_blobs(&self, prefix: &str, mut sieve: Sieve<'_>) -> Result<Vec<BlobEntry>, BlobError> {
        let full_prefix = format!("{}{prefix}", self.folder);
        let mut marker = None;
        for _ in 0..MAX_PAGES {
            let page = self.page(&full_prefix, marker.as_deref(), PAGE_ENTRIES).await?;
            for item in page.blob_items {
                let (name, found) = checked(item, &full_prefix)?;
                let name = name[self.folder.len()..].to_owned();
                if is_directory(&name, &found) {
                    continue;
                }
                if sieve.take(BlobEntry { name, size: found.size, etag: found.etag })?.is_break() {
                    return Ok(sieve.entries());
                }
            }
            match next(marker.as_deref(), page.next_marker)? {
                Some(following) => marker = Some(following),
                None => return Ok(sieve.entries()),
            }
        }
        Err(BlobError::Invalid)
    }

    /// One blob by its exact name, through the listing.
    pub(super) async fn find(&self, full: &str) -> Result<Option<Found>, BlobError> {
        let mut marker = None;
        for _ in 0..MAX_FIND_PAGES {
            let page = self.page(full, marker.as_deref(), 10).await?;
            for item in page.blob_items {
                let (name, found) = checked(item, full)?;
                if name == full {
                    return Ok((!is_directory(&name, &found)).then_some(found));
                }
            }
            match next(marker.as_deref(), page.next_marker)? {
                Some(following) => marker = Some(following),
                None => break,
            }
        }
        Ok(None)
    }

    async fn page(&self, prefix: &str, marker: Option<&str>, entries: usize) -> Result<ListBlobsResponse, BlobError> {
        self.patience
            .run(|| async {
                let options = BlobContainerClientListBlobsOptions {
                    include: Some(vec![ListBlobsIncludeItem::Metadata]),
                    marker: marker.map(str::to_owned),
                    maxresults: i32::try_from(entries).ok(),
                    prefix: (!prefix.is_empty()).then(|| prefix.to_owned()),
                    ..BlobContainerClientListBlobsOptions::default()
                };
                let mut pages = self.client.list_blobs(Some(options)).map_err(Failure::from)?.into_pages();
                let page = pages.try_next().await.map_err(Failure::from)?.ok_or(BlobError::Invalid)?;
                let page = page.into_model().map_err(Failure::from)?;
                // The parser takes any well-formed page for an empty listing, a proxy's greeting too.
                if page.container_name.is_none() && page.service_endpoint.is_none() {
                    return Err(BlobError::Invalid.into());
                }
                Ok(page)
            })
            .await
    }
}

/// Name and facts of an entry; an entry without a name or size, or that was not asked for, spoils the listing.
fn checked(item: BlobItem, prefix: &str) -> Result<(String, Found), BlobError> {
    let name = item.name.ok_or(BlobError::Invalid)?;
    if !name.starts_with(prefix) {
        return Err(BlobError::Invalid);
    }
    let properties = item.properties.ok_or(BlobError::Invalid)?;
    let metadata = item.metadata.and_then(|metadata| metadata.values).unwrap_or_default();
    let found = Found {
        size: properties.content_length.ok_or(BlobError::Invalid)?,
        etag: properties.etag.map(|etag| etag.to_string()),
        metadata: metadata.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect(),
    };
    Ok((name, found))
}

/// Placeholders that tools leave for empty folders.
fn is_directory(name: &str, found: &Found) -> bool {
    name.is_empty()
        || name.ends_with('/')
        || found.metadata.get("hdi_isfolder").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The next page's marker, if any; one that repeats would go on for ever.
fn next(marker: Option<&str>, following: Option<String>) -> Result<Option<String>, BlobError> {
    match following.filter(|text| !text.is_empty()) {
        Some(text) if Some(text.as_str()) == marker => Err(BlobError::Invalid),
        other => Ok(other),
    }
}
