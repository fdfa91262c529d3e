//! Text is put together of bytes and characters.

use std::ops::Range;

use terjuman_model::Place;

use super::{Kind, Text, Token, Walker};
use crate::rtf::PART;
use crate::rtf::codepage::CodePage;
use crate::rtf::scanner::Item;
use crate::rtf::state::State;
use crate::runs::{Format, Role};
use crate::{Reason, Warning, WarningKind};

impl Walker<'_> {
    /// Text goes on.
    pub(super) fn text(&mut self, item: &Item<'_>) -> Option<&mut Text> {
        if !self.is_text() {
            return None;
        }
        let text =
            self.stories.last_mut()?.text.get_or_insert_with(|| Text { span: item.span.clone(), ..Text::default() });
        text.span.end = item.span.end;
        Some(text)
    }

    pub(super) fn byte(&mut self, byte: u8, item: &Item<'_>) {
        if let Some(text) = self.text(item) {
            text.end_half();
            text.bytes.push(byte);
        }
    }

    pub(super) fn character(&mut self, character: char, item: &Item<'_>) {
        let page = self.code_page();
        if let Some(text) = self.text(item) {
            text.decode(page);
            text.text.push(character);
        }
    }

    pub(super) fn nothing(&mut self, item: &Item<'_>) {
        let page = self.code_page();
        if let Some(text) = self.text(item) {
            text.decode(page);
        }
    }

    /// A unit of UTF-16.
    pub(super) fn unit(&mut self, number: i32, item: &Item<'_>) {
        let page = self.code_page();
        self.skip = self.state().skip();
        let Some(text) = self.text(item) else { return };
        let half = text.half.take();
        text.decode(page);
        let Ok(unit) = u16::try_from(number & 0xffff) else { return };
        match (half, unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                let pair = char::decode_utf16([high, unit]).next().and_then(Result::ok);
                pair.into_iter().for_each(|character| text.text.push(character));
            }
            (Some(_), _) => text.broken = true,
            (None, 0xd800..=0xdbff) => text.half = Some(unit),
            (None, _) => match char::from_u32(u32::from(unit)) {
                Some(character) => text.text.push(character),
                None => text.broken = true,
            },
        }
    }

    pub(super) fn code_page(&self) -> CodePage {
        let font = self.groups.last().and_then(|group| self.fonts.get(group.font));
        font.and_then(|font| font.page).unwrap_or(self.page)
    }

    fn format(&mut self, state: State) -> Format {
        let code = self.fonts.get(state.font()).is_some_and(|font| font.code);
        self.found.states.format(state, code)
    }

    pub(super) fn end_text(&mut self) {
        let page = self.code_page();
        let Some(mut text) = self.stories.last_mut().and_then(|story| story.text.take()) else { return };
        text.decode(page);
        let state = self.state();
        let symbols = self.groups.last().and_then(|group| self.fonts.get(group.font)).is_some_and(|font| font.symbols);
        let is_hidden = state.is_deleted() || (state.is_hidden() && !self.options.hidden_text);
        if text.broken {
            let place = Place { part: PART.to_owned(), offset: text.span.start as u64 };
            self.found.warnings.push(Warning { kind: WarningKind::UndecodableBytes, place });
        }
        let is_private = |c: char| matches!(c, '\u{e000}'..='\u{f8ff}');
        let is_symbol = symbols || (!text.text.is_empty() && text.text.chars().all(is_private));
        if is_hidden && !text.text.trim().is_empty() {
            let reason = if state.is_deleted() { Reason::DeletedText } else { Reason::HiddenText };
            self.found.untranslated.add(reason, PART, text.span.start);
        }
        if text.broken || is_symbol {
            return self.thing(Role::Point, text.span);
        }
        if is_hidden {
            // What nobody sees parts no word.
            return self.thing(Role::Anchor, text.span);
        }
        let format = self.format(state.of_text());
        let Some(story) = self.stories.last_mut() else { return };
        story.paragraph.text(&text.text, text.span.clone(), format);
        story.tokens.push(Token::new(Kind::Text, text.span, state, &mut self.found.states));
    }

    pub(super) fn thing(&mut self, role: Role, span: Range<usize>) {
        self.end_text();
        if !self.is_text() {
            return;
        }
        let state = self.state();
        let format = self.format(state.of_thing());
        let Some(story) = self.stories.last_mut() else { return };
        story.paragraph.thing(role, span.clone(), Some(format));
        story.tokens.push(Token::new(Kind::Thing, span, state, &mut self.found.states));
    }
}

impl Text {
    /// Reads the bytes that are waiting.
    pub(super) fn decode(&mut self, page: CodePage) {
        self.end_half();
        if !self.bytes.is_empty() {
            match page.decode(&self.bytes) {
                Some(text) => self.text.push_str(&text),
                None => self.broken = true,
            }
            self.bytes.clear();
        }
    }

    pub(super) fn end_half(&mut self) {
        self.broken |= self.half.take().is_some();
    }
}
