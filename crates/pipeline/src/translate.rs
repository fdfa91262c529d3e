//! The way of one document.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Reason, Target, WarningKind, detect, extract};
use terjuman_model::{Failure, FailureCode, LanguagePair, LanguageTag, Segment, TaggedText};
use terjuman_nmt::{Pairs, Source, TranslateError, Translated, Translator, Watch};

use crate::asked::Asked;
use crate::assemble::assemble;
use crate::code::code;
use crate::detection::{Detected, detect_language};
use crate::drive::drive;
use crate::foreign::{Foreign, foreign};
use crate::mend::mend;
use crate::mentions::fix_mentions;
use crate::messages::keeps_choices;
use crate::plan::{Needs, Plan};
use crate::project::{Placed, project};
use crate::report::{Stage, millis};
use crate::{EngineLimits, Glossary, GlossaryFile, Report};

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

/// One document that could not be translated.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub struct Failed {
    /// Why.
    pub failure: Failure,
    /// How far it came, and what was found on the way.
    pub report: Box<Report>,
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        failed.failure
    }
}

/// Translates one document, whole or not at all, within the default [`EngineLimits`].
///
/// # Errors
/// As [`translate_within`].
pub fn translate(request: &Request<'_>, watch: &dyn Watch) -> Result<Output, Failed> {
    translate_within(request, &EngineLimits::default(), watch)
}

/// Translates one document, whole or not at all.
///
/// Source equal to target copies a valid document unchanged. CPU-bound; call it on a blocking thread. A panic inside is
/// caught and becomes [`FailureCode::InternalServerError`].
///
/// # Errors
/// A [`Failure`] whose code says what is wrong with the document, the glossary, the languages or the engine, with the
/// report so far; [`FailureCode::Cancelled`] soon after `watch` says so.
pub fn translate_within(request: &Request<'_>, limits: &EngineLimits, watch: &dyn Watch) -> Result<Output, Failed> {
    let begun = Instant::now();
    let mut report = Box::new(Report {
        engine: Some(request.engine.name().to_owned()),
        source_language: request.source.as_ref().map(ToString::to_string),
        target_language: Some(request.target.to_string()),
        ..Report::default()
    });
    // The panic's own message may quote the document, so it is not passed on.
    let done = catch_unwind(AssertUnwindSafe(|| translate_document(request, limits, watch, &mut report)));
    report.durations.total_ms = millis(begun.elapsed());
    let failure = match done {
        Ok(Ok(Translation { bytes, format, source })) => {
            report.stage = Stage::Done;
            return Ok(Output { bytes, format, characters: report.characters, source, report: *report });
        }
        Ok(Err(failure)) => failure,
        Err(_) => {
            Failure::new(FailureCode::InternalServerError, "an internal error stopped the translation of this document")
        }
    };
    report.error = Some(failure.clone());
    Err(Failed { failure, report })
}

struct Translation {
    bytes: Vec<u8>,
    format: Format,
    source: LanguageTag,
}

fn translate_document(
    request: &Request<'_>,
    limits: &EngineLimits,
    watch: &dyn Watch,
    report: &mut Report,
) -> Result<Translation, Failure> {
    let mut clock = Instant::now();
    let mut lap = || millis(std::mem::replace(&mut clock, Instant::now()).elapsed());
    report.stage = Stage::Extract;
    let format = detect(request.name, request.content_type, request.bytes)?;
    report.format = Some(format.entry().name.to_owned());
    if !request.limits.takes(format) {
        return Err(FormatError::Unsupported(format.entry().name.to_owned()).into());
    }
    let extracted = extract(format, request.bytes, request.options, request.limits);
    report.durations.extract_ms = lap();
    let document = extracted?;
    count(&document, report);
    let segments = &document.segments;
    report.stage = Stage::Language;
    let source = source_language(request, segments, report)?;
    report.source_language = Some(source.to_string());
    // A document of pictures or numbers alone is sound, and whoever sends a folder wants all of it back. A file without
    // any content was refused by its filter.
    if source == request.target || segments.is_empty() {
        report.untranslated.add_many(Reason::SameLanguage, segments.len() as u64);
        return Ok(Translation { bytes: request.bytes.to_vec(), format, source });
    }
    let pair = LanguagePair { source, target: request.target.clone() };
    if !request.engine.supports(&pair) {
        let message = format!("no model translates {pair}; see `terjuman models list`");
        return Err(Failure::new(FailureCode::InvalidFromLanguage, message));
    }
    report.model = request.engine.model(&pair);
    report.stage = Stage::Glossary;
    let glossary = Glossary::read(request.glossaries, &pair, request.limits)?;
    report.stage = Stage::Translate;
    let translations =
        translate_segments(segments, request.engine, &pair, &glossary, (request.options, limits), report, watch);
    report.durations.translate_ms = lap();
    let mut translations = translations?;
    if watch.is_cancelled() {
        return Err(failure_of(TranslateError::Cancelled));
    }
    report.stage = Stage::Merge;
    let language = request.engine.changes_language().then_some(pair.target);
    let target = Target { source_language: Some(pair.source.clone()), language };
    let merged = merge(&document, &mut translations, &target, report);
    report.durations.merge_ms = lap();
    let bytes = merged?;
    document
        .skeleton
        .flaws(&translations)
        .iter()
        .for_each(|flaw| report.warnings.add_at(flaw.kind, flaw.place.clone()));
    if is_now_unicode(format, request.bytes, &bytes) {
        report.warnings.add_many(WarningKind::EncodingChanged, 1);
    }
    Ok(Translation { bytes, format, source: pair.source })
}

/// So many segments may keep their source because their translations cannot be written: each costs a merge.
const MOST_UNWRITABLE: usize = 16;

/// Writes the document. A translation that cannot be written leaves its place to the source.
fn merge(
    document: &Extracted,
    translations: &mut [TaggedText],
    target: &Target,
    report: &mut Report,
) -> Result<Vec<u8>, FormatError> {
    for _ in 0..MOST_UNWRITABLE {
        match document.skeleton.merge(translations, target) {
            Err(FormatError::Unwritable { segment }) if segment < translations.len() => {
                translations[segment] = document.segments[segment].source.clone();
                report.kept_as_source += 1;
                report.warnings.add_many(WarningKind::KeptAsSource, 1);
            }
            merged => return merged,
        }
    }
    document.skeleton.merge(translations, target)
}

/// Whether a text in some older encoding came out as UTF-8, since its translation did not fit. Told by the bytes: text of
/// more than ASCII that is legal UTF-8 is UTF-8.
fn is_now_unicode(format: Format, before: &[u8], after: &[u8]) -> bool {
    let is_one_text =
        matches!(format, Format::Txt | Format::Csv | Format::Tsv | Format::Json | Format::Html | Format::Markdown);
    is_one_text && std::str::from_utf8(before).is_err() && !after.is_ascii() && std::str::from_utf8(after).is_ok()
}

/// The language that the document is in, stated or told from its text.
fn source_language(request: &Request<'_>, segments: &[Segment], report: &mut Report) -> Result<LanguageTag, Failure> {
    if let Some(source) = request.source.as_ref().filter(|source| **source == request.target) {
        return Ok(source.clone());
    }
    if let Pairs::Only(pairs) = request.engine.pairs()
        && !pairs.iter().any(|pair| pair.target == request.target)
    {
        let message = format!("no model translates into {}; see `terjuman models list`", request.target.code());
        return Err(Failure::new(FailureCode::InvalidToLanguage, message));
    }
    if let Some(source) = &request.source {
        return Ok(source.clone());
    }
    let Detected { language, is_guess } = detect_language(segments, request.engine, &request.target);
    report.detected = true;
    if is_guess && !segments.is_empty() {
        report.warnings.add_many(WarningKind::LanguageGuessed, 1);
    }
    Ok(language)
}

fn count(document: &Extracted, report: &mut Report) {
    let segments = &document.segments;
    report.segments = segments.len();
    report.words = segments.iter().map(|segment| words(segment.source.text())).sum();
    report.characters = characters(segments);
    report.tags = segments.iter().map(|segment| segment.tags.len()).sum();
    for warning in &document.warnings {
        report.warnings.add_at(warning.kind, warning.place.clone());
    }
    report.untranslated = document.skeleton.untranslated();
}

/// Unicode code points, blanks and punctuation included (`api.md` section 6.8).
fn characters(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.source.text().chars().count() as u64).sum()
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn translate_segments(
    segments: &[Segment],
    engine: &dyn Translator,
    pair: &LanguagePair,
    glossary: &Glossary,
    (options, limits): (&Options, &EngineLimits),
    report: &mut Report,
    watch: &dyn Watch,
) -> Result<Vec<TaggedText>, Failure> {
    let foreign = if engine.garbles_foreign_text() && !options.foreign_text {
        foreign(segments, &pair.source, &pair.target)
    } else {
        Vec::new()
    };
    for kind in foreign.iter().flatten() {
        let reason = match kind {
            Foreign::Target => Reason::TargetLanguage,
            Foreign::Other => Reason::OtherLanguage,
        };
        report.untranslated.add_many(reason, 1);
    }
    let code = if engine.garbles_foreign_text() { code(segments, &pair.source) } else { Vec::new() };
    let is_program = |index: usize| code.get(index).copied().unwrap_or_default();
    let is_foreign = |index: usize| foreign.get(index).is_some_and(Option::is_some);
    let programs = (0..code.len()).filter(|index| is_program(*index) && !is_foreign(*index)).count();
    report.untranslated.add_many(Reason::ProtectedRange, programs as u64);
    let is_kept = |index: usize| is_program(index) || is_foreign(index);
    let asked = match engine.garbles_foreign_text() {
        true => Asked::of(segments, &pair.source),
        false => Asked::plainly(segments),
    };
    let all = (0..segments.len()).map(|index| asked.segment(index));
    let mut plan = Plan::new(all, &pair.source, Needs::of(engine), glossary, is_kept);
    let mut units: Vec<Source> = std::mem::take(&mut plan.units).into_iter().collect();
    report.sentences = units.len();
    report.glossary_hits = plan.glossary_hits;
    report.glossary_misses = plan.glossary_misses;
    if engine.garbles_foreign_text() {
        fix_mentions(&mut units, engine, pair, limits, watch).map_err(failure_of)?;
    }
    let mut translated = drive(engine, pair, &units, limits, watch).map_err(failure_of)?;
    if engine.garbles_foreign_text() {
        mend(&mut units, &mut translated, engine, pair, limits, watch).map_err(failure_of)?;
    }
    let mut kept_words = 0;
    let mut translations = Vec::with_capacity(segments.len());
    for index in 0..segments.len() {
        if index % 1_024 == 0 && watch.is_cancelled() {
            return Err(failure_of(TranslateError::Cancelled));
        }
        let (translation, kept) = place_segment(asked.segment(index), index, &plan, &units, &translated, report);
        kept_words += kept;
        translations.push(asked.settle(index, translation));
    }
    if report.kept_as_source > 0 {
        report.warnings.add_many(WarningKind::KeptAsSource, report.kept_as_source as u64);
    }
    if kept_words > limits.kept_words && kept_words * 100 > report.words * limits.kept_percent {
        let message = format!("the engine could not translate {kept_words} of {} words", report.words);
        return Err(Failure::new(FailureCode::TranslationFailed, message));
    }
    Ok(translations)
}

/// The segment's translation with its tags, and how many of its words kept their source.
fn place_segment(
    segment: &Segment,
    index: usize,
    plan: &Plan,
    units: &[Source],
    translated: &[Translated],
    report: &mut Report,
) -> (TaggedText, usize) {
    let assembled = assemble(segment, index, plan, units, translated);
    let text = segment.source.text();
    if !keeps_choices(text, &assembled.text) {
        report.kept_as_source += 1;
        return (segment.source.clone(), words(text));
    }
    let kept: usize = assembled.kept_as_source.iter().map(|range| words(&text[range.clone()])).sum();
    report.kept_as_source += assembled.kept_as_source.len();
    match project(segment, &assembled) {
        (translation, Placed::ByLinks) => (translation, kept),
        (translation, Placed::ByFallback) => {
            report.repaired += 1;
            (translation, kept)
        }
        (translation, Placed::NotAtAll) => {
            report.repaired += 1;
            report.kept_as_source += 1;
            (translation, words(text))
        }
    }
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
    use terjuman_formats::Skeleton;
    use terjuman_nmt::{Identity, Pseudo};

    use super::*;

    #[track_caller]
    fn run(engine: &dyn Translator, name: &str, bytes: &[u8], to: &str) -> Result<Output, Failed> {
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

    /// Writes translations one below the other, and cannot write `!`.
    struct Fussy;

    impl Skeleton for Fussy {
        fn merge(&self, translations: &[TaggedText], _: &Target) -> Result<Vec<u8>, FormatError> {
            match translations.iter().position(|translation| translation.text().contains('!')) {
                Some(segment) => Err(FormatError::Unwritable { segment }),
                None => Ok(translations.iter().map(|text| text.text().to_owned() + "\n").collect::<String>().into()),
            }
        }
    }

    #[test]
    fn what_cannot_be_written_keeps_its_source() {
        let merged = |changed: usize| {
            let segments = (0..MOST_UNWRITABLE + 2)
                .map(|n| Segment { source: TaggedText::plain(n.to_string()), ..Segment::default() });
            let document = Extracted { segments: segments.collect(), skeleton: Box::new(Fussy), warnings: Vec::new() };
            let texts =
                (0..document.segments.len()).map(|n| if n < changed { format!("{n}!") } else { format!("{n}.") });
            let mut translations: Vec<_> = texts.map(TaggedText::plain).collect();
            let mut report = Report::default();
            let merged =
                merge(&document, &mut translations, &Target { source_language: None, language: None }, &mut report);
            (merged.map(|bytes| String::from_utf8(bytes).unwrap()), report.kept_as_source)
        };
        let (written, kept) = merged(2);
        assert!(written.unwrap().starts_with("0\n1\n2.\n"));
        assert_eq!(kept, 2);
        let (written, _) = merged(MOST_UNWRITABLE + 1);
        assert!(matches!(written, Err(FormatError::Unwritable { segment: MOST_UNWRITABLE })));
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
    fn an_encoding_that_is_too_small_is_told() {
        let warned = |bytes: &[u8]| {
            let output = run(&Pseudo::default(), "a.txt", bytes, "pt").unwrap();
            output.report.warnings.count(WarningKind::EncodingChanged)
        };
        assert_eq!(warned(b"These are some plain English words in a caf\xe9 and more of them.\n"), 1);
        assert_eq!(warned("These are some plain English words in a caf\u{e9}.\n".as_bytes()), 0);
        assert_eq!(warned(b"These are some plain English words.\n"), 0);
    }

    #[test]
    fn identity_leaves_the_marks_of_the_language_alone() {
        let bytes = b"<html lang=\"en\"><p>These are some plain English words.</p></html>";
        assert_eq!(run(&Identity, "a.html", bytes, "pt").unwrap().bytes, bytes);
        let output = run(&Pseudo::default(), "a.html", bytes, "pt").unwrap();
        assert!(output.bytes.starts_with(b"<html lang=\"pt\"><p>["));
    }

    #[test]
    fn the_same_language_is_copied_and_a_bad_document_has_a_code() {
        assert_eq!(
            run(&Pseudo::default(), "a.txt", b"These are some plain English words.", "en").unwrap().bytes.len(),
            35
        );
        assert_eq!(
            run(&Pseudo::default(), "a.txt", b" ", "pt").unwrap_err().failure.code,
            FailureCode::NoTranslatableText
        );
        assert_eq!(run(&Pseudo::default(), "a.jpg", b" ", "pt").unwrap_err().failure.code, FailureCode::InvalidFormat);
    }

    #[test]
    fn a_format_that_is_not_taken_is_refused() {
        let limits = Limits { refused_formats: vec![Format::Csv], ..Limits::default() };
        let request = Request {
            bytes: b"Some plain words,More plain words",
            name: Some("a.csv"),
            content_type: None,
            source: Some("en".parse().unwrap()),
            target: "pt".parse().unwrap(),
            engine: &Pseudo::default(),
            glossaries: &[],
            options: &Options::default(),
            limits: &limits,
        };
        assert_eq!(translate(&request, &()).unwrap_err().failure.code, FailureCode::InvalidFormat);
        let request = Request { name: Some("a.txt"), ..request };
        assert!(translate(&request, &()).is_ok());
    }
}
