//! Writing a file that must not exist, whole or not at all, and for good.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, fsync, linkat, openat, renameat_with, unlinkat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::{Folder, TEMPORARY_PREFIX, from_errno, from_io, names, walk};
use crate::{BlobError, Created, Stamp};

pub(super) fn create(folder: &Folder, name: &str, content: &[u8], stamp: &Stamp) -> Result<Created, BlobError> {
    let parts = names::components(name)?;
    let (file, above) = parts.split_last().ok_or(BlobError::NotFound)?;
    let directory = walk::open_or_make(folder, above)?;
    // Asked first, so that a second try does not write all of it once more for nothing. The rename decides.
    if let Some(answer) = whose(&directory, file, stamp)? {
        return answer;
    }
    let (temporary, unfinished) = temporary(&directory, stamp)?;
    let written = finish(&directory, &temporary, unfinished, file, content);
    if written.is_err() {
        // Best effort: what stays is skipped in listings, and swept.
        let _ = unlinkat(&directory, &temporary, AtFlags::empty());
    }
    match written {
        Ok(()) => Ok(Created::Now),
        Err(BlobError::Exists) => whose(&directory, file, stamp)?.unwrap_or(Err(BlobError::Exists)),
        Err(other) => Err(other),
    }
}

/// `None` if there is no such name; otherwise whether what is there is what would be written.
fn whose(directory: &OwnedFd, name: &str, stamp: &Stamp) -> Result<Option<Result<Created, BlobError>>, BlobError> {
    match walk::open_file(directory, name) {
        Ok((file, _)) => {
            let same = digest(File::from(file))?.eq_ignore_ascii_case(&stamp.sha256);
            Ok(Some(if same { Ok(Created::Before) } else { Err(BlobError::Exists) }))
        }
        Err(Errno::NOENT) => match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(None),
            // A folder, a FIFO, a device: nothing of ours.
            _ => Ok(Some(Err(BlobError::Exists))),
        },
        Err(Errno::LOOP | Errno::MLINK | Errno::ACCESS) => Ok(Some(Err(BlobError::Exists))),
        Err(errno) => Err(from_errno(errno)),
    }
}

fn digest(mut file: File) -> Result<String, BlobError> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(from_io(&error)),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A new file that nobody else writes to, beside where it will end.
fn temporary(directory: &OwnedFd, stamp: &Stamp) -> Result<(String, File), BlobError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    // Another process, or one before us with the same number, may have left the name behind.
    for _ in 0..100 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{TEMPORARY_PREFIX}{}-{}-{number}", stamp.document, std::process::id());
        match openat(directory, &name, flags, Mode::from_raw_mode(0o666)) {
            Ok(file) => return Ok((name, File::from(file))),
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(from_errno(errno)),
        }
    }
    Err(BlobError::Unreachable)
}

fn finish(
    directory: &OwnedFd,
    temporary: &str,
    mut unfinished: File,
    name: &str,
    content: &[u8],
) -> Result<(), BlobError> {
    unfinished.write_all(content).map_err(|error| from_io(&error))?;
    unfinished.sync_all().map_err(|error| from_io(&error))?;
    drop(unfinished);
    place(directory, temporary, name, renameat_with(directory, temporary, directory, name, RenameFlags::NOREPLACE))?;
    fsync(directory).map_err(from_errno)
}

/// Gives the file its name. Where the file system cannot rename without replacing, a hard link does the same.
fn place(directory: &impl AsFd, temporary: &str, name: &str, renamed: Result<(), Errno>) -> Result<(), BlobError> {
    match renamed {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            linkat(directory, temporary, directory, name, AtFlags::empty()).map_err(from_errno)?;
            // The file has its name; the second one is only litter.
            let _ = unlinkat(directory, temporary, AtFlags::empty());
            Ok(())
        }
        other => other.map_err(from_errno),
    }
}

#[cfg(test)]
mod tests {
    use rustix::fs::CWD;

    use super::*;

    #[test]
    fn a_hard_link_stands_in_for_the_rename() {
        let directory = tempfile::tempdir().unwrap();
        let open = openat(CWD, directory.path(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
        std::fs::write(directory.path().join("temporary"), "ours").unwrap();
        place(&open, "temporary", "name", Err(Errno::INVAL)).unwrap();
        assert_eq!(std::fs::read(directory.path().join("name")).unwrap(), b"ours");
        assert!(!directory.path().join("temporary").exists());

        std::fs::write(directory.path().join("temporary"), "other").unwrap();
        assert!(matches!(place(&open, "temporary", "name", Err(Errno::NOSYS)), Err(BlobError::Exists)));
        assert_eq!(std::fs::read(directory.path().join("name")).unwrap(), b"ours");
    }
}
