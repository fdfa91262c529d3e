//! Text that grows in translation, in shapes that had been fitted to the source.
//!
//! PowerPoint computes the scale of `a:normAutofit` when somebody edits the text, not when it opens the file, so a
//! longer translation would run out of its shape. The area that text fills grows with the square of its size.

use crate::runs::Rewritten;
use terjuman_model::TaggedText;

use super::skeleton::DeckPart;
use super::survey::Survey;
use crate::docx::OfficePart;
use crate::fill;

/// The smallest scale, in thousandths of a percent: what PowerPoint itself stops near.
const SMALLEST: u32 = 62_500;
/// How much a text may grow in a shape that it did not yet fill.
const SPARE: f64 = 1.25;
/// Columns of text below which a shape is taken to have room: titles, labels.
const SHORT: usize = 40;

/// How wide the text of each of the part's bodies is.
pub(super) fn widths<'a>(
    office: &OfficePart,
    survey: &Survey,
    segments: &[usize],
    text: impl Fn(usize) -> &'a TaggedText,
) -> Vec<usize> {
    let bodies = &survey.bodies;
    let mut widths = vec![0; bodies.len()];
    if bodies.is_empty() {
        return widths;
    }
    for (span, own) in office.paragraphs() {
        let after = bodies.partition_point(|body| body.span.start <= span.start);
        let Some(index) = after.checked_sub(1).filter(|index| span.end <= bodies[*index].span.end) else { continue };
        widths[index] += own.iter().map(|segment| fill::width(text(segments[*segment]).text())).sum::<usize>();
    }
    widths
}

/// Edits of the scales of the part's texts, for `translations` of its segments.
pub(super) fn scaled(part: &DeckPart, translations: &[TaggedText]) -> Vec<Rewritten> {
    let bodies = &part.survey.bodies;
    let after = widths(&part.office, &part.survey, &part.segments, |segment| &translations[segment]);
    let mut edits = Vec::new();
    for ((body, before), after) in bodies.iter().zip(part.widths.iter().copied()).zip(after) {
        let Some(growth) = (before > 0).then(|| after as f64 / before as f64) else { continue };
        let spare = if body.scale.is_some() { 1.0 } else { SPARE };
        if growth <= spare || (body.scale.is_none() && before < SHORT) {
            continue;
        }
        let old = body.scale.as_ref().map_or(100_000, |(scale, _)| *scale);
        let wanted = (f64::from(old) * (growth / spare).powf(-0.5)) as u32;
        // Whole hundredths of a percent, and never larger than it was, even where that was below our floor.
        let new = (wanted / 100 * 100).max(SMALLEST).min(old);
        match &body.scale {
            Some((_, range)) if new < old => edits.push((range.clone(), new.to_string())),
            None if new < old => edits.push((body.place..body.place, format!(" fontScale=\"{new}\""))),
            _ => {}
        }
    }
    edits
}
