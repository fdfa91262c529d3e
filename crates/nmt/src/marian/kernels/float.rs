//! Everything between the products, once for all kernels.
//!
//! Sums run in sixteen lanes that are added up in a fixed order, and a multiplication that is followed by an addition is
//! fused by name. So the results are the same to the last bit whatever the registers are. Work inside a sentence depends
//! on that sentence alone: padding contributes exact zeros.

#![expect(clippy::needless_range_loop, reason = "indices that are constants after unrolling")]

use super::Kernel;
#[cfg(target_arch = "aarch64")]
use super::neon_vector::Quads;
use super::packed::PANEL;
use super::vector::{LANES, Lanes, Plain, ROUND, Vector};
#[cfg(target_arch = "x86_64")]
use super::vector::{Wide, WidePair};

/// Added to the variance in layer normalisation.
const EPSILON: f32 = 1e-6;

/// Defines a function of a kernel that calls the body compiled for it.
macro_rules! versions {
    ($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $body:ident) => {
        $(#[$doc])*
        pub(in crate::marian) fn $name(kernel: Kernel, $($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
            fn avx512($($argument: $type),*) $(-> $result)? {
                $body::<Wide>($($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($argument: $type),*) $(-> $result)? {
                $body::<WidePair>($($argument),*)
            }
            match kernel {
                // SAFETY: an engine is only built with a kernel that this processor can run (`Engine::load`).
                #[cfg(target_arch = "x86_64")]
                Kernel::Avx512Vnni => unsafe { avx512($($argument),*) },
                // SAFETY: likewise.
                #[cfg(target_arch = "x86_64")]
                Kernel::AvxVnni | Kernel::Avx2 => unsafe { avx2($($argument),*) },
                // Every 64-bit ARM has what this is made of.
                #[cfg(target_arch = "aarch64")]
                Kernel::NeonI8mm | Kernel::NeonDot | Kernel::Neon => $body::<Quads>($($argument),*),
                _ => $body::<Plain>($($argument),*),
            }
        }
    };
}

/// Whole vectors of a slice; widths are multiples of sixteen.
#[inline(always)]
fn vectors(values: &[f32]) -> &[Lanes] {
    values.as_chunks().0
}

/// As [`vectors`].
#[inline(always)]
fn vectors_mut(values: &mut [f32]) -> &mut [Lanes] {
    values.as_chunks_mut().0
}

/// `e` to the power of `x`, to within two units in the last place between -87 and 88; constant beyond.
#[inline(always)]
fn exp<V: Vector>(x: V) -> V {
    let x = x.max(V::splat(-87.0)).min(V::splat(88.0));
    let shifted = x.fused(V::splat(std::f32::consts::LOG2_E), V::splat(ROUND));
    let power = shifted.minus(V::splat(ROUND));
    // ln 2 in two parts: the first has so few digits that its products are exact.
    let rest = power.fused(V::splat(-0.693_359_4), x);
    let rest = power.fused(V::splat(2.121_944_4e-4), rest);
    let series = V::splat(1.987_569_1e-4);
    let series = series.fused(rest, V::splat(1.398_199_9e-3));
    let series = series.fused(rest, V::splat(8.333_452e-3));
    let series = series.fused(rest, V::splat(4.166_579_6e-2));
    let series = series.fused(rest, V::splat(1.666_666_6e-1));
    let series = series.fused(rest, V::splat(0.5));
    let series = series.fused(rest.times(rest), rest).plus(V::splat(1.0));
    series.times(V::power_of_two(shifted))
}

#[inline(always)]
fn quantise_body<V: Vector>(values: &[f32], factor: f32, offset: u8, quantised: &mut [u8]) {
    let factor = V::splat(factor);
    for (values, quantised) in vectors(values).iter().zip(quantised.as_chunks_mut().0) {
        let scaled = V::load(values).times(factor).min(V::splat(127.0)).max(V::splat(-127.0));
        *quantised = V::low_bytes(scaled.plus(V::splat(ROUND)), offset);
    }
}

versions! {
    /// Rounds each value times the factor to the nearest integer (ties to even) within -127..=127, and adds the offset.
    fn quantise_with(values: &[f32], factor: f32, offset: u8, quantised: &mut [u8]) = quantise_body
}

/// Activations as the kernel's products want them; the length is a multiple of sixteen.
pub(in crate::marian) fn quantise(kernel: Kernel, values: &[f32], factor: f32, quantised: &mut [u8]) {
    assert_eq!(values.len(), quantised.len(), "a byte for each value");
    quantise_with(kernel, values, factor, kernel.activation_offset(), quantised);
}

#[inline(always)]
fn greatest_magnitude_body<V: Vector>(values: &[f32]) -> f32 {
    let magnitudes = vectors(values).iter().map(|values| V::load(values).max(V::zero().minus(V::load(values))));
    magnitudes.fold(V::zero(), |greatest, magnitude| magnitude.max(greatest)).greatest()
}

versions! {
    /// The greatest magnitude of some values; their number is a multiple of sixteen.
    fn greatest_magnitude(values: &[f32]) -> f32 = greatest_magnitude_body
}

#[inline(always)]
fn rescale_body<V: Vector>(values: &mut [f32], factor: f32, bias: &[f32]) {
    let factor = V::splat(factor);
    for (values, bias) in vectors_mut(values).iter_mut().zip(vectors(bias)) {
        V::load(values).times(factor).plus(V::load(bias)).store(values);
    }
}

versions! {
    /// Multiplies each value with the factor and adds its bias; their number is a multiple of sixteen.
    fn rescale(values: &mut [f32], factor: f32, bias: &[f32]) = rescale_body
}

#[inline(always)]
fn add_body<V: Vector>(values: &mut [f32], others: &[f32]) {
    for (values, others) in vectors_mut(values).iter_mut().zip(vectors(others)) {
        V::load(values).plus(V::load(others)).store(values);
    }
}

versions! {
    /// Adds to each value another; their number is a multiple of sixteen.
    fn add(values: &mut [f32], others: &[f32]) = add_body
}

#[inline(always)]
fn rectify_body<V: Vector>(values: &mut [f32]) {
    for values in vectors_mut(values) {
        V::load(values).max(V::zero()).store(values);
    }
}

versions! {
    /// Makes zero of what is negative; the number of values is a multiple of sixteen.
    fn rectify(values: &mut [f32]) = rectify_body
}

#[inline(always)]
fn add_and_normalise_body<V: Vector>(values: &mut [f32], branch: &[f32], scale: &[f32], bias: &[f32]) {
    let width = scale.len();
    for (row, branch) in values.chunks_exact_mut(width).zip(branch.chunks_exact(width)) {
        let row = vectors_mut(row);
        let mut sum = V::zero();
        for (values, branch) in row.iter_mut().zip(vectors(branch)) {
            let value = V::load(values).plus(V::load(branch));
            value.store(values);
            sum = sum.plus(value);
        }
        let mean = V::splat(sum.total() / width as f32);
        let mut squares = V::zero();
        for values in &*row {
            let distance = V::load(values).minus(mean);
            squares = distance.fused(distance, squares);
        }
        let factor = V::splat(1.0 / (squares.total() / width as f32 + EPSILON).sqrt());
        for (values, (scale, bias)) in row.iter_mut().zip(vectors(scale).iter().zip(vectors(bias))) {
            let normal = V::load(values).minus(mean).times(factor);
            normal.fused(V::load(scale), V::load(bias)).store(values);
        }
    }
}

versions! {
    /// Layer normalisation of `values + branch`, row by row; the rows are as wide as `scale`, a multiple of sixteen.
    fn add_and_normalise(values: &mut [f32], branch: &[f32], scale: &[f32], bias: &[f32]) = add_and_normalise_body
}

#[inline(always)]
fn recur_body<V: Vector>(cell: &mut [f32], candidate: &[f32], gate: &[f32], output: &mut [f32]) {
    let one = V::splat(1.0);
    let inputs = vectors(candidate).iter().zip(vectors(gate));
    for ((candidate, gate), (cell, output)) in inputs.zip(vectors_mut(cell).iter_mut().zip(vectors_mut(output))) {
        let keep = one.over(one.plus(exp(V::zero().minus(V::load(gate)))));
        let state = keep.fused(V::load(cell), one.minus(keep).times(V::load(candidate)));
        state.store(cell);
        state.max(V::zero()).store(output);
    }
}

versions! {
    /// One step of the simple recurrent unit: the cell forgets by the gate and takes up the candidate; what comes out is
    /// its positive part.
    fn recur(cell: &mut [f32], candidate: &[f32], gate: &[f32], output: &mut [f32]) = recur_body
}

#[inline(always)]
fn embed_body<V: Vector>(weights: &[u8], factor: f32, position: &[f32], output: &mut [f32]) {
    let factor = V::splat(factor);
    let inputs = weights.as_chunks().0.iter().zip(vectors(position));
    for ((weights, position), output) in inputs.zip(vectors_mut(output)) {
        V::from_bytes(weights).times(factor).plus(V::load(position)).store(output);
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
fn argmax_body<V: Vector>(logits: &mut [f32], count: usize) -> Best {
    // What pads the last vector is neither the greatest nor has it any mass.
    logits[count..].fill(f32::NEG_INFINITY);
    let all = vectors(logits);
    let greatest = all.iter().fold(V::splat(f32::NEG_INFINITY), |greatest, values| V::load(values).max(greatest));
    let logit = greatest.greatest();
    let mut sum = V::zero();
    if let Some((last, whole)) = all.split_last() {
        for values in whole {
            sum = sum.plus(exp(V::load(values).minus(V::splat(logit))));
        }
        let mut masses = [0.0; LANES];
        exp(V::load(last).minus(V::splat(logit))).store(&mut masses);
        masses[count - whole.len() * LANES..].fill(0.0);
        sum = sum.plus(V::load(&masses));
    }
    let place = logits.iter().position(|&value| value == logit).unwrap_or(0);
    Best { place, logit, mass: sum.total() }
}

versions! {
    /// See [`Best`]: of the first `count` logits, at least one. They lie in whole vectors, and fewer than sixteen more
    /// than `count`.
    fn argmax(logits: &mut [f32], count: usize) -> Best = argmax_body
}

#[inline(always)]
fn arrange_keys_body<V: Vector>(rows: &[f32], stride: usize, width: usize, keys: &mut [f32]) {
    let length = rows.len().div_ceil(stride);
    for (block, first) in keys.chunks_exact_mut(width * LANES).zip((0..length).step_by(LANES)) {
        let count = LANES.min(length - first);
        let block = vectors_mut(block);
        if count < LANES {
            block.fill([0.0; LANES]);
        }
        for (lane, row) in rows[first * stride..].chunks(stride).take(count).enumerate() {
            for (keys, &value) in block.iter_mut().zip(&row[..width]) {
                keys[lane] = value;
            }
        }
    }
}

versions! {
    /// Keys as [`attend`] reads them: `[block of sixteen positions][dimension][position in the block]`, the last block
    /// padded with zeros. `rows` begins at the first key and ends in the row of the last; keys are `stride` apart.
    fn arrange_keys(rows: &[f32], stride: usize, width: usize, keys: &mut [f32]) = arrange_keys_body
}

/// One head's attention of some queries over one sentence.
pub(in crate::marian) struct Attention<'a> {
    /// From the first query's first dimension on.
    pub(in crate::marian) queries: &'a [f32],
    pub(in crate::marian) query_stride: usize,
    /// See [`arrange_keys`].
    pub(in crate::marian) keys: &'a [f32],
    /// From the first value's first dimension on.
    pub(in crate::marian) values: &'a [f32],
    pub(in crate::marian) value_stride: usize,
    /// Positions in the sentence.
    pub(in crate::marian) length: usize,
    /// Dimensions of a head.
    pub(in crate::marian) width: usize,
    /// Scores are multiplied with this.
    pub(in crate::marian) scale: f32,
}

/// Queries that are worked on together where there are so many: the sums of each wait for one another.
pub(in crate::marian) const QUERIES: usize = 8;

#[inline(always)]
fn attend_body<V: Vector>(
    attention: &Attention<'_>,
    count: usize,
    weights: &mut [f32],
    output: &mut [f32],
    stride: usize,
) {
    let mut first = 0;
    while first < count {
        let left = count - first;
        // The last block reaches back to be whole; what it does twice comes out the same.
        let block = if left >= QUERIES || left > 4 && count >= QUERIES {
            QUERIES
        } else if left >= 4 || count >= 4 && left > 1 {
            4
        } else {
            1
        };
        let start = if left < block { count - block } else { first };
        let queries = &attention.queries[start * attention.query_stride..];
        let output = &mut output[start * stride..];
        match block {
            QUERIES => attend_block::<V, QUERIES>(attention, queries, weights, output, stride),
            4 => attend_block::<V, 4>(attention, queries, weights, output, stride),
            _ => attend_one::<V>(attention, queries, weights, output),
        }
        first = start + block;
    }
}

#[inline(always)]
fn attend_block<V: Vector, const Q: usize>(
    attention: &Attention<'_>,
    queries: &[f32],
    weights: &mut [f32],
    output: &mut [f32],
    stride: usize,
) {
    let &Attention { query_stride, keys, values, value_stride, length, width, scale, .. } = attention;
    let padded = length.next_multiple_of(LANES);
    let queries: [&[f32]; Q] = std::array::from_fn(|query| &queries[query * query_stride..][..width]);
    for (block, keys) in keys.chunks_exact(width * LANES).take(padded / LANES).enumerate() {
        let mut sums = [V::zero(); Q];
        for (dimension, keys) in vectors(keys).iter().enumerate().take(width) {
            let keys = V::load(keys);
            for query in 0..Q {
                sums[query] = V::splat(queries[query][dimension]).fused(keys, sums[query]);
            }
        }
        for query in 0..Q {
            let scores = &mut weights[query * padded + block * LANES..][..LANES];
            sums[query].times(V::splat(scale)).store(&mut vectors_mut(scores)[0]);
        }
    }
    for weights in weights.chunks_exact_mut(padded).take(Q) {
        softmax::<V>(weights, length);
    }
    let weights: [&[f32]; Q] = std::array::from_fn(|query| &weights[query * padded..][..length]);
    for column in (0..width).step_by(LANES) {
        let mut sums = [V::zero(); Q];
        if column + LANES <= width {
            for position in 0..length {
                let values = V::load(&vectors(&values[position * value_stride + column..][..LANES])[0]);
                for query in 0..Q {
                    sums[query] = V::splat(weights[query][position]).fused(values, sums[query]);
                }
            }
            for query in 0..Q {
                sums[query].store(&mut vectors_mut(&mut output[query * stride + column..][..LANES])[0]);
            }
        } else {
            for query in 0..Q {
                rest_of_head(weights[query], values, value_stride, column..width, &mut output[query * stride..]);
            }
        }
    }
}

/// One query: each sum in four parts, which need not wait for each other.
#[inline(always)]
fn attend_one<V: Vector>(attention: &Attention<'_>, query: &[f32], weights: &mut [f32], output: &mut [f32]) {
    let &Attention { keys, values, value_stride, length, width, scale, .. } = attention;
    let padded = length.next_multiple_of(LANES);
    let query = &query[..width];
    let weights = &mut weights[..padded];
    for (scores, keys) in vectors_mut(weights).iter_mut().zip(keys.chunks_exact(width * LANES)) {
        let mut sums = [V::zero(); 4];
        let (keys, rest) = vectors(keys).as_chunks::<4>();
        let (queries, last) = query.as_chunks::<4>();
        for (keys, query) in keys.iter().zip(queries) {
            for part in 0..4 {
                sums[part] = V::splat(query[part]).fused(V::load(&keys[part]), sums[part]);
            }
        }
        for (keys, &query) in rest.iter().zip(last) {
            sums[0] = V::splat(query).fused(V::load(keys), sums[0]);
        }
        added::<V>(sums).times(V::splat(scale)).store(scores);
    }
    softmax::<V>(weights, length);
    let weights = &weights[..length];
    let whole = length / 4 * 4;
    for column in (0..width).step_by(LANES) {
        if column + LANES > width {
            rest_of_head(weights, values, value_stride, column..width, output);
            continue;
        }
        let mut sums = [V::zero(); 4];
        let value = |position: usize| V::load(&vectors(&values[position * value_stride + column..][..LANES])[0]);
        for first in (0..whole).step_by(4) {
            for part in 0..4 {
                sums[part] = V::splat(weights[first + part]).fused(value(first + part), sums[part]);
            }
        }
        for position in whole..length {
            sums[0] = V::splat(weights[position]).fused(value(position), sums[0]);
        }
        added::<V>(sums).store(&mut vectors_mut(&mut output[column..][..LANES])[0]);
    }
}

#[inline(always)]
fn added<V: Vector>([one, two, three, four]: [V; 4]) -> V {
    one.plus(two).plus(three.plus(four))
}

/// The dimensions that do not fill a vector, if a head has such.
fn rest_of_head(weights: &[f32], values: &[f32], stride: usize, columns: std::ops::Range<usize>, output: &mut [f32]) {
    for column in columns {
        output[column] = weights
            .iter()
            .enumerate()
            .fold(0.0_f32, |sum, (position, weight)| weight.mul_add(values[position * stride + column], sum));
    }
}

/// Scores to weights that add up to one; those from `length` on are zero.
#[inline(always)]
fn softmax<V: Vector>(scores: &mut [f32], length: usize) {
    scores[length..].fill(f32::NEG_INFINITY);
    let all = vectors_mut(scores);
    let greatest = all.iter().fold(V::splat(f32::NEG_INFINITY), |greatest, scores| V::load(scores).max(greatest));
    let greatest = V::splat(greatest.greatest());
    for scores in all {
        exp(V::load(scores).minus(greatest)).store(scores);
    }
    scores[length..].fill(0.0);
    let all = vectors_mut(scores);
    let sum = all.iter().fold(V::zero(), |sum, scores| sum.plus(V::load(scores)));
    let factor = V::splat(1.0 / sum.total());
    for scores in all {
        V::load(scores).times(factor).store(scores);
    }
}

versions! {
    /// Attention of `count` queries, the first [`QUERIES`] or fewer of which share the buffer `weights` (each as long as
    /// the padded sentence; the weights of a single query are there afterwards). Row by row into `output`, rows `stride`
    /// apart.
    fn attend(attention: &Attention<'_>, count: usize, weights: &mut [f32], output: &mut [f32], stride: usize)
        = attend_body
}

const _: () = assert!(PANEL == LANES, "a panel's results are one vector");
