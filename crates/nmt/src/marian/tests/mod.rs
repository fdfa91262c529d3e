//! Whole models: small synthetic ones always, real ones where they are at hand.

mod cipher;
mod damage;
mod invariance;
mod mutation;
mod parity;
mod real;
mod reference;

use super::synthetic::{self, Random, Recipe};
use super::{Engine, Files, Hypothesis, Kernel, Options, Workspace};

fn load(files: &Files, kernel: Kernel) -> Engine {
    Engine::load(files, kernel).unwrap_or_else(|error| panic!("{error}"))
}

/// A synthetic model, in the folder that is kept with it.
fn synthetic(recipe: &Recipe) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = recipe.write(folder.path());
    (folder, files)
}

fn kernels() -> impl Iterator<Item = Kernel> {
    Kernel::ALL.into_iter().filter(|kernel| kernel.is_available())
}

/// Sentences of random letters that synthetic vocabularies know, with a few that they do not.
fn sentences(seed: u64, count: usize) -> Vec<String> {
    let mut random = Random::new(seed);
    let letters: Vec<char> = "abcdefghijklmnopabcdefghijklmnop          €é".chars().collect();
    (0..count).map(|_| (0..=random.below(90)).map(|_| letters[random.below(letters.len())]).collect()).collect()
}

fn translate(engine: &Engine, texts: &[String]) -> Vec<Hypothesis> {
    let ids: Vec<Vec<u32>> = texts.iter().map(|text| engine.encode(text).ids).collect();
    translate_ids(engine, &ids, &Options::default())
}

fn translate_ids(engine: &Engine, ids: &[Vec<u32>], options: &Options) -> Vec<Hypothesis> {
    let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    engine.translate(&ids, options, &mut Workspace::new(), &|| false).expect("nobody cancels")
}
