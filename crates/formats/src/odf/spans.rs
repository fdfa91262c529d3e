//! How text is spelled in a paragraph: spans, and white space that would collapse (OpenDocument part 3, section 6.1).

use super::formats::Formats;
use crate::runs::{Format, Spelling};
use crate::xml::escape_text;

/// Writes spans and text.
pub(super) struct Spans<'a> {
    formats: &'a Formats,
    prefix: &'a str,
    /// A space that came now would be dropped: it follows another one, or nothing.
    after_space: bool,
}

impl<'a> Spans<'a> {
    /// Begins a paragraph. `prefix` is that of its elements, with the colon.
    pub(super) fn new(formats: &'a Formats, prefix: &'a str) -> Self {
        Self { formats, prefix, after_space: true }
    }

    /// Writes spaces that do not collapse.
    fn spaces(&self, count: usize, out: &mut String) {
        let prefix = self.prefix;
        match count {
            0 => {}
            1 => out.push_str(&format!("<{prefix}s/>")),
            // An attribute without a prefix is in no namespace.
            _ if prefix.is_empty() => (0..count).for_each(|_| out.push_str("<s/>")),
            _ => out.push_str(&format!("<{prefix}s {prefix}c=\"{count}\"/>")),
        }
    }
}

impl Spelling for Spans<'_> {
    fn start(&mut self, format: Format, out: &mut String) {
        self.formats.start(format.key, out);
    }

    fn end(&mut self, format: Format, out: &mut String) {
        self.formats.end(format.key, out);
    }

    fn text(&mut self, text: &str, out: &mut String) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let mut rest = text;
        while !rest.is_empty() {
            let words = rest.find(is_space).unwrap_or(rest.len());
            escape_text(&rest[..words], out);
            if words > 0 {
                self.after_space = false;
            }
            rest = &rest[words..];
            let mut spaces = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
            rest = &rest[spaces..];
            if spaces > 0 && !self.after_space {
                out.push(' ');
                self.after_space = true;
                spaces -= 1;
            }
            self.spaces(spaces, out);
        }
    }

    fn kept(&mut self, raw: &str) {
        let text = match raw.strip_prefix('<') {
            None => raw,
            // A field: what it shows is text of the paragraph. Marks are nothing, and frames have their own text.
            Some(element) if !raw.starts_with("</") => match element.split_once('>') {
                Some((_, rest)) => {
                    rest.split_once("</").filter(|(_, end)| !end.contains('<')).map_or("", |(text, _)| text)
                }
                None => "",
            },
            Some(_) => "",
        };
        if !text.is_empty() && !text.contains('<') {
            self.after_space = text.ends_with(|c: char| c.is_ascii_whitespace());
        }
    }
}
