//! Where the tags, comments and doctypes of a document stand: the WHATWG tokenizer (section 13.2.5 of the HTML
//! standard) reduced to byte ranges. What lies between two tokens is text. Names and attributes are read from the
//! source afterwards, only where someone asks.

use std::cell::Cell;

use html5gum::{Emitter, Error, State, Tokenizer};

use super::reader::BoundedReader;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `<p>`
    Start {
        /// `<p/>`
        self_closing: bool,
    },
    /// `</p>`
    End,
    /// A comment, a doctype, a processing instruction.
    Other,
}

/// One piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What the tokenizer and its reader tell each other while the reading goes on.
#[derive(Debug)]
pub(super) struct Shared {
    /// CDATA sections exist only inside SVG and MathML (and in XHTML).
    pub(super) allow_cdata: Cell<bool>,
    /// Where the last text ended. After the last token, what follows it is a tag that the end of the file cut off.
    pub(super) text_end: Cell<usize>,
    /// Attributes of the tag that is being read.
    pub(super) attributes: Cell<usize>,
    /// How many there may be.
    pub(super) most_attributes: usize,
}

impl Shared {
    /// Nothing has been read yet.
    pub(super) fn new(most_attributes: usize) -> Self {
        let most_attributes = most_attributes.min(super::reader::ATTRIBUTES);
        Self { allow_cdata: Cell::default(), text_end: Cell::default(), attributes: Cell::default(), most_attributes }
    }
}

/// The tokenizer over `text`. It has no tree builder: the caller sets the state after `<script>`, `<title>` and so on.
pub(super) fn tokenizer<'a>(text: &'a str, shared: &'a Shared) -> Tokenizer<BoundedReader<'a>, Spans<'a>> {
    let spans = Spans {
        shared,
        position: 0,
        start: 0,
        kind: TokenKind::Other,
        name: Vec::new(),
        last_start_name: Vec::new(),
        token: None,
    };
    Tokenizer::new_with_emitter(BoundedReader::new(text, shared), spans)
}

/// Collects byte ranges and throws everything else away.
#[derive(Debug)]
pub(super) struct Spans<'a> {
    shared: &'a Shared,
    position: usize,
    start: usize,
    kind: TokenKind,
    name: Vec<u8>,
    last_start_name: Vec<u8>,
    token: Option<Token>,
}

impl Spans<'_> {
    fn finish(&mut self, kind: TokenKind) {
        self.token = Some(Token { kind, start: self.start, end: self.position });
    }
}

impl Emitter for Spans<'_> {
    type Token = Token;

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start_name = name.unwrap_or_default().to_vec();
    }

    fn emit_eof(&mut self) {}

    fn emit_error(&mut self, _error: Error) {}

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }

    #[inline]
    fn pop_token(&mut self) -> Option<Token> {
        self.token.take()
    }

    #[inline]
    fn emit_string(&mut self, _text: &[u8]) {
        self.shared.text_end.set(self.position);
    }

    fn init_start_tag(&mut self) {
        self.kind = TokenKind::Start { self_closing: false };
        self.name.clear();
        self.shared.attributes.set(0);
    }

    fn init_end_tag(&mut self) {
        self.kind = TokenKind::End;
        self.name.clear();
        self.shared.attributes.set(0);
    }

    fn init_comment(&mut self) {}

    fn emit_current_tag(&mut self) -> Option<State> {
        self.shared.attributes.set(0);
        self.finish(self.kind);
        self.last_start_name.clear();
        if self.kind != TokenKind::End {
            std::mem::swap(&mut self.last_start_name, &mut self.name);
        }
        None
    }

    fn emit_current_comment(&mut self) {
        self.finish(TokenKind::Other);
    }

    fn emit_current_doctype(&mut self) {
        self.finish(TokenKind::Other);
    }

    fn set_self_closing(&mut self) {
        if self.kind != TokenKind::End {
            self.kind = TokenKind::Start { self_closing: true };
        }
    }

    fn set_force_quirks(&mut self) {}

    fn push_tag_name(&mut self, name: &[u8]) {
        self.name.extend_from_slice(name);
    }

    fn push_comment(&mut self, _text: &[u8]) {}

    fn push_doctype_name(&mut self, _name: &[u8]) {}

    fn init_doctype(&mut self) {}

    fn init_attribute(&mut self) {
        self.shared.attributes.update(|attributes| attributes + 1);
    }

    fn push_attribute_name(&mut self, _name: &[u8]) {}

    fn push_attribute_value(&mut self, _value: &[u8]) {}

    fn set_doctype_public_identifier(&mut self, _value: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _value: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _value: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _value: &[u8]) {}

    fn start_open_tag(&mut self) {
        self.start = self.position - 1;
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.kind == TokenKind::End && !self.last_start_name.is_empty() && self.last_start_name == self.name
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.shared.allow_cdata.get()
    }

    #[inline]
    fn move_position(&mut self, offset: isize) {
        self.position = self.position.saturating_add_signed(offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &[&str], text_end: usize) {
        let shared = Shared::new(9);
        let found: Vec<_> = tokenizer(html, &shared).map(|t| t.map(|t| &html[t.start..t.end]).unwrap()).collect();
        assert_eq!(found, expected);
        assert_eq!(shared.text_end.get(), text_end);
    }

    #[test]
    fn ranges_are_exact_also_with_references_line_ends_and_stray_characters() {
        check("a &amp; b<p class='x>y'>é</p\n>", &["<p class='x>y'>", "</p\n>"], 26);
        check("a\r\n<b\r\n>x\r</b>\r\n", &["<b\r\n>", "</b>"], 16);
        check(
            "1 < 2 <3 & 4 <!-- > -->x<!DOCTYPE html><?php a ?>",
            &["<!-- > -->", "<!DOCTYPE html>", "<?php a ?>"],
            24,
        );
        check("x &#x41 y &nosuch; &amp <i>", &["<i>"], 24);
    }

    #[test]
    fn a_tag_cut_off_by_the_end_is_no_token() {
        check("text <a href=\"x", &[], 5);
        check("text <", &[], 6);
    }
}
