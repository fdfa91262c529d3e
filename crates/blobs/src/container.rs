//! What every kind of storage can do.

use std::ops::ControlFlow;

use async_trait::async_trait;
use bytes::Bytes;
use terjuman_model::DocumentId;

use crate::BlobError;

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

/// What our outputs carry as metadata, so that a write whose answer was lost is recognised as done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Which document this is the output of.
    pub document: DocumentId,
    /// Which lease wrote it; a later lease of the same document has a greater one.
    pub fence: i64,
    /// Source characters that the document is charged with.
    pub characters: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// What a file that is in the way is to the output that would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// The very same output.
    Same,
    /// An output of the same document under an earlier lease, with other bytes.
    Older,
    /// Anything else: somebody's file, or what a later lease wrote.
    Foreign,
}

impl Stamp {
    /// The keys under which its parts are kept, as `prefix` and these with `_` or `-` between.
    pub(crate) const PARTS: [&'static str; 4] = ["document", "fence", "characters", "sha256"];

    /// The values of its parts, in the order of [`Stamp::PARTS`].
    pub(crate) fn values(&self) -> [String; 4] {
        [self.document.to_string(), self.fence.to_string(), self.characters.to_string(), self.sha256.clone()]
    }

    /// Reads the parts back. Outputs of releases before there were fences have neither fence nor characters.
    pub(crate) fn read(part: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name: &str| part(name).and_then(|text| text.parse().ok());
        Some(Self {
            document: DocumentId(part("document")?.parse().ok()?),
            fence: number("fence").unwrap_or(0),
            characters: number("characters").and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
            sha256: part("sha256")?.to_ascii_lowercase(),
        })
    }

    /// What a file with that stamp is to this one.
    pub(crate) fn meets(&self, found: Option<&Self>) -> Met {
        match found {
            Some(found) if found.document != self.document => Met::Foreign,
            Some(found) if found.sha256.eq_ignore_ascii_case(&self.sha256) => Met::Same,
            Some(found) if found.fence < self.fence => Met::Older,
            _ => Met::Foreign,
        }
    }
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
    /// [`BlobError::Exists`] for a foreign file, and for what a later lease wrote; [`BlobError::BadName`] for a name that cannot be kept byte for byte, or
    /// that could leave the folder; otherwise as the storage answers.
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

/// Times a write looks at what is in its way: between two looks, somebody else has written.
pub(crate) const LOOKS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_meets_its_like() {
        let stamp = |document: u128, fence, sha256: &str| Stamp {
            document: DocumentId(uuid::Uuid::from_u128(document)),
            fence,
            characters: 7,
            sha256: sha256.to_owned(),
        };
        let ours = stamp(1, 5, "ab");
        let check = |found: Option<Stamp>, expected| assert_eq!(ours.meets(found.as_ref()), expected, "{found:?}");
        check(Some(stamp(1, 4, "ab")), Met::Same);
        check(Some(stamp(1, 9, "AB")), Met::Same);
        check(Some(stamp(1, 4, "cd")), Met::Older);
        check(Some(stamp(1, 5, "cd")), Met::Foreign);
        check(Some(stamp(1, 6, "cd")), Met::Foreign);
        check(Some(stamp(2, 4, "ab")), Met::Foreign);
        check(None, Met::Foreign);
        let values = ours.values();
        let part = |name: &str| Stamp::PARTS.iter().position(|part| *part == name).map(|at| values[at].clone());
        assert_eq!(Stamp::read(part), Some(ours.clone()));
        let before_fences = |name: &str| part(name).filter(|_| matches!(name, "document" | "sha256"));
        assert_eq!(Stamp::read(before_fences).map(|stamp| (stamp.fence, stamp.characters)), Some((0, 0)));
        assert_eq!(Stamp::read(|_| None), None);
    }
}
