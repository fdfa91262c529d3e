//! A pull scanner: events with their byte ranges, well-formedness checked on the way, linear time and no recursion.

use std::borrow::Cow;
use std::ops::Range;

use super::bindings::Bindings;
use super::namespaces::Namespace;
use super::spelling::{reference, unescape};
use crate::{FormatError, Limits};

/// Something in the file. The ranges of all events cover the file without gaps.
#[derive(Debug, Clone)]
pub(crate) struct Event<'a> {
    /// What it is.
    pub(crate) kind: Kind<'a>,
    /// Its bytes. An empty-element tag gives a start and then an end without bytes.
    pub(crate) range: Range<usize>,
}

/// What an [`Event`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A start or empty-element tag. Its attributes are the scanner's until the next event.
    Start {
        /// The element.
        name: Name<'a>,
        /// `<a/>`.
        empty: bool,
    },
    /// An end tag, or the end of an empty-element tag.
    End {
        /// The element.
        name: Name<'a>,
    },
    /// Text, with its references unread: see [`unescape`].
    Text,
    /// A CDATA section with its delimiters.
    CData,
    /// A comment, a processing instruction, the XML declaration, white space outside the root.
    Other,
}

/// The name of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The namespace that its prefix stands for.
    pub(crate) namespace: Namespace,
    /// The name without prefix.
    pub(crate) local: &'a str,
    /// The name as it is written.
    pub(crate) qualified: &'a str,
}

impl Name<'_> {
    /// Whether it is this element.
    pub(crate) fn is(&self, namespace: Namespace, local: &str) -> bool {
        self.namespace == namespace && self.local == local
    }
}

/// An attribute of the last start tag.
#[derive(Debug, Clone)]
pub(crate) struct Attribute<'a> {
    /// The name as it is written.
    pub(crate) qualified: &'a str,
    /// The value as it is written, between its quotes.
    pub(crate) value: Range<usize>,
}

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

    /// `<!DOCTYPE name PUBLIC "…" "…">` and its like (XML 1.0, sections 2.8 and 4.2.2).
    fn document_type(&mut self) -> Result<Kind<'a>, FormatError> {
        self.at += "<!DOCTYPE".len();
        self.skip_blanks();
        self.name()?;
        let blank = self.skip_blanks();
        let rest = &self.text[self.at..];
        let literals = match rest {
            _ if blank && rest.starts_with("PUBLIC") => 2,
            _ if blank && rest.starts_with("SYSTEM") => 1,
            _ => 0,
        };
        if literals > 0 {
            self.at += "PUBLIC".len();
        }
        for _ in 0..literals {
            self.skip_blanks();
            let quote = match self.text.as_bytes().get(self.at) {
                Some(b'"') => '"',
                Some(b'\'') => '\'',
                _ => return Err(self.corrupt("a document type that is not well-formed")),
            };
            let start = self.at + 1;
            let length = self.text[start..].find(quote).ok_or_else(|| self.corrupt("an XML file is cut off"))?;
            self.at = start + length + 1;
        }
        self.skip_blanks();
        if self.text.as_bytes().get(self.at) == Some(&b'[') {
            self.at += 1;
            self.subset()?;
            self.skip_blanks();
        }
        if self.text.as_bytes().get(self.at) != Some(&b'>') {
            return Err(self.corrupt("a document type that is not well-formed"));
        }
        self.at += 1;
        self.document_type = DocumentType::Seen;
        Ok(Kind::Other)
    }

    /// What a document type declares itself: comments and what elements and attributes are called may pass, as they change
    /// nothing that is read here. Entities are refused.
    fn subset(&mut self) -> Result<(), FormatError> {
        loop {
            self.skip_blanks();
            let rest = &self.text[self.at..];
            if rest.starts_with(']') {
                self.at += 1;
                return Ok(());
            } else if rest.starts_with("<!--") {
                self.section("-->", 4, Kind::Other)?;
            } else if rest.starts_with("<?") {
                self.section("?>", 2, Kind::Other)?;
            } else if ["<!ELEMENT", "<!ATTLIST", "<!NOTATION"].iter().any(|declaration| rest.starts_with(declaration)) {
                self.declaration()?;
            } else {
                return Err(self.corrupt("a document type with declarations of its own, which is refused"));
            }
        }
    }

    /// Passes over a declaration; a `>` in quotation marks does not end it.
    fn declaration(&mut self) -> Result<(), FormatError> {
        let mut quote = None;
        for (offset, byte) in self.text[self.at..].bytes().enumerate() {
            match (quote, byte) {
                (None, b'>') => {
                    self.at += offset + 1;
                    return Ok(());
                }
                (None, b'%') => break,
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        Err(self.corrupt("a document type with declarations of its own, which is refused"))
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

    fn start_tag(&mut self) -> Result<Kind<'a>, FormatError> {
        self.at += 1;
        let name = self.name()?;
        if self.open.is_empty() && self.has_root {
            return Err(self.corrupt("a second root element"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(too_complex(self.limits.depth, "nested XML elements"));
        }
        self.has_root = true;
        self.attributes.clear();
        let bindings = self.bindings.len();
        let bytes = self.text.as_bytes();
        let empty = loop {
            let blank = self.skip_blanks();
            match bytes.get(self.at) {
                Some(b'>') => {
                    self.at += 1;
                    break false;
                }
                Some(b'/') if bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    break true;
                }
                Some(_) if blank => self.read_attribute()?,
                _ => return Err(self.corrupt("a tag that is not well-formed")),
            }
        };
        self.check_duplicates()?;
        self.declare()?;
        let prefix = self.text[name.clone()].find(':').map_or(0, |at| at + 1);
        self.open.push(Open { name, prefix, bindings });
        self.pending_end = empty;
        let name = self.open_name();
        Ok(Kind::Start { name, empty })
    }

    fn read_attribute(&mut self) -> Result<(), FormatError> {
        if self.attributes.len() >= self.limits.attributes {
            return Err(too_complex(self.limits.attributes, "attributes of one element"));
        }
        let name = self.name()?;
        self.skip_blanks();
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'=') {
            return Err(self.corrupt("an attribute without a value"));
        }
        self.at += 1;
        self.skip_blanks();
        let quote = match bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(self.corrupt("an attribute without quotes")),
        };
        self.at += 1;
        let start = self.at;
        let length =
            bytes[start..].iter().position(|b| *b == quote).ok_or_else(|| self.corrupt("an XML file is cut off"))?;
        if length > VALUE_BYTES {
            return Err(too_complex(VALUE_BYTES, "bytes of one attribute"));
        }
        let value = &self.text[start..start + length];
        if value.contains('<') {
            return Err(self.corrupt("an attribute that holds a tag"));
        }
        self.check_references(value)?;
        self.at = start + length + 1;
        self.attributes.push(Attribute { qualified: &self.text[name], value: start..start + length });
        Ok(())
    }

    fn check_duplicates(&self) -> Result<(), FormatError> {
        let twice = if self.attributes.len() <= 12 {
            let is_repeated = |(index, attribute): (usize, &Attribute<'_>)| {
                self.attributes[..index].iter().any(|other| other.qualified == attribute.qualified)
            };
            self.attributes.iter().enumerate().any(is_repeated)
        } else {
            let mut names: Vec<&str> = self.attributes.iter().map(|attribute| attribute.qualified).collect();
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
        };
        if twice { Err(self.corrupt("an attribute stands twice on one element")) } else { Ok(()) }
    }

    /// Puts the namespace declarations of the start tag into force.
    fn declare(&mut self) -> Result<(), FormatError> {
        let mut new = Vec::new();
        for attribute in &self.attributes {
            let Some(rest) = attribute.qualified.strip_prefix("xmlns") else { continue };
            let prefix = match rest.strip_prefix(':') {
                Some(prefix) => prefix,
                None if rest.is_empty() => rest,
                None => continue,
            };
            let namespace = Namespace::from_uri(&unescape(&self.text[attribute.value.clone()]));
            new.push((prefix, namespace));
        }
        if new.is_empty() {
            return Ok(());
        }
        if new.len() > DECLARATIONS {
            return Err(too_complex(DECLARATIONS, "namespace declarations on one element"));
        }
        new.into_iter().for_each(|(prefix, namespace)| self.bindings.declare(prefix, namespace));
        if self.bindings.len() > BINDINGS {
            return Err(too_complex(BINDINGS, "namespace declarations in force"));
        }
        Ok(())
    }

    /// The name of the innermost open element.
    fn open_name(&mut self) -> Name<'a> {
        let open = self.open.last().expect("an element was just opened or is being closed");
        let qualified = &self.text[open.name.clone()];
        let local = &qualified[open.prefix..];
        let prefix = &qualified[..open.prefix.saturating_sub(1)];
        Name { namespace: self.bindings.resolve(prefix), local, qualified }
    }

    fn end_tag(&mut self) -> Result<Kind<'a>, FormatError> {
        self.at += 2;
        let name = self.name()?;
        self.skip_blanks();
        if self.text.as_bytes().get(self.at) != Some(&b'>') {
            return Err(self.corrupt("a tag that is not well-formed"));
        }
        self.at += 1;
        match self.open.last() {
            Some(open) if self.text[open.name.clone()] == self.text[name] => Ok(self.close()),
            _ => Err(self.corrupt("an end tag that ends nothing")),
        }
    }

    fn close(&mut self) -> Kind<'a> {
        let name = self.open_name();
        if let Some(open) = self.open.pop() {
            self.bindings.truncate(open.bindings);
        }
        Kind::End { name }
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

#[cfg(test)]
mod tests;
