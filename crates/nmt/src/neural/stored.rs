//! Models of the store, computed by [`marian`](crate::marian). Nothing else here knows how.

use std::ops::Range;
use std::path::Path;

use crate::marian::{Engine, Kernel, LoadError, Options, Part, Parts};
use crate::models::{Manifest, Models, ModelsError, Role};
use crate::neural::model::{Cancelled, Decoded, Encoded, Feed, Model, Output, Workspace};

pub(crate) struct StoredModel {
    engine: Engine,
    bytes: usize,
}

impl StoredModel {
    /// Loads a model of the store. What is loaded are the very bytes whose hash was checked.
    ///
    /// # Errors
    /// If a file is missing, is not the one of the manifest, or cannot be computed; the error names it.
    pub(crate) fn load(models: &Models, manifest: &Manifest, kernel: Kernel) -> Result<Self, ModelsError> {
        let read = |role| {
            let Some(bytes) = models.read(manifest, role)? else { return Ok(None) };
            Ok(manifest.file(role).map(|file| (file.name.as_str(), bytes)))
        };
        let required = |role| {
            let missing = || ModelsError::damaged(crate::models::MANIFEST, format!("it names no file for {role}"));
            read(role)?.ok_or_else(missing)
        };
        let weights = required(Role::Model)?;
        let (source, target) = match read(Role::Vocab)? {
            Some(both) => (both, None),
            None => (required(Role::SourceVocab)?, Some(required(Role::TargetVocab)?)),
        };
        let shortlist = read(Role::Shortlist)?;
        let parts = Parts {
            model: part(&weights),
            source_vocabulary: part(&source),
            target_vocabulary: target.as_ref().map(part),
            shortlist: shortlist.as_ref().map(part),
        };
        let engine = Engine::from_parts(&parts, kernel).map_err(error_of)?;
        let bytes = engine.bytes();
        Ok(Self { engine, bytes })
    }
}

fn part<'a>((name, bytes): &'a (&str, Vec<u8>)) -> Part<'a> {
    Part { name: Path::new(*name), bytes }
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

    fn ignores(&self, character: char) -> bool {
        self.engine.ignores(character)
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
