//! The way of one document.

use terjuman_formats::{Format, Limits, Options};
use terjuman_model::{Failure, FailureCode, LanguageTag};
use terjuman_nmt::{Translator, Watch};

use crate::{GlossaryFile, Report};

/// One document to translate.
pub struct Request<'a> {
    /// The document.
    pub bytes: &'a [u8],
    /// Its file name, if it has one: the extension tells the format.
    pub name: Option<&'a str>,
    /// Its media type, if one was given.
    pub content_type: Option<&'a str>,
    /// The language it is in; `None` detects it.
    pub source: Option<LanguageTag>,
    /// The language wanted.
    pub target: LanguageTag,
    /// Who translates.
    pub engine: &'a dyn Translator,
    /// Glossaries, the earlier wins.
    pub glossaries: &'a [GlossaryFile],
    /// What of the document is translated.
    pub options: &'a Options,
    /// What it may cost.
    pub limits: &'a Limits,
}

/// One document translated.
pub struct Output {
    /// The document, in the format it came in.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: Format,
    /// Source characters (Unicode code points) of everything that was translated: what is charged.
    pub characters: u64,
    /// The language it was in.
    pub source: LanguageTag,
    /// What happened.
    pub report: Report,
}

/// Translates one document, whole or not at all.
///
/// Source equal to target copies the text unchanged. CPU-bound; call it on a blocking thread. A panic inside is caught
/// and becomes [`FailureCode::InternalServerError`].
///
/// # Errors
/// A [`Failure`] whose code says what is wrong with the document, the glossary, the languages or the engine;
/// [`FailureCode::Cancelled`] soon after `watch` says so.
pub fn translate(_request: &Request<'_>, _watch: &dyn Watch) -> Result<Output, Failure> {
    Err(Failure::new(FailureCode::InternalServerError, "not there yet"))
}
