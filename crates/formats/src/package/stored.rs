//! A container made of parts that did not come in one.

use super::directory::{CENTRAL, LOCAL};
use crate::FormatError;

/// Packs the parts, in their order, without compression.
///
/// # Errors
/// [`FormatError::TooComplex`] for what a container without extensions cannot hold.
pub(crate) fn stored<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>, FormatError> {
    let (mut out, mut records, mut count) = (Vec::new(), Vec::new(), 0u16);
    for (name, contents) in parts {
        let at = wide(out.len())?;
        let mut crc = flate2::Crc::new();
        crc.update(contents);
        let size = wide(contents.len())?.to_le_bytes();
        // Version 2.0, names in UTF-8, stored, 1 January 1980.
        let mut fields = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
        fields.extend_from_slice(&crc.sum().to_le_bytes());
        fields.extend_from_slice(&size);
        fields.extend_from_slice(&size);
        let length = u16::try_from(name.len()).map_err(|_| too_large(u64::from(u16::MAX), "bytes of a part's name"))?;
        fields.extend_from_slice(&length.to_le_bytes());
        fields.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&LOCAL.to_le_bytes());
        out.extend_from_slice(&fields);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(contents);
        records.extend_from_slice(&CENTRAL.to_le_bytes());
        records.extend_from_slice(&[20, 0]);
        records.extend_from_slice(&fields);
        records.extend_from_slice(&[0; 10]);
        records.extend_from_slice(&at.to_le_bytes());
        records.extend_from_slice(name.as_bytes());
        count = count.checked_add(1).ok_or_else(|| too_large(u64::from(u16::MAX), "parts of one document"))?;
    }
    let (start, length) = (wide(out.len())?, wide(records.len())?);
    out.extend_from_slice(&records);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    Ok(out)
}

fn too_large(limit: u64, unit: &'static str) -> FormatError {
    FormatError::TooComplex { limit, unit }
}

fn wide(size: usize) -> Result<u32, FormatError> {
    u32::try_from(size)
        .ok()
        .filter(|size| *size < u32::MAX)
        .ok_or_else(|| too_large(u64::from(u32::MAX), "bytes of one document"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::package::Package;

    #[test]
    fn what_is_packed_is_read_again() {
        let parts = [("a/é.xml", &b"<a/>"[..]), ("b", b""), ("c.bin", b"\0\xff")];
        let bytes = stored(parts.into_iter()).unwrap();
        let mut package = Package::open(&bytes, &Limits::default()).unwrap();
        for (name, contents) in parts {
            assert_eq!(package.require(name).unwrap(), contents);
        }
        assert_eq!(package.names().count(), 3);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        for (name, contents) in parts {
            let mut read = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut read).unwrap();
            assert_eq!(read, contents);
        }
    }
}
