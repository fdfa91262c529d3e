//! The product with 256-bit registers and without saturation.
//!
//! `vpmaddubsw` adds two products of an unsigned and a signed byte in 16 bits. With magnitudes of activations on one side,
//! and weights that took over the activations' signs on the other, that is at most 2 * 127 * 128 and fits.

use std::arch::x86_64::*;

use super::Output;
use super::packed::{Linear, PANEL, QUAD};

/// Rows in a tile: eight accumulators, two registers of weights, and what a row needs.
const ROWS: usize = 4;

/// See [`super::multiply`].
///
/// # Safety
/// The processor has these features; `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has
/// room for `rows` rows of `linear.padded_outputs()`.
#[target_feature(enable = "avx2,fma")]
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
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const H: usize>(activations: &[u8], linear: &Linear, row: usize, panel: usize, output: &mut Output<'_>) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines; so every address below is within
    // its slice. Lines are aligned by their type, and nothing else needs to be.
    unsafe {
        let first = activations.as_ptr().add(row * inputs);
        let weights: *const __m256i = linear.lines.as_ptr().add(panel * quads).cast();
        let ones = _mm256_set1_epi16(1);
        let starts: *const __m256i = linear.starts.as_ptr().add(panel).cast();
        let mut sums = [[_mm256_load_si256(starts), _mm256_load_si256(starts.add(1))]; H];
        for quad in 0..quads {
            let low = _mm256_load_si256(weights.add(2 * quad));
            let high = _mm256_load_si256(weights.add(2 * quad + 1));
            for (row, sums) in sums.iter_mut().enumerate() {
                let four = first.add(row * inputs + quad * QUAD).cast::<i32>().read_unaligned();
                let four = _mm256_set1_epi32(four);
                let magnitudes = _mm256_abs_epi8(four);
                for (sum, weights) in sums.iter_mut().zip([low, high]) {
                    let products = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(weights, four));
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(products, ones));
                }
            }
        }
        let unquantise = _mm256_set1_ps(linear.unquantise());
        for half in 0..2 {
            let bias = _mm256_loadu_ps(linear.bias.as_ptr().add(panel * PANEL + 8 * half));
            for (place, sums) in sums.iter().enumerate() {
                let result = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums[half]), unquantise), bias);
                match output {
                    Output::Floats { values, stride, column } => {
                        let at = (row + place) * *stride + *column + panel * PANEL + 8 * half;
                        _mm256_storeu_ps(values.as_mut_ptr().add(at), result);
                    }
                    Output::Quantised { values, factor } => {
                        let at = (row + place) * linear.padded_outputs() + panel * PANEL + 8 * half;
                        let positive = _mm256_max_ps(result, _mm256_setzero_ps());
                        let scaled = _mm256_mul_ps(positive, _mm256_set1_ps(*factor));
                        let whole = _mm256_cvtps_epi32(_mm256_min_ps(scaled, _mm256_set1_ps(127.0)));
                        // Within 0..=127, so that packing with saturation changes nothing.
                        let words =
                            _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
                        _mm_storel_epi64(values.as_mut_ptr().add(at).cast(), _mm_packs_epi16(words, words));
                    }
                }
            }
        }
    }
}
