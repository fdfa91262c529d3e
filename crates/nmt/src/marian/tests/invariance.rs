//! A translation depends on its sentence and the model alone.

use std::cell::Cell;

use super::synthetic::Storage;
use super::*;
use crate::marian::Cancelled;

fn recipes() -> Vec<Recipe> {
    let full = Recipe { has_shortlist: false, ..Recipe::base(7) };
    // Heads of twelve: no whole vectors.
    let odd = Recipe { dimension: 48, heads: 4, ..Recipe::tiny(8) };
    let uncalibrated = Recipe { storage: Storage::Uncalibrated, ..Recipe::base(10) };
    let floats = Recipe { storage: Storage::Floats, has_shortlist: false, ..Recipe::tiny(23) };
    vec![Recipe::tiny(5), Recipe::base(6), full, odd, uncalibrated, floats]
}

#[test]
fn kernels_batches_and_orders_do_not_matter() {
    for recipe in recipes() {
        let (_folder, files) = synthetic(&recipe);
        let texts = sentences(recipe.seed, 30);
        let portable = load(&files, Kernel::Portable);
        let one_by_one: Vec<Hypothesis> =
            texts.iter().flat_map(|text| translate(&portable, std::slice::from_ref(text))).collect();
        assert!(one_by_one.iter().any(|hypothesis| hypothesis.ids.len() > 3), "{recipe:?} translates");
        for kernel in kernels() {
            let engine = load(&files, kernel);
            assert!(translate(&engine, &texts) == one_by_one, "{recipe:?} with {}", kernel.name());
            let reversed: Vec<String> = texts.iter().rev().cloned().collect();
            let mut hypotheses = translate(&engine, &reversed);
            hypotheses.reverse();
            assert!(hypotheses == one_by_one, "{recipe:?} with {}, reversed", kernel.name());
        }
    }
}

#[test]
fn floats_are_rounded_as_a_converter_does() {
    for recipe in [Recipe::tiny(12), Recipe::base(13)] {
        let [floats, bytes] = [Storage::Floats, Storage::Uncalibrated].map(|storage| {
            let (_folder, files) = synthetic(&Recipe { storage, ..recipe.clone() });
            translate(&load(&files, Kernel::detect()), &sentences(recipe.seed, 20))
        });
        assert!(floats == bytes, "{recipe:?}");
        assert!(floats.iter().any(|hypothesis| hypothesis.ids.len() > 3), "{recipe:?} translates");
    }
}

#[test]
fn the_unknown_token_is_never_chosen() {
    for recipe in recipes() {
        let (_folder, files) = synthetic(&recipe);
        let engine = load(&files, Kernel::detect());
        let unknown = engine.target().unknown();
        let hypotheses = translate(&engine, &sentences(recipe.seed, 30));
        assert!(hypotheses.iter().all(|hypothesis| !hypothesis.ids.contains(&unknown)), "{recipe:?}");
    }
}

#[test]
fn threads_share_an_engine() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let (_folder, files) = synthetic(&Recipe::tiny(9));
    let engine = load(&files, Kernel::detect());
    is_shared(&engine);
    let texts = sentences(9, 40);
    let expected = translate(&engine, &texts);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(|| translate(&engine, &texts))).collect();
        for worker in workers {
            assert!(worker.join().expect("no panic") == expected);
        }
    });
}

#[test]
fn a_workspace_serves_engines_of_different_sizes() {
    let (_tiny_folder, tiny) = synthetic(&Recipe::tiny(1));
    let (_base_folder, base) = synthetic(&Recipe::base(2));
    let engines = [load(&tiny, Kernel::detect()), load(&base, Kernel::detect())];
    let mut workspace = Workspace::new();
    for engine in [&engines[0], &engines[1], &engines[0]] {
        let ids = engine.encode("abc def ghi").ids;
        let hypotheses = engine.translate(&[&ids], &Options::default(), &mut workspace, &|| false);
        assert_eq!(hypotheses, Ok(translate(engine, &["abc def ghi".to_owned()])));
    }
}

#[test]
fn work_stops_when_it_is_cancelled_and_can_begin_again() {
    let (_folder, files) = synthetic(&Recipe::tiny(3));
    let engine = load(&files, Kernel::detect());
    let texts = sentences(3, 50);
    let ids: Vec<Vec<u32>> = texts.iter().map(|text| engine.encode(text).ids).collect();
    let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    let mut workspace = Workspace::new();
    let asked = Cell::new(0);
    let is_cancelled = || {
        asked.set(asked.get() + 1);
        asked.get() > 5
    };
    assert_eq!(engine.translate(&ids, &Options::default(), &mut workspace, &is_cancelled), Err(Cancelled));
    assert_eq!(asked.get(), 6);
    let again = engine.translate(&ids, &Options::default(), &mut workspace, &|| false);
    assert!(again.expect("nobody cancels") == translate(&engine, &texts));
}

#[test]
fn nothing_is_cut_without_a_word() {
    let (_folder, files) = synthetic(&Recipe::tiny(4));
    let engine = load(&files, Kernel::detect());
    let ids: Vec<Vec<u32>> = [0, 1, 20, 21, 5000].iter().map(|&length| vec![5; length]).collect();
    let options = Options { max_source_tokens: 20, max_target_tokens: 4 };
    let hypotheses = translate_ids(&engine, &ids, &options);
    assert_eq!(hypotheses[0], Hypothesis::default());
    for (ids, hypothesis) in ids.iter().zip(&hypotheses).skip(1) {
        assert_eq!(hypothesis.source_length, ids.len().min(20) + 1);
        assert!(hypothesis.ids.len() <= 4);
        if ids.len() > 20 || hypothesis.ids.len() == 4 {
            assert!(hypothesis.truncated, "{} tokens", ids.len());
        }
    }
    // The widest bounds are those of the positions.
    let options = Options { max_source_tokens: usize::MAX, max_target_tokens: usize::MAX };
    let hypothesis = &translate_ids(&engine, &ids[4..], &options)[0];
    assert_eq!((hypothesis.source_length, hypothesis.truncated), (1024, true));
}

#[test]
fn ids_beyond_the_vocabulary_are_unknown() {
    let (_folder, files) = synthetic(&Recipe::base(4));
    let engine = load(&files, Kernel::detect());
    let hypotheses = translate_ids(&engine, &[vec![4, u32::MAX, 7], vec![4, 1, 7]], &Options::default());
    assert_eq!(hypotheses[0], hypotheses[1]);
    assert_eq!(engine.decode(&[u32::MAX, 4]).text, engine.decode(&[4]).text);
}

#[test]
fn alignments_are_distributions() {
    let (_folder, files) = synthetic(&Recipe::base(11));
    let engine = load(&files, Kernel::detect());
    for hypothesis in translate(&engine, &sentences(11, 20)) {
        assert_eq!(hypothesis.alignment.len(), hypothesis.ids.len() * hypothesis.source_length);
        for token in 0..hypothesis.ids.len() {
            let sum: f32 = hypothesis.alignment_of(token).iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        }
        assert_eq!(hypothesis.log_probabilities.len(), hypothesis.ids.len() + usize::from(!hypothesis.truncated));
        assert!(hypothesis.log_probabilities.iter().all(|log_probability| *log_probability <= 0.0));
    }
}
