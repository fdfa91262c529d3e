//! Listing a folder with all below it.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, FileType, statat};

use super::{Folder, TEMPORARY_PREFIX, from_errno, names, walk};
use crate::container::Sieve;
use crate::{BlobEntry, BlobError};

/// Folders within folders. Each level holds an open directory.
const MAX_DEPTH: usize = 100;

pub(super) fn list(folder: &Folder, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
    let top = walk::open(folder, &[])?;
    let mut listing = Listing { prefix, sieve: Sieve::all(limit), unnameable: 0 };
    listing.visit(top, "", 0)?;
    if listing.unnameable > 0 {
        tracing::warn!(files = listing.unnameable, "skipped files whose names no URL can hold");
    }
    Ok(listing.sieve.entries())
}

struct Listing<'a> {
    prefix: &'a str,
    sieve: Sieve<'a>,
    unnameable: usize,
}

impl Listing<'_> {
    /// `path` is the directory's name with a slash at its end, or empty.
    fn visit(&mut self, directory: OwnedFd, path: &str, depth: usize) -> Result<(), BlobError> {
        for item in Dir::read_from(&directory).map_err(from_errno)? {
            let item = item.map_err(from_errno)?;
            let Ok(name) = item.file_name().to_str() else {
                self.unnameable += 1;
                continue;
            };
            if matches!(name, "." | "..") || name.starts_with(TEMPORARY_PREFIX) {
                continue;
            }
            if names::component(name).is_err() {
                self.unnameable += 1;
                continue;
            }
            let full = format!("{path}{name}");
            // Links are neither followed nor shown; a file that vanished meanwhile is not there.
            let Ok(stat) = statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile if full.starts_with(self.prefix) => {
                    let (size, etag) = (walk::size(&stat), Some(walk::version(&stat)));
                    // All that is wanted here is looked at: on disk that is cheap.
                    let _ = self.sieve.take(BlobEntry { name: full, size, etag })?;
                }
                FileType::Directory => {
                    let below = format!("{full}/");
                    if !below.starts_with(self.prefix) && !self.prefix.starts_with(&below) {
                        continue;
                    }
                    if depth >= MAX_DEPTH {
                        return Err(BlobError::BadName("folders lie too deep in one another"));
                    }
                    let Ok(inner) = walk::step(&directory, name) else { continue };
                    self.visit(inner, &below, depth + 1)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
