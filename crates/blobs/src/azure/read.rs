//! Reading a blob whole, never more of it than allowed, and never less than it has.

use std::num::NonZero;

use azure_core::http::Etag;
use azure_core::http::headers::{HeaderName, Headers};
use azure_storage_blob::models::{BlobClientDownloadOptions, HttpRange};
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt as _;

use super::AzureContainer;
use super::list::Found;
use super::write::metadata_of;
use crate::BlobError;
use crate::failure::Failure;
use crate::http::is_md5;

/// Memory reserved on the word of a header; beyond it, the buffer grows with what really comes.
const MAX_RESERVE: u64 = 64 * 1024 * 1024;
/// Ranges past this make no sense as a limit, and would overflow in the SDK.
const MAX_RANGE: u64 = 1 << 40;

impl AzureContainer {
    pub(super) async fn properties(&self, full: &str) -> Result<Found, BlobError> {
        self.patience
            .run(|| async {
                let answer = self.blob(full).get_properties(None).await.map_err(Failure::from)?;
                let headers = answer.headers();
                Ok(Found {
                    size: number(headers, "content-length").ok_or(BlobError::Invalid)?,
                    etag: headers.get_optional_string(&HeaderName::from_static("etag")),
                    metadata: metadata_of(headers),
                })
            })
            .await
    }

    pub(super) async fn download(&self, full: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
        self.patience.run(|| self.download_once(full, etag, limit)).await
    }

    async fn download_once(&self, full: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, Failure> {
        // One range just past the limit, as a single part: the answer's head tells the true size before any of the
        // body is taken in, and the SDK has no reason to fetch parts on tasks of its own.
        let span = limit.min(MAX_RANGE) + 1;
        let options = BlobClientDownloadOptions {
            if_match: etag.map(|etag| Etag::from(quoted(etag))),
            parallel: NonZero::new(1),
            partition_size: usize::try_from(span).ok().and_then(NonZero::new),
            range: Some(HttpRange::new(0, span)),
            ..BlobClientDownloadOptions::default()
        };
        let answer = self.blob(full).download(Some(options)).await.map_err(|error| {
            let mut failure = Failure::from(error);
            if matches!(failure.error, BlobError::Exists) {
                failure.error = BlobError::Changed;
            }
            failure
        })?;
        let size = whole_size(&answer.headers);
        if size.is_some_and(|size| size > limit) {
            return Err(BlobError::TooLarge { limit }.into());
        }
        // The sum of the whole blob where the storage has one; its name depends on whether a part was asked for.
        let sum = ["x-ms-blob-content-md5", "content-md5"];
        let sum = sum.into_iter().find_map(|name| answer.headers.get_optional_string(&HeaderName::from_static(name)));
        let mut body = answer.body;
        let mut content = BytesMut::with_capacity(usize::try_from(size.unwrap_or(0).min(MAX_RESERVE)).unwrap_or(0));
        while let Some(chunk) = body.try_next().await.map_err(Failure::from)? {
            if (content.len() as u64).saturating_add(chunk.len() as u64) > limit {
                return Err(BlobError::TooLarge { limit }.into());
            }
            content.extend_from_slice(&chunk);
        }
        if size.is_some_and(|size| size != content.len() as u64) {
            return Err(Failure::short_read());
        }
        if sum.is_some_and(|sum| !is_md5(&sum, &content)) {
            return Err(Failure::short_read());
        }
        Ok(content.freeze())
    }
}

/// The blob's size: the total of a range, or the length of a whole answer.
fn whole_size(headers: &Headers) -> Option<u64> {
    match headers.get_optional_str(&HeaderName::from_static("content-range")) {
        Some(range) => range.rsplit_once('/').and_then(|(_, total)| total.trim().parse().ok()),
        None => number(headers, "content-length"),
    }
}

fn number(headers: &Headers, name: &'static str) -> Option<u64> {
    headers.get_optional_str(&HeaderName::from_static(name))?.trim().parse().ok()
}

/// Listings give the version bare, headers in quotes; conditions want the quotes.
fn quoted(etag: &str) -> String {
    if etag.ends_with('"') { etag.to_owned() } else { format!("\"{etag}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_quoted_once() {
        assert_eq!(quoted("0x8D"), "\"0x8D\"");
        assert_eq!(quoted("\"0x8D\""), "\"0x8D\"");
        assert_eq!(quoted("W/\"0x8D\""), "W/\"0x8D\"");
    }

    #[test]
    fn sizes_from_headers() {
        let size = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = Headers::new();
            for (name, value) in pairs {
                headers.insert(*name, *value);
            }
            whole_size(&headers)
        };
        assert_eq!(size(&[("content-length", "5")]), Some(5));
        assert_eq!(size(&[("content-length", "5"), ("content-range", "bytes 0-4/900")]), Some(900));
        assert_eq!(size(&[("content-length", "5"), ("content-range", "bytes 0-4/*")]), None);
        assert_eq!(size(&[("content-length", "-5")]), None);
        assert_eq!(size(&[]), None);
    }
}
