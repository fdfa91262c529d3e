//! The central directory: what a container says it holds, checked against the local headers.

use std::ops::Range;

use super::fields::{u16_at, u32_at, u64_at};
use crate::{FormatError, Limits};

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
    Other,
    /// Not said: the local header is another than the directory says.
    Contradicted,
}

/// One entry.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) crc: u32,
    /// Expanded bytes, as the directory says.
    pub(super) size: u64,
    /// From the local header to what follows the entry.
    pub(super) local: Range<usize>,
    /// The packed data.
    pub(super) data: Range<usize>,
    /// The record in the central directory.
    pub(super) record: Range<usize>,
    /// Where in the file the record's 8-byte offset stands, if it is in a zip64 field.
    pub(super) wide_offset: Option<usize>,
}

/// Everything the end of a zip file tells.
#[derive(Debug)]
pub(super) struct Directory {
    /// In the order of the central directory.
    pub(super) entries: Vec<Entry>,
    /// The end-of-central-directory record with the comment.
    pub(super) end_record: Range<usize>,
}

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const ENCRYPTED: u16 = 1;

fn corrupt(what: &str, at: usize) -> FormatError {
    FormatError::corrupt(what, "", at)
}

impl Directory {
    /// Reads and checks the directory.
    ///
    /// # Errors
    /// See [`Package::open`](super::Package::open).
    pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Self, FormatError> {
        let end = find_end(bytes).ok_or_else(|| corrupt("no zip container, or its end is cut off", bytes.len()))?;
        let length = 22 + usize::from(u16_at(bytes, end + 20).unwrap_or_default());
        let end_record = end..(end + length).min(bytes.len());
        let (count, start) = extent(bytes, end).ok_or_else(|| corrupt("the zip directory is damaged", end))?;
        if count > limits.zip_entries as u64 {
            return Err(FormatError::TooComplex { limit: limits.zip_entries as u64, unit: "entries of the container" });
        }
        let mut entries = Vec::with_capacity(count as usize);
        let mut at = start;
        for _ in 0..count {
            let entry = read_record(bytes, at, start)?;
            at = entry.record.end;
            entries.push(entry);
        }
        if at > end {
            return Err(corrupt("the zip directory is damaged", at));
        }
        close_gaps(&mut entries, start)?;
        Ok(Self { entries, end_record })
    }
}

/// The last end record whose comment fits into the file. What stands behind it is garbage, and left out.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(22)?;
    let first = last.saturating_sub(usize::from(u16::MAX) + 1024);
    (first..=last).rev().find(|&at| {
        u32_at(bytes, at) == Some(END)
            && u16_at(bytes, at + 20).is_some_and(|comment| at + 22 + usize::from(comment) <= bytes.len())
    })
}

/// Number of entries, and where the directory starts.
fn extent(bytes: &[u8], end: usize) -> Option<(u64, usize)> {
    let [disk, directory_disk] = [u16_at(bytes, end + 4)?, u16_at(bytes, end + 6)?];
    let mut count = u64::from(u16_at(bytes, end + 10)?);
    let mut size = u64::from(u32_at(bytes, end + 12)?);
    let mut start = u64::from(u32_at(bytes, end + 16)?);
    let mut directory_end = end;
    let is_wide = count == u64::from(u16::MAX) || size == u64::from(u32::MAX) || start == u64::from(u32::MAX);
    let locator = end.checked_sub(20).filter(|at| u32_at(bytes, *at) == Some(LOCATOR_64));
    if let Some(locator) = locator {
        let wide = usize::try_from(u64_at(bytes, locator + 8)?).ok()?;
        if u32_at(bytes, wide)? != END_64 {
            return None;
        }
        directory_end = wide;
        count = u64_at(bytes, wide.checked_add(32)?)?;
        size = u64_at(bytes, wide.checked_add(40)?)?;
        start = u64_at(bytes, wide.checked_add(48)?)?;
    } else if is_wide || disk != 0 || directory_disk != 0 {
        return None;
    }
    let (start, size) = (usize::try_from(start).ok()?, usize::try_from(size).ok()?);
    (start.checked_add(size)? <= directory_end).then_some((count, start))
}

/// Reads the record at `at` and the local header it names.
fn read_record(bytes: &[u8], at: usize, directory: usize) -> Result<Entry, FormatError> {
    let damaged = || corrupt("the zip directory is damaged", at);
    if u32_at(bytes, at) != Some(CENTRAL) {
        return Err(damaged());
    }
    let short = |offset: usize| u16_at(bytes, at + offset).ok_or_else(damaged);
    let long = |offset: usize| u32_at(bytes, at + offset).map(u64::from).ok_or_else(damaged);
    let (flags, method, crc) = (short(8)?, short(10)?, long(16)? as u32);
    let (name_length, extra_length, comment_length) =
        (usize::from(short(28)?), usize::from(short(30)?), usize::from(short(32)?));
    let end = at + 46 + name_length + extra_length + comment_length;
    let raw_name = bytes.get(at + 46..at + 46 + name_length).ok_or_else(damaged)?;
    if bytes.len() < end {
        return Err(damaged());
    }
    let name = String::from_utf8_lossy(raw_name).into_owned();
    let sizes = Sizes { packed: long(20)?, size: long(24)?, offset: long(42)? };
    let extra = at + 46 + name_length..at + 46 + name_length + extra_length;
    let (sizes, wide_offset) = sizes.widened(bytes, extra).ok_or_else(damaged)?;
    let broken = |what: &str| FormatError::corrupt(what, &name, 0);
    if flags & ENCRYPTED != 0 {
        return Err(FormatError::Encrypted);
    }
    let local = usize::try_from(sizes.offset).map_err(|_| damaged())?;
    let same_header = u32_at(bytes, local) == Some(LOCAL)
        && u16_at(bytes, local + 8) == Some(method)
        && u16_at(bytes, local + 26).map(usize::from) == Some(name_length)
        && bytes.get(local + 30..local + 30 + name_length) == Some(raw_name);
    if !same_header {
        // It cannot be read, but a document may do without it.
        let local = local.min(directory)..local.min(directory);
        let (size, crc) = (sizes.size, crc);
        return Ok(Entry {
            name,
            method: Method::Contradicted,
            crc,
            size,
            data: local.clone(),
            local,
            record: at..end,
            wide_offset,
        });
    }
    let data = local + 30 + name_length + usize::from(u16_at(bytes, local + 28).ok_or_else(damaged)?);
    let data_end = usize::try_from(sizes.packed).ok().and_then(|packed| data.checked_add(packed));
    let data_end = data_end.filter(|end| *end <= directory).ok_or_else(|| broken("an entry is cut off"))?;
    let method = match method {
        0 => Method::Stored,
        8 => Method::Deflated,
        _ => Method::Other,
    };
    if method == Method::Stored && sizes.packed != sizes.size {
        return Err(broken("a stored entry has two sizes"));
    }
    Ok(Entry {
        name,
        method,
        crc,
        size: sizes.size,
        local: local..data_end,
        data: data..data_end,
        record: at..end,
        wide_offset,
    })
}

struct Sizes {
    packed: u64,
    size: u64,
    offset: u64,
}

impl Sizes {
    /// Takes what does not fit into four bytes from the zip64 field, and says where the offset stands in it.
    fn widened(mut self, bytes: &[u8], extra: Range<usize>) -> Option<(Self, Option<usize>)> {
        let wide = u64::from(u32::MAX);
        if self.packed != wide && self.size != wide && self.offset != wide {
            return Some((self, None));
        }
        let mut at = extra.start;
        while at + 4 <= extra.end {
            let (id, length) = (u16_at(bytes, at)?, usize::from(u16_at(bytes, at + 2)?));
            let field_end = at + 4 + length;
            if field_end > extra.end {
                return None;
            }
            if id == 1 {
                let mut place = at + 4;
                let mut offset_at = None;
                for value in [&mut self.size, &mut self.packed, &mut self.offset] {
                    if *value == wide {
                        if place + 8 > field_end {
                            return None;
                        }
                        *value = u64_at(bytes, place)?;
                        offset_at = Some(place);
                        place += 8;
                    } else {
                        offset_at = None;
                    }
                }
                return Some((self, offset_at));
            }
            at = field_end;
        }
        None
    }
}

/// Checks that no two entries share a byte, and gives each entry what stands between it and the next: its data
/// descriptor, padding.
fn close_gaps(entries: &mut [Entry], directory: usize) -> Result<(), FormatError> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|index| (entries[*index].local.start, entries[*index].local.end));
    for (place, &index) in order.iter().enumerate() {
        let next = order.get(place + 1).map_or(directory, |next| entries[*next].local.start);
        if entries[index].local.end > next {
            return Err(FormatError::corrupt("entries of the container overlap", &entries[index].name, 0));
        }
        entries[index].local.end = next;
    }
    Ok(())
}
