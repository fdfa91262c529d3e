//! Follows the parser's events and collects runs of inline Markdown.

mod inline;
mod stretches;
mod words;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Tag, TagEnd};
use terjuman_model::TagKind;

use self::stretches::{STRETCH, stretches};
use super::extras::{Extras, Rare};
use super::label::Labels;
use super::mask::Masked;
use super::node::{Node, NodeKind};
use super::slot::{Context, Emphasis, EmphasisKind, Markup, Place};
use super::unit::{self, Run};
use super::{comments, nested};
use crate::small_range::SmallRange;
use crate::texts::Texts;
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

/// A line of 50,000 marks of quotation is told before the parser opens a block for each.
fn refuse_deep_quotes(text: &str, depth: usize) -> Result<(), FormatError> {
    // How many there are, as long as nothing else stands in front of them.
    let mut marks = Some(0);
    for byte in text.bytes() {
        marks = match (byte, marks) {
            (b'\n', _) => Some(0),
            (b' ', marks) => marks,
            (b'>', Some(marks)) if marks < depth => Some(marks + 1),
            (b'>', Some(_)) => return Err(FormatError::TooComplex { limit: depth as u64, unit: "levels of nesting" }),
            _ => None,
        };
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
}

/// The code inside its backticks.
fn code(spelled: &str) -> String {
    let ticks = spelled.len() - spelled.trim_start_matches('`').len();
    let inner = spelled.get(ticks..spelled.len().saturating_sub(ticks)).unwrap_or_default();
    inner.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
