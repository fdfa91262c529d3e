//! Builds the segments of a paragraph, and what is needed to write them.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::{Segment, TagId, TagKind};

use super::split::split;
use super::{Format, Kind, Literal, Paragraph, Span, Token};
use crate::fill;
use crate::small_range::SmallRange;

/// The part of a paragraph that is rewritten when one of its segments changes: whole runs.
#[derive(Debug)]
pub(crate) struct Block {
    /// The bytes that are replaced.
    pub(crate) span: Span,
    pub(super) items: Box<[Item]>,
    pub(super) literals: Box<[Literal]>,
}

impl Block {
    /// For each segment, its literals, counted as they were added to the paragraph, and the format of most of its text.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Range<usize>, Format)> {
        self.items.iter().filter_map(|item| match item {
            Item::Slot(slot) => Some((slot.literals.range(), slot.base)),
            Item::Literals(_) => None,
        })
    }
}

/// What a block consists of.
#[derive(Debug)]
pub(super) enum Item {
    /// A range of the block's literals.
    Literals(SmallRange),
    /// A segment.
    Slot(Slot),
}

/// The place of a segment.
#[derive(Debug)]
pub(super) struct Slot {
    /// Which of the paragraph's segments.
    pub(super) index: u32,
    /// What it was in the document: a range of the block's literals.
    pub(super) literals: SmallRange,
    /// The format of text outside of all tags.
    pub(super) base: Format,
    /// By [`TagId`].
    pub(super) tags: Box<[Markup]>,
    /// White space before the first text.
    pub(super) before: Option<Box<Blank>>,
    /// White space after the last text.
    pub(super) after: Option<Box<Blank>>,
}

/// White space in a format.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) text: Box<str>,
    pub(super) look: Format,
}

/// What a tag is in the document. Ranges are of the block's literals.
#[derive(Debug)]
pub(super) enum Markup {
    /// Another format than the text around.
    Format(Format),
    /// A thing that begins and ends; text in it has a format of its own.
    Pair { open: SmallRange, close: SmallRange, base: Format },
    /// A thing with words: they are in the segment, and come from here.
    Shown(SmallRange),
    /// A thing, or several that were neighbours; a spacer stands for the space next to it.
    Single { first: SmallRange, more: Vec<SmallRange>, spacer: bool },
}

/// The segments of a paragraph, and the block they are in.
pub(crate) fn segments(mut paragraph: Paragraph) -> Option<(Block, Vec<Segment>)> {
    let parts = split(&mut paragraph);
    let (first, last) = (parts.first()?.start, parts.last()?.end);
    let whole = whole_runs(&paragraph.tokens, first..last);
    let mut items = Vec::new();
    let mut segments = Vec::with_capacity(parts.len());
    let mut at = whole.start;
    for part in parts {
        literals_between(&paragraph.tokens, at..part.start, &mut items);
        at = part.end;
        let (slot, mut segment) = Builder::new(&paragraph, part).build(segments.len());
        segment.shrink_to_fit();
        items.push(Item::Slot(slot));
        segments.push(segment);
    }
    literals_between(&paragraph.tokens, at..whole.end, &mut items);
    let span = Span { start: start_of(&paragraph, whole.start), end: end_of(&paragraph, whole.end - 1) };
    Some((Block { span, items: items.into(), literals: paragraph.literals.into() }, segments))
}

fn literals_between(tokens: &[Token], range: Range<usize>, items: &mut Vec<Item>) {
    if !range.is_empty() {
        items.push(Item::Literals((tokens[range.start].literals.start()..tokens[range.end - 1].literals.end()).into()));
    }
}

/// Extends the range to tokens that share a run with its first or last.
fn whole_runs(tokens: &[Token], mut range: Range<usize>) -> Range<usize> {
    let shares = |left: &Token, right: &Token| left.runs.1 != 0 && left.runs.1 == right.runs.0;
    while range.start > 0 && shares(&tokens[range.start - 1], &tokens[range.start]) {
        range.start -= 1;
    }
    while range.end < tokens.len() && shares(&tokens[range.end - 1], &tokens[range.end]) {
        range.end += 1;
    }
    range
}

fn start_of(paragraph: &Paragraph, token: usize) -> usize {
    let token = &paragraph.tokens[token];
    match token.runs.0 {
        0 => paragraph.literals[token.literals.start()].span.start(),
        run => paragraph.runs[run as usize - 1].start,
    }
}

fn end_of(paragraph: &Paragraph, token: usize) -> usize {
    let token = &paragraph.tokens[token];
    match token.runs.1 {
        0 => paragraph.literals[token.literals.end() - 1].span.end(),
        run => paragraph.runs[run as usize - 1].end,
    }
}

/// Letters by format.
#[derive(Default)]
struct Counts {
    counts: Vec<(Format, usize)>,
    by_key: HashMap<u32, usize>,
}

/// One letter of so many that is in no font for code makes a sentence of what is.
const LEAST_TEXT: usize = 4;

impl Counts {
    fn add(&mut self, format: Format, letters: usize) {
        let index = *self.by_key.entry(format.key).or_insert(self.counts.len());
        match self.counts.get_mut(index) {
            Some((_, count)) => *count += letters,
            None => self.counts.push((format, letters)),
        }
    }

    /// The first of those that have most. A link is only what everything is, and a font for code what nearly everything is:
    /// words among names of programs are a sentence.
    fn most(&self) -> Format {
        let all: usize = self.counts.iter().map(|(_, letters)| letters).sum();
        let is_text = |(format, _): &&(Format, usize)| !format.whole && !format.code;
        let text: usize = self.counts.iter().filter(is_text).map(|(_, letters)| letters).sum();
        let has_text = text > 0 && text * LEAST_TEXT >= all;
        let looks = |(format, _): &&(Format, usize)| !(format.whole || has_text && format.code);
        let most = self.counts.iter().filter(looks).map(|(_, count)| *count).max();
        let first = self.counts.iter().filter(looks).find(|(_, count)| Some(*count) == most).or(self.counts.first());
        first.map_or_else(Format::default, |(format, _)| *format)
    }
}

/// What was said last: neighbouring things are one tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Other,
    Point(usize),
}

struct Builder<'a> {
    paragraph: &'a Paragraph,
    part: Range<usize>,
    /// The format of each text token of the part, blank ones settled.
    formats: Vec<Format>,
    segment: Segment,
    tags: Vec<Markup>,
    /// The pairs that are open: their number, tag and base format. The first entry is the segment itself.
    scopes: Vec<(usize, Option<TagId>, Format)>,
    format_tag: Option<(TagId, u32)>,
    last: Last,
}

impl<'a> Builder<'a> {
    fn new(paragraph: &'a Paragraph, part: Range<usize>) -> Self {
        let mut builder = Self {
            paragraph,
            part,
            formats: Vec::new(),
            segment: Segment::default(),
            tags: Vec::new(),
            scopes: Vec::new(),
            format_tag: None,
            last: Last::Other,
        };
        builder.formats = builder.settle_blanks();
        builder
    }

    fn tokens(&self) -> &'a [Token] {
        &self.paragraph.tokens[self.part.clone()]
    }

    /// Blank text takes the format of the text before it, or else after it, unless it shows, or belongs to the text after it.
    fn settle_blanks(&self) -> Vec<Format> {
        let tokens = self.tokens();
        let is_blank_text = |text: &SmallRange| self.paragraph.text[text.range()].chars().all(char::is_whitespace);
        let mut formats: Vec<Option<Format>> = vec![None; tokens.len()];
        let mut before: Option<Format> = None;
        for (at, token) in tokens.iter().enumerate() {
            match &token.kind {
                Kind::Text { text, format } => {
                    let is_blank = is_blank_text(text);
                    let shows = format.shows_blanks || before.is_some_and(|f| f.shows_blanks);
                    let goes_on = matches!(tokens.get(at + 1).map(|token| &token.kind),
                        Some(Kind::Text { text, format: next }) if next.key == format.key && !is_blank_text(text));
                    if !is_blank || shows || goes_on {
                        before = Some(*format);
                        formats[at] = Some(*format);
                    } else {
                        formats[at] = before;
                    }
                }
                Kind::Open { transparent: false, .. } | Kind::Close { .. } => before = None,
                _ => {}
            }
        }
        let mut after: Option<Format> = None;
        for (at, token) in tokens.iter().enumerate().rev() {
            match &token.kind {
                Kind::Text { format, .. } => {
                    let settled = formats[at].or(after.filter(|f| !f.shows_blanks)).unwrap_or(*format);
                    formats[at] = Some(settled);
                    after = Some(settled);
                }
                Kind::Open { transparent: false, .. } | Kind::Close { .. } => after = None,
                _ => {}
            }
        }
        formats.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// The format that most letters have: of those in no pair, and, by token, of those in the pair that begins there.
    fn bases(&self) -> (Format, Vec<Format>) {
        let tokens = self.tokens();
        let mut bases = vec![Format::default(); tokens.len()];
        let mut scopes: Vec<(usize, Counts)> = vec![(0, Counts::default())];
        for (at, token) in tokens.iter().enumerate() {
            match &token.kind {
                Kind::Text { text, .. } => {
                    let letters = self.paragraph.text[text.range()].chars().filter(|c| c.is_alphanumeric()).count();
                    scopes.last_mut().into_iter().for_each(|(_, counts)| counts.add(self.formats[at], letters));
                }
                Kind::Open { transparent: false, .. } => scopes.push((at, Counts::default())),
                Kind::Close { pair } if !self.paragraph.pairs[*pair] && scopes.len() > 1 => {
                    scopes.pop().into_iter().for_each(|(start, counts)| bases[start] = counts.most());
                }
                _ => {}
            }
        }
        (scopes.pop().map_or_else(Format::default, |(_, counts)| counts.most()), bases)
    }

    fn build(mut self, index: usize) -> (Slot, Segment) {
        let (tokens, first) = (self.tokens(), self.part.start);
        let (base, bases) = self.bases();
        let is_code = |(token, format): (&Token, &Format)| !matches!(token.kind, Kind::Text { .. }) || format.code;
        self.segment.code = base.code && tokens.iter().zip(&self.formats).all(is_code);
        self.scopes.push((usize::MAX, None, base));
        let texts = |token: &&Token| matches!(token.kind, Kind::Text { .. } | Kind::Shown { .. });
        let texts_left = tokens.iter().filter(texts).count();
        let (mut seen, mut before, mut after) = (0, None, None);
        for (at, token) in tokens.iter().enumerate() {
            match &token.kind {
                Kind::Text { text, .. } => {
                    seen += 1;
                    let mut text = &self.paragraph.text[text.range()];
                    let format = self.formats[at];
                    if seen == 1 {
                        let trimmed = text.trim_start();
                        before = blank(&text[..text.len() - trimmed.len()], format);
                        text = trimmed;
                    }
                    if seen == texts_left {
                        let trimmed = text.trim_end();
                        after = blank(&text[trimmed.len()..], format);
                        text = trimmed;
                    }
                    self.text(text, format);
                }
                Kind::Point { spacer } => self.point(first + at, TagKind::Point, *spacer),
                Kind::Shown { text } => {
                    seen += 1;
                    self.shown(first + at, &self.paragraph.text[text.range()]);
                }
                Kind::Anchor => self.point(first + at, TagKind::Anchor, false),
                Kind::Break => self.line_break(first + at),
                Kind::Open { pair, transparent: false, running } => {
                    let tag = self.open(at, *pair, bases[at]);
                    if *running {
                        self.segment.mark_running(tag);
                    }
                }
                Kind::Close { pair } => self.close(at, *pair),
                Kind::Open { .. } | Kind::Noise | Kind::Tab | Kind::Border => {}
            }
        }
        self.end_format();
        let literals = tokens.first().map_or(0, |token| token.literals.start())
            ..tokens.last().map_or(0, |token| token.literals.end());
        let (index, tags) = (u32::try_from(index).unwrap_or(u32::MAX), self.tags.into());
        (Slot { index, literals: literals.into(), base, tags, before, after }, self.segment)
    }

    fn text(&mut self, text: &str, format: Format) {
        if text.is_empty() {
            return;
        }
        let base = self.scopes.last().map_or(format, |(_, _, base)| *base);
        if self.format_tag.map_or(base.key, |(_, key)| key) != format.key {
            self.end_format();
            if format.key != base.key {
                let tag = self.segment.add_tag(if format.whole { TagKind::Whole } else { TagKind::Format });
                if format.code && !base.code {
                    self.segment.mark_code(tag);
                }
                self.tags.push(Markup::Format(format));
                self.segment.source.open(tag);
                self.format_tag = Some((tag, format.key));
            }
        }
        self.segment.source.push_str(text);
        self.last = Last::Other;
    }

    fn end_format(&mut self) {
        if let Some((tag, _)) = self.format_tag.take() {
            self.segment.source.close(tag);
        }
    }

    fn shown(&mut self, token: usize, text: &str) {
        self.end_format();
        let tag = self.segment.add_tag(TagKind::Protected);
        self.tags.push(Markup::Shown(self.paragraph.tokens[token].literals));
        self.segment.source.open(tag);
        self.segment.source.push_str(text);
        self.segment.source.close(tag);
        self.last = Last::Other;
    }

    fn point(&mut self, token: usize, kind: TagKind, spacer: bool) {
        let literals = self.paragraph.tokens[token].literals;
        if let Last::Point(tag) = self.last
            && !spacer
            && let Some(Markup::Single { more, .. }) = self.tags.get_mut(tag)
        {
            more.push(literals);
            if kind == TagKind::Point {
                self.segment.tags[tag].kind = kind;
            }
            return;
        }
        let tag = self.segment.add_tag(kind);
        self.tags.push(Markup::Single { first: literals, more: Vec::new(), spacer });
        self.segment.source.point(tag);
        self.last = Last::Point(self.tags.len() - 1);
        if spacer {
            self.segment.source.push(' ');
            self.last = Last::Other;
        }
    }

    /// Words before and after a line break do not run together in the text.
    fn line_break(&mut self, token: usize) {
        let before = self.segment.source.text().chars().next_back();
        let next = self.paragraph.tokens[token + 1..self.part.end].iter().find_map(|token| match &token.kind {
            Kind::Text { text, .. } | Kind::Shown { text } => self.paragraph.text[text.range()].chars().next(),
            Kind::Break => Some(' '),
            _ => None,
        });
        let spacer = before.is_some_and(|c| !c.is_whitespace())
            && next.is_some_and(|c| !c.is_whitespace())
            && !fill::joins_without_space(before, next);
        let tag = self.segment.add_tag(TagKind::Break);
        let first = self.paragraph.tokens[token].literals;
        self.tags.push(Markup::Single { first, more: Vec::new(), spacer });
        self.segment.source.point(tag);
        if spacer {
            self.segment.source.push(' ');
        }
        self.last = Last::Other;
    }

    fn open(&mut self, at: usize, pair: usize, base: Format) -> TagId {
        self.end_format();
        let tag = self.segment.add_tag(TagKind::Whole);
        if base.code && self.scopes.last().is_some_and(|(_, _, around)| !around.code) {
            self.segment.mark_code(tag);
        }
        let open = self.tokens()[at].literals;
        self.tags.push(Markup::Pair { open, close: SmallRange::default(), base });
        self.segment.source.open(tag);
        self.scopes.push((pair, Some(tag), base));
        self.last = Last::Other;
        tag
    }

    fn close(&mut self, at: usize, pair: usize) {
        // The end of a transparent pair is dropped with its start.
        if self.scopes.last().is_none_or(|(open, _, _)| *open != pair) {
            return;
        }
        self.last = Last::Other;
        self.end_format();
        if let Some((_, Some(tag), _)) = self.scopes.pop() {
            let literals = self.tokens()[at].literals;
            if let Some(Markup::Pair { close, .. }) = self.tags.get_mut(tag.0 as usize) {
                *close = literals;
            }
            self.segment.source.close(tag);
        }
    }
}

fn blank(text: &str, format: Format) -> Option<Box<Blank>> {
    (!text.is_empty()).then(|| Box::new(Blank { text: text.into(), look: format }))
}
