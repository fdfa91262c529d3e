//! The engine `neural` with real models, through whole documents.

use std::path::PathBuf;
use std::sync::OnceLock;

use terjuman_nmt::{Models, Neural, NeuralConfig};
use terjuman_pipeline::{GlossaryFile, GlossaryFormat, Limits, Options, Output, Request, translate};

/// The engine with the models of the folder that `TERJUMAN_TEST_MODELS` names (see `scripts/get-models`). Without it
/// tests say that they were skipped; with `CI` set, that is a failure.
#[expect(clippy::disallowed_methods, reason = "only the test run knows where the models are")]
pub(crate) fn neural() -> Option<&'static Neural> {
    static NEURAL: OnceLock<Option<Neural>> = OnceLock::new();
    let make = || {
        let Some(folder) = std::env::var_os("TERJUMAN_TEST_MODELS") else {
            assert!(std::env::var_os("CI").is_none(), "TERJUMAN_TEST_MODELS is not set: run scripts/get-models");
            println!("skipped: TERJUMAN_TEST_MODELS names no folder of models");
            return None;
        };
        // A relative name is the repository's, wherever the test runs.
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        Some(Neural::new(Models::new(folder), &NeuralConfig::default()).expect("threads can be started"))
    };
    NEURAL.get_or_init(make).as_ref()
}

fn run(engine: &Neural, name: &str, text: &str, glossary: &str) -> (String, Output) {
    let glossaries = [GlossaryFile { bytes: glossary.into(), format: GlossaryFormat::Csv }];
    let request = Request {
        bytes: text.as_bytes(),
        name: Some(name),
        content_type: None,
        source: None,
        target: "pt".parse().expect("a known code"),
        engine,
        glossaries: if glossary.is_empty() { &[] } else { &glossaries },
        options: &Options::default(),
        limits: &Limits::default(),
    };
    let output = translate(&request, &()).expect("the models are at hand");
    let text = String::from_utf8(output.bytes.clone()).expect("documents of the tests are UTF-8");
    println!("{text}");
    (text, output)
}

#[test]
fn formatting_links_and_code_stay_with_their_words() {
    let Some(engine) = neural() else { return };
    let page =
        "<p>The <b>red</b> house is near the <a href=\"/r\">old river</a>. Run <code>cargo build</code> first.</p>\n";
    let (text, output) = run(engine, "a.html", page, "");
    assert!(text.contains("<b>vermelha</b>"), "{text}");
    assert!(text.contains("<a href=\"/r\">"), "{text}");
    assert!(text.contains("<code>cargo build</code>"), "{text}");
    assert_eq!((output.report.sentences, output.report.kept_as_source, output.report.repaired), (2, 0, 0));
}

#[test]
fn a_title_that_was_broken_by_hand_is_one_title() {
    let Some(engine) = neural() else { return };
    let (text, _) = run(engine, "a.html", "<h1>Annual General<br>Meeting</h1>\n", "");
    let title = text.replace("<br>", " ").to_lowercase();
    assert!(title.contains("reunião") || title.contains("assembleia"), "{text}");
    assert!(title.find("geral") > title.find("reunião").or(title.find("assembleia")), "{text}");
    // The noun comes first, although it stood in the second line.
    assert!(text.contains("<br>") && !text.contains("<br></h1>") && !text.contains("<h1><br>"), "{text}");
    let (text, _) = run(engine, "a.html", "<p>LAGGING SKILLS: Scores are far too low in all schools.</p>\n", "");
    assert!(!text.contains("LAGGING"), "{text}");
}

#[test]
fn glossaries_placeholders_and_addresses_come_out_as_given() {
    let Some(engine) = neural() else { return };
    let text = "Dear {name}, your printer is ready. Write to help@example.com or see https://example.com/a?b=c.\n";
    let (text, output) = run(engine, "a.txt", text, "printer,impressora mágica\n");
    for kept in ["{name}", "impressora mágica", "help@example.com", "https://example.com/a?b=c"] {
        assert!(text.contains(kept), "{text}");
    }
    assert_eq!((output.report.glossary_hits, output.report.glossary_misses), (1, 0));
}

#[test]
fn every_occurrence_of_a_term_comes_out_as_given() {
    let Some(engine) = neural() else { return };
    let page = "<p>The <b>power supply</b> of a printer is small.</p>\n\
        <p>Is the printer's power supply <a href=\"/x\">near the printer</a>? Printers have one.</p>\n\
        <p>printer</p>\n<p>Turn the printer off, then pull the cable of the <i>printer</i>, not the power supply!</p>\n\
        <p>A printer, a printer and one more printer (the old printer) stand here with one power supply.</p>\n\
        <h2>PRINTER</h2>\n";
    let (text, output) = run(engine, "a.html", page, "printer,máquina X1\npower supply,fonte Y2\n");
    assert_eq!((text.matches("máquina X1").count(), text.matches("fonte Y2").count()), (11, 4), "{text}");
    assert_eq!((output.report.glossary_hits, output.report.glossary_misses, output.report.repaired), (15, 0, 0));
}

#[test]
fn data_and_formulas_come_out_as_they_were() {
    let Some(engine) = neural() else { return };
    let text = "00000060H  FF FF FF FF FF FF 1E B1 FF FF FF FF\n\nAnnual CO₂ emissions of 2½ m² in the U.S. Bureau\n\n\
        Consumer Confidence Report page 6\n";
    let (text, _) = run(engine, "a.txt", text, "");
    for kept in ["00000060H  FF FF FF FF FF FF 1E B1 FF FF FF FF", "CO₂", "2½ m²", "6"] {
        assert!(text.contains(kept), "{text}");
    }
}
