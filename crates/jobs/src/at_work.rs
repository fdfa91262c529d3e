//! What this process is at work on, written where the next one finds it if this one dies.
//!
//! A process that is killed from outside cannot say why, and must not: it is nobody's fault. One that goes down by its
//! own doing can, for a moment: its handler of deadly signals writes into this file which thread it was, by a system
//! call and nothing else. The rest was written beforehand by ordinary code. So a file without a cause is a process
//! that was killed, and one with a cause names the document that did it.
//!
//! The file is one page of records of [`RECORD`] bytes. The first is the cause; each other one is a place, and says what
//! is worked on there: `DOCUMENT TOKEN`, `sync` for a synchronous translation, or blanks. Nothing is flushed: what a
//! process wrote outlives it, and a machine that goes down is not its document's fault.
//!
//! Other ways were weighed. A parent that watches sees the signal its child died of, but not the document; it has to
//! pass on signals, standard streams and listening sockets, and must be killed with its child. Counting deaths alone
//! cannot tell a hostile document from a machine that is rebooted in the night.

use std::cell::Cell;
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use terjuman_model::DocumentId;
use uuid::Uuid;

use crate::{Lease, Subject};

/// Bytes of a record.
const RECORD: usize = 64;
/// What stands for a synchronous translation.
const SYNCHRONOUS: &str = "sync";
/// What the file's name ends with once it is locked.
const EXTENSION: &str = "note";
/// Records that are read of a file: no process has as many places.
const MOST: usize = 100_000;

thread_local! {
    /// The place whose work this thread does; 0 for none. Without a destructor and initialised when the program is
    /// linked: reading it is one load, which a signal handler may do.
    static PLACE: Cell<u32> = const { Cell::new(0) };
}

/// The work of this process. Cheap to clone; the default notes nothing.
#[derive(Clone, Default)]
pub struct AtWork {
    inner: Option<Arc<Inner>>,
}

struct Inner {
    file: File,
    path: PathBuf,
    /// Which places are taken; the first one is place 1.
    places: Mutex<Vec<bool>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The process ends as it should, and has nothing to say.
        drop(std::fs::remove_file(&self.path));
    }
}

impl AtWork {
    /// Begins a file of this process in a folder that all processes of the data directory share.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let name = Uuid::new_v4().simple().to_string();
        // Nobody may take it for that of a dead process before it is locked.
        let (draft, path) = (folder.join(format!("{name}.new")), folder.join(format!("{name}.{EXTENSION}")));
        let file = File::options().create_new(true).read(true).write(true).open(&draft)?;
        let written = file.try_lock().map_err(io::Error::from).and_then(|()| file.write_all_at(&blank(), 0));
        if let Err(error) = written.and_then(|()| std::fs::rename(&draft, &path)) {
            drop(std::fs::remove_file(&draft));
            return Err(error);
        }
        Ok(Self { inner: Some(Arc::new(Inner { file, path, places: Mutex::default() })) })
    }

    /// The file whose first bytes are for the [cause](cause_of_death); `None` if nothing is noted.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        self.inner.as_ref().map(|inner| &inner.file)
    }

    /// Notes that this document is worked on, until the value is dropped.
    pub(crate) fn document(&self, lease: &Lease) -> Working {
        match lease.subject() {
            Subject::Document(id) => self.begin(&format!("{} {}", id.0, lease.token())),
            Subject::Expansion(_) => Working { place: 0, inner: None },
        }
    }

    /// Notes that a document is translated synchronously, until the value is dropped.
    pub fn synchronous(&self) -> Working {
        self.begin(SYNCHRONOUS)
    }

    fn begin(&self, what: &str) -> Working {
        let Some(inner) = &self.inner else { return Working { place: 0, inner: None } };
        let mut places = inner.places.lock().unwrap_or_else(PoisonError::into_inner);
        let index = places.iter().position(|taken| !taken).unwrap_or(places.len());
        if index == places.len() {
            places.push(true);
        } else {
            places[index] = true;
        }
        let place = u32::try_from(index + 1).unwrap_or(0);
        inner.write(place, what);
        Working { place, inner: Some(Arc::clone(inner)) }
    }

    /// Reads what dead processes left in the folder. Those that still run are passed over.
    ///
    /// # Errors
    /// If the folder cannot be read. A single file that cannot is passed over.
    pub fn dead(folder: &Path) -> io::Result<Vec<Dead>> {
        let mut dead = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            let Ok(file) = File::options().read(true).write(true).open(&path) else { continue };
            match file.try_lock() {
                Ok(()) => dead.push(Dead { guilty: guilty(&read(&file)), path, _file: file }),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            }
        }
        Ok(dead)
    }
}

impl Inner {
    /// A note that cannot be written is only missed if the process dies.
    fn write(&self, place: u32, what: &str) {
        let mut record = blank();
        for (to, from) in record.iter_mut().zip(what.bytes().take(RECORD - 1)) {
            *to = from;
        }
        drop(self.file.write_all_at(&record, u64::from(place) * RECORD as u64));
    }
}

fn blank() -> [u8; RECORD] {
    let mut record = [b' '; RECORD];
    record[RECORD - 1] = b'\n';
    record
}

fn read(file: &File) -> Vec<u8> {
    let length = file.metadata().map_or(0, |data| data.len()).min((MOST * RECORD) as u64);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    if file.read_exact_at(&mut bytes, 0).is_err() {
        bytes.clear();
    }
    bytes
}

/// A piece of work, until dropped.
#[must_use]
pub struct Working {
    place: u32,
    inner: Option<Arc<Inner>>,
}

impl Working {
    /// Until the value is dropped, what this thread does is part of this work.
    pub fn here(&self) -> Here {
        Here { before: PLACE.replace(self.place), _this_thread: std::marker::PhantomData }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let Some(inner) = &self.inner else { return };
        let mut places = inner.places.lock().unwrap_or_else(PoisonError::into_inner);
        inner.write(self.place, "");
        if let Some(taken) = places.get_mut(self.place as usize - 1) {
            *taken = false;
        }
    }
}

/// See [`Working::here`].
#[must_use]
pub struct Here {
    before: u32,
    /// It is about the thread that made it.
    _this_thread: std::marker::PhantomData<*const ()>,
}

impl Drop for Here {
    fn drop(&mut self) {
        PLACE.set(self.before);
    }
}

/// What a handler of a deadly signal writes at the beginning of the [file](AtWork::file): that the process dies by its
/// own doing, and in which place. Allocates nothing and waits for nothing.
#[must_use]
pub fn cause_of_death() -> [u8; 16] {
    let mut cause = *b"died 0000000000\n";
    // A thread that is being torn down works on nothing any more.
    let mut place = PLACE.try_with(Cell::get).unwrap_or(0);
    for digit in cause[5..15].iter_mut().rev() {
        // A remainder of ten fits.
        *digit = b'0' + (place % 10) as u8;
        place /= 10;
    }
    cause
}

/// A process that died.
pub struct Dead {
    guilty: Option<Lease>,
    path: PathBuf,
    /// Keeps others from telling the same.
    _file: File,
}

impl Dead {
    /// The lease on the document that brought it down, if one did.
    #[must_use]
    pub fn guilty(&self) -> Option<&Lease> {
        self.guilty.as_ref()
    }

    /// Its note has been told, and is not needed any more.
    ///
    /// # Errors
    /// If it cannot be removed. Telling it again does no harm.
    pub fn forget(self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

/// Whose fault it was: that of the place whose thread went down; else, when a thread did that works for all of them,
/// that of the only work there was. Of several nobody can say which one it was: they are all worked on alone from then
/// on, so that the next time there is only one.
fn guilty(bytes: &[u8]) -> Option<Lease> {
    let mut records = bytes.chunks_exact(RECORD).map(|record| std::str::from_utf8(record).unwrap_or_default().trim());
    let cause = records.next()?.strip_prefix("died ")?;
    let place: usize = cause.split_whitespace().next()?.parse().ok()?;
    let works: Vec<&str> = records.collect();
    if let Some(index) = place.checked_sub(1) {
        return lease(works.get(index)?);
    }
    let mut busy = works.iter().filter(|work| !work.is_empty());
    let only = busy.next()?;
    if busy.next().is_some() { None } else { lease(only) }
}

/// `None` for a synchronous translation, which has nobody to be told.
fn lease(work: &str) -> Option<Lease> {
    let (id, token) = work.split_once(' ')?;
    Some(Lease::new(Subject::Document(DocumentId(id.parse().ok()?)), token.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(number: u128) -> Lease {
        Lease::new(Subject::Document(DocumentId(Uuid::from_u128(number))), 7)
    }

    /// The process goes down in what it does here: it leaves its file, and its lock is gone.
    fn dies(at_work: AtWork, by_its_own_doing: bool) -> Vec<u8> {
        let inner = at_work.inner.unwrap();
        if by_its_own_doing {
            inner.file.write_all_at(&cause_of_death(), 0).unwrap();
        }
        read(&inner.file)
    }

    #[test]
    fn only_a_process_that_went_down_by_itself_names_a_document() {
        let folder = tempfile::tempdir().unwrap();
        let at_work = || AtWork::open(folder.path()).unwrap();
        let killed = at_work();
        let _working = killed.document(&claim(1));
        assert_eq!(guilty(&dies(killed.clone(), false)), None);

        let alone = at_work();
        let _working = alone.document(&claim(1));
        assert_eq!(guilty(&dies(alone.clone(), true)), Some(claim(1)));
    }

    #[test]
    fn among_several_the_thread_tells_which_and_without_it_nobody_does() {
        let folder = tempfile::tempdir().unwrap();
        let at_work = AtWork::open(folder.path()).unwrap();
        let (done, first) = (at_work.document(&claim(9)), at_work.document(&claim(1)));
        drop(done);
        let _synchronous = at_work.synchronous();
        let second = at_work.document(&claim(2));
        assert_eq!(guilty(&dies(at_work.clone(), true)), None);
        {
            let _here = second.here();
            assert_eq!(guilty(&dies(at_work.clone(), true)), Some(claim(2)));
            let _inner = first.here();
            assert_eq!(guilty(&dies(at_work.clone(), true)), Some(claim(1)));
        }
        assert_eq!(cause_of_death(), *b"died 0000000000\n");
    }

    #[test]
    fn the_living_are_passed_over_and_a_clean_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at_work = AtWork::open(folder.path()).unwrap();
        assert!(AtWork::dead(folder.path()).unwrap().is_empty());
        drop(at_work);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // Left behind, without a lock.
        let mut note = [&cause_of_death()[..], &blank()[16..]].concat();
        let mut record = blank();
        let text = format!("{} 7", Uuid::from_u128(3));
        record[..text.len()].copy_from_slice(text.as_bytes());
        note.extend(record);
        std::fs::write(folder.path().join("a.note"), &note).unwrap();
        std::fs::write(folder.path().join("b.note"), b"what is this?").unwrap();
        let mut dead = AtWork::dead(folder.path()).unwrap();
        dead.sort_by_key(|dead| dead.path.clone());
        assert_eq!((dead[0].guilty(), dead[1].guilty()), (Some(&claim(3)), None));
        for dead in dead {
            dead.forget().unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
