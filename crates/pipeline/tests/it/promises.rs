//! Promises that need more than a document and what becomes of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use terjuman_model::FailureCode;
use terjuman_nmt::{Identity, Pseudo};
use terjuman_pipeline::{
    EngineLimits, Failed, Limits, Options, Output, Reason, Request, Stage, Translator, Watch, translate_within,
};

use crate::reversing::Reversing;

struct Document<'a> {
    name: &'a str,
    text: &'a str,
    from: Option<&'a str>,
    to: &'a str,
}

fn run(
    document: &Document<'_>,
    engine: &dyn Translator,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<Output, Failed> {
    let request = Request {
        bytes: document.text.as_bytes(),
        name: Some(document.name),
        content_type: None,
        source: document.from.map(|code| code.parse().expect("a known code")),
        target: document.to.parse().expect("a known code"),
        engine,
        glossaries: &[],
        options: &Options::default(),
        limits: &Limits::default(),
    };
    translate_within(&request, limits, watch)
}

#[track_caller]
fn code(document: &Document<'_>, engine: &dyn Translator) -> FailureCode {
    run(document, engine, &EngineLimits::default(), &()).expect_err("it cannot be translated").failure.code
}

fn english(text: &str) -> Document<'_> {
    Document { name: "a.txt", text, from: Some("en"), to: "pt" }
}

#[test]
fn languages_that_no_model_knows_have_codes() {
    let engine = Reversing::default();
    let text = "This is an English sentence of some length.";
    let of = |from, to| code(&Document { name: "a.txt", text, from, to }, &engine);
    assert_eq!(of(Some("en"), "fr"), FailureCode::InvalidToLanguage);
    assert_eq!(of(None, "fr"), FailureCode::InvalidToLanguage);
    assert_eq!(of(Some("fr"), "pt"), FailureCode::InvalidFromLanguage);
    let told = run(&Document { name: "a.txt", text, from: None, to: "pt" }, &engine, &EngineLimits::default(), &());
    assert_eq!(told.unwrap().source.code(), "en");
    // A language into itself needs no model.
    let same = Document { name: "a.txt", text, from: Some("fr"), to: "fr" };
    assert_eq!(run(&same, &engine, &EngineLimits::default(), &()).unwrap().bytes, text.as_bytes());
}

#[test]
fn a_copy_is_made_of_valid_documents_only() {
    let same = |name, text| Document { name, text, from: Some("en"), to: "en" };
    assert_eq!(code(&same("a.docx", "PK but no more"), &Identity), FailureCode::CorruptDocument);
    assert_eq!(code(&same("a.txt", " \r\n\t"), &Identity), FailureCode::NoTranslatableText);
    assert_eq!(code(&same("a.txt", ""), &Identity), FailureCode::NoTranslatableText);
}

#[test]
fn numbers_alone_are_copied_and_cost_nothing() {
    let output = run(&english("42\n\n3.14 %\n"), &Reversing::default(), &EngineLimits::default(), &()).unwrap();
    assert_eq!((output.bytes.as_slice(), output.characters), ("42\n\n3.14 %\n".as_bytes(), 0));
}

#[test]
fn equal_sentences_are_translated_once_and_calls_are_bounded() {
    let engine = Reversing::default();
    let text = "One dog. Two cats. One dog.\n\nTwo cats. Three birds. Four fish.\n\n42\n";
    let limits = EngineLimits { call_units: 3, ..EngineLimits::default() };
    let output = run(&english(text), &engine, &limits, &()).unwrap();
    assert_eq!(*engine.calls.lock().unwrap(), [3, 1]);
    assert_eq!(output.report.sentences, 4);
    assert_eq!(
        String::from_utf8(output.bytes).unwrap(),
        "DOG ONE. CATS TWO. DOG ONE.\n\nCATS TWO. BIRDS THREE. FISH FOUR.\n\n42\n"
    );
}

#[test]
fn a_few_sentences_may_stay_and_a_document_may_not() {
    let engine = Reversing { refuses: Some("Hard"), ..Reversing::default() };
    let easy = "An easy sentence of seven words here. ".repeat(3);
    let output =
        run(&english(&format!("{easy}Hard words. Hard words.")), &engine, &EngineLimits::default(), &()).unwrap();
    assert_eq!(output.report.kept_as_source, 2);
    assert!(String::from_utf8(output.bytes).unwrap().ends_with("Hard words. Hard words."));
    let hard = "Hard sentence of a good many words in all.\n\n".repeat(4);
    assert_eq!(code(&english(&format!("{easy}\n\n{hard}")), &engine), FailureCode::TranslationFailed);
    // A title alone is no document's worth of text.
    assert!(run(&english("Hard title"), &engine, &EngineLimits::default(), &()).is_ok());
}

/// Counts, and cancels when it has seen enough.
#[derive(Default)]
struct Counting {
    total: AtomicUsize,
    advanced: AtomicUsize,
    cancel_at: Option<usize>,
}

impl Watch for Counting {
    fn is_cancelled(&self) -> bool {
        self.cancel_at.is_some_and(|at| self.advanced.load(Ordering::Relaxed) >= at)
    }

    fn total(&self, source_bytes: usize) {
        self.total.fetch_add(source_bytes, Ordering::Relaxed);
    }

    fn advanced(&self, source_bytes: usize) {
        self.advanced.fetch_add(source_bytes, Ordering::Relaxed);
    }
}

#[test]
fn progress_adds_up_and_a_cancelled_document_stops_before_its_next_call() {
    let text: String = (0..100).map(|n| format!("Sentence number {n} of this.\n\n")).collect();
    let limits = EngineLimits { call_units: 10, ..EngineLimits::default() };
    let watch = Counting::default();
    run(&english(&text), &Reversing::default(), &limits, &watch).unwrap();
    assert_eq!(watch.total.load(Ordering::Relaxed), watch.advanced.load(Ordering::Relaxed));
    let engine = Reversing::default();
    let watch = Counting { cancel_at: Some(1), ..Counting::default() };
    assert_eq!(run(&english(&text), &engine, &limits, &watch).unwrap_err().failure.code, FailureCode::Cancelled);
    assert_eq!(engine.calls.lock().unwrap().len(), 1);
}

#[test]
fn characters_are_code_points_with_blanks_and_punctuation() {
    let count = |text| run(&english(text), &Pseudo::default(), &EngineLimits::default(), &()).unwrap().characters;
    assert_eq!(count("This is written in english."), 27);
    assert_eq!(count("This is written in english.\n"), 27);
    assert_eq!(count("Ação, e\u{301} 👩‍💻!"), 13);
}

#[test]
fn hostile_texts_end_in_time() {
    let limits = EngineLimits::default();
    for text in [
        "x".repeat(1 << 19),
        "a. ".repeat(50_000),
        "the ".repeat(100_000),
        "{0} ".repeat(100_000),
        format!("a{}", "\u{301}".repeat(100_000)),
        "\u{202e}word ".repeat(50_000),
        "👩\u{200d}💻 x".repeat(20_000),
        "word\n".repeat(20_000),
    ] {
        run(&english(&text), &Reversing::default(), &limits, &()).unwrap();
        let same = run(&english(&text), &Identity, &limits, &()).unwrap();
        assert!(same.bytes == text.as_bytes());
    }
}

#[test]
fn a_report_says_what_happened_and_how_far_it_came() {
    let done = run(&english("One dog. Two cats.\n"), &Pseudo::default(), &EngineLimits::default(), &()).unwrap().report;
    assert_eq!((done.stage, done.error), (Stage::Done, None));
    assert_eq!((done.segments, done.words, done.characters), (1, 4, 18));
    let names = [&done.format, &done.engine, &done.source_language, &done.target_language];
    assert_eq!(names.map(|name| name.as_deref().unwrap()), ["PlainText", "pseudo", "en", "pt"]);
    assert!(!done.detected && done.untranslated.total() == 0);

    let same = Document { name: "a.txt", text: "A dog.\n\nA cat.", from: Some("en"), to: "en" };
    let same = run(&same, &Identity, &EngineLimits::default(), &()).unwrap().report;
    assert_eq!(same.untranslated.count(Reason::SameLanguage), 2);

    let stage = |document: &Document<'_>| {
        let failed = run(document, &Reversing::default(), &EngineLimits::default(), &()).unwrap_err();
        assert_eq!(failed.report.error.as_ref(), Some(&failed.failure));
        (failed.report.stage, failed.report.segments)
    };
    assert_eq!(stage(&english(" \n")), (Stage::Extract, 0));
    assert_eq!(stage(&Document { name: "a.txt", text: "A dog.", from: Some("fr"), to: "pt" }), (Stage::Language, 1));
}
