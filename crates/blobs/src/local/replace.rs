//! Putting a later output in the place of an earlier one of the same document, and of nothing else.
//!
//! Whoever replaces holds a lock on the file that goes, so of two at a time the second looks again. The two names are
//! exchanged in one step: at no moment is there no file, and what came out is looked at before it is removed. If it is
//! not what was looked at before (somebody who knows no locks wrote there meanwhile), it is put back.

use std::fs::File;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FlockOperation, RenameFlags, Stat, flock, fsync, renameat, renameat_with, statat, unlinkat};
use rustix::io::Errno;

use super::{from_errno, walk};
use crate::BlobError;

/// How a try to replace ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    Done,
    /// Another file has the name by now: look again.
    Moved,
}

/// Exchanges the file that has the name, which must be the one that was looked at, for the finished one with the
/// temporary name. The temporary name is gone afterwards, unless this fails.
pub(super) fn replace(
    directory: &OwnedFd,
    (looked_at, seen): (&File, &Stat),
    temporary: &str,
    name: &str,
) -> Result<Replaced, BlobError> {
    // Somebody replaces it this moment. Where there are no locks, the exchange alone has to do.
    if let Err(Errno::WOULDBLOCK) = flock(looked_at, FlockOperation::NonBlockingLockExclusive) {
        return Ok(Replaced::Moved);
    }
    if !is(directory, name, seen) {
        return Ok(Replaced::Moved);
    }
    exchange(directory, temporary, name, seen, renameat_with(directory, temporary, directory, name, EXCHANGE))
}

const EXCHANGE: RenameFlags = RenameFlags::EXCHANGE;

fn exchange(
    directory: &OwnedFd,
    temporary: &str,
    name: &str,
    seen: &Stat,
    exchanged: Result<(), Errno>,
) -> Result<Replaced, BlobError> {
    match exchanged {
        Ok(()) if is(directory, temporary, seen) => {
            // What stays is skipped in listings, and swept.
            let _ = unlinkat(directory, temporary, AtFlags::empty());
        }
        Ok(()) => {
            renameat_with(directory, temporary, directory, name, EXCHANGE).map_err(from_errno)?;
            return Ok(Replaced::Moved);
        }
        Err(Errno::NOENT) => return Ok(Replaced::Moved),
        // This file system cannot exchange: the name was looked at a moment ago, and a rename leaves no gap either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            renameat(directory, temporary, directory, name).map_err(from_errno)?;
        }
        Err(errno) => return Err(from_errno(errno)),
    }
    fsync(directory).map_err(from_errno)?;
    Ok(Replaced::Done)
}

/// Whether the name is that very file, as it was.
fn is(directory: &OwnedFd, name: &str, seen: &Stat) -> bool {
    statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|now| {
        (now.st_dev, now.st_ino) == (seen.st_dev, seen.st_ino) && walk::version(&now) == walk::version(seen)
    })
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, Mode, OFlags, openat};

    use super::*;

    struct Place {
        directory: tempfile::TempDir,
        open: OwnedFd,
    }

    impl Place {
        /// With `old` as the name and `new` as the temporary one.
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            std::fs::write(directory.path().join("name"), "old").unwrap();
            std::fs::write(directory.path().join("temporary"), "new").unwrap();
            let open = openat(CWD, directory.path(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
            Self { directory, open }
        }

        fn seen(&self) -> (File, Stat) {
            let (file, stat) = walk::open_file(&self.open, "name").unwrap();
            (File::from(file), stat)
        }

        fn is(&self, name: &str) -> Option<String> {
            std::fs::read_to_string(self.directory.path().join(name)).ok()
        }
    }

    #[test]
    fn what_was_looked_at_is_exchanged() {
        let place = Place::new();
        let (file, stat) = place.seen();
        assert_eq!(replace(&place.open, (&file, &stat), "temporary", "name").unwrap(), Replaced::Done);
        assert_eq!((place.is("name"), place.is("temporary")), (Some("new".into()), None));
    }

    #[test]
    fn a_rename_stands_in_for_the_exchange() {
        let place = Place::new();
        let (_, stat) = place.seen();
        let replaced = exchange(&place.open, "temporary", "name", &stat, Err(Errno::INVAL)).unwrap();
        assert_eq!(replaced, Replaced::Done);
        assert_eq!((place.is("name"), place.is("temporary")), (Some("new".into()), None));
    }

    #[test]
    fn what_came_between_stays() {
        let place = Place::new();
        let (file, stat) = place.seen();
        std::fs::write(place.directory.path().join("theirs"), "theirs").unwrap();
        std::fs::rename(place.directory.path().join("theirs"), place.directory.path().join("name")).unwrap();
        assert_eq!(replace(&place.open, (&file, &stat), "temporary", "name").unwrap(), Replaced::Moved);
        // Later still: after the name was looked at once more.
        let exchanged = renameat_with(&place.open, "temporary", &place.open, "name", EXCHANGE);
        let replaced = exchange(&place.open, "temporary", "name", &stat, exchanged).unwrap();
        assert_eq!(replaced, Replaced::Moved);
        assert_eq!((place.is("name"), place.is("temporary")), (Some("theirs".into()), Some("new".into())));
    }

    #[test]
    fn of_two_at_a_time_one_looks_again() {
        let place = Place::new();
        let ((first, stat), (second, _)) = (place.seen(), place.seen());
        flock(&first, FlockOperation::LockExclusive).unwrap();
        assert_eq!(replace(&place.open, (&second, &stat), "temporary", "name").unwrap(), Replaced::Moved);
        assert_eq!(place.is("name"), Some("old".into()));
    }
}
