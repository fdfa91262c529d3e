//! Any text, and a model that answers anything: it ends, nothing breaks, and fixed texts are where they are said to be.

use proptest::prelude::*;

use crate::Fixed;
use crate::neural::model::{Model, Output};
use crate::neural::testing::{Letters, hypothesis_of};
use crate::neural::work::{Answer, Work};
use crate::translator::{Source, Translated};

/// What the rules for texts look for, next to blanks, letters and signs of all widths.
const FRAGMENTS: [&str; 68] = [
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
    let mut work = Work::new(source, true);
    // Now some at a time, now all.
    let most = if garble & 1 == 0 { 2 } else { usize::MAX };
    for _ in 0..2_000 {
        let asks = work.asks(&Letters, most);
        if asks.is_empty() {
            return work.finish();
        }
        for ask in asks {
            garble = garble.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            work.answer(ask.part, answered(ask.ids, garble >> 16), &Letters);
        }
    }
    panic!("it does not end");
}

proptest! {
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
