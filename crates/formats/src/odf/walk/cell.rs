//! Cells of tables: some hold text, some show a number or the result of a formula.

use terjuman_model::Segment;

use super::Walker;
use super::frame::Frame;
use super::results::ShownResult;
use crate::Reason;
use crate::odf::comparisons::literals;
use crate::odf::sheet::choices;
use crate::odf::slot::{Slot, Value};
use crate::odf::styles::Family;
use crate::runs::Span;
use crate::wording::has_words;
use crate::xml::{Namespace, unescape};

/// A cell that is being read.
#[derive(Debug)]
pub(super) struct Cell {
    /// What it shows is computed.
    pub(super) computed: bool,
    /// It shows a text that a formula made: where the formula stands.
    pub(super) text_of_formula: Option<usize>,
    /// What its formula shows, if another cell may say it.
    pub(super) result: Option<ShownResult>,
    /// Where it says its text again.
    pub(super) value: Option<Span>,
    /// What its paragraphs say, if that is said again.
    said: String,
    /// The segments in it, and where each stands.
    segments: Vec<(usize, std::ops::Range<usize>)>,
    /// A paragraph has been read; one whose text is not that of its segments cannot be said again.
    started: bool,
    odd: bool,
}

impl Walker<'_> {
    /// A sheet. The name of one that is seen is translated where the option asks for it.
    pub(super) fn start_sheet(&mut self, span: Span) -> Frame {
        let style = self.scanner.value(Namespace::OdfTable, "style-name").unwrap_or_default();
        let is_hidden = !self.context.options.hidden_text && self.context.styles.hides(Family::Table, &style);
        let name = self.scanner.value(Namespace::OdfTable, "name").unwrap_or_default().into_owned();
        // What was read of another file is kept in a sheet that is named after it.
        let has_name = !is_hidden && has_words(&name) && !name.contains("'file:");
        let mut segment = None;
        if has_name && self.context.options.sheet_names && !self.context.sheet.names_stay {
            self.segments.push(Segment::plain(&name));
            segment = Some(self.segments.len() - 1);
        } else if has_name {
            let is_off = !self.context.options.sheet_names;
            let reason = if is_off { Reason::SheetNamesOff } else { Reason::Referenced };
            self.found.untranslated.add(reason, "", span.start);
        }
        self.found.sheets.push((name, segment));
        if is_hidden { self.leave(Reason::HiddenText, span) } else { Frame::Block }
    }

    /// What a validation offers to choose from: one segment for a choice, in all lists and cells.
    pub(super) fn validation(&mut self) {
        let Some(attribute) = self.scanner.attribute(Namespace::OdfTable, "condition") else { return };
        let condition = unescape(&self.text[attribute.value.clone()]);
        let Some(list) = choices(&condition) else { return };
        let (mut segments, mut between, mut at) = (Vec::new(), Vec::new(), 0);
        for (range, choice) in list {
            if !has_words(&choice) {
                continue;
            }
            if !self.context.sheet.offers(&choice) {
                return self.found.untranslated.add(Reason::Referenced, "", attribute.value.start);
            }
            between.push(condition[at..range.start].into());
            segments.push(self.choice(choice));
            at = range.end;
        }
        between.push(condition[at..].into());
        if !segments.is_empty() {
            let span = attribute.value.into();
            self.found.slots.push(Slot::Value(Value { span, segments, quoted: true, between }));
        }
    }

    /// The segment of what several places say alike.
    fn choice(&mut self, text: String) -> usize {
        if let Some(segment) = self.choices.get(text.as_str()) {
            return *segment;
        }
        self.segments.push(Segment::plain(&text));
        self.choices.insert(text.into(), self.segments.len() - 1);
        self.segments.len() - 1
    }

    /// The texts of a cell's formula that follow the cells which they are compared with.
    pub(super) fn follow_formula(&mut self) {
        if !self.context.sheet.follows_any() {
            return;
        }
        let Some(attribute) = self.scanner.attribute(Namespace::OdfTable, "formula") else { return };
        let formula = unescape(&self.text[attribute.value.clone()]);
        let (mut segments, mut between, mut at) = (Vec::new(), Vec::new(), 0);
        for literal in literals(&formula) {
            if !literal.is_compared || !self.context.sheet.follows(&literal.text) {
                continue;
            }
            between.push(formula[at..literal.range.start].into());
            self.found.share(&literal.text);
            segments.push(self.choice(literal.text));
            at = literal.range.end;
        }
        if !segments.is_empty() {
            between.push(formula[at..].into());
            let span = attribute.value.into();
            self.found.slots.push(Slot::Value(Value { span, segments, quoted: true, between }));
        }
    }

    pub(super) fn start_cell(&mut self) -> Frame {
        self.follow_formula();
        let formula = self.scanner.attribute(Namespace::OdfTable, "formula").map(|formula| formula.value.start);
        let has_formula = formula.is_some();
        let value_type = self.scanner.value(Namespace::OdfOffice, "value-type");
        let is_text = value_type.as_ref().is_some_and(|kind| kind == "string");
        let computed = has_formula || value_type.is_some_and(|kind| !matches!(kind.as_ref(), "string" | "void"));
        let value = self.scanner.attribute(Namespace::OdfOffice, "string-value").filter(|_| !computed);
        let result = formula.filter(|_| is_text).and_then(|formula| self.start_result(formula));
        self.cells.push(Cell {
            computed,
            result,
            text_of_formula: formula.filter(|_| is_text),
            value: value.map(|attribute| attribute.value.into()),
            said: String::new(),
            segments: Vec::new(),
            started: false,
            odd: false,
        });
        Frame::Cell
    }

    /// A paragraph of the cell has been read. `segments` are its segments, by number.
    pub(super) fn paragraph_in_cell(&mut self, said: &str, segments: &[usize]) {
        let all = &*self.segments;
        let Some(cell) = self.cells.last_mut().filter(|cell| cell.value.is_some()) else { return };
        if std::mem::replace(&mut cell.started, true) {
            cell.said.push('\n');
        }
        let start = cell.said.len();
        cell.said.push_str(said);
        let mut at = start;
        for &segment in segments {
            let text = all[segment].source.text();
            match cell.said[at..].find(text) {
                Some(found) => {
                    let range = at + found..at + found + text.len();
                    at = range.end;
                    cell.segments.push((segment, range));
                }
                None => cell.odd = true,
            }
        }
    }

    pub(super) fn end_cell(&mut self) {
        let Some(cell) = self.cells.pop() else { return };
        self.end_result(cell.result);
        let Some(span) = cell.value else { return };
        let value = unescape(&self.text[span.range()]);
        if self.context.sheet.compares(&value) {
            return;
        }
        if cell.odd || cell.said != value {
            // What readers show instead of the paragraphs.
            if let Some(plain) = self.plain(&value, span) {
                self.found.slots.push(Slot::Attribute(plain));
            }
            return;
        }
        if cell.segments.is_empty() {
            return;
        }
        let (mut segments, mut between, mut at) = (Vec::new(), Vec::new(), 0);
        for (segment, range) in cell.segments {
            between.push(cell.said[at..range.start].into());
            segments.push(segment);
            at = range.end;
        }
        between.push(cell.said[at..].into());
        self.found.slots.push(Slot::Value(Value { span, segments, quoted: false, between }));
    }
}
