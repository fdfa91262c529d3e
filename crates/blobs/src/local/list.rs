//! Listing a folder with all below it.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, FileType, statat};

use super::{Folder, TEMPORARY_PREFIX, from_errno, names, walk};
use crate::{BlobEntry, BlobError};

/// Folders within folders. Each level holds an open directory.
const MAX_DEPTH: usize = 100;

pub(super) fn list(folder: &Folder, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
    let top = walk::open(folder, &[])?;
    let mut listing = Listing { prefix, limit, entries: Vec::new(), unnameable: 0 };
    listing.visit(top, "", 0)?;
    if listing.unnameable > 0 {
        tracing::warn!(files = listing.unnameable, "skipped files whose names no URL can hold");
    }
    listing.entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(listing.entries)
}

struct Listing<'a> {
    prefix: &'a str,
    limit: usize,
    entries: Vec<BlobEntry>,
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
                    if self.entries.len() >= self.limit {
                        return Err(BlobError::TooMany { limit: self.limit });
                    }
                    self.entries.push(BlobEntry {
                        name: full,
                        size: walk::size(&stat),
                        etag: Some(walk::version(&stat)),
                    });
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
