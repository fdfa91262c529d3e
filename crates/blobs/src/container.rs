//! What every kind of storage can do.

use async_trait::async_trait;
use bytes::Bytes;
use terjuman_model::DocumentId;

use crate::BlobError;

/// A file as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobEntry {
    /// Its name, relative to the container or folder that was opened, exactly as stored.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its version, if the storage has such: a read can insist on it.
    pub etag: Option<String>,
}

/// What our outputs carry as metadata, so that a write whose answer was lost is recognised as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Which document this is the output of.
    pub document: DocumentId,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// How a write ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Written now.
    Now,
    /// The very same output of the very same document was there already.
    Before,
}

/// A container, a virtual directory in it, or a folder on disk. Names are relative to it and kept byte for byte.
#[async_trait]
pub trait Container: Send + Sync {
    /// The files whose names start with `prefix`, in name order, without directory markers and without anything that
    /// is not a plain file.
    ///
    /// # Errors
    /// [`BlobError::TooMany`] past `limit` entries; [`BlobError::NotFound`] if the container or folder is not there,
    /// which for a target folder on disk only means that nothing was written yet; otherwise as the storage answers.
    async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError>;

    /// Length and version of one file.
    ///
    /// # Errors
    /// [`BlobError::NotFound`]; otherwise as the storage answers.
    async fn head(&self, name: &str) -> Result<BlobEntry, BlobError>;

    /// A whole file.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] past `limit` bytes, before they are buffered; [`BlobError::Changed`] if `etag` is given
    /// and no longer holds.
    async fn read(&self, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError>;

    /// Writes a file that must not exist; it becomes visible whole or not at all.
    ///
    /// If it exists and carries the same stamp, the answer is [`Created::Before`]. On disk there is no stamp to carry:
    /// there the same content counts, and missing folders are made.
    ///
    /// # Errors
    /// [`BlobError::Exists`] for a foreign file; [`BlobError::BadName`] for a name that cannot be kept byte for byte, or
    /// that could leave the folder; otherwise as the storage answers.
    async fn create(&self, name: &str, content: Bytes, content_type: &str, stamp: &Stamp)
    -> Result<Created, BlobError>;

    /// The URL of a file, without any SAS, percent-encoded so that it can be used.
    fn public_url(&self, name: &str) -> String;
}
