//! The way of one document.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use terjuman_formats::{Format, Limits, Options, Target, detect, extract};
use terjuman_model::{Edge, Failure, FailureCode, LanguagePair, LanguageTag, Segment, TagKind};
use terjuman_nmt::{Fixed, Source, TranslateError, Translator, Unit, Watch};

use crate::project::project;
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
#[derive(Debug)]
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
pub fn translate(request: &Request<'_>, watch: &dyn Watch) -> Result<Output, Failure> {
    // The panic's own message may quote the document, so it is not passed on.
    catch_unwind(AssertUnwindSafe(|| translate_document(request, watch))).unwrap_or_else(|_| {
        Err(Failure::new(
            FailureCode::InternalServerError,
            "an internal error stopped the translation of this document",
        ))
    })
}

fn translate_document(request: &Request<'_>, watch: &dyn Watch) -> Result<Output, Failure> {
    let format = detect(request.name, request.content_type, request.bytes)?;
    let document = extract(format, request.bytes, request.options, request.limits)?;
    let segments = &document.segments;
    let source = request.source.clone().unwrap_or_else(|| detect_language(segments));
    let characters = segments.iter().map(|s| s.source.text().chars().count() as u64).sum();
    let mut report = Report {
        segments: segments.len(),
        words: segments.iter().map(|s| s.source.text().split_whitespace().count()).sum(),
        tags: segments.iter().map(|s| s.tags.len()).sum(),
        warnings: document.warnings.len(),
        ..Report::default()
    };
    if source == request.target {
        return Ok(Output { bytes: request.bytes.to_vec(), format, characters, source, report });
    }
    let pair = LanguagePair { source, target: request.target.clone() };
    if !request.engine.supports(&pair) {
        let message = format!("no model translates {pair}; see `terjuman models list`");
        return Err(Failure::new(FailureCode::InvalidToLanguage, message));
    }
    if !request.glossaries.is_empty() {
        return Err(Failure::new(FailureCode::InvalidGlossary, "glossaries are not supported yet"));
    }
    if request.engine.unit() != Unit::Segment {
        return Err(Failure::new(FailureCode::InvalidDeployment, "this engine cannot be used for documents yet"));
    }
    // Equal segments are translated once.
    let mut sources: Vec<Source> = Vec::new();
    let mut index_of: HashMap<Source, usize> = HashMap::new();
    let indexes: Vec<usize> = segments
        .iter()
        .map(|segment| {
            let source = source_of(segment);
            *index_of.entry(source).or_insert_with_key(|source| {
                sources.push(source.clone());
                sources.len() - 1
            })
        })
        .collect();
    report.sentences = sources.len();
    watch.total(sources.iter().map(|source| source.text.len()).sum());
    let translated = request.engine.translate(&pair, &sources, watch).map_err(failure_of)?;
    let translations: Vec<_> =
        segments.iter().zip(&indexes).map(|(segment, index)| project(&segment.source, &translated[*index])).collect();
    report.kept_as_source = indexes.iter().filter(|index| translated[**index].kept_as_source).count();
    let target = Target { source_language: Some(pair.source.clone()), language: Some(pair.target) };
    let bytes = document.skeleton.merge(&translations, &target)?;
    Ok(Output { bytes, format, characters, source: pair.source, report })
}

/// The segment as the engine sees it: what stands in a protected tag must come out as it is.
fn source_of(segment: &Segment) -> Source {
    let mut fixed = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for mark in segment.source.marks().iter().filter(|mark| segment.kind(mark.tag) == TagKind::Protected) {
        open = match (mark.edge, open) {
            (Edge::Open, None) => Some((mark.at, 0)),
            (Edge::Open, Some((start, depth))) => Some((start, depth + 1)),
            (Edge::Close, Some((start, 0))) => {
                if start < mark.at {
                    let text = segment.source.text()[start..mark.at].to_owned();
                    fixed.push(Fixed { range: start..mark.at, text });
                }
                None
            }
            (Edge::Close, Some((start, depth))) => Some((start, depth - 1)),
            (Edge::Close | Edge::Point, open) => open,
        };
    }
    Source { text: segment.source.text().to_owned(), fixed, linked: !segment.source.marks().is_empty() }
}

/// Bytes of prose that are enough to tell a language.
const DETECTION_BYTES: usize = 5_000;

/// The language of the document's own text; English if it cannot be told.
fn detect_language(segments: &[Segment]) -> LanguageTag {
    let mut prose = String::new();
    for segment in segments {
        prose.push_str(segment.source.text());
        prose.push('\n');
        if prose.len() > DETECTION_BYTES {
            break;
        }
    }
    let code = match whatlang::detect(&prose).filter(whatlang::Info::is_reliable).map(|info| info.lang()) {
        Some(whatlang::Lang::Por) => "pt",
        Some(whatlang::Lang::Spa) => "es",
        Some(whatlang::Lang::Fra) => "fr",
        Some(whatlang::Lang::Deu) => "de",
        Some(whatlang::Lang::Ita) => "it",
        Some(whatlang::Lang::Nld) => "nl",
        Some(whatlang::Lang::Rus) => "ru",
        Some(whatlang::Lang::Jpn) => "ja",
        Some(whatlang::Lang::Cmn) => "zh-Hans",
        Some(whatlang::Lang::Kor) => "ko",
        Some(whatlang::Lang::Ara) => "ar",
        Some(whatlang::Lang::Heb) => "he",
        Some(whatlang::Lang::Pol) => "pl",
        Some(whatlang::Lang::Ces) => "cs",
        Some(whatlang::Lang::Tur) => "tr",
        Some(whatlang::Lang::Ukr) => "uk",
        _ => "en",
    };
    code.parse().expect("the codes above are in the language table: a test walks them")
}

fn failure_of(error: TranslateError) -> Failure {
    let code = match &error {
        TranslateError::Cancelled => FailureCode::Cancelled,
        TranslateError::UnknownPair(_) => FailureCode::InvalidToLanguage,
        _ => FailureCode::TranslationFailed,
    };
    Failure::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use terjuman_model::TaggedText;
    use terjuman_nmt::{Identity, Pseudo};

    use super::*;

    #[track_caller]
    fn run(engine: &dyn Translator, name: &str, bytes: &[u8], to: &str) -> Result<Output, Failure> {
        let request = Request {
            bytes,
            name: Some(name),
            content_type: None,
            source: None,
            target: to.parse().unwrap(),
            engine,
            glossaries: &[],
            options: &Options::default(),
            limits: &Limits::default(),
        };
        translate(&request, &())
    }

    #[test]
    fn a_text_file_comes_out_changed_or_as_it_was() {
        let bytes = b"This is written in english.\r\n\r\nTwice.\nTwice.\n";
        assert_eq!(run(&Identity, "a.txt", bytes, "pt").unwrap().bytes, bytes);
        let output = run(&Pseudo::default(), "a.txt", bytes, "pt").unwrap();
        assert_eq!(output.characters, 27 + 6 + 6);
        assert_eq!((output.report.segments, output.report.sentences), (3, 2));
        let text = String::from_utf8(output.bytes).unwrap();
        assert!(text.starts_with("[Ťĥíś íś ŵŕíťťéń íń éńǵĺíśĥ. ·········]\r\n\r\n[Ťŵíćé. ··]\n"), "{text}");
    }

    #[test]
    fn the_same_language_is_copied_and_a_bad_document_has_a_code() {
        assert_eq!(
            run(&Pseudo::default(), "a.txt", b"These are some plain English words.", "en").unwrap().bytes.len(),
            35
        );
        assert_eq!(run(&Pseudo::default(), "a.txt", b" ", "pt").unwrap_err().code, FailureCode::NoTranslatableText);
        assert_eq!(run(&Pseudo::default(), "a.jpg", b" ", "pt").unwrap_err().code, FailureCode::InvalidFormat);
    }

    #[test]
    fn the_language_is_told_from_the_text() {
        let of = |text: &str| detect_language(&[Segment::plain(text)]).code();
        assert_eq!(of("Uma informação é útil quando chega a tempo às pessoas que dela precisam."), "pt");
        assert_eq!(of("An information is useful when it arrives in time for the people who need it."), "en");
        assert_eq!(of("42"), "en");
    }

    #[test]
    fn protected_text_is_fixed_also_when_nested() {
        let mut segment = Segment::default();
        let (outer, inner) = (segment.add_tag(TagKind::Protected), segment.add_tag(TagKind::Protected));
        segment.source = TaggedText::plain("Run ");
        segment.source.open(outer);
        segment.source.push_str("a");
        segment.source.open(inner);
        segment.source.push_str("b");
        segment.source.close(inner);
        segment.source.close(outer);
        assert_eq!(source_of(&segment).fixed, [Fixed { range: 4..6, text: "ab".into() }]);
    }
}
