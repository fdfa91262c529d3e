//! What benches measure of the engine's inside, and the models that fuzz targets begin with. Only with the feature
//! `measure`, and promised to nobody.

use std::path::Path;
use std::time::Duration;

use super::decoder::{self, Slot};
use super::encoder::{self, Buffers};
use super::kernels::{self, Bytes, Floats, Linear, Output, Scales};
use super::{Engine, Files, Kernel, Workspace};

use super::synthetic::Random;

pub use super::synthetic::{Alphabet, Recipe, Shape, Storage};

/// 8-bit multiplications a second that the kernel's instructions reach on registers alone, the best of some tries; `None`
/// for kernels without such instructions. The clock tells the processor time of this thread.
pub fn peak(kernel: Kernel, clock: &dyn Fn() -> Duration) -> Option<f64> {
    let each = kernels::peak::multiplications(kernel)?;
    let rounds = 4_000_000;
    let tries = (0..8).map(|_| {
        let before = clock();
        kernels::peak::run(kernel, rounds);
        (each * rounds) as f64 / (clock() - before).as_secs_f64()
    });
    tries.reduce(f64::max)
}

/// A product of quantised rows with a layer's weights.
pub struct Product {
    kernel: Kernel,
    rows: usize,
    activations: Bytes,
    linear: Linear,
    output: Floats,
}

impl Product {
    pub fn new(kernel: Kernel, rows: usize, inputs: usize, outputs: usize) -> Self {
        // As in models: most near zero.
        let mut random = Random::new(1);
        let mut weight = || (random.below(64) + random.below(64)) as i8 - 63;
        let weights: Vec<u8> = (0..inputs * outputs).map(|_| weight().cast_unsigned()).collect();
        let linear = Linear::pack(kernel, &weights, &[], inputs, Scales { quantise: Some(20.0), multiplier: 40.0 });
        let (mut activations, mut output) = (Bytes::default(), Floats::default());
        activations.resize(rows * inputs);
        output.resize(rows * linear.padded_outputs());
        Self { kernel, rows, activations, linear, output }
    }

    pub fn multiplications(&self) -> u64 {
        (self.activations.len() * self.linear.outputs()) as u64
    }

    pub fn run(&mut self) {
        let stride = self.linear.padded_outputs();
        let output = Output::Floats { values: &mut self.output, stride, column: 0 };
        kernels::multiply(self.kernel, &self.activations, self.rows, &self.linear, output);
    }
}

/// Sentences in the encoder.
pub struct Encoding<'a> {
    engine: &'a Engine,
    sentences: Vec<&'a [u32]>,
    buffers: Buffers,
}

impl<'a> Encoding<'a> {
    /// Of sentences given with their end tokens.
    pub fn new(engine: &'a Engine, sentences: &[&'a [u32]]) -> Self {
        let mut buffers = Buffers::default();
        encoder::encode(&engine.weights, engine.kernel, sentences, &mut buffers);
        Self { engine, sentences: sentences.to_vec(), buffers }
    }

    pub fn multiplications(&self) -> u64 {
        let tokens: usize = self.sentences.iter().map(|sentence| sentence.len()).sum();
        let config = &self.engine.weights.config;
        (tokens * (4 * config.dimension * config.dimension + 2 * config.dimension * config.feed_forward)) as u64
    }

    /// One layer; its output is normalised, and serves as the next run's input.
    pub fn layer(&mut self) {
        let Engine { weights, kernel, .. } = self.engine;
        encoder::layer(&weights.encoder[0], weights.config.heads, *kernel, &self.sentences, &mut self.buffers);
    }
}

/// Sentences in the decoder, each at its first token.
pub struct Stepping<'a> {
    engine: &'a Engine,
    workspace: Workspace,
}

impl<'a> Stepping<'a> {
    /// Of at most sixteen sentences given with their end tokens.
    pub fn new(engine: &'a Engine, sentences: &[&[u32]]) -> Self {
        let mut workspace = Workspace::new();
        workspace.reset();
        let Workspace { buffers, slots, active, seen, .. } = &mut workspace;
        active.extend(0..sentences.len());
        for (slot, sentence) in slots.iter_mut().zip(sentences) {
            slot.start(&engine.weights, 0, sentence.len(), false, 1000);
        }
        encoder::encode(&engine.weights, engine.kernel, sentences, buffers);
        decoder::attach(&engine.weights, engine.kernel, slots, active, buffers);
        for (slot, sentence) in slots.iter_mut().zip(sentences) {
            engine.shorten(sentence, slot, seen);
        }
        Self { engine, workspace }
    }

    /// With the output layer.
    pub fn multiplications(&self) -> u64 {
        let Workspace { slots, active, .. } = &self.workspace;
        let width = self.engine.weights.config.dimension;
        let candidates: usize = slots.iter().map(Slot::choices).sum();
        self.engine.multiplications(0, active.len()) + (candidates * width) as u64
    }

    /// The same step each time.
    pub fn step(&mut self) {
        let Workspace { buffers, decoder, slots, active, chosen, .. } = &mut self.workspace;
        let Engine { weights, common, kernel, .. } = self.engine;
        decoder::step(weights, common, *kernel, slots, active, (buffers, decoder), chosen);
        slots.iter_mut().for_each(|slot: &mut Slot| slot.alignment.clear());
    }

    /// The candidates of one sentence and their rows of the output layer.
    pub fn shorten(&mut self, sentence: &[u32]) {
        let Workspace { slots, seen, .. } = &mut self.workspace;
        self.engine.shorten(sentence, &mut slots[0], seen);
    }
}

/// Writes the files of two small models, one with a shared vocabulary and one without, into folders below this one.
///
/// # Panics
/// If the folder cannot be written to.
pub fn small_models(folder: &Path) -> [Files; 2] {
    [("tiny", Recipe::tiny(65)), ("base", Recipe::base(66))].map(|(name, recipe)| {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        recipe.write(&folder)
    })
}

impl Engine {
    /// Of the output layer, for a sentence of these tokens: candidates times the width of the model.
    pub fn output_multiplications(&self, ids: &[u32], target_tokens: usize) -> u64 {
        let mut slot = Slot::default();
        self.shorten(ids, &mut slot, &mut Vec::new());
        let config = &self.weights.config;
        let candidates = if self.shortlist.is_some() { slot.choices() } else { config.target_vocabulary };
        (candidates * config.dimension * target_tokens) as u64
    }
}
