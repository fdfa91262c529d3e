//! Texts of attributes, and what is noted of an element: its language, direction, and that it stays as it is.

use std::ops::Range;

use encoding_rs::UTF_8;

use super::Walker;
use crate::html::attributes::{self, Attribute, Quote, find, value_of};
use crate::html::elements::{Element, Known, Role};
use crate::html::notes::{Holder, LanguageMark};
use crate::html::references::Place;
use crate::html::run::{self, Item, ItemKind, Layout};
use crate::html::slot::{Frame, Slot};
use crate::html::token::Token;
use crate::html::{FRAMES, charset, read_at};
use crate::{FormatError, Reason, Skeleton as _};

impl Walker<'_> {
    /// Counts what stays as it is, where it begins.
    pub(super) fn note_kept(&mut self, token: &Token, element: Element, translates: (bool, bool), code: (bool, bool)) {
        let name = &self.html[token.start + 1..attributes::name_end(self.html, token.start + 1)];
        let is = |known: &[&[u8]]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
        let reason = if translates == (true, false) || (code == (false, true) && translates.1) {
            Reason::ProtectedRange
        } else if !translates.1 || code.1 {
            return;
        } else if element.known == Known::Math {
            Reason::Equation
        } else if is(&[b"script"]) {
            Reason::Macro
        } else if is(&[b"img", b"image"]) {
            Reason::ImageText
        } else if is(&[b"iframe", b"object", b"embed"]) {
            Reason::EmbeddedObject
        } else {
            return;
        };
        self.notes.untranslated.add(reason, "", token.start);
    }

    pub(super) fn id_attribute(&self) -> Option<Range<usize>> {
        let range = find(self.html, &self.attributes, "id")?.range();
        let space = self.html[..range.start].iter().rev().take_while(|b| attributes::is_space(**b)).count();
        Some(range.start - space..range.end)
    }

    pub(super) fn attribute_texts(&mut self, element: Element) {
        let attributes = std::mem::take(&mut self.attributes);
        for (index, attribute) in attributes.iter().enumerate() {
            let Some(range) = attribute.value.clone() else { continue };
            let name = &self.html[attribute.name.clone()];
            let is_first = || !attributes[..index].iter().any(|a| self.html[a.name.clone()].eq_ignore_ascii_case(name));
            if attributes::is_text(self.html, element, &attributes, attribute, self.options) {
                if is_first() {
                    self.attribute_text(range, attribute.quote);
                }
            } else if let Some(reason) = attributes::switched_off(self.html, element, &attributes, attribute)
                && self.text[range.clone()].contains(char::is_alphabetic)
            {
                self.notes.untranslated.add(reason, "", range.start);
            }
        }
        self.attributes = attributes;
    }

    pub(super) fn attribute_text(&mut self, range: Range<usize>, quote: Quote) {
        let mut items = Vec::new();
        let mut start = range.start;
        let first = self.code.partition_point(|code| code.end <= range.start);
        for code in self.code[first..].iter().take_while(|code| code.start < range.end) {
            items.push(Item { kind: ItemKind::Text { protected: false }, range: start..code.start });
            items.push(Item { kind: ItemKind::Template, range: code.clone() });
            start = code.end;
        }
        items.push(Item { kind: ItemKind::Text { protected: false }, range: start..range.end });
        items.retain(|item| !item.range.is_empty());
        let before = self.found.len();
        run::segments(self.text, &items, Layout::Flow, Place::Attribute, &mut self.decoder, &mut self.found);
        for slot in &mut self.found.slots[before..] {
            slot.attribute = Some(quote);
        }
        // A value without quotes gets some when it changes: only the whole of it can be replaced.
        if quote == Quote::None {
            let whole = |slot: &Slot| slot.range.range() == range && slot.tags.is_empty();
            self.found.retain_from(before, whole);
            let slots = self.found.slots[before..].iter_mut();
            for (slot, segment) in slots.zip(&self.found.segments[before..]) {
                slot.keep_spelling(segment.source.text());
            }
        }
    }

    /// The page that an `iframe`, whose attributes were read last, holds in one of them.
    pub(super) fn framed_page(&mut self, name: usize) -> Result<(), FormatError> {
        // Nearly all names are of another length.
        if name != "iframe".len() || self.depth >= FRAMES {
            return Ok(());
        }
        let Some(Attribute { value: Some(range), quote, .. }) = find(self.html, &self.attributes, "srcdoc").cloned()
        else {
            return Ok(());
        };
        let first = self.code.partition_point(|code| code.end <= range.start);
        let has_code = self.code.get(first).is_some_and(|code| code.start < range.end);
        if quote == Quote::None || has_code {
            return Ok(());
        }
        let content = self.decoder.decode(&self.text[range.clone()], Place::Attribute).text;
        let page = match read_at(content.as_bytes(), Some(UTF_8), self.options, self.limits, self.depth + 1) {
            Ok(page) => page,
            Err(error @ FormatError::TooComplex { .. }) => return Err(error),
            Err(_) => return Ok(()),
        };
        self.notes.untranslated.append_at(page.skeleton.untranslated(), range.start);
        let mut frame = Some(Frame::Page(Box::new(page.skeleton)));
        for segment in page.segments {
            let range = if frame.is_some() { range.clone() } else { range.end..range.end };
            let frame = frame.take().unwrap_or(Frame::Rest);
            self.found.push((Slot::of_frame(range.into(), quote, frame), segment));
        }
        Ok(())
    }

    /// Notes language, direction and encoding of the tag whose attributes were read last.
    pub(super) fn note(&mut self, element: Element, role: Role, name_end: usize, translate: bool) {
        let html = self.html;
        let holder = match (element.known, role) {
            (Known::Html, _) => Holder::Root,
            (_, Role::Block | Role::Island) => Holder::Block,
            _ => Holder::Inline,
        };
        if self.attributes.is_empty() && holder != Holder::Root {
            return;
        }
        let attribute = |name: &str| find(html, &self.attributes, name).cloned();
        if translate && self.ruby_text.is_none() {
            let (lang, xml_lang, dir) = (attribute("lang"), attribute("xml:lang"), attribute("dir"));
            let says = lang.is_some() || xml_lang.is_some() || dir.is_some();
            let is_root = holder == Holder::Root;
            if (says || is_root) && !(is_root && self.notes.has_root) {
                self.notes.has_root |= is_root;
                self.notes.languages.push(LanguageMark { holder, name_end, lang, xml_lang, dir });
            }
        }
        if element.known != Known::Meta {
            return;
        }
        let content = attribute("content").and_then(|a| a.value);
        if let Some(label) = attribute("charset").and_then(|a| a.value) {
            self.notes.charset_labels.push(label);
        } else if let Some(content) = content {
            if charset::is_content_type(html, &self.attributes) {
                let label = charset::in_content(&html[content.clone()]);
                self.notes.charset_labels.extend(label.map(|l| content.start + l.start..content.start + l.end));
            } else if value_of(html, &self.attributes, "http-equiv")
                .is_some_and(|v| v.eq_ignore_ascii_case(b"content-language"))
            {
                self.notes.content_language = Some(content);
            }
        }
    }
}
