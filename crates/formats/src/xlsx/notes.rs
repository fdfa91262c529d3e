//! Comments: notes in runs, and threads with the notes that repeat them for older programs.

use std::collections::HashMap;

use terjuman_model::{TagId, TagKind};

use super::pending::Resolver;
use super::rich::RichString;
use super::slot::{Bit, Shape, Slot};
use super::units::{Markup, Unit};
use crate::runs::Span;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, wording};

use super::escapes;

/// So many names may a comment mention.
const MENTIONS: usize = 100;

/// Somebody whom a comment mentions: where in its text, in UTF-16 units, and where that is written.
#[derive(Debug)]
struct Mention {
    start: usize,
    length: usize,
    places: [Span; 2],
}

impl Mention {
    fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut number = |local: &str| {
            let value = scanner.value(Namespace::None, local)?.trim().parse().ok()?;
            Some((value, Span::from(scanner.attribute(Namespace::None, local)?.value)))
        };
        let ((start, first), (length, second)) = (number("startIndex")?, number("length")?);
        Some(Self { start, length, places: [first, second] })
    }
}

/// The pieces of a comment, and the places of the names that it mentions.
type Comment = (Box<[Bit]>, Vec<Slot>);

/// What a comment is made of. `None` if it has no words, or the names do not
/// stand where it says.
fn comment(text: &str, mentions: &mut [Mention], resolver: &mut Resolver<'_>) -> Result<Option<Comment>, FormatError> {
    if mentions.is_empty() {
        return Ok(resolver.own(text)?.map(|bits| (bits, Vec::new())));
    }
    mentions.sort_by_key(|mention| mention.start);
    let Some((unit, tags)) = mentioning(text.trim(), before_text(text), mentions) else {
        return Ok(None);
    };
    let segment = resolver.units.add(unit)?;
    let mut slots = Vec::new();
    for (mention, tag) in mentions.iter().zip(tags) {
        for (span, is_length) in mention.places.into_iter().zip([false, true]) {
            slots.push(Slot { span, shape: Shape::Mention { segment, tag, before: before_text(text), is_length } });
        }
    }
    slots.sort_by_key(|slot| slot.span.start);
    Ok(Some((Slot::bits(text, segment), slots)))
}

/// The white space before a text, in UTF-16 units.
fn before_text(text: &str) -> usize {
    text[..text.len() - text.trim_start().len()].encode_utf16().count()
}

/// A text whose names are things that stay. `before` is what stands before it.
fn mentioning(text: &str, before: usize, mentions: &[Mention]) -> Option<(Unit, Vec<TagId>)> {
    let mut unit = Unit::default();
    let mut tags = Vec::new();
    let (mut at, mut units, mut has_words) = (0, before, false);
    for mention in mentions {
        let start = at + bytes_of(&text[at..], mention.start.checked_sub(units)?)?;
        let end = start + bytes_of(&text[start..], mention.length)?;
        has_words |= wording::has_words(&text[at..start]);
        unit.text(&text[at..start]);
        let tag = unit.segment.add_tag(TagKind::Protected);
        unit.markup.push(Markup::Name);
        unit.segment.source.open(tag);
        unit.segment.source.push_str(&text[start..end]);
        unit.segment.source.close(tag);
        tags.push(tag);
        (at, units) = (end, mention.start + mention.length);
    }
    has_words |= wording::has_words(&text[at..]);
    unit.text(&text[at..]);
    has_words.then_some((unit, tags))
}

/// The bytes of so many UTF-16 units.
fn bytes_of(text: &str, units: usize) -> Option<usize> {
    let mut left = units;
    for (at, character) in text.char_indices() {
        if left == 0 {
            return Some(at);
        }
        left = left.checked_sub(character.len_utf16())?;
    }
    (left == 0).then_some(text.len())
}

/// What is said in the threads of a sheet, by cell: each text, and its segment if it is translated.
#[derive(Debug, Default)]
pub(super) struct Threads(HashMap<String, Vec<(String, usize)>>);

impl Threads {
    /// Reads threaded comments.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if the part is not well-formed.
    pub(super) fn read(&mut self, part: &XmlPart, resolver: &mut Resolver<'_>) -> Result<Vec<Slot>, FormatError> {
        let mut slots = Vec::new();
        let limits: &Limits = resolver.limits;
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut cell = String::new();
        let mut said: Option<(usize, String, usize)> = None;
        let mut waiting: Option<(Span, String)> = None;
        let mut mentions: Vec<Mention> = Vec::new();
        let mut is_odd = false;
        while let Some(event) = scanner.next()? {
            match event.kind {
                // Elements in the text, where none belong: it stays.
                Kind::Start { .. } if said.is_some() => is_odd = true,
                Kind::Start { name, .. } => match name.local {
                    "threadedComment" => {
                        cell = scanner.value(Namespace::None, "ref").unwrap_or_default().into_owned();
                        waiting = None;
                        mentions.clear();
                    }
                    "text" => {
                        is_odd = false;
                        said = Some((event.range.end, String::new(), scanner.depth()));
                    }
                    // Whom a comment mentions is told by places in its text.
                    "mention" => match Mention::read(&mut scanner).filter(|_| mentions.len() < MENTIONS) {
                        Some(mention) => mentions.push(mention),
                        None => waiting = None,
                    },
                    _ => {}
                },
                Kind::Text => {
                    if let Some((_, text, _)) = &mut said {
                        text.push_str(&unescape(&part.text[event.range]));
                    }
                }
                Kind::End { name } => {
                    if let Some((start, text, _)) = said.take_if(|(_, _, depth)| scanner.depth() + 1 == *depth) {
                        let span = Span { start, end: event.range.start.max(start) };
                        waiting = (!is_odd).then(|| (span, escapes::decode(&text).into_owned()));
                    }
                    if name.local == "threadedComment"
                        && let Some((span, text)) = waiting.take()
                        && let Some((bits, places)) = comment(&text, &mut mentions, resolver)?
                    {
                        for bit in &bits {
                            if let Bit::Segment(segment) = bit {
                                self.0.entry(cell.clone()).or_default().push((text.trim().to_owned(), *segment));
                            }
                        }
                        slots.push(Slot { span, shape: Shape::Element(bits) });
                        slots.extend(places);
                    }
                }
                _ => {}
            }
        }
        slots.sort_by_key(|slot| slot.span.start);
        Ok(slots)
    }

    /// Reads the notes of the sheet.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if the part is not well-formed.
    pub(super) fn read_notes(&self, part: &XmlPart, resolver: &mut Resolver<'_>) -> Result<Vec<Slot>, FormatError> {
        let mut slots = Vec::new();
        let limits: &Limits = resolver.limits;
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut authors: Vec<String> = Vec::new();
        let (mut cell, mut author) = (String::new(), None);
        let mut in_author = false;
        let mut start: Option<(usize, usize)> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { .. } if start.is_some() => {}
                Kind::Start { name, .. } => match name.local {
                    "author" => {
                        authors.push(String::new());
                        in_author = true;
                    }
                    "comment" => {
                        cell = scanner.value(Namespace::None, "ref").unwrap_or_default().into_owned();
                        author = scanner.value(Namespace::None, "authorId").and_then(|id| id.parse::<usize>().ok());
                    }
                    "text" => start = Some((event.range.start, scanner.depth())),
                    _ => {}
                },
                Kind::Text if in_author => {
                    if let Some(author) = authors.last_mut() {
                        author.push_str(&unescape(&part.text[event.range]));
                    }
                }
                Kind::End { .. } => {
                    in_author = false;
                    if let Some((from, _)) = start.take_if(|(_, depth)| scanner.depth() + 1 == *depth) {
                        let span = Span { start: from, end: event.range.end };
                        let string = RichString::read(&part.text, span, limits)?;
                        let name = author.and_then(|index| authors.get(index)).map_or("", String::as_str);
                        slots.extend(self.note(string, name, &cell, resolver)?);
                    }
                }
                _ => {}
            }
        }
        Ok(slots)
    }

    fn note(
        &self,
        string: RichString,
        author: &str,
        cell: &str,
        resolver: &mut Resolver<'_>,
    ) -> Result<Option<Slot>, FormatError> {
        let span = string.inner;
        let text = string.text();
        if author.starts_with("tc=") {
            return Ok(self.twin(&text, cell).map(|bits| Slot { span, shape: Shape::Text(bits) }));
        }
        // A note begins with the name of who wrote it.
        let skip = match text.strip_prefix(author).filter(|_| !author.is_empty()) {
            Some(rest) if rest.starts_with(':') => author.len() + 1,
            _ => 0,
        };
        if !wording::has_words(&text[skip..]) {
            return Ok(None);
        }
        let (unit, rich) = string.unit(skip);
        let segment = resolver.units.add(unit)?;
        Ok(Some(Slot { span, shape: Shape::Rich { segment, rich: Box::new(rich) } }))
    }

    /// A note that says again what a thread says: the same segments, between the words that programs put there.
    fn twin(&self, text: &str, cell: &str) -> Option<Box<[Bit]>> {
        let mut bits = Vec::new();
        let mut at = 0;
        for (said, segment) in self.0.get(cell)? {
            // What the note has cut off is looked for in vain, once.
            let Some(found) = text[at..].find(said.as_str()) else { break };
            if found > 0 {
                bits.push(Bit::Literal(text[at..at + found].into()));
            }
            bits.push(Bit::Segment(*segment));
            at += found + said.len();
        }
        if at < text.len() {
            bits.push(Bit::Literal(text[at..].into()));
        }
        bits.iter().any(|bit| matches!(bit, Bit::Segment(_))).then(|| bits.into())
    }
}
