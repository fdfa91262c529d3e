//! Fields and controls that show a text which stands somewhere else as well, and what was inserted.

use super::Walker;
use super::frame::Frame;
use crate::odf::slot::{Plain, Slot};
use crate::runs::{Role, Span};
use crate::xml::{Name, Namespace};

impl<'a> Walker<'a> {
    /// A field that shows what one of these attributes says.
    pub(super) fn start_conditional(&mut self, span: Span, attributes: &[&str]) -> Frame {
        self.clear_field();
        for local in attributes {
            let alternative = self.attribute(Namespace::OdfText, local);
            self.alternatives.extend(alternative);
        }
        Frame::Conditional { start: span.start, content: span.end }
    }

    /// The field shows one of its texts.
    pub(super) fn end_conditional(&mut self, start: usize, content: usize, end: Span) {
        self.end_alternatives(Span { start: content, end: end.start }, Span { start, end: end.end });
    }

    /// The text that fields of this name show.
    pub(super) fn declare_field(&mut self) -> Frame {
        let value = self.scanner.value(Namespace::OdfOffice, "string-value").unwrap_or_default();
        if !self.context.sheet.compares(&value)
            && let Some(declared) = self.attribute(Namespace::OdfOffice, "string-value")
            && let Some(name) = self.scanner.value(Namespace::OdfText, "name")
        {
            self.user_fields.insert(name.into_owned(), declared);
        }
        Frame::Ignored
    }

    /// A field that shows a text which is declared; one that shows anything else is computed.
    pub(super) fn start_user_field(&mut self, span: Span) -> Frame {
        let name = self.scanner.value(Namespace::OdfText, "name").unwrap_or_default();
        let Some(declared) = self.user_fields.get(&*name).cloned() else {
            return Frame::Kept { start: span.start, role: Role::Point };
        };
        self.clear_field();
        self.alternatives.push(declared);
        Frame::Conditional { start: span.start, content: span.end }
    }

    pub(super) fn start_drop_down(&mut self, span: Span) -> Frame {
        self.clear_field();
        self.shown = None;
        Frame::DropDown { start: span.start }
    }

    /// One of the texts to choose from. What is chosen stands behind all of them.
    pub(super) fn start_in_drop_down(&mut self, name: Name<'a>) -> Frame {
        self.odd |= self.shown.is_some() || !name.is(Namespace::OdfText, "label");
        if !self.odd {
            let alternative = self.attribute(Namespace::OdfText, "value");
            self.alternatives.extend(alternative);
        }
        Frame::Ignored
    }

    pub(super) fn text_in_drop_down(&mut self, text: &str, span: Span) {
        if self.shown.is_some() || !text.trim().is_empty() {
            self.buffer.push_str(text);
            let start = self.shown.map_or(span.start, |shown| shown.start);
            self.shown = Some(Span { start, end: span.end });
        }
    }

    pub(super) fn end_drop_down(&mut self, field: Span) {
        let shown = self.shown.take().unwrap_or(Span { start: field.end, end: field.end });
        self.end_alternatives(shown, field);
    }

    fn clear_field(&mut self) {
        self.buffer.clear();
        self.odd = false;
        self.alternatives.clear();
    }

    /// A field ends. What it shows is written with the alternative that says the same.
    fn end_alternatives(&mut self, content: Span, field: Span) {
        let shown = std::mem::take(&mut self.buffer);
        let alternatives = std::mem::take(&mut self.alternatives);
        let is_same = |text: &str| text.trim() == shown.trim();
        if !self.odd
            && let Some((_, segment)) = alternatives.into_iter().find(|(text, _)| is_same(text))
        {
            let plain = Plain { span: content, segment, before: "".into(), after: "".into() };
            self.found.slots.push(Slot::Element(plain));
        }
        self.thing(Role::Point, field, &shown);
    }

    /// A content control as LibreOffice writes it. Dates, boxes and pictures are no prose.
    pub(super) fn start_control(&mut self, span: Span) -> Frame {
        let mut is = |local: &str| self.scanner.value(Namespace::LibreOffice, local).is_some_and(|is| is == "true");
        let is_prompt = is("showing-place-holder");
        if is("picture") || is("checkbox") || (is("date") && !is_prompt) {
            return Frame::Kept { start: span.start, role: Role::Point };
        }
        self.start_pair(span)
    }

    /// A tracked change begins or ends here.
    pub(super) fn change(&mut self, starts: bool) {
        if self.insertions.is_empty() {
            return;
        }
        let id = self.scanner.value(Namespace::OdfText, "change-id").unwrap_or_default();
        if !self.insertions.contains(&*id) {
            return;
        }
        if starts {
            self.inserting.insert(id.into_owned());
        } else {
            self.inserting.remove(&*id);
        }
    }

    /// A pivot table names what cells say: it goes on to say what they say.
    pub(super) fn follow_cell(&mut self, local: &str) {
        let Some(attribute) = self.scanner.attribute(Namespace::OdfTable, local) else { return };
        let value = crate::xml::unescape(&self.text[attribute.value.clone()]);
        if let Some(segment) = self.pilots.get(&*value).copied() {
            let plain = Plain { span: attribute.value.into(), segment, before: "".into(), after: "".into() };
            self.found.slots.push(Slot::Attribute(plain));
        }
    }
}
