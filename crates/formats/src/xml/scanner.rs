//! A pull scanner: events with their byte ranges, well-formedness checked on the way, linear time and no recursion.

mod document_type;
mod event;
mod tag;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use event::{Attribute, Event, Kind, Name};

use super::bindings::Bindings;
use super::namespaces::Namespace;
use super::spelling::{reference, unescape};
use crate::{FormatError, Limits};

/// An element that is open.
struct Open {
    name: Range<usize>,
    prefix: usize,
    /// Declarations that are in force outside of it.
    bindings: usize,
}

/// Reads a file from front to back.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    part: &'a str,
    at: usize,
    open: Vec<Open>,
    attributes: Vec<Attribute<'a>>,
    bindings: Bindings<'a>,
    pending_end: bool,
    has_root: bool,
    document_type: DocumentType,
    events: usize,
    limits: &'a Limits,
}

/// What is done about a document type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DocumentType {
    Refused,
    Allowed,
    Seen,
}

/// Bytes of a name.
const NAME_BYTES: usize = 1 << 10;
/// Bytes of an attribute's value. A sheet that LibreOffice wrote lists the ranges it watches in one of 5.6 MB.
const VALUE_BYTES: usize = 8 << 20;
/// Namespace declarations on one element.
const DECLARATIONS: usize = 256;
/// Namespace declarations in force at one place.
const BINDINGS: usize = 1_000;

impl<'a> Scanner<'a> {
    /// Reads `text`, whose messages name `part`.
    pub(crate) fn new(text: &'a str, part: &'a str, limits: &'a Limits) -> Self {
        Self {
            text,
            part,
            at: 0,
            open: Vec::new(),
            attributes: Vec::new(),
            bindings: Bindings::default(),
            pending_end: false,
            has_root: false,
            document_type: DocumentType::Refused,
            events: 0,
            limits,
        }
    }

    /// Lets one document type pass that only names an external one, which is not fetched: references to its entities
    /// are refused, and its default attributes are not there. One that declares entities of its own stays refused.
    pub(crate) fn allow_document_type(mut self) -> Self {
        self.document_type = DocumentType::Allowed;
        self
    }

    /// The next event, `None` at the end of the file.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if the file is not well-formed or has a document type, [`FormatError::TooComplex`] past
    /// a limit.
    pub(crate) fn next(&mut self) -> Result<Option<Event<'a>>, FormatError> {
        if self.pending_end {
            self.pending_end = false;
            return Ok(Some(Event { kind: self.close(), range: self.at..self.at }));
        }
        if self.at == self.text.len() {
            return if self.open.is_empty() && self.has_root {
                Ok(None)
            } else {
                Err(self.corrupt("an XML file is cut off"))
            };
        }
        self.events += 1;
        if self.events > self.limits.events {
            return Err(too_complex(self.limits.events, "events of one XML file"));
        }
        let start = self.at;
        let rest = &self.text[start..];
        let kind = if !rest.starts_with('<') {
            self.text_up_to(rest.find('<').unwrap_or(rest.len()))?
        } else if rest.starts_with("</") {
            self.end_tag()?
        } else if rest.starts_with("<!--") {
            self.section("-->", 4, Kind::Other)?
        } else if rest.starts_with("<![CDATA[") {
            let kind = self.section("]]>", 9, Kind::CData)?;
            if self.open.is_empty() {
                return Err(self.corrupt("text outside the root element"));
            }
            kind
        } else if rest.starts_with("<?") {
            self.section("?>", 2, Kind::Other)?
        } else if self.document_type == DocumentType::Allowed && !self.has_root && rest.starts_with("<!DOCTYPE") {
            self.document_type()?
        } else if rest.starts_with("<!") {
            return Err(self.corrupt("a document type or other declaration, which is refused"));
        } else {
            self.start_tag()?
        };
        Ok(Some(Event { kind, range: start..self.at }))
    }

    /// Elements that are open, the one of the last start event included.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The attributes of the last start tag, namespace declarations included.
    pub(crate) fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }

    /// The attribute of the last start tag. Without a prefix, an attribute is in no namespace.
    pub(crate) fn attribute(&mut self, namespace: Namespace, local: &str) -> Option<Attribute<'a>> {
        for index in 0..self.attributes.len() {
            let qualified = self.attributes[index].qualified;
            let (prefix, name) = qualified.split_once(':').unwrap_or(("", qualified));
            if name == local
                && (if prefix.is_empty() { Namespace::None } else { self.bindings.resolve(prefix) }) == namespace
            {
                return Some(self.attributes[index].clone());
            }
        }
        None
    }

    /// The value of the attribute of the last start tag, with its references read.
    pub(crate) fn value(&mut self, namespace: Namespace, local: &str) -> Option<Cow<'a, str>> {
        let attribute = self.attribute(namespace, local)?;
        Some(unescape(&self.text[attribute.value]))
    }

    /// A prefix that stands for the namespace at the current place.
    pub(crate) fn prefix(&self, namespace: Namespace) -> Option<&'a str> {
        self.bindings.prefix(namespace)
    }

    /// An error at the current place.
    pub(crate) fn corrupt(&self, what: &str) -> FormatError {
        FormatError::corrupt(what, self.part, self.at)
    }

    fn text_up_to(&mut self, length: usize) -> Result<Kind<'a>, FormatError> {
        let text = &self.text[self.at..self.at + length];
        if self.open.is_empty() {
            if text.bytes().all(|b| b.is_ascii_whitespace()) {
                self.at += length;
                return Ok(Kind::Other);
            }
            return Err(self.corrupt("text outside the root element"));
        }
        self.check_references(text)?;
        self.at += length;
        Ok(Kind::Text)
    }

    fn check_references(&self, text: &str) -> Result<(), FormatError> {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            let (_, length) = reference(&rest[at..]).ok_or_else(|| self.corrupt("a reference to nothing"))?;
            rest = &rest[at + length..];
        }
        Ok(())
    }

    fn section(&mut self, end: &str, skip: usize, kind: Kind<'a>) -> Result<Kind<'a>, FormatError> {
        let body = self.at + skip;
        let length = self.text[body..].find(end).ok_or_else(|| self.corrupt("an XML file is cut off"))?;
        self.at = body + length + end.len();
        Ok(kind)
    }

    /// A name that begins at the current place; moves behind it.
    fn name(&mut self) -> Result<Range<usize>, FormatError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let length = bytes[start..].iter().take(NAME_BYTES + 1).position(|b| !is_name_byte(*b));
        let length = match length {
            Some(length) => length,
            None if bytes.len() - start > NAME_BYTES => return Err(too_complex(NAME_BYTES, "bytes of one name")),
            None => return Err(self.corrupt("an XML file is cut off")),
        };
        if length == 0 || matches!(bytes[start], b'-' | b'.' | b':' | b'0'..=b'9') {
            return Err(self.corrupt("a tag without a name"));
        }
        self.at += length;
        Ok(start..self.at)
    }

    fn skip_blanks(&mut self) -> bool {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.at > start
    }
}

/// What is handed out must be well-formed.
///
/// # Errors
/// [`FormatError::Verification`] if it is not.
pub(crate) fn check(text: &str, part: &str, limits: &Limits) -> Result<(), FormatError> {
    let limits = Limits { events: usize::MAX, ..limits.clone() };
    let mut scanner = Scanner::new(text, part, &limits).allow_document_type();
    loop {
        match scanner.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(error) => return Err(FormatError::Verification(error.to_string())),
        }
    }
}

fn too_complex(limit: usize, unit: &'static str) -> FormatError {
    FormatError::TooComplex { limit: limit as u64, unit }
}

/// Bytes that names are made of: everything from U+0080 on is let through.
fn is_name_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'_' | b'-' | b'.' | 0x80..)
}
