//! A translation as Markdown.
//!
//! Words are escaped as little as their place allows, then the result is read back ([`probe`]), unless there is
//! no doubt about it ([`sure`]); where it is not read as meant, it is written again with everything escaped, and then with HTML in the place of delimiters.

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::{Edge, Piece, Segment, TagId, TagKind, TaggedText};

use super::emphasis::{self, Sides, Spelled};
use super::escape::{self, Level, Surroundings};
use super::label::Labels;
use super::probe;
use super::skeleton::Rewritten;
use super::slot::{Context, Markup, Slot};
use super::sure;
use crate::FormatError;
use crate::fill::{breaks, width};

/// The document that is written to.
pub(super) struct Document<'a> {
    pub(super) text: &'a str,
    /// As the parser saw it: byte for byte as long.
    pub(super) masked: &'a str,
    pub(super) labels: &'a Labels,
}

/// Writes a translation into its place; `inner` is what was rewritten inside of it, in order.
///
/// # Errors
/// [`FormatError::Verification`] if a tag is missing, or if the result would not be read as it is meant.
pub(super) fn write(
    document: &Document<'_>,
    slot: &Slot,
    source: &Segment,
    translation: &TaggedText,
    inner: &[Rewritten],
) -> Result<Vec<Rewritten>, FormatError> {
    let writer = Writer { document, slot, inner };
    if *translation == source.source {
        return Ok(vec![(slot.range.clone(), writer.raw(&slot.range).0)]);
    }
    let tokens = tokens(slot, source, translation)?;
    for level in [Level::Minimal, Level::Full, Level::FullWithHtml] {
        let mut chunks = writer.chunks(&tokens, level);
        writer.label_links(&mut chunks);
        let (out, read_back) = writer.lay_out(&chunks);
        let meant = || chunks.iter().map(|chunk| chunk.meant.as_ref()).collect::<String>();
        let is_sure = is_plain(&chunks, &out) || writer.is_sure(&chunks);
        // What is sure is read back in every test.
        #[cfg(test)]
        assert!(!is_sure || read_back().is_some_and(|form| is_same(&form, &meant())), "not sure: {out:?}");
        if is_sure || read_back().is_some_and(|form| is_same(&form, &meant())) {
            let mut rewritten = Vec::new();
            rewritten.extend(writer.underline(&out));
            rewritten.extend(writer.label());
            rewritten.extend(writer.padding(&out));
            rewritten.push((slot.range.clone(), out));
            return Ok(rewritten);
        }
    }
    Err(FormatError::Verification("a translated paragraph would not be read as it is meant".into()))
}

/// White space is folded when Markdown is shown.
fn is_same(form: &str, meant: &str) -> bool {
    form.split_whitespace().eq(meant.split_whitespace())
}

/// Whether there is nothing in it that could be markup.
fn is_plain(chunks: &[Chunk<'_>], out: &str) -> bool {
    let is_safe =
        |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b' ' | b',' | b';' | b'?' | b'\'' | b'/' | b'"');
    chunks.iter().all(|chunk| chunk.kind == ChunkKind::Words)
        && out.starts_with(|c: char| c.is_alphabetic())
        && out.bytes().all(|b| is_safe(b) || matches!(b, b'.' | b'(' | b')' | b'%' | b'-'))
}

/// A translation taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Words(Cow<'a, str>),
    Open(usize),
    Close(usize),
    Single(usize),
    Break(usize),
}

/// Takes the translation apart; white space goes out of emphasis, and emphasis of nothing goes.
fn tokens<'a>(slot: &Slot, source: &Segment, translation: &'a TaggedText) -> Result<Vec<Token<'a>>, FormatError> {
    let broken = |what: &str| FormatError::Verification(format!("a tag {what}"));
    let mut tokens = Vec::new();
    let mut seen = vec![0_u32; slot.tags.len()];
    let mut open: Vec<usize> = Vec::new();
    // The protected tag that is open, and what stands in it.
    let mut protected: Option<(usize, String)> = None;
    for piece in translation.pieces() {
        let (edge, TagId(id)) = match piece {
            Piece::Text(words) => {
                match &mut protected {
                    Some((_, inside)) => inside.push_str(words),
                    None => tokens.push(Token::Words(words.into())),
                }
                continue;
            }
            Piece::Mark(edge, id) => (edge, id),
        };
        let tag = id as usize;
        let count = seen.get_mut(tag).ok_or_else(|| broken("is unknown"))?;
        match (edge, source.kind(TagId(id))) {
            (Edge::Open, TagKind::Protected) => {
                *count += 1;
                match &protected {
                    Some(_) => tokens.push(Token::Single(tag)),
                    None => protected = Some((tag, String::new())),
                }
            }
            (Edge::Close, TagKind::Protected) => {
                if let Some((_, inside)) = protected.take_if(|(outer, _)| *outer == tag) {
                    // Words that came into it stay words.
                    let kept = protected_text(source, TagId(id));
                    let (before, after) = inside.split_once(&kept).unwrap_or_default();
                    tokens.push(Token::Words(before.to_owned().into()));
                    tokens.push(Token::Single(tag));
                    tokens.push(Token::Words(after.to_owned().into()));
                }
            }
            (Edge::Open, _) => {
                *count += 1;
                open.push(tag);
                tokens.push(Token::Open(tag));
            }
            (Edge::Close, _) => {
                if open.pop() != Some(tag) {
                    return Err(broken("crosses another one"));
                }
                tokens.push(Token::Close(tag));
            }
            (Edge::Point, kind) => {
                *count += 1;
                tokens.push(if kind == TagKind::Break { Token::Break(tag) } else { Token::Single(tag) });
            }
        }
    }
    let is_right = |(tag, count): (usize, &u32)| match slot.tags[tag] {
        Markup::Emphasis(_) => true,
        _ if source.tags[tag].kind == TagKind::Format => *count > 0,
        _ => *count == 1,
    };
    if !open.is_empty() || protected.is_some() || !seen.iter().enumerate().all(is_right) {
        return Err(broken("is missing or doubled"));
    }
    Ok(drop_empty(slot, move_blanks_out(slot, trim(tokens))))
}

/// White space around the words is the document's, and stands there already.
fn trim(mut tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    if let Some(Token::Words(words)) = tokens.first_mut() {
        *words = words.trim_start().to_owned().into();
    }
    if let Some(Token::Words(words)) = tokens.last_mut() {
        *words = words.trim_end().to_owned().into();
    }
    tokens
}

/// What stands in a protected tag.
fn protected_text(source: &Segment, tag: TagId) -> String {
    let mut places = source.source.marks().iter().filter(|mark| mark.tag == tag).map(|mark| mark.at);
    let start = places.next().unwrap_or_default();
    source.source.text()[start..places.next().unwrap_or(start)].to_owned()
}

fn is_emphasis(slot: &Slot, tag: usize) -> bool {
    matches!(slot.tags.get(tag), Some(Markup::Emphasis(_)))
}

/// `** bold**` is no emphasis: moves white space at its inner edges out.
fn move_blanks_out<'a>(slot: &Slot, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let moves = matches!(token, Token::Close(tag) if is_emphasis(slot, tag));
        let blanks = if moves { split_off(&mut out, |words| words.trim_end().len()) } else { None };
        out.push(token);
        out.extend(blanks);
    }
    let mut back: Vec<Token<'a>> = Vec::with_capacity(out.len());
    for token in out.into_iter().rev() {
        let moves = matches!(token, Token::Open(tag) if is_emphasis(slot, tag));
        if moves && let Some(Token::Words(words)) = back.last_mut() {
            let length = words.len() - words.trim_start().len();
            if length > 0 {
                let blanks = words[..length].to_owned();
                let rest = words[length..].to_owned();
                if rest.is_empty() {
                    back.pop();
                } else {
                    *words = rest.into();
                }
                back.push(token);
                back.push(Token::Words(blanks.into()));
                continue;
            }
        }
        back.push(token);
    }
    back.reverse();
    back
}

/// Cuts the white space off the end of the last words.
fn split_off<'a>(out: &mut Vec<Token<'a>>, end: impl Fn(&str) -> usize) -> Option<Token<'a>> {
    let Some(Token::Words(words)) = out.last_mut() else { return None };
    let at = end(words);
    if at == words.len() {
        return None;
    }
    let blanks = words[at..].to_owned();
    if at == 0 {
        out.pop();
    } else {
        *words = words[..at].to_owned().into();
    }
    Some(Token::Words(blanks.into()))
}

/// `****` is no emphasis: emphasis of nothing goes. Words that are neighbours now are joined.
fn drop_empty<'a>(slot: &Slot, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match (&token, out.last_mut()) {
            (Token::Close(tag), Some(Token::Open(open))) if tag == open && is_emphasis(slot, *tag) => {
                out.pop();
            }
            (Token::Words(words), Some(Token::Words(last))) => last.to_mut().push_str(words),
            (Token::Words(words), _) if words.is_empty() => {}
            _ => out.push(token),
        }
    }
    out
}

/// A stretch of the result.
#[derive(Debug)]
struct Chunk<'a> {
    kind: ChunkKind,
    /// As it stands in the document.
    out: String,
    /// As the parser is shown it: as long, and other only where the document is masked.
    shown: String,
    /// What the parser is to make of it.
    meant: Cow<'a, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChunkKind {
    Words,
    Markup,
    /// The opening side of a tag.
    Open(usize),
    /// The closing side of a tag.
    Close(usize),
    /// Ends a line, with this tag.
    LineEnd(usize),
}

struct Writer<'a> {
    document: &'a Document<'a>,
    slot: &'a Slot,
    inner: &'a [Rewritten],
}

impl Writer<'_> {
    /// A stretch of the source with what was rewritten inside of it: as it is, and as the parser is shown it.
    fn raw(&self, range: &Range<usize>) -> (String, String) {
        let (mut out, mut shown) = (String::new(), String::new());
        let mut at = range.start;
        let first = self.inner.partition_point(|(within, _)| within.start < range.start);
        for (within, new) in self.inner[first..].iter().take_while(|(within, _)| within.end <= range.end) {
            out.push_str(&self.document.text[at..within.start]);
            shown.push_str(&self.document.masked[at..within.start]);
            out.push_str(new);
            shown.push_str(new);
            at = within.end;
        }
        out.push_str(&self.document.text[at..range.end]);
        shown.push_str(&self.document.masked[at..range.end]);
        (out, shown)
    }

    /// The same, on one line where another line's marks of quotation stand inside of it: there may be none in its new
    /// place. As a last resort, everything is on one line.
    fn thing(&self, range: &Range<usize>, level: Level) -> (String, String) {
        let (out, shown) = self.raw(range);
        let is_quoted = |line: &str| line.trim_start_matches([' ', '\t']).starts_with('>');
        let is_folded = level == Level::FullWithHtml || out.split('\n').skip(1).any(is_quoted);
        if is_folded && out.contains('\n') { (on_one_line(&out), on_one_line(&shown)) } else { (out, shown) }
    }

    /// The character in front of the place, white space at the start of its line.
    fn before(&self) -> char {
        let is_inside = !self.slot.starts_block;
        self.document.text[..self.slot.range.start].chars().next_back().filter(|_| is_inside).unwrap_or(' ')
    }

    fn after(&self) -> char {
        self.document.text[self.slot.range.end..].chars().next().unwrap_or(' ')
    }

    fn chunks<'t>(&self, tokens: &'t [Token<'t>], level: Level) -> Vec<Chunk<'t>> {
        let spelled = self.emphasis(tokens, level);
        let mut chunks: Vec<Chunk<'t>> = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Words(words) => {
                    let ends_line = matches!(chunks.last(), Some(Chunk { kind: ChunkKind::LineEnd(_), .. }));
                    let is_last = index + 1 == tokens.len();
                    let before_break = matches!(tokens.get(index + 1), Some(Token::Break(tag)) if self.ends_line(*tag));
                    let mut shown = words.as_ref();
                    if ends_line {
                        shown = shown.trim_start_matches([' ', '\t']);
                    }
                    if before_break {
                        shown = shown.trim_end_matches([' ', '\t']);
                    }
                    let around = Surroundings {
                        level,
                        context: self.slot.context,
                        before: chunks
                            .last()
                            .map_or_else(|| self.before(), |c| c.out.chars().next_back().unwrap_or(' ')),
                        after: self.next(tokens, index, &spelled),
                        starts_line: ends_line || (chunks.is_empty() && self.slot.starts_block),
                        ends_run: is_last,
                        spellings: &self.slot.spellings,
                        text: self.document.text,
                    };
                    let out = escape::escape(shown, &around);
                    chunks.push(Chunk { kind: ChunkKind::Words, shown: out.clone(), out, meant: shown.into() });
                }
                Token::Open(tag) => {
                    open.push(index);
                    chunks.push(self.side(*tag, ChunkKind::Open(*tag), spelled[index].as_ref(), level));
                }
                Token::Close(tag) => {
                    let spelling = open.pop().and_then(|index| spelled[index].as_ref());
                    chunks.push(self.side(*tag, ChunkKind::Close(*tag), spelling, level));
                }
                Token::Single(tag) => {
                    let range = match &self.slot.tags[*tag] {
                        Markup::Single(range) => range.clone(),
                        Markup::Break { mark, .. } => mark.clone(),
                        Markup::Pair { open, close, .. } => open.start..close.end,
                        Markup::Emphasis(_) => 0..0,
                    };
                    let (out, shown) = self.thing(&range, level);
                    let meant = probe::read_thing(&shown, self.document.labels).into();
                    chunks.push(Chunk { kind: ChunkKind::Markup, out, shown, meant });
                }
                Token::Break(tag) => chunks.push(self.line_break(*tag)),
            }
        }
        chunks
    }

    /// Whether it can only be read as it is meant, so that it need not be read back ([`sure`]).
    fn is_sure(&self, chunks: &[Chunk<'_>]) -> bool {
        let outer = if self.slot.starts_block { ' ' } else { self.before() };
        let is_flow = matches!(self.slot.context, Context::Flow | Context::Heading | Context::Cell);
        let mut pieces = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            if chunk.out != chunk.shown {
                return false;
            }
            let emphasis = |tag: usize| matches!(self.slot.tags.get(tag), Some(Markup::Emphasis(_)));
            pieces.push(match chunk.kind {
                ChunkKind::Words => sure::Piece::Words(&chunk.out, &chunk.meant),
                ChunkKind::Open(tag) if emphasis(tag) => sure::Piece::Emphasis(&chunk.out, true),
                ChunkKind::Close(tag) if emphasis(tag) => sure::Piece::Emphasis(&chunk.out, false),
                ChunkKind::Open(_) if chunk.meant == probe::LINK_OPEN => sure::Piece::LinkOpen(&chunk.out),
                ChunkKind::Close(_) if chunk.meant == probe::LINK_CLOSE => sure::Piece::LinkClose(&chunk.out),
                ChunkKind::Markup => sure::Piece::Thing(&chunk.out),
                _ => return false,
            });
        }
        is_flow && outer.is_whitespace() && sure::is_sure(&pieces)
    }

    fn ends_line(&self, tag: usize) -> bool {
        matches!(self.slot.tags.get(tag), Some(Markup::Break { ends_line: true, .. }))
    }

    fn line_break(&self, tag: usize) -> Chunk<'static> {
        let Markup::Break { mark, ends_line, .. } = &self.slot.tags[tag] else {
            return Chunk { kind: ChunkKind::Markup, out: String::new(), shown: String::new(), meant: "".into() };
        };
        let (out, shown) = self.raw(mark);
        let is_html = out.starts_with('<');
        let line_end = if *ends_line { " " } else { "" };
        let meant = if is_html { probe::html(&out) + line_end } else { probe::BREAK.to_owned() };
        let kind = if *ends_line { ChunkKind::LineEnd(tag) } else { ChunkKind::Markup };
        Chunk { kind, out, shown, meant: meant.into() }
    }

    /// One side of a pair.
    fn side(&self, tag: usize, kind: ChunkKind, spelled: Option<&Spelled>, level: Level) -> Chunk<'static> {
        let is_open = matches!(kind, ChunkKind::Open(_));
        let (out, shown, meant) = match (&self.slot.tags[tag], spelled) {
            (Markup::Emphasis(emphasis), Some(spelled)) => {
                let out = if is_open { spelled.open.clone() } else { spelled.close.clone() };
                let (opens, closes) = probe::emphasis(emphasis.kind);
                let meant = match spelled.html {
                    true => probe::html(&out),
                    false if is_open => opens.to_owned(),
                    false => closes.to_owned(),
                };
                (out.clone(), out, meant)
            }
            (Markup::Pair { open, close, .. }, _) => {
                let (out, shown) = self.thing(if is_open { open } else { close }, level);
                let is_link = self.document.masked[open.clone()].starts_with('[');
                let meant = match is_link {
                    true if is_open => probe::LINK_OPEN.to_owned(),
                    true => probe::LINK_CLOSE.to_owned(),
                    false => probe::read_thing(&shown, self.document.labels),
                };
                (out, shown, meant)
            }
            _ => (String::new(), String::new(), String::new()),
        };
        Chunk { kind, out, shown, meant: meant.into() }
    }

    /// How each emphasis is spelled, at the index of its opening token.
    fn emphasis(&self, tokens: &[Token<'_>], level: Level) -> Vec<Option<Spelled>> {
        let mut spelled: Vec<Option<Spelled>> = vec![None; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Open(_) => open.push(index),
                Token::Close(tag) => {
                    let Some(start) = open.pop() else { continue };
                    let Markup::Emphasis(emphasis) = self.slot.tags[*tag] else { continue };
                    spelled[start] = Some(if level == Level::FullWithHtml {
                        emphasis::as_html(emphasis)
                    } else {
                        emphasis::spell(emphasis, self.sides(tokens, start), self.sides(tokens, index))
                    });
                }
                _ => {}
            }
        }
        spelled
    }

    /// What stands on either side of the run of delimiters that this token is part of.
    fn sides(&self, tokens: &[Token<'_>], index: usize) -> Sides {
        let delimiter = self.delimiter(&tokens[index]);
        let is_other = |token: &&Token<'_>| self.delimiter(token) != delimiter;
        let before = tokens[..index].iter().rev().find(is_other);
        let after = tokens[index + 1..].iter().find(is_other);
        let edge = |token: Option<&Token<'_>>, outer: char, of_words: fn(&str) -> Option<char>| match token {
            None => outer,
            Some(Token::Words(words)) => of_words(words).unwrap_or(' '),
            Some(Token::Break(tag)) if self.ends_line(*tag) => ' ',
            // Every other thing begins and ends with a punctuation mark.
            Some(token) => self.delimiter(token).unwrap_or('<'),
        };
        Sides {
            before: edge(before, self.before(), |words| words.chars().next_back()),
            after: edge(after, self.after(), |words| words.chars().next()),
        }
    }

    fn delimiter(&self, token: &Token<'_>) -> Option<char> {
        let (Token::Open(tag) | Token::Close(tag)) = token else { return None };
        match self.slot.tags.get(*tag) {
            Some(Markup::Emphasis(emphasis)) => Some(emphasis.delimiter),
            _ => None,
        }
    }

    /// The first character behind these words.
    fn next(&self, tokens: &[Token<'_>], index: usize, spelled: &[Option<Spelled>]) -> char {
        match tokens.get(index + 1) {
            None => self.after(),
            Some(Token::Words(words)) => words.chars().next().unwrap_or(' '),
            Some(Token::Break(tag)) if self.ends_line(*tag) => ' ',
            Some(Token::Open(tag)) => match (&self.slot.tags[*tag], &spelled[index + 1]) {
                (_, Some(spelled)) => spelled.open.chars().next().unwrap_or('*'),
                (Markup::Pair { open, .. }, _) => self.document.text[open.clone()].chars().next().unwrap_or('<'),
                _ => '*',
            },
            Some(Token::Single(tag)) => match &self.slot.tags[*tag] {
                Markup::Single(range) => self.document.text[range.clone()].chars().next().unwrap_or('<'),
                _ => '<',
            },
            Some(Token::Close(_) | Token::Break(_)) => '*',
        }
    }

    /// `[text]` names its target by its text: where that has changed, the label is written beside it.
    fn label_links(&self, chunks: &mut [Chunk<'_>]) {
        let mut open: Vec<usize> = Vec::new();
        for index in 0..chunks.len() {
            let tag = match chunks[index].kind {
                ChunkKind::Open(_) => {
                    open.push(index);
                    continue;
                }
                ChunkKind::Close(tag) => tag,
                _ => continue,
            };
            let Some(start) = open.pop() else { continue };
            let Markup::Pair { label: Some(label), .. } = &self.slot.tags[tag] else { continue };
            let new: String = chunks[start + 1..index].iter().map(|chunk| chunk.out.as_str()).collect();
            let label = &self.document.text[label.clone()];
            if new != label {
                chunks[index].out = format!("][{}]", on_one_line(label));
                chunks[index].shown = chunks[index].out.clone();
            }
        }
    }

    /// Puts the chunks together, in lines where the source has several; and reads the result back, when asked.
    fn lay_out(&self, chunks: &[Chunk<'_>]) -> (String, impl Fn() -> Option<String>) {
        let mut out = String::new();
        let mut shown = String::new();
        // Where a new line begins: the place with what is left out there, and what stands in between instead.
        let mut line_ends: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        let mut line = Line { start: 0, places: Vec::new() };
        for chunk in chunks {
            if chunk.kind == ChunkKind::Words && self.wraps() {
                line.places_in(&chunk.out, out.len());
            }
            out.push_str(&chunk.out);
            shown.push_str(&chunk.shown);
            if let ChunkKind::LineEnd(tag) = chunk.kind {
                self.fill(&out, &line, &mut line_ends);
                let between = match &self.slot.tags[tag] {
                    Markup::Break { between, .. } => between.clone(),
                    _ => 0..0,
                };
                line_ends.push((out.len()..out.len(), between));
                line = Line { start: out.len(), places: Vec::new() };
            }
        }
        self.fill(&out, &line, &mut line_ends);
        let text = self.document.text;
        let mut result = String::with_capacity(out.len() + 16 * line_ends.len());
        let mut probed = String::with_capacity(shown.len());
        let mut at = 0;
        for (place, between) in &line_ends {
            result.push_str(&out[at..place.start]);
            probed.push_str(&shown[at..place.start]);
            let between = &text[between.clone()];
            result.push_str(between);
            probed.push('\n');
            // Indented deep enough, nothing begins a block.
            probed.push_str(&between[between.trim_end_matches([' ', '\t']).len()..]);
            at = place.end;
        }
        result.push_str(&out[at..]);
        probed.push_str(&shown[at..]);
        let (context, starts_block, labels) = (self.slot.context, self.slot.starts_block, self.document.labels);
        (result, move || probe::read(&probed, context, starts_block, labels))
    }

    fn wraps(&self) -> bool {
        self.slot.context == Context::Flow && !self.slot.between.is_empty()
    }

    /// Breaks one line of the translation into lines as long as those of the source.
    fn fill(&self, out: &str, line: &Line, line_ends: &mut Vec<(Range<usize>, Range<usize>)>) {
        let Some(usual) = self.slot.between.last().filter(|_| !line.places.is_empty()) else { return };
        let text = self.document.text;
        let range = &self.slot.range;
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let widest = text[start..range.end].lines().map(width).max().unwrap_or_default();
        let indent = width(text[usual.clone()].trim_start_matches(['\r', '\n']));
        let used = if line_ends.is_empty() { width(&text[start..range.start]) } else { indent };
        let words = &out[line.start..];
        let places: Vec<_> = line.places.iter().map(|place| place.start - line.start..place.end - line.start).collect();
        for place in breaks(words, &places, used.saturating_sub(indent), widest.saturating_sub(indent)) {
            let between = self.slot.between.get(line_ends.len()).unwrap_or(usual);
            line_ends.push((place.start + line.start..place.end + line.start, between.clone()));
        }
    }

    /// `![label]` names its target by its text, too.
    fn label(&self) -> Option<Rewritten> {
        let (label, close) = self.slot.label.clone()?;
        Some((close, format!("][{}]", on_one_line(&self.document.text[label]))))
    }

    /// Blanks that line a column up grow and shrink with the cell in front of them.
    fn padding(&self, out: &str) -> Option<Rewritten> {
        if self.slot.context != Context::Cell {
            return None;
        }
        let (text, range) = (self.document.text, &self.slot.range);
        let bar = range.end + text[range.end..].find(['|', '\n'])?;
        let start = range.end + text[range.end..bar].trim_end_matches(' ').len();
        // A single blank lines nothing up.
        if !text[bar..].starts_with('|') || bar - start < 2 {
            return None;
        }
        let room = width(&text[range.clone()]) + bar - start;
        Some((start..bar, " ".repeat(room.saturating_sub(width(out)).max(1))))
    }

    /// The line under a heading keeps its length.
    fn underline(&self, out: &str) -> Option<Rewritten> {
        let range = self.slot.underline.clone()?;
        let line = &self.document.text[range.clone()];
        let mark = &line[..line.len().min(1)];
        (!out.contains('\n')).then(|| (range, mark.repeat(width(out).max(3))))
    }
}

fn on_one_line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for (index, line) in raw.split('\n').enumerate() {
        if index == 0 {
            out.push_str(line.trim_end());
        } else {
            out.push(' ');
            out.push_str(line.trim_start_matches([' ', '\t', '>']).trim_end());
        }
    }
    out
}

/// A line of the translation, and where it may be broken.
struct Line {
    start: usize,
    places: Vec<Range<usize>>,
}

impl Line {
    /// A line may begin with a word, and with nothing that could be markup of a block.
    fn places_in(&mut self, words: &str, offset: usize) {
        let mut at = 0;
        while let Some(found) = words[at..].find(' ') {
            let start = at + found;
            let end = words.len() - words[start..].trim_start_matches(' ').len();
            let next = words[end..].chars().next();
            if next.is_some_and(|c| c.is_alphabetic() || matches!(c, '"' | '\'' | '(' | '“' | '«' | '¿' | '¡')) {
                self.places.push(offset + start..offset + end);
            }
            at = end;
        }
    }
}
