//! Reading files.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;

use bytes::Bytes;
use rustix::fs::{Stat, fstat};

use super::{Folder, from_errno, from_io, names, walk};
use crate::{BlobEntry, BlobError};

/// Memory reserved on the word of a file's size.
const MAX_RESERVE: u64 = 64 * 1024 * 1024;

pub(super) fn head(folder: &Folder, name: &str) -> Result<BlobEntry, BlobError> {
    let (_, stat) = open(folder, name)?;
    Ok(BlobEntry { name: name.to_owned(), size: walk::size(&stat), etag: Some(walk::version(&stat)) })
}

pub(super) fn read(folder: &Folder, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
    let (file, before) = open(folder, name)?;
    if etag.is_some_and(|etag| etag != walk::version(&before)) {
        return Err(BlobError::Changed);
    }
    let size = walk::size(&before);
    if size > limit {
        return Err(BlobError::TooLarge { limit });
    }
    let mut file = File::from(file);
    let mut content = Vec::with_capacity(usize::try_from(size.min(MAX_RESERVE)).unwrap_or(0));
    file.by_ref().take(limit.saturating_add(1)).read_to_end(&mut content).map_err(|error| from_io(&error))?;
    let after = fstat(&file).map_err(from_errno)?;
    // Written to while it was read: what is in hand may be half of each.
    if walk::version(&after) != walk::version(&before) || content.len() as u64 != size {
        return Err(BlobError::Changed);
    }
    Ok(content.into())
}

fn open(folder: &Folder, name: &str) -> Result<(OwnedFd, Stat), BlobError> {
    let parts = names::components(name)?;
    let (file, above) = parts.split_last().ok_or(BlobError::NotFound)?;
    let directory = walk::open(folder, above)?;
    walk::open_file(&directory, file).map_err(from_errno)
}
