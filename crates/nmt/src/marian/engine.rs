//! A loaded model: text to tokens, tokens to tokens, tokens to text.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::Common;
use super::decoder::{self, DecoderBuffers, Slot};
use super::encoder::{self, Buffers};
use super::error::{Flaw, LoadError};
use super::feed::{Feed, List};
use super::kernels::Kernel;
use super::sentencepiece::{Decoded, Tokens, Vocabulary};
use super::shortlist::{Shortlist, Target};
use super::weights::{POSITIONS, Weights};

/// Sentences that are decoded side by side.
const SLOTS: usize = 16;
/// So many slots must be free before more sentences are encoded: a product of few rows is slow.
const REFILL: usize = 6;
/// Source tokens that are encoded together, unless one sentence alone has more.
const GROUP_TOKENS: usize = 256;
/// Source tokens of all sentences under way: a bound on their keys and values.
const ACTIVE_TOKENS: usize = 4096;

/// The files of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The parameters: `model.*.bin`, converted to `intgemm8`, with `alphas` or without, or in 32-bit floats.
    pub model: PathBuf,
    /// The source's SentencePiece vocabulary.
    pub source_vocabulary: PathBuf,
    /// The target's; often the same file.
    pub target_vocabulary: PathBuf,
    /// The lexical shortlist, `lex.*.bin`. Without it every token of the vocabulary is weighed at each step.
    pub shortlist: Option<PathBuf>,
}

/// A file of a model in memory, and what errors call it.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The name of the file that it was read from.
    pub name: &'a Path,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// The files of a model, in memory: for callers who check what they load.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// See [`Files::model`].
    pub model: Part<'a>,
    /// See [`Files::source_vocabulary`].
    pub source_vocabulary: Part<'a>,
    /// See [`Files::target_vocabulary`]; `None` if it is the source's.
    pub target_vocabulary: Option<Part<'a>>,
    /// See [`Files::shortlist`].
    pub shortlist: Option<Part<'a>>,
}

/// Bounds of one translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Source tokens beyond this are left out, and the hypothesis says so. At most 1,023.
    pub max_source_tokens: usize,
    /// Target tokens beyond this are not made, and the hypothesis says so. At most 1,024. In any case the target is no
    /// longer than two and a half times the source and eight tokens: beyond that a model only repeats itself.
    pub max_target_tokens: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_source_tokens: 512, max_target_tokens: 768 }
    }
}

/// A translation as token ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hypothesis {
    /// Target tokens, without the end of the sentence.
    pub ids: Vec<u32>,
    /// For each of [`Self::ids`], how much each source token had to do with it: a row of [`Self::source_length`] weights
    /// that add up to one, row after row.
    pub alignment: Vec<f32>,
    /// The source tokens that were used, and one for the end of the sentence.
    pub source_length: usize,
    /// For each of [`Self::ids`] and, if it was reached, for the end of the sentence: the natural logarithm of the token's
    /// probability among the candidates, after the tokens before it. Empty if nobody asked the model ([`Engine::force`]).
    pub log_probabilities: Vec<f32>,
    /// Whether source tokens were left out, or the end of the sentence was not reached.
    pub truncated: bool,
}

impl Hypothesis {
    /// The natural logarithm of the translation's probability among the candidates, its end included.
    #[must_use]
    pub fn log_probability(&self) -> f32 {
        self.log_probabilities.iter().sum()
    }

    /// The row of the alignment for one of the target tokens.
    #[must_use]
    pub fn alignment_of(&self, token: usize) -> &[f32] {
        &self.alignment[token * self.source_length..(token + 1) * self.source_length]
    }
}

/// The caller asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// The memory of one translating thread. Grows to what the work needs, and is used again.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) buffers: Buffers,
    pub(super) decoder: DecoderBuffers,
    pub(super) slots: Vec<Slot>,
    free: Vec<usize>,
    pub(super) active: Vec<usize>,
    pub(super) chosen: Vec<(u32, f32)>,
    pub(super) seen: Vec<u64>,
    /// A sentence that the feed gave and that there was no room for.
    held: Option<(usize, Vec<u32>)>,
}

/// A model, ready to translate from any number of threads.
#[derive(Debug)]
pub struct Engine {
    pub(super) weights: Weights,
    pub(super) source: Vocabulary,
    /// `None` if it is the source's.
    target: Option<Vocabulary>,
    pub(super) shortlist: Option<Shortlist>,
    /// Nothing without a shortlist.
    pub(super) common: Common,
    pub(super) kernel: Kernel,
}

impl Engine {
    /// Loads a model.
    ///
    /// # Errors
    /// If a file cannot be read, is damaged, or needs what this engine does not have; the error names it. If the
    /// processor does not have what the kernel needs.
    pub fn load(files: &Files, kernel: Kernel) -> Result<Self, LoadError> {
        let read = |file: &Path| fs::read(file).map_err(|source| LoadError::Read { file: file.to_owned(), source });
        let is_shared = files.source_vocabulary == files.target_vocabulary;
        let model = read(&files.model)?;
        let source = read(&files.source_vocabulary)?;
        let target = if is_shared { None } else { Some(read(&files.target_vocabulary)?) };
        let shortlist = files.shortlist.as_deref().map(read).transpose()?;
        let parts = Parts {
            model: Part { name: &files.model, bytes: &model },
            source_vocabulary: Part { name: &files.source_vocabulary, bytes: &source },
            target_vocabulary: target.as_deref().map(|bytes| Part { name: &files.target_vocabulary, bytes }),
            shortlist: files.shortlist.as_deref().zip(shortlist.as_deref()).map(|(name, bytes)| Part { name, bytes }),
        };
        Self::from_parts(&parts, kernel)
    }

    /// Makes a model of what its files hold.
    ///
    /// # Errors
    /// As [`Self::load`], but for reading.
    pub fn from_parts(parts: &Parts<'_>, kernel: Kernel) -> Result<Self, LoadError> {
        if !kernel.is_available() {
            return Err(LoadError::Kernel(kernel.name()));
        }
        let vocabularies = || {
            let source = parts.source_vocabulary.parsed(Vocabulary::parse)?;
            let target = parts.target_vocabulary.map(|part| part.parsed(Vocabulary::parse)).transpose()?;
            let pieces = target.as_ref().unwrap_or(&source).len();
            // Whether the model has as many is looked at below, before this may matter to anybody.
            let shortlist = parts.shortlist.map(|part| part.parsed(|bytes| Shortlist::parse(bytes, pieces)));
            Ok((source, target, shortlist))
        };
        let (others, weights) = std::thread::scope(|scope| {
            // A system that has no thread to give gets it done one after the other.
            let others = std::thread::Builder::new().spawn_scoped(scope, vocabularies);
            let weights = parts.model.parsed(|bytes| Weights::parse(bytes, parts.shortlist.is_some(), kernel));
            let others = match others {
                Ok(others) => others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_) => vocabularies(),
            };
            (others, weights)
        });
        let (source, target, shortlist) = others?;
        let mut weights = weights?;
        // What stands for nothing in particular is no translation of anything.
        weights.output.forbid(target.as_ref().unwrap_or(&source).unknown());
        let fits = |part: Part<'_>, pieces: usize, expected: usize| {
            let flaw = || Flaw::damaged(format!("it has {pieces} pieces, but the model has {expected}"));
            if pieces == expected { Ok(()) } else { Err(flaw().within(part.name)) }
        };
        fits(parts.source_vocabulary, source.len(), weights.config.source_vocabulary)?;
        let (target_part, target_pieces) = match (parts.target_vocabulary, &target) {
            (Some(part), Some(target)) => (part, target.len()),
            _ => (parts.source_vocabulary, source.len()),
        };
        fits(target_part, target_pieces, weights.config.target_vocabulary)?;
        let shortlist = shortlist.transpose()?;
        let common = shortlist.as_ref().map(|shortlist| Common::new(&weights, kernel, shortlist)).unwrap_or_default();
        Ok(Self { weights, source, target, shortlist, common, kernel })
    }

    /// The instructions it runs on.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The 8-bit multiplications that a translation of so many tokens takes, ends included, without the output layer: to
    /// relate its time to what the processor can do.
    #[must_use]
    pub fn multiplications(&self, source_tokens: usize, target_tokens: usize) -> u64 {
        let config = &self.weights.config;
        let (square, wide) = (config.dimension * config.dimension, config.dimension * config.feed_forward);
        let source = config.encoder_layers * (4 * square + 2 * wide) + config.decoder_layers * 2 * square;
        let target = config.decoder_layers * (4 * square + 2 * wide);
        (source_tokens * source + target_tokens * target) as u64
    }

    /// Cuts a source text into tokens.
    #[must_use]
    pub fn encode(&self, text: &str) -> Tokens {
        self.source.encode(text)
    }

    /// Whether the source's vocabulary can spell this character, as it is or as its normalisation has it. What it cannot
    /// spell is an unknown token: models drop it, or make something up.
    #[must_use]
    pub fn knows(&self, character: char) -> bool {
        self.source.knows(character)
    }

    /// Bytes of memory that the model takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let vocabularies = self.source.bytes() + self.target.as_ref().map_or(0, Vocabulary::bytes);
        let shortlist = self.shortlist.as_ref().map_or(0, Shortlist::bytes);
        self.weights.bytes() + vocabularies + shortlist + self.common.bytes()
    }

    /// The text of target tokens.
    #[must_use]
    pub fn decode(&self, ids: &[u32]) -> Decoded {
        self.target().decode(ids)
    }

    pub(super) fn target(&self) -> &Vocabulary {
        self.target.as_ref().unwrap_or(&self.source)
    }

    /// Translates sentences, each given as the ids that [`Self::encode`] gives. The most probable token is taken at each
    /// step. Every result depends on its own sentence alone.
    ///
    /// The work goes on side by side for dozens of sentences, so many short calls are slower than one long one; their
    /// order and lengths do not matter.
    ///
    /// # Errors
    /// [`Cancelled`] soon after `is_cancelled`, which is asked before each step, says so.
    pub fn translate(
        &self,
        sentences: &[&[u32]],
        options: &Options,
        workspace: &mut Workspace,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<Hypothesis>, Cancelled> {
        let hypotheses = vec![Hypothesis::default(); sentences.len()];
        let mut list = List { sentences: sentences.iter().enumerate(), hypotheses, is_cancelled };
        self.run(&mut list, options, workspace)?;
        Ok(list.hypotheses)
    }

    /// Cuts a text of the target language into tokens.
    #[must_use]
    pub fn encode_target(&self, text: &str) -> Tokens {
        self.target().encode(text)
    }

    /// What the model looks at when it is made to say `target`: the alignment of a translation that exists already.
    /// What is longer than the model can place is left out.
    pub fn force(&self, source: &[u32], target: &[u32], workspace: &mut Workspace) -> Hypothesis {
        workspace.reset();
        let mut ids: Vec<u32> = source.iter().copied().take(POSITIONS - 1).collect();
        for id in ids.iter_mut().filter(|id| **id as usize >= self.source.len()) {
            *id = self.source.unknown();
        }
        ids.push(self.source.end());
        let target = &target[..target.len().min(POSITIONS)];
        let place = 0;
        workspace.slots[place].start(&self.weights, 0, ids.len(), false, target.len());
        encoder::encode(&self.weights, self.kernel, &[&ids], &mut workspace.buffers);
        decoder::attach(&self.weights, self.kernel, &mut workspace.slots, &[place], &mut workspace.buffers);
        self.shorten(&ids, &mut workspace.slots[place], &mut workspace.seen);
        for id in target {
            let Workspace { buffers, decoder, slots, chosen, .. } = workspace;
            decoder::step(&self.weights, &self.common, self.kernel, slots, &[place], (buffers, decoder), chosen);
            workspace.slots[place].ids.push(*id);
        }
        let slot = &workspace.slots[place];
        Hypothesis {
            ids: slot.ids.clone(),
            alignment: slot.alignment.clone(),
            source_length: slot.length,
            log_probabilities: Vec::new(),
            truncated: source.len() >= ids.len(),
        }
    }

    /// Translates what the feed gives, as [`Self::translate`] does, until it gives nothing and nothing is under way.
    ///
    /// # Errors
    /// [`Cancelled`] if the feed says so; what is under way is not done then.
    pub fn run(&self, feed: &mut dyn Feed, options: &Options, workspace: &mut Workspace) -> Result<(), Cancelled> {
        workspace.reset();
        loop {
            if feed.is_cancelled() {
                return Err(Cancelled);
            }
            if workspace.free.len() >= REFILL || workspace.active.is_empty() {
                self.refill(feed, options, workspace);
            }
            if workspace.active.is_empty() {
                return Ok(());
            }
            let Workspace { buffers, decoder, slots, active, chosen, .. } = workspace;
            decoder::step(&self.weights, &self.common, self.kernel, slots, active, (buffers, decoder), chosen);
            self.advance(workspace, feed);
        }
    }

    /// Encodes the next sentences and gives them slots.
    fn refill(&self, feed: &mut dyn Feed, options: &Options, workspace: &mut Workspace) {
        let end = self.source.end();
        let most = options.max_source_tokens.min(POSITIONS - 1);
        let mut under_way: usize = workspace.active.iter().map(|&place| workspace.slots[place].length).sum();
        loop {
            let mut group: Vec<Vec<u32>> = Vec::new();
            let mut places = Vec::new();
            let mut tokens = 0;
            while let Some(&place) = workspace.free.last() {
                let next = workspace.held.take().or_else(|| feed.next(workspace.active.len() + group.len()));
                let Some((sentence, mut ids)) = next else { break };
                if ids.is_empty() {
                    feed.done(sentence, Hypothesis::default());
                    continue;
                }
                let length = ids.len().min(most) + 1;
                let is_full = !group.is_empty() && tokens + length > GROUP_TOKENS
                    || under_way > 0 && under_way + length > ACTIVE_TOKENS;
                if is_full {
                    workspace.held = Some((sentence, ids));
                    break;
                }
                workspace.free.pop();
                let is_cut = ids.len() > most;
                ids.truncate(most);
                for id in ids.iter_mut().filter(|id| **id as usize >= self.source.len()) {
                    *id = self.source.unknown();
                }
                ids.push(end);
                let limit = (length * 5 / 2 + 8).min(options.max_target_tokens).clamp(1, POSITIONS);
                workspace.slots[place].start(&self.weights, sentence, length, is_cut, limit);
                group.push(ids);
                places.push(place);
                tokens += length;
                under_way += length;
            }
            if group.is_empty() {
                return;
            }
            let group: Vec<&[u32]> = group.iter().map(Vec::as_slice).collect();
            encoder::encode(&self.weights, self.kernel, &group, &mut workspace.buffers);
            decoder::attach(&self.weights, self.kernel, &mut workspace.slots, &places, &mut workspace.buffers);
            for (ids, &place) in group.iter().zip(&places) {
                self.shorten(ids, &mut workspace.slots[place], &mut workspace.seen);
            }
            workspace.active.extend(places);
        }
    }

    /// Gives a slot its candidates.
    pub(super) fn shorten(&self, ids: &[u32], slot: &mut Slot, seen: &mut Vec<u64>) {
        let Some(shortlist) = &self.shortlist else { return };
        let target = Target {
            vocabulary: self.weights.config.target_vocabulary,
            end: self.target().end(),
            is_shared: self.weights.is_shared(),
        };
        shortlist.candidates(ids.iter().copied(), &target, seen, &mut slot.candidates);
        self.common.take_out(&mut slot.candidates, &mut slot.presence);
        self.weights.output.gather(self.kernel, &self.weights.target, &slot.candidates, &mut slot.output);
    }

    /// Takes up the chosen tokens and clears the slots that are done.
    fn advance(&self, workspace: &mut Workspace, feed: &mut dyn Feed) {
        let end = self.target().end();
        let Workspace { slots, free, active, chosen, .. } = workspace;
        let mut choices = chosen.iter();
        active.retain(|&place| {
            let slot = &mut slots[place];
            let Some(&(id, log_probability)) = choices.next() else { return true };
            slot.log_probabilities.push(log_probability);
            let is_ended = id == end;
            if !is_ended {
                slot.ids.push(id);
            }
            if !is_ended && slot.ids.len() < slot.limit {
                return true;
            }
            slot.alignment.truncate(slot.ids.len() * slot.length);
            let hypothesis = Hypothesis {
                ids: slot.ids.clone(),
                alignment: slot.alignment.clone(),
                source_length: slot.length,
                log_probabilities: slot.log_probabilities.clone(),
                truncated: slot.is_cut || !is_ended,
            };
            feed.done(slot.sentence, hypothesis);
            slot.shrink();
            free.push(place);
            false
        });
    }
}

impl Workspace {
    /// Empty; memory is taken when it is needed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All slots free, whatever a cancelled call left.
    pub(super) fn reset(&mut self) {
        self.slots.resize_with(SLOTS, Slot::default);
        self.active.clear();
        self.held = None;
        self.free.clear();
        self.free.extend(0..SLOTS);
    }
}

impl Part<'_> {
    fn parsed<T>(self, parse: impl FnOnce(&[u8]) -> Result<T, Flaw>) -> Result<T, LoadError> {
        parse(self.bytes).map_err(|flaw| flaw.within(self.name))
    }
}
