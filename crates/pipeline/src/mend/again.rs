//! A second translation of the units that lost something, with what they lost fixed.
//!
//! Most of what a model may lose comes out as it is, and a sentence with the thing itself is a better one than a sentence
//! with something that stands for it: so nothing of the kind is fixed from the first.

use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, TranslateError, Translated, Translator, Watch};

use crate::EngineLimits;
use crate::drive::drive;
use crate::mentions::Quiet;

/// Translates those units again for which `lost` names stretches (ordered, not overlapping, outside of what is fixed).
///
/// # Errors
/// Those of the engine.
pub(crate) fn again(
    units: &mut [Source],
    translated: &mut [Translated],
    mut lost: impl FnMut(usize, &Source, &Translated) -> Vec<Range<usize>>,
    (engine, pair): (&dyn Translator, &LanguagePair),
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    let mut places = Vec::new();
    let mut sources = Vec::new();
    for (index, (unit, answer)) in units.iter().zip(&*translated).enumerate() {
        let lost = if answer.kept_as_source { Vec::new() } else { lost(index, unit, answer) };
        if lost.is_empty() {
            continue;
        }
        let mut unit = unit.clone();
        let fixed: Vec<Fixed> =
            lost.into_iter().map(|range| Fixed { text: unit.text[range.clone()].to_owned(), range }).collect();
        unit.fixed.extend(fixed);
        unit.fixed.sort_by_key(|fixed| fixed.range.start);
        places.push(index);
        sources.push(unit);
    }
    if sources.is_empty() {
        return Ok(());
    }
    let answers = drive(engine, pair, &sources, limits, &Quiet(watch))?;
    for ((place, source), answer) in places.into_iter().zip(sources).zip(answers) {
        if !answer.kept_as_source {
            units[place] = source;
            translated[place] = answer;
        }
    }
    Ok(())
}

/// Whether a range is outside of what is fixed in the unit.
pub(crate) fn is_free(unit: &Source, range: &Range<usize>) -> bool {
    let first = unit.fixed.partition_point(|fixed| fixed.range.end <= range.start);
    unit.fixed.get(first).is_none_or(|fixed| range.end <= fixed.range.start)
}
