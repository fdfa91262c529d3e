//! Header fields by byte range, and the few of them that tell how a body is to be read (RFC 5322, RFC 2045, RFC 2183).

use std::ops::Range;

use super::scan::{delimiter, line_end};
use crate::FormatError;

/// The header of an entity.
#[derive(Debug, Default)]
pub(super) struct Fields {
    fields: Vec<Field>,
    /// Where a further field can be put in; `None` if no empty line ends the header.
    pub(super) end: Option<usize>,
    /// The line end that the fields have.
    pub(super) newline: &'static str,
}

#[derive(Debug)]
struct Field {
    name: Range<usize>,
    /// Behind the colon, up to the last line's end, folding included.
    value: Range<usize>,
}

/// What `Content-Type` says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ContentType {
    /// `text/html`, in lower case; empty if there is no such field.
    pub(super) essence: String,
    pub(super) boundary: Option<Box<[u8]>>,
    /// The label of the encoding, and where it stands, without quotes.
    pub(super) charset: Option<(String, Range<usize>)>,
    /// `format=flowed`
    pub(super) flowed: bool,
    /// `delsp=yes`
    pub(super) delete_space: bool,
    /// Where another parameter can be put in.
    pub(super) end: usize,
}

/// Reads the fields at `start`; returns them and where the body begins.
///
/// # Errors
/// [`FormatError::TooComplex`] past `limit` fields.
pub(super) fn read(
    bytes: &[u8],
    start: usize,
    boundaries: &[&[u8]],
    limit: usize,
) -> Result<(Fields, usize), FormatError> {
    let mut fields = Vec::new();
    let mut at = start;
    let mut newline = "\r\n";
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = bytes[at..end].strip_suffix(b"\n").unwrap_or(&bytes[at..end]);
        if bytes[at..end].ends_with(b"\n") && !line.ends_with(b"\r") {
            newline = "\n";
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let content_end = at + line.len();
        if line.is_empty() {
            return Ok((Fields { fields, end: Some(at), newline }, end));
        }
        if delimiter(line, boundaries).is_some() {
            return Ok((Fields { fields, end: None, newline }, at));
        }
        if matches!(line[0], b' ' | b'\t') {
            if let Some(Field { value, .. }) = fields.last_mut() {
                value.end = content_end;
            }
        } else if let Some(length) = name_length(line) {
            if fields.len() >= limit {
                return Err(FormatError::TooComplex { limit: limit as u64, unit: "header fields" });
            }
            fields.push(Field { name: at..at + length, value: at + length + 1..content_end });
        } else if !line.starts_with(b"From ") {
            // Neither a field nor the separator of a mailbox. Where the header does not go on behind it, it is the text
            // of a message whose empty line was forgotten.
            let next = &bytes[end..line_end(bytes, end)];
            if !next.starts_with(b" ") && !next.starts_with(b"\t") && name_length(next).is_none() {
                return Ok((Fields { fields, end: None, newline }, at));
            }
        }
        at = end;
    }
    Ok((Fields { fields, end: None, newline }, at))
}

/// The length of a field's name at the start of a line.
fn name_length(line: &[u8]) -> Option<usize> {
    let length = line.iter().position(|b| *b == b':').filter(|length| *length > 0)?;
    let name = line[..length].trim_ascii_end();
    name.iter().all(|b| matches!(b, b'!'..=b'~')).then_some(length)
}

impl Fields {
    /// Where the value of the first field of this name stands, without the blanks around it.
    pub(super) fn find(&self, bytes: &[u8], name: &str) -> Option<Range<usize>> {
        let is_named = |field: &&Field| bytes[field.name.clone()].trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        let value = self.fields.iter().find(is_named)?.value.clone();
        let text = &bytes[value.clone()];
        let start = value.start + (text.len() - text.trim_ascii_start().len());
        Some(start..(start + text.trim_ascii().len()))
    }

    /// The encoding of the body for transfer, in lower case; empty if there is no such field.
    pub(super) fn transfer_encoding(&self, bytes: &[u8]) -> String {
        let value = self.find(bytes, "Content-Transfer-Encoding").map(|range| &bytes[range]).unwrap_or_default();
        let token = value.split(|b| matches!(b, b';' | b' ' | b'(' | b'\r' | b'\n')).next().unwrap_or_default();
        match token.to_ascii_lowercase().as_slice() {
            b"8-bit" | b"8bits" | b"8" => "8bit".to_owned(),
            b"7-bit" | b"7bits" | b"7" => "7bit".to_owned(),
            token => String::from_utf8_lossy(token).into_owned(),
        }
    }

    /// Whether the part is a file that comes with the message.
    pub(super) fn is_attachment(&self, bytes: &[u8]) -> bool {
        let value = self.find(bytes, "Content-Disposition").map(|range| &bytes[range]).unwrap_or_default();
        value.len() >= 10 && value[..10].eq_ignore_ascii_case(b"attachment")
    }

    /// What `Content-Type` says.
    pub(super) fn content_type(&self, bytes: &[u8]) -> ContentType {
        let Some(value) = self.find(bytes, "Content-Type") else { return ContentType::default() };
        let mut found = ContentType { end: value.end, ..ContentType::default() };
        let mut reader = Reader { bytes: &bytes[..value.end], at: value.start };
        let essence = reader.token(b";");
        found.essence = String::from_utf8_lossy(&bytes[essence]).trim().to_ascii_lowercase();
        if !found.essence.contains('/') {
            // RFC 2045 section 5.2: what cannot be understood is plain text.
            found.essence = "text/plain".to_owned();
        }
        // Long values may come in numbered pieces (RFC 2231).
        let mut pieces = Vec::new();
        while let Some((name, value)) = reader.parameter() {
            let name = bytes[name].to_ascii_lowercase();
            let (name, value) = match name.strip_suffix(b"*") {
                Some(name) => (name, without_charset(bytes, value)),
                None => (name.as_slice(), value),
            };
            let text = || unquoted(&bytes[value.clone()]);
            let is = |known: &str| text().eq_ignore_ascii_case(known.as_bytes());
            match name {
                b"boundary" if found.boundary.is_none() => {
                    found.boundary = Some(text().trim_ascii_end().to_vec().into_boxed_slice());
                }
                b"charset" if found.charset.is_none() => {
                    found.charset = Some((String::from_utf8_lossy(&text()).trim().to_owned(), value));
                }
                b"format" => found.flowed |= is("flowed"),
                b"delsp" => found.delete_space |= is("yes"),
                name if name.starts_with(b"boundary*") => pieces.extend(text()),
                _ => {}
            }
        }
        if found.boundary.is_none() && !pieces.is_empty() {
            found.boundary = Some(pieces.into_boxed_slice());
        }
        found
    }
}

/// The value behind `charset'language'`.
fn without_charset(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let last = bytes[value.clone()].iter().rposition(|b| *b == b'\'');
    last.map_or(value.start, |at| value.start + at + 1)..value.end
}

/// A quoted value without its backslashes.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.extend(bytes.next()),
            b'\r' | b'\n' => {}
            byte => out.push(*byte),
        }
    }
    out
}

/// Reads parameters: `; name=value; name="value"`.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    /// Up to one of the bytes.
    fn token(&mut self, stops: &[u8]) -> Range<usize> {
        let start = self.at;
        let length = self.bytes[start..].iter().position(|b| stops.contains(b));
        self.at = length.map_or(self.bytes.len(), |length| start + length);
        start..self.at
    }

    fn skip(&mut self, blanks: &[u8]) {
        while self.bytes.get(self.at).is_some_and(|b| blanks.contains(b)) {
            self.at += 1;
        }
    }

    /// The next name and value, the latter without quotes.
    fn parameter(&mut self) -> Option<(Range<usize>, Range<usize>)> {
        loop {
            self.skip(b"; \t\r\n");
            if self.at >= self.bytes.len() {
                return None;
            }
            let name = self.token(b"=; \t\r\n");
            self.skip(b" \t\r\n");
            if self.bytes.get(self.at) != Some(&b'=') {
                continue;
            }
            self.at += 1;
            self.skip(b" \t\r\n");
            if self.bytes.get(self.at) != Some(&b'"') {
                return Some((name, self.token(b"; \t\r\n")));
            }
            self.at += 1;
            let start = self.at;
            while let Some(byte) = self.bytes.get(self.at).filter(|b| **b != b'"') {
                self.at += if *byte == b'\\' { 2 } else { 1 };
            }
            let end = self.at.min(self.bytes.len());
            self.at = end + 1;
            self.at = self.at.min(self.bytes.len());
            return Some((name, start..end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(header: &str) -> (Fields, usize) {
        read(header.as_bytes(), 0, &[], 100).unwrap()
    }

    #[test]
    fn values_are_found_without_the_blanks_around_them() {
        let header = "From x\nSubject:  One\n two \nsubject: x\n\nbody";
        let (found, body) = fields(header);
        assert_eq!(&header[found.find(header.as_bytes(), "SUBJECT").unwrap()], "One\n two");
        assert_eq!((&header[body..], found.newline), ("body", "\n"));
        assert_eq!(fields("A: b\r\nno field").1, 6);
        assert_eq!(fields("A: b\r\nno field\r\nC: d\r\n\r\nbody").1, 24);
    }

    #[test]
    fn parameters_may_be_quoted_and_folded() {
        let header = "Content-Type: Text/HTML;\r\n\tcharset = \"utf\\-8\" ; boundary=a=b;format=Flowed; x; delsp=YES";
        let found = fields(header).0.content_type(header.as_bytes());
        assert_eq!((found.essence.as_str(), found.boundary.as_deref()), ("text/html", Some(&b"a=b"[..])));
        let (label, place) = found.charset.unwrap();
        assert_eq!((label.as_str(), &header[place]), ("utf-8", "utf\\-8"));
        assert!(found.flowed && found.delete_space);
        let long = "Content-Type: multipart/mixed; boundary*0=\"a\"; boundary*1=b; charset*=x''utf-8";
        let found = fields(long).0.content_type(long.as_bytes());
        assert_eq!((found.boundary.as_deref(), found.charset.unwrap().0.as_str()), (Some(&b"ab"[..]), "utf-8"));
        let cut = "Content-Type: text;  charset=\"a\\";
        assert_eq!(fields(cut).0.content_type(cut.as_bytes()).charset.unwrap().0, "a");
    }

    #[test]
    fn odd_names_of_transfer_encodings_are_understood() {
        let header = "Content-Transfer-Encoding: 8-BIT (x)\nContent-Disposition: Attachment; filename=x";
        let found = fields(header).0;
        assert_eq!(found.transfer_encoding(header.as_bytes()), "8bit");
        assert!(found.is_attachment(header.as_bytes()));
    }
}
