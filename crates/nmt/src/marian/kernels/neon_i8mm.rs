//! The product with `smmla`: two rows of eight signed bytes times two outputs of eight (ARMv8.6, or `i8mm`).
//!
//! The instruction is written as assembly: its intrinsic is not stable.

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::aarch64::*;
use std::arch::asm;

use super::Output;
use super::neon::{GROUPS, starts, store};
use super::neon_dot;
use super::packed::{Linear, PANEL, QUAD};

/// Rows in a tile, in pairs: twenty-four accumulators, three registers of activations, and four for weights.
const ROWS: usize = 6;

/// See [`super::multiply`].
///
/// # Safety
/// The processor has these features; `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has
/// room for `rows` rows of `linear.padded_outputs()`.
#[target_feature(enable = "neon,dotprod,i8mm")]
pub(super) unsafe fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    let tiles = rows.div_ceil(ROWS);
    for panel in 0..linear.padded_outputs() / PANEL {
        let mut row = 0;
        for left in (1..=tiles).rev() {
            let height = (rows - row).div_ceil(left);
            // SAFETY: the tile lies within the rows and the panels, and what the caller promised covers those.
            unsafe {
                match height {
                    5 | 6 => tile::<3>(activations, linear, row, height, panel, output),
                    3 | 4 => tile::<2>(activations, linear, row, height, panel, output),
                    2 => tile::<1>(activations, linear, row, height, panel, output),
                    // Half of each product would be for nothing.
                    _ => neon_dot::tile::<1>(activations, linear, row, panel, output),
                }
            }
            row += height;
        }
    }
}

/// `P` pairs of rows by one panel; if the height is odd, the last row is paired with itself.
///
/// # Safety
/// What [`multiply`] asks for; rows `row..row + height` and the panel exist, and `height` is `2 * P` or one less.
#[inline(never)]
#[target_feature(enable = "neon,dotprod,i8mm")]
unsafe fn tile<const P: usize>(
    activations: &[u8],
    linear: &Linear,
    row: usize,
    height: usize,
    panel: usize,
    output: &mut Output<'_>,
) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + height <= rows`, and a row is `inputs` bytes; a panel is `quads` lines of 64 bytes; so every address
    // below is within its slice.
    unsafe {
        let first: *const i8 = activations.as_ptr().add(row * inputs).cast();
        let weights: *const i32 = linear.lines.as_ptr().add(panel * quads).cast();
        let mut evens = [first; P];
        let mut odds = [first; P];
        for pair in 0..P {
            evens[pair] = first.add(2 * pair * inputs);
            odds[pair] = first.add((2 * pair + 1).min(height - 1) * inputs);
        }
        // Each holds two rows by two outputs.
        let mut squares = [[vdupq_n_s32(0); 2 * GROUPS]; P];
        let mut rows = [vdupq_n_s8(0); P];
        for quad in (0..quads - quads % 2).step_by(2) {
            for pair in 0..P {
                let (even, odd) = (evens[pair].add(quad * QUAD), odds[pair].add(quad * QUAD));
                rows[pair] = vcombine_s8(vld1_s8(even), vld1_s8(odd));
            }
            let line = weights.add(quad * PANEL);
            for group in 0..GROUPS {
                let (low, high) = (vld1q_s32(line.add(4 * group)), vld1q_s32(line.add(PANEL + 4 * group)));
                block(&mut squares, group, &rows, low, high);
            }
        }
        if quads % 2 == 1 {
            let four = |from: *const i8| {
                vreinterpret_s8_s32(vset_lane_s32::<0>(
                    from.add((quads - 1) * QUAD).cast::<i32>().read_unaligned(),
                    vdup_n_s32(0),
                ))
            };
            for pair in 0..P {
                rows[pair] = vcombine_s8(four(evens[pair]), four(odds[pair]));
            }
            let line = weights.add((quads - 1) * PANEL);
            for group in 0..GROUPS {
                block(&mut squares, group, &rows, vld1q_s32(line.add(4 * group)), vdupq_n_s32(0));
            }
        }
        let starts = starts(linear, panel);
        for pair in 0..P {
            let (mut even, mut odd) = (starts, starts);
            for group in 0..GROUPS {
                let one = vreinterpretq_s64_s32(squares[pair][2 * group]);
                let other = vreinterpretq_s64_s32(squares[pair][2 * group + 1]);
                even[group] = vaddq_s32(even[group], vreinterpretq_s32_s64(vzip1q_s64(one, other)));
                odd[group] = vaddq_s32(odd[group], vreinterpretq_s32_s64(vzip2q_s64(one, other)));
            }
            store(even, row + 2 * pair, linear, panel, output);
            if 2 * pair + 1 < height {
                store(odd, row + 2 * pair + 1, linear, panel, output);
            }
        }
    }
}

/// Eight inputs of `P` pairs of rows times four outputs, whose weights are in two lines.
#[inline]
#[target_feature(enable = "neon,dotprod,i8mm")]
fn block<const P: usize>(
    squares: &mut [[int32x4_t; 2 * GROUPS]; P],
    group: usize,
    rows: &[int8x16_t; P],
    low: int32x4_t,
    high: int32x4_t,
) {
    for (half, weights) in [vzip1q_s32(low, high), vzip2q_s32(low, high)].into_iter().enumerate() {
        for pair in 0..P {
            // SAFETY: the processor has the instruction; it works on registers alone.
            unsafe {
                asm!(
                    "smmla {squares:v}.4s, {rows:v}.16b, {weights:v}.16b",
                    squares = inout(vreg) squares[pair][2 * group + half],
                    rows = in(vreg) rows[pair],
                    weights = in(vreg) weights,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
        }
    }
}
