//! Models computed by the crate `fxtranslate`. Nothing else here knows of it.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fxtranslate::engine::{Aligned, Engine};
use fxtranslate::shortlist::Shortlist;
use fxtranslate::spm::SpmVocab;

use crate::models::{Manifest, Models, ModelsError, Role};
use crate::neural::model::{Attention, Decoded, Encoded, Model, Output};
use crate::neural::offsets::{Offsets, SPACE};
use crate::neural::sound::{shortlist_flaw, weights_flaw};

/// Memory beside the files: packed weights, the vocabulary's tables, buffers of the threads.
const FACTOR: usize = 3;

pub(crate) struct FxModel {
    engine: Shared<Engine>,
    source: SpmVocab,
    target: SpmVocab,
    /// The characters that are tokens of the source vocabulary.
    characters: HashSet<char>,
    bytes: usize,
}

/// Lets an engine move between threads.
struct Shared<T>(T);

// SAFETY: `Engine` is `Sync` by its own declaration and lacks `Send` only through a pointer to a packed weight matrix.
// That buffer is allocated and freed by the C++ allocator, which may be called from any thread, is written once before
// the engine is handed out, and has no tie to the thread that made it.
#[expect(unsafe_code, reason = "the engine is not declared Send although nothing in it belongs to a thread")]
unsafe impl Send for Shared<Engine> {}

impl FxModel {
    /// Loads a model of the store; every file is checked against its hash first, and what the crate makes of a file
    /// that passes and is bad all the same is caught.
    pub(crate) fn load(models: &Models, manifest: &Manifest) -> Result<Self, ModelsError> {
        refuse_old_processors()?;
        let name_of = |role| manifest.file(role).map_or_else(|| role.to_string(), |file| file.name.clone());
        let wanted = |role| models.read(manifest, role);
        let weights = wanted(Role::Model)?.unwrap_or_default();
        let (source, target) = match wanted(Role::Vocab)? {
            Some(vocab) => (vocab.clone(), vocab),
            None => (wanted(Role::SourceVocab)?.unwrap_or_default(), wanted(Role::TargetVocab)?.unwrap_or_default()),
        };
        let shortlist = wanted(Role::Shortlist)?;

        let vocabulary = |bytes: &[u8], role| {
            let vocabulary = catch_unwind(AssertUnwindSafe(|| SpmVocab::from_bytes(bytes))).ok();
            // Garbage reads as a vocabulary without tokens.
            vocabulary
                .filter(|vocabulary| vocabulary.len() > 100 && vocabulary.piece(vocabulary.eos_id()) == "</s>")
                .ok_or_else(|| ModelsError::damaged(&name_of(role), "it is not a SentencePiece vocabulary"))
        };
        let has_both = manifest.file(Role::Vocab).is_some();
        let roles = if has_both { (Role::Vocab, Role::Vocab) } else { (Role::SourceVocab, Role::TargetVocab) };
        let source_vocabulary = vocabulary(&source, roles.0)?;
        let target_vocabulary = vocabulary(&target, roles.1)?;

        if let Some(flaw) = weights_flaw(&weights) {
            return Err(ModelsError::damaged(&name_of(Role::Model), flaw));
        }
        let engine = catch_unwind(AssertUnwindSafe(|| Engine::from_bytes(&weights, &source, &target)))
            .map_err(|_| ModelsError::damaged(&name_of(Role::Model), "it cannot be read as a model"))?
            .map_err(|reason| ModelsError::damaged(&name_of(Role::Model), reason))?;
        let engine = match shortlist {
            None => engine,
            Some(bytes) => {
                if let Some(flaw) = shortlist_flaw(&bytes, target_vocabulary.len()) {
                    return Err(ModelsError::damaged(&name_of(Role::Shortlist), flaw));
                }
                let shortlist = catch_unwind(AssertUnwindSafe(|| Shortlist::from_bytes(&bytes)))
                    .map_err(|_| ModelsError::damaged(&name_of(Role::Shortlist), "it is not a shortlist"))?;
                engine.with_shortlist(shortlist)
            }
        };
        // Weights of another shape or vocabulary show at the first use at the latest.
        catch_unwind(AssertUnwindSafe(|| engine.translate("a")))
            .map_err(|_| ModelsError::damaged(&name_of(Role::Model), "it does not fit its vocabulary"))?;

        let characters = (0..source_vocabulary.len())
            .filter_map(|id| {
                let mut piece = source_vocabulary.piece(u32::try_from(id).ok()?).chars();
                piece.next().filter(|character| piece.next().is_none() && *character != SPACE)
            })
            .collect();
        let bytes = usize::try_from(manifest.size()).unwrap_or(usize::MAX).saturating_mul(FACTOR);
        Ok(Self { engine: Shared(engine), source: source_vocabulary, target: target_vocabulary, characters, bytes })
    }

    fn form(&self, character: char) -> String {
        let mut buffer = [0; 4];
        self.source.normalize(character.encode_utf8(&mut buffer))
    }

    /// The most tokens that the engine puts out for so many, the end tokens included.
    fn most_tokens(source: usize) -> usize {
        (2 * source + 4).min(256)
    }
}

impl Model for FxModel {
    fn encode(&self, text: &str) -> Encoded {
        let (normalised, tokens) = self.source.encode_with_offsets(text);
        let offsets = Offsets::new(text, &normalised, |piece| self.source.normalize(piece));
        let (ids, spans) = tokens.into_iter().map(|(id, range)| (id, offsets.range(text, &normalised, &range))).unzip();
        Encoded { text: text.to_owned(), ids, spans }
    }

    fn knows(&self, character: char) -> bool {
        if self.characters.contains(&character) {
            return true;
        }
        let form = self.form(character);
        let mut form = form.chars().filter(|character| *character != SPACE).peekable();
        form.peek().is_some() && form.all(|character| self.characters.contains(&character))
    }

    fn ignores(&self, character: char) -> bool {
        self.form(character).trim_matches(SPACE).is_empty()
    }

    fn run(&self, batch: &[&Encoded], aligned: bool) -> Vec<Output> {
        if aligned {
            // The crate has no batch that tells the attention.
            return batch.iter().map(|encoded| output_of(self.engine.0.translate_aligned(&encoded.text))).collect();
        }
        let end = self.source.eos_id();
        let sources: Vec<Vec<u32>> =
            batch.iter().map(|encoded| encoded.ids.iter().copied().chain([end]).collect()).collect();
        let outputs = self.engine.0.greedy_batch(&sources);
        let complete = |source: &[u32], ids: &[u32]| ids.len() < Self::most_tokens(source.len());
        let both = sources.iter().zip(outputs);
        both.map(|(source, ids)| Output { complete: complete(source, &ids), ids, attention: None }).collect()
    }

    fn decode(&self, ids: &[u32]) -> Decoded {
        let (text, spans) = self.target.decode_with_offsets(ids);
        Decoded { text, spans }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Takes the end token off the ids and the attention.
fn output_of(aligned: Aligned) -> Output {
    let width = aligned.source_tokens.len().saturating_sub(1);
    let mut ids: Vec<u32> = aligned.target_tokens.iter().map(|token| token.id).collect();
    // The end token of the source is the last one, too.
    let end = aligned.source_tokens.last().map(|token| token.id);
    let complete = ids.last().copied() == end;
    if complete {
        ids.pop();
    }
    let rows = aligned.alignments.iter().take(ids.len());
    let weights = rows.flat_map(|row| row[..width].iter().copied()).collect();
    Output { ids, complete, attention: Some(Attention { width, weights }) }
}

/// The crate's kernel uses AVX2 without asking: the process would die.
#[cfg(target_arch = "x86_64")]
fn refuse_old_processors() -> Result<(), ModelsError> {
    if std::arch::is_x86_feature_detected!("avx2") {
        return Ok(());
    }
    Err(ModelsError::damaged("this machine", "its processor lacks AVX2, which the engine needs"))
}

#[cfg(not(target_arch = "x86_64"))]
fn refuse_old_processors() -> Result<(), ModelsError> {
    Ok(())
}
