//! Models of the store, computed by [`marian`](crate::marian). Nothing else here knows how.

use std::ops::Range;
use std::path::Path;

use crate::marian::{Engine, Kernel, LoadError, Options, Part, Parts};
use crate::models::{Manifest, ModelFile, Models, ModelsError, Role, check};
use crate::neural::model::{Cancelled, Decoded, Encoded, Feed, Model, Output, Workspace};

/// Languages into which people keep a title's capitals (docs/benchmarks.md). Others have few of them, or all nouns'.
const KEEP_TITLES: [&str; 2] = ["en", "pt"];

/// Languages with a decimal point; most have a comma.
const POINT: [&str; 10] = ["en", "fa", "he", "hi", "ja", "ko", "ms", "ta", "th", "zh"];

/// Languages with ordinal numbers in `º` and `ª`.
const ORDINAL_SIGNS: [&str; 5] = ["ca", "es", "gl", "it", "pt"];

pub(crate) struct StoredModel {
    engine: Engine,
    keeps_titles: bool,
    decimal_sign: char,
    has_ordinal_signs: bool,
    bytes: usize,
}

impl StoredModel {
    /// Loads a model of the store. What is loaded are the very bytes whose hash is checked, meanwhile: the engine takes
    /// nothing in its files for granted, and is only used when both are through.
    ///
    /// # Errors
    /// If a file is missing, is not the one of the manifest, or cannot be computed; the error names it.
    pub(crate) fn load(models: &Models, manifest: &Manifest, kernel: Kernel) -> Result<Self, ModelsError> {
        let required = |role| {
            let missing = || ModelsError::damaged(crate::models::MANIFEST, format!("it names no file for {role}"));
            models.read(manifest, role)?.ok_or_else(missing)
        };
        let weights = required(Role::Model)?;
        let (source, target) = match models.read(manifest, Role::Vocab)? {
            Some(both) => (both, None),
            None => (required(Role::SourceVocab)?, Some(required(Role::TargetVocab)?)),
        };
        let shortlist = models.read(manifest, Role::Shortlist)?;
        let parts = Parts {
            model: part(&weights),
            source_vocabulary: part(&source),
            target_vocabulary: target.as_ref().map(part),
            shortlist: shortlist.as_ref().map(part),
        };
        let all = [Some(&weights), Some(&source), target.as_ref(), shortlist.as_ref()];
        let checks = || all.into_iter().flatten().try_for_each(|(file, bytes)| check(file, bytes));
        let (checked, engine) = std::thread::scope(|scope| {
            // A system that has no thread to give gets it done one after the other.
            let checking = std::thread::Builder::new().spawn_scoped(scope, checks);
            let engine = Engine::from_parts(&parts, kernel);
            let checked = match checking {
                Ok(checking) => checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => checks(),
            };
            (checked, engine)
        });
        checked?;
        let engine = engine.map_err(error_of)?;
        let bytes = engine.bytes();
        let pair = manifest.pair();
        let keeps_titles = KEEP_TITLES.contains(&pair.target.primary());
        let decimal_sign = if POINT.contains(&pair.target.primary()) { '.' } else { ',' };
        let has_ordinal_signs = ORDINAL_SIGNS.contains(&pair.source.primary());
        Ok(Self { engine, keeps_titles, decimal_sign, has_ordinal_signs, bytes })
    }
}

fn part<'a>((file, bytes): &'a (&ModelFile, Vec<u8>)) -> Part<'a> {
    Part { name: Path::new(&file.name), bytes }
}

fn error_of(error: LoadError) -> ModelsError {
    match error {
        LoadError::Damaged { file, reason } => ModelsError::damaged(&file.to_string_lossy(), reason),
        LoadError::Unsupported { file, reason } => {
            ModelsError::damaged(&file.to_string_lossy(), format!("unsupported: {reason}"))
        }
        LoadError::Read { file, source } => ModelsError::damaged(&file.to_string_lossy(), source.to_string()),
        LoadError::Kernel(_) => ModelsError::damaged("this machine", error.to_string()),
    }
}

impl Model for StoredModel {
    fn encode(&self, text: &str) -> Encoded {
        let tokens = self.engine.encode(text);
        let spans = tokens.spans.into_iter().map(|span| without_space(text, span)).collect();
        Encoded { text: text.to_owned(), ids: tokens.ids, spans }
    }

    fn knows(&self, character: char) -> bool {
        self.engine.knows(character)
    }

    fn keeps_titles(&self) -> bool {
        self.keeps_titles
    }

    fn has_ordinal_signs(&self) -> bool {
        self.has_ordinal_signs
    }

    fn decimal_sign(&self) -> char {
        self.decimal_sign
    }

    fn run(&self, feed: &mut dyn Feed, workspace: &mut Workspace) -> Result<(), Cancelled> {
        self.engine.run(feed, &Options::default(), workspace)
    }

    fn force(&self, ids: &[u32], target: &str) -> Option<Output> {
        let target = self.engine.encode_target(target);
        let hypothesis = self.engine.force(ids, &target.ids, &mut Workspace::new());
        (!hypothesis.truncated).then(|| hypothesis.into())
    }

    fn decode(&self, ids: &[u32]) -> Decoded {
        self.engine.decode(ids)
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// A word's token has the space before it, which is not part of the word.
fn without_space(text: &str, span: Range<usize>) -> Range<usize> {
    span.end - text[span.clone()].trim_start().len()..span.end
}
