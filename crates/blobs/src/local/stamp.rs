//! Whose a file on disk is: the stamp lies in an extended attribute, which comes and goes with the file itself.
//!
//! File systems without such attributes, and files that were copied without them, have no stamp; there the bytes decide.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
use rustix::io::Errno;

use super::{Folder, from_errno, names, walk};
use crate::{BlobError, Stamp};

const ATTRIBUTE: &str = "user.terjuman";
/// More than any stamp of ours has.
const LONGEST: usize = 512;

/// Writes it. A file without one is as good to everybody but us, so a file system that takes none is no failure.
pub(super) fn write(file: impl AsFd, stamp: &Stamp) {
    let parts = Stamp::PARTS.iter().zip(stamp.values());
    let text: String = parts.map(|(part, value)| format!("{part}={value}\n")).collect();
    if let Err(errno) = fsetxattr(file, ATTRIBUTE, text.as_bytes(), XattrFlags::empty()) {
        tracing::debug!("a file carries no stamp: {errno}");
    }
}

pub(super) fn read(file: impl AsFd) -> Option<Stamp> {
    let mut buffer = [0; LONGEST];
    let length = fgetxattr(file, ATTRIBUTE, &mut buffer[..]).ok()?;
    let text = std::str::from_utf8(buffer.get(..length)?).ok()?;
    Stamp::read(|part| text.lines().find_map(|line| line.strip_prefix(part)?.strip_prefix('=')).map(str::to_owned))
}

/// The stamp of the file of that name.
pub(super) fn at(folder: &Folder, name: &str) -> Result<Option<Stamp>, BlobError> {
    let parts = names::components(name)?;
    let Some((file, above)) = parts.split_last() else { return Ok(None) };
    let directory: OwnedFd = match walk::open(folder, above) {
        Err(BlobError::NotFound) => return Ok(None),
        other => other?,
    };
    match walk::open_file(&directory, file) {
        Ok((file, _)) => Ok(read(&file)),
        Err(Errno::NOENT | Errno::LOOP | Errno::MLINK | Errno::ACCESS) => Ok(None),
        Err(errno) => Err(from_errno(errno)),
    }
}
