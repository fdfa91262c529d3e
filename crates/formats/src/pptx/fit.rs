//! Text that grows in translation, in shapes that had been fitted to the source.
//!
//! PowerPoint computes the scale of `a:normAutofit` when somebody edits the text, not when it opens the file, so a
//! longer translation would run out of its shape. The area that text fills grows with the square of its size.

use crate::runs::Rewritten;
use terjuman_model::TaggedText;

use super::skeleton::DeckPart;
use crate::fill;
use crate::sources::Sources;

/// The smallest scale, in thousandths of a percent: what PowerPoint itself stops near.
const SMALLEST: u32 = 62_500;
/// How much a text may grow in a shape that it did not yet fill.
const SPARE: f64 = 1.25;
/// Columns of text below which a shape is taken to have room: titles, labels.
const SHORT: usize = 40;

/// Edits of the scales of the part's texts, for `translations` of the segments `sources`.
pub(super) fn scaled(part: &DeckPart, translations: &[TaggedText], sources: &Sources) -> Vec<Rewritten> {
    let bodies = &part.survey.bodies;
    if bodies.is_empty() {
        return Vec::new();
    }
    let mut widths = vec![(0usize, 0usize); bodies.len()];
    for (span, segments) in part.office.paragraphs() {
        let after = bodies.partition_point(|body| body.span.start <= span.start);
        let Some(index) = after.checked_sub(1).filter(|index| span.end <= bodies[*index].span.end) else { continue };
        for segment in segments {
            let segment = part.segments[*segment];
            widths[index].0 += fill::width(sources.text(segment));
            widths[index].1 += fill::width(translations[segment].text());
        }
    }
    let mut edits = Vec::new();
    for (body, (before, after)) in bodies.iter().zip(widths) {
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
