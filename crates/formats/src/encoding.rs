//! Text encodings: bytes to text and back, for the formats that are plain text.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::FormatError;

/// Text as it was decoded, and what is needed to write it back the same way.
#[derive(Debug, Clone)]
pub(crate) struct Decoded {
    /// The text, without its byte-order mark.
    pub(crate) text: String,
    /// The encoding it came in.
    pub(crate) encoding: &'static Encoding,
    /// Whether a byte-order mark stood in front.
    pub(crate) bom: bool,
}

/// Decodes by byte-order mark, then UTF-8 validity, then the zeros of UTF-16, then statistics. What looks like ASCII and
/// changes to the tables of Japanese is in them.
///
/// # Errors
/// [`FormatError::Encoding`] for binary data, for UTF-16 of odd length or with lone surrogates, and for UTF-8 with a
/// few bytes that UTF-8 does not allow.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, FormatError> {
    if BINARY.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(FormatError::Encoding("it holds binary data"));
    }
    if UTF_32.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(FormatError::Encoding("it is UTF-32, which is not read; UTF-8 and UTF-16 are"));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode_as(&bytes[length..], encoding, true);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        if text.is_ascii()
            && JAPANESE.iter().any(|sequence| text.contains(sequence))
            && let Some(text) = ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes)
        {
            return Ok(Decoded { text: text.into_owned(), encoding: ISO_2022_JP, bom: false });
        }
        return Ok(Decoded { text: text.to_owned(), encoding: UTF_8, bom: false });
    }
    if let Some(encoding) = utf16_without_bom(bytes) {
        return decode_as(bytes, encoding, false);
    }
    if bytes.contains(&0) {
        return Err(FormatError::Encoding("it holds binary data"));
    }
    if is_damaged_utf8(bytes) {
        return Err(FormatError::Encoding("it is UTF-8 with bytes that UTF-8 does not allow"));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    decode_as(bytes, detector.guess(None, chardetng::Utf8Detection::Deny), false)
}

/// What files that are no text begin with, where their first bytes alone would pass for text in some encoding.
const BINARY: [&[u8]; 6] = [b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0"];

/// The byte-order marks of UTF-32.
const UTF_32: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];

/// The sequences by which a text in ISO-2022-JP changes to characters of two bytes. Programs that colour their output
/// write none of them.
const JAPANESE: [&str; 2] = ["\u{1b}$B", "\u{1b}$@"];

/// Whether the bytes are UTF-8 but for some damage. Taken for a legacy encoding, every good accent would be broken too:
/// legacy text has next to no sequences that are legal in UTF-8.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 4 * bad
}

fn decode_as(bytes: &[u8], encoding: &'static Encoding, bom: bool) -> Result<Decoded, FormatError> {
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(FormatError::Encoding("bytes that its encoding does not allow"))?;
    let controls =
        text.bytes().filter(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1b)).count();
    if text.contains('\0') || controls * 50 > text.len() {
        return Err(FormatError::Encoding("it holds binary data"));
    }
    Ok(Decoded { text: text.into_owned(), encoding, bom })
}

/// UTF-16 shows itself by zeros at every other byte, as soon as a good part of the text is Latin.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 >= half * 6 && even * 10 <= half {
        Some(UTF_16LE)
    } else if even * 10 >= half * 6 && odd * 10 <= half {
        Some(UTF_16BE)
    } else {
        None
    }
}

impl Decoded {
    /// Bytes of `text` in the encoding it came in; in UTF-8 if that lacks a character of it (the `bool` says so).
    pub(crate) fn encode(&self, text: &str) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(text.len() + 3);
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let to_bytes = if self.encoding == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
            let bom = if self.bom { "\u{feff}" } else { "" };
            for unit in bom.encode_utf16().chain(text.encode_utf16()) {
                out.extend_from_slice(&to_bytes(unit));
            }
            return (out, false);
        }
        let (bytes, _, lost) = self.encoding.encode(text);
        if lost {
            out.extend_from_slice(text.as_bytes());
            return (out, true);
        }
        if self.bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        out.extend_from_slice(&bytes);
        (out, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn round_trip(bytes: &[u8], text: &str) {
        let decoded = decode(bytes).unwrap();
        assert_eq!(decoded.text, text);
        assert_eq!(decoded.encode(text), (bytes.to_vec(), false));
    }

    #[test]
    fn text_goes_back_into_the_encoding_it_came_in() {
        round_trip("Olá".as_bytes(), "Olá");
        round_trip(b"\xef\xbb\xbfOl\xc3\xa1", "Olá");
        round_trip(b"\xff\xfeO\0l\0\xe1\0", "Olá");
        round_trip(b"\xfe\xff\0O\0l\0\xe1", "Olá");
        round_trip(b"H\0e\0l\0l\0o\0", "Hello");
        round_trip(b"A \x1b$BF|K\\\x1b(B b", "A 日本 b");
        round_trip(b"\x1b[31mred\x1b[0m \x1b(B", "\u{1b}[31mred\u{1b}[0m \u{1b}(B");
        round_trip(
            "Uma informa\u{e7}\u{e3}o \u{e9} \u{fa}til.".chars().map(|c| c as u8).collect::<Vec<_>>().as_slice(),
            "Uma informação é útil.",
        );
    }

    #[test]
    fn what_does_not_fit_becomes_utf_8_and_binary_is_refused() {
        let decoded = decode(b"Uma informa\xe7\xe3o").unwrap();
        assert_eq!(decoded.encode("日本"), ("日本".as_bytes().to_vec(), true));
        assert!(decode(b"\x89PNG\0\0\0\x01\xff").is_err());
        assert!(decode(b"\xff\xfe\0").is_err());
        for utf_32 in [&b"\xff\xfe\0\0H\0\0\0i\0\0\0"[..], b"\0\0\xfe\xff\0\0\0H"] {
            assert!(decode(utf_32).unwrap_err().to_string().contains("UTF-32"));
        }
        assert!(decode(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3").is_err());
        let mut damaged = "informação útil, à mão, já é só".as_bytes().to_vec();
        damaged.push(0xc3);
        assert!(decode(&damaged).is_err());
    }
}
