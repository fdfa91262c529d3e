//! Every folder of `tests/cases` is a case: `input.*` through the engine that `case` names gives `expected.*`, or the
//! failure that `case` names. A `glossary.*` beside them applies.
//!
//! `case` holds lines of `key: value`: `why`, `engine` (identity, pseudo, reversing), `from` (may be missing), `to`, and
//! perhaps `failure`, `characters`, `hits`, `misses`. With `TERJUMAN_WRITE_CASES` set, what came out is written down as
//! expected: read the diff.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use terjuman_nmt::{Identity, Pseudo};
use terjuman_pipeline::{GlossaryFile, GlossaryFormat, Limits, Options, Request, Translator, translate};

use crate::reversing::Reversing;

/// Cases are part of the repository.
const AT_HAND: &str = "a case has all its files, in UTF-8";

fn file(folder: &Path, stem: &str) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(folder).expect(AT_HAND).map(|entry| entry.expect(AT_HAND).path());
    files.find(|path| path.file_stem().is_some_and(|name| name == stem))
}

#[expect(clippy::disallowed_methods, reason = "only the test run knows whether to write")]
fn is_writing() -> bool {
    std::env::var_os("TERJUMAN_WRITE_CASES").is_some()
}

fn check(folder: &Path) {
    let case = std::fs::read_to_string(folder.join("case")).expect(AT_HAND);
    let values: HashMap<&str, &str> = case.lines().filter_map(|line| line.split_once(": ")).collect();
    assert!(values.contains_key("why"), "{}: it says not why it exists", folder.display());
    let engine: &dyn Translator = match values["engine"] {
        "identity" => &Identity,
        "pseudo" => &Pseudo::default(),
        "reversing" => &Reversing::default(),
        other => panic!("no engine is named {other}"),
    };
    let input = file(folder, "input").expect(AT_HAND);
    let glossaries: Vec<GlossaryFile> = file(folder, "glossary")
        .map(|path| GlossaryFile {
            bytes: std::fs::read(&path).expect(AT_HAND),
            format: match path.extension().and_then(|extension| extension.to_str()) {
                Some("csv") => GlossaryFormat::Csv,
                Some("tsv") => GlossaryFormat::Tsv,
                _ => GlossaryFormat::Xliff,
            },
        })
        .into_iter()
        .collect();
    let bytes = std::fs::read(&input).expect(AT_HAND);
    let request = Request {
        bytes: &bytes,
        name: input.file_name().and_then(|name| name.to_str()),
        content_type: None,
        source: values.get("from").map(|code| code.parse().expect(AT_HAND)),
        target: values["to"].parse().expect(AT_HAND),
        engine,
        glossaries: &glossaries,
        options: &Options::default(),
        limits: &Limits::default(),
    };
    let name = folder.display();
    match (translate(&request, &()), values.get("failure")) {
        (Ok(output), None) => {
            let expected = input.with_file_name(
                input.file_name().expect(AT_HAND).to_str().expect(AT_HAND).replace("input", "expected"),
            );
            if is_writing() {
                std::fs::write(&expected, &output.bytes).expect(AT_HAND);
            }
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(text(&output.bytes), text(&std::fs::read(&expected).expect(AT_HAND)), "{name}");
            let counts = [
                ("characters", output.characters.to_string()),
                ("hits", output.report.glossary_hits.to_string()),
                ("misses", output.report.glossary_misses.to_string()),
            ];
            for (key, count) in counts {
                assert!(values.get(key).is_none_or(|wanted| *wanted == count), "{name}: {key} is {count}");
            }
            assert_eq!((output.report.kept_as_source, output.report.repaired), (0, 0), "{name}");
        }
        (Err(failed), Some(wanted)) => assert_eq!(failed.failure.code.as_str(), *wanted, "{name}: {failed}"),
        (Ok(_), Some(wanted)) => panic!("{name}: it should fail with {wanted}"),
        (Err(failed), None) => panic!("{name}: {failed}"),
    }
}

#[test]
fn every_case_comes_out_as_written_down() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<_> = std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 10);
    for folder in folders {
        check(&folder);
    }
}
