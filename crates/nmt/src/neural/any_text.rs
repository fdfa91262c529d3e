//! Any text, and a model that answers anything: it ends, nothing breaks, and fixed texts are where they are said to be.

use proptest::prelude::*;

use crate::Fixed;
use crate::neural::model::{Model, Output};
use crate::neural::testing::{Letters, hypothesis_of};
use crate::neural::work::{Answer, Work};
use crate::translator::{Source, Translated};

/// What the rules for texts look for, next to blanks, letters and signs of all widths.
const FRAGMENTS: [&str; 71] = [
    " ",
    "  ",
    "\u{a0}",
    "\u{3000}",
    "\u{2009}",
    "\n",
    "\t",
    "No.",
    "No",
    "no",
    "Nos.",
    "item",
    "Phone",
    "Qty.",
    "of",
    "the",
    "Note",
    "NOTE",
    "*",
    "**",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "“",
    "”",
    "‘",
    "’",
    "____",
    "......",
    "·····",
    "…",
    "—",
    "–",
    "-",
    "21st",
    "5th",
    "XXI",
    "I",
    "1998",
    "1,234.56",
    "7",
    "€",
    "½",
    "m²",
    "CO₂",
    "№",
    "é",
    "e\u{301}",
    "Müller",
    "ß",
    "İ",
    "你好",
    "。",
    "مرحبا",
    "😀",
    "👍🏽",
    "\u{200d}",
    "\u{ad}",
    "T I T L E",
    "𝑥",
    "𝛁",
    "𝟙",
    "Out",
    "Sign",
    "{0}",
    "x=1",
    "http://a.b/c",
    "!",
    "?",
];

fn any_source() -> impl Strategy<Value = Source> {
    let fragment = prop::sample::select(&FRAGMENTS[..]);
    prop::collection::vec((fragment, 0..8_u8), 0..40).prop_map(|fragments| {
        let mut source = Source { text: String::new(), fixed: Vec::new(), linked: true };
        for (fragment, choice) in fragments {
            let range = source.text.len()..source.text.len() + fragment.len();
            source.text.push_str(fragment);
            match choice {
                0 => source.fixed.push(Fixed { range, text: fragment.to_owned() }),
                1 => source.fixed.push(Fixed { range, text: "termo".to_owned() }),
                _ => {}
            }
        }
        source
    })
}

/// An answer that may lose, double and exchange words, or not come to its end.
fn answered(mut ids: Vec<u32>, garble: u64) -> Answer {
    let places = ids.len().max(1);
    let place = |shift: u32| (garble >> shift) as usize % places;
    match garble % 12 {
        0 => return Answer::Broken,
        1 => ids.clear(),
        2 if !ids.is_empty() => drop(ids.remove(place(8))),
        3 if !ids.is_empty() => ids.insert(place(8), ids[place(20)]),
        4 if !ids.is_empty() => ids.swap(place(8), place(20)),
        5 => ids.extend(ids.clone()),
        6 => ids.truncate(place(8)),
        7 => ids.reverse(),
        _ => {}
    }
    let source_length = places + 1;
    let mut hypothesis = hypothesis_of(ids);
    if hypothesis.source_length != source_length {
        let tokens = hypothesis.ids.len();
        hypothesis.alignment = (0..tokens * source_length)
            .map(|at| if at % source_length == (at / source_length).min(source_length - 1) { 1.0 } else { 0.0 })
            .collect();
        hypothesis.source_length = source_length;
    }
    hypothesis.truncated = garble % 12 == 8;
    Answer::Output(Output::from(hypothesis))
}

fn translated(source: &Source, mut garble: u64) -> Translated {
    // Now some at a time, now all.
    let most = if garble & 1 == 0 { 2 } else { usize::MAX };
    drive(source, most, |ids| {
        garble = garble.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        answered(ids, garble >> 16)
    })
}

fn drive(source: &Source, most: usize, mut answer: impl FnMut(Vec<u32>) -> Answer) -> Translated {
    let mut work = Work::new(source, true);
    for _ in 0..2_000 {
        let asks = work.asks(&Letters, most);
        if asks.is_empty() {
            return work.finish();
        }
        for ask in asks {
            work.answer(ask.part, answer(ask.ids), &Letters);
        }
    }
    panic!("it does not end");
}

/// What a vocabulary of letters and signs lacks.
const LACKED: [&str; 20] = [
    "😀",
    "👍🏽",
    "👩\u{200d}👩\u{200d}👧",
    "🇧🇷",
    "h\u{337}i\u{337}",
    "e\u{30b}\u{308}\u{30b}\u{308}\u{30b}\u{308}",
    "x\u{304}",
    "1\u{fe0f}\u{20e3}",
    "\u{20dd}",
    "©\u{fe0f}",
    "你好",
    "мир",
    "€5",
    "½",
    "CO₂",
    "㎡",
    "\u{fffd}",
    "▁",
    "→",
    "\u{e000}",
];

/// The same, and nobody sees it; it may stand within a word.
const UNSEEN: [&str; 8] = ["\u{1}", "\u{7f}", "\u{9d}", "\u{202e}", "\u{202c}", "\u{feff}", "\u{200e}", "\u{2066}"];

fn lacking_source() -> impl Strategy<Value = String> {
    let words =
        prop::sample::select(vec!["some", "words", "of", "a", "text,", "no", "more.", "Names", "1998", "-", "(so)"]);
    let lacked = prop::sample::select(&LACKED[..]).prop_map(|lacked| format!(" {lacked} "));
    let unseen = prop::sample::select(&UNSEEN[..]).prop_map(str::to_owned);
    let fragment = prop_oneof![
        4 => words.clone().prop_map(|word| format!("{word} ")),
        1 => words.prop_map(str::to_owned),
        2 => lacked,
        1 => unseen,
    ];
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

/// The characters that no answer may lose or double, by themselves.
fn lacked_in(text: &str) -> Vec<char> {
    let lacked = |character: &char| LACKED.iter().chain(&UNSEEN).any(|one| one.contains(*character));
    let mut found: Vec<char> = text.chars().filter(|c| !c.is_ascii_alphanumeric()).filter(lacked).collect();
    found.sort_unstable();
    found
}

#[test]
fn what_the_vocabulary_lacks_comes_out_in_its_place() {
    let check = |text: &str, expected: &str| {
        let source = Source { text: text.to_owned(), fixed: Vec::new(), linked: true };
        let translated = drive(&source, usize::MAX, |ids| Answer::Output(hypothesis_of(ids).into()));
        assert_eq!(translated.text, expected);
    };
    check("one\u{202e} two\u{202c} three\u{200e}", "ONE\u{202e} TWO\u{202c} THREE\u{200e}");
    check("\u{feff}one two", "\u{feff}ONE TWO");
    check("one \u{7}\u{1}two th\u{ad}ree", "ONE \u{7}\u{1}TWO THREE");
    check("an h\u{337}i\u{337}gh wall", "AN h\u{337}i\u{337}gh WALL");
    let marks = "\u{301}\u{308}".repeat(200);
    check(&format!("one e{marks} two"), &format!("ONE e{marks} TWO"));
    check(&format!("one !{marks} two"), &format!("ONE !{marks} TWO"));
}

proptest! {
    #[test]
    fn what_the_vocabulary_lacks_is_never_lost(text in lacking_source(), garble in any::<u64>()) {
        let source = Source { text, fixed: Vec::new(), linked: true };
        prop_assert_eq!(lacked_in(&translated(&source, garble).text), lacked_in(&source.text));
    }

    #[test]
    fn any_text_and_any_answers_end_well(source in any_source(), garble in any::<u64>()) {
        let translated = translated(&source, garble);
        let text = &translated.text;
        for (fixed, range) in source.fixed.iter().zip(&translated.fixed) {
            prop_assert_eq!(&text[range.clone()], &fixed.text);
        }
        for link in &translated.links {
            prop_assert!(source.text.get(link.source.clone()).is_some() && text.get(link.target.clone()).is_some());
        }
    }

    #[test]
    fn any_letters_end_well(text in "\\PC{0,60}", garble in any::<u64>()) {
        translated(&Source { text, fixed: Vec::new(), linked: true }, garble);
    }
}

#[test]
fn fragments_are_read_whole() {
    // The model of these tests cuts at blanks; a text that it cannot cut must still come out.
    let source = Source { text: FRAGMENTS.concat(), fixed: Vec::new(), linked: false };
    assert!(!Letters.encode(&source.text).ids.is_empty());
    translated(&source, 0);
}
