//! Zip containers: the parts that are read, under [`Limits`], and everything else copied as it is.
//!
//! A written package is the original file with the bodies of the replaced entries exchanged: order, names, times,
//! methods, attributes, extra fields and the comment stay, and an entry that is not replaced keeps every byte from its
//! local header to its data descriptor. Entry names are keys and never become paths.
//!
//! Follows PKWARE's APPNOTE 6.3.10, sections 4.3 to 4.5, for what documents use of it: one disk, stored or deflated.

mod directory;
mod fields;
mod kept;
mod opc;
mod signatures;
mod stored;
mod write;

use std::collections::HashMap;
use std::io::Read;

use self::directory::{Directory, Entry, Method};
pub(crate) use self::kept::kept_entries;
use self::opc::{ALL_RELATIONSHIPS, relationships_part};
pub(crate) use self::opc::{ContentTypes, Relationship, relationships_of};
pub(crate) use self::signatures::without_signatures;
pub(crate) use self::stored::stored;
use self::write::Packed;
use crate::document::LARGEST;
use crate::xml::XmlPart;
use crate::{FormatError, Limits};

/// An opened container.
pub(crate) struct Package {
    bytes: Vec<u8>,
    directory: Directory,
    /// Indexes of entries by name, in lower case and with forward slashes: part names do not tell case apart.
    by_name: HashMap<String, usize>,
    /// Bytes that may still be expanded.
    budget: u64,
    /// Relationships that may still be read.
    relationships: usize,
    limits: Limits,
}

/// What becomes of entries when a package is written. Entries that are not named are copied. New contents are packed at
/// once, so that no two parts of a document need be there at full length.
#[derive(Debug, Default, Clone)]
pub(crate) struct Changes {
    changes: HashMap<String, Option<Packed>>,
}

impl Changes {
    /// Gives an entry of the package new contents.
    pub(crate) fn replace(&mut self, package: &Package, name: &str, contents: Vec<u8>) {
        let key = key(name);
        let method = package.by_name.get(&key).map_or(Method::Other, |index| package.directory.entries[*index].method);
        self.changes.insert(key, Some(Packed::of(contents, method)));
    }

    /// Leaves the entry out.
    pub(crate) fn remove(&mut self, name: &str) {
        self.changes.insert(key(name), None);
    }

    /// Whether everything stays as it is.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl Package {
    /// Reads the table of contents and checks it: nothing is expanded yet.
    ///
    /// # Errors
    /// [`FormatError::Encrypted`] for encrypted office documents (which are compound files) and encrypted entries,
    /// [`FormatError::TooComplex`] for too many entries, [`FormatError::Corrupt`] for everything that is no sound zip
    /// file: entries that overlap or have one name, for instance.
    pub(crate) fn open(bytes: &[u8], limits: &Limits) -> Result<Self, FormatError> {
        if bytes.starts_with(COMPOUND_FILE) {
            let encrypted = ["EncryptionInfo", "EncryptedPackage"].iter().any(|name| holds_utf_16(bytes, name));
            return Err(match encrypted {
                true => FormatError::Encrypted,
                false => FormatError::corrupt("a compound file and no zip container", "", 0),
            });
        }
        let directory = Directory::read(bytes, limits)?;
        let mut by_name = HashMap::with_capacity(directory.entries.len());
        for (index, entry) in directory.entries.iter().enumerate() {
            if by_name.insert(key(&entry.name), index).is_some() {
                return Err(FormatError::corrupt("two entries of the container have one name", &entry.name, 0));
            }
        }
        // A container of many parts that each stay below what is free of any ratio.
        let ratio = ALL_RATIO_FREE.max((bytes.len() as u64).saturating_mul(limits.zip_ratio));
        let budget = limits.zip_total_bytes.min(ratio);
        let (bytes, limits) = (bytes.to_vec(), limits.clone());
        Ok(Self { bytes, directory, by_name, budget, relationships: ALL_RELATIONSHIPS, limits })
    }

    /// The names of all entries, in the container's order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.directory.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Whether there is an entry of this name, in any case.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.by_name.contains_key(&key(name))
    }

    /// The contents of an entry, `None` if there is none of that name.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] past a limit on expanded bytes, [`FormatError::Corrupt`] if the data is not what the
    /// directory says.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, FormatError> {
        let Some(&index) = self.by_name.get(&key(name)) else { return Ok(None) };
        let entry = &self.directory.entries[index];
        let contents = expand(&self.bytes, entry, self.budget, &self.limits)?;
        self.budget = self.budget.saturating_sub(contents.len() as u64);
        Ok(Some(contents))
    }

    /// The contents of an entry that must be there.
    ///
    /// # Errors
    /// As [`Self::read`]; [`FormatError::Corrupt`] if it is missing.
    pub(crate) fn require(&mut self, name: &str) -> Result<Vec<u8>, FormatError> {
        self.read(name)?.ok_or_else(|| FormatError::corrupt("a part is missing", name, 0))
    }

    /// A part that was read before, as it was then: what is kept of a document that waits is its container, not its parts.
    ///
    /// # Errors
    /// As [`Self::require`] and [`XmlPart::decode`], for a part that was not read before.
    pub(crate) fn again(&self, name: &str) -> Result<XmlPart, FormatError> {
        let index = self.by_name.get(&key(name)).ok_or_else(|| FormatError::corrupt("a part is missing", name, 0))?;
        let entry = &self.directory.entries[*index];
        XmlPart::decode(name, expand(&self.bytes, entry, self.limits.zip_total_bytes, &self.limits)?)
    }

    /// The container with the changes made. Without changes, these are the original bytes.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] if the result passes what a zip container without extensions can hold.
    pub(crate) fn write(&self, changes: &Changes) -> Result<Vec<u8>, FormatError> {
        if changes.is_empty() {
            return Ok(self.bytes.clone());
        }
        write::write(&self.bytes, &self.directory, |entry| changes.changes.get(&key(&entry.name)).map(Option::as_ref))
    }
}

const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

fn holds_utf_16(bytes: &[u8], name: &str) -> bool {
    let needle: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Part names are equal if they differ in case only (OPC 6.2.2.3), or in what is spelled with percent signs; some writers use
/// backslashes, a leading slash or `./`.
fn key(name: &str) -> String {
    let name = opc::percent_decoded(&name.replace('\\', "/")).to_ascii_lowercase();
    let name = name.strip_prefix("./").unwrap_or(&name);
    name.trim_start_matches('/').to_owned()
}

/// Inflates an entry, never past a limit, and checks length and checksum.
fn expand(bytes: &[u8], entry: &Entry, budget: u64, limits: &Limits) -> Result<Vec<u8>, FormatError> {
    let corrupt = |what: &str| FormatError::corrupt(what, &entry.name, 0);
    let data = &bytes[entry.data.clone()];
    // What the directory says about the size is only believed when the data bears it out.
    let mut allowed = limits.zip_entry_bytes.min(LARGEST as u64);
    let mut exceeded = FormatError::TooComplex { limit: allowed, unit: "expanded bytes of one entry" };
    if budget < allowed {
        allowed = budget;
        exceeded = FormatError::TooComplex { limit: limits.zip_total_bytes, unit: "expanded bytes of all entries" };
    }
    let ratio = RATIO_FREE.max((data.len() as u64).saturating_mul(limits.zip_ratio));
    if ratio < allowed {
        allowed = ratio;
        exceeded = FormatError::TooComplex { limit: limits.zip_ratio, unit: "times expansion of one entry" };
    }
    let contents = match entry.method {
        Method::Stored if data.len() as u64 > allowed => return Err(exceeded),
        Method::Stored => data.to_vec(),
        Method::Deflated => {
            let mut contents = Vec::with_capacity(entry.size.min(allowed).min(data.len() as u64 * 8 + 64) as usize);
            flate2::read::DeflateDecoder::new(data)
                .take(allowed + 1)
                .read_to_end(&mut contents)
                .map_err(|_| corrupt("the compressed data of a part is damaged"))?;
            if contents.len() as u64 > allowed {
                return Err(exceeded);
            }
            contents
        }
        Method::Contradicted => return Err(corrupt("an entry of the container contradicts its directory")),
        Method::Other => return Err(corrupt("a part is compressed in a way that documents do not use")),
    };
    let mut crc = flate2::Crc::new();
    crc.update(&contents);
    if contents.len() as u64 != entry.size || crc.sum() != entry.crc {
        return Err(corrupt("a part is not as long as the container says, or its checksum is wrong"));
    }
    Ok(contents)
}

/// Bytes that an entry may expand to whatever its ratio.
const RATIO_FREE: u64 = 10 << 20;
/// Bytes that all entries may expand to whatever the ratio; in tests, which are not optimised, fewer.
const ALL_RATIO_FREE: u64 = if cfg!(test) { 4 << 20 } else { 64 << 20 };

#[cfg(test)]
mod tests;
