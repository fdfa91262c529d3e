//! Document types that only name an external one.

use super::{DocumentType, Kind, Scanner};
use crate::FormatError;

impl<'a> Scanner<'a> {
    /// `<!DOCTYPE name PUBLIC "…" "…">` and its like (XML 1.0, sections 2.8 and 4.2.2).
    pub(super) fn document_type(&mut self) -> Result<Kind<'a>, FormatError> {
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
}
