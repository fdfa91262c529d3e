//! From items to segments.

use std::ops::Range;

use terjuman_model::{Segment, TagId, TagKind};

use super::pairs::match_up;
use super::{Item, ItemKind, Markup, Slot, Spelling};
use crate::texts::Texts;
use crate::wording;
use crate::xml::unescape;

/// The segments of a stretch of text, in order. With `folds`, a run of white space is one space.
pub(crate) fn segments(text: &str, mut items: Vec<Item>, folds: bool, out: &mut Texts<Slot>) {
    if !items.iter().any(|item| matches!(item.kind, ItemKind::Text(_))) {
        return;
    }
    let mates = match_up(&mut items);
    let mut builder = Builder { text, items, mates, folds };
    let mut start = 0;
    for index in 0..=builder.items.len() {
        if builder.items.get(index).is_none_or(|item| matches!(item.kind, ItemKind::Border)) {
            builder.part(start..index).into_iter().for_each(|found| out.push(found));
            start = index + 1;
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    items: Vec<Item>,
    mates: Vec<Option<usize>>,
    folds: bool,
}

impl Builder<'_> {
    /// The segment of a part without borders, if it has words.
    fn part(&mut self, part: Range<usize>) -> Option<(Slot, Segment)> {
        let part = self.trim(part);
        let words: String = self.items[part.clone()]
            .iter()
            .filter_map(|item| match item.kind {
                ItemKind::Text(spelling) => Some(decode(&self.text[item.range.clone()], spelling)),
                // What follows a thing is no part of an address before it.
                ItemKind::Point | ItemKind::Break | ItemKind::Isolated | ItemKind::Protected(_) => Some(" ".into()),
                _ => None,
            })
            .collect();
        if !wording::has_words(&words) {
            return None;
        }
        Some(self.segment(part))
    }

    /// Leaves out what stands around the words: white space, things, pairs around everything, pairs around nothing.
    fn trim(&mut self, mut part: Range<usize>) -> Range<usize> {
        loop {
            let before = part.clone();
            while part.start < part.end && self.is_edge(part.start, End::First) {
                part.start += 1;
            }
            while part.start < part.end && self.is_edge(part.end - 1, End::Last) {
                part.end -= 1;
            }
            if part.is_empty() {
                return part;
            }
            if let Some(mate) = self.mates[part.start] {
                if mate + 1 == part.end {
                    part = part.start + 1..mate;
                } else if mate == part.start + 1 {
                    part.start = mate + 1;
                }
            }
            if part.start < part.end
                && let Some(mate) = self.mates[part.end - 1]
                && mate + 2 == part.end
                && mate >= part.start
            {
                part.end = mate;
            }
            if part == before {
                return part;
            }
        }
    }

    /// Whether the item has nothing to say at an edge; cuts the blanks off text that has.
    fn is_edge(&mut self, index: usize, end: End) -> bool {
        let item = &mut self.items[index];
        match &item.kind {
            ItemKind::Text(spelling) => {
                item.range = without_blanks(self.text, item.range.clone(), *spelling, end);
                item.range.is_empty()
            }
            ItemKind::Point | ItemKind::Anchor | ItemKind::Break | ItemKind::Isolated => true,
            ItemKind::Protected(visible) => visible.trim().is_empty(),
            ItemKind::Open(..) | ItemKind::Close(_) | ItemKind::Border => false,
        }
    }

    fn segment(&self, part: Range<usize>) -> (Slot, Segment) {
        let mut segment = Segment::default();
        let mut tags = Vec::new();
        let mut ids = vec![TagId(u32::MAX); part.len()];
        let mut spelling = Spelling::Escaped;
        // White space that is still to be said, when it folds.
        let mut last_blank = true;
        for index in part.clone() {
            let item = &self.items[index];
            let single = match &item.kind {
                ItemKind::Text(how) => {
                    if matches!(how, Spelling::Raw | Spelling::Attribute) {
                        spelling = *how;
                    }
                    let text = decode(&self.text[item.range.clone()], *how);
                    if self.folds {
                        fold(&text, &mut last_blank, &mut segment);
                    } else {
                        segment.source.push_str(&text);
                    }
                    continue;
                }
                ItemKind::Open(_, kind) => {
                    let Some(mate) = self.mates[index] else { continue };
                    let close = self.items[mate].range.clone().into();
                    let may_split = *kind == TagKind::Format;
                    tags.push(Markup::Pair { open: item.range.clone().into(), close, may_split });
                    let id = segment.add_tag(*kind);
                    ids[index - part.start] = id;
                    segment.source.open(id);
                    continue;
                }
                ItemKind::Close(_) => {
                    let open = self.mates[index].and_then(|mate| mate.checked_sub(part.start));
                    if let Some(id) = open.and_then(|open| ids.get(open)) {
                        segment.source.close(*id);
                    }
                    continue;
                }
                ItemKind::Protected(_) => TagKind::Protected,
                ItemKind::Point => TagKind::Point,
                ItemKind::Anchor => TagKind::Anchor,
                ItemKind::Break => TagKind::Break,
                ItemKind::Isolated | ItemKind::Border => TagKind::Isolated,
            };
            tags.push(Markup::Single(item.range.clone().into()));
            let id = segment.add_tag(single);
            if let ItemKind::Protected(visible) = &item.kind {
                segment.source.open(id);
                if self.folds {
                    fold(visible, &mut last_blank, &mut segment);
                } else {
                    segment.source.push_str(visible);
                }
                segment.source.close(id);
            } else {
                segment.source.point(id);
                last_blank &= single != TagKind::Point;
            }
        }
        let range = self.items[part.start].range.start..self.items[part.end - 1].range.end;
        (Slot { range: range.into(), spelling, tags: tags.into() }, segment)
    }
}

fn fold(text: &str, last_blank: &mut bool, segment: &mut Segment) {
    for character in text.chars() {
        // A no-break space is a character, not layout.
        if matches!(character, ' ' | '\t' | '\n' | '\r') {
            if !*last_blank {
                segment.source.push(' ');
            }
            *last_blank = true;
        } else {
            segment.source.push(character);
            *last_blank = false;
        }
    }
}

/// The segment of an attribute's value, if it has words.
pub(crate) fn attribute(text: &str, value: Range<usize>) -> Option<(Slot, Segment)> {
    let range = without_blanks(text, value, Spelling::Attribute, End::First);
    let range = without_blanks(text, range, Spelling::Attribute, End::Last);
    let words = unescape(&text[range.clone()]);
    wording::has_words(&words).then(|| {
        let slot = Slot { range: range.into(), spelling: Spelling::Attribute, tags: Box::default() };
        (slot, Segment::plain(words))
    })
}

fn decode(raw: &str, spelling: Spelling) -> std::borrow::Cow<'_, str> {
    match spelling {
        Spelling::Escaped | Spelling::Attribute => unescape(raw),
        Spelling::Raw => raw.into(),
        Spelling::Section => {
            raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>")).unwrap_or(raw).into()
        }
    }
}

/// Which end of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The range without blanks at one end, also those spelled as references. A section is cut only if it is all blank.
fn without_blanks(text: &str, range: Range<usize>, spelling: Spelling, end: End) -> Range<usize> {
    let raw = &text[range.clone()];
    match (spelling, end) {
        (Spelling::Section, _) => {
            let is_blank = decode(raw, spelling).trim().is_empty();
            if is_blank { range.start..range.start } else { range }
        }
        (_, End::First) => range.end - without_first(raw, spelling != Spelling::Raw).len()..range.end,
        (_, End::Last) => range.start..range.start + without_last(raw, spelling != Spelling::Raw).len(),
    }
}

/// Bytes in which a reference to a blank ends.
const REFERENCE_BYTES: usize = 12;

fn without_first(raw: &str, has_references: bool) -> &str {
    let mut rest = raw.trim_start();
    while has_references
        && let Some(length) = rest.bytes().take(REFERENCE_BYTES).position(|b| b == b';')
        && is_blank_reference(&rest[..=length])
    {
        rest = rest[length + 1..].trim_start();
    }
    rest
}

fn without_last(raw: &str, has_references: bool) -> &str {
    let mut rest = raw.trim_end();
    while has_references
        && let Some(back) = rest.bytes().rev().take(REFERENCE_BYTES).position(|b| b == b'&')
        && is_blank_reference(&rest[rest.len() - back - 1..])
    {
        rest = rest[..rest.len() - back - 1].trim_end();
    }
    rest
}

fn is_blank_reference(raw: &str) -> bool {
    raw.starts_with("&#") && raw.ends_with(';') && unescape(raw).chars().all(char::is_whitespace)
}
