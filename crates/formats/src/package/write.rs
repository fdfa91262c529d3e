//! Writes a container from the original bytes.

use std::collections::HashMap;
use std::io::Write;

use super::directory::{CENTRAL, Directory, Entry, LOCAL, Method};
use super::fields::u16_at;
use crate::FormatError;

/// A data descriptor follows the entry: what we write has its sizes in the header.
const HAS_DESCRIPTOR: u16 = 1 << 3;

/// New contents of an entry, packed in the method it has.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    data: Vec<u8>,
    crc: u32,
    /// Of the contents.
    length: usize,
}

impl Packed {
    /// Packs the contents.
    pub(super) fn of(contents: Vec<u8>, method: Method) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(&contents);
        let length = contents.len();
        let data = match method {
            Method::Deflated => deflate(&contents),
            Method::Stored | Method::Other | Method::Contradicted => contents,
        };
        Self { data, crc: crc.sum(), length }
    }
}

/// Writes the container. `change` gives the new contents of an entry, `Some(None)` leaves it out.
///
/// # Errors
/// [`FormatError::TooComplex`] past 4 GiB.
pub(super) fn write<'a>(
    bytes: &[u8],
    directory: &Directory,
    change: impl Fn(&Entry) -> Option<Option<&'a Packed>>,
) -> Result<Vec<u8>, FormatError> {
    let mut order: Vec<usize> = (0..directory.entries.len()).collect();
    order.sort_by_key(|index| (directory.entries[*index].local.start, directory.entries[*index].local.end));
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    out.extend_from_slice(&bytes[..order.first().map_or(0, |first| directory.entries[*first].local.start)]);
    let mut records = HashMap::with_capacity(order.len());
    for index in order {
        let entry = &directory.entries[index];
        let at = narrow(out.len())?;
        let record = match change(entry) {
            Some(None) => continue,
            Some(Some(packed)) => replaced(bytes, entry, packed, at, &mut out)?,
            None => {
                out.extend_from_slice(&bytes[entry.local.clone()]);
                moved(bytes, entry, at)
            }
        };
        records.insert(index, record);
    }
    let start = narrow(out.len())?;
    let mut count = 0u16;
    for index in 0..directory.entries.len() {
        if let Some(record) = records.remove(&index) {
            out.extend_from_slice(&record);
            count = count.checked_add(1).ok_or_else(too_large)?;
        }
    }
    let end = narrow(out.len())?;
    let comment = &bytes[directory.end_record.start + 22..directory.end_record.end];
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&(end - start).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&narrow(comment.len())?.to_le_bytes()[..2]);
    out.extend_from_slice(comment);
    Ok(out)
}

fn too_large() -> FormatError {
    FormatError::TooComplex { limit: u64::from(u32::MAX), unit: "bytes of the written container" }
}

/// Sizes and offsets below 4 GiB: the four bytes of an old-style zip field.
fn narrow(size: usize) -> Result<u32, FormatError> {
    u32::try_from(size).ok().filter(|size| *size < u32::MAX).ok_or_else(too_large)
}

/// The record of an entry that was copied to `at`.
fn moved(bytes: &[u8], entry: &Entry, at: u32) -> Vec<u8> {
    let mut record = bytes[entry.record.clone()].to_vec();
    match entry.wide_offset {
        Some(place) => {
            let place = place - entry.record.start;
            record[place..place + 8].copy_from_slice(&u64::from(at).to_le_bytes());
        }
        None => record[42..46].copy_from_slice(&at.to_le_bytes()),
    }
    record
}

/// Writes an entry anew, and gives its record.
fn replaced(bytes: &[u8], entry: &Entry, packed: &Packed, at: u32, out: &mut Vec<u8>) -> Result<Vec<u8>, FormatError> {
    let old = &bytes[entry.record.clone()];
    let [name, extra, comment] =
        [28, 30, 32].map(|field| usize::from(u16_at(old, field).expect("the record was read once")));
    let flags = u16_at(old, 8).expect("the record was read once") & !HAS_DESCRIPTOR;
    // Version needed, flags, method, time, date, checksum, sizes, length of the name: the same in both headers.
    let mut fields = Vec::with_capacity(24);
    fields.extend_from_slice(&old[6..8]);
    fields.extend_from_slice(&flags.to_le_bytes());
    fields.extend_from_slice(&old[10..16]);
    fields.extend_from_slice(&packed.crc.to_le_bytes());
    fields.extend_from_slice(&narrow(packed.data.len())?.to_le_bytes());
    fields.extend_from_slice(&narrow(packed.length)?.to_le_bytes());
    fields.extend_from_slice(&old[28..30]);

    out.extend_from_slice(&LOCAL.to_le_bytes());
    out.extend_from_slice(&fields);
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(&old[46..46 + name]);
    out.extend_from_slice(&packed.data);

    let kept = kept_extra(&old[46 + name..46 + name + extra]);
    let mut record = Vec::with_capacity(old.len());
    record.extend_from_slice(&CENTRAL.to_le_bytes());
    record.extend_from_slice(&old[4..6]);
    record.extend_from_slice(&fields);
    record.extend_from_slice(&narrow(kept.len())?.to_le_bytes()[..2]);
    record.extend_from_slice(&old[32..42]);
    record.extend_from_slice(&at.to_le_bytes());
    record.extend_from_slice(&old[46..46 + name]);
    record.extend_from_slice(&kept);
    record.extend_from_slice(&old[46 + name + extra..46 + name + extra + comment]);
    Ok(record)
}

/// Extra fields without the one that holds wide sizes.
fn kept_extra(extra: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut at = 0;
    while let (Some(id), Some(length)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        let Some(field) = extra.get(at..at + 4 + usize::from(length)) else { break };
        if id != 1 {
            kept.extend_from_slice(field);
        }
        at += field.len();
    }
    kept
}

fn deflate(contents: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(contents).and_then(|()| encoder.finish()).expect("writing to memory cannot fail")
}
