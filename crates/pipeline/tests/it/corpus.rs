//! Every document of the shared corpus, if it is at hand, through each engine: nothing is lost and no tag had to be
//! placed by guess.

use std::path::{Path, PathBuf};

use terjuman_model::FailureCode;
use terjuman_nmt::{Identity, Pseudo};
use terjuman_pipeline::{Limits, Options, Request, Translator, translate};

use crate::reversing::Reversing;

/// The documents of a format; says so where the corpus is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn documents(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
}

/// A document that tests of one second can afford.
const MOST_BYTES: usize = 1 << 20;

fn check(folder: &str) {
    for path in documents(folder) {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        if bytes.len() > MOST_BYTES {
            continue;
        }
        let engines: [(&str, &dyn Translator); 3] =
            [("identity", &Identity), ("pseudo", &Pseudo::default()), ("reversing", &Reversing::default())];
        for (name, engine) in engines {
            let request = Request {
                bytes: &bytes,
                name: path.file_name().and_then(|name| name.to_str()),
                content_type: None,
                source: Some("en".parse().expect("a known code")),
                target: "pt".parse().expect("a known code"),
                engine,
                glossaries: &[],
                options: &Options::default(),
                limits: &Limits::default(),
            };
            let case = format!("{} through {name}", path.display());
            match translate(&request, &()) {
                Ok(output) => {
                    let report = output.report;
                    assert_eq!((report.kept_as_source, report.repaired), (0, 0), "{case}: {report:?}");
                }
                Err(failed)
                    if matches!(
                        failed.failure.code,
                        FailureCode::InvalidFormat
                            | FailureCode::NoTranslatableText
                            | FailureCode::WrongDocumentEncoding
                            | FailureCode::DocumentEncrypted
                            | FailureCode::CorruptDocument
                    ) =>
                {
                    println!("{case}: {failed}");
                }
                Err(failed) => panic!("{case}: {}: {failed}", failed.failure.code),
            }
        }
    }
}

#[test]
fn text_and_tables() {
    for folder in ["txt", "csv", "tsv"] {
        check(folder);
    }
}

#[test]
fn html_and_markdown() {
    check("html");
    check("markdown");
}

#[test]
fn office_documents() {
    for folder in ["docx", "pptx", "xlsx", "odt", "odp", "ods", "rtf"] {
        check(folder);
    }
}

#[test]
fn messages_and_files_for_translators() {
    for folder in ["eml", "mhtml", "xliff"] {
        check(folder);
    }
}
