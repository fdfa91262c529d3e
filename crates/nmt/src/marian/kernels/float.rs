//! Everything between the products: plain code, compiled once for each kernel.
//!
//! Sums run in sixteen lanes that are added up in a fixed order, and every multiplication that is followed by an addition
//! is fused by name ([`f32::mul_add`]). So the results are the same to the last bit whatever the registers are. Work
//! inside a sentence depends on that sentence alone: padding contributes exact zeros.

use super::Kernel;
use super::packed::PANEL;

const LANES: usize = 16;
type Lanes = [f32; LANES];

/// Added in the variance of layer normalisation.
const EPSILON: f32 = 1e-6;

/// Defines a function of a kernel that calls the body compiled for it.
macro_rules! versions {
    ($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:path) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)]
        pub(in crate::marian) fn $name(kernel: Kernel, $($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
            fn avx512($($argument: $type),*) $(-> $result)? {
                $body($($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $type),*) $(-> $result)? {
                $body($($argument),*)
            }
            match kernel {
                // SAFETY: an engine is only built with a kernel that this processor can run (`Engine::load`).
                #[cfg(target_arch = "x86_64")]
                Kernel::Avx512Vnni => unsafe { avx512($($argument),*) },
                // SAFETY: likewise.
                #[cfg(target_arch = "x86_64")]
                Kernel::Avx2 => unsafe { avx2($($argument),*) },
                _ => $body($($argument),*),
            }
        }
    };
}

#[inline(always)]
fn lanes(values: &[f32]) -> &Lanes {
    values.first_chunk().expect("sixteen lanes are given")
}

/// The sum of all lanes, pairwise.
#[inline(always)]
fn total(mut lanes: Lanes) -> f32 {
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0]
}

/// `e` to the power of `x`, to within two units in the last place between -87 and 88; constant beyond.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding this leaves a small number rounded to an integer in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x > -87.0 { x } else { -87.0 };
    let x = if x < 88.0 { x } else { 88.0 };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let power = shifted - ROUND;
    // ln 2 in two parts: the first has so few digits that its products are exact.
    let rest = power.mul_add(-0.693_359_4, x);
    let rest = power.mul_add(2.121_944_4e-4, rest);
    let series = 1.987_569_1e-4_f32;
    let series = series.mul_add(rest, 1.398_199_9e-3);
    let series = series.mul_add(rest, 8.333_452e-3);
    let series = series.mul_add(rest, 4.166_579_6e-2);
    let series = series.mul_add(rest, 1.666_666_6e-1);
    let series = series.mul_add(rest, 0.5);
    let series = series.mul_add(rest * rest, rest) + 1.0;
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    series * f32::from_bits(exponent)
}

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Rounds `value * factor` to the nearest integer (ties to even) within -127..=127, plus the kernel's offset.
#[inline(always)]
pub(super) fn quantise_one(value: f32, factor: f32, offset: u8) -> u8 {
    const ROUND: f32 = 12_582_912.0;
    let scaled = value * factor;
    let scaled = if scaled < 127.0 { scaled } else { 127.0 };
    let scaled = if scaled > -127.0 { scaled } else { -127.0 };
    let bits = (scaled + ROUND).to_bits().wrapping_sub(ROUND.to_bits());
    (bits as u8).wrapping_add(offset)
}

#[inline(always)]
fn quantise_body(values: &[f32], factor: f32, offset: u8, quantised: &mut [u8]) {
    for (values, quantised) in values.chunks_exact(LANES).zip(quantised.chunks_exact_mut(LANES)) {
        let values = lanes(values);
        for lane in 0..LANES {
            quantised[lane] = quantise_one(values[lane], factor, offset);
        }
    }
}

versions! {
    /// [`quantise_one`] of each; the length is a multiple of sixteen.
    fn quantise_with(values: &[f32], factor: f32, offset: u8, quantised: &mut [u8]) = quantise_body
}

/// Activations as the kernel's products want them.
pub(in crate::marian) fn quantise(kernel: Kernel, values: &[f32], factor: f32, quantised: &mut [u8]) {
    assert_eq!(values.len(), quantised.len(), "a byte for each value");
    quantise_with(kernel, values, factor, kernel.activation_offset(), quantised);
}

#[inline(always)]
fn add_and_normalise_body(values: &mut [f32], branch: &[f32], scale: &[f32], bias: &[f32]) {
    let width = scale.len();
    for (row, branch) in values.chunks_exact_mut(width).zip(branch.chunks_exact(width)) {
        let mut sums = [0.0; LANES];
        for (values, branch) in row.chunks_exact_mut(LANES).zip(branch.chunks_exact(LANES)) {
            for lane in 0..LANES {
                values[lane] += branch[lane];
                sums[lane] += values[lane];
            }
        }
        let mean = total(sums) / width as f32;
        let mut squares = [0.0_f32; LANES];
        for values in row.chunks_exact(LANES) {
            for lane in 0..LANES {
                let distance = values[lane] - mean;
                squares[lane] = distance.mul_add(distance, squares[lane]);
            }
        }
        let factor = 1.0 / (total(squares) / width as f32 + EPSILON).sqrt();
        let parameters = scale.chunks_exact(LANES).zip(bias.chunks_exact(LANES));
        for (values, (scale, bias)) in row.chunks_exact_mut(LANES).zip(parameters) {
            for lane in 0..LANES {
                values[lane] = ((values[lane] - mean) * factor).mul_add(scale[lane], bias[lane]);
            }
        }
    }
}

versions! {
    /// Layer normalisation of `values + branch`, row by row; the rows are as wide as `scale`, a multiple of sixteen.
    fn add_and_normalise(values: &mut [f32], branch: &[f32], scale: &[f32], bias: &[f32]) = add_and_normalise_body
}

#[inline(always)]
fn recur_body(cell: &mut [f32], candidate: &[f32], gate: &[f32], output: &mut [f32]) {
    let inputs = candidate.chunks_exact(LANES).zip(gate.chunks_exact(LANES));
    let outputs = cell.chunks_exact_mut(LANES).zip(output.chunks_exact_mut(LANES));
    for ((candidate, gate), (cell, output)) in inputs.zip(outputs) {
        for lane in 0..LANES {
            let keep = sigmoid(gate[lane]);
            let state = keep.mul_add(cell[lane], (1.0 - keep) * candidate[lane]);
            cell[lane] = state;
            output[lane] = if state > 0.0 { state } else { 0.0 };
        }
    }
}

versions! {
    /// One step of the simple recurrent unit: the cell forgets by the gate and takes up the candidate; what comes out is
    /// its positive part.
    fn recur(cell: &mut [f32], candidate: &[f32], gate: &[f32], output: &mut [f32]) = recur_body
}

#[inline(always)]
fn embed_body(weights: &[u8], factor: f32, position: &[f32], output: &mut [f32]) {
    for ((weights, position), output) in
        weights.chunks_exact(LANES).zip(position.chunks_exact(LANES)).zip(output.chunks_exact_mut(LANES))
    {
        for lane in 0..LANES {
            output[lane] = f32::from(weights[lane].cast_signed()).mul_add(factor, position[lane]);
        }
    }
}

versions! {
    /// A token's embedding with its position added.
    fn embed(weights: &[u8], factor: f32, position: &[f32], output: &mut [f32]) = embed_body
}

/// The greatest of some logits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::marian) struct Best {
    /// The first place of the greatest.
    pub(in crate::marian) place: usize,
    pub(in crate::marian) logit: f32,
    /// The sum of the exponentials of all, each less the greatest.
    pub(in crate::marian) mass: f32,
}

#[inline(always)]
fn argmax_body(logits: &[f32]) -> Best {
    let (whole, rest) = logits.as_chunks::<LANES>();
    let mut greatest = [f32::NEG_INFINITY; LANES];
    for values in whole {
        for lane in 0..LANES {
            greatest[lane] = if values[lane] > greatest[lane] { values[lane] } else { greatest[lane] };
        }
    }
    let logit =
        greatest.iter().chain(rest).fold(f32::NEG_INFINITY, |best, &value| if value > best { value } else { best });
    let mut sums = [0.0; LANES];
    for values in whole {
        for lane in 0..LANES {
            sums[lane] += exp(values[lane] - logit);
        }
    }
    for (sum, &value) in sums.iter_mut().zip(rest) {
        *sum += exp(value - logit);
    }
    let block = whole.iter().position(|values| values.contains(&logit)).unwrap_or(whole.len());
    let start = block * LANES;
    let place = start + logits[start..].iter().position(|&value| value == logit).unwrap_or(0);
    Best { place, logit, mass: total(sums) }
}

versions! {
    /// See [`Best`]; there is at least one logit.
    fn argmax(logits: &[f32]) -> Best = argmax_body
}

#[inline(always)]
fn transpose_keys_body(rows: &[f32], stride: usize, width: usize, padded: usize, keys: &mut [f32]) {
    let length = rows.len().div_ceil(stride);
    for first in (0..length).step_by(LANES) {
        let count = LANES.min(length - first);
        for (place, keys) in keys.chunks_exact_mut(padded).take(width).enumerate() {
            let keys = &mut keys[first..first + LANES];
            for (row, key) in keys.iter_mut().enumerate().take(count) {
                *key = rows[(first + row) * stride + place];
            }
            keys[count..].fill(0.0);
        }
    }
}

versions! {
    /// Keys by dimension instead of by position: `keys[dimension][position]`, positions padded with zeros to `padded`, a
    /// multiple of sixteen. `rows` begins at the first key and ends with the last; keys are `stride` apart.
    fn transpose_keys(rows: &[f32], stride: usize, width: usize, padded: usize, keys: &mut [f32]) = transpose_keys_body
}

/// One head's attention of some queries over one sentence.
pub(in crate::marian) struct Attention<'a> {
    /// From the first query's first dimension on.
    pub(in crate::marian) queries: &'a [f32],
    pub(in crate::marian) query_stride: usize,
    /// See [`transpose_keys`].
    pub(in crate::marian) keys: &'a [f32],
    /// From the first value's first dimension on.
    pub(in crate::marian) values: &'a [f32],
    pub(in crate::marian) value_stride: usize,
    /// Positions in the sentence.
    pub(in crate::marian) length: usize,
    /// The same, padded to a multiple of sixteen.
    pub(in crate::marian) padded: usize,
    /// Dimensions of a head.
    pub(in crate::marian) width: usize,
    /// Scores are multiplied with this.
    pub(in crate::marian) scale: f32,
}

#[inline(always)]
fn attend_body(attention: &Attention<'_>, count: usize, weights: &mut [f32], output: &mut [f32], stride: usize) {
    let mut first = 0;
    while first < count {
        let block = if count - first >= 4 { 4 } else { 1 };
        let queries = &attention.queries[first * attention.query_stride..];
        let output = &mut output[first * stride..];
        if block == 4 {
            attend_block::<4>(attention, queries, weights, output, stride);
        } else {
            attend_block::<1>(attention, queries, weights, output, stride);
        }
        first += block;
    }
}

#[inline(always)]
fn attend_block<const Q: usize>(
    attention: &Attention<'_>,
    queries: &[f32],
    weights: &mut [f32],
    output: &mut [f32],
    stride: usize,
) {
    let &Attention { query_stride, keys, values, value_stride, length, padded, width, scale, .. } = attention;
    for first in (0..padded).step_by(LANES) {
        let mut sums = [[0.0_f32; LANES]; Q];
        for (dimension, keys) in keys.chunks_exact(padded).take(width).enumerate() {
            let keys = lanes(&keys[first..]);
            for (query, sums) in sums.iter_mut().enumerate() {
                let query = queries[query * query_stride + dimension];
                for lane in 0..LANES {
                    sums[lane] = query.mul_add(keys[lane], sums[lane]);
                }
            }
        }
        for (query, sums) in sums.iter().enumerate() {
            let scores = &mut weights[query * padded + first..][..LANES];
            for lane in 0..LANES {
                scores[lane] = sums[lane] * scale;
            }
        }
    }
    for weights in weights.chunks_exact_mut(padded).take(Q) {
        softmax(weights, length);
    }
    let mut column = 0;
    while column + LANES <= width {
        let mut sums = [[0.0_f32; LANES]; Q];
        for position in 0..length {
            let values = lanes(&values[position * value_stride + column..]);
            for (query, sums) in sums.iter_mut().enumerate() {
                let weight = weights[query * padded + position];
                for lane in 0..LANES {
                    sums[lane] = weight.mul_add(values[lane], sums[lane]);
                }
            }
        }
        for (query, sums) in sums.iter().enumerate() {
            output[query * stride + column..][..LANES].copy_from_slice(sums);
        }
        column += LANES;
    }
    for column in column..width {
        for query in 0..Q {
            output[query * stride + column] = (0..length).fold(0.0_f32, |sum, position| {
                weights[query * padded + position].mul_add(values[position * value_stride + column], sum)
            });
        }
    }
}

/// Scores to weights that add up to one; those from `length` on are zero.
#[inline(always)]
fn softmax(scores: &mut [f32], length: usize) {
    scores[length..].fill(f32::NEG_INFINITY);
    let mut greatest = [f32::NEG_INFINITY; LANES];
    for scores in scores.chunks_exact(LANES) {
        for lane in 0..LANES {
            greatest[lane] = if scores[lane] > greatest[lane] { scores[lane] } else { greatest[lane] };
        }
    }
    let greatest = greatest.iter().fold(f32::NEG_INFINITY, |best, &value| if value > best { value } else { best });
    for scores in scores.chunks_exact_mut(LANES) {
        for score in scores {
            *score = exp(*score - greatest);
        }
    }
    scores[length..].fill(0.0);
    let mut sums = [0.0; LANES];
    for scores in scores.chunks_exact(LANES) {
        for lane in 0..LANES {
            sums[lane] += scores[lane];
        }
    }
    let factor = 1.0 / total(sums);
    for score in scores {
        *score *= factor;
    }
}

versions! {
    /// Attention of `count` queries, at most four of which share the buffer `weights` (each `padded` long; with one query
    /// its weights are there afterwards). Row by row into `output`, rows `stride` apart.
    fn attend(attention: &Attention<'_>, count: usize, weights: &mut [f32], output: &mut [f32], stride: usize)
        = attend_body
}

const _: () = assert!(PANEL == LANES, "a panel's results are one row of lanes");
