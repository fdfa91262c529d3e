//! The measure of fidelity as a gate: no document of the shared corpus, if it is at hand, diverges in a way that the
//! register does not explain.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

use std::path::Path;

use terjuman_formats::Format;

#[path = "../../examples/fidelity/check.rs"]
mod check;
#[path = "../../examples/fidelity/flat/mod.rs"]
mod flat;
#[path = "../../examples/fidelity/generate.rs"]
mod generate;
#[path = "../../examples/fidelity/language.rs"]
mod language;
#[path = "../../examples/fidelity/looks.rs"]
mod looks;
#[path = "../../examples/fidelity/read.rs"]
mod read;
#[path = "../../examples/fidelity/register.rs"]
mod register;
#[path = "../../examples/fidelity/sound.rs"]
mod sound;
#[path = "../../examples/fidelity/swap.rs"]
mod swap;

/// Larger documents take long without optimization: `make fidelity` checks them too.
const LARGEST: usize = 256 << 10;

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn gate(folder: &str) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return;
    };
    let mut checked = 0;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(format) = Format::from_name(&name) else { continue };
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        if bytes.len() > LARGEST {
            continue;
        }
        let findings = check::check(&name, format, &bytes);
        for (check, what) in findings.divergences() {
            assert!(register::known(&name, check).is_some(), "{name}: {check}: {what}");
        }
        checked += usize::from(findings.forced.is_some() && findings.pseudo.is_some());
    }
    assert!(checked > 0, "nothing in {folder} was checked");
}

#[test]
fn docx() {
    gate("docx");
}

#[test]
fn pptx() {
    gate("pptx");
}

#[test]
fn xlsx() {
    gate("xlsx");
}

#[test]
fn odt() {
    gate("odt");
}

#[test]
fn ods() {
    gate("ods");
}

#[test]
fn odp() {
    gate("odp");
}

#[test]
fn csv() {
    gate("csv");
}

/// Documents made up, of the formats that no folder has documents of.
#[track_caller]
fn made(format: Format) {
    for number in 0..60 {
        let (name, bytes) = generate::document(format, number);
        let findings = check::check(&name, format, &bytes);
        let divergences = findings.divergences();
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            findings.refused.is_none() && divergences.is_empty(),
            "{name}: {:?} {divergences:?}\n{text}",
            findings.refused
        );
        assert!(findings.words > 0, "{name} has no words");
    }
}

#[test]
fn made_json() {
    made(Format::Json);
}

#[test]
fn made_dita() {
    made(Format::Dita);
}
