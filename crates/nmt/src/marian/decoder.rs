//! The decoder: one token at a time for many sentences side by side.
//!
//! A sentence under way lives in a slot: its keys and values, the state of its recurrent cells, its candidates for the
//! next token. Slots do not touch each other, so it does not matter who else is there.

use super::common::Common;
use super::encoder::{Buffers, feed_forward, project};
use super::kernels::{self, Attention, Best, Floats, Kernel, Linear};
use super::weights::{DecoderLayer, Weights};

/// One sentence under way.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// Its place among the sentences of the call.
    pub(super) sentence: usize,
    /// Source tokens, the end included.
    pub(super) length: usize,
    /// Whether the source was cut.
    pub(super) is_cut: bool,
    /// Most target tokens, the end included.
    pub(super) limit: usize,
    /// Tokens so far.
    pub(super) ids: Vec<u32>,
    /// A row of `length` weights for each token so far, the end included.
    pub(super) alignment: Vec<f32>,
    /// One for each token so far, the end included.
    pub(super) log_probabilities: Vec<f32>,
    /// By layer: `[head]`, each as the kernels arrange keys.
    keys: Vec<Floats>,
    /// By layer: `[head][position][dimension of the head]`.
    values: Vec<Floats>,
    /// `[layer][dimension]`.
    cells: Floats,
    /// Which of [`Common`] are candidates, see there.
    pub(super) presence: Floats,
    /// Sorted target ids, the others; empty if every token is one.
    pub(super) candidates: Vec<u32>,
    /// Their rows of the output layer.
    pub(super) output: Linear,
}

/// Slots that hold more than this give it back when their sentence is done.
const MOST_KEPT_BYTES: usize = 1 << 20;

impl Slot {
    /// Ready for a new sentence.
    pub(super) fn start(&mut self, weights: &Weights, sentence: usize, length: usize, is_cut: bool, limit: usize) {
        (self.sentence, self.length, self.is_cut, self.limit) = (sentence, length, is_cut, limit);
        self.ids.clear();
        self.alignment.clear();
        self.log_probabilities.clear();
        let layers = weights.config.decoder_layers;
        self.keys.resize_with(layers, Floats::default);
        self.values.resize_with(layers, Floats::default);
        self.cells.resize(layers * weights.config.dimension);
        self.cells.fill(0.0);
    }

    /// Gives back what an unusually long sentence took.
    pub(super) fn shrink(&mut self) {
        let held: usize = self.keys.iter().chain(&self.values).map(Floats::capacity_bytes).sum();
        if held > MOST_KEPT_BYTES {
            self.keys.clear();
            self.values.clear();
        }
    }

    /// How many candidates it has for each token, where there is a shortlist.
    #[cfg(feature = "measure")]
    pub(super) fn choices(&self) -> usize {
        self.candidates.len() + self.presence.iter().filter(|&&presence| presence == 0.0).count()
    }

    fn padded(&self) -> usize {
        self.length.next_multiple_of(16)
    }
}

/// Buffers of the decoder beside those it has in common with the encoder.
#[derive(Debug, Default)]
pub(super) struct DecoderBuffers {
    gate: Floats,
    weights: Floats,
    joined: Floats,
    logits: Floats,
}

/// Projects what the encoder left in `buffers.state` into keys and values of the slots, in order.
pub(super) fn attach(weights: &Weights, kernel: Kernel, slots: &mut [Slot], places: &[usize], buffers: &mut Buffers) {
    let width = weights.config.dimension;
    let head = width / weights.config.heads;
    for (number, layer) in weights.decoder.iter().enumerate() {
        let Buffers { state, quantised, branch, .. } = buffers;
        project(&layer.attention.key, kernel, state, quantised, branch);
        let mut first = 0;
        for &place in places {
            let slot = &mut slots[place];
            let padded = slot.padded();
            let rows = &branch[first * width..(first + slot.length) * width];
            let keys = &mut slot.keys[number];
            keys.resize(width * padded);
            for column in (0..width).step_by(head) {
                let keys = &mut keys[column * padded..(column + head) * padded];
                kernels::arrange_keys(kernel, &rows[column..], width, head, keys);
            }
            first += slot.length;
        }
        project(&layer.attention.value, kernel, state, quantised, branch);
        let mut first = 0;
        for &place in places {
            let slot = &mut slots[place];
            let values = &mut slot.values[number];
            values.resize(slot.length * width);
            let rows = &branch[first * width..(first + slot.length) * width];
            for (values, column) in values.chunks_exact_mut(head * slot.length).zip((0..width).step_by(head)) {
                for (values, row) in values.chunks_exact_mut(head).zip(rows.chunks_exact(width)) {
                    values.copy_from_slice(&row[column..column + head]);
                }
            }
            first += slot.length;
        }
    }
}

/// One more token for each of the slots at `active`, which are all there is in `active` order in the buffers; the chosen
/// tokens, with their log-probabilities, go to `chosen`.
pub(super) fn step(
    weights: &Weights,
    common: &Common,
    kernel: Kernel,
    slots: &mut [Slot],
    active: &[usize],
    (buffers, own): (&mut Buffers, &mut DecoderBuffers),
    chosen: &mut Vec<(u32, f32)>,
) {
    let width = weights.config.dimension;
    buffers.state.resize(active.len() * width);
    for (&place, row) in active.iter().zip(buffers.state.chunks_exact_mut(width)) {
        let slot = &slots[place];
        let position = weights.position(slot.ids.len());
        match slot.ids.last() {
            Some(&id) => kernels::embed(kernel, weights.target.row(id), weights.target.factor, position, row),
            // Nothing stands before the first token, not even a beginning of the sentence.
            None => row.copy_from_slice(position),
        }
    }
    for (number, layer) in weights.decoder.iter().enumerate() {
        recur(layer, number, kernel, slots, active, buffers, own);
        let is_alignment = number == weights.config.alignment_layer;
        attend(layer, number, is_alignment, (kernel, weights.config.heads), slots, active, buffers, own);
        feed_forward(&layer.feed_forward, kernel, buffers);
    }
    choose(weights, common, kernel, slots, active, (buffers, own), chosen);
}

fn recur(
    layer: &DecoderLayer,
    number: usize,
    kernel: Kernel,
    slots: &mut [Slot],
    active: &[usize],
    buffers: &mut Buffers,
    own: &mut DecoderBuffers,
) {
    let Buffers { state, quantised, branch, .. } = buffers;
    let width = layer.gate.outputs();
    project(&layer.candidate, kernel, state, quantised, branch);
    if layer.gate.scales().quantise == layer.candidate.scales().quantise {
        own.gate.resize(state.len());
        quantised.multiply(kernel, (0, active.len()), &layer.gate, &mut own.gate, (width, 0));
    } else {
        project(&layer.gate, kernel, state, quantised, &mut own.gate);
    }
    own.joined.resize(state.len());
    for (row, &place) in active.iter().enumerate() {
        let range = row * width..(row + 1) * width;
        let cell = &mut slots[place].cells[number * width..(number + 1) * width];
        let output = &mut own.joined[range.clone()];
        kernels::recur(kernel, cell, &branch[range.clone()], &own.gate[range], output);
    }
    kernels::add_and_normalise(kernel, state, &own.joined, &layer.norm.scale, &layer.norm.bias);
}

#[expect(clippy::too_many_arguments, reason = "one step of a loop over layers, cut out to be read")]
fn attend(
    layer: &DecoderLayer,
    number: usize,
    is_alignment: bool,
    (kernel, heads): (Kernel, usize),
    slots: &mut [Slot],
    active: &[usize],
    buffers: &mut Buffers,
    own: &mut DecoderBuffers,
) {
    let Buffers { state, quantised, branch, .. } = buffers;
    let width = layer.gate.outputs();
    let head = width / heads;
    project(&layer.attention.query, kernel, state, quantised, branch);
    own.joined.resize(state.len());
    for (row, &place) in active.iter().enumerate() {
        let slot = &mut slots[place];
        let padded = slot.padded();
        own.weights.resize(padded);
        for column in (0..width).step_by(head) {
            let attention = Attention {
                queries: &branch[row * width + column..(row + 1) * width],
                query_stride: width,
                keys: &slot.keys[number][column * padded..(column + head) * padded],
                values: &slot.values[number][column * slot.length..(column + head) * slot.length],
                value_stride: head,
                length: slot.length,
                width: head,
                scale: 1.0 / (head as f32).sqrt(),
            };
            let joined = &mut own.joined[row * width + column..(row + 1) * width];
            kernels::attend(kernel, &attention, 1, &mut own.weights, joined, width);
            // The first head of this layer is the one that was trained on alignments.
            if is_alignment && column == 0 {
                slot.alignment.extend_from_slice(&own.weights[..slot.length]);
            }
        }
    }
    project(&layer.attention.output, kernel, &own.joined, quantised, branch);
    let norm = &layer.attention.norm;
    kernels::add_and_normalise(kernel, state, branch, &norm.scale, &norm.bias);
}

/// The most probable token of each slot.
fn choose(
    weights: &Weights,
    common: &Common,
    kernel: Kernel,
    slots: &[Slot],
    active: &[usize],
    (buffers, own): (&mut Buffers, &mut DecoderBuffers),
    chosen: &mut Vec<(u32, f32)>,
) {
    let Buffers { state, quantised, .. } = buffers;
    let width = weights.config.dimension;
    quantised.take(kernel, state, width, weights.output.scales.quantise);
    chosen.clear();
    if weights.output.chunks.is_empty() {
        let first = common.ids.len();
        let most = active.iter().map(|&place| slots[place].output.padded_outputs()).max().unwrap_or_default();
        let stride = first + most;
        own.logits.resize(active.len() * stride);
        quantised.multiply(kernel, (0, active.len()), &common.output, &mut own.logits, (stride, 0));
        for ((row, &place), logits) in active.iter().enumerate().zip(own.logits.chunks_exact_mut(stride)) {
            let slot = &slots[place];
            quantised.multiply(kernel, (row, 1), &slot.output, logits, (stride, first));
            // What is taken back has no mass that a sum beside the best one's would show.
            kernels::add(kernel, &mut logits[..first], &slot.presence);
            let logits = &mut logits[..first + slot.output.padded_outputs()];
            let best = kernels::argmax(kernel, logits, first + slot.candidates.len());
            let id = common.ids.get(best.place).or_else(|| slot.candidates.get(best.place - first));
            chosen.extend(id.map(|&id| (id, -best.mass.ln())));
        }
        return;
    }
    let mut bests: Vec<Option<Best>> = vec![None; active.len()];
    let mut first = 0;
    for chunk in &weights.output.chunks {
        let stride = chunk.padded_outputs();
        own.logits.resize(active.len() * stride);
        quantised.multiply(kernel, (0, active.len()), chunk, &mut own.logits, (stride, 0));
        for (best, logits) in bests.iter_mut().zip(own.logits.chunks_exact_mut(stride)) {
            let mut new = kernels::argmax(kernel, logits, chunk.outputs());
            new.place += first;
            *best = Some(best.map_or(new, |old| merged(old, new)));
        }
        first += chunk.outputs();
    }
    chosen.extend(bests.into_iter().flatten().map(|best| (best.place as u32, -best.mass.ln())));
}

/// The better of two chunks' bests, with the mass of both.
fn merged(old: Best, new: Best) -> Best {
    let (better, other) = if new.logit > old.logit { (new, old) } else { (old, new) };
    Best { mass: better.mass + other.mass * (other.logit - better.logit).exp(), ..better }
}
