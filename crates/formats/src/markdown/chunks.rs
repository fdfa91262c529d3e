//! The stretches that a translation is written in.

use std::borrow::Cow;
use std::ops::Range;

use super::emphasis::{self, Sides, Spelled};
use super::escape::{self, Level, Surroundings};
use super::probe;
use super::skeleton::Rewritten;
use super::slot::{Context, Markup, Slot};
use super::sure;
use super::tokens::Token;
use super::write::Document;

/// A stretch of the result.
#[derive(Debug)]
pub(super) struct Chunk<'a> {
    pub(super) kind: ChunkKind,
    /// As it stands in the document.
    pub(super) out: Cow<'a, str>,
    /// As the parser is shown it, where the document is masked there: as long.
    masked: Option<String>,
    /// What the parser is to make of it.
    pub(super) meant: Cow<'a, str>,
}

impl Chunk<'_> {
    /// As the parser is shown it.
    pub(super) fn shown(&self) -> &str {
        self.masked.as_deref().unwrap_or(&self.out)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkKind {
    Words,
    Markup,
    /// The opening side of a tag.
    Open(usize),
    /// The closing side of a tag.
    Close(usize),
    /// Ends a line, with this tag.
    LineEnd(usize),
}

/// What writes into a place.
pub(super) struct Writer<'a> {
    pub(super) document: &'a Document<'a>,
    pub(super) slot: Slot<'a>,
    /// What was rewritten inside of it, in order.
    pub(super) inner: &'a [Rewritten],
}

impl<'a> Writer<'a> {
    /// A stretch of the source with what was rewritten inside of it: as it is, and as the parser is shown it if that is
    /// something else.
    pub(super) fn raw(&self, range: &Range<usize>) -> (Cow<'a, str>, Option<String>) {
        let first = self.inner.partition_point(|(within, _)| within.start < range.start);
        if self.inner.get(first).is_none_or(|(within, _)| within.end > range.end) {
            let (out, shown) = (&self.document.text[range.clone()], &self.document.masked[range.clone()]);
            return (out.into(), (out != shown).then(|| shown.to_owned()));
        }
        let (mut out, mut shown) = (String::new(), String::new());
        let mut at = range.start;
        for (within, new) in self.inner[first..].iter().take_while(|(within, _)| within.end <= range.end) {
            out.push_str(&self.document.text[at..within.start]);
            shown.push_str(&self.document.masked[at..within.start]);
            out.push_str(new);
            shown.push_str(new);
            at = within.end;
        }
        out.push_str(&self.document.text[at..range.end]);
        shown.push_str(&self.document.masked[at..range.end]);
        let masked = (out != shown).then_some(shown);
        (out.into(), masked)
    }

    /// The same, on one line where another line's marks of quotation stand inside of it: there may be none in its new
    /// place. As a last resort, everything is on one line.
    fn thing(&self, range: &Range<usize>, level: Level) -> (Cow<'a, str>, Option<String>) {
        let (out, masked) = self.raw(range);
        let is_quoted = |line: &str| line.trim_start_matches([' ', '\t']).starts_with('>');
        let is_folded = out.contains('\n') && (level == Level::FullWithHtml || out.split('\n').skip(1).any(is_quoted));
        if is_folded { (on_one_line(&out).into(), masked.as_deref().map(on_one_line)) } else { (out, masked) }
    }

    /// The character in front of the place, white space at the start of its line.
    fn before(&self) -> char {
        let is_inside = !self.slot.starts_block;
        self.document.text[..self.slot.range.start()].chars().next_back().filter(|_| is_inside).unwrap_or(' ')
    }

    fn after(&self) -> char {
        self.document.text[self.slot.range.end()..].chars().next().unwrap_or(' ')
    }

    pub(super) fn chunks<'t>(&self, tokens: &'t [Token<'t>], level: Level) -> Vec<Chunk<'t>>
    where
        'a: 't,
    {
        let spelled = self.emphasis(tokens, level);
        let mut chunks: Vec<Chunk<'t>> = Vec::with_capacity(tokens.len());
        let mut open: Vec<usize> = Vec::new();
        let brackets = self.slot.in_link && !are_balanced(tokens);
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
                        brackets,
                        ends_run: is_last,
                        spellings: self.slot.spellings(),
                        text: self.document.text,
                    };
                    let out = escape::escape(shown, &around);
                    chunks.push(Chunk { kind: ChunkKind::Words, masked: None, out, meant: shown.into() });
                }
                Token::Open(tag) => {
                    open.push(index);
                    chunks.push(self.side(
                        *tag,
                        ChunkKind::Open(*tag),
                        spelled.get(index).and_then(Option::as_ref),
                        level,
                    ));
                }
                Token::Close(tag) => {
                    let spelling = open.pop().and_then(|index| spelled.get(index)?.as_ref());
                    chunks.push(self.side(*tag, ChunkKind::Close(*tag), spelling, level));
                }
                Token::Single(tag) => {
                    let range = match &self.slot.tags()[*tag] {
                        Markup::Single(range) | Markup::Kept { range, .. } => range.range(),
                        Markup::Break { mark, .. } => mark.range(),
                        Markup::Pair { open, close, .. } => open.start()..close.end(),
                        Markup::Emphasis(_) => 0..0,
                    };
                    let (out, masked) = self.thing(&range, level);
                    let meant =
                        probe::read_thing(masked.as_deref().unwrap_or(&out), self.slot.context, self.document.labels)
                            .into();
                    chunks.push(Chunk { kind: ChunkKind::Markup, out, masked, meant });
                }
                Token::Break(tag) => chunks.push(self.line_break(*tag)),
            }
        }
        chunks
    }

    /// Whether it can only be read as it is meant, so that it need not be read back ([`sure`]).
    pub(super) fn is_sure(&self, chunks: &[Chunk<'_>]) -> bool {
        let outer = if self.slot.starts_block { ' ' } else { self.before() };
        let is_flow = matches!(self.slot.context, Context::Flow | Context::Heading | Context::Cell);
        let mut pieces = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            if chunk.masked.is_some() {
                return false;
            }
            let emphasis = |tag: usize| matches!(self.slot.tags().get(tag), Some(Markup::Emphasis(_)));
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
        let in_cell = self.slot.context == Context::Cell;
        let is_label = |label: &str| self.document.labels.contains(label);
        is_flow && outer.is_whitespace() && sure::is_sure(&pieces, in_cell, is_label)
    }

    pub(super) fn ends_line(&self, tag: usize) -> bool {
        matches!(self.slot.tags().get(tag), Some(Markup::Break { ends_line: true, .. }))
    }

    fn line_break(&self, tag: usize) -> Chunk<'a> {
        let Markup::Break { mark, ends_line, .. } = &self.slot.tags()[tag] else {
            return Chunk { kind: ChunkKind::Markup, out: "".into(), masked: None, meant: "".into() };
        };
        let (out, masked) = self.raw(&mark.range());
        let is_html = out.starts_with('<');
        let line_end = if *ends_line { " " } else { "" };
        let meant = if is_html { (probe::html(&out) + line_end).into() } else { probe::BREAK.into() };
        let kind = if *ends_line { ChunkKind::LineEnd(tag) } else { ChunkKind::Markup };
        Chunk { kind, out, masked, meant }
    }

    /// One side of a pair.
    fn side(&self, tag: usize, kind: ChunkKind, spelled: Option<&Spelled>, level: Level) -> Chunk<'a> {
        let is_open = matches!(kind, ChunkKind::Open(_));
        let (out, masked, meant): (_, _, Cow<'_, str>) = match (&self.slot.tags()[tag], spelled) {
            (Markup::Emphasis(emphasis), Some(spelled)) => {
                let out = if is_open { spelled.open.clone() } else { spelled.close.clone() };
                let (opens, closes) = probe::emphasis(emphasis.kind);
                let meant = match spelled.html {
                    true => probe::html(&out).into(),
                    false if is_open => opens.into(),
                    false => closes.into(),
                };
                (out, None, meant)
            }
            (Markup::Pair { open, close, .. }, _) => {
                let (out, masked) = self.thing(&if is_open { open } else { close }.range(), level);
                let is_link = self.document.masked[open.range()].starts_with('[');
                let meant = match is_link {
                    true if is_open => probe::LINK_OPEN.into(),
                    true => probe::LINK_CLOSE.into(),
                    false => {
                        probe::read_thing(masked.as_deref().unwrap_or(&out), self.slot.context, self.document.labels)
                            .into()
                    }
                };
                (out, masked, meant)
            }
            _ => ("".into(), None, "".into()),
        };
        Chunk { kind, out, masked, meant }
    }

    /// How each emphasis is spelled, at the index of its opening token.
    fn emphasis(&self, tokens: &[Token<'_>], level: Level) -> Vec<Option<Spelled>> {
        if !tokens.iter().any(|token| matches!(token, Token::Close(_))) {
            return Vec::new();
        }
        let mut spelled: Vec<Option<Spelled>> = vec![None; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Open(_) => open.push(index),
                Token::Close(tag) => {
                    let Some(start) = open.pop() else { continue };
                    let Markup::Emphasis(emphasis) = self.slot.tags()[*tag] else { continue };
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
        match self.slot.tags().get(*tag) {
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
            Some(Token::Open(tag)) => match (&self.slot.tags()[*tag], spelled.get(index + 1)) {
                (_, Some(Some(spelled))) => spelled.open.chars().next().unwrap_or('*'),
                (Markup::Pair { open, .. }, _) => self.document.text[open.range()].chars().next().unwrap_or('<'),
                _ => '*',
            },
            Some(Token::Single(tag)) => match &self.slot.tags()[*tag] {
                Markup::Single(range) | Markup::Kept { range, .. } => {
                    self.document.text[range.range()].chars().next().unwrap_or('<')
                }
                _ => '<',
            },
            Some(Token::Close(_) | Token::Break(_)) => '*',
        }
    }

    /// `[text]` names its target by its text: where that has changed, the label is written beside it.
    pub(super) fn label_links(&self, chunks: &mut [Chunk<'_>]) {
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
            let Markup::Pair { open: before, close, names_itself: true } = &self.slot.tags()[tag] else { continue };
            let new: String = chunks[start + 1..index].iter().map(|chunk| chunk.out.as_ref()).collect();
            let label = &self.document.text[before.end()..close.start()];
            if new != label {
                chunks[index].out = format!("][{}]", on_one_line(label)).into();
                chunks[index].masked = None;
            }
        }
    }
}

/// Without line ends, and without what stands in front of lines.
pub(super) fn on_one_line(raw: &str) -> String {
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

/// Whether the words close every bracket that they open, and no other: what stands in a link must.
fn are_balanced(tokens: &[Token<'_>]) -> bool {
    let words = tokens.iter().filter_map(|token| match token {
        Token::Words(words) => Some(words.bytes()),
        _ => None,
    });
    let mut depth = 0_usize;
    for byte in words.flatten() {
        match byte {
            b'[' => depth += 1,
            b']' if depth == 0 => return false,
            b']' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}
