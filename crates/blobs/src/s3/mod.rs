//! Buckets of S3, of servers that speak S3, and of Google Cloud Storage by its XML interface.
//!
//! Our own few calls in place of a library, for the promises' sake: names go out and come back byte for byte (a
//! general library refuses `a//b` and lists by whole path segments), the condition and the stamp travel with the
//! bytes, and every answer passes the same caps, time-outs and errors as Azure's.

mod access;
mod call;
mod list;
mod sign;

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use percent_encoding::utf8_percent_encode;
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use terjuman_model::hexadecimal;

pub(crate) use self::access::{Access, Dialect};
use self::call::Call;
use self::sign::ENCODED;
use crate::container::{Sieve, Wanted};
use crate::failure::Failure;
use crate::guard::Guard;
use crate::http::{bounded, is_md5};
use crate::named::Spot;
use crate::retry::Patience;
use crate::stamp::{InTheWay, write_or_meet};
use crate::{BlobEntry, BlobError, Container, Created, Stamp, StorageConfig};

/// Memory reserved on the word of a header; beyond it, the buffer grows with what really comes.
const MAX_RESERVE: u64 = 64 * 1024 * 1024;
/// What the parts of our stamp are called among a file's metadata.
const KEY_PREFIX: &str = "meta-terjuman-";

/// A bucket, or a folder in one.
pub(crate) struct BucketContainer {
    guard: Arc<Guard>,
    access: Arc<Access>,
    /// The bucket's URL, without a slash at its end.
    bucket: String,
    /// What stands before each name of ours in the bucket: empty, or ends with a slash.
    folder: String,
    /// The same in URLs that are shown.
    shown: String,
    patience: Patience,
    idle: std::time::Duration,
    total: std::time::Duration,
}

impl BucketContainer {
    /// Opens a place in a bucket: what lies below `folder`, which is empty or ends with a slash.
    pub(crate) fn new(
        guard: &Arc<Guard>,
        config: &StorageConfig,
        access: &Arc<Access>,
        spot: &Spot,
        folder: &str,
    ) -> Self {
        let endpoint = spot.store.endpoint.as_str().trim_end_matches('/');
        Self {
            guard: Arc::clone(guard),
            access: Arc::clone(access),
            bucket: format!("{endpoint}/{}", spot.bucket),
            folder: format!("{}{folder}", spot.hidden),
            shown: format!("{}{}", spot.shown, utf8_percent_encode(folder, ENCODED)),
            patience: Patience::new(config),
            idle: config.idle_timeout(),
            total: config.total_timeout(),
        }
    }

    fn full(&self, name: &str) -> Result<String, BlobError> {
        let full = format!("{}{name}", self.folder);
        check_name(name)?;
        check_name(&full)?;
        Ok(full)
    }

    async fn find(&self, full: &str) -> Result<Found, Failure> {
        let answer = self.send(Call::new(Method::HEAD, full)).await?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let dialect = self.access.dialect();
        let part = |part: &str| header(&format!("{}{KEY_PREFIX}{part}", dialect.prefix())).map(str::to_owned);
        Ok(Found {
            size: header("content-length").and_then(|text| text.parse().ok()).ok_or(BlobError::Invalid)?,
            etag: header("etag").map(str::to_owned),
            version: header(dialect.present().1).map(str::to_owned),
            stamp: Stamp::read(part),
        })
    }

    async fn download(&self, full: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, Failure> {
        let mut call = Call::new(Method::GET, full);
        if self.access.dialect() == Dialect::Amazon {
            call.header("x-amz-checksum-mode", "ENABLED".to_owned());
        }
        if let Some(etag) = etag {
            call.header("if-match", etag.to_owned());
        }
        let answer = self.send(call).await.map_err(|mut failure| {
            if matches!(failure.error, BlobError::Exists) {
                failure.error = BlobError::Changed;
            }
            failure
        })?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        // Nothing was asked for in parts: what comes in parts is not the file.
        if answer.status() != 200 {
            return Err(BlobError::Invalid.into());
        }
        let size: Option<u64> = header("content-length").and_then(|text| text.parse().ok());
        if size.is_some_and(|size| size > limit) {
            return Err(BlobError::TooLarge { limit }.into());
        }
        if let (Some(asked), Some(got)) = (etag, header("etag"))
            && asked != got
        {
            return Err(BlobError::Changed.into());
        }
        // What the bytes were when this server or another wrote them.
        let md5 = header("x-goog-hash")
            .and_then(|hashes| hashes.split(',').find_map(|hash| hash.trim().strip_prefix("md5=")));
        // Google unpacks what was stored compressed, and its sum is that of what was stored.
        let stored = header("x-goog-stored-content-encoding").is_some_and(|stored| stored != "identity");
        let unpacked = stored && header("content-encoding").is_none();
        let md5 = md5.filter(|_| !unpacked).map(str::to_owned);
        let sha256 = header("x-amz-checksum-sha256").map(str::to_owned);
        let promised = header(&format!("{}{KEY_PREFIX}sha256", self.access.dialect().prefix())).map(str::to_owned);
        let mut content = BytesMut::with_capacity(usize::try_from(size.unwrap_or(0).min(MAX_RESERVE)).unwrap_or(0));
        let mut body = bounded(answer.bytes_stream(), self.idle, u64::MAX);
        while let Some(chunk) = body.next().await {
            let chunk = chunk?;
            if (content.len() as u64).saturating_add(chunk.len() as u64) > limit {
                return Err(BlobError::TooLarge { limit }.into());
            }
            content.extend_from_slice(&chunk);
        }
        if size.is_some_and(|size| size != content.len() as u64) {
            return Err(Failure::short_read());
        }
        let content = content.freeze();
        let digest = Sha256::digest(&content);
        let broken = promised.is_some_and(|promised| !promised.eq_ignore_ascii_case(&hexadecimal(&digest)))
            // A checksum of parts, which says nothing of the whole, ends with their number.
            || sha256.is_some_and(|sum| !sum.contains('-') && sum != BASE64_STANDARD.encode(digest))
            || md5.is_some_and(|sum| !is_md5(&sum, &content));
        if broken {
            return Err(Failure::short_read());
        }
        Ok(content)
    }

    /// Writes over the given version, or where there is nothing.
    async fn upload(
        &self,
        full: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
        over: Option<&str>,
    ) -> Result<(), Failure> {
        let dialect = self.access.dialect();
        let mut call = Call::new(Method::PUT, full);
        call.header("content-type", content_type.to_owned());
        for (part, value) in Stamp::PARTS.iter().zip(stamp.values()) {
            call.header(&format!("{}{KEY_PREFIX}{part}", dialect.prefix()), value);
        }
        let (name, value) = match over {
            Some(version) => (dialect.present().0, version),
            None => dialect.absent(),
        };
        call.header(name, value.to_owned());
        call.body = content;
        self.send(call).await.map(drop)
    }
}

/// What a file's head says.
struct Found {
    size: u64,
    etag: Option<String>,
    /// What a write over it has to name.
    version: Option<String>,
    stamp: Option<Stamp>,
}

#[async_trait]
impl Container for BucketContainer {
    async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        self.list_keys(prefix, Sieve::all(limit)).await
    }

    async fn list_wanted(
        &self,
        prefix: &str,
        limit: usize,
        most: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<BlobEntry>, BlobError> {
        self.list_keys(prefix, Sieve::new(limit, most, wanted)).await
    }

    async fn head(&self, name: &str) -> Result<BlobEntry, BlobError> {
        let full = self.full(name)?;
        let found = self.patience.run(|| self.find(&full)).await?;
        Ok(BlobEntry { name: name.to_owned(), size: found.size, etag: found.etag })
    }

    async fn read(&self, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
        let full = self.full(name)?;
        self.patience.run(|| self.download(&full, etag, limit)).await
    }

    async fn create(
        &self,
        name: &str,
        content: Bytes,
        content_type: &str,
        stamp: &Stamp,
    ) -> Result<Created, BlobError> {
        let full = self.full(name)?;
        let full = &full;
        let write = |over: Option<String>| {
            let content = content.clone();
            async move {
                let over = over.as_deref();
                self.patience.run(|| self.upload(full, content.clone(), content_type, stamp, over)).await
            }
        };
        let look = || async move {
            match self.patience.run(|| self.find(full)).await {
                Ok(found) => Ok(Some(InTheWay { version: found.version, stamp: found.stamp })),
                Err(BlobError::Forbidden | BlobError::NotFound) => Ok(None),
                Err(other) => Err(other),
            }
        };
        write_or_meet(stamp, write, look).await
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, BlobError> {
        let full = self.full(name)?;
        match self.patience.run(|| self.find(&full)).await {
            Ok(found) => Ok(found.stamp),
            Err(BlobError::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn public_url(&self, name: &str) -> String {
        format!("{}{}", self.shown, utf8_percent_encode(name, ENCODED))
    }
}

/// What the wire cannot carry as a key: URLs drop such segments, and a request for another file would go out.
fn check_name(name: &str) -> Result<(), BlobError> {
    if name.is_empty() {
        return Err(BlobError::BadName("it is empty"));
    }
    if name.len() > 1024 {
        return Err(BlobError::BadName("it is longer than 1024 bytes"));
    }
    if name.chars().any(|c| c.is_ascii_control()) {
        return Err(BlobError::BadName("it holds a control character"));
    }
    if name.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(BlobError::BadName("it holds a dot segment"));
    }
    Ok(())
}
