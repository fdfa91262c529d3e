//! The product with 128-bit registers, for every 64-bit ARM, and what its three kernels share.
//!
//! Activations stay signed. Two products of bytes fit 16 bits, as neither side is ever -128 (the model's reader and
//! `quantise` see to that): at most 2 * 127 * 127, and nothing saturates.

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::aarch64::*;

use super::Output;
use super::aligned::Line;
use super::packed::{Linear, PANEL, QUAD};

/// Registers of four outputs in a panel.
pub(super) const GROUPS: usize = PANEL / 4;

/// Rows in a tile: sixteen accumulators, and what two rows and two lines need.
const ROWS: usize = 2;

/// See [`super::multiply`].
///
/// # Safety
/// `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has room for `rows` rows of
/// `linear.padded_outputs()`.
#[target_feature(enable = "neon")]
pub(super) unsafe fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    for panel in 0..linear.padded_outputs() / PANEL {
        for row in (0..rows).step_by(ROWS) {
            // SAFETY: the tile lies within the rows and the panels, and what the caller promised covers those.
            unsafe {
                if rows - row >= ROWS {
                    tile::<ROWS>(activations, linear, row, panel, output);
                } else {
                    tile::<1>(activations, linear, row, panel, output);
                }
            }
        }
    }
}

/// `H` rows by one panel.
///
/// # Safety
/// What [`multiply`] asks for, and rows `row..row + H` and the panel exist.
#[target_feature(enable = "neon")]
unsafe fn tile<const H: usize>(activations: &[u8], linear: &Linear, row: usize, panel: usize, output: &mut Output<'_>) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines of 64 bytes; so every address below
    // is within its slice.
    unsafe {
        let first = activations.as_ptr().add(row * inputs);
        let weights: *const i8 = linear.lines.as_ptr().add(panel * quads).cast();
        // Each lane holds the half of an output: the sum of its even or of its odd pairs of inputs.
        let mut halves = [[vdupq_n_s32(0); 2 * GROUPS]; H];
        let four = |row: usize, quad: usize| {
            vreinterpret_s8_s32(vld1_dup_s32(first.add(row * inputs + quad * QUAD).cast::<i32>()))
        };
        for quad in (0..quads - quads % 2).step_by(2) {
            let one = weights.add(quad * 64);
            for row in 0..H {
                let (even, odd) = (four(row, quad), four(row, quad + 1));
                for group in 0..GROUPS {
                    let (low, high) = (vld1q_s8(one.add(16 * group)), vld1q_s8(one.add(64 + 16 * group)));
                    let products = vmlal_s8(vmull_s8(vget_low_s8(low), even), vget_low_s8(high), odd);
                    halves[row][2 * group] = vpadalq_s16(halves[row][2 * group], products);
                    let products = vmlal_s8(vmull_s8(vget_high_s8(low), even), vget_high_s8(high), odd);
                    halves[row][2 * group + 1] = vpadalq_s16(halves[row][2 * group + 1], products);
                }
            }
        }
        if quads % 2 == 1 {
            let last = weights.add((quads - 1) * 64);
            for row in 0..H {
                let four = four(row, quads - 1);
                for group in 0..GROUPS {
                    let line = vld1q_s8(last.add(16 * group));
                    let products = vmull_s8(vget_low_s8(line), four);
                    halves[row][2 * group] = vpadalq_s16(halves[row][2 * group], products);
                    let products = vmull_s8(vget_high_s8(line), four);
                    halves[row][2 * group + 1] = vpadalq_s16(halves[row][2 * group + 1], products);
                }
            }
        }
        let starts = starts(linear, panel);
        for place in 0..H {
            let mut sums = starts;
            for group in 0..GROUPS {
                let whole = vpaddq_s32(halves[place][2 * group], halves[place][2 * group + 1]);
                sums[group] = vaddq_s32(sums[group], whole);
            }
            store(sums, row + place, linear, panel, output);
        }
    }
}

/// What the sums of a panel start from.
#[inline]
#[target_feature(enable = "neon")]
pub(super) fn starts(linear: &Linear, panel: usize) -> [int32x4_t; GROUPS] {
    let from: *const i32 = linear.starts[panel].0.as_ptr().cast();
    // SAFETY: a line is sixteen integers, and aligned.
    std::array::from_fn(|group| unsafe { vld1q_s32(from.add(4 * group)) })
}

/// Puts the sums of one row and one panel where they belong, as floats or quantised again.
///
/// # Safety
/// The panel exists, and `output` has room for this row of `linear.padded_outputs()`.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn store(
    sums: [int32x4_t; GROUPS],
    row: usize,
    linear: &Linear,
    panel: usize,
    output: &mut Output<'_>,
) {
    let unquantise = linear.unquantise();
    let mut results = [vdupq_n_f32(0.0); GROUPS];
    for group in 0..GROUPS {
        // SAFETY: biases are padded to whole panels.
        let bias = unsafe { vld1q_f32(linear.bias.as_ptr().add(panel * PANEL + 4 * group)) };
        results[group] = vaddq_f32(vmulq_n_f32(vcvtq_f32_s32(sums[group]), unquantise), bias);
    }
    match output {
        Output::Floats { values, stride, column } => {
            let at = row * *stride + *column + panel * PANEL;
            for group in 0..GROUPS {
                // SAFETY: rows of the output are padded to whole panels.
                unsafe { vst1q_f32(values.as_mut_ptr().add(at + 4 * group), results[group]) };
            }
        }
        Output::Quantised { values, factor } => {
            let at = row * linear.padded_outputs() + panel * PANEL;
            let (zero, most) = (vdupq_n_f32(0.0), vdupq_n_f32(127.0));
            let whole = results.map(|result| {
                // By comparing: what is not a number goes the way it goes in plain code.
                let positive = vbslq_f32(vcgtq_f32(result, zero), result, zero);
                let scaled = vmulq_n_f32(positive, *factor);
                vcvtnq_s32_f32(vbslq_f32(vcltq_f32(scaled, most), scaled, most))
            });
            // Within 0..=127, so that nothing is lost.
            let low = vcombine_s16(vmovn_s32(whole[0]), vmovn_s32(whole[1]));
            let high = vcombine_s16(vmovn_s32(whole[2]), vmovn_s32(whole[3]));
            let bytes = vreinterpretq_u8_s8(vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
            // SAFETY: rows of the output are padded to whole panels.
            unsafe { vst1q_u8(values.as_mut_ptr().add(at), bytes) };
        }
    }
}

/// Sixteen rows of as many bytes as `lines` have in one panel, side by side.
///
/// # Safety
/// Every row is `lines.len() * 4` bytes long.
#[target_feature(enable = "neon")]
pub(super) unsafe fn interleave(rows: &[&[u8]; PANEL], lines: &mut [Line]) {
    let (blocks, rest) = lines.as_chunks_mut::<4>();
    for (block, lines) in blocks.iter_mut().enumerate() {
        for group in 0..GROUPS {
            // SAFETY: a block is four lines, which are sixteen bytes of each row.
            let row = |place: usize| unsafe { vld1q_u8(rows[4 * group + place].as_ptr().add(16 * block)) };
            let row = |place: usize| vreinterpretq_u32_u8(row(place));
            // Pairs of values, then pairs of pairs.
            let (even, odd) = (vtrn1q_u32(row(0), row(1)), vtrn2q_u32(row(0), row(1)));
            let (next_even, next_odd) = (vtrn1q_u32(row(2), row(3)), vtrn2q_u32(row(2), row(3)));
            let first = |one, other| vtrn1q_u64(vreinterpretq_u64_u32(one), vreinterpretq_u64_u32(other));
            let second = |one, other| vtrn2q_u64(vreinterpretq_u64_u32(one), vreinterpretq_u64_u32(other));
            let columns =
                [first(even, next_even), first(odd, next_odd), second(even, next_even), second(odd, next_odd)];
            for (line, column) in lines.iter_mut().zip(columns) {
                // SAFETY: a line is four times as large as a register.
                unsafe { vst1q_u64(line.0.as_mut_ptr().add(16 * group).cast(), column) };
            }
        }
    }
    let done = blocks.len() * 4;
    for (place, row) in rows.iter().enumerate() {
        for (line, quad) in rest.iter_mut().zip(row.as_chunks::<QUAD>().0.iter().skip(done)) {
            line.0[QUAD * place..QUAD * place + QUAD].copy_from_slice(quad);
        }
    }
}

/// Asks for a cache line.
pub(super) fn prefetch(line: &[u8]) {
    // SAFETY: a hint that every 64-bit ARM has; it never faults, and writes nothing.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{}]", in(reg) line.as_ptr(), options(nostack, preserves_flags, readonly));
    }
}
