//! Elements end, by their tags or because of what comes.

use super::{Walker, place};
use crate::html::attributes;
use crate::html::elements::{Element, Known, Role};
use crate::html::references::Place;
use crate::html::run::{self, ItemKind, Layout};
use crate::html::stack::Context;
use crate::html::token::Token;

impl Walker<'_> {
    pub(super) fn end(&mut self, token: Token) {
        let name_end = attributes::name_end(self.html, token.start + 2);
        let raw_name = &self.html[token.start + 2..name_end];
        let name = self.names.intern(raw_name);
        let element = self.names.element(name);
        if self.stack.top().context != Context::Html
            && (element.known == Known::Paragraph || element.role == Role::Break)
        {
            self.leave_foreign(token.start);
        }
        let (role, context) = place(element, self.stack.top().context);
        let range = token.start..token.end;
        if role == Role::RubyText && self.ruby_text.is_some() {
            if let Some(index) = self.stack.find(name, element) {
                self.close(index, token.start);
            }
            return self.end_ruby_text(token.end);
        }
        if element.known == Known::Ruby {
            self.end_ruby_text(token.start);
        }
        if element.void && context == Context::Html {
            // The parser takes `</br>` for `<br>` and drops the others.
            let kind = match role {
                Role::Break => ItemKind::Break,
                Role::Anchor => ItemKind::Anchor,
                _ => ItemKind::Point,
            };
            return if role == Role::Block { self.flush(token.start) } else { self.push(kind, range) };
        }
        if self.stack.pop_overflow() {
            return if role == Role::Block { self.flush(token.start) } else { self.push(ItemKind::End(name), range) };
        }
        let found = self.stack.find(name, Element { role, ..element });
        match found {
            Some(index) if matches!(self.stack.get(index).role, Role::Block) => {
                self.close(index, token.start);
                self.flush(token.start);
            }
            Some(index) if self.stack.get(index).role == Role::Island => {
                // The end tag belongs to the island, if it stands in a text.
                let end = if self.outer.as_ref().is_some_and(|o| o.index == index) { token.end } else { token.start };
                self.close_with(index, token.start, end);
            }
            Some(index) => {
                self.close(index, token.start);
                self.push(ItemKind::End(name), range);
            }
            None if matches!(role, Role::Block | Role::Island) => self.flush(token.start),
            None => self.push(ItemKind::End(name), range),
        }
    }

    pub(super) fn close(&mut self, index: usize, at: usize) {
        self.close_with(index, at, at);
    }

    /// Closes the elements from `index` on. An island whose own end tag ends at `end` stands in a text that goes on. One
    /// that something else closes would swallow words that are moved behind it: it ends the text.
    pub(super) fn close_with(&mut self, index: usize, at: usize, end: usize) {
        if let Some(outer) = self.outer.take_if(|outer| outer.index >= index) {
            self.flush(at);
            self.run = outer.run;
            if end > at {
                self.push(ItemKind::Point, outer.start..end);
            } else {
                self.flush(outer.start);
            }
        } else if self.stack.get(index).role == Role::Island {
            self.flush(at);
        }
        self.stack.truncate(index);
    }

    pub(super) fn leave_foreign(&mut self, at: usize) {
        if let Some(index) = self.stack.foreign_root() {
            self.close(index, at);
        }
    }

    pub(super) fn end_ruby_text(&mut self, end: usize) {
        if let Some(start) = self.ruby_text.take() {
            self.push(ItemKind::Point, start..end);
            self.notes.ruby_texts.push(start..end);
        }
    }

    pub(super) fn close_all(&mut self) {
        let end = self.text.len();
        self.flush(end);
        self.close(0, end);
        self.flush(end);
    }

    /// Hands the run on.
    pub(super) fn flush(&mut self, at: usize) {
        self.end_ruby_text(at);
        let run = std::mem::take(&mut self.run);
        let layout = if run.lines { Layout::Lines } else { Layout::Flow };
        run::segments(self.text, &run.items, layout, Place::Text, &mut self.decoder, &mut self.found);
    }
}
