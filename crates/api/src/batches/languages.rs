//! Whether a language is known and an engine translates it: found before a job is accepted, with the member's name.

use std::collections::HashSet;

use terjuman_model::{LanguagePair, LanguageTag};
use terjuman_pipeline::{Pairs, Translator};

use crate::error::{ApiError, Refusal};

/// A source language by its code.
///
/// # Errors
/// If it is none.
pub(crate) fn source_language(text: &str, target: &str) -> Result<LanguageTag, ApiError> {
    text.parse().map_err(|_| {
        let message = "The source language is not a known language code.";
        ApiError::new(Refusal::InvalidFromLanguage, message).at(target)
    })
}

/// A target language by its code.
///
/// # Errors
/// If it is none.
pub(crate) fn target_language(text: &str, target: &str) -> Result<LanguageTag, ApiError> {
    text.parse().map_err(|_| {
        let message = "The target language is not a known language code.";
        ApiError::new(Refusal::InvalidToLanguage, message).at(target)
    })
}

/// Whether the engine translates between these; `None` is a language that is detected later.
///
/// # Errors
/// Naming the member of the language that is at fault.
pub(crate) fn check_pair(
    engine: &dyn Translator,
    (source, source_member): (Option<&LanguageTag>, &str),
    (target, target_member): (&LanguageTag, &str),
) -> Result<(), ApiError> {
    let to = |message: String| Err(ApiError::new(Refusal::InvalidToLanguage, message).at(target_member));
    let Some(source) = source else {
        return match engine.pairs() {
            Pairs::Only(pairs) if !pairs.iter().any(|pair| pair.target == *target) => {
                to(format!("The engine does not translate into {}.", target.code()))
            }
            Pairs::Only(_) | Pairs::Any => Ok(()),
        };
    };
    let pair = LanguagePair { source: source.clone(), target: target.clone() };
    // The same language is copied unchanged, whatever the engine.
    if source == target || engine.supports(&pair) {
        return Ok(());
    }
    let Pairs::Only(pairs) = engine.pairs() else {
        return to(format!("The engine does not translate {pair}."));
    };
    let sources: HashSet<_> = pairs.iter().map(|pair| pair.source.code()).collect();
    let into_target = pairs.iter().any(|pair| pair.target == *target);
    if into_target && !sources.contains(source.code()) {
        let message = format!("The engine does not translate from {}.", source.code());
        return Err(ApiError::new(Refusal::InvalidFromLanguage, message).at(source_member));
    }
    to(format!("The engine does not translate {pair}."))
}
