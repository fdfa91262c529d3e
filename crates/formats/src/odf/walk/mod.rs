//! Walks through a part: which text is a paragraph, which is an attribute, what is left alone.
//!
//! Every open element has a [`Frame`], which says what its children may be; nothing is ever called on its own depth.

mod block;
mod cell;
mod fields;
mod frame;
mod inline;
mod labels;
mod paragraph;
mod results;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use terjuman_model::Segment;

use self::cell::Cell;
use self::frame::Frame;
use self::paragraph::ParagraphState;
use self::results::ShownResult;
use super::formats::Formats;
use super::sheet::Sheet;
use super::slot::{Plain, Slot};
use super::styles::Styles;
use crate::runs::Span;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, Options, Reason, Untranslated, wording};

/// What a walk needs to know besides the part.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) options: &'a Options,
    pub(super) limits: &'a Limits,
    pub(super) styles: &'a Styles,
    pub(super) sheet: &'a Sheet,
}

/// What was found in a part.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In the order in which their elements end.
    pub(super) slots: Vec<Slot>,
    pub(super) formats: Formats,
    /// Names of sheets, and the segments of those that may get new ones.
    pub(super) sheets: Vec<(String, Option<usize>)>,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
    /// How many places have the one segment of a text that formulas compare cells with.
    pub(super) shared: HashMap<Box<str>, usize>,
}

impl Found {
    fn share(&mut self, text: &str) {
        *self.shared.entry(text.into()).or_insert(0) += 1;
    }
}

/// Finds the segments of a part.
///
/// # Errors
/// [`FormatError::Corrupt`] and [`FormatError::TooComplex`], as the scanner finds them.
pub(super) fn walk(part: &XmlPart, context: Context<'_>, segments: &mut Vec<Segment>) -> Result<Found, FormatError> {
    let mut walker = Walker {
        text: &part.text,
        context,
        scanner: Scanner::new(&part.text, &part.name, context.limits),
        frames: Vec::new(),
        paragraphs: Vec::new(),
        cells: Vec::new(),
        alternatives: Vec::new(),
        shown: None,
        user_fields: HashMap::new(),
        choices: HashMap::new(),
        pilots: HashMap::new(),
        said: HashMap::new(),
        results: Vec::new(),
        in_spreadsheet: usize::MAX,
        region: String::new(),
        insertions: HashSet::new(),
        inserting: HashSet::new(),
        indexes: 0,
        row_groups: 0,
        is_flat: part.name == super::FLAT,
        is_meta: part.name == super::META,
        is_styles: part.name == super::STYLES,
        buffer: String::new(),
        odd: false,
        prefix: "".into(),
        segments,
        found: Found::default(),
    };
    walker.run()?;
    Ok(walker.found)
}

struct Walker<'a> {
    text: &'a str,
    context: Context<'a>,
    scanner: Scanner<'a>,
    frames: Vec<Frame>,
    paragraphs: Vec<ParagraphState>,
    cells: Vec<Cell>,
    /// The texts that the field which is being read may show, and their segments.
    alternatives: Vec<(String, usize)>,
    /// Where the text stands that the drop-down list which is being read shows.
    shown: Option<Span>,
    /// Texts that are declared for fields to show, by name.
    user_fields: HashMap<String, (String, usize)>,
    /// What lists of allowed values offer.
    choices: HashMap<Box<str>, usize>,
    /// What cells say, for the pivot tables that name it.
    pilots: HashMap<Box<str>, usize>,
    /// What cells say, for the formulas that show it.
    said: HashMap<Box<str>, usize>,
    /// What formulas show that a cell may say.
    results: Vec<ShownResult>,
    /// How many elements are open where a table is a sheet.
    in_spreadsheet: usize,
    /// The tracked change that is being read.
    region: String,
    /// Tracked changes that inserted something, if what was inserted stays.
    insertions: HashSet<String>,
    /// Those of them that have begun and not ended.
    inserting: HashSet<String>,
    /// Bodies of indexes that are open.
    indexes: usize,
    /// Groups of rows that are open.
    row_groups: usize,
    /// The whole document is one file.
    is_flat: bool,
    is_meta: bool,
    is_styles: bool,
    /// The text of the element that is being read.
    buffer: String,
    /// There is more than text in it.
    odd: bool,
    /// That of the last paragraph, with the colon.
    prefix: Arc<str>,
    segments: &'a mut Vec<Segment>,
    found: Found,
}

impl<'a> Walker<'a> {
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
                        self.end(frame, span);
                    }
                }
                Kind::Text => self.characters(unescape(&self.text[span.range()]), span),
                Kind::CData => {
                    let inner = &self.text[span.start + "<![CDATA[".len()..span.end - "]]>".len()];
                    self.characters(Cow::Borrowed(inner), span);
                }
                Kind::Other => {}
            }
            if self.segments.len() > self.context.limits.segments {
                let limit = self.context.limits.segments as u64;
                return Err(FormatError::TooComplex { limit, unit: "segments" });
            }
        }
        self.settle_results();
        Ok(())
    }

    fn characters(&mut self, text: Cow<'_, str>, span: Span) {
        match self.frames.last() {
            Some(Frame::Paragraph | Frame::Span | Frame::Pair { .. }) => self.text_in_paragraph(&text, span),
            Some(Frame::Element { .. } | Frame::RubyBase | Frame::Conditional { .. }) => self.buffer.push_str(&text),
            Some(Frame::DropDown { .. }) => self.text_in_drop_down(&text, span),
            _ => {}
        }
    }

    /// Counts what stays as it is.
    fn leave(&mut self, reason: Reason, span: Span) -> Frame {
        self.found.untranslated.add(reason, "", span.start);
        Frame::Ignored
    }

    /// What an element is, where it stands.
    fn start(&mut self, name: Name<'a>, span: Span) -> Frame {
        match self.frames.last() {
            None | Some(Frame::Block | Frame::Index | Frame::RowGroup | Frame::Cell | Frame::Thing { .. }) => {
                self.start_in_block(name, span)
            }
            Some(Frame::Paragraph | Frame::Span | Frame::Pair { .. }) => self.start_in_paragraph(name, span),
            Some(Frame::Ruby { .. } | Frame::RubyBase) => Self::start_in_ruby(name),
            Some(Frame::Element { .. } | Frame::Conditional { .. }) => {
                self.odd = true;
                Frame::Ignored
            }
            Some(Frame::Styles) => self.start_in_styles(name, span),
            Some(Frame::DropDown { .. }) => self.start_in_drop_down(name),
            // Formulas go on where nobody sees them.
            Some(Frame::Ignored) => {
                if name.is(Namespace::OdfTable, "table-cell") || name.is(Namespace::OdfTable, "covered-table-cell") {
                    self.follow_formula();
                }
                Frame::Ignored
            }
            Some(Frame::Spaces { .. } | Frame::Kept { .. }) => Frame::Ignored,
        }
    }

    /// An element ends; `span` is its end tag.
    fn end(&mut self, frame: Frame, span: Span) {
        match frame {
            Frame::Block | Frame::Ignored | Frame::RubyBase | Frame::Styles => {}
            Frame::Index => self.indexes -= 1,
            Frame::RowGroup => self.row_groups -= 1,
            Frame::Cell => self.end_cell(),
            Frame::Element { start } => self.end_element(Span { start, end: span.start }),
            Frame::Paragraph => self.end_paragraph(),
            Frame::Span => self.end_span(span),
            Frame::Pair { pair } => self.end_pair(pair, span),
            Frame::Spaces { start, count } => self.end_spaces(count, Span { start, end: span.end }),
            Frame::Ruby { start } => self.end_ruby(Span { start, end: span.end }),
            Frame::Kept { start, role } => self.end_kept(role, Span { start, end: span.end }),
            Frame::DropDown { start } => self.end_drop_down(Span { start, end: span.end }),
            Frame::Conditional { start, content } => self.end_conditional(start, content, span),
            Frame::Thing { start } => self.end_kept(crate::runs::Role::Point, Span { start, end: span.end }),
        }
    }

    /// A segment of text without tags, if there is something to translate.
    fn plain(&mut self, text: &str, span: Span) -> Option<Plain> {
        if !wording::has_words(text) || wording::is_file_name(text) {
            return None;
        }
        let trimmed = text.trim();
        let start = text.len() - text.trim_start().len();
        self.segments.push(Segment::plain(trimmed));
        let (before, after) = (text[..start].into(), text[start + trimmed.len()..].into());
        Some(Plain { span, segment: self.segments.len() - 1, before, after })
    }

    /// The value of an attribute of the element that just started: its text and its segment.
    fn attribute(&mut self, namespace: Namespace, local: &str) -> Option<(String, usize)> {
        let attribute = self.scanner.attribute(namespace, local)?;
        let value = unescape(&self.text[attribute.value.clone()]);
        let plain = self.plain(&value, attribute.value.into())?;
        let segment = plain.segment;
        self.found.slots.push(Slot::Attribute(plain));
        Some((value.into_owned(), segment))
    }

    /// Begins an element that holds nothing but text.
    fn element(&mut self, span: Span) -> Frame {
        self.buffer.clear();
        self.odd = false;
        Frame::Element { start: span.end }
    }

    /// It ends; `span` is what is in it.
    fn end_element(&mut self, span: Span) {
        let text = std::mem::take(&mut self.buffer);
        if !self.odd
            && let Some(plain) = self.plain(&text, span)
        {
            self.found.slots.push(Slot::Element(plain));
        }
    }
}
