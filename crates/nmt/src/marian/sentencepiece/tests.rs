//! Small vocabularies, spelt out.

use proptest::prelude::*;

use super::{SPACE, Vocabulary};
use crate::marian::error::Flaw;

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length >= 128 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend(bytes);
    field
}

/// A model of these pieces (text, score, kind), with or without bytes for what is unknown, and with this normaliser.
fn model(pieces: &[(&str, f32, u8)], has_bytes: bool, normaliser: &[u8]) -> Vec<u8> {
    let bytes: Vec<(String, f32, u8)> =
        (0..=255).filter(|_| has_bytes).map(|byte| (format!("<0x{byte:02X}>"), 0.0, 6)).collect();
    let all = pieces.iter().copied().chain(bytes.iter().map(|(text, score, kind)| (text.as_str(), *score, *kind)));
    let mut file = Vec::new();
    for (text, score, kind) in all {
        let message = [field(1, text.as_bytes()), [&[0x15][..], &score.to_le_bytes()].concat(), vec![0x18, kind]];
        file.extend(field(1, &message.concat()));
    }
    file.extend(field(2, &[0x18, 1, 0x98, 0x02, u8::from(has_bytes)]));
    file.extend(field(3, normaliser));
    file
}

const PIECES: &[(&str, f32, u8)] = &[
    ("</s>", 0.0, 3),
    ("<unk>", 0.0, 2),
    ("\u{2581}", -2.0, 1),
    ("a", -3.0, 1),
    ("b", -3.0, 1),
    ("ab", -5.5, 1),
    ("\u{2581}ab", -4.0, 1),
    ("é", -4.0, 1),
    ("<x>", 0.0, 4),
    ("bb", -9.0, 5),
];

fn vocabulary(has_bytes: bool) -> Vocabulary {
    Vocabulary::parse(&model(PIECES, has_bytes, b"")).expect("a sound model")
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let vocabulary = vocabulary(false);
    let tokens = vocabulary.encode(text);
    let piece = |id: u32| std::str::from_utf8(vocabulary.piece(id)).expect("text");
    let found: Vec<(&str, &str)> =
        tokens.ids.iter().zip(&tokens.spans).map(|(&id, span)| (piece(id), &text[span.clone()])).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_best_cut_wins_and_spans_point_into_the_text() {
    check("ab", &[("\u{2581}ab", "ab")]);
    check("  aab  b ", &[("\u{2581}", "a"), ("a", "a"), ("ab", "ab"), ("\u{2581}", "  "), ("b", "b")]);
    // An unused piece is no piece; one of the user's is never cut.
    check("abb<x>b", &[("\u{2581}ab", "ab"), ("b", "b"), ("<x>", "<x>"), ("b", "b")]);
    check("", &[]);
    check(" \t", &[("\u{2581}", "\t"), ("<unk>", "\t")]);
}

#[test]
fn unknown_characters_in_a_row_are_one_token() {
    check("ab€ß xa", &[("\u{2581}ab", "ab"), ("<unk>", "€ß"), ("\u{2581}", " "), ("<unk>", "x"), ("a", "a")]);
}

#[test]
fn unknown_characters_can_be_spelt_as_bytes() {
    let vocabulary = vocabulary(true);
    let text = "a€b";
    let tokens = vocabulary.encode(text);
    assert_eq!(tokens.ids.len(), 6);
    assert_eq!(tokens.spans[2..5], [1..4, 1..4, 1..4]);
    let decoded = vocabulary.decode(&tokens.ids);
    assert_eq!(decoded.text, text);
    // The last of the bytes has the character.
    assert_eq!(decoded.spans[2..5], [1..1, 1..1, 1..4]);
    assert_eq!(vocabulary.decode(&tokens.ids[..4]).text, "a\u{fffd}");
}

#[test]
fn control_and_unknown_tokens_have_no_text() {
    let decoded = vocabulary(false).decode(&[2, 6, 1, 0, 2, 5, 99]);
    assert_eq!(decoded.text, "ab ab");
    assert_eq!(decoded.spans, [0..0, 0..2, 2..2, 2..2, 2..3, 3..5, 5..5]);
}

#[test]
fn the_table_of_the_normaliser_is_used() {
    // One rule, "a" to "bb": the root's base is 0, so the unit of `a` is at 0x61, with a value at its own base xor 0.
    let mut units = vec![0_u32; 0x80];
    units[0x61] = (0x61 ^ 0x62) << 10 | 0x100 | 0x61;
    units[0x62] = 0x8000_0000;
    let trie: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let table = [&(trie.len() as u32).to_le_bytes()[..], &trie, b"bb\0"].concat();
    let vocabulary = Vocabulary::parse(&model(PIECES, false, &field(2, &table))).expect("a sound model");
    let tokens = vocabulary.encode("ab");
    assert_eq!(tokens.ids, [2, 4, 4, 4]);
    assert_eq!(tokens.spans, [0..1, 0..1, 0..1, 1..2]);
    let broken = [&u32::MAX.to_le_bytes()[..], &trie].concat();
    let flaw = Vocabulary::parse(&model(PIECES, false, &field(2, &broken))).expect_err("a flaw");
    assert_eq!(flaw, Flaw::damaged("corrupt: the table of the normaliser is broken"));
}

#[test]
fn other_kinds_of_models_are_refused() {
    let mut file = model(PIECES, false, b"");
    let place = file.windows(3).position(|window| window == [0x18, 1, 0x98]).expect("the model type");
    file[place + 1] = 2;
    assert!(matches!(Vocabulary::parse(&file), Err(Flaw::Unsupported(reason)) if reason.contains("type 2")));
    assert!(matches!(Vocabulary::parse(&model(&PIECES[1..], false, b"")), Err(Flaw::Damaged(_))));
    assert!(matches!(Vocabulary::parse(&model(&PIECES[..1], false, b"")), Err(Flaw::Damaged(_))));
    assert!(matches!(Vocabulary::parse(b""), Err(Flaw::Damaged(_))));
}

proptest! {
    #[test]
    fn every_character_is_in_some_span_and_in_order(text in "[ab é€\u{2581}<x>\t\u{301}]{0,40}|\\PC{0,40}") {
        for has_bytes in [false, true] {
            let vocabulary = vocabulary(has_bytes);
            let tokens = vocabulary.encode(&text);
            let mut reached = text.len() - text.trim_start_matches(' ').len();
            for span in &tokens.spans {
                prop_assert!(text.get(span.clone()).is_some_and(|text| !text.is_empty()));
                prop_assert!(span.start <= reached && span.end >= reached, "{span:?} after {reached}");
                reached = span.end;
            }
            // What looks like a space inside pieces is one to the reference as well, and the last ones go.
            prop_assert_eq!(text[reached..].trim_start_matches([' ', '\u{2581}']), "");
        }
    }

    #[test]
    fn what_is_known_comes_back(text in "[abé]{1,20}( [abé]{1,20}){0,5}") {
        let vocabulary = vocabulary(false);
        let decoded = vocabulary.decode(&vocabulary.encode(&text).ids);
        prop_assert_eq!(&decoded.text, &text);
        let joined: String = decoded.spans.iter().map(|span| &decoded.text[span.clone()]).collect();
        prop_assert_eq!(joined, text);
    }

    #[test]
    fn any_bytes_are_a_model_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(vocabulary) = Vocabulary::parse(&bytes) {
            vocabulary.encode("some text");
        }
    }
}

#[test]
fn the_space_of_pieces_is_three_bytes() {
    assert_eq!(SPACE.len(), 3);
}
