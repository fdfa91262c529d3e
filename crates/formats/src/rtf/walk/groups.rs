//! Groups begin and end, and with them destinations and fields.

use std::ops::Range;

use super::{Closing, Content, Field, FieldResult, Group, Kind, Story, Token, Walker};
use crate::FormatError;
use crate::docx::is_live;
use crate::rtf::destination::Destination;
use crate::rtf::scanner::Item;
use crate::rtf::state::State;
use crate::runs::Role;

impl Walker<'_> {
    pub(super) fn open(&mut self, start: usize) -> Result<(), FormatError> {
        if self.groups.len() >= self.limits.rtf_depth {
            return Err(FormatError::TooComplex { limit: self.limits.rtf_depth as u64, unit: "nested groups" });
        }
        self.end_text();
        self.skip = 0;
        let group = match self.groups.last_mut() {
            Some(outer) => {
                outer.fresh = false;
                // Between the instruction and the result of a field there is nothing to read.
                let content = outer.content;
                Group {
                    start,
                    content,
                    in_text: content == Content::Text,
                    closing: Closing::Plain,
                    fresh: true,
                    starred: false,
                    is_clean: true,
                    ..outer.clone()
                }
            }
            None => Group {
                start,
                state: State::plain(self.found.default_font),
                font: self.found.default_font,
                east_asian: false,
                content: Content::Container,
                in_text: false,
                closing: Closing::Plain,
                fresh: true,
                starred: false,
                is_clean: false,
            },
        };
        self.groups.push(group);
        Ok(())
    }

    /// Begins a destination.
    pub(super) fn enter(&mut self, destination: Destination, item: &Item<'_>) {
        let Some(group) = self.groups.last_mut() else { return };
        group.is_clean = false;
        let outer = match (group.in_text, group.content) {
            (true, _) => Content::Text,
            (false, content) => content,
        };
        let (content, closing) = match destination {
            Destination::Skip(role) => (Content::Nothing, Closing::Thing(role)),
            Destination::Container => (outer_container(outer), Closing::Thing(Role::Point)),
            Destination::Fonts => (Content::Fonts, Closing::Fonts),
            Destination::Story if matches!(outer, Content::Text | Content::Container) => {
                (Content::Text, Closing::Story)
            }
            Destination::Field if outer == Content::Text => (Content::Field, Closing::Field),
            Destination::FieldInstruction if outer == Content::Field => (Content::Instruction, Closing::Plain),
            Destination::FieldResult
                if outer == Content::Field
                    && self.fields.last().is_some_and(|f| f.result.is_none() && is_live(&f.instruction)) =>
            {
                (Content::Text, Closing::Result)
            }
            _ => (Content::Nothing, Closing::Thing(Role::Point)),
        };
        group.content = content;
        group.closing = closing;
        if content == Content::Text {
            self.bare(item);
        }
        let start = self.groups.last().map_or(0, |group| group.start);
        match closing {
            Closing::Story => self.stories.push(Story::default()),
            Closing::Field => self.fields.push(Field { start, instruction: String::new(), result: None }),
            Closing::Result => {
                let (state, stories) = (self.state(), self.stories.len());
                let (Some(field), Some(story)) = (self.fields.last_mut(), self.stories.last_mut()) else { return };
                let span = field.start..item.span.end;
                let pair = story.paragraph.open(false, span.clone());
                story.tokens.push(Token::new(Kind::Open, span, state, &mut self.found.states));
                field.result = Some(FieldResult { pair, place: (stories, story.number), end: item.span.end });
            }
            _ => {}
        }
    }

    pub(super) fn close(&mut self, span: Range<usize>) {
        self.end_text();
        self.skip = 0;
        let Some(group) = self.groups.pop() else { return };
        let whole = group.start..span.end;
        match group.closing {
            Closing::Plain => {
                if let Some(outer) = self.groups.last_mut()
                    && group.in_text
                    && group.content == Content::Text
                {
                    outer.is_clean &= group.is_clean;
                    if group.is_clean
                        && let Some(story) = self.stories.last_mut()
                    {
                        story.groups.push(whole);
                    }
                }
            }
            Closing::Thing(role) => self.group_is(role, &group, whole),
            Closing::Fonts => {
                self.fonts.end();
                let font = self.fonts.get(self.found.default_font).map_or(self.found.default_font, |font| font.first);
                if let Some(outer) = self.groups.last_mut() {
                    outer.state.set_font(font);
                }
                self.group_is(Role::Point, &group, whole);
            }
            Closing::Story => {
                self.end_paragraph();
                self.stories.pop();
                self.group_is(Role::Point, &group, whole);
            }
            Closing::Result => {
                if let Some(Field { result: Some(FieldResult { end, .. }), .. }) = self.fields.last_mut() {
                    *end = span.start;
                }
            }
            Closing::Field => self.end_field(&group, whole),
        }
    }

    pub(super) fn end_field(&mut self, group: &Group, whole: Range<usize>) {
        let Some(field) = self.fields.pop() else { return };
        let Some(FieldResult { pair, place, end }) = field.result else {
            return self.group_is(Role::Point, group, whole);
        };
        let (state, here) = (self.state(), self.place());
        let Some(story) = self.stories.last_mut() else { return };
        let span = end..whole.end;
        let kind = if here == place {
            story.paragraph.close(pair, span.clone(), None);
            Kind::Close
        } else {
            story.paragraph.thing(Role::Border, span.clone(), None);
            Kind::Thing
        };
        story.tokens.push(Token::new(kind, span, state, &mut self.found.states));
    }

    /// Makes one thing of a group, if text is around it.
    pub(super) fn group_is(&mut self, role: Role, group: &Group, span: Range<usize>) {
        if group.in_text && self.groups.last().is_some_and(|outer| outer.content == Content::Text) {
            self.thing(role, span);
        }
    }
}

/// Within what is not text, nothing is.
fn outer_container(outer: Content) -> Content {
    match outer {
        Content::Text | Content::Container => Content::Container,
        _ => Content::Nothing,
    }
}
