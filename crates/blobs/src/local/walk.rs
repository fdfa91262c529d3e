//! Going down a tree of directories that may be hostile, by open directories only.
//!
//! The same guarantee as `openat2` with `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS`, on every Unix: a component is never
//! `..` (checked by the caller), never a link (`O_NOFOLLOW`), and always looked up in a directory that is open already.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fstat, fsync, mkdirat, openat};
use rustix::io::Errno;

use super::{Folder, from_errno};
use crate::BlobError;

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens the directory at the end of `parts`, below the folder.
pub(super) fn open(folder: &Folder, parts: &[&str]) -> Result<OwnedFd, BlobError> {
    let mut directory = root(folder)?;
    for part in folder.below.iter().map(String::as_str).chain(parts.iter().copied()) {
        directory = step(&directory, part).map_err(from_errno)?;
    }
    Ok(directory)
}

/// As [`open`], making the directories that are missing.
pub(super) fn open_or_make(folder: &Folder, parts: &[&str]) -> Result<OwnedFd, BlobError> {
    let mut directory = root(folder)?;
    for part in folder.below.iter().map(String::as_str).chain(parts.iter().copied()) {
        let next = match step(&directory, part) {
            Err(Errno::NOENT) => {
                match mkdirat(&directory, part, Mode::from_raw_mode(0o777)) {
                    // Another writer made it meanwhile.
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(from_errno(errno)),
                }
                fsync(&directory).map_err(from_errno)?;
                step(&directory, part)
            }
            other => other,
        };
        directory = next.map_err(|errno| match errno {
            // A file stands where a folder has to be; that is no missing folder.
            Errno::NOTDIR => BlobError::BadName("a part of it is a file or a link, not a folder"),
            other => from_errno(other),
        })?;
    }
    Ok(directory)
}

/// Opens a plain file; what is not one is not found. Never blocks on a FIFO, never opens a device.
pub(super) fn open_file(directory: &impl AsFd, name: &str) -> Result<(OwnedFd, Stat), Errno> {
    let before = rustix::fs::statat(directory, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(before.st_mode) {
        FileType::RegularFile => {}
        FileType::Symlink => return Err(Errno::LOOP),
        _ => return Err(Errno::NOENT),
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(directory, name, flags, Mode::empty())?;
    let stat = fstat(&file)?;
    // Exchanged between the two calls.
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Errno::NOENT);
    }
    Ok((file, stat))
}

fn root(folder: &Folder) -> Result<OwnedFd, BlobError> {
    openat(CWD, &folder.root, DIRECTORY, Mode::empty()).map_err(from_errno)
}

pub(super) fn step(directory: &impl AsFd, part: &str) -> Result<OwnedFd, Errno> {
    openat(directory, part, DIRECTORY, Mode::empty())
}

/// A file's version: when it was last written, and how long it is.
pub(super) fn version(stat: &Stat) -> String {
    format!("{}.{:09}-{}", stat.st_mtime, stat.st_mtime_nsec, stat.st_size)
}

pub(super) fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}
