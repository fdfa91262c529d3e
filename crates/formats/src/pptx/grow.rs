//! Shapes that are as wide as their longest line.
//!
//! A text box that does not wrap and grows with its text has in the file the width that it had for the source. A program
//! that finds it too narrow widens it on both sides when it opens the file, and the text leaves its place or the slide. So
//! the box gets the width of its translation, away from the side that the text is set to.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::skeleton::DeckPart;
use crate::docx::OfficePart;
use crate::fill;
use crate::runs::Rewritten;
use crate::xml::{Name, Namespace, Scanner};

/// What of a box's width is no text, in English metric units: the margins that it has if it says nothing.
const MARGINS: i64 = 182_880;
/// A box wider than this is no box of a slide.
const WIDEST: i64 = 50_000_000;
/// The most that a box grows: a line that is longer is better wrapped by somebody.
const MOST: f64 = 3.0;

/// A box that grows with its text.
#[derive(Debug)]
pub(super) struct Grown {
    /// All of the shape.
    pub(super) span: Range<usize>,
    left: (i64, Range<usize>),
    width: (i64, Range<usize>),
    side: Side,
}

/// The side that text is set to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Side {
    #[default]
    Left,
    Middle,
    Right,
}

/// A shape that is being read.
#[derive(Debug, Default)]
pub(super) struct Shape {
    start: usize,
    depth: usize,
    left: Option<(i64, Range<usize>)>,
    width: Option<(i64, Range<usize>)>,
    side: Option<Side>,
    /// Whether it is upright, and its text in one line as long as it takes.
    is_turned: bool,
    is_unwrapped: bool,
    grows: bool,
}

impl Shape {
    pub(super) fn new(start: usize, depth: usize) -> Self {
        Self { start, depth, ..Self::default() }
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Takes what an element says of the shape that it is in.
    pub(super) fn element(&mut self, name: Name<'_>, text: &str, scanner: &mut Scanner<'_>) {
        if name.namespace != Namespace::Drawing {
            return;
        }
        let mut number = |name: &str| {
            let range = scanner.attribute(Namespace::None, name)?.value;
            Some((text[range.clone()].parse::<i64>().ok().filter(|number| number.abs() <= WIDEST)?, range))
        };
        match name.local {
            "off" if self.left.is_none() => self.left = number("x"),
            "ext" if self.width.is_none() => self.width = number("cx").filter(|(width, _)| *width > MARGINS),
            "xfrm" => self.is_turned = number("rot").is_some_and(|(angle, _)| angle != 0),
            "bodyPr" => {
                let is_upright = scanner.value(Namespace::None, "vert").is_some_and(|way| way != "horz");
                self.is_turned |= is_upright;
                self.is_unwrapped = scanner.value(Namespace::None, "wrap").as_deref() == Some("none");
            }
            "spAutoFit" => self.grows = true,
            "pPr" if self.side.is_none() => {
                self.side = Some(match scanner.value(Namespace::None, "algn").as_deref() {
                    Some("ctr") => Side::Middle,
                    Some("r") => Side::Right,
                    _ => Side::Left,
                });
            }
            _ => {}
        }
    }

    /// The box that the shape is, which ends here, if it is one.
    pub(super) fn end(self, end: usize) -> Option<Grown> {
        let is_box = self.grows && self.is_unwrapped && !self.is_turned;
        let (left, width) = (self.left?, self.width?);
        is_box.then(|| Grown { span: self.start..end, left, width, side: self.side.unwrap_or_default() })
    }
}

/// How wide the longest paragraph of each box is.
pub(super) fn longest<'a>(
    office: &OfficePart,
    boxes: &[Grown],
    segments: &[usize],
    text: impl Fn(usize) -> &'a TaggedText,
) -> Vec<usize> {
    let mut widths = vec![0; boxes.len()];
    if boxes.is_empty() {
        return widths;
    }
    for (span, own) in office.paragraphs() {
        let after = boxes.partition_point(|grown| grown.span.start <= span.start);
        let Some(index) = after.checked_sub(1).filter(|index| span.end <= boxes[*index].span.end) else { continue };
        let width = own.iter().map(|segment| fill::width(text(segments[*segment]).text())).sum();
        widths[index] = widths[index].max(width);
    }
    widths
}

/// Edits of the boxes' widths, for `translations` of the part's segments.
pub(super) fn widened(part: &DeckPart, translations: &[TaggedText]) -> Vec<Rewritten> {
    let boxes = &part.survey.boxes;
    let after = longest(&part.office, boxes, &part.segments, |segment| &translations[segment]);
    let mut edits = Vec::new();
    for ((grown, before), after) in boxes.iter().zip(&part.lines).zip(after) {
        if *before == 0 || after <= *before {
            continue;
        }
        let growth = (after as f64 / *before as f64).min(MOST);
        let more = ((grown.width.0 - MARGINS) as f64 * (growth - 1.0)) as i64;
        edits.push((grown.width.1.clone(), (grown.width.0 + more).to_string()));
        let back = match grown.side {
            Side::Left => 0,
            Side::Middle => more / 2,
            Side::Right => more,
        };
        if back > 0 {
            edits.push((grown.left.1.clone(), (grown.left.0 - back).to_string()));
        }
    }
    edits
}
