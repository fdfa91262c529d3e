//! Models with random weights, written in the formats that the engine reads: small ones for tests, and ones as large as
//! real ones to measure speed with.

mod cipher;
mod items;
mod vocabulary;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Files;
use super::shortlist::checksum_of;
use cipher::Plan;
use items::Items;

pub use vocabulary::Alphabet;

/// A reproducible source of numbers (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }

    /// Between -1 and 1, most near 0.
    fn weight(&mut self) -> f32 {
        let uniform = |bits: u64| (bits >> 40) as f32 / (1_u64 << 24) as f32;
        uniform(self.next()) + uniform(self.next()) - 1.0
    }
}

/// How the numbers of a model are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In 8 bits, with factors for the activations.
    Calibrated,
    /// In 8 bits.
    Uncalibrated,
    /// As floats: the same numbers as [`Self::Uncalibrated`].
    Floats,
}

/// The architectures that Firefox Translations has, all narrower than they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Six layers that read, two that write, four times as many inner columns as outer ones at most.
    Tiny,
    /// Wider, four layers that write, and heads of twelve columns: no whole vectors.
    BaseMemory,
    /// Wider still, with twice the heads and two layers that write.
    Base,
}

impl Shape {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Tiny, Self::BaseMemory, Self::Base];
}

/// What to make.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub(super) dimension: usize,
    pub(super) feed_forward: usize,
    pub(super) heads: usize,
    pub(super) encoder_layers: usize,
    pub(super) decoder_layers: usize,
    pub(super) is_shared: bool,
    pub(super) has_shortlist: bool,
    pub(super) storage: Storage,
    pub(super) seed: u64,
    /// At how many bytes the file's items begin: other engines map it into memory and want 256.
    pub(super) alignment: usize,
    /// Whether translations only end at their limit: to compare engines by the same work.
    pub(super) is_endless: bool,
    /// What the source's vocabulary spells, and the target's if that is another one.
    pub(super) alphabets: [Alphabet; 2],
    /// Whether it translates: see [`Self::cipher`].
    pub(super) is_cipher: bool,
}

/// Of models that do not translate.
const ALPHABETS: [Alphabet; 2] =
    [Alphabet { letters: "abcdefghijklmnop", signs: "" }, Alphabet { letters: "qrstuvwxyzäöüßéè", signs: "" }];

impl Recipe {
    /// Like `tiny` models: one vocabulary, a shallow decoder.
    pub(super) fn tiny(seed: u64) -> Self {
        Self {
            dimension: 32,
            feed_forward: 48,
            heads: 4,
            encoder_layers: 2,
            decoder_layers: 2,
            is_shared: true,
            has_shortlist: true,
            storage: Storage::Calibrated,
            seed,
            alignment: 1,
            is_endless: false,
            alphabets: ALPHABETS,
            is_cipher: false,
        }
    }

    /// Like `base` models with two vocabularies, as for Chinese or Japanese.
    pub(super) fn base(seed: u64) -> Self {
        Self {
            dimension: 64,
            feed_forward: 128,
            heads: 2,
            encoder_layers: 3,
            decoder_layers: 4,
            is_shared: false,
            ..Self::tiny(seed)
        }
    }

    /// As large as the `base` models of Firefox Translations, for a vocabulary of one's own: see [`Self::model`].
    pub fn full_base(decoder_layers: usize) -> Self {
        Self {
            dimension: 512,
            feed_forward: 2048,
            heads: 8,
            encoder_layers: 6,
            decoder_layers,
            alignment: 256,
            is_endless: true,
            ..Self::tiny(1)
        }
    }

    /// A model that translates, after a fashion: into the text with every letter replaced ([`Self::enciphered`]). With one
    /// alphabet both languages share a vocabulary, and what is translated twice is what it was.
    ///
    /// # Panics
    /// If the alphabets have different numbers of letters or signs.
    #[must_use]
    pub fn cipher(shape: Shape, source: Alphabet, target: Option<Alphabet>) -> Self {
        let (dimension, feed_forward, heads, decoder_layers) = match shape {
            Shape::Tiny => (64, 256, 4, 2),
            Shape::BaseMemory => (96, 384, 8, 4),
            Shape::Base => (128, 512, 8, 2),
        };
        let sizes = |alphabet: Alphabet| (alphabet.letters.chars().count(), alphabet.signs.chars().count());
        assert!(sizes(source) == sizes(target.unwrap_or(source)) && sizes(source).0 % 2 == 0, "letters have partners");
        Self {
            dimension,
            feed_forward,
            heads,
            encoder_layers: 6,
            decoder_layers,
            is_shared: target.is_none(),
            alphabets: [source, target.unwrap_or(source)],
            is_cipher: true,
            ..Self::tiny(1)
        }
    }

    /// The same numbers, stored otherwise.
    #[must_use]
    pub fn stored(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }

    /// With a shortlist, or weighing the whole vocabulary at each step.
    #[must_use]
    pub fn with_shortlist(self, has_shortlist: bool) -> Self {
        Self { has_shortlist, ..self }
    }

    /// One that never comes to an end by itself: for what is to become of that.
    #[must_use]
    pub fn endless(self) -> Self {
        Self { is_endless: true, ..self }
    }

    /// What a cipher makes of a text; what it cannot spell stays.
    #[must_use]
    pub fn enciphered(&self, text: &str) -> String {
        let [source, target] = self.alphabets;
        let turn = usize::from(self.is_shared);
        let place = |character: char, among: &str| among.chars().position(|other| other == character);
        let at = |place: usize, among: &str| among.chars().nth(place);
        let image = |character: char| {
            let letter = place(character, source.letters).and_then(|place| at(place ^ turn, target.letters));
            letter.or_else(|| place(character, source.signs).and_then(|place| at(place, target.signs)))
        };
        text.chars().map(|character| image(character).unwrap_or(character)).collect()
    }

    /// For each piece of the source's vocabulary, the piece that a cipher makes of it.
    fn partners(&self) -> Vec<usize> {
        let [source, target] = self.alphabets.map(|alphabet| vocabulary::pieces(alphabet, false));
        let places: HashMap<&str, usize> =
            target.iter().enumerate().map(|(place, (piece, ..))| (piece.as_str(), place)).collect();
        // The special pieces are what they are: `unk` has letters, too.
        let image = |(piece, _, kind): &vocabulary::Piece| match kind {
            1 => places[self.enciphered(piece).as_str()],
            _ => places[piece.as_str()],
        };
        source.iter().map(image).collect()
    }

    /// Writes the files into a folder, under the publisher's names.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn write(&self, folder: &Path) -> Files {
        let put = |name: &str, bytes: Vec<u8>| -> PathBuf {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a temporary folder can be written to");
            path
        };
        let source = vocabulary::pieces(self.alphabets[0], false);
        let target = match self.is_shared {
            true => source.clone(),
            false => vocabulary::pieces(self.alphabets[1], !self.is_cipher),
        };
        let source_name = if self.is_shared { "vocab.spm" } else { "srcvocab.spm" };
        let source_vocabulary = put(source_name, vocabulary::file(&source));
        Files {
            model: put("model.bin", self.model(source.len(), target.len())),
            target_vocabulary: match self.is_shared {
                true => source_vocabulary.clone(),
                false => put("trgvocab.spm", vocabulary::file(&target)),
            },
            source_vocabulary,
            shortlist: self.has_shortlist.then(|| put("lex.bin", self.shortlist(source.len(), target.len()))),
        }
    }

    /// The model file alone, for vocabularies of so many pieces.
    #[must_use]
    pub fn model(&self, source: usize, target: usize) -> Vec<u8> {
        let mut random = Random::new(self.seed);
        let mut items = Items::new(self.storage);
        if self.is_cipher {
            let plan = Plan::new(self);
            plan.embeddings(self, &mut items, &mut random, source);
            self.output(&mut items, vec![0.0; target]);
            plan.encoder(self, &mut items, &mut random);
            plan.decoder(self, &mut items, &mut random);
        } else {
            self.random(&mut items, &mut random, source, target);
        }
        let config = self.config(source, target);
        items.push("special:model.yml", 0x0101, &[config.len()], config.into_bytes());
        items.file(self.alignment)
    }

    /// What belongs to the output layer besides the embeddings.
    fn output(&self, items: &mut Items, mut bias: Vec<f32>) {
        if self.is_shared {
            items.alpha("none", 20.0);
            if self.alignment > 1 {
                // The reference looks for it under this name.
                items.alpha("Wemb", 20.0);
            }
        } else if self.storage == Storage::Calibrated {
            // A scalar in 8 bits: 127 divided by its multiplier.
            let data = [&[127][..], &(127.0_f32 / 20.0).to_le_bytes()].concat();
            items.push("decoder_Wemb_QuantMultA", 0x4101, &[1, 1], data);
        }
        if self.is_endless {
            // Of synthetic vocabularies and of real ones alike, the first piece is the end.
            bias[0] = -1e6;
        }
        items.vector("decoder_ff_logit_out_b", &bias);
    }

    fn random(&self, items: &mut Items, random: &mut Random, source: usize, target: usize) {
        let (width, inner) = (self.dimension, self.feed_forward);
        if self.is_shared {
            items.matrix(random, "Wemb", source, width, 3.0);
        } else {
            items.matrix(random, "encoder_Wemb", source, width, 3.0);
            items.matrix(random, "decoder_Wemb", target, width, 3.0);
        }
        let bias = (0..target).map(|_| random.weight() * 0.3).collect();
        self.output(items, bias);
        for layer in 1..=self.encoder_layers {
            items.heads(random, &format!("encoder_l{layer}_self"), width, 1.0);
            items.feed_forward(random, &format!("encoder_l{layer}_ffn"), width, inner, 1.0);
        }
        for layer in 1..=self.decoder_layers {
            items.linear(random, &format!("decoder_l{layer}_rnn_W"), width, width, 1.0);
            items.linear(random, &format!("decoder_l{layer}_rnn_Wf"), width, width, 1.0);
            items.bias(random, &format!("decoder_l{layer}_rnn_bf"), width, 1.0);
            items.norm(random, &format!("decoder_l{layer}_rnn_ffn"), width, 1.0);
            items.heads(random, &format!("decoder_l{layer}_context"), width, 1.0);
            items.feed_forward(random, &format!("decoder_l{layer}_ffn"), width, inner, 1.0);
        }
    }

    /// `special:model.yml`, with every key that the reference implementation insists on.
    fn config(&self, source: usize, target: usize) -> String {
        let Self { dimension, feed_forward, heads, encoder_layers, decoder_layers, .. } = self;
        format!(
            "bert-train-type-embeddings: true\nbert-type-vocab-size: 2\ndec-cell: ssru\ndec-cell-base-depth: 2\n\
             dec-cell-high-depth: 1\ndec-depth: {decoder_layers}\ndim-emb: {dimension}\ndim-rnn: 1024\n\
             dim-vocabs:\n  - {source}\n  - {target}\nenc-cell: gru\nenc-cell-depth: 1\nenc-depth: {encoder_layers}\n\
             enc-type: bidirectional\ninput-types: []\nlayer-normalization: false\nlemma-dim-emb: 0\n\
             output-omit-bias: false\nright-left: false\nskip: false\ntied-embeddings: {}\n\
             tied-embeddings-all: {}\ntied-embeddings-src: false\ntransformer-aan-activation: swish\n\
             transformer-aan-depth: 2\ntransformer-aan-nogate: false\ntransformer-decoder-autoreg: rnn\n\
             transformer-dim-aan: 2048\ntransformer-dim-ffn: {feed_forward}\ntransformer-ffn-activation: relu\n\
             transformer-ffn-depth: 2\ntransformer-guided-alignment-layer: last\ntransformer-heads: {heads}\n\
             transformer-no-projection: false\ntransformer-pool: false\ntransformer-postprocess: dan\n\
             transformer-postprocess-emb: d\ntransformer-postprocess-top: \"\"\ntransformer-preprocess: \"\"\n\
             transformer-tied-layers: []\ntransformer-train-position-embeddings: false\ntype: transformer\n\
             ulr: false\nulr-dim-emb: 0\nulr-trainable-transformation: false\nversion: v1.9.56\n\0",
            !self.is_shared, self.is_shared
        )
    }

    fn shortlist(&self, source: usize, target: usize) -> Vec<u8> {
        let mut random = Random::new(self.seed + 1);
        let (mut offsets, mut entries) = (vec![0_u64], Vec::new());
        let partners = if self.is_cipher { self.partners() } else { Vec::new() };
        for token in 0..source {
            entries.extend(partners.get(token).map(|partner| *partner as u32));
            entries.extend((0..random.below(20)).map(|_| random.below(target) as u32));
            offsets.push(entries.len() as u64);
        }
        let header = [8, 8, offsets.len() as u64, entries.len() as u64];
        let mut covered: Vec<u8> = header.iter().chain(&offsets).flat_map(|word| word.to_le_bytes()).collect();
        covered.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));
        [&0xf11a_48d5_0134_17f5_u64.to_le_bytes()[..], &checksum_of(&covered).to_le_bytes(), &covered].concat()
    }
}
