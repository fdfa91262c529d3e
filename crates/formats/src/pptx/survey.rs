//! What a part has besides its text: places that are left alone, that turn with the direction, and rooms that text fills.

use std::collections::HashSet;
use std::ops::Range;

use super::parts::PartKind;
use crate::runs::Rewritten;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// What was seen in a part.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Where elements begin whose text nobody sees.
    pub(super) skipped: HashSet<usize>,
    /// Texts that PowerPoint shrinks to fit their shapes, in the part's order.
    pub(super) bodies: Vec<Body>,
    /// Tags that say a direction.
    sides: Vec<Side>,
}

/// A text in a shape that is shrunk to fit.
#[derive(Debug)]
pub(super) struct Body {
    /// All of it.
    pub(super) span: Range<usize>,
    /// How much of its size the text has been left, in thousandths of a percent.
    pub(super) scale: Option<(u32, Range<usize>)>,
    /// Behind the name of the element that says so, where a scale can be put.
    pub(super) place: usize,
}

/// A tag that says a direction.
#[derive(Debug)]
struct Side {
    /// Behind the element's name.
    place: usize,
    /// The name of the attribute.
    name: &'static str,
    /// Its value, if it is there.
    value: Option<Range<usize>>,
    /// Left or right, if it says so.
    aligned: Option<(Range<usize>, &'static str)>,
    /// Whether it says a direction of its own only if it already does.
    only_changed: bool,
}

/// A shape that is open: where it begins, and the depth it is at.
struct Shape {
    start: usize,
    depth: usize,
}

impl Survey {
    /// Looks through the part once.
    ///
    /// # Errors
    /// As the scanner finds them.
    pub(super) fn of(part: &XmlPart, kind: PartKind, limits: &Limits) -> Result<Self, FormatError> {
        let mut survey = Self::default();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut shapes: Vec<Shape> = Vec::new();
        // Depths of texts that are open, with the number of each among the bodies once it is one.
        let mut texts: Vec<(usize, usize, Option<usize>)> = Vec::new();
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } => {
                    let (start, depth) = (event.range.start, scanner.depth());
                    survey.side(name, start, &part.text, &mut scanner);
                    match name.local {
                        "txBody" | "rich" => texts.push((depth, start, None)),
                        "normAutofit" if name.namespace == Namespace::Drawing => {
                            if let Some((_, opened, body @ None)) = texts.last_mut() {
                                let value = scanner.attribute(Namespace::None, "fontScale").map(|found| found.value);
                                let scale = value.and_then(|at| Some((scale(&part.text[at.clone()])?, at)));
                                let place = start + 1 + name.qualified.len();
                                *body = Some(survey.bodies.len());
                                survey.bodies.push(Body { span: *opened..*opened, scale, place });
                            }
                        }
                        "tc" if name.namespace == Namespace::Drawing && is_continued(&mut scanner) => {
                            survey.skipped.insert(start);
                        }
                        "sp" | "pic" | "graphicFrame" if kind == PartKind::Master => {
                            shapes.push(Shape { start, depth })
                        }
                        "ph" if name.namespace == Namespace::Presentation => {
                            // A footer may have been given words of its own; whatever else stands in a placeholder is a
                            // prompt.
                            let role = scanner.value(Namespace::None, "type");
                            if !matches!(role.as_deref(), Some("ftr" | "hdr"))
                                && let Some(shape) = shapes.last()
                            {
                                survey.skipped.insert(shape.start);
                            }
                        }
                        _ => {}
                    }
                }
                Kind::End { .. } => {
                    let depth = scanner.depth() + 1;
                    shapes.pop_if(|shape| shape.depth == depth);
                    if let Some((_, _, Some(body))) = texts.pop_if(|(text, _, _)| *text == depth) {
                        survey.bodies[body].span.end = event.range.end;
                    }
                }
                _ => {}
            }
        }
        survey.bodies.sort_by_key(|body| body.span.start);
        Ok(survey)
    }

    /// Notes a tag that says a direction: levels of lists, columns of tables and of texts.
    fn side(&mut self, name: Name<'_>, start: usize, text: &str, scanner: &mut Scanner<'_>) {
        if name.namespace != Namespace::Drawing {
            return;
        }
        let is_level = name.local == "defPPr" || (name.local.starts_with("lvl") && name.local.ends_with("pPr"));
        let attribute = match name.local {
            _ if is_level => "rtl",
            "tblPr" => "rtl",
            "bodyPr" => "rtlCol",
            _ => return,
        };
        let aligned = scanner.attribute(Namespace::None, "algn").filter(|_| is_level);
        let aligned = aligned.and_then(|found| match &text[found.value.clone()] {
            "l" => Some((found.value, "r")),
            "r" => Some((found.value, "l")),
            _ => None,
        });
        let value = scanner.attribute(Namespace::None, attribute).map(|found| found.value);
        let only_changed = attribute == "rtlCol";
        self.sides.push(Side {
            place: start + 1 + name.qualified.len(),
            name: attribute,
            value,
            aligned,
            only_changed,
        });
    }

    /// Edits that turn the part: to the right-to-left direction, or else away from it.
    pub(super) fn turned(&self, right_to_left: bool) -> Vec<Rewritten> {
        let flag = if right_to_left { "1" } else { "0" };
        let mut edits = Vec::new();
        for side in &self.sides {
            match &side.value {
                Some(value) => edits.push((value.clone(), flag.to_owned())),
                None if right_to_left && !side.only_changed => {
                    edits.push((side.place..side.place, format!(" {}=\"1\"", side.name)));
                }
                None => {}
            }
            edits.extend(side.aligned.iter().map(|(range, side)| (range.clone(), (*side).to_owned())));
        }
        edits
    }
}

/// A cell that a merged neighbour covers: what stands in it is not shown.
fn is_continued(scanner: &mut Scanner<'_>) -> bool {
    ["hMerge", "vMerge"].iter().any(|name| {
        scanner.value(Namespace::None, name).is_some_and(|value| matches!(value.as_ref(), "1" | "true" | "on"))
    })
}

/// A share in thousandths of a percent; strict documents write `90%`.
fn scale(value: &str) -> Option<u32> {
    match value.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().filter(|p| (1.0..=100.0).contains(p)).map(|p| (p * 1000.0) as u32),
        None => value.parse().ok().filter(|scale| (1_000..=100_000).contains(scale)),
    }
}
