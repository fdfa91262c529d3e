//! One XML file: its text, and the encoding it is written back in.

use crate::FormatError;

/// The text of an XML file, without its byte-order mark.
#[derive(Debug)]
pub(crate) struct XmlPart {
    /// The part's name, for messages.
    pub(crate) name: String,
    /// The text. Byte ranges of the scanner are ranges of this.
    pub(crate) text: String,
    encoding: Encoding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8 {
        bom: bool,
    },
    Utf16 {
        little: bool,
        bom: bool,
    },
    /// The one it declares. Characters it lacks are written as references.
    Legacy(&'static encoding_rs::Encoding),
}

impl XmlPart {
    /// Decodes UTF-8 and UTF-16, with or without a byte-order mark, and what the declaration names.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] for encodings that nobody knows, bytes that the encoding does not allow, and characters that XML does
    /// not allow.
    pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<Self, FormatError> {
        let (text, encoding) = match bytes.as_slice() {
            [0xef, 0xbb, 0xbf, rest @ ..] => (utf_8(name, rest.to_vec())?, Encoding::Utf8 { bom: true }),
            [0xff, 0xfe, rest @ ..] => (utf_16(name, rest, true)?, Encoding::Utf16 { little: true, bom: true }),
            [0xfe, 0xff, rest @ ..] => (utf_16(name, rest, false)?, Encoding::Utf16 { little: false, bom: true }),
            [b'<', 0, ..] => (utf_16(name, &bytes, true)?, Encoding::Utf16 { little: true, bom: false }),
            [0, b'<', ..] => (utf_16(name, &bytes, false)?, Encoding::Utf16 { little: false, bom: false }),
            // Packages have UTF-8 or UTF-16 in them (OPC 6.2.5). Some writers name what their platform has.
            _ if declared_legacy(&bytes).is_some() => return Self::decode_declared(name, &bytes),
            _ => (utf_8(name, bytes)?, Encoding::Utf8 { bom: false }),
        };
        Self::checked(name, text, encoding)
    }

    fn checked(name: &str, text: String, encoding: Encoding) -> Result<Self, FormatError> {
        let corrupt = |what: &str, at: usize| FormatError::corrupt(what, name, at);
        if let Some(at) = text.bytes().position(|b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) {
            return Err(corrupt("a character that XML does not allow", at));
        }
        if let Some(declaration) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
            check_declaration(declaration.0, encoding).map_err(|what| corrupt(what, 0))?;
        }
        Ok(Self { name: name.to_owned(), text, encoding })
    }

    /// Decodes as [`Self::decode`] does, from bytes that are kept.
    ///
    /// # Errors
    /// As [`Self::decode`]; [`FormatError::Encoding`] for bytes that the declared encoding does not allow.
    pub(crate) fn decode_declared(name: &str, bytes: &[u8]) -> Result<Self, FormatError> {
        let Some(encoding) = declared_legacy(bytes) else { return Self::decode(name, bytes.to_vec()) };
        let text = encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(FormatError::Encoding("bytes that its encoding does not allow"))?;
        Self::checked(name, text.into_owned(), Encoding::Legacy(encoding))
    }

    /// Whether every character can be written as itself.
    pub(crate) fn is_unicode(&self) -> bool {
        !matches!(self.encoding, Encoding::Legacy(_))
    }

    /// The same for a text that is not needed any more: as it came in, it takes no more room.
    pub(crate) fn encode_owned(&self, text: String) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 { bom: false } => text.into_bytes(),
            _ => self.encode(&text),
        }
    }

    /// `text` in the encoding that the part came in.
    pub(crate) fn encode(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 { bom } => {
                let mut out = Vec::with_capacity(text.len() + 3);
                out.extend_from_slice(if bom { b"\xef\xbb\xbf" } else { b"" });
                out.extend_from_slice(text.as_bytes());
                out
            }
            Encoding::Utf16 { little, bom } => {
                let to_bytes = if little { u16::to_le_bytes } else { u16::to_be_bytes };
                let bom = if bom { "\u{feff}" } else { "" };
                bom.encode_utf16().chain(text.encode_utf16()).flat_map(to_bytes).collect()
            }
            Encoding::Legacy(encoding) => encoding.encode(text).0.into_owned(),
        }
    }
}

/// The encoding that the XML declaration names, if it is neither UTF-8 nor UTF-16.
fn declared_legacy(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = bytes.strip_prefix(b"<?xml")?;
    let head = String::from_utf8_lossy(&head[..head.len().min(200)]);
    let (_, rest) = head.split_once("?>")?.0.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = rest[1..].split(quote).next()?;
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    let unicode = [encoding_rs::UTF_8, encoding_rs::UTF_16LE, encoding_rs::UTF_16BE];
    let is_legacy = !unicode.contains(&encoding) && encoding.is_ascii_compatible();
    is_legacy.then_some(encoding)
}

fn utf_8(name: &str, bytes: Vec<u8>) -> Result<String, FormatError> {
    String::from_utf8(bytes).map_err(|error| {
        FormatError::corrupt("bytes that UTF-8 does not allow", name, error.utf8_error().valid_up_to())
    })
}

fn utf_16(name: &str, bytes: &[u8], little: bool) -> Result<String, FormatError> {
    let from_bytes = if little { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = bytes.chunks_exact(2).map(|pair| from_bytes([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok()
        .filter(|_| bytes.len().is_multiple_of(2))
        .ok_or_else(|| FormatError::corrupt("bytes that UTF-16 does not allow", name, 0))
}

/// What the XML declaration says must be what was found.
fn check_declaration(declaration: &str, encoding: Encoding) -> Result<(), &'static str> {
    let value = |key: &str| {
        let rest = declaration.split_once(key)?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(value, _)| value)
    };
    if value("version").is_some_and(|version| version != "1.0") {
        return Err("a version of XML that documents do not use");
    }
    let declared = value("encoding").map(str::to_ascii_lowercase);
    match (declared.as_deref(), encoding) {
        (None | Some("utf-8" | "utf8"), Encoding::Utf8 { .. }) => Ok(()),
        (None, Encoding::Utf16 { .. }) | (_, Encoding::Legacy(_)) => Ok(()),
        (Some(declared), Encoding::Utf16 { .. }) if declared.starts_with("utf-16") => Ok(()),
        _ => Err("an encoding that is not the one it declares, or that documents do not use"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_kept() {
        let text = "<?xml version=\"1.0\"?><a>é日</a>";
        let units = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
        let with = |bom: &[u8], bytes: Vec<u8>| [bom, &bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            with(b"\xef\xbb\xbf", text.into()),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
            with(b"\xff\xfe", units(u16::to_le_bytes)),
            with(b"\xfe\xff", units(u16::to_be_bytes)),
        ] {
            let part = XmlPart::decode("x", bytes.clone()).unwrap();
            assert_eq!(part.text, text);
            assert_eq!(part.encode(text), bytes);
        }
    }

    #[test]
    fn a_declared_encoding_is_kept_where_it_may_be_declared() {
        let bytes = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        let part = XmlPart::decode_declared("x", bytes).unwrap();
        assert!(part.text.ends_with("<a>é</a>") && !part.is_unicode());
        assert_eq!(part.encode(&part.text), bytes);
        assert!(part.encode("<a>日</a>").ends_with(b"<a>&#26085;</a>"));
        let utf_8 = XmlPart::decode_declared("x", "<a>é</a>".as_bytes()).unwrap();
        assert!(utf_8.is_unicode());
        assert!(XmlPart::decode_declared("x", b"<?xml version='1.0' encoding='EUC-JP'?><a>\xff</a>").is_err());
    }

    #[test]
    fn what_is_not_what_it_says_is_refused() {
        for bytes in [
            &b"<a>\xe9</a>"[..],
            b"<a>\x01</a>",
            b"\xff\xfe<",
            b"\xff\xfe\x00\xd8",
            b"<?xml version=\"1.1\"?><a/>",
            b"<?xml version=\"1.0\" encoding='UTF-16'?><a/>",
            b"<?xml version=\"1.0\" encoding='UTF-7'?><a/>",
        ] {
            assert!(matches!(XmlPart::decode("x", bytes.to_vec()), Err(FormatError::Corrupt { .. })), "{bytes:?}");
        }
    }
}
