//! Compound files ([MS-CFB]): storages and streams in sectors.
//!
//! Everything is read at once, each sector at most once: what loops, overlaps or lies about its length is refused
//! before anything grows past the size of the file.

use super::numbers::{u16_at, u32_at};
use crate::FormatError;

/// What compound files begin with.
pub(super) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Ends a chain of sectors.
pub(super) const END: u32 = 0xffff_fffe;
/// A free sector; in a directory entry: no entry.
pub(super) const FREE: u32 = 0xffff_ffff;
/// Shorter streams live in the mini stream.
pub(super) const CUTOFF: usize = 4096;
/// Sectors of the mini stream.
pub(super) const MINI: usize = 64;
/// Bytes of a directory entry.
pub(super) const ENTRY: usize = 128;
/// Sectors of the table of sectors that the header names itself.
pub(super) const IN_HEADER: usize = 109;

/// A compound file in memory.
pub(super) struct Compound {
    pub(super) header: Vec<u8>,
    pub(super) sector: usize,
    pub(super) entries: Vec<Entry>,
}

/// A storage or a stream.
pub(super) struct Entry {
    /// As it stands in the directory.
    pub(super) raw: Vec<u8>,
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) children: Vec<usize>,
    /// Whether the tree of children is to be built anew.
    pub(super) changed: bool,
    pub(super) data: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing, or nothing that can be reached.
    Unused,
    Storage,
    Stream,
}

fn corrupt(what: &str) -> FormatError {
    FormatError::corrupt(what, "compound file", 0)
}

/// Sectors of the file, or of the mini stream, each to be taken once.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
    next: Vec<u32>,
    taken: Vec<bool>,
}

impl<'a> Sectors<'a> {
    fn new(bytes: &'a [u8], size: usize) -> Self {
        Self { bytes, size, next: Vec::new(), taken: vec![false; bytes.len().div_ceil(size)] }
    }

    /// The bytes of a sector that nothing else has taken. The last one may be cut short.
    fn take(&mut self, sector: u32) -> Result<&'a [u8], FormatError> {
        let index = sector as usize;
        match self.taken.get_mut(index) {
            Some(taken) if !*taken => *taken = true,
            Some(_) => return Err(corrupt("a sector is used twice: its chains run in a circle or into each other")),
            None => return Err(corrupt("a chain leads beyond the end of the file")),
        }
        let bytes = self.bytes;
        Ok(&bytes[index * self.size..bytes.len().min((index + 1) * self.size)])
    }

    /// The bytes of a chain: `length` of them, or all.
    fn chain(&mut self, first: u32, length: Option<u64>) -> Result<Vec<u8>, FormatError> {
        let needed = match length {
            Some(length) if length > self.bytes.len() as u64 => {
                return Err(corrupt("a stream says that it is longer than the file"));
            }
            Some(length) => (length as usize).div_ceil(self.size),
            None => usize::MAX,
        };
        let mut out = Vec::new();
        let (mut sector, mut count) = (first, 0);
        while count < needed {
            if sector == END && length.is_none() {
                break;
            }
            let bytes = self.take(sector)?;
            out.extend_from_slice(bytes);
            out.resize(out.len() + self.size - bytes.len(), 0);
            sector = self.next.get(sector as usize).copied().unwrap_or(FREE);
            count += 1;
        }
        if let Some(length) = length {
            out.truncate(length as usize);
        }
        Ok(out)
    }
}

fn table(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|entry| u32_at(entry, 0))
}

impl Compound {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] for everything that [MS-CFB] does not allow and that would have to be guessed.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, FormatError> {
        let header = bytes.get(..512).filter(|header| header.starts_with(MAGIC));
        let header = header.ok_or_else(|| corrupt("it is no compound file"))?.to_vec();
        let sector = match (u16_at(&header, 26), u16_at(&header, 30)) {
            (3, 9) => 512,
            (4, 12) => 4096,
            _ => return Err(corrupt("a version or a size of sectors that there is not")),
        };
        if u16_at(&header, 28) != 0xfffe || u16_at(&header, 32) != 6 || u32_at(&header, 56) as usize != CUTOFF {
            return Err(corrupt("the header is damaged"));
        }
        let mut file = Sectors::new(bytes.get(sector..).unwrap_or_default(), sector);
        let in_table = |sector: &u32| *sector < 0xffff_fffa;
        let mut tables: Vec<u32> = table(&header[76..76 + 4 * IN_HEADER]).filter(in_table).collect();
        let mut next = u32_at(&header, 68);
        while next != END && next != FREE {
            let mut list: Vec<u32> = table(file.take(next)?).collect();
            next = list.pop().unwrap_or(END);
            tables.extend(list.into_iter().filter(in_table));
        }
        for sector in tables {
            let entries = table(file.take(sector)?);
            file.next.extend(entries);
        }
        let directory = file.chain(u32_at(&header, 48), None)?;
        let mut entries: Vec<Entry> = directory.chunks_exact(ENTRY).map(Entry::read).collect();
        reach(&mut entries)?;
        let length = |raw: &[u8]| {
            let high = if sector == 512 { 0 } else { u64::from(u32_at(raw, 124)) };
            high << 32 | u64::from(u32_at(raw, 120))
        };
        let root = &entries[0].raw;
        let container = match length(root) {
            0 => Vec::new(),
            length => file.chain(u32_at(root, 116), Some(length))?,
        };
        let mut mini = Sectors::new(&container, MINI);
        let mini_table = match u32_at(&header, 60) {
            END | FREE => Vec::new(),
            first => file.chain(first, None)?,
        };
        mini.next = table(&mini_table).collect();
        for entry in entries.iter_mut().filter(|entry| entry.kind == Kind::Stream) {
            let (first, length) = (u32_at(&entry.raw, 116), length(&entry.raw));
            entry.data = match length {
                0 => Vec::new(),
                length if length < CUTOFF as u64 => mini.chain(first, Some(length))?,
                length => file.chain(first, Some(length))?,
            };
        }
        Ok(Self { header, sector, entries })
    }

    /// The child of a storage by name, in any case.
    pub(super) fn find(&self, storage: usize, name: &str) -> Option<usize> {
        let is_named = |child: &&usize| self.entries[**child].name.eq_ignore_ascii_case(name);
        self.entries[storage].children.iter().find(is_named).copied()
    }

    /// Gives a child of a storage another name of the same length.
    pub(super) fn rename(&mut self, storage: usize, child: usize, name: &str) {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let entry = &mut self.entries[child];
        entry.raw[..units.len()].copy_from_slice(&units);
        entry.name = name.to_owned();
        self.entries[storage].changed = true;
    }

    /// Takes a stream out of a storage.
    pub(super) fn remove(&mut self, storage: usize, child: usize) {
        self.entries[child].kind = Kind::Unused;
        self.entries[child].data.clear();
        self.entries[storage].children.retain(|other| *other != child);
        self.entries[storage].changed = true;
    }
}

impl Entry {
    fn read(raw: &[u8]) -> Self {
        let length = usize::from(u16_at(raw, 64)).saturating_sub(2).min(62);
        let units: Vec<u16> = raw[..length].chunks_exact(2).map(|unit| u16_at(unit, 0)).collect();
        let kind = match raw[66] {
            1 | 5 => Kind::Storage,
            2 => Kind::Stream,
            _ => Kind::Unused,
        };
        let name = String::from_utf16_lossy(&units);
        Self { raw: raw.to_vec(), name, kind, children: Vec::new(), changed: false, data: Vec::new() }
    }
}

/// Follows the tree of each storage. What cannot be reached is unused.
fn reach(entries: &mut [Entry]) -> Result<(), FormatError> {
    if entries.first().is_none_or(|root| root.raw[66] != 5) {
        return Err(corrupt("the directory has no root"));
    }
    let mut reached = vec![false; entries.len()];
    reached[0] = true;
    let mut storages = vec![0];
    while let Some(storage) = storages.pop() {
        let mut open = vec![u32_at(&entries[storage].raw, 76)];
        while let Some(id) = open.pop() {
            if id == FREE {
                continue;
            }
            let index = id as usize;
            match reached.get_mut(index) {
                Some(reached) if !*reached => *reached = true,
                Some(_) => return Err(corrupt("the directory runs in a circle")),
                None => return Err(corrupt("the directory names an entry that there is not")),
            }
            let entry = &entries[index];
            open.extend([u32_at(&entry.raw, 68), u32_at(&entry.raw, 72)]);
            match entry.kind {
                Kind::Storage => storages.push(index),
                Kind::Stream => {}
                Kind::Unused => return Err(corrupt("the directory names an entry that is not used")),
            }
            entries[storage].children.push(index);
        }
    }
    for (entry, reached) in entries.iter_mut().zip(reached) {
        if !reached {
            entry.kind = Kind::Unused;
        }
    }
    Ok(())
}
