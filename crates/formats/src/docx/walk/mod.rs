//! Walks through a part: which text is a paragraph, which is an attribute, what is left alone.
//!
//! Every open element has a [`Frame`], which says what its children may be; nothing is ever called on its own depth.

mod block;
mod frame;
mod inline;
mod paragraph;
mod run;

use std::collections::{HashMap, HashSet};

use terjuman_model::Segment;

use self::frame::Frame;
use self::paragraph::ParagraphState;
use super::bindings::Binding;
use super::fields::Field;
use super::formats::Formats;
use super::slot::{Plain, Slot};
use super::styles::Styles;
use super::vocabulary::Vocabulary;
use crate::runs::{Role, Span};
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, Options, Reason, Untranslated, wording};

/// What a walk needs to know besides the part.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) options: &'a Options,
    pub(super) limits: &'a Limits,
    pub(super) styles: &'a Styles,
}

/// What was found in a part.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In no order.
    pub(super) slots: Vec<Slot>,
    /// Properties of paragraphs that stand once more within them.
    pub(super) repeated: Vec<(Vocabulary, Span)>,
    /// Properties of tables, which say in which direction columns go.
    pub(super) tables: Vec<Span>,
    /// Properties of sections.
    pub(super) sections: Vec<Span>,
    /// Content controls that show custom XML.
    pub(super) bindings: Vec<Binding>,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// Finds the text of `part`; its segments are added to `segments`.
///
/// # Errors
/// [`FormatError::Corrupt`] and [`FormatError::TooComplex`], as the scanner finds them.
pub(super) fn walk(part: &XmlPart, context: Context<'_>, segments: &mut Vec<Segment>) -> Result<Found, FormatError> {
    let before = segments.len();
    let mut walker = Walker::new(part, context, segments, HashSet::new());
    walker.run()?;
    if walker.unclosed.is_empty() {
        return Ok(walker.found);
    }
    // A field that never ends would hide the rest of its story: it is none.
    let unclosed = std::mem::take(&mut walker.unclosed).into_iter().collect();
    segments.truncate(before);
    let mut walker = Walker::new(part, context, segments, unclosed);
    walker.run()?;
    Ok(walker.found)
}

/// As [`walk`], for parts without fields: leaves elements out that begin at one of the places `skipped`.
///
/// # Errors
/// As [`walk`].
pub(super) fn walk_around(
    part: &XmlPart,
    context: Context<'_>,
    skipped: HashSet<usize>,
    segments: &mut Vec<Segment>,
) -> Result<Found, FormatError> {
    let mut walker = Walker::new(part, context, segments, HashSet::new());
    walker.skipped = skipped;
    walker.run()?;
    Ok(walker.found)
}

/// Two tellings of one thing: what the fallback says again is not a segment of its own.
#[derive(Debug, Default)]
struct Alternate {
    /// The segments of the choice.
    told: Vec<usize>,
    /// Whether the fallback has begun.
    again: bool,
    next: usize,
}

struct Walker<'a> {
    text: &'a str,
    context: Context<'a>,
    scanner: Scanner<'a>,
    formats: Formats<'a>,
    frames: Vec<Frame>,
    paragraphs: Vec<ParagraphState>,
    fields: Vec<Field>,
    /// For each story that is open (a text box in a note in the text), the number of fields outside of it.
    stories: Vec<usize>,
    alternates: Vec<Alternate>,
    /// Where fields begin that are none.
    ignored: HashSet<usize>,
    unclosed: Vec<usize>,
    /// Where elements begin that are left alone.
    skipped: HashSet<usize>,
    /// Content controls that are open and bound, with the place of each in the frames.
    bound: Vec<(usize, Binding)>,
    /// Hints of links in the properties of runs, each the segment it is: a link in several runs says its hint in each.
    hints: HashMap<String, usize>,
    /// The text of the element that is being read.
    buffer: String,
    segments: &'a mut Vec<Segment>,
    found: Found,
}

impl<'a> Walker<'a> {
    fn new(part: &'a XmlPart, context: Context<'a>, segments: &'a mut Vec<Segment>, ignored: HashSet<usize>) -> Self {
        Self {
            text: &part.text,
            context,
            scanner: Scanner::new(&part.text, &part.name, context.limits),
            formats: Formats::new(&part.text, context.limits),
            frames: Vec::new(),
            paragraphs: Vec::new(),
            fields: Vec::new(),
            stories: vec![0],
            alternates: Vec::new(),
            ignored,
            unclosed: Vec::new(),
            skipped: HashSet::new(),
            bound: Vec::new(),
            hints: HashMap::new(),
            buffer: String::new(),
            segments,
            found: Found::default(),
        }
    }

    fn run(&mut self) -> Result<(), FormatError> {
        while let Some(event) = self.scanner.next()? {
            let span = Span::from(event.range);
            match event.kind {
                Kind::Start { name, .. } => {
                    let frame = self.start(name, span);
                    self.frames.push(frame);
                }
                Kind::End { .. } => {
                    if let Some(frame) = self.frames.pop() {
                        self.end(frame, span)?;
                    }
                }
                Kind::Text if self.is_collecting() => self.buffer.push_str(&unescape(&self.text[span.range()])),
                Kind::CData if self.is_collecting() => {
                    self.buffer.push_str(&self.text[span.start + "<![CDATA[".len()..span.end - "]]>".len()]);
                }
                Kind::Text | Kind::CData => self.stray(span),
                Kind::Other => {}
            }
        }
        self.end_story(0);
        if self.segments.len() > self.context.limits.segments {
            return Err(FormatError::TooComplex { limit: self.context.limits.segments as u64, unit: "segments" });
        }
        Ok(())
    }

    /// Counts what stays as it is.
    fn leave(&mut self, reason: Reason, span: Span) {
        self.found.untranslated.add(reason, "", span.start);
    }

    /// Text where no text belongs: readers pass over it, and it is kept.
    fn stray(&mut self, span: Span) {
        let in_run = match self.frames.last() {
            Some(Frame::Run) => true,
            Some(
                Frame::Paragraph | Frame::Branch | Frame::Wrapper { .. } | Frame::SimpleField { .. } | Frame::Content,
            ) => false,
            _ => return,
        };
        if !self.text[span.range()].trim().is_empty() {
            self.end_thing(Role::Point, in_run, span);
        }
    }

    fn is_collecting(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame::Text { .. } | Frame::Instruction { .. } | Frame::Element { .. } | Frame::RubyText)
        )
    }

    /// What an element is, where it stands.
    fn start(&mut self, name: Name<'a>, span: Span) -> Frame {
        if let Some(Frame::Text { odd, .. }) = self.frames.last_mut() {
            *odd = true;
        }
        if let Some(frame @ Frame::Element { .. }) = self.frames.last_mut() {
            // An element where only text belongs: all of it is kept.
            *frame = Frame::Ignored;
        }
        if self.skipped.contains(&span.start) {
            return Frame::Ignored;
        }
        match self.frames.last() {
            None => self.start_in_block(name, span),
            Some(parent) => match parent {
                Frame::Ignored
                | Frame::Kept { .. }
                | Frame::RepeatedProperties { .. }
                | Frame::Text { .. }
                | Frame::Instruction { .. } => Frame::Ignored,
                Frame::RunProperties { .. } => self.start_in_run_properties(name),
                Frame::Element { .. } | Frame::RubyText => Frame::Ignored,
                Frame::Thing { in_run, alternate: true, .. }
                    if name.namespace == Namespace::Compatibility && matches!(name.local, "Choice" | "Fallback") =>
                {
                    let in_run = *in_run;
                    self.start_branch(name, in_run)
                }
                Frame::RunBranch => self.start_in_run_branch(name, span),
                Frame::Noted { .. } => self.start_in_noted(name),
                Frame::LinkedField { .. } if name.is(Namespace::Drawing, "t") => self.element(span),
                Frame::LinkedField { .. } => Frame::Ignored,
                Frame::Paragraph
                | Frame::Branch
                | Frame::Wrapper { .. }
                | Frame::SimpleField { .. }
                | Frame::Content => self.start_in_paragraph(name, span),
                Frame::Run => self.start_in_run(name, span),
                Frame::ParagraphProperties { .. } => self.start_in_paragraph_properties(name, span),
                Frame::Control { .. } => self.start_in_control(name, span),
                Frame::ControlProperties => self.start_in_control_properties(name),
                Frame::FormulaRun { is_text } => {
                    let is_text = *is_text;
                    self.start_in_formula_run(name, span, is_text)
                }
                Frame::FormulaRunProperties => self.start_in_formula_run_properties(name),
                Frame::Ruby { .. } => Self::start_in_ruby(name),
                Frame::RubyBase => Self::start_in_ruby_base(name),
                _ => self.start_in_block(name, span),
            },
        }
    }

    /// An element ends; `span` is its end tag.
    fn end(&mut self, frame: Frame, span: Span) -> Result<(), FormatError> {
        match frame {
            Frame::Paragraph => self.finish_paragraph(),
            Frame::RunProperties { start } => self.end_run_properties(Span { start, end: span.end })?,
            Frame::ParagraphProperties { start } => self.end_paragraph_properties(Span { start, end: span.end }),
            Frame::RepeatedProperties { start } => self.end_repeated_properties(Span { start, end: span.end }),
            Frame::Run => self.end_run(span),
            Frame::Text { start, odd: false } => self.end_text(Span { start, end: span.end }),
            Frame::Text { start, odd: true } => self.end_thing(Role::Point, true, Span { start, end: span.end }),
            Frame::Ruby { start } => self.end_text(Span { start, end: span.end }),
            Frame::Instruction { start } => self.end_instruction(Span { start, end: span.end }),
            Frame::FieldCharacter { start, kind } => self.end_field_character(kind, Span { start, end: span.end }),
            Frame::Kept { start, role, in_run } => self.end_thing(role, in_run, Span { start, end: span.end }),
            Frame::Thing { start, in_run, alternate } => {
                if alternate {
                    self.end_alternate();
                }
                let role = if floats(&self.text[start..span.end]) { Role::Anchor } else { Role::Point };
                self.end_thing(role, in_run, Span { start, end: span.end });
            }
            Frame::Branch => self.end_branch(),
            Frame::Wrapper { pair } => self.end_wrapper(pair, span),
            Frame::SimpleField { mark, result } => self.end_simple_field(mark, result, span),
            Frame::LinkedField { start } => self.end_thing(Role::Point, false, Span { start, end: span.end }),
            Frame::Control { start, mark, pair, kept } => {
                if self.end_bound(kept)
                    && let Some(paragraph) = self.paragraphs.last_mut()
                {
                    // What it shows is a segment of its own: custom XML has it without the sentence around.
                    paragraph.content.bar_one(mark);
                }
                self.end_control(start, mark, pair, kept, span);
            }
            Frame::BlockControl { kept } => {
                self.end_bound(kept);
            }
            Frame::Content => self.end_content(span),
            Frame::Alternate => self.end_alternate(),
            Frame::Story => {
                let fields = self.stories.pop().unwrap_or_default();
                self.end_story(fields);
            }
            Frame::Noted { start, table } => {
                let noted = if table { &mut self.found.tables } else { &mut self.found.sections };
                noted.push(Span { start, end: span.end });
            }
            Frame::Element { start } => self.end_element(Span { start, end: span.start }),
            Frame::Block
            | Frame::RunBranch
            | Frame::TextInput
            | Frame::Strings
            | Frame::Trendline
            | Frame::Row { .. }
            | Frame::RowProperties
            | Frame::ControlProperties
            | Frame::Formula
            | Frame::FormulaRun { .. }
            | Frame::FormulaRunProperties
            | Frame::Level { .. }
            | Frame::RubyBase
            | Frame::RubyText
            | Frame::Ignored => {}
        }
        Ok(())
    }

    fn end_story(&mut self, fields: usize) {
        self.unclosed.extend(self.fields.drain(fields.min(self.fields.len())..).map(|field| field.at));
    }

    fn end_alternate(&mut self) {
        if let Some(inner) = self.alternates.pop()
            && let Some(outer) = self.alternates.last_mut()
            && !outer.again
        {
            outer.told.extend(inner.told);
        }
    }

    /// The index of a segment: a new one, unless the fallback says again what its choice has said.
    fn index_of(&mut self, segment: Segment) -> usize {
        if let Some(alternate) = self.alternates.iter_mut().rev().find(|alternate| alternate.again) {
            let is_same = |index: &usize| self.segments[*index] == segment;
            let expected = alternate.told.get(alternate.next).copied().filter(is_same);
            let found = expected.or_else(|| alternate.told.iter().copied().take(SEARCH).find(is_same));
            if let Some(index) = found {
                alternate.next = alternate.told.iter().position(|told| *told == index).map_or(0, |at| at + 1);
                return index;
            }
        }
        self.segments.push(segment);
        let index = self.segments.len() - 1;
        self.alternates.iter_mut().filter(|alternate| !alternate.again).for_each(|a| a.told.push(index));
        index
    }

    /// A segment of text without tags, if there is something to translate.
    fn plain(&mut self, text: &str, span: Span) -> Option<Plain> {
        if !wording::has_words(text) || wording::is_file_name(text) {
            return None;
        }
        let trimmed = text.trim();
        let start = text.len() - text.trim_start().len();
        let segment = self.index_of(Segment::plain(trimmed));
        let (before, after) = (text[..start].into(), text[start + trimmed.len()..].into());
        Some(Plain { span, segment, before, after })
    }

    /// The value of an attribute of the element that just started.
    fn attribute(&mut self, namespace: Namespace, local: &str) {
        let Some(attribute) = self.scanner.attribute(namespace, local) else { return };
        let value = unescape(&self.text[attribute.value.clone()]);
        if let Some(plain) = self.plain(&value, attribute.value.into()) {
            self.found.slots.push(Slot::Attribute(plain));
        }
    }

    /// The hint of a link in the properties of a run, of which nothing else is text.
    fn start_in_run_properties(&mut self, name: Name<'a>) -> Frame {
        if name.namespace != Namespace::Drawing || !matches!(name.local, "hlinkClick" | "hlinkMouseOver") {
            return Frame::Ignored;
        }
        let Some(hint) = self.scanner.value(Namespace::None, "tooltip") else { return Frame::Ignored };
        let slots = self.found.slots.len();
        match self.hints.get(hint.as_ref()) {
            // The same text, so it has the same white space around it.
            Some(&segment) => {
                let attribute = self.scanner.attribute(Namespace::None, "tooltip");
                let start = hint.len() - hint.trim_start().len();
                let (before, after) = (hint[..start].into(), hint[start + hint.trim().len()..].into());
                let slot = |value| Slot::Attribute(Plain { span: Span::from(value), segment, before, after });
                self.found.slots.extend(attribute.map(|attribute| slot(attribute.value)));
            }
            None => {
                let hint = hint.into_owned();
                self.alternative(Namespace::None, "tooltip");
                if let Some(Slot::Attribute(plain)) = self.found.slots.get(slots) {
                    self.hints.insert(hint, plain.segment);
                }
            }
        }
        Frame::Ignored
    }

    /// An element ends that holds nothing but text; `span` is what is in it.
    fn end_element(&mut self, span: Span) {
        let text = std::mem::take(&mut self.buffer);
        if let Some(plain) = self.plain(&text, span) {
            self.found.slots.push(Slot::Element(plain));
        }
    }
}

/// How many segments of a choice are compared with one of its fallback.
const SEARCH: usize = 64;

/// Whether a drawing stands anywhere on the page and not where it hangs in the text.
fn floats(drawing: &str) -> bool {
    let head = &drawing[..drawing.floor_char_boundary(HEAD_BYTES)];
    let place = |what: &str| head.find(what).unwrap_or(HEAD_BYTES);
    place(":anchor ").min(place("position:absolute")) < place(":inline ").min(place(":inline>"))
}

/// How much of a drawing says where it stands.
const HEAD_BYTES: usize = 4_000;
