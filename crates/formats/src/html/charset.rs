//! From bytes to text and back, byte for byte: byte-order mark, then what the document declares, then whether it is
//! valid UTF-8, then statistics (section 13.2.3 of the HTML standard).
//!
//! Bytes that their encoding does not allow, or spells differently when it writes, stand in the text as characters of
//! a private range and become the same bytes again.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::attributes::{self, value_of};
use crate::FormatError;

/// The private characters that stand for the bytes 0x00 to 0xff.
const ESCAPES: std::ops::RangeInclusive<char> = '\u{10ff00}'..='\u{10ffff}';
/// How far the declaration is looked for. Browsers stop at 1 KiB, but change their mind when one comes later.
const DECLARED_WITHIN: usize = 1 << 20;

/// How a document is encoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charset {
    pub(super) encoding: &'static Encoding,
    bom: bool,
    escaped: bool,
    /// The encoding was told by what the document came in.
    pub(super) told: bool,
    /// What the document says of itself, if it says anything.
    pub(super) declared: Option<&'static Encoding>,
}

/// Text, its encoding, and where the first byte stands that its encoding does not allow. Nearly all text is the bytes
/// themselves.
pub(super) type Read<'a> = (Cow<'a, str>, Charset, Option<usize>);

/// Decodes a document.
///
/// # Errors
/// [`FormatError::Encoding`] for damaged UTF-16 and for binary data.
pub(super) fn read<'a>(bytes: &'a [u8], told: Option<&'static Encoding>) -> Result<Read<'a>, FormatError> {
    let (text, charset, flaw) = read_bytes(bytes, told)?;
    Ok((text, Charset { told: told.is_some(), ..charset }, flaw))
}

fn read_bytes<'a>(bytes: &'a [u8], told: Option<&'static Encoding>) -> Result<Read<'a>, FormatError> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        if encoding != UTF_8 {
            return utf_16(bytes);
        }
        let (text, escaped, flaw) = decode(&bytes[length..], UTF_8);
        let charset = Charset { encoding, bom: true, escaped, told: false, declared: declared(bytes) };
        return Ok((text, charset, flaw.map(|at| at + length)));
    }
    // Markup in UTF-16 has zeros, and what has none is something else, whatever was told.
    let told = match told {
        Some(encoding) if [UTF_16LE, UTF_16BE].contains(&encoding) && bytes.contains(&0) => {
            let text = encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .ok_or(FormatError::Encoding("bytes that its encoding does not allow"))?;
            let charset = Charset { encoding, bom: false, escaped: false, told: false, declared: None };
            return Ok((text, charset, None));
        }
        told => told.filter(|encoding| ![UTF_16LE, UTF_16BE].contains(encoding)),
    };
    // A stray NUL is a flaw of HTML; every third byte a NUL is something else.
    if bytes.iter().filter(|b| **b == 0).count() > bytes.len() / 3 {
        return utf_16(bytes);
    }
    let declared = declared(bytes);
    let encoding = choose(bytes, told.or(declared));
    let (text, escaped, flaw) = decode(bytes, encoding);
    Ok((text, Charset { encoding, bom: false, escaped, told: false, declared }, flaw))
}

fn utf_16(bytes: &[u8]) -> Result<Read<'_>, FormatError> {
    let decoded = crate::encoding::decode(bytes)?;
    let charset = Charset { encoding: decoded.encoding, bom: decoded.bom, escaped: false, told: false, declared: None };
    Ok((decoded.text.into(), charset, None))
}

fn choose(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    match declared {
        Some(encoding) if encoding != UTF_8 => encoding,
        _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
        // A few flaws in what is plainly UTF-8 do not make it something else.
        Some(_) if mostly_utf_8(bytes) => UTF_8,
        _ => {
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, chardetng::Utf8Detection::Deny)
        }
    }
}

fn mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut legal, mut flaws) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        legal += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        flaws += chunk.invalid().len();
    }
    legal >= flaws
}

/// The encoding that the document names: in an XML declaration or a `<meta>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let bytes = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let mut attributes = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|b| *b == b'<') {
        let start = at + offset;
        at = start + 1;
        let rest = &bytes[start..];
        if rest.starts_with(b"<!--") {
            // `<!-->` is a whole comment.
            at = start + 2 + bytes[start + 2..].windows(3).position(|w| w == b"-->")? + 3;
            continue;
        }
        let named = |name: &[u8]| {
            rest.len() > name.len()
                && rest[..name.len()].eq_ignore_ascii_case(name)
                && (attributes::is_space(rest[name.len()]) || matches!(rest[name.len()], b'/' | b'>'))
        };
        if named(b"<body") {
            return None;
        }
        let is_xml = start == 0 || (start == 3 && bytes.starts_with(b"\xef\xbb\xbf"));
        let (length, key) = match () {
            () if named(b"<meta") => (5, "charset"),
            () if is_xml && named(b"<?xml") => (5, "encoding"),
            () => continue,
        };
        let scanned = attributes::scan(bytes, start + length, 1000, &mut attributes);
        at = attributes.last().map_or(at, |last| last.range().end.min(bytes.len()));
        if scanned.is_err() {
            continue;
        }
        let label = match value_of(bytes, &attributes, key) {
            Some(label) => label,
            None if is_content_type(bytes, &attributes) => {
                value_of(bytes, &attributes, "content").and_then(|c| c.get(in_content(c)?)).unwrap_or_default()
            }
            None => continue,
        };
        if let Some(encoding) = by_label(label) {
            return Some(encoding);
        }
    }
    None
}

/// Whether the tag is `<meta http-equiv="Content-Type">`.
pub(super) fn is_content_type(html: &[u8], found: &[attributes::Attribute]) -> bool {
    value_of(html, found, "http-equiv").is_some_and(|v| v.trim_ascii().eq_ignore_ascii_case(b"content-type"))
}

/// Where the label stands in `text/html; charset=label`.
pub(super) fn in_content(content: &[u8]) -> Option<std::ops::Range<usize>> {
    let key = content.windows(7).position(|w| w.eq_ignore_ascii_case(b"charset"))? + 7;
    let skip = |from: usize| content[from..].iter().position(|b| !attributes::is_space(*b)).map(|n| from + n);
    let mut start = skip(key)?;
    if content[start] != b'=' {
        return None;
    }
    start = skip(start + 1)?;
    if matches!(content[start], b'"' | b'\'') {
        start += 1;
    }
    let stop = |b: &u8| attributes::is_space(*b) || matches!(b, b';' | b'"' | b'\'');
    let end = content[start..].iter().position(stop).map_or(content.len(), |length| start + length);
    Some(start..end)
}

/// Labels that cannot be true in a document whose declaration could be read as ASCII mean what browsers take them for.
fn by_label(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label_no_replacement(label)?;
    if encoding == UTF_16LE || encoding == UTF_16BE {
        Some(UTF_8)
    } else if encoding.name() == "x-user-defined" {
        Some(WINDOWS_1252)
    } else {
        Some(encoding)
    }
}

/// Text, whether it holds escapes, and where the first one is.
fn decode<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> (Cow<'a, str>, bool, Option<usize>) {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes)
        && (encoding == UTF_8 || encoding.encode(&text).0 == bytes)
    {
        return (text, false, None);
    }
    let (text, flaw) = if encoding == UTF_8 { decode_utf_8(bytes) } else { decode_slowly(bytes, encoding) };
    (text.into(), true, flaw)
}

fn escape(bytes: &[u8], out: &mut String) {
    out.extend(bytes.iter().filter_map(|b| char::from_u32(u32::from(*ESCAPES.start()) + u32::from(*b))));
}

fn decode_utf_8(bytes: &[u8]) -> (String, Option<usize>) {
    let mut text = String::with_capacity(bytes.len());
    let (mut at, mut flaw) = (0, None);
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                // The private range may stand in the document itself.
                c if ESCAPES.contains(&c) => escape(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut text),
                c => text.push(c),
            }
        }
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            flaw.get_or_insert(at);
            escape(chunk.invalid(), &mut text);
            at += chunk.invalid().len();
        }
    }
    (text, flaw)
}

/// Character by character: for documents with flaws, and with characters that have two spellings in their encoding.
fn decode_slowly(bytes: &[u8], encoding: &'static Encoding) -> (String, Option<usize>) {
    let mut text = String::with_capacity(bytes.len());
    let (mut at, mut flaw) = (0, None);
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            text.push(char::from(bytes[at]));
            at += 1;
            continue;
        }
        let found = (1..=4.min(bytes.len() - at)).find_map(|length| {
            let part = &bytes[at..at + length];
            let decoded = encoding.decode_without_bom_handling_and_without_replacement(part)?;
            (!decoded.is_empty() && encoding.encode(&decoded).0 == part).then(|| (length, decoded.into_owned()))
        });
        match found {
            Some((length, decoded)) => {
                text.push_str(&decoded);
                at += length;
            }
            None => {
                flaw.get_or_insert(at);
                escape(&bytes[at..=at], &mut text);
                at += 1;
            }
        }
    }
    (text, flaw)
}

impl Charset {
    /// Whether most letters of `texts` beyond ASCII exist in the encoding. The few that do not are written as
    /// numeric references.
    pub(super) fn fits<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        if [UTF_8, UTF_16LE, UTF_16BE].contains(&self.encoding) {
            return true;
        }
        let mut known = std::collections::HashMap::new();
        let (mut letters, mut lacking) = (0_usize, 0_usize);
        for character in texts.flat_map(str::chars).filter(|c| c.is_alphabetic()) {
            letters += 1;
            if !character.is_ascii() {
                let lacks = |c: char| self.encoding.encode(c.encode_utf8(&mut [0; 4])).2;
                lacking += usize::from(*known.entry(character).or_insert_with(|| lacks(character)));
            }
        }
        lacking * 5 <= letters
    }

    /// Whether readers who believe the declaration would read the document wrongly.
    pub(super) fn is_declared_wrong(&self) -> bool {
        !self.bom && self.declared.is_some_and(|declared| declared != self.encoding)
    }

    /// Whether nothing in the document tells its encoding.
    pub(super) fn is_undeclared(&self) -> bool {
        !self.bom && !self.told && self.declared.is_none()
    }

    /// The same document in UTF-8. Without a declaration to mend, a byte-order mark has to tell.
    pub(super) fn as_utf_8(&self, bom: bool) -> Self {
        Self { encoding: UTF_8, bom, ..*self }
    }

    /// The bytes of `text`; characters that the encoding lacks become numeric references.
    pub(super) fn write(&self, text: Vec<u8>) -> Result<Vec<u8>, FormatError> {
        if self.encoding == UTF_8 && !self.bom && !self.escaped {
            return Ok(text);
        }
        let text = String::from_utf8(text).map_err(|_| FormatError::Verification("an edit cut a character".into()))?;
        let mut out = Vec::with_capacity(text.len() + 3);
        if self.bom {
            self.write_run("\u{feff}", &mut out);
        }
        if self.escaped {
            let mut rest = text.as_str();
            while let Some(at) = rest.find(|c| ESCAPES.contains(&c)) {
                self.write_run(&rest[..at], &mut out);
                let escape = rest[at..].chars().next().map_or(0, u32::from);
                out.push((escape & 0xff) as u8);
                rest = &rest[at + 4..];
            }
            self.write_run(rest, &mut out);
        } else {
            self.write_run(&text, &mut out);
        }
        Ok(out)
    }

    fn write_run(&self, text: &str, out: &mut Vec<u8>) {
        if self.encoding == UTF_16LE {
            out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        } else if self.encoding == UTF_16BE {
            out.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        } else {
            out.extend_from_slice(&self.encoding.encode(text).0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str, encoding: &str) {
        let (found, charset, _) = read(bytes, None).unwrap();
        assert_eq!((&*found, charset.encoding.name()), (text, encoding));
        assert_eq!(charset.write(found.into_owned().into_bytes()).unwrap(), bytes);
    }

    #[test]
    fn the_order_is_mark_then_declaration_then_validity() {
        check(b"\xef\xbb\xbf<meta charset=latin1>\xc3\xa9", "<meta charset=latin1>é", "UTF-8");
        check(b"<meta charset=latin1>\xc3\xa9", "<meta charset=latin1>Ã©", "windows-1252");
        check(
            b"<META http-equiv=content-type content='text/html; charset=\"koi8-r\"'>\xc1",
            "<META http-equiv=content-type content='text/html; charset=\"koi8-r\"'>а",
            "KOI8-R",
        );
        check(
            b"<?xml version='1.0' encoding='iso-8859-2'?>\xb1",
            "<?xml version='1.0' encoding='iso-8859-2'?>ą",
            "ISO-8859-2",
        );
        check(b"<!-- <meta charset=koi8-r> -->\xc3\xa9", "<!-- <meta charset=koi8-r> -->é", "UTF-8");
        check(b"\xff\xfe<\0p\0>\0\xe9\0", "<p>é", "UTF-16LE");
        check(b"<meta charset=utf-16>\xc3\xa9", "<meta charset=utf-16>é", "UTF-8");
        check(b"<meta charset=utf-7>+ADw-", "<meta charset=utf-7>+ADw-", "UTF-8");
    }

    #[test]
    fn bytes_that_are_not_legal_come_out_again() {
        check("<meta charset=utf-8>é é \u{10ff41}".as_bytes(), "<meta charset=utf-8>é é \u{10ff41}", "UTF-8");
        check(b"<meta charset=utf-8>\xc3\xa9 \xc3\xa9 \xe9", "<meta charset=utf-8>é é \u{10ffe9}", "UTF-8");
        check(b"<meta charset=shift_jis>\x82\xa0\x82 x", "<meta charset=shift_jis>あ\u{10ff82} x", "Shift_JIS");
        assert!(read(b"\xff\xfe<\0p", None).is_err());
    }

    #[test]
    fn a_wrong_declaration_of_utf_8_is_not_believed() {
        check(
            b"<meta charset=utf-8>informa\xe7\xe3o \xe9 \xfatil",
            "<meta charset=utf-8>informação é útil",
            "windows-1252",
        );
    }

    #[test]
    fn what_an_encoding_lacks_becomes_a_reference() {
        let (_, charset, _) = read(b"<meta charset=latin1>", None).unwrap();
        assert_eq!(charset.write("é→".into()).unwrap(), b"\xe9&#8594;");
        assert!(charset.fits(["São Paulo ẽ"].into_iter()));
        assert!(!charset.fits(["東京"].into_iter()));
    }
}
