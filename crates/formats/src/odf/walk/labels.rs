//! Words in styles: what stands before and after the numbers of lists and headings (OpenDocument part 3, section 19.502).

use terjuman_model::{Segment, TagKind};

use super::Walker;
use super::frame::Frame;
use crate::odf::slot::{Plain, Slot};
use crate::runs::Span;
use crate::xml::{Name, Namespace, unescape};

impl<'a> Walker<'a> {
    pub(super) fn start_in_styles(&mut self, name: Name<'a>, span: Span) -> Frame {
        if name.namespace != Namespace::OdfText {
            return Frame::Styles;
        }
        match name.local {
            "list-level-style-number" | "outline-level-style" => {
                self.label(Namespace::OdfStyle, "num-prefix");
                self.label(Namespace::OdfStyle, "num-suffix");
                // The same as one text, which newer programs go by.
                self.label(Namespace::OdfStyle, "num-list-format");
                self.label(Namespace::LibreOffice, "num-list-format");
                Frame::Styles
            }
            "note-continuation-notice-forward" | "note-continuation-notice-backward" if self.context.options.notes => {
                self.element(span)
            }
            _ => Frame::Styles,
        }
    }

    /// A part of a label, if it has words: `Chapter %1%`. The places of numbers stay.
    fn label(&mut self, namespace: Namespace, local: &str) {
        let Some(attribute) = self.scanner.attribute(namespace, local) else { return };
        let value = unescape(&self.text[attribute.value.clone()]);
        let is_word = |text: &str| text.chars().nth(1).is_some();
        if !value.split(|c: char| !c.is_alphabetic()).any(is_word) {
            return;
        }
        let trimmed = value.trim();
        let mut segment = Segment::default();
        let mut rest = trimmed;
        while let Some(at) = rest.find('%') {
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let end = at + 1 + digits;
            let is_place = digits > 0 && rest[end..].starts_with('%');
            let end = end + usize::from(is_place);
            segment.source.push_str(&rest[..at]);
            if is_place {
                let tag = segment.add_tag(TagKind::Protected);
                segment.source.open(tag);
                segment.source.push_str(&rest[at..end]);
                segment.source.close(tag);
            } else {
                segment.source.push_str(&rest[at..end]);
            }
            rest = &rest[end..];
        }
        segment.source.push_str(rest);
        let start = value.len() - value.trim_start().len();
        let (before, after) = (value[..start].into(), value[start + trimmed.len()..].into());
        self.segments.push(segment);
        let segment = self.segments.len() - 1;
        self.found.slots.push(Slot::Attribute(Plain { span: attribute.value.into(), segment, before, after }));
    }
}
