//! Writes a compound file: the directory as it was, the streams one after the other.

use super::compound::{CUTOFF, Compound, END, ENTRY, FREE, IN_HEADER, Kind, MINI};
use super::numbers::put;
use crate::FormatError;

/// Marks a sector of the table of sectors, and one of the list of such sectors.
const TABLE: u32 = 0xffff_fffd;
const LIST: u32 = 0xffff_fffc;

/// Sectors, and which follows which.
struct Chains {
    bytes: Vec<u8>,
    next: Vec<u32>,
    size: usize,
}

impl Chains {
    /// Adds a stream; gives its first sector and how many it takes.
    fn add(&mut self, data: &[u8]) -> Result<(u32, u32), FormatError> {
        let (first, count) = (narrow(self.next.len())?, narrow(data.len().div_ceil(self.size))?);
        if count == 0 {
            return Ok((END, 0));
        }
        self.next.extend((1..count).map(|step| first + step));
        self.next.push(END);
        self.bytes.extend_from_slice(data);
        self.bytes.resize(self.next.len() * self.size, 0);
        Ok((first, count))
    }
}

/// Sizes below 2 GiB, which is what readers of small sectors can do.
fn narrow(size: usize) -> Result<u32, FormatError> {
    let limit = i32::MAX as u32;
    u32::try_from(size)
        .ok()
        .filter(|size| *size < limit)
        .ok_or(FormatError::TooComplex { limit: u64::from(limit), unit: "bytes of the written compound file" })
}

impl Compound {
    /// The file, every stream with the data it has now.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] past 2 GiB.
    pub(super) fn write(&self) -> Result<Vec<u8>, FormatError> {
        let mut file = Chains { bytes: Vec::new(), next: Vec::new(), size: self.sector };
        let mut mini = Chains { bytes: Vec::new(), next: Vec::new(), size: MINI };
        let mut directory = Vec::with_capacity(self.entries.len() * ENTRY);
        for entry in &self.entries {
            let mut raw = match entry.kind {
                Kind::Unused => unused(),
                Kind::Storage | Kind::Stream => entry.raw.clone(),
            };
            if entry.kind == Kind::Stream {
                let chains = if entry.data.len() < CUTOFF { &mut mini } else { &mut file };
                put(&mut raw, 116, chains.add(&entry.data)?.0);
                put(&mut raw, 120, narrow(entry.data.len())?);
                put(&mut raw, 124, 0);
            }
            directory.extend(raw);
        }
        let (container, _) = file.add(&mini.bytes)?;
        put(&mut directory, 116, container);
        put(&mut directory, 120, narrow(mini.bytes.len())?);
        put(&mut directory, 124, 0);
        for storage in self.entries.iter().zip(0..).filter(|(entry, _)| entry.changed) {
            let (entry, index): (_, usize) = storage;
            let mut children = entry.children.clone();
            children.sort_by_cached_key(|child| order(&self.entries[*child].name));
            let root = balance(&children, &mut directory);
            put(&mut directory, index * ENTRY + 76, root);
        }
        while directory.len() % self.sector != 0 {
            directory.extend(unused());
        }
        let mini_table: Vec<u8> = padded(&mini.next, self.sector / 4).flat_map(u32::to_le_bytes).collect();
        let mini_table = file.add(&mini_table)?;
        let directory = file.add(&directory)?;
        self.finish(file, mini_table, directory)
    }

    /// Adds the table of sectors, and the header in front.
    fn finish(&self, file: Chains, mini: (u32, u32), directory: (u32, u32)) -> Result<Vec<u8>, FormatError> {
        let Chains { bytes, mut next, .. } = file;
        let in_sector = self.sector / 4;
        let (mut tables, mut lists) = (0, 0);
        loop {
            let needed = (next.len() + tables + lists).div_ceil(in_sector);
            let needed_lists = needed.saturating_sub(IN_HEADER).div_ceil(in_sector - 1);
            if (needed, needed_lists) == (tables, lists) {
                break;
            }
            (tables, lists) = (needed, needed_lists);
        }
        let first = narrow(next.len())?;
        let (table_count, list_count) = (narrow(tables)?, narrow(lists)?);
        let mut places: Vec<u32> = (first..first + table_count).collect();
        next.resize(next.len() + tables, TABLE);
        next.resize(next.len() + lists, LIST);

        let mut header = self.header.clone();
        put(&mut header, 40, if self.sector == 512 { 0 } else { directory.1 });
        put(&mut header, 44, table_count);
        put(&mut header, 48, directory.0);
        put(&mut header, 60, mini.0);
        put(&mut header, 64, mini.1);
        put(&mut header, 68, if lists == 0 { END } else { first + table_count });
        put(&mut header, 72, list_count);
        let in_lists = places.split_off(places.len().min(IN_HEADER));
        for (index, place) in padded(&places, IN_HEADER).take(IN_HEADER).enumerate() {
            put(&mut header, 76 + 4 * index, place);
        }
        header.resize(self.sector, 0);

        let mut out = header;
        out.extend(bytes);
        out.extend(padded(&next, in_sector).flat_map(u32::to_le_bytes));
        for (list, index) in in_lists.chunks(in_sector - 1).zip(1..) {
            out.extend(padded(list, in_sector - 1).flat_map(u32::to_le_bytes));
            let follower = if index == list_count { END } else { first + table_count + index };
            out.extend(follower.to_le_bytes());
        }
        Ok(out)
    }
}

/// The numbers, and free ones up to a multiple of `step`.
fn padded(numbers: &[u32], step: usize) -> impl Iterator<Item = u32> {
    let length = numbers.len().next_multiple_of(step);
    numbers.iter().copied().chain(std::iter::repeat(FREE)).take(length)
}

fn unused() -> Vec<u8> {
    let mut raw = vec![0; ENTRY];
    for link in [68, 72, 76] {
        put(&mut raw, link, FREE);
    }
    raw
}

/// The order of names in a storage ([MS-CFB] 2.6.4): shorter ones first, then by upper case.
fn order(name: &str) -> (usize, Vec<u16>) {
    let upper: Vec<u16> = name.to_uppercase().encode_utf16().collect();
    (upper.len(), upper)
}

/// Links entries to a balanced tree, every one black ([MS-CFB] 2.6.4 allows it), and gives its root. Its depth is the
/// logarithm of their number.
fn balance(entries: &[usize], directory: &mut [u8]) -> u32 {
    let middle = entries.len() / 2;
    let Some(root) = entries.get(middle).copied() else { return FREE };
    let (left, right) = (balance(&entries[..middle], directory), balance(&entries[middle + 1..], directory));
    let raw = &mut directory[root * ENTRY..(root + 1) * ENTRY];
    raw[67] = 1;
    put(raw, 68, left);
    put(raw, 72, right);
    root as u32
}
