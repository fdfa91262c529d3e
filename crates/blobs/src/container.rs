//! What every kind of storage can do.

use std::ops::ControlFlow;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{BlobError, Stamp};

/// Says of a name whether it is wanted.
pub type Wanted<'a> = dyn Fn(&str) -> bool + Sync + 'a;

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

/// What a listing takes in, entry by entry.
pub(crate) struct Sieve<'a> {
    limit: usize,
    most: usize,
    wanted: &'a Wanted<'a>,
    seen: usize,
    entries: Vec<BlobEntry>,
}

impl<'a> Sieve<'a> {
    pub(crate) fn new(limit: usize, most: usize, wanted: &'a Wanted<'a>) -> Self {
        Self { limit, most, wanted, seen: 0, entries: Vec::new() }
    }

    /// Everything, up to `limit`.
    pub(crate) fn all(limit: usize) -> Self {
        Self::new(limit, usize::MAX, &|_| true)
    }

    /// Takes an entry in if it is wanted; whether the listing goes on.
    ///
    /// # Errors
    /// [`BlobError::TooMany`] if it is one more than may be looked at.
    pub(crate) fn take(&mut self, entry: BlobEntry) -> Result<ControlFlow<()>, BlobError> {
        if self.seen >= self.limit {
            return Err(BlobError::TooMany { limit: self.limit });
        }
        self.seen += 1;
        if (self.wanted)(&entry.name) {
            self.entries.push(entry);
        }
        if self.entries.len() >= self.most {
            // One that was counted twice would end the listing too early.
            self.order();
        }
        Ok(if self.entries.len() >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// What was taken in, in name order, and each name once.
    pub(crate) fn entries(mut self) -> Vec<BlobEntry> {
        self.order();
        self.entries
    }

    fn order(&mut self) {
        // Storage sorts already, but emulators have their own idea of order.
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
        // A file that was written meanwhile may be on two pages.
        self.entries.dedup_by(|a, b| a.name == b.name);
    }
}

/// How a write ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Written now.
    Now,
    /// The very same output of the very same document was there already.
    Before,
    /// Written now, in place of what an earlier lease of the same document had written.
    Instead,
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

    /// As [`Container::list`], of the files that are wanted alone, and with an end as soon as `most` of them are found: in
    /// a place with a million files the rest are not asked for. `limit` bounds what is looked at.
    ///
    /// # Errors
    /// As [`Container::list`].
    async fn list_wanted(
        &self,
        prefix: &str,
        limit: usize,
        most: usize,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<BlobEntry>, BlobError> {
        let mut entries = self.list(prefix, limit).await?;
        entries.retain(|entry| wanted(&entry.name));
        entries.truncate(most);
        Ok(entries)
    }

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
    /// If it exists as the output of the same document, it is either the same bytes, [`Created::Before`], or what an
    /// earlier lease left behind, which is replaced by its own version: [`Created::Instead`]. On disk missing folders
    /// are made, and where the file system carries no stamp, the same content counts as the same output.
    ///
    /// # Errors
    /// [`BlobError::Exists`] for a foreign file, and for what a later lease wrote; [`BlobError::BadName`] for a name that
    /// cannot be kept byte for byte, or that could leave the folder; otherwise as the storage answers.
    async fn create(&self, name: &str, content: Bytes, content_type: &str, stamp: &Stamp)
    -> Result<Created, BlobError>;

    /// The stamp of the file of that name; `None` if there is none, or it is not ours.
    ///
    /// # Errors
    /// [`BlobError::Forbidden`] if the key does not let that be known; otherwise as the storage answers.
    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, BlobError>;

    /// The URL of a file, without any SAS, percent-encoded so that it can be used.
    fn public_url(&self, name: &str) -> String;
}
