//! The list of a message's properties: `__properties_version1.0` ([MS-OXMSG] 2.4).

use std::collections::HashMap;

use super::numbers::{put, u16_at, u32_at};

/// The name of the stream.
pub(super) const NAME: &str = "__properties_version1.0";
/// What the records are preceded by: in a message, and in its recipients and attachments.
pub(super) const IN_MESSAGE: usize = 32;
pub(super) const IN_PART: usize = 8;
const RECORD: usize = 16;

/// Types of properties.
pub(super) const LONG: u16 = 0x0003;
pub(super) const BOOLEAN: u16 = 0x000b;
pub(super) const STRING_8: u16 = 0x001e;
pub(super) const UNICODE: u16 = 0x001f;
pub(super) const BINARY: u16 = 0x0102;

/// The stream.
pub(super) struct Properties {
    pub(super) bytes: Vec<u8>,
    start: usize,
}

impl Properties {
    /// Over the bytes of the stream, whose records begin at `start`.
    pub(super) fn new(bytes: &[u8], start: usize) -> Self {
        Self { bytes: bytes.to_vec(), start }
    }

    fn places(&self) -> impl Iterator<Item = usize> {
        (self.start..).step_by(RECORD).take_while(|at| at + RECORD <= self.bytes.len())
    }

    /// Where the record of a property stands.
    fn record(&self, id: u16) -> Option<usize> {
        self.places().find(|at| u16_at(&self.bytes, at + 2) == id)
    }

    /// Where the record of each property stands.
    pub(super) fn records(&self) -> HashMap<u16, usize> {
        // The first one counts.
        let mut records = HashMap::new();
        for at in self.places() {
            records.entry(u16_at(&self.bytes, at + 2)).or_insert(at);
        }
        records
    }

    /// A number.
    pub(super) fn number(&self, id: u16) -> Option<u32> {
        self.record(id).map(|at| u32_at(&self.bytes, at + 8))
    }

    /// Sets a number, also of a property that there was not.
    pub(super) fn set(&mut self, id: u16, kind: u16, value: u32) {
        let at = self.record(id).unwrap_or_else(|| {
            let at = self.start + (self.bytes.len().saturating_sub(self.start)) / RECORD * RECORD;
            // Readable and writable.
            let record = [u32::from(id) << 16 | u32::from(kind), 6, 0, 0];
            self.bytes.splice(at.min(self.bytes.len()).., record.iter().flat_map(|word| word.to_le_bytes()));
            at
        });
        put(&mut self.bytes, at + 8, value);
    }

    /// Says how long the stream of a property is, and of what type.
    pub(super) fn describe(&mut self, id: u16, now: u16, kind: u16, length: usize) {
        if let Some(at) = self.record(id) {
            self.describe_at(at, now, kind, length);
        }
    }

    /// The same for the record at this place.
    pub(super) fn describe_at(&mut self, at: usize, now: u16, kind: u16, length: usize) {
        let end = match kind {
            UNICODE => 2,
            STRING_8 => 1,
            _ => 0,
        };
        put(&mut self.bytes, at, u32::from(now) << 16 | u32::from(kind));
        put(&mut self.bytes, at + 8, u32::try_from(length + end).unwrap_or(u32::MAX));
    }

    /// Takes the record of a property out.
    pub(super) fn remove(&mut self, id: u16) {
        if let Some(at) = self.record(id) {
            self.bytes.drain(at..at + RECORD);
        }
    }
}
