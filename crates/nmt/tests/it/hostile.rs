//! Texts that nobody writes, through the scheduler: all of it comes back, and every letter that is a word's is translated.
//! How long they take is told by `benches/hostile.rs`.

use terjuman_nmt::marian::measure::{Alphabet, Recipe, Shape};
use terjuman_nmt::{Source, Translated};

use crate::ciphers::{Ciphers, spaced};
use crate::support::{plain, translate};

/// Translates one text that is one source.
fn one(recipe: &Recipe, text: &str) -> Translated {
    let ciphers = Ciphers::new(&[("fr-el", recipe)]);
    let source = Source { linked: true, ..plain(text) };
    translate(&ciphers.engine(2), "fr-el", &[source]).remove(0)
}

/// What is left of a text without the white space that translations may put elsewhere.
fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_line_without_an_end_is_translated_to_its_last_word() {
    let recipe = spaced();
    // No sentence ends in it, and none of its words is a neighbour of the same words again.
    let words = ["sor", "etna", "ilu", "shard", "moot", "pyre", "fib", "wand", "gak", "quiz", "jet", "ox"];
    let text: Vec<&str> = (0..40_000).map(|at| words[(at * 5 + at / 12) % words.len()]).collect();
    let text = text.join(" ");
    let translated = one(&recipe, &text);
    assert!(!translated.kept_as_source);
    assert_eq!(translated.text.split(' ').count(), 40_000);
    assert!(translated.text == recipe.enciphered(&text));
}

#[test]
fn twenty_thousand_characters_without_a_space_are_data_in_one_script_and_text_in_another() {
    let endless = "sore".repeat(5_000);
    let recipe = spaced();
    let translated = one(&recipe, &format!("etna {endless} ilu"));
    assert_eq!(translated.text, format!("{} {endless} {}", recipe.enciphered("etna"), recipe.enciphered("ilu")));
    let recipe = Recipe::cipher(Shape::Tiny, Alphabet::JAPANESE, Some(Alphabet::GREEK));
    let text: String = "大学のとしに日本語を東京山川".chars().cycle().take(20_000).collect();
    let translated = one(&recipe, &text);
    assert!(!translated.kept_as_source);
    assert!(letters(&translated.text) == recipe.enciphered(&text));
}

#[test]
fn emoji_and_signs_alone_come_back_as_they_are() {
    for text in ["😀👍🏽👩‍👩‍👧‍👦🇵🇹".repeat(1_000), "!?".repeat(5_000), "★ ☆ ".repeat(2_000).trim().to_owned()]
    {
        let translated = one(&spaced(), &text);
        assert!(translated.text == text && !translated.kept_as_source);
    }
}

#[test]
fn mixed_scripts_are_translated_where_the_model_can_read_them() {
    let recipe = spaced();
    let text = "sor etna привет мир ilu 日本語 moot שלום عربى wand ไทย fib हिन्दी, ".repeat(300);
    let translated = one(&recipe, text.trim());
    for word in ["привет", "мир", "日本語", "שלום", "عربى", "ไทย", "हिन्दी"] {
        assert_eq!(translated.text.matches(word).count(), 300, "{word}");
    }
    for word in ["etna", "ilu", "moot", "wand", "fib"] {
        let enciphered = recipe.enciphered(word);
        let either = translated.text.matches(word).count() + translated.text.matches(&enciphered).count();
        assert_eq!(either, 300, "{word}");
        assert!(translated.text.matches(&enciphered).count() >= 290, "{word}");
    }
}

#[test]
fn control_characters_take_no_letter_with_them() {
    let recipe = spaced();
    // Those that are white space a real vocabulary takes for a space, and this one for nothing that it knows.
    let codes = (0..32).chain(127..160).filter_map(char::from_u32).chain("\u{202e}\u{2066}\u{feff}".chars());
    let controls: String = codes.filter(|control| !control.is_whitespace()).collect();
    let text: String = controls.chars().map(|control| format!("sor{control} etna {control}ilu ")).collect();
    let translated = one(&recipe, text.trim_end());
    let count = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
    assert_eq!(count(&translated.text), count(&text), "{:?}", translated.text);
}

#[test]
fn floods_of_combining_marks_come_back_with_the_letter_that_they_stand_on() {
    let recipe = spaced();
    let flood = format!("sor e{} etna", "\u{301}\u{308}".repeat(5_000));
    let translated = one(&recipe, &flood);
    let count = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
    assert_eq!(count(&translated.text), count(&flood), "{:.40}", translated.text);
    let text = "so\u{304}r e\u{301}tna ".repeat(500);
    let translated = one(&recipe, text.trim_end());
    assert_eq!(count(&translated.text), count(&text));
}
