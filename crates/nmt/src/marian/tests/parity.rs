//! Against the plain computation.

use super::reference::Reference;
use super::synthetic::Storage;
use super::*;

/// Follows a translation token by token: what was chosen is the best there is, and as probable as said. The tolerance is
/// for activations that lie between two roundings and take the other one here; each layer adds some.
#[track_caller]
pub(super) fn check_against_reference(files: &Files, text: &str, tolerance: f64) {
    let engine = load(files, Kernel::detect());
    let reference = Reference::read(&std::fs::read(&files.model).expect("it was just read"));
    let end = engine.source.end();
    let mut source = engine.encode(text).ids;
    let hypothesis = &translate_ids(&engine, &[source.clone()], &Options::default())[0];
    source.push(end);
    let target: Vec<u32> = hypothesis.ids.iter().copied().chain((!hypothesis.truncated).then_some(end)).collect();
    let candidates = candidates(&engine, &source);
    assert_eq!(hypothesis.log_probabilities.len(), target.len());
    let mut sum = 0.0;
    for (step, ((logits, alignment), &id)) in reference.follow(&source, &target).iter().zip(&target).enumerate() {
        let best = candidates.iter().map(|&id| logits[id as usize]).fold(f64::MIN, f64::max);
        assert!(best - logits[id as usize] < tolerance, "step {step}: {id} has {}, not {best}", logits[id as usize]);
        let mass: f64 = candidates.iter().map(|&id| logits[id as usize].exp()).sum();
        let log_probability = logits[id as usize] - mass.ln();
        let said = f64::from(hypothesis.log_probabilities[step]);
        sum += log_probability;
        // Its own logit and the mass of all the others may both be off.
        assert!((said - log_probability).abs() < 5.0 * tolerance, "step {step}: {said} for {log_probability}");
        if step < hypothesis.ids.len() {
            for (weight, expected) in hypothesis.alignment_of(step).iter().zip(alignment) {
                assert!((f64::from(*weight) - expected).abs() < tolerance, "step {step}: {weight} for {expected}");
            }
        }
    }
    let difference = (f64::from(hypothesis.log_probability()) - sum).abs();
    assert!(difference < tolerance * target.len() as f64, "{} for {sum}", hypothesis.log_probability());
}

fn candidates(engine: &Engine, source: &[u32]) -> Vec<u32> {
    let vocabulary = engine.weights.config.target_vocabulary;
    let unknown = engine.target().unknown();
    match &engine.shortlist {
        None => (0..vocabulary as u32).filter(|&id| id != unknown).collect(),
        Some(shortlist) => {
            let (end, is_shared) = (engine.source.end(), engine.weights.is_shared());
            let target = crate::marian::shortlist::Target { vocabulary, end, is_shared };
            let mut candidates = Vec::new();
            shortlist.candidates(source.iter().copied(), &target, &mut Vec::new(), &mut candidates);
            candidates.retain(|&id| id != unknown);
            candidates
        }
    }
}

#[test]
fn the_arithmetic_is_that_of_the_plain_computation() {
    let full = Recipe { has_shortlist: false, ..Recipe::tiny(23) };
    let uncalibrated = Recipe { storage: Storage::Uncalibrated, ..Recipe::base(24) };
    for recipe in [Recipe::tiny(21), Recipe::base(22), full, uncalibrated] {
        let (_folder, files) = synthetic(&recipe);
        for text in sentences(recipe.seed, 6) {
            check_against_reference(&files, &text, 0.02);
        }
    }
}
