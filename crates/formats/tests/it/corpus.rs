//! Every document of the shared corpus, if it is at hand: identity gives the bytes back, and every
//! translation is written.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

use std::path::{Path, PathBuf};

use terjuman_formats::{Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::TaggedText;

const NOWHERE: Target = Target { source_language: None, language: None };

/// The documents of a format; says so where the corpus is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
pub(crate) fn documents(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
}

#[track_caller]
fn check(folder: &str, format: Format) {
    for path in documents(folder) {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let name = path.display();
        let read = |bytes: &[u8]| extract(format, bytes, &Options::default(), &Limits::default());
        let extracted = match read(&bytes) {
            Ok(extracted) => extracted,
            Err(error @ (FormatError::Empty | FormatError::Encoding(_))) => {
                println!("{name}: {error}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");
        let marked: Vec<_> = sources.iter().map(wrap).collect();
        let written = extracted.skeleton.merge(&marked, &NOWHERE).expect("a translation can be written");
        read(&written).expect("what was written can be read");
        for wrapped in &marked {
            let word = wrapped.text().split_whitespace().next().unwrap_or_default();
            assert!(is_within(&written, word), "{name}: a translation was not written");
        }
    }
}

/// Whether the document holds the word; documents that are not UTF-8 are not looked into.
fn is_within(document: &[u8], word: &str) -> bool {
    std::str::from_utf8(document).is_ok_and(|text| text.contains(word)) || std::str::from_utf8(document).is_err()
}

/// The text in brackets, every mark at its letters.
fn wrap(source: &TaggedText) -> TaggedText {
    let marks = source.marks().iter().map(|mark| terjuman_model::Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", source.text()), marks)
}

#[test]
fn text_files() {
    check("txt", Format::Txt);
}

#[test]
fn comma_separated_files() {
    check("csv", Format::Csv);
}

#[test]
fn tab_separated_files() {
    check("tsv", Format::Tsv);
}

#[test]
fn opendocument() {
    check("odt", Format::Odt);
    check("odp", Format::Odp);
    check("ods", Format::Ods);
}
