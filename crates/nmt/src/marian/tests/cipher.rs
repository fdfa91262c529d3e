//! Models of every shape that translate: what comes out is known letter by letter, and where it came from.

use super::parity::check_against_reference;
use super::synthetic::{Alphabet, Shape, Storage};
use super::*;

/// With one vocabulary and with two, spaced and unspaced, in 8 bits and in floats, with a shortlist and without.
fn recipes() -> Vec<Recipe> {
    let mut recipes = Vec::new();
    for shape in Shape::ALL {
        recipes.push(Recipe::cipher(shape, Alphabet::LATIN, None));
        recipes.push(Recipe::cipher(shape, Alphabet::JAPANESE, Some(Alphabet::LATIN)));
        recipes.push(Recipe::cipher(shape, Alphabet::LATIN, Some(Alphabet::JAPANESE)).with_shortlist(false));
        recipes.push(Recipe::cipher(shape, Alphabet::LATIN, Some(Alphabet::GREEK)).stored(Storage::Floats));
        recipes.push(Recipe::cipher(shape, Alphabet::LATIN, None).stored(Storage::Uncalibrated));
    }
    recipes
}

/// Texts of the recipe's source, up to the length of the longest that the scheduler puts to a model.
fn texts(recipe: &Recipe, count: usize) -> Vec<String> {
    let mut random = Random::new(recipe.seed + 1);
    let letters: Vec<char> = recipe.alphabets[0].letters.chars().collect();
    let signs: Vec<char> = recipe.alphabets[0].signs.chars().collect();
    let is_spaced = letters[0].is_ascii();
    let mut text = |length: usize| {
        let mut text = String::new();
        for _ in 0..length {
            (0..=random.below(7)).for_each(|_| text.push(letters[random.below(letters.len())]));
            if random.below(5) == 0 {
                text.push(signs[random.below(signs.len())]);
            }
            if is_spaced {
                text.push(' ');
            }
        }
        text.trim_end().to_owned()
    };
    (0..count).map(|place| text(1 + place * 24 / count)).collect()
}

#[test]
fn every_letter_is_translated_and_comes_from_its_own() {
    for recipe in recipes() {
        let (_folder, files) = synthetic(&recipe);
        let engine = load(&files, Kernel::detect());
        let texts = texts(&recipe, 40);
        for (text, hypothesis) in texts.iter().zip(translate(&engine, &texts)) {
            assert_eq!(engine.decode(&hypothesis.ids).text, recipe.enciphered(text), "{recipe:?}");
            assert!(!hypothesis.truncated && hypothesis.source_length == hypothesis.ids.len() + 1);
            for token in 0..hypothesis.ids.len() {
                let weight = hypothesis.alignment_of(token)[token];
                assert!(weight > 0.9, "{recipe:?}: {weight} of token {token}");
            }
            let worst = hypothesis.log_probabilities.iter().copied().fold(0.0, f32::min);
            assert!(worst > -0.1, "{recipe:?}: {worst}");
        }
    }
}

#[test]
fn company_order_and_threads_do_not_matter_to_any_shape() {
    for recipe in recipes() {
        let (_folder, files) = synthetic(&recipe);
        let engine = load(&files, Kernel::detect());
        let texts = texts(&recipe, 30);
        let alone: Vec<Hypothesis> =
            texts.iter().flat_map(|text| translate(&engine, std::slice::from_ref(text))).collect();
        let backwards: Vec<String> = texts.iter().rev().cloned().collect();
        std::thread::scope(|scope| {
            let forwards = scope.spawn(|| translate(&engine, &texts));
            let mut turned = translate(&engine, &backwards);
            turned.reverse();
            assert!(turned == alone, "{recipe:?}, backwards");
            assert!(forwards.join().expect("it translates") == alone, "{recipe:?}");
        });
        // Slow: the shortest will do.
        assert!(translate(&load(&files, Kernel::Portable), &texts[..4]) == alone[..4], "{recipe:?}, portable");
    }
}

#[test]
fn every_shape_computes_what_the_plain_computation_does() {
    for recipe in recipes().into_iter().filter(|recipe| recipe.storage != Storage::Floats) {
        let (_folder, files) = synthetic(&recipe);
        for text in texts(&recipe, 3) {
            check_against_reference(&files, &text, 0.05);
        }
    }
}

#[test]
fn floats_are_the_same_model() {
    for shape in Shape::ALL {
        let recipe = Recipe::cipher(shape, Alphabet::LATIN, Some(Alphabet::GREEK));
        let [floats, bytes] = [Storage::Floats, Storage::Uncalibrated].map(|storage| {
            let recipe = recipe.clone().stored(storage);
            let (_folder, files) = synthetic(&recipe);
            translate(&load(&files, Kernel::detect()), &texts(&recipe, 20))
        });
        assert!(floats == bytes, "{shape:?}");
    }
}
