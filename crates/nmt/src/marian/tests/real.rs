//! Real models, from the folder that `TERJUMAN_TEST_MODELS` names: `en-pt` and `pt-en`, each with `model.*.bin`,
//! `vocab.*.spm` and `lex.*.bin`. Without it these tests say that they were skipped; with `CI` set that is a failure.

use std::path::{Path, PathBuf};

use super::parity::check_against_reference;
use super::*;

#[expect(clippy::disallowed_methods, reason = "only the test run knows where the models are, and what a skip means")]
fn models(direction: &str) -> Option<Files> {
    let Some(root) = std::env::var_os("TERJUMAN_TEST_MODELS") else {
        assert!(std::env::var_os("CI").is_none(), "TERJUMAN_TEST_MODELS is not set");
        println!("skipped: TERJUMAN_TEST_MODELS names no folder with models");
        return None;
    };
    let folder = Path::new(&root).join(direction);
    let file = |beginning: &str, end: &str| -> PathBuf {
        let entries = std::fs::read_dir(&folder).expect("the folder of a direction can be listed");
        let is_it = |name: &str| name.starts_with(beginning) && name.ends_with(end);
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_it))
            .unwrap_or_else(|| panic!("no {beginning}*{end} in {}", folder.display()))
    };
    let vocabulary = file("vocab.", ".spm");
    Some(Files {
        model: file("model.", ".bin"),
        source_vocabulary: vocabulary.clone(),
        target_vocabulary: vocabulary,
        shortlist: Some(file("lex.", ".bin")),
    })
}

const ENGLISH: &[&str] = &[
    "The quick brown fox jumps over the lazy dog.",
    "Hello, world!",
    "Please read the instructions carefully before you start the machine.",
    "In 2023, the company sold 1,250 units for $3.5 million.",
    "I don't know whether she'll come, but I hope so.",
    "The committee, which met on Tuesday, approved the new budget by a large majority.",
    "Open the file and change the line that begins with the name of your server.",
    "Rain is expected in the north, with strong winds along the coast.",
    "You can save your work at any time by pressing the button in the upper right corner.",
    "Children under twelve must be accompanied by an adult.",
    "Her second novel was translated into more than thirty languages.",
    "If the problem persists, contact the support team and describe what happened.",
    "The results of the study were published in a medical journal last week.",
    "Coffee",
    "Most of the old houses in the town centre have been restored by their owners over the last twenty years.",
    "This agreement is governed by the laws of the country in which the seller is established.",
];

const PORTUGUESE: &[&str] = &[
    "Bom dia.",
    "O gato dorme em cima da mesa da cozinha.",
    "A reunião foi adiada para a próxima semana por causa da greve.",
    "Os resultados não são os que esperávamos, mas são interessantes.",
];

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn tokens_are_those_of_sentencepiece() {
    let Some(files) = models("en-pt") else { return };
    let engine = load(&files, Kernel::detect());
    // Made with sentencepiece 0.2.3.
    let cases: &[(&str, &[u32])] = GOLDEN;
    for (text, expected) in cases {
        let tokens = engine.encode(text);
        assert_eq!(tokens.ids, *expected, "{text:?}");
        for span in &tokens.spans {
            assert!(!text[span.clone()].is_empty(), "{text:?} at {span:?}");
        }
    }
}

#[test]
fn tokens_are_put_together_again() {
    let Some(files) = models("en-pt") else { return };
    let engine = load(&files, Kernel::detect());
    for text in ENGLISH.iter().chain(PORTUGUESE) {
        assert_eq!(engine.decode(&engine.encode(text).ids).text, *text);
    }
}

#[test]
fn kernels_and_batches_do_not_matter() {
    let Some(files) = models("en-pt") else { return };
    let without = Files { shortlist: None, ..files.clone() };
    for files in [files, without] {
        let sources = owned(ENGLISH);
        let expected = translate(&load(&files, Kernel::Portable), &sources);
        for kernel in kernels() {
            let engine = load(&files, kernel);
            assert!(translate(&engine, &sources) == expected, "{}", kernel.name());
            for (source, expected) in sources.iter().zip(&expected) {
                assert_eq!(translate(&engine, std::slice::from_ref(source))[0], *expected, "{}", kernel.name());
            }
        }
    }
}

/// Tokens and alignments of all sentences to the last bit, as one number: the same with each kernel of each architecture, which
/// `scripts/test-arm64` sees to. Scores are logarithms of the C library, and only nearly the same.
#[test]
fn translations_are_the_same_on_every_architecture() {
    let Some(files) = models("en-pt") else { return };
    let hypotheses = translate(&load(&files, Kernel::detect()), &owned(ENGLISH));
    let words = hypotheses.iter().flat_map(|hypothesis| {
        let alignment = hypothesis.alignment.iter().map(|weight| weight.to_bits());
        hypothesis.ids.iter().copied().chain(alignment)
    });
    let digest =
        words.fold(0xcbf2_9ce4_8422_2325_u64, |digest, word| (digest ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3));
    let score: f32 = hypotheses.iter().map(Hypothesis::log_probability).sum();
    assert_eq!(format!("{digest:016x}"), "1d222d9f02218f44");
    assert!((score + 14.216_786).abs() < 1e-3, "{score}");
}

#[test]
fn the_arithmetic_is_that_of_the_plain_computation() {
    let Some(files) = models("pt-en") else { return };
    // Eight layers amplify what is rounded the other way: the shifted sums of the product have fewer digits left.
    check_against_reference(&files, PORTUGUESE[1], 0.15);
}

#[test]
fn alignments_find_the_words() {
    let Some(files) = models("en-pt") else { return };
    let engine = load(&files, Kernel::detect());
    let source = "The house is red.";
    let tokens = engine.encode(source);
    let hypothesis = &translate_ids(&engine, &[tokens.ids], &Options::default())[0];
    let decoded = engine.decode(&hypothesis.ids);
    assert_eq!(decoded.text, "A casa é vermelha.");
    for (target, expected) in [("casa", "house"), ("vermelha", "red")] {
        let at = decoded.text.find(target).expect("it is there");
        let token = decoded.spans.iter().position(|span| span.contains(&at)).expect("some token made it");
        let row = hypothesis.alignment_of(token);
        let best = (0..tokens.spans.len()).max_by(|&one, &other| row[one].total_cmp(&row[other])).expect("tokens");
        assert_eq!(source[tokens.spans[best].clone()].trim(), expected);
    }
}

#[test]
fn a_word_without_end_takes_linear_time_to_cut() {
    let Some(files) = models("en-pt") else { return };
    let engine = load(&files, Kernel::detect());
    for text in ["a".repeat(1_000_000), "ﷺ".repeat(100_000), "\u{301}".repeat(100_000), " ".repeat(1_000_000)] {
        let tokens = engine.encode(&text);
        assert_eq!(tokens.ids.len(), tokens.spans.len());
    }
}
/// Texts and their tokens.
const GOLDEN: &[(&str, &[u32])] = &[
    ("Hello, world!", &[9086, 2, 391, 103]),
    ("  two   spaces\u{9}and a tab  ", &[362, 11758, 10, 7, 4879]),
    ("\u{fb01}ne print \u{bd} of \u{ff11}\u{ff12} \u{c5}", &[5124, 4647, 92, 1, 197, 9, 442, 13, 1]),
    (
        "na\u{ef}ve caf\u{e9} \u{2013} \u{201c}quoted\u{201d} text\u{2026}",
        &[42, 1, 405, 2042, 13, 1, 13, 1, 25153, 70, 1, 1913, 77],
    ),
    ("\u{4f60}\u{597d}\u{4e16}\u{754c} and \u{1f600}\u{1f600}\u{1f600} here", &[13, 1, 10, 13, 1, 481]),
    ("a\u{ad}b \u{200b}c\u{feff}", &[7, 1, 253, 736]),
    ("Isto \u{e9} um teste: n\u{e3}o h\u{e1} de qu\u{ea}.", &[2137, 35, 28, 2494, 20, 46, 335, 4, 23800, 3]),
    ("x", &[1104]),
    ("", &[]),
    ("   ", &[]),
    (
        "{name} <b>here</b> #1 100% $2.50",
        &[13, 1, 8470, 1, 13, 1, 253, 4454, 21995, 1, 82, 253, 4454, 13, 1, 310, 1807, 9473, 3, 1884],
    ),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        &[
            7, 53, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961, 14961,
            14961, 14961, 14961, 14961, 14961,
        ],
    ),
    ("Cafe\u{301} with a combining accent", &[5266, 30, 7, 21968, 24052]),
    ("\u{1c5}ungla \u{149} \u{17f}t", &[272, 1, 2962, 246, 13, 1, 110, 4520]),
    ("e\u{301}\u{301} o\u{302}", &[35, 1, 13, 3839]),
    (
        "http://example.com/a?b=c&d=e",
        &[21819, 17744, 1514, 150, 4404, 3, 57, 82, 53, 72, 253, 4743, 205, 1325, 79, 4743, 65],
    ),
    ("MIXED Case WORDS iPhone eBay", &[277, 12038, 5326, 4944, 710, 20889, 141, 3027, 8, 6148, 111]),
];
