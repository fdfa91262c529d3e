//! The encoder: transformer layers over some sentences, one after the other in one matrix without padding.

use super::activations::Activations;
use super::kernels::{self, Attention, Bytes, Floats, Kernel, Linear, Output, QUERIES};
use super::weights::{EncoderLayer, FeedForward, Weights};

/// Buffers that grow to what the largest call needed.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// `[row][dimension]`: what a layer takes and what it leaves.
    pub(super) state: Floats,
    pub(super) quantised: Activations,
    hidden: Bytes,
    /// As `hidden`, for layers that have no factor of their own.
    wide: Floats,
    /// `[row][query, key, value][dimension]`.
    projections: Floats,
    joined: Floats,
    pub(super) branch: Floats,
    keys: Floats,
    weights: Floats,
}

/// Runs sentences, given with their end tokens, through the encoder; `buffers.state` has a row for each token then.
pub(super) fn encode(weights: &Weights, kernel: Kernel, sentences: &[&[u32]], buffers: &mut Buffers) {
    let width = weights.config.dimension;
    let rows: usize = sentences.iter().map(|sentence| sentence.len()).sum();
    buffers.state.resize(rows * width);
    let embeddings = weights.source();
    let places = sentences.iter().flat_map(|sentence| sentence.iter().zip(0..));
    for ((&id, position), row) in places.zip(buffers.state.chunks_exact_mut(width)) {
        kernels::embed(kernel, embeddings.row(id), embeddings.factor, weights.position(position), row);
    }
    for one in &weights.encoder {
        layer(one, weights.config.heads, kernel, sentences, buffers);
    }
}

/// One layer, from `buffers.state` to `buffers.state`.
pub(super) fn layer(layer: &EncoderLayer, heads: usize, kernel: Kernel, sentences: &[&[u32]], buffers: &mut Buffers) {
    attend(layer, heads, kernel, sentences, buffers);
    feed_forward(&layer.feed_forward, kernel, buffers);
}

fn attend(layer: &EncoderLayer, heads: usize, kernel: Kernel, sentences: &[&[u32]], buffers: &mut Buffers) {
    let attention = &layer.attention;
    let width = attention.output.outputs();
    let head = width / heads;
    let stride = 3 * width;
    let rows = buffers.state.len() / width;
    buffers.projections.resize(rows * stride);
    buffers.joined.resize(rows * width);
    let mut factor = None;
    for (linear, column) in [&attention.query, &attention.key, &attention.value].into_iter().zip([0, width, 2 * width])
    {
        if factor != Some(linear.scales().quantise) {
            buffers.quantised.take(kernel, &buffers.state, width, linear.scales().quantise);
            factor = Some(linear.scales().quantise);
        }
        buffers.quantised.multiply(kernel, (0, rows), linear, &mut buffers.projections, (stride, column));
    }
    let mut first = 0;
    for sentence in sentences {
        let length = sentence.len();
        let padded = length.next_multiple_of(16);
        buffers.keys.resize(head * padded);
        buffers.weights.resize(QUERIES * padded);
        let projections = &buffers.projections[first * stride..(first + length) * stride];
        for column in (0..width).step_by(head) {
            kernels::arrange_keys(kernel, &projections[width + column..], stride, head, &mut buffers.keys);
            let attention = Attention {
                queries: &projections[column..],
                query_stride: stride,
                keys: &buffers.keys,
                values: &projections[2 * width + column..],
                value_stride: stride,
                length,
                width: head,
                scale: 1.0 / (head as f32).sqrt(),
            };
            let joined = &mut buffers.joined[first * width + column..];
            kernels::attend(kernel, &attention, length, &mut buffers.weights, joined, width);
        }
        first += length;
    }
    project(&attention.output, kernel, &buffers.joined, &mut buffers.quantised, &mut buffers.branch);
    kernels::add_and_normalise(
        kernel,
        &mut buffers.state,
        &buffers.branch,
        &attention.norm.scale,
        &attention.norm.bias,
    );
}

/// A layer's product, from floats to floats.
pub(super) fn project(
    linear: &Linear,
    kernel: Kernel,
    input: &[f32],
    quantised: &mut Activations,
    output: &mut Floats,
) {
    let rows = input.len() / linear.inputs();
    let stride = linear.padded_outputs();
    output.resize(rows * stride);
    quantised.take(kernel, input, linear.inputs(), linear.scales().quantise);
    quantised.multiply(kernel, (0, rows), linear, output, (stride, 0));
}

/// The feed-forward block, its residual connection and normalisation, on `buffers.state`.
pub(super) fn feed_forward(layer: &FeedForward, kernel: Kernel, buffers: &mut Buffers) {
    let Buffers { state, quantised, hidden, wide, branch, .. } = buffers;
    let width = layer.contract.outputs();
    let rows = state.len() / width;
    branch.resize(rows * width);
    let scales = (layer.expand.scales().quantise, layer.contract.scales().quantise);
    if let (Some(_), Some(factor)) = scales {
        // The wide rows never are floats.
        quantised.take(kernel, state, width, scales.0);
        hidden.resize(rows * layer.expand.padded_outputs());
        let output = Output::Quantised { values: hidden, factor };
        kernels::multiply(kernel, &quantised.bytes, rows, &layer.expand, output);
        let output = Output::Floats { values: branch, stride: width, column: 0 };
        kernels::multiply(kernel, hidden, rows, &layer.contract, output);
    } else {
        project(&layer.expand, kernel, state, quantised, wide);
        kernels::rectify(kernel, wide);
        project(&layer.contract, kernel, wide, quantised, branch);
    }
    kernels::add_and_normalise(kernel, state, branch, &layer.norm.scale, &layer.norm.bias);
}
