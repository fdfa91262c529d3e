//! What small models do to titles, labels, signs and short texts, and what the guards make of it: tables of cases in
//! `tests/guards`, where a case is a line. Most were seen in real documents.

use terjuman_pipeline::{Limits, Options, Output, Reason, Request, translate};

use crate::real::neural;

fn run(text: &str, pair: (&str, &str), options: &Options) -> Option<(Vec<String>, Output)> {
    let request = Request {
        bytes: text.as_bytes(),
        name: Some("cases.txt"),
        content_type: None,
        source: Some(pair.0.parse().expect("a known code")),
        target: pair.1.parse().expect("a known code"),
        engine: neural()?,
        glossaries: &[],
        options,
        limits: &Limits::default(),
    };
    let output = translate(&request, &()).expect("the models are at hand");
    let text = String::from_utf8(output.bytes.clone()).expect("documents of the tests are UTF-8");
    Some((text.split("\n\n").map(|line| line.trim_end().to_owned()).collect(), output))
}

/// Marks of an invented tail that no case of the tables has in its source.
const INVENTED: &[&str] = &["(em inglês)", "scotts", "(em", " -"];

fn check_table(table: &str, pair: (&str, &str)) {
    let cases: Vec<[&str; 3]> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut fields = line.split('\t');
            std::array::from_fn(|_| fields.next().expect("three fields"))
        })
        .collect();
    let sources: Vec<&str> = cases.iter().map(|[source, ..]| *source).collect();
    let Some((translations, output)) = run(&sources.join("\n\n"), pair, &Options::default()) else { return };
    assert_eq!(translations.len(), cases.len());
    let mut flaws = Vec::new();
    for ([source, wanted, unwanted], translation) in cases.iter().zip(&translations) {
        let lower = translation.to_lowercase();
        let has = |text: &str| translation.contains(text) || lower.contains(&text.to_lowercase());
        let is_as_wanted = match *wanted {
            "-" => true,
            "==" => translation == source,
            wanted => wanted.split('|').all(has),
        };
        let invents = INVENTED.iter().any(|tail| translation.trim_end().ends_with(tail));
        let (before, after) = (source.chars().count(), translation.chars().count());
        let is_sound = after > 0 && after <= 3 * before + 12 && !invents;
        if !is_as_wanted || !is_sound || *unwanted != "-" && translation.contains(unwanted) {
            flaws.push(format!("{source} -> {translation}"));
        }
    }
    assert!(flaws.is_empty(), "{} of {}:\n{}", flaws.len(), cases.len(), flaws.join("\n"));
    assert_eq!(output.report.untranslated.total(), 0, "{:?}", output.report);
}

#[test]
fn titles_labels_and_signs_of_english_come_out_well() {
    check_table(include_str!("../guards/en-pt.tsv"), ("en", "pt"));
}

#[test]
fn titles_labels_and_signs_of_portuguese_come_out_well() {
    check_table(include_str!("../guards/pt-en.tsv"), ("pt", "en"));
}

const MIXED: &str = "The committee has approved the budget for the next year, and it will be published soon.\n\n\
    O conselho aprovou o orçamento para o próximo ano, que será publicado em breve na página.\n\n\
    Der Rat hat den Haushalt für das nächste Jahr gebilligt, und er wird bald veröffentlicht.\n\n\
    Thank you.";

#[test]
fn paragraphs_in_other_languages_stay_and_are_counted() {
    let Some((texts, output)) = run(MIXED, ("en", "pt"), &Options::default()) else { return };
    let sources: Vec<&str> = MIXED.split("\n\n").collect();
    assert_eq!((texts[1].as_str(), texts[2].as_str()), (sources[1], sources[2]));
    assert!(texts[0] != sources[0] && texts[3] != sources[3], "{texts:?}");
    let counts = [Reason::TargetLanguage, Reason::OtherLanguage].map(|reason| output.report.untranslated.count(reason));
    assert_eq!(counts, [1, 1]);
}

#[test]
fn the_option_has_everything_translated() {
    let options = Options { foreign_text: true, ..Options::default() };
    let Some((texts, output)) = run(MIXED, ("en", "pt"), &options) else { return };
    assert_ne!(Some(texts[2].as_str()), MIXED.split("\n\n").nth(2));
    assert_eq!(output.report.untranslated.total(), 0);
}

#[test]
fn control_characters_and_mixed_scripts_lose_nothing() {
    let text = "One \u{1}two\u{7f} three.\n\nAbc абв 你好 عربي 😀.\n\n\u{200d}\u{200b}\n\n😀😀😀😀\n\n!?!?!?";
    let Some((texts, _)) = run(text, ("en", "pt"), &Options::default()) else { return };
    for kept in ["абв", "你好", "عربي", "😀😀😀😀", "!?!?!?"] {
        assert!(texts.iter().any(|text| text.contains(kept)), "{kept}: {texts:?}");
    }
}
