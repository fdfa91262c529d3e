//! Models with random weights, written in the formats that the engine reads: small ones for tests, and ones as large as
//! real ones to measure speed with.

use std::path::{Path, PathBuf};

use super::Files;
use super::shortlist::checksum_of;

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
pub(super) enum Storage {
    /// In 8 bits, with factors for the activations.
    Calibrated,
    /// In 8 bits.
    Uncalibrated,
    /// As floats: the same numbers as [`Self::Uncalibrated`].
    Floats,
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
}

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
            has_shortlist: true,
            storage: Storage::Calibrated,
            seed,
            alignment: 1,
            is_endless: false,
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
            is_shared: true,
            has_shortlist: true,
            storage: Storage::Calibrated,
            seed: 1,
            alignment: 256,
            is_endless: true,
        }
    }

    /// Writes the files into a folder.
    pub(super) fn write(&self, folder: &Path) -> Files {
        let put = |name: &str, bytes: Vec<u8>| -> PathBuf {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a temporary folder can be written to");
            path
        };
        let source = pieces("abcdefghijklmnop", false);
        let target = if self.is_shared { source.clone() } else { pieces("qrstuvwxyzäöüßéè", true) };
        let source_vocabulary = put("source.spm", vocabulary(&source, !self.is_shared));
        Files {
            model: put("model.bin", self.model(source.len(), target.len())),
            target_vocabulary: if self.is_shared {
                source_vocabulary.clone()
            } else {
                put("target.spm", vocabulary(&target, true))
            },
            source_vocabulary,
            shortlist: self.has_shortlist.then(|| put("lex.bin", self.shortlist(source.len(), target.len()))),
        }
    }

    /// The model file alone, for vocabularies of so many pieces.
    #[must_use]
    pub fn model(&self, source: usize, target: usize) -> Vec<u8> {
        let mut random = Random::new(self.seed);
        let mut items = Items { items: Vec::new(), storage: self.storage };
        let (width, inner) = (self.dimension, self.feed_forward);
        if self.is_shared {
            items.matrix(&mut random, "Wemb", source, width, 3.0);
            items.alpha("none", 20.0);
            if self.alignment > 1 {
                // The reference looks for it under this name.
                items.alpha("Wemb", 20.0);
            }
        } else {
            items.matrix(&mut random, "encoder_Wemb", source, width, 3.0);
            items.matrix(&mut random, "decoder_Wemb", target, width, 3.0);
            if self.storage == Storage::Calibrated {
                // A scalar in 8 bits: 127 divided by its multiplier.
                let data = [&[127][..], &(127.0_f32 / 20.0).to_le_bytes()].concat();
                items.push("decoder_Wemb_QuantMultA", 0x4101, &[1, 1], data);
            }
        }
        let mut bias: Vec<f32> = (0..target).map(|_| random.weight() * 0.3).collect();
        if self.is_endless {
            // Of synthetic vocabularies and of real ones alike, the first piece is the end.
            bias[0] = -1e6;
        }
        items.vector("decoder_ff_logit_out_b", &bias);
        for layer in 1..=self.encoder_layers {
            items.heads(&mut random, &format!("encoder_l{layer}_self"), width);
            items.feed_forward(&mut random, &format!("encoder_l{layer}_ffn"), width, inner);
        }
        for layer in 1..=self.decoder_layers {
            items.linear(&mut random, &format!("decoder_l{layer}_rnn_W"), width, width);
            items.linear(&mut random, &format!("decoder_l{layer}_rnn_Wf"), width, width);
            items.bias(&mut random, &format!("decoder_l{layer}_rnn_bf"), width);
            items.norm(&mut random, &format!("decoder_l{layer}_rnn_ffn"), width);
            items.heads(&mut random, &format!("decoder_l{layer}_context"), width);
            items.feed_forward(&mut random, &format!("decoder_l{layer}_ffn"), width, inner);
        }
        let config = self.config(source, target);
        items.push("special:model.yml", 0x0101, &[config.len()], config.into_bytes());
        items.file(self.alignment)
    }

    /// `special:model.yml`, with every key that the reference implementation insists on.
    fn config(&self, source: usize, target: usize) -> String {
        let Self { dimension, feed_forward, heads, encoder_layers, decoder_layers, .. } = self;
        format!(
            "bert-train-type-embeddings: true\nbert-type-vocab-size: 2\ndec-cell: ssru\ndec-cell-base-depth: 2\n\
             dec-cell-high-depth: 1\ndec-depth: {decoder_layers}\ndim-emb: {dimension}\ndim-rnn: 1024\n\
             dim-vocabs:\n  - {source}\n  - {target}\nenc-cell: gru\nenc-cell-depth: 1\nenc-depth: {encoder_layers}\n\
             enc-type: bidirectional\ninput-types: []\nlayer-normalization: false\nlemma-dim-emb: 0\n\
             output-omit-bias: false\nright-left: false\nskip: false\ntied-embeddings: false\n\
             tied-embeddings-all: {}\ntied-embeddings-src: false\ntransformer-aan-activation: swish\n\
             transformer-aan-depth: 2\ntransformer-aan-nogate: false\ntransformer-decoder-autoreg: rnn\n\
             transformer-dim-aan: 2048\ntransformer-dim-ffn: {feed_forward}\ntransformer-ffn-activation: relu\n\
             transformer-ffn-depth: 2\ntransformer-guided-alignment-layer: last\ntransformer-heads: {heads}\n\
             transformer-no-projection: false\ntransformer-pool: false\ntransformer-postprocess: dan\n\
             transformer-postprocess-emb: d\ntransformer-postprocess-top: \"\"\ntransformer-preprocess: \"\"\n\
             transformer-tied-layers: []\ntransformer-train-position-embeddings: false\ntype: transformer\n\
             ulr: false\nulr-dim-emb: 0\nulr-trainable-transformation: false\nversion: v1.9.56\n\0",
            self.is_shared
        )
    }

    fn shortlist(&self, source: usize, target: usize) -> Vec<u8> {
        let mut random = Random::new(self.seed + 1);
        let (mut offsets, mut entries) = (vec![0_u64], Vec::new());
        for _ in 0..source {
            entries.extend((0..random.below(20)).map(|_| random.below(target) as u32));
            offsets.push(entries.len() as u64);
        }
        let header = [8, 8, offsets.len() as u64, entries.len() as u64];
        let mut covered: Vec<u8> = header.iter().chain(&offsets).flat_map(|word| word.to_le_bytes()).collect();
        covered.extend(entries.iter().flat_map(|entry| entry.to_le_bytes()));
        [&0xf11a_48d5_0134_17f5_u64.to_le_bytes()[..], &checksum_of(&covered).to_le_bytes(), &covered].concat()
    }
}

/// The items of a model file under construction.
struct Items {
    items: Vec<(String, u64, Vec<usize>, Vec<u8>)>,
    storage: Storage,
}

impl Items {
    fn push(&mut self, name: &str, kind: u64, shape: &[usize], data: Vec<u8>) {
        self.items.push((name.to_owned(), kind, shape.to_vec(), data));
    }

    fn vector(&mut self, name: &str, values: &[f32]) {
        self.push(name, 0x0404, &[1, values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    fn alpha(&mut self, name: &str, alpha: f32) {
        if self.storage == Storage::Calibrated {
            self.vector(&format!("{name}_QuantMultA"), &[alpha]);
        }
    }

    fn bias(&mut self, random: &mut Random, name: &str, length: usize) {
        let values: Vec<f32> = (0..length).map(|_| random.weight() * 0.3).collect();
        self.vector(name, &values);
    }

    fn norm(&mut self, random: &mut Random, base: &str, width: usize) {
        let scale: Vec<f32> = (0..width).map(|_| 1.0 + random.weight() * 0.3).collect();
        self.vector(&format!("{base}_ln_scale"), &scale);
        self.bias(random, &format!("{base}_ln_bias"), width);
    }

    /// Weights of at most 63 in magnitude: with these even kernels that saturate are exact.
    fn matrix(&mut self, random: &mut Random, name: &str, rows: usize, columns: usize, spread: f32) {
        let mut values: Vec<i8> = (0..rows * columns).map(|_| (random.weight() * 63.0).round() as i8).collect();
        let mut multiplier = 63.0 * (columns.min(rows) as f32).sqrt() / spread;
        if self.storage != Storage::Calibrated {
            // Floats that are rounded to these very values again, with this very multiplier.
            values[0] = 127;
            multiplier = multiplier.log2().round().exp2();
        }
        let (kind, data) = if self.storage == Storage::Floats {
            // Embeddings have a row for each token either way; weights have one for each input.
            let place = |at: usize| if name.ends_with("emb") { at } else { at % columns * rows + at / columns };
            let floats = (0..values.len()).map(|at| f32::from(values[place(at)]) / multiplier);
            (0x0404, floats.flat_map(f32::to_le_bytes).collect())
        } else {
            let bytes = values.iter().map(|value| value.cast_unsigned());
            (0x4101, bytes.chain(multiplier.to_le_bytes()).collect())
        };
        self.push(name, kind, &[rows, columns], data);
    }

    fn linear(&mut self, random: &mut Random, name: &str, inputs: usize, outputs: usize) {
        self.matrix(random, name, inputs, outputs, 2.0);
        let alpha = 25.0 + random.weight() * 5.0;
        self.alpha(name, alpha);
    }

    fn heads(&mut self, random: &mut Random, base: &str, width: usize) {
        for letter in ['q', 'k', 'v', 'o'] {
            self.linear(random, &format!("{base}_W{letter}"), width, width);
            self.bias(random, &format!("{base}_b{letter}"), width);
        }
        self.norm(random, &format!("{base}_Wo"), width);
    }

    fn feed_forward(&mut self, random: &mut Random, base: &str, width: usize, inner: usize) {
        self.linear(random, &format!("{base}_W1"), width, inner);
        self.bias(random, &format!("{base}_b1"), inner);
        self.linear(random, &format!("{base}_W2"), inner, width);
        self.bias(random, &format!("{base}_b2"), width);
        self.norm(random, &format!("{base}_ffn"), width);
    }

    /// The file; an odd gap is one that no reader may be surprised by.
    fn file(&self, alignment: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let mut word = |value: usize| file.extend((value as u64).to_le_bytes());
        word(1);
        word(self.items.len());
        for (name, kind, shape, data) in &self.items {
            [name.len() + 1, *kind as usize, shape.len(), data.len().next_multiple_of(alignment)]
                .into_iter()
                .for_each(&mut word);
        }
        for (name, ..) in &self.items {
            file.extend(name.bytes().chain([0]));
        }
        for (_, _, shape, _) in &self.items {
            file.extend(shape.iter().flat_map(|&dimension| (dimension as u32).to_le_bytes()));
        }
        let gap = if alignment == 1 { 3 } else { (file.len() + 8).next_multiple_of(alignment) - file.len() - 8 };
        file.extend((gap as u64).to_le_bytes());
        file.resize(file.len() + gap, 0);
        for (.., data) in &self.items {
            file.extend(data);
            file.resize(file.len() + data.len().next_multiple_of(alignment) - data.len(), 0);
        }
        file
    }
}

/// About two hundred pieces over an alphabet: the special ones, the letters, the letters after a space, and pairs.
fn pieces(alphabet: &str, has_bytes: bool) -> Vec<(String, f32, u8)> {
    let mut pieces: Vec<(String, f32, u8)> =
        vec![("</s>".to_owned(), 0.0, 3), ("<unk>".to_owned(), 0.0, 2), ("\u{2581}".to_owned(), -3.0, 1)];
    let letters: Vec<char> = alphabet.chars().collect();
    for (place, letter) in letters.iter().enumerate() {
        pieces.push((letter.to_string(), -6.0 - place as f32 * 0.1, 1));
        pieces.push((format!("\u{2581}{letter}"), -7.0 - place as f32 * 0.1, 1));
        for (other_place, other) in letters.iter().enumerate().filter(|(other, _)| (other + place) % 2 == 0) {
            pieces.push((format!("{letter}{other}"), -8.0 - (place * 16 + other_place) as f32 * 0.01, 1));
        }
    }
    if has_bytes {
        pieces.extend((0..=255).map(|byte| (format!("<0x{byte:02X}>"), 0.0, 6)));
    }
    pieces
}

fn vocabulary(pieces: &[(String, f32, u8)], has_bytes: bool) -> Vec<u8> {
    let field = |tag: u8, bytes: &[u8]| -> Vec<u8> {
        assert!(bytes.len() < 128, "one byte holds the length");
        [&[tag, bytes.len() as u8], bytes].concat()
    };
    let has_bytes = has_bytes && pieces.iter().any(|(_, _, kind)| *kind == 6);
    let mut file = Vec::new();
    for (piece, score, kind) in pieces {
        let message = [field(0x0a, piece.as_bytes()), [&[0x15][..], &score.to_le_bytes()].concat(), vec![0x18, *kind]];
        file.extend(field(0x0a, &message.concat()));
    }
    // Unigram; unknown characters as bytes or not.
    file.extend(field(0x12, &[0x18, 1, 0x98, 0x02, u8::from(has_bytes)]));
    file.extend(field(0x1a, &field(0x0a, b"identity")));
    file
}
