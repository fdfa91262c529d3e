//! Tags: names, attributes, and the namespaces that they declare.

use super::{Attribute, BINDINGS, DECLARATIONS, Kind, Name, Open, Scanner, VALUE_BYTES, too_complex};
use crate::FormatError;
use crate::xml::namespaces::Namespace;
use crate::xml::spelling::unescape;

impl<'a> Scanner<'a> {
    pub(super) fn start_tag(&mut self) -> Result<Kind<'a>, FormatError> {
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

    pub(super) fn end_tag(&mut self) -> Result<Kind<'a>, FormatError> {
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

    pub(super) fn close(&mut self) -> Kind<'a> {
        let name = self.open_name();
        if let Some(open) = self.open.pop() {
            self.bindings.truncate(open.bindings);
        }
        Kind::End { name }
    }
}
