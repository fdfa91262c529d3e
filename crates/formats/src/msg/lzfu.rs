//! Compressed rich text ([MS-OXRTFCP]).

use super::numbers::u32_at;
use crate::FormatError;

/// What the dictionary begins with.
const KNOWN: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
    \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
    \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const DICTIONARY: usize = 4096;
/// Expanded bytes.
const LIMIT: usize = 16 << 20;
const COMPRESSED: &[u8] = b"LZFu";
const PLAIN: &[u8] = b"MELA";

/// The rich text of a compressed body.
///
/// # Errors
/// [`FormatError::TooComplex`] past 16 MiB, [`FormatError::Corrupt`] if it is no compressed rich text.
pub(super) fn expand(bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    let corrupt = || FormatError::corrupt("the rich text body is damaged", "1009", 0);
    let header = bytes.get(..16).ok_or_else(corrupt)?;
    let length = u32_at(header, 4) as usize;
    let too_complex = FormatError::TooComplex { limit: LIMIT as u64, unit: "expanded bytes of the rich text body" };
    if length > LIMIT {
        return Err(too_complex);
    }
    let mut rest = bytes[16..].iter().copied();
    match &header[8..12] {
        PLAIN => return Ok(rest.take(length).collect()),
        COMPRESSED => {}
        _ => return Err(corrupt()),
    }
    let mut dictionary = KNOWN.to_vec();
    dictionary.resize(DICTIONARY, b' ');
    let mut at = KNOWN.len();
    let mut out = Vec::with_capacity(length.min(bytes.len() * 9));
    'all: while let Some(control) = rest.next() {
        for bit in 0..8 {
            let Some(first) = rest.next() else { break 'all };
            if control & 1 << bit == 0 {
                out.push(first);
                dictionary[at] = first;
                at = (at + 1) % DICTIONARY;
            } else {
                let second = rest.next().ok_or_else(corrupt)?;
                let reference = u16::from_be_bytes([first, second]);
                let from = usize::from(reference >> 4);
                if from == at {
                    break 'all;
                }
                for step in 0..usize::from(reference & 15) + 2 {
                    let byte = dictionary[(from + step) % DICTIONARY];
                    out.push(byte);
                    dictionary[at] = byte;
                    at = (at + 1) % DICTIONARY;
                }
            }
            if out.len() > LIMIT {
                return Err(too_complex);
            }
        }
    }
    Ok(out)
}

/// A body of rich text, not compressed: every reader must take that, too.
pub(super) fn wrap(rich_text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(rich_text.len()).unwrap_or(u32::MAX);
    let mut out = length.saturating_add(12).to_le_bytes().to_vec();
    out.extend(length.to_le_bytes());
    out.extend(PLAIN);
    out.extend([0; 4]);
    out.extend_from_slice(rich_text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_read() {
        assert_eq!(KNOWN.len(), 207);
        // [MS-OXRTFCP] 3.1 and 3.2.
        let simple = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(expand(simple).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let over = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0d\x6e\x7d\x01\x0e\xb0";
        assert_eq!(expand(over).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assert_eq!(expand(&wrap(b"{\\rtf1 x}")).unwrap(), b"{\\rtf1 x}");
    }

    #[test]
    fn bombs_and_lies_are_refused() {
        assert!(matches!(expand(b"short"), Err(FormatError::Corrupt { .. })));
        assert!(matches!(expand(b"\0\0\0\0\xff\xff\xff\xffLZFu\0\0\0\0"), Err(FormatError::TooComplex { .. })));
        assert!(matches!(expand(b"\0\0\0\0\xff\0\0\0LZMA\0\0\0\0"), Err(FormatError::Corrupt { .. })));
        let mut bomb = b"\0\0\0\0\xff\0\0\0LZFu\0\0\0\0".to_vec();
        for _ in 0..200_000 {
            bomb.push(0xff);
            bomb.extend([0x00, 0x1e].repeat(8));
        }
        assert!(matches!(expand(&bomb), Err(FormatError::TooComplex { .. })));
    }
}
