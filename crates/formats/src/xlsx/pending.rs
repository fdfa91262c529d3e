//! Places that wait for the decision about the texts of all cells.

use std::collections::HashMap;

use super::formulas::{choices, references};
use super::header;
use super::rich::RichString;
use super::slot::{Around, Bit, Shape, Slot};
use super::texts::{Fate, Texts};
use super::units::Units;
use crate::runs::Span;
use crate::xml::unescape;
use crate::{FormatError, Limits, wording};

use super::escapes;

/// A place that may hold text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    pub(super) span: Span,
    pub(super) what: What,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// The string of a cell, whose text has this number.
    Cell(usize),
    /// The same, as the text of an element without runs.
    Value(usize),
    /// A header or footer.
    Header,
    /// An attribute with a text of its own, in at most so many UTF-16 units.
    Own(usize),
    /// An attribute that says what a cell says: it is translated as the cell is, or not at all.
    Same,
    /// As [`What::Same`] if a cell says it, and else a text of its own.
    SameOrOwn,
    /// As [`What::Same`], in a list whose members must differ.
    Item,
    /// As [`What::Same`], and a name: the names of a table differ.
    Name,
    /// A formula that names columns of tables.
    Formula,
    /// The choices of a validation, which say what cells say.
    Choices,
    /// The list of items ends here.
    EndOfItems,
}

/// The slots of a part.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) slots: Vec<Slot>,
    /// The values of each list whose members must differ.
    pub(super) lists: Vec<Vec<Member>>,
}

/// A member of a list.
#[derive(Debug)]
pub(super) enum Member {
    /// It stays.
    Kept(Box<str>),
    /// Which slot.
    Slot(usize, Box<str>),
}

/// Names that must differ from each other: those of one table, or of all pivot tables.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In lower case.
    pub(super) kept: Vec<String>,
    /// Segments of translated ones, in order.
    pub(super) segments: Vec<usize>,
}

/// What is needed to resolve.
pub(super) struct Resolver<'a> {
    pub(super) texts: &'a mut Texts,
    pub(super) units: &'a mut Units,
    pub(super) names: &'a mut Names,
    /// Names of table columns by their names in lower case.
    pub(super) columns: &'a HashMap<String, String>,
    pub(super) limits: &'a Limits,
}

impl Resolver<'_> {
    /// Makes slots of the places of a part.
    ///
    /// # Errors
    /// [`FormatError::TooComplex`] if there are too many segments.
    pub(super) fn resolve(&mut self, text: &str, pending: &[Pending]) -> Result<Resolved, FormatError> {
        let mut resolved = Resolved::default();
        let mut list = Vec::new();
        for place in pending {
            let shape = match place.what {
                What::Cell(number) => self.cell(text, place.span, number)?,
                What::Value(number) => self.value(text, place.span, number)?,
                What::Header => {
                    let header = value(text, place.span);
                    header::read(&header, self.units)?.map(|bits| (place.span, Shape::Header(bits)))
                }
                What::Own(limit) => {
                    let value = value(text, place.span);
                    self.own(&value)?.map(|bits| (place.span, Shape::Attribute(bits, limit)))
                }
                What::SameOrOwn => {
                    let value = value(text, place.span);
                    let bits = match self.texts.look_up(&value) {
                        Some(_) => self.same(&value),
                        None => self.own(&value)?,
                    };
                    bits.map(|bits| (place.span, attribute(bits)))
                }
                What::Same => self.same(&value(text, place.span)).map(|bits| (place.span, attribute(bits))),
                What::Item => {
                    let value = value(text, place.span);
                    let bits = self.same(&value);
                    list.push(match bits {
                        Some(_) => Member::Slot(resolved.slots.len(), value.into()),
                        None => Member::Kept(value.into()),
                    });
                    bits.map(|bits| (place.span, attribute(bits)))
                }
                What::Name => {
                    let value = value(text, place.span);
                    let bits = self.same(&value);
                    match bits.as_ref().and_then(|bits| bits.iter().find_map(segment_of)) {
                        Some(segment) => self.names.segments.push(segment),
                        None => self.names.kept.push(value.to_lowercase()),
                    }
                    bits.map(|bits| (place.span, attribute(bits)))
                }
                What::Formula => {
                    let formula = unescape(&text[place.span.range()]);
                    self.formula(&formula).map(|bits| (place.span, Shape::Formula(bits)))
                }
                What::Choices => {
                    let formula = unescape(&text[place.span.range()]);
                    self.choices(&formula)?.map(|bits| (place.span, Shape::Choices(bits)))
                }
                What::EndOfItems => {
                    resolved.lists.push(std::mem::take(&mut list));
                    None
                }
            };
            resolved.slots.extend(shape.map(|(span, shape)| Slot { span, shape }));
        }
        if !list.is_empty() {
            resolved.lists.push(list);
        }
        Ok(resolved)
    }

    /// The string of a cell, in the element at `span`.
    pub(super) fn cell(&mut self, text: &str, span: Span, number: usize) -> Result<Option<(Span, Shape)>, FormatError> {
        if !self.texts.is_translated(number) {
            return Ok(None);
        }
        let string = RichString::read(text, span, self.limits)?;
        let inner = string.inner;
        if string.is_rich() {
            let (unit, rich) = string.unit(0);
            let segment = self.units.add(unit)?;
            self.texts.set_segment(number, segment);
            return Ok(Some((inner, Shape::Rich { segment, rich: Box::new(rich) })));
        }
        let text = string.text();
        let segment = match self.texts.segment(number) {
            Some(segment) => segment,
            None => self.units.plain(text.trim())?,
        };
        self.texts.set_segment(number, segment);
        let start = text.len() - text.trim_start().len();
        let (before, after) = (&text[..start], &text[text.trim_end().len().max(start)..]);
        let is_bare = before.is_empty() && after.is_empty();
        let around = (!is_bare).then(|| Box::new(Around { before: before.into(), after: after.into() }));
        Ok(Some((inner, Shape::String { segment, around })))
    }

    /// The string of a cell, which is the text at `span`.
    fn value(&mut self, text: &str, span: Span, number: usize) -> Result<Option<(Span, Shape)>, FormatError> {
        if !self.texts.is_translated(number) {
            return Ok(None);
        }
        let text = value(text, span);
        let segment = match self.texts.segment(number) {
            Some(segment) => segment,
            None => self.units.plain(text.trim())?,
        };
        self.texts.set_segment(number, segment);
        Ok(Some((span, Shape::Element(Slot::bits(&text, segment)))))
    }

    /// A text of its own, translated if it has words.
    pub(super) fn own(&mut self, value: &str) -> Result<Option<Box<[Bit]>>, FormatError> {
        if !wording::has_words(value) {
            return Ok(None);
        }
        let segment = self.units.plain(value.trim())?;
        Ok(Some(Slot::bits(value, segment)))
    }

    /// A formula with the columns of tables that are translated.
    fn formula(&self, formula: &str) -> Option<Box<[Bit]>> {
        let mut bits = Vec::new();
        let (mut at, mut any) = (0, false);
        for (range, name) in references(formula) {
            let start = range.start + usize::from(name.starts_with('@') && !self.columns.contains_key(&name));
            let Some(known) = self.columns.get(&name.trim_start_matches('@').to_lowercase()) else { continue };
            let Some(column) = self.same(known) else { continue };
            bits.push(Bit::Literal(formula[at..start].into()));
            bits.extend(column.into_vec().into_iter().map(|bit| match bit {
                Bit::Segment(segment) => Bit::Column(segment),
                other => other,
            }));
            at = range.end;
            any = true;
        }
        bits.push(Bit::Literal(formula[at..].into()));
        any.then(|| bits.into())
    }

    /// The choices of a validation. They are translated whether a cell says them or not.
    fn choices(&mut self, formula: &str) -> Result<Option<Box<[Bit]>>, FormatError> {
        let (mut bits, mut at) = (Vec::new(), 0);
        for (range, choice) in choices(formula).unwrap_or_default() {
            let Some(number) = self.texts.number(&choice).filter(|number| self.texts.is_translated(*number)) else {
                continue;
            };
            let segment = match self.texts.segment(number) {
                Some(segment) => segment,
                None => self.units.plain(&choice)?,
            };
            self.texts.set_segment(number, segment);
            bits.push(Bit::Literal(formula[at..range.start].into()));
            bits.push(Bit::Choice(segment));
            at = range.end;
        }
        if bits.is_empty() {
            return Ok(None);
        }
        bits.push(Bit::Literal(formula[at..].into()));
        Ok(Some(bits.into()))
    }

    /// A text that says what a cell says.
    fn same(&self, value: &str) -> Option<Box<[Bit]>> {
        match self.texts.look_up(value) {
            Some(Fate::Segment(segment)) => Some(Slot::bits(value, segment)),
            _ => None,
        }
    }
}

fn segment_of(bit: &Bit) -> Option<usize> {
    match bit {
        Bit::Segment(segment) => Some(*segment),
        Bit::Column(_) | Bit::Choice(_) | Bit::Literal(_) => None,
    }
}

fn attribute(bits: Box<[Bit]>) -> Shape {
    Shape::Attribute(bits, usize::MAX)
}

/// The text at a place.
pub(super) fn value(text: &str, span: Span) -> String {
    escapes::decode(&unescape(&text[span.range()])).into_owned()
}
