//! Removing what crashed writes left behind.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Dir, FileType, Stat, statat, unlinkat};

use super::{Folder, Roots, TEMPORARY_PREFIX, blocking, from_errno, walk};
use crate::BlobError;

const MAX_DEPTH: usize = 100;

/// Removes unfinished files last written before `before`, below all roots; gives their number.
pub(crate) async fn sweep(roots: &Roots, before: SystemTime) -> Result<usize, BlobError> {
    let folders: Vec<Folder> =
        roots.real().map(|root: &Path| Folder { root: root.to_owned(), below: Vec::new() }).collect();
    blocking(move || {
        let mut removed = 0;
        for folder in &folders {
            removed += visit(walk::open(folder, &[])?, before, 0)?;
        }
        Ok(removed)
    })
    .await
}

fn visit(directory: OwnedFd, before: SystemTime, depth: usize) -> Result<usize, BlobError> {
    let mut removed = 0;
    for item in Dir::read_from(&directory).map_err(from_errno)? {
        let Ok(item) = item else { continue };
        let Ok(name) = item.file_name().to_str() else { continue };
        if matches!(name, "." | "..") {
            continue;
        }
        let Ok(stat) = statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory if depth < MAX_DEPTH => {
                // A folder that cannot be opened holds nothing that we wrote.
                if let Ok(inner) = walk::step(&directory, name) {
                    removed += visit(inner, before, depth + 1)?;
                }
            }
            FileType::RegularFile if name.starts_with(TEMPORARY_PREFIX) && written(&stat) < before => {
                removed += usize::from(unlinkat(&directory, name, AtFlags::empty()).is_ok());
            }
            _ => {}
        }
    }
    Ok(removed)
}

fn written(stat: &Stat) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0))
}
