//! The product with 256-bit registers and `vpdpbusd`, for processors that have that instruction but no 512-bit registers.
//! As in [`super::avx512`], activations are shifted to be unsigned.

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::x86_64::*;

use super::Output;
use super::packed::{Linear, PANEL, QUAD, SHIFT};

/// Rows in a tile: twelve accumulators, two registers of weights and one of activations.
const ROWS: usize = 6;

/// See [`super::multiply`].
///
/// # Safety
/// The processor has these features; `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has
/// room for `rows` rows of `linear.padded_outputs()`.
#[target_feature(enable = "avx2,avxvnni,fma")]
pub(super) unsafe fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    let tiles = rows.div_ceil(ROWS);
    for panel in 0..linear.padded_outputs() / PANEL {
        let mut row = 0;
        for left in (1..=tiles).rev() {
            let height = (rows - row).div_ceil(left);
            // SAFETY: the tile lies within the rows and the panels, and what the caller promised covers those.
            unsafe {
                match height {
                    6 => tile::<6>(activations, linear, row, panel, output),
                    5 => tile::<5>(activations, linear, row, panel, output),
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
#[target_feature(enable = "avx2,avxvnni,fma")]
unsafe fn tile<const H: usize>(activations: &[u8], linear: &Linear, row: usize, panel: usize, output: &mut Output<'_>) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines; so every address below is within
    // its slice. Lines are aligned by their type, and nothing else needs to be.
    let sums = unsafe {
        let first = activations.as_ptr().add(row * inputs);
        let rows: [*const u8; H] = std::array::from_fn(|row| first.add(row * inputs));
        let weights: *const __m256i = linear.lines.as_ptr().add(panel * quads).cast();
        let mut sums = [[_mm256_setzero_si256(); 2]; H];
        let mut byte = 0;
        for quad in 0..quads {
            let at = quad.wrapping_mul(2);
            let halves = [_mm256_load_si256(weights.add(at)), _mm256_load_si256(weights.add(at).add(1))];
            for row in 0..H {
                let four = _mm256_set1_epi32(rows[row].add(byte).cast::<i32>().read_unaligned());
                for half in 0..2 {
                    sums[row][half] = _mm256_dpbusd_avx_epi32(sums[row][half], four, halves[half]);
                }
            }
            byte = byte.wrapping_add(QUAD);
        }
        sums
    };
    let unquantise = _mm256_set1_ps(linear.unquantise());
    for place in 0..H {
        for half in 0..2 {
            let column = panel * PANEL + 8 * half;
            // SAFETY: as above; biases and rows of the output are padded to whole panels.
            unsafe {
                let bias = _mm256_loadu_ps(linear.bias.as_ptr().add(column));
                let result = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums[place][half]), unquantise), bias);
                match output {
                    Output::Floats { values, stride, column: first } => {
                        let at = (row + place) * *stride + *first + column;
                        _mm256_storeu_ps(values.as_mut_ptr().add(at), result);
                    }
                    Output::Quantised { values, factor } => {
                        let at = (row + place) * linear.padded_outputs() + column;
                        let scaled = _mm256_mul_ps(_mm256_max_ps(result, _mm256_setzero_ps()), _mm256_set1_ps(*factor));
                        let whole = _mm256_cvtps_epi32(_mm256_min_ps(scaled, _mm256_set1_ps(127.0)));
                        // Within 0..=127, so that packing with saturation changes nothing; then the shift.
                        let words =
                            _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
                        let bytes = _mm_add_epi8(_mm_packs_epi16(words, words), _mm_set1_epi8(SHIFT as i8));
                        _mm_storel_epi64(values.as_mut_ptr().add(at).cast(), bytes);
                    }
                }
            }
        }
    }
}
