//! Follows the parser's events and collects runs of inline Markdown.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Parser, Tag, TagEnd};
use terjuman_model::{Segment, TagKind};

use super::extras::{Extras, Rare};
use super::label::Labels;
use super::mask::{Masked, Span, SpanKind};
use super::node::{Node, NodeKind, Side};
use super::slot::{Context, Emphasis, EmphasisKind, Markup, Part, Place, Segments};
use super::unit::{self, Run};
use super::{EXTENSIONS, comments, nested, tail};
use crate::fill::joins_without_space;
use crate::small_range::SmallRange;
use crate::texts::Texts;
use crate::wording::is_address;
use crate::{FormatError, Limits, Options, Reason, Untranslated};

/// How deep blocks, or inline markup, may be nested (`reliability.md` D37).
const DEPTH: usize = 100;

/// Collects everything to translate, in no particular order, and returns the labels that the document defines.
///
/// # Errors
/// [`FormatError::TooComplex`] for markup that is nested too deep or is too much.
pub(super) fn walk(
    text: &str,
    masked: &Masked<'_>,
    options: &Options,
    limits: &Limits,
    found: &mut Texts<Place>,
    extras: &mut Extras,
    untranslated: &mut Untranslated,
) -> Result<Labels, FormatError> {
    let depth = limits.depth.min(DEPTH);
    refuse_deep_quotes(text, depth)?;
    let (before, counted) = (found.len(), untranslated.clone());
    let read = |stretches: &[Range<usize>], found: &mut _, extras: &mut _, untranslated: &mut _| {
        let (open, runs) = (Vec::new(), vec![Run::default()]);
        let walk = Walk { text, masked, options, limits, found, extras, untranslated, open, runs, span: 0 };
        walk.stretches(stretches, depth)
    };
    let stretches = stretches(masked, STRETCH);
    if stretches.len() > 1 {
        if let Some(labels) = read(&stretches, found, extras, untranslated)? {
            return Ok(labels);
        }
        found.truncate(before);
        *extras = Extras::default();
        *untranslated = counted;
    }
    Ok(read(std::slice::from_ref(&(masked.body..text.len())), found, extras, untranslated)?.unwrap_or_default())
}

/// Bytes that the parser reads at a time: its tree takes ten times the room of the text. Tests read every document in
/// stretches.
const STRETCH: usize = if cfg!(test) { 1 } else { 64 << 10 };

/// Parts the document before headings behind empty lines, where all blocks end but code and HTML that go over such lines.
/// What refers to all of the document (notes at its foot) is read in one.
fn stretches(masked: &Masked<'_>, least: usize) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut start = masked.body;
    if !masked.text[start..].contains("[^") {
        for heading in &masked.headings {
            if heading - start >= least && masked.text[*heading..].starts_with('#') {
                stretches.push(start..*heading);
                start = *heading;
            }
        }
    }
    stretches.push(start..masked.text.len());
    stretches
}

/// A line of 50,000 marks of quotation is told before the parser opens a block for each.
fn refuse_deep_quotes(text: &str, depth: usize) -> Result<(), FormatError> {
    let marks = |line: &str| line.bytes().take_while(|b| matches!(b, b'>' | b' ')).filter(|b| *b == b'>').count();
    if text.lines().any(|line| marks(line) > depth) {
        return Err(FormatError::TooComplex { limit: depth as u64, unit: "levels of nesting" });
    }
    Ok(())
}

struct Walk<'a> {
    text: &'a str,
    masked: &'a Masked<'a>,
    options: &'a Options,
    limits: &'a Limits,
    found: &'a mut Texts<Place>,
    extras: &'a mut Extras,
    untranslated: &'a mut Untranslated,
    open: Vec<Open>,
    /// The run being collected, and inside it those of alternative texts.
    runs: Vec<Run<'a>>,
    /// The first span that has not been passed.
    span: usize,
}

/// What is open.
enum Open {
    Block(Block),
    /// A pair in the run: the index of its start.
    Inline(usize),
    Image {
        range: Range<usize>,
        link: LinkType,
    },
}

#[derive(Clone, PartialEq, Eq)]
enum Block {
    Heading {
        range: Range<usize>,
    },
    Cell,
    /// With what its comments begin with, if that is known.
    Code(Option<&'static str>),
    /// The lines of a block of HTML.
    Html(Vec<Range<usize>>),
    Other,
}

impl<'a> Walk<'a> {
    /// Reads the stretches one after the other, and returns the labels that they define. `None` if they cannot be read
    /// apart.
    fn stretches(mut self, stretches: &[Range<usize>], depth: usize) -> Result<Option<Labels>, FormatError> {
        let masked = self.masked;
        let limit = self.limits.events.min(self.text.len().saturating_mul(20));
        let possible =
            if stretches.len() > 1 { Labels::possible(&masked.text[masked.body..]) } else { Labels::default() };
        let mut labels = Labels::default();
        let mut used = Labels::default();
        let mut events = 0;
        for Range { start, end } in stretches.iter().cloned() {
            // What is defined in another stretch; whether it is will be seen.
            let resolve = |link: BrokenLink<'_>| {
                let is_possible = possible.contains(&link.reference);
                is_possible.then(|| used.insert(&link.reference));
                is_possible.then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
            };
            let parser = Parser::new_with_broken_link_callback(&masked.text[start..end], EXTENSIONS, Some(resolve));
            for (label, definition) in parser.reference_definitions().iter() {
                if stretches.len() > 1 && !possible.contains(label) {
                    return Ok(None);
                }
                // The first one counts.
                if labels.insert(label) && definition.title.is_some() {
                    let span = start + definition.span.start..start + definition.span.end;
                    self.found.extend(tail::title_of_definition(self.text, span));
                }
            }
            for (event, range) in parser.into_offset_iter() {
                events += 1;
                if events > limit {
                    return Err(FormatError::TooComplex { limit: limit as u64, unit: "events of markup" });
                }
                let range = start + range.start..start + range.end;
                let may_go_on =
                    matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)) | Tag::HtmlBlock));
                if may_go_on && self.open.is_empty() && range.end == end && end < masked.text.len() {
                    return Ok(None);
                }
                self.event(event, range)?;
                if self.open.len() > depth {
                    return Err(FormatError::TooComplex { limit: depth as u64, unit: "levels of nesting" });
                }
            }
            self.flush()?;
        }
        Ok(used.are_all_in(&labels).then_some(labels))
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), FormatError> {
        match event {
            Event::Start(tag) => self.start(tag, range)?,
            Event::End(tag) => self.end(tag, range)?,
            Event::Text(decoded) => self.text(&decoded, range),
            Event::Code(_) => {
                self.untranslated.add(Reason::ProtectedRange, "", range.start);
                self.push(NodeKind::Protected(code(&self.text[range.clone()]).into()), range);
            }
            Event::InlineMath(_) | Event::DisplayMath(_) => {
                self.untranslated.add(Reason::Equation, "", range.start);
                self.push(NodeKind::Protected(self.text[range.clone()].into()), range);
            }
            Event::Html(_) => {
                if let Some(Open::Block(Block::Html(lines))) = self.open.last_mut() {
                    lines.push(range);
                }
            }
            Event::InlineHtml(_) => self.push(NodeKind::Html, range),
            Event::FootnoteReference(_) => self.push(NodeKind::Point, range),
            Event::SoftBreak => self.soft_break(range),
            Event::HardBreak => self.hard_break(range),
            Event::TaskListMarker(_) | Event::Rule => self.flush()?,
        }
        Ok(())
    }

    fn run(&mut self) -> &mut Run<'a> {
        if self.runs.is_empty() {
            self.runs.push(Run::default());
        }
        self.runs.last_mut().expect("one was pushed if there was none")
    }

    fn push(&mut self, kind: NodeKind<'a>, range: Range<usize>) {
        self.run().push(Node::new(kind, range));
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) -> Result<(), FormatError> {
        let emphasis = |kind| Markup::Emphasis(Emphasis::of(kind, self.text, &range));
        let (kind, markup, width) = match tag {
            Tag::Emphasis => (TagKind::Format, emphasis(EmphasisKind::Light), 1),
            Tag::Strong => (TagKind::Format, emphasis(EmphasisKind::Strong), 2),
            Tag::Strikethrough => {
                let emphasis = Emphasis::of(EmphasisKind::Struck, self.text, &range);
                (TagKind::Format, Markup::Emphasis(emphasis), usize::from(emphasis.count))
            }
            Tag::Link { .. } => {
                let (open, close) = ((range.start..range.start + 1).into(), SmallRange::default());
                (TagKind::Whole, Markup::Pair { open, close, names_itself: false }, 1)
            }
            Tag::Image { link_type, .. } => {
                self.untranslated.add(Reason::ImageText, "", range.start);
                self.open.push(Open::Image { range: range.clone(), link: link_type });
                self.runs.push(Run::default());
                return Ok(());
            }
            Tag::Heading { .. } => return self.open_block(Block::Heading { range }),
            Tag::TableCell => return self.open_block(Block::Cell),
            Tag::CodeBlock(kind) => {
                self.untranslated.add(Reason::ProtectedRange, "", range.start);
                let marker = match kind {
                    CodeBlockKind::Fenced(info) => comments::marker(&info),
                    CodeBlockKind::Indented => None,
                };
                return self.open_block(Block::Code(marker));
            }
            Tag::MetadataBlock(_) => return self.open_block(Block::Code(None)),
            Tag::HtmlBlock => return self.open_block(Block::Html(Vec::new())),
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Item
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::Superscript
            | Tag::Subscript => return self.open_block(Block::Other),
        };
        let index = self.run().nodes.len();
        self.open.push(Open::Inline(index));
        self.push(NodeKind::Start { mate: index, kind, markup }, range.start..range.start + width);
        Ok(())
    }

    fn open_block(&mut self, block: Block) -> Result<(), FormatError> {
        self.flush()?;
        self.open.push(Open::Block(block));
        Ok(())
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) -> Result<(), FormatError> {
        match self.open.last() {
            Some(Open::Inline(index)) => {
                let index = *index;
                self.open.pop();
                self.end_inline(tag, index, range);
            }
            Some(Open::Image { .. }) => self.end_image(range),
            Some(Open::Block(_)) => {
                self.flush()?;
                if let Some(Open::Block(Block::Html(lines))) = self.open.pop() {
                    self.found.extend(nested::read(self.text, &lines, self.options, self.limits)?);
                }
            }
            None => {}
        }
        Ok(())
    }

    fn end_inline(&mut self, tag: TagEnd, start: usize, range: Range<usize>) {
        let text = self.text;
        let in_cell = self.is_in_cell();
        let run = self.run();
        let is_link = matches!(tag, TagEnd::Link);
        let end = run.nodes.len();
        let inner_end = run.nodes[start..].last().map_or(range.start + 1, |node| node.range.end);
        let mut title = None;
        let Some(NodeKind::Start { mate, markup, .. }) = run.nodes.get_mut(start).map(|node| &mut node.kind) else {
            return;
        };
        *mate = end;
        let close = match markup {
            Markup::Emphasis(emphasis) => range.end.saturating_sub(usize::from(emphasis.count))..range.end,
            Markup::Pair { open, close, names_itself } if is_link => {
                let from = inner_end.max(open.end());
                if text[range.clone()].starts_with('<') {
                    // An address in angle brackets is its own target.
                    let shown = text[range.start + 1..range.end - 1].into();
                    run.nodes.truncate(start);
                    run.nodes.push(Node::new(NodeKind::Protected(shown), range));
                    return;
                }
                let bracket = text[from..range.end].find(']').map_or(range.end, |n| from + n);
                let mut end = range.end;
                if end == bracket + 1 {
                    if text[end..].starts_with("[]") {
                        end += 2;
                    }
                    *names_itself = true;
                } else {
                    title = tail::title_of_link(text, bracket..range.end, in_cell);
                }
                *close = (bracket..end).into();
                close.range()
            }
            _ => range.end..range.end,
        };
        run.push(Node::new(NodeKind::End { mate: start }, close));
        self.found.extend(title);
    }

    /// A picture is a thing in the run around it, and its alternative text a run of its own.
    fn end_image(&mut self, range: Range<usize>) {
        let (Some(Open::Image { range: whole, link }), Some(mut run)) = (self.open.pop(), self.runs.pop()) else {
            return;
        };
        let inner_end = run.nodes.last().map_or(whole.start + 2, |node| node.range.end);
        let in_cell = self.is_in_cell();
        let bracket = self.text[inner_end..range.end].find(']').map_or(range.end, |n| inner_end + n);
        let is_named_by_text = matches!(
            link,
            LinkType::Shortcut | LinkType::Collapsed | LinkType::ShortcutUnknown | LinkType::CollapsedUnknown
        );
        let mut end = range.end;
        if is_named_by_text {
            if self.text[end..].starts_with("[]") {
                end += 2;
            }
        } else {
            self.found.extend(tail::title_of_link(self.text, bracket..range.end, in_cell));
        }
        if !self.options.alt_text && run.nodes.iter().any(|node| matches!(node.kind, NodeKind::Text(_))) {
            self.untranslated.add(Reason::AltTextOff, "", whole.start);
        }
        if self.options.alt_text {
            let context = if in_cell { Context::AlternativeInCell } else { Context::Alternative };
            let label = || ((whole.start + 2..bracket).into(), (bracket..end).into());
            let rare = Rare { label: is_named_by_text.then(label), underline: None };
            self.found.extend(unit::part(self.text, &mut run, context, rare, self.extras));
        }
        self.push(NodeKind::Point, whole.start..end);
    }

    fn is_in_cell(&self) -> bool {
        self.open.iter().rev().any(|open| matches!(open, Open::Block(Block::Cell)))
    }

    /// Ends the run.
    fn flush(&mut self) -> Result<(), FormatError> {
        if self.run().nodes.is_empty() {
            return self.component();
        }
        let mut run = std::mem::take(self.run());
        let done = self.flushed(&mut run);
        // The room is used again.
        run.nodes.clear();
        *self.run() = run;
        done
    }

    fn flushed(&mut self, run: &mut Run<'a>) -> Result<(), FormatError> {
        if self.found.len() > self.limits.segments {
            return Err(FormatError::TooComplex { limit: self.limits.segments as u64, unit: "segments" });
        }
        let block = self.open.iter().rev().find_map(|open| match open {
            Open::Block(block) => Some(block),
            _ => None,
        });
        let mut rare = Rare::default();
        let context = match block {
            // A directive's title is masked as a heading.
            Some(Block::Heading { range }) if self.masked.text[range.clone()].starts_with('#') => {
                let is_quoted = self.text[range.start..run.nodes[0].range.start].ends_with('"');
                if is_quoted { Context::Quoted } else { Context::Heading }
            }
            // It is underlined.
            Some(Block::Heading { range }) => {
                rare.underline = Some(range.clone().into());
                Context::Flow
            }
            Some(Block::Cell) => Context::Cell,
            Some(Block::Code(_) | Block::Html(_)) => return Ok(()),
            Some(Block::Other) | None => Context::Flow,
        };
        let nested = unit::tags_with_words(self.text, run);
        for tag in nested {
            self.found.extend(nested::read(self.text, &[tag], self.options, self.limits)?);
        }
        self.found.extend(unit::part(self.text, run, context, rare, self.extras));
        Ok(())
    }

    /// A component's tag on a line of its own is masked as an empty heading.
    fn component(&mut self) -> Result<(), FormatError> {
        let Some(Open::Block(Block::Heading { range })) = self.open.last() else { return Ok(()) };
        let (text, tags) = (self.text, &self.masked.tags);
        let first = tags.partition_point(|tag| tag.start < range.start);
        for tag in tags[first..].iter().take_while(|tag| tag.start < range.end) {
            self.found.extend(nested::read(text, std::slice::from_ref(tag), self.options, self.limits)?);
        }
        Ok(())
    }

    /// The comments in lines of code.
    fn code_comments(&mut self, marker: Option<&'static str>, range: Range<usize>) {
        let Some(marker) = marker else { return };
        let text = self.text;
        for words in comments::comments(&text[range.clone()], marker) {
            let words = range.start + words.start..range.start + words.end;
            if self.options.code_comments {
                let segments = Segments::One(Segment::plain(&text[words.clone()]));
                self.found.extend([Part { place: Place::Comment(words.into()), segments }]);
            } else {
                self.untranslated.add(Reason::CodeCommentsOff, "", words.start);
            }
        }
    }

    fn soft_break(&mut self, range: Range<usize>) {
        if self.run().nodes.last().is_some_and(|node| node.range.end > range.start) {
            // Within something that is hidden.
            return;
        }
        let before = self.text[..range.start].chars().next_back();
        let after = self.text[range.end..].trim_start_matches([' ', '\t', '>']).chars().next();
        let fold = if joins_without_space(before, after) { "" } else { " " };
        self.push(NodeKind::Fold(fold), range);
    }

    fn hard_break(&mut self, range: Range<usize>) {
        let mark = self.text[range.clone()].trim_end_matches(['\r', '\n']).len();
        let mark = range.start..range.start + mark;
        let (mark, between) = (mark.into(), SmallRange::default());
        self.push(NodeKind::Break(Markup::Break { mark, ends_line: true, between }), range);
    }

    /// Cuts masked spans and addresses out of text.
    fn text(&mut self, decoded: &str, range: Range<usize>) {
        if let Some(Open::Block(Block::Code(marker))) = self.open.last() {
            return self.code_comments(*marker, range);
        }
        // At the end of a picture's text, a backslash is none that breaks the line, and yet its range has the line end.
        let spelled = self.masked.text[range.clone()].trim_end_matches(['\r', '\n']);
        let range = range.start..range.start + spelled.len();
        if decoded != spelled {
            self.push(NodeKind::Text(decoded.to_owned().into()), range);
            return;
        }
        // The parser's range begins behind the backslash of an escape.
        let first = self.run().nodes.len();
        let done = self.run().nodes.last().map_or(0, |node| node.range.end);
        let is_escaped = done < range.start && self.text[..range.start].ends_with('\\');
        self.pieces(&range);
        if is_escaped && let Some(node) = self.run().nodes.get_mut(first) {
            node.range.start -= 1;
        }
    }

    fn pieces(&mut self, range: &Range<usize>) {
        let mut at = range.start;
        for Span { range: span, kind } in self.spans(range) {
            if span.start < at {
                // It goes on from the line before.
                at = at.max(span.end);
                continue;
            }
            self.words(at..span.start);
            let kind = match kind {
                SpanKind::Text => NodeKind::Protected(self.text[span.clone()].into()),
                SpanKind::Thing => NodeKind::Point,
                SpanKind::Open => NodeKind::Half(Side::Open),
                SpanKind::Close => NodeKind::Half(Side::Close),
            };
            at = span.end;
            self.push(kind, span);
        }
        if at < range.end {
            self.words(at..range.end);
        }
    }

    /// The spans that lie in the range.
    fn spans(&mut self, range: &Range<usize>) -> Vec<Span> {
        let spans = &self.masked.spans;
        while spans.get(self.span).is_some_and(|span| span.range.end <= range.start) {
            self.span += 1;
        }
        spans[self.span..].iter().take_while(|span| span.range.start < range.end).cloned().collect()
    }

    /// Words, and addresses between them.
    fn words(&mut self, range: Range<usize>) {
        let text = self.text;
        let words = &text[range.clone()];
        if words.is_empty() {
            return;
        }
        let mut done = range.start;
        if words.contains("://") || words.contains("www.") || words.contains('@') {
            let mut at = range.start;
            for token in words.split(' ') {
                let (start, end) = bare_address(token);
                if is_address(&token[start..end]) {
                    if done < at + start {
                        self.push(NodeKind::Text(text[done..at + start].into()), done..at + start);
                    }
                    let address = at + start..at + end;
                    self.push(NodeKind::Protected(text[address.clone()].into()), address.clone());
                    done = address.end;
                }
                at += token.len() + 1;
            }
        }
        if done < range.end {
            self.push(NodeKind::Text(text[done..range.end].into()), done..range.end);
        }
    }
}

/// A token without the punctuation around it.
fn bare_address(token: &str) -> (usize, usize) {
    let start = token.len() - token.trim_start_matches(['(', '[', '"', '\'', '<', ',']).len();
    let end = token.trim_end_matches([')', ']', '"', '\'', '>', '.', ',', ';', ':', '!', '?']).len();
    (start.min(end), end)
}

/// The code inside its backticks.
fn code(spelled: &str) -> String {
    let ticks = spelled.len() - spelled.trim_start_matches('`').len();
    let inner = spelled.get(ticks..spelled.len().saturating_sub(ticks)).unwrap_or_default();
    inner.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
