//! Models for benches.

use std::path::{Path, PathBuf};

use terjuman_nmt::marian::{Engine, Files, Hypothesis, Kernel};

/// Where models are, if this run has any.
#[expect(clippy::disallowed_methods, reason = "only the run knows where the models are")]
#[allow(dead_code, reason = "not every bench needs it")]
pub(crate) fn models() -> Option<PathBuf> {
    let models = std::env::var_os("TERJUMAN_TEST_MODELS")?;
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(models))
}

fn file(folder: &Path, beginning: &str, end: &str) -> PathBuf {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the model's folder can be listed")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(beginning) && name.ends_with(end)
        })
        .collect();
    names.sort();
    names.into_iter().next().unwrap_or_else(|| panic!("no {beginning}*{end} in {}", folder.display()))
}

/// The files `model.*.bin`, `vocab.*.spm` and `lex.*.bin` of a folder.
pub(crate) fn files(folder: &Path, has_shortlist: bool) -> Files {
    let vocabulary = file(folder, "vocab", ".spm");
    Files {
        model: file(folder, "model", ".bin"),
        source_vocabulary: vocabulary.clone(),
        target_vocabulary: vocabulary,
        shortlist: has_shortlist.then(|| file(folder, "lex", ".bin")),
    }
}

/// The model of a folder.
pub(crate) fn engine(folder: &Path, kernel: Kernel, has_shortlist: bool) -> Engine {
    Engine::load(&files(folder, has_shortlist), kernel).unwrap_or_else(|error| panic!("{error}"))
}

/// 8-bit multiplications that these translations took, the output layer included.
pub(crate) fn multiplications(engine: &Engine, ids: &[&[u32]], hypotheses: &[Hypothesis]) -> u64 {
    let each = ids.iter().zip(hypotheses).map(|(ids, hypothesis)| {
        let steps = hypothesis.ids.len() + 1;
        engine.multiplications(hypothesis.source_length, steps) + engine.output_multiplications(ids, steps)
    });
    each.sum()
}
