//! A paragraph begins and ends; spans and text in it.

use std::sync::Arc;

use terjuman_model::Segment;

use super::Walker;
use super::frame::Frame;
use crate::Reason;
use crate::odf::formats::{self, Formats};
use crate::odf::slot::{ParagraphSlot, Slot};
use crate::odf::styles::Family;
use crate::runs::{Format, Paragraph, Role, Span, segments};
use crate::xml::{Name, Namespace};

/// A paragraph that is being read.
#[derive(Debug)]
pub(super) struct ParagraphState {
    pub(super) content: Paragraph,
    /// `text:`.
    prefix: Arc<str>,
    /// The formats of the spans that are open.
    spans: Vec<SpanState>,
    /// A space that came now would be dropped.
    after_space: bool,
    hidden: bool,
    /// Every blank counts.
    counts_blanks: bool,
    /// The font shows pictures in the place of letters.
    symbols: bool,
    /// Its font is one for code.
    code: bool,
    /// Says again what a cell says.
    in_cell: bool,
    /// Its text, if a cell may say it again.
    said: String,
    /// What comes was inserted while changes were tracked, and stays.
    inserted: bool,
    /// An entry of an index whose number has not come.
    awaits_number: bool,
}

#[derive(Debug, Clone, Copy)]
struct SpanState {
    format: u32,
    hidden: bool,
    symbols: bool,
}

impl ParagraphState {
    /// The format of the spans that are open, `None` outside of spans.
    fn run(&self, formats: &Formats) -> Option<Format> {
        self.spans.last().map(|span| formats.format(span.format))
    }

    fn is_hidden(&self) -> bool {
        self.spans.last().map_or(self.hidden, |span| span.hidden)
    }

    fn shows_symbols(&self) -> bool {
        self.spans.last().map_or(self.symbols, |span| span.symbols)
    }

    fn add_text(&mut self, text: &str, span: Span, formats: &Formats) {
        if self.in_cell {
            self.said.push_str(text);
        }
        let run = self.run(formats);
        if self.inserted {
            return self.content.thing(Role::Anchor, span, run);
        }
        if self.is_hidden() || (self.shows_symbols() && !text.trim().is_empty()) {
            return self.content.thing(Role::Point, span, run);
        }
        match run {
            Some(format) => self.content.text(text, span, format),
            // Text in no span is a run of its own.
            None => {
                self.content.start_run(span.start);
                self.content.text(text, span, Format::default());
                self.content.end_run(span.end);
            }
        }
    }

    /// White space as readers see it: one space for several, none at the start; in the cells of a spreadsheet all of them, as
    /// LibreOffice writes them.
    fn folded(&mut self, text: &str) -> String {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
        let mut folded = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let (word, behind) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
            folded.push_str(word);
            self.after_space &= word.is_empty();
            let (spaces, behind) = behind.split_at(behind.find(|c| !is_space(c)).unwrap_or(behind.len()));
            if self.counts_blanks && spaces.bytes().all(|byte| byte == b' ') {
                folded.push_str(spaces);
            } else if !spaces.is_empty() && !self.after_space {
                folded.push(' ');
            }
            self.after_space |= !spaces.is_empty();
            rest = behind;
        }
        folded
    }
}

impl<'a> Walker<'a> {
    pub(super) fn start_paragraph(&mut self, name: Name<'a>, span: Span) -> Frame {
        let in_cell = matches!(self.frames.last(), Some(Frame::Cell));
        let cell = self.cells.last().filter(|_| in_cell);
        let counts_blanks = in_cell && self.in_spreadsheet != usize::MAX;
        if let Some(cell) = cell.filter(|cell| cell.computed) {
            let formula = cell.text_of_formula;
            if let Some(at) = formula.filter(|_| !self.start_paragraph_of_result(name, span)) {
                self.found.untranslated.add(Reason::Formula, "", at);
            }
            return Frame::Ignored;
        }
        let is_value = cell.is_some_and(|cell| cell.value.is_some() || self.context.sheet.knows_texts());
        let in_cell = is_value || (cell.is_some() && self.context.sheet.has_results());
        let style = self.scanner.value(Namespace::OdfText, "style-name").unwrap_or_default();
        let hidden = !self.context.options.hidden_text && self.context.styles.hides(Family::Paragraph, &style);
        // Nearly every paragraph has the prefix of the one before.
        let prefix = name.qualified.strip_suffix(name.local).unwrap_or_default();
        if *self.prefix != *prefix {
            self.prefix = prefix.into();
        }
        self.paragraphs.push(ParagraphState {
            content: Paragraph::default(),
            prefix: Arc::clone(&self.prefix),
            spans: Vec::new(),
            after_space: true,
            counts_blanks,
            hidden,
            symbols: self.context.styles.symbols(Family::Paragraph, &style).unwrap_or(false),
            code: !is_value && self.context.styles.code(Family::Paragraph, &style).unwrap_or(false),
            in_cell,
            said: String::new(),
            inserted: false,
            awaits_number: self.indexes > 0,
        });
        Frame::Paragraph
    }

    pub(super) fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        // Formulas know some cells by what they say.
        let is_compared = paragraph.in_cell && self.context.sheet.compares(&paragraph.said);
        let mut numbers: Vec<usize> = Vec::new();
        match segments(paragraph.content) {
            Some((block, _)) if is_compared => self.found.untranslated.add(Reason::Referenced, "", block.span.start),
            Some((block, mut found)) => {
                found.iter_mut().for_each(|segment| segment.code |= paragraph.code);
                let choice = self.choices.get(paragraph.said.trim()).filter(|_| paragraph.in_cell).copied();
                match choice.filter(|choice| found == [self.segments[*choice].clone()]) {
                    Some(choice) => {
                        numbers.push(choice);
                        self.found.share(paragraph.said.trim());
                    }
                    None => {
                        let said = paragraph.said.trim();
                        if paragraph.in_cell && self.context.sheet.follows(said) && found == [Segment::plain(said)] {
                            self.choices.insert(said.into(), self.segments.len());
                            self.found.share(said);
                        }
                        numbers.extend(self.segments.len()..self.segments.len() + found.len());
                        self.segments.extend(found);
                    }
                }
                self.found.slots.push(Slot::Paragraph(Box::new(ParagraphSlot {
                    block,
                    prefix: paragraph.prefix,
                    segments: numbers.as_slice().into(),
                })));
            }
            None => {}
        }
        if paragraph.in_cell {
            if let [number] = numbers[..]
                && self.context.sheet.has_pilots
                && self.segments[number] == Segment::plain(&paragraph.said)
            {
                self.pilots.entry(paragraph.said.as_str().into()).or_insert(number);
            }
            if let [number] = numbers[..]
                && self.context.sheet.is_result(&paragraph.said)
                && self.segments[number] == Segment::plain(&paragraph.said)
            {
                self.said.entry(paragraph.said.as_str().into()).or_insert(number);
            }
            self.paragraph_in_cell(&paragraph.said, &numbers);
        }
    }

    pub(super) fn start_span(&mut self, name: Name<'a>, span: Span) -> Frame {
        let style = self.scanner.value(Namespace::OdfText, "style-name").unwrap_or_default();
        let (significance, shows_blanks) = self.context.styles.significance(&style);
        let hides = !self.context.options.hidden_text && self.context.styles.hides(Family::Text, &style);
        let mut attributes = String::new();
        // What else a span may have names one element, and cannot be said twice.
        for local in ["style-name", "class-names"] {
            if let Some(attribute) = self.scanner.attribute(Namespace::OdfText, local) {
                let value = &self.text[attribute.value.clone()];
                let quote = if value.contains('"') { '\'' } else { '"' };
                attributes.push_str(&format!(" {}={quote}{value}{quote}", attribute.qualified));
            }
        }
        let symbols = self.context.styles.symbols(Family::Text, &style);
        let Some(paragraph) = self.paragraphs.last_mut() else { return Frame::Ignored };
        let (outer, hidden) =
            paragraph.spans.last().map_or((0, paragraph.hidden), |outer| (outer.format, outer.hidden));
        let symbols = symbols.unwrap_or(paragraph.shows_symbols());
        if paragraph.spans.is_empty() {
            paragraph.content.start_run(span.start);
        }
        let code = self.context.styles.code(Family::Text, &style);
        let inner = formats::Span { significance, shows_blanks, code, name: name.qualified, attributes };
        let format = self.found.formats.within(outer, inner);
        paragraph.spans.push(SpanState { format, hidden: hidden || hides, symbols });
        Frame::Span
    }

    pub(super) fn end_span(&mut self, span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        paragraph.spans.pop();
        if paragraph.spans.is_empty() {
            paragraph.content.end_run(span.end);
        }
    }

    pub(super) fn text_in_paragraph(&mut self, text: &str, mut span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        if paragraph.is_hidden() && !text.trim().is_empty() {
            self.found.untranslated.add(Reason::HiddenText, "", span.start);
        }
        paragraph.inserted = !self.inserting.is_empty();
        if paragraph.inserted && !text.trim().is_empty() {
            self.found.untranslated.add(Reason::InsertedTextOff, "", span.start);
        }
        let mut text = text;
        if std::mem::replace(&mut paragraph.awaits_number, false) {
            let number = number(text);
            // The number of a heading is no part of the heading: without it, the entry says what the heading says.
            if number > 0 && self.text[span.range()].starts_with(&text[..number]) {
                let run = paragraph.run(&self.found.formats);
                paragraph.content.thing(Role::Border, span.start..span.start + number, run);
                paragraph.after_space = true;
                text = &text[number..];
                span.start += number;
            }
        }
        let folded = paragraph.folded(text);
        if !folded.is_empty() {
            paragraph.add_text(&folded, span, &self.found.formats);
        }
    }

    /// Text that is spelled by an element.
    pub(super) fn spelled(&mut self, text: &str, span: Span) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.inserted = !self.inserting.is_empty();
            paragraph.awaits_number = false;
            paragraph.after_space = false;
            paragraph.add_text(text, span, &self.found.formats);
        }
    }

    /// Something in the line that is kept. `shown` is what a cell says in its place.
    pub(super) fn thing(&mut self, role: Role, span: Span, shown: &str) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let run = paragraph.run(&self.found.formats);
        paragraph.content.thing(role, span, run);
        if paragraph.in_cell {
            paragraph.said.push_str(shown);
        }
        if !shown.is_empty() {
            paragraph.after_space = false;
        }
    }

    /// A field, with the words that it shows.
    pub(super) fn field(&mut self, words: &str, span: Span) {
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        let run = paragraph.run(&self.found.formats);
        paragraph.content.shown(words, span, run);
        if paragraph.in_cell {
            paragraph.said.push('\u{fffc}');
        }
        paragraph.after_space = false;
    }

    pub(super) fn start_pair(&mut self, span: Span) -> Frame {
        match self.paragraphs.last_mut() {
            Some(paragraph) => {
                let format = paragraph.run(&self.found.formats);
                let pair = match format {
                    Some(format) => paragraph.content.open_within(format, span),
                    None => paragraph.content.open(false, span),
                };
                Frame::Pair { pair }
            }
            None => Frame::Ignored,
        }
    }

    pub(super) fn end_pair(&mut self, pair: usize, span: Span) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            if paragraph.spans.is_empty() {
                paragraph.content.close(pair, span, None);
            } else {
                paragraph.content.close_within(pair, span);
            }
        }
    }
}

/// Bytes of the number that an entry of an index begins with, and of the space behind it: `1.2 `.
fn number(text: &str) -> usize {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let blanks = text[digits..].len() - text[digits..].trim_start_matches(' ').len();
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && blanks > 0 && digits + blanks < text.len();
    if is_number { digits + blanks } else { 0 }
}
