//! The engine `neural` with models that the store lays out like real ones and that translate into a cipher: every letter of what
//! comes out is known, over one model or two, and so is the word that it came from.

use std::num::NonZeroUsize;

use terjuman_nmt::marian::measure::{Alphabet, Recipe, Shape, Storage};
use terjuman_nmt::{Link, Models, Neural, NeuralConfig, Role, Score, Source, Translated, Translator};

use crate::support::{marked, pair_of, plain, translate};

/// A store of these models, as `terjuman models add` makes it of the publisher's files, and an engine that uses it.
pub(crate) struct Ciphers {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) models: Models,
}

impl Ciphers {
    pub(crate) fn new(recipes: &[(&str, &Recipe)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (pair, recipe) in recipes {
            let files = folder.path().join("in").join(pair);
            std::fs::create_dir_all(&files).unwrap();
            recipe.write(&files);
        }
        let models = Models::new(folder.path().join("store"));
        models.add(&folder.path().join("in")).unwrap();
        Self { folder, models }
    }

    pub(crate) fn engine(&self, threads: usize) -> Neural {
        let config = NeuralConfig { threads: NonZeroUsize::new(threads), cache_bytes: 0, ..NeuralConfig::default() };
        Neural::new(self.models.clone(), &config).unwrap()
    }
}

/// With one vocabulary for both languages.
pub(crate) fn spaced() -> Recipe {
    Recipe::cipher(Shape::Tiny, Alphabet::LATIN, None)
}

fn linked(text: &str) -> Source {
    Source { linked: true, ..plain(text) }
}

/// The model's sentences: some of a word, some of many, none twice.
fn sentences(alphabet: Alphabet, count: usize, gap: &str) -> Vec<String> {
    let letters: Vec<char> = alphabet.letters.chars().collect();
    let word = |seed: usize| -> String {
        (0..2 + seed % 5).map(|place| letters[(seed * 7 + place * (3 + seed % 4)) % letters.len()]).collect()
    };
    let sentence = |number: usize| {
        let words: Vec<String> = (0..2 + number * 5 % 17).map(|place| word(number * 31 + place * 5 + 1)).collect();
        words.join(gap) + &alphabet.signs[..alphabet.signs.chars().next().unwrap().len_utf8()]
    };
    (0..count).map(sentence).collect()
}

/// Words and signs are linked to those at the same place, and to no others.
#[track_caller]
fn check_links(source: &str, translated: &Translated) {
    let places = |text: &str| -> Vec<std::ops::Range<usize>> {
        let words = text.split(' ').flat_map(|word| {
            let start = word.as_ptr().addr() - text.as_ptr().addr();
            let letters = word.trim_end_matches(['.', '。']).len();
            [start..start + letters, start + letters..start + word.len()]
        });
        words.filter(|range| !range.is_empty()).collect()
    };
    let expected: Vec<Link> = places(source)
        .into_iter()
        .zip(places(&translated.text))
        .map(|(source, target)| Link { source, target })
        .collect();
    assert_eq!(translated.links, expected, "{source} -> {}", translated.text);
}

#[test]
fn models_of_every_shape_translate_from_files_as_the_store_has_them() {
    for shape in Shape::ALL {
        let greek = Recipe::cipher(shape, Alphabet::LATIN, Some(Alphabet::GREEK));
        for recipe in [
            Recipe::cipher(shape, Alphabet::LATIN, None),
            greek.clone(),
            greek.clone().stored(Storage::Floats).with_shortlist(false),
            greek.stored(Storage::Uncalibrated),
        ] {
            let ciphers = Ciphers::new(&[("fr-el", &recipe)]);
            let manifest = ciphers.models.get(&pair_of("fr-el")).unwrap();
            let roles: Vec<Role> = manifest.files.iter().map(|file| file.role).collect();
            assert_eq!(roles.contains(&Role::Vocab), !roles.contains(&Role::SourceVocab), "{roles:?}");
            assert!(ciphers.folder.path().join("store/fr-el/model.json").is_file());
            let sources: Vec<Source> = sentences(Alphabet::LATIN, 30, " ").iter().map(|text| linked(text)).collect();
            let translated = translate(&ciphers.engine(2), "fr-el", &sources);
            for (source, translated) in sources.iter().zip(&translated) {
                assert_eq!(translated.text, recipe.enciphered(&source.text), "{shape:?}");
                assert!(!translated.kept_as_source && translated.score.is_some_and(|score| score.mean() > -0.1));
                check_links(&source.text, translated);
            }
        }
    }
}

#[test]
fn text_without_spaces_is_read_and_written() {
    let reads = Recipe::cipher(Shape::BaseMemory, Alphabet::JAPANESE, Some(Alphabet::LATIN));
    let writes = Recipe::cipher(Shape::Base, Alphabet::LATIN, Some(Alphabet::JAPANESE));
    let ciphers = Ciphers::new(&[("ja-en", &reads), ("en-ja", &writes)]);
    let neural = ciphers.engine(2);
    let texts = ["日本語。", "大学のとしに、いう人？「東京」（山川）！", "人：はてを", "12年3中"];
    let sources: Vec<Source> = texts.iter().map(|text| linked(text)).collect();
    for (source, translated) in sources.iter().zip(translate(&neural, "ja-en", &sources)) {
        assert!(!translated.kept_as_source, "{}", source.text);
        // Corner brackets are in no vocabulary here: they come back as they are.
        assert_eq!(translated.text.replace(' ', ""), reads.enciphered(&source.text).replace(' ', ""));
        let is_linked = |at: usize| translated.links.iter().any(|link| link.source.contains(&at));
        assert!(source.text.char_indices().all(|(at, _)| is_linked(at)), "{} {:?}", source.text, translated.links);
    }
    let sources: Vec<Source> = sentences(Alphabet::LATIN, 20, " ").iter().map(|text| linked(text)).collect();
    for (source, translated) in sources.iter().zip(translate(&neural, "en-ja", &sources)) {
        assert_eq!(translated.text, writes.enciphered(&source.text));
    }
}

#[test]
fn a_long_text_without_spaces_is_cut_at_its_signs_and_nothing_is_lost() {
    let recipe = Recipe::cipher(Shape::Tiny, Alphabet::JAPANESE, Some(Alphabet::GREEK));
    let ciphers = Ciphers::new(&[("ja-el", &recipe)]);
    let neural = ciphers.engine(2);
    for (gap, count) in [("、", 40), ("。", 40), ("", 60)] {
        let text = sentences(Alphabet::JAPANESE, count, "").concat().replace('。', gap) + "。";
        assert!(text.chars().count() > 1_000 && !text.contains(char::is_whitespace));
        let translated = translate(&neural, "ja-el", &[linked(&text)]).remove(0);
        assert!(!translated.kept_as_source);
        assert_eq!(translated.text.replace(' ', ""), recipe.enciphered(&text), "cut at {gap:?}");
    }
}

#[test]
fn a_way_over_english_is_both_models_and_its_links_lead_from_end_to_end() {
    let first = Recipe::cipher(Shape::Tiny, Alphabet::GREEK, Some(Alphabet::LATIN));
    let second = Recipe::cipher(Shape::Base, Alphabet::LATIN, None);
    let third = Recipe::cipher(Shape::BaseMemory, Alphabet::LATIN, Some(Alphabet::JAPANESE));
    let ciphers = Ciphers::new(&[("el-en", &first), ("en-fr", &second), ("en-ja", &third)]);
    let neural = ciphers.engine(2);
    assert_eq!(neural.model(&pair_of("el-fr")).as_deref(), Some("el-en + en-fr"));
    let sources: Vec<Source> = sentences(Alphabet::GREEK, 700, " ").iter().map(|text| linked(text)).collect();
    let translated = translate(&neural, "el-fr", &sources);
    let middles = translate(&neural, "el-en", &sources);
    for ((source, translated), middle) in sources.iter().zip(&translated).zip(&middles) {
        assert_eq!(translated.text, second.enciphered(&first.enciphered(&source.text)));
        check_links(&source.text, translated);
        let score = |translated: &Translated| translated.score.map_or(0, |score: Score| score.tokens);
        assert!(score(translated) > score(middle), "both models are in the score");
    }
    let far = translate(&neural, "el-ja", &sources[..20]);
    for (source, translated) in sources.iter().zip(&far) {
        assert_eq!(translated.text, third.enciphered(&first.enciphered(&source.text)));
        // A word here is as many letters there.
        let letters = translated.text.chars().filter(|letter| *letter != ' ').count();
        assert!(translated.links.len() >= letters, "{translated:?}");
    }
}

#[test]
fn what_must_not_change_comes_through_two_models() {
    let first = Recipe::cipher(Shape::Tiny, Alphabet::GREEK, Some(Alphabet::LATIN));
    let second = Recipe::cipher(Shape::Tiny, Alphabet::LATIN, Some(Alphabet::JAPANESE));
    let ciphers = Ciphers::new(&[("el-en", &first), ("en-ja", &second)]);
    let neural = ciphers.engine(1);
    let texts = ["αβγ ⟦{name}⟧ δεζ.", "⟦%s⟧ αβγ ⟦αβγ=>xyz⟧ 42 δεζ ⟦{b}⟧", "αβ 😀 γδ."];
    let sources: Vec<Source> = texts.iter().map(|text| Source { linked: true, ..marked(text) }).collect();
    // Each fixed text is looked for by the helper.
    let translated = translate(&neural, "el-ja", &sources);
    let enciphered = |text: &str| second.enciphered(&first.enciphered(text));
    assert!(translated[0].text.contains(&enciphered("αβγ")) && translated[0].text.contains(&enciphered("δεζ")));
    assert!(translated[1].text.contains("42") && translated[2].text.contains('😀'));
    assert!(translated.iter().all(|translated| !translated.kept_as_source));
}

#[test]
fn company_order_and_threads_change_nothing() {
    let recipe = Recipe::cipher(Shape::BaseMemory, Alphabet::LATIN, Some(Alphabet::GREEK));
    let ciphers = Ciphers::new(&[("en-el", &recipe)]);
    let sources: Vec<Source> = sentences(Alphabet::LATIN, 120, " ").iter().map(|text| linked(text)).collect();
    let expected = translate(&ciphers.engine(1), "en-el", &sources);
    let alone: Vec<Translated> = sources[..20]
        .iter()
        .flat_map(|source| translate(&ciphers.engine(1), "en-el", std::slice::from_ref(source)))
        .collect();
    assert_eq!(alone, expected[..20]);
    for threads in [2, 4] {
        let neural = ciphers.engine(threads);
        let backwards: Vec<Source> = sources.iter().rev().cloned().collect();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| translate(&neural, "en-el", &backwards));
            assert!(translate(&neural, "en-el", &sources) == expected, "{threads} threads");
            let mut turned = other.join().unwrap();
            turned.reverse();
            assert!(turned == expected, "{threads} threads, backwards");
        });
    }
}

#[test]
fn a_model_that_comes_to_no_end_leaves_nothing_out_or_says_so() {
    let recipe = spaced().endless();
    let ciphers = Ciphers::new(&[("fr-el", &recipe)]);
    let sources: Vec<Source> = sentences(Alphabet::LATIN, 40, " ").iter().map(|text| linked(text)).collect();
    let translated = translate(&ciphers.engine(1), "fr-el", &sources);
    for (source, translated) in sources.iter().zip(&translated) {
        // What is invented behind the end is for the guards to find; here it is that nothing is missing.
        let is_whole = translated.text.starts_with(&recipe.enciphered(&source.text));
        assert!(is_whole || translated.kept_as_source, "{} -> {translated:?}", source.text);
    }
    assert!(translated.iter().any(|translated| translated.kept_as_source));
}
