//! Writing a file that must not exist, whole or not at all, and for good.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, Stat, fsync, linkat, openat, renameat_with, unlinkat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use terjuman_model::hexadecimal;

use super::replace::Replaced;
use super::{Folder, TEMPORARY_PREFIX, from_errno, from_io, names, replace, stamp, walk};
use crate::stamp::{LOOKS, Met};
use crate::{BlobError, Created, Stamp};

pub(super) fn create(folder: &Folder, name: &str, content: &[u8], stamp: &Stamp) -> Result<Created, BlobError> {
    let parts = names::components(name)?;
    let (file, above) = parts.split_last().ok_or(BlobError::NotFound)?;
    let directory = walk::open_or_make(folder, above)?;
    for _ in 0..LOOKS {
        // Asked first, so that a second try does not write all of it once more for nothing. The rename decides.
        match whose(&directory, file, stamp)? {
            Way::Free => match write_new(&directory, stamp, file, content) {
                Ok(()) => return Ok(Created::Now),
                // Somebody was quicker.
                Err(BlobError::Exists) => {}
                Err(other) => return Err(other),
            },
            Way::Same => return Ok(Created::Before),
            Way::Foreign => return Err(BlobError::Exists),
            Way::Older(old, stat) => match write_over(&directory, stamp, (&old, &stat), file, content)? {
                Replaced::Done => return Ok(Created::Instead),
                Replaced::Moved => {}
            },
        }
    }
    Err(BlobError::Exists)
}

/// What has the name.
enum Way {
    /// Nothing.
    Free,
    /// What would be written.
    Same,
    /// What an earlier lease of the same document wrote, and nobody touched since.
    Older(File, Stat),
    /// Anything else.
    Foreign,
}

fn whose(directory: &OwnedFd, name: &str, stamp: &Stamp) -> Result<Way, BlobError> {
    match walk::open_file(directory, name) {
        Ok((file, stat)) => {
            let file = File::from(file);
            let found = stamp::read(&file);
            let content = digest(&file)?;
            let same = content.eq_ignore_ascii_case(&stamp.sha256);
            Ok(match found {
                // Copied, restored, or on a file system without attributes: the same bytes are the same output.
                None if same => Way::Same,
                None => Way::Foreign,
                // What somebody changed since it was written is theirs.
                Some(found) if !found.sha256.eq_ignore_ascii_case(&content) => Way::Foreign,
                Some(found) => match stamp.meets(Some(&found)) {
                    Met::Same => Way::Same,
                    Met::Older => Way::Older(file, stat),
                    Met::Foreign => Way::Foreign,
                },
            })
        }
        Err(Errno::NOENT) => match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(Way::Free),
            // A folder, a FIFO, a device: nothing of ours.
            _ => Ok(Way::Foreign),
        },
        Err(Errno::LOOP | Errno::MLINK | Errno::ACCESS) => Ok(Way::Foreign),
        Err(errno) => Err(from_errno(errno)),
    }
}

fn write_new(directory: &OwnedFd, stamp: &Stamp, file: &str, content: &[u8]) -> Result<(), BlobError> {
    let written = match nameless(directory) {
        Some(unfinished) => write_nameless(directory, unfinished, stamp, file, content),
        None => Err(Nameless::Unsupported),
    };
    match written {
        Err(Nameless::Unsupported) => write_named(directory, stamp, file, content),
        Err(Nameless::Failed(error)) => Err(error),
        Ok(()) => Ok(()),
    }
}

/// Writes the content beside the old file, and exchanges the two.
fn write_over(
    directory: &OwnedFd,
    stamp: &Stamp,
    old: (&File, &Stat),
    name: &str,
    content: &[u8],
) -> Result<Replaced, BlobError> {
    let (temporary, unfinished) = temporary(directory, stamp)?;
    let replaced = fill(unfinished, stamp, content).and_then(|()| replace::replace(directory, old, &temporary, name));
    if !matches!(replaced, Ok(Replaced::Done)) {
        let _ = unlinkat(directory, &temporary, AtFlags::empty());
    }
    replaced
}

/// The whole content on disk, with its stamp.
fn fill(mut unfinished: File, stamp: &Stamp, content: &[u8]) -> Result<(), BlobError> {
    unfinished.write_all(content).map_err(|error| from_io(&error))?;
    stamp::write(&unfinished, stamp);
    unfinished.sync_all().map_err(|error| from_io(&error))
}

fn digest(mut file: &File) -> Result<String, BlobError> {
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
    Ok(hexadecimal(&hasher.finalize()))
}

/// How writing a file without a name failed.
#[derive(Debug)]
enum Nameless {
    /// This system cannot do it.
    Unsupported,
    Failed(BlobError),
}

/// A new file in the directory that has no name yet: if the process dies, nothing is left of it. `None` where the file
/// system has no such thing.
#[cfg(target_os = "linux")]
fn nameless(directory: &OwnedFd) -> Option<File> {
    let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
    openat(directory, ".", flags, Mode::from_raw_mode(0o666)).ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_directory: &OwnedFd) -> Option<File> {
    None
}

/// Fills the file and gives it its name, which replaces nothing.
fn write_nameless(
    directory: &OwnedFd,
    mut unfinished: File,
    stamp: &Stamp,
    name: &str,
    content: &[u8],
) -> Result<(), Nameless> {
    let failed = |error: BlobError| Nameless::Failed(error);
    unfinished.write_all(content).map_err(|error| failed(from_io(&error)))?;
    stamp::write(&unfinished, stamp);
    unfinished.sync_all().map_err(|error| failed(from_io(&error)))?;
    let path = format!("/proc/self/fd/{}", unfinished.as_raw_fd());
    match linkat(CWD, path, directory, name, AtFlags::SYMLINK_FOLLOW) {
        // There is no /proc in this container.
        Err(Errno::NOENT | Errno::XDEV | Errno::OPNOTSUPP) => return Err(Nameless::Unsupported),
        linked => linked.map_err(|errno| failed(from_errno(errno)))?,
    }
    fsync(directory).map_err(|errno| failed(from_errno(errno)))
}

/// The same by way of a temporary name.
fn write_named(directory: &OwnedFd, stamp: &Stamp, file: &str, content: &[u8]) -> Result<(), BlobError> {
    let (temporary, unfinished) = temporary(directory, stamp)?;
    let written = finish(directory, &temporary, unfinished, stamp, file, content);
    if written.is_err() {
        // Best effort: what stays is skipped in listings, and swept.
        let _ = unlinkat(directory, &temporary, AtFlags::empty());
    }
    written
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
    unfinished: File,
    stamp: &Stamp,
    name: &str,
    content: &[u8],
) -> Result<(), BlobError> {
    fill(unfinished, stamp, content)?;
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
    use terjuman_model::DocumentId;
    use uuid::Uuid;

    use super::*;

    fn stamp() -> Stamp {
        Stamp { document: DocumentId(Uuid::nil()), fence: 1, characters: 0, sha256: String::new() }
    }

    fn open(directory: &std::path::Path) -> OwnedFd {
        openat(CWD, directory, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_without_a_name_leaves_nothing_when_it_is_given_up_and_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let folder = open(directory.path());
        drop(nameless(&folder).unwrap());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        write_nameless(&folder, nameless(&folder).unwrap(), &stamp(), "name", b"ours").unwrap();
        let again = write_nameless(&folder, nameless(&folder).unwrap(), &stamp(), "name", b"other");
        assert!(matches!(again, Err(Nameless::Failed(BlobError::Exists))));
        assert_eq!(std::fs::read(directory.path().join("name")).unwrap(), b"ours");
    }

    #[test]
    fn a_temporary_name_stands_in_where_there_must_be_one() {
        let directory = tempfile::tempdir().unwrap();
        let folder = open(directory.path());
        write_named(&folder, &stamp(), "name", b"ours").unwrap();
        assert!(matches!(write_named(&folder, &stamp(), "name", b"other"), Err(BlobError::Exists)));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_hard_link_stands_in_for_the_rename() {
        let directory = tempfile::tempdir().unwrap();
        let open = open(directory.path());
        std::fs::write(directory.path().join("temporary"), "ours").unwrap();
        place(&open, "temporary", "name", Err(Errno::INVAL)).unwrap();
        assert_eq!(std::fs::read(directory.path().join("name")).unwrap(), b"ours");
        assert!(!directory.path().join("temporary").exists());

        std::fs::write(directory.path().join("temporary"), "other").unwrap();
        assert!(matches!(place(&open, "temporary", "name", Err(Errno::NOSYS)), Err(BlobError::Exists)));
        assert_eq!(std::fs::read(directory.path().join("name")).unwrap(), b"ours");
    }
}
