//! What engines lose or change, put right in their answers.
//!
//! [`tidy`] looks at each answer by itself, with its source (`blanks`, `versions`, `ordinals`, `beginnings`).
//! [`mend`] looks at all of them together: which words are names of `people` or other `names`, `months`, `weekdays`, `dates`,
//! `hours`, `labels` and `parts`, and which are left behind `slashes`, the document shows as a whole; some of it is asked for
//! `again`.

mod again;
mod beginnings;
mod blanks;
mod dates;
mod edits;
mod hours;
mod labels;
mod months;
mod names;
mod ordinals;
mod parts;
mod people;
mod slashes;
mod surnames;
mod versions;
mod weekdays;

use terjuman_model::{LanguagePair, LanguageTag};
use terjuman_nmt::{Source, TranslateError, Translated, Translator, Watch};

use crate::EngineLimits;

/// Puts small things right in one answer.
pub(crate) fn tidy(source: &Source, answer: &mut Translated, target: &LanguageTag) {
    blanks::loosen(source, answer);
    versions::restore_versions(source, answer);
    beginnings::restore_beginning(source, answer, target);
    if let Some(ordinals) = ordinals::ordinals(target) {
        ordinals::restore(source, answer, ordinals);
    }
}

/// Puts right what the document as a whole shows to be wrong. What is asked for again has more of its source fixed after.
///
/// # Errors
/// Those of the engine.
pub(crate) fn mend(
    units: &mut [Source],
    translated: &mut [Translated],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    slashes::part_slashes(units, translated, engine, pair, limits, watch)?;
    people::keep_people(units, translated, engine, pair, limits, watch)?;
    names::keep_names(units, translated, engine, pair, limits, watch)?;
    dates::translate_dates(units, translated, engine, pair, limits, watch)?;
    hours::keep_halves(units, translated, engine, pair, limits, watch)?;
    months::name_months(units, translated, pair);
    weekdays::name_weekdays(units, translated, pair);
    labels::keep_letters(units, translated, engine, pair, limits, watch)?;
    labels::restore_capitals(units, translated);
    parts::name_parts(units, translated, pair);
    Ok(())
}

/// Languages that do not decline names.
const TARGETS: &[&str] =
    &["af", "ca", "da", "de", "es", "fr", "gl", "id", "it", "ms", "nb", "nl", "nn", "no", "pt", "ro", "sv"];

/// Whether the words that tell names and labels are known for this pair: they are English, and a name stays as it is.
fn has_words(pair: &LanguagePair) -> bool {
    pair.source.primary() == "en" && TARGETS.contains(&pair.target.primary())
}
