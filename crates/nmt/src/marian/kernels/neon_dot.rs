//! The product with `sdot`: four products of signed bytes added to each of four sums (ARMv8.2 with `dotprod`).
//!
//! The instruction is written as assembly: its intrinsic is not stable.

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::aarch64::*;
use std::arch::asm;

use super::Output;
use super::neon::{GROUPS, starts, store};
use super::packed::{Linear, PANEL, QUAD};

/// Rows in a tile: sixteen accumulators, four registers of weights, and four of activations.
const ROWS: usize = 4;

/// See [`super::multiply`].
///
/// # Safety
/// The processor has these features; `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has
/// room for `rows` rows of `linear.padded_outputs()`.
#[target_feature(enable = "neon,dotprod")]
pub(super) unsafe fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    let tiles = rows.div_ceil(ROWS);
    for panel in 0..linear.padded_outputs() / PANEL {
        let mut row = 0;
        for left in (1..=tiles).rev() {
            let height = (rows - row).div_ceil(left);
            // SAFETY: the tile lies within the rows and the panels, and what the caller promised covers those.
            unsafe {
                match height {
                    4 => tile::<4>(activations, linear, row, panel, output),
                    3 => tile::<3>(activations, linear, row, panel, output),
                    2 => tile::<2>(activations, linear, row, panel, output),
                    _ => tile::<1>(activations, linear, row, panel, output),
                }
            }
            row += height;
        }
    }
}

/// `H` rows by one panel.
///
/// # Safety
/// What [`multiply`] asks for, and rows `row..row + H` and the panel exist.
#[inline(never)]
#[target_feature(enable = "neon,dotprod")]
pub(super) unsafe fn tile<const H: usize>(
    activations: &[u8],
    linear: &Linear,
    row: usize,
    panel: usize,
    output: &mut Output<'_>,
) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines of 64 bytes; so every address below
    // is within its slice.
    unsafe {
        let first: *const i8 = activations.as_ptr().add(row * inputs).cast();
        let weights: *const i8 = linear.lines.as_ptr().add(panel * quads).cast();
        let mut sums = [starts(linear, panel); H];
        let mut quad = 0;
        while quad + 4 <= quads {
            let mut sixteen = [vdupq_n_s8(0); H];
            for row in 0..H {
                sixteen[row] = vld1q_s8(first.add(row * inputs + quad * QUAD));
            }
            let lines = weights.add(quad * 64);
            line::<H, 0>(&mut sums, lines, &sixteen);
            line::<H, 1>(&mut sums, lines.add(64), &sixteen);
            line::<H, 2>(&mut sums, lines.add(128), &sixteen);
            line::<H, 3>(&mut sums, lines.add(192), &sixteen);
            quad += 4;
        }
        while quad < quads {
            let mut four = [vdupq_n_s8(0); H];
            for row in 0..H {
                four[row] = vreinterpretq_s8_s32(vld1q_dup_s32(first.add(row * inputs + quad * QUAD).cast()));
            }
            line::<H, 0>(&mut sums, weights.add(quad * 64), &four);
            quad += 1;
        }
        for place in 0..H {
            store(sums[place], row + place, linear, panel, output);
        }
    }
}

/// Four inputs of `H` rows, which are the lane `LANE` of their registers, times one line of weights.
///
/// # Safety
/// The processor has these features, and 64 bytes can be read at `line`.
#[inline]
#[target_feature(enable = "neon,dotprod")]
unsafe fn line<const H: usize, const LANE: usize>(
    sums: &mut [[int32x4_t; GROUPS]; H],
    line: *const i8,
    activations: &[int8x16_t; H],
) {
    for group in 0..GROUPS {
        // SAFETY: the caller promises 64 bytes.
        let weights = unsafe { vld1q_s8(line.add(16 * group)) };
        for row in 0..H {
            // SAFETY: the processor has the instruction; it works on registers alone.
            unsafe {
                asm!(
                    "sdot {sums:v}.4s, {weights:v}.16b, {activations:v}.4b[{lane}]",
                    sums = inout(vreg) sums[row][group],
                    weights = in(vreg) weights,
                    activations = in(vreg) activations[row],
                    lane = const LANE,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
        }
    }
}
