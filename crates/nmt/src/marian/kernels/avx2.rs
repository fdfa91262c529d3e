//! The product with 256-bit registers and without saturation.
//!
//! `vpmaddubsw` adds two products of an unsigned and a signed byte in 16 bits. Activations are shifted to be unsigned, as for
//! [`super::avx512`]; weights are so small that two products fit, and what is too large of a few is added apart
//! ([`super::packed::Rest`]).

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::x86_64::*;

use super::Output;
use super::aligned::Line;
use super::packed::{Linear, PANEL, QUAD, Rest, SHIFT};

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
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
unsafe fn tile<const H: usize>(activations: &[u8], linear: &Linear, row: usize, panel: usize, output: &mut Output<'_>) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines, and the places of the others are among
    // its inputs; so every address below is within its slice. Lines are aligned by their type, and nothing else needs to be.
    let sums = unsafe {
        let first = activations.as_ptr().add(row * inputs);
        let rows: [*const u8; H] = std::array::from_fn(|row| first.add(row * inputs));
        let lines: *const Line = linear.lines.as_ptr().add(panel * quads);
        let mut sums = [[_mm256_setzero_si256(); 2]; H];
        for quad in 0..quads {
            add(&mut sums, &rows, quad.wrapping_mul(QUAD), lines.add(quad));
        }
        let rest = linear.rest.range(panel);
        for (line, &input) in linear.rest.lines[rest.clone()].iter().zip(&linear.rest.inputs[rest]) {
            add(&mut sums, &rows, input as usize, line);
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

/// Adds the products of four inputs of each row, from this byte on, with a line of weights.
///
/// # Safety
/// The processor has these features, and the rows have these bytes.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn add<const H: usize>(sums: &mut [[__m256i; 2]; H], rows: &[*const u8; H], byte: usize, line: *const Line) {
    let ones = _mm256_set1_epi16(1);
    // SAFETY: the caller's promise; a line is two registers long and aligned.
    unsafe {
        let halves = [_mm256_load_si256(line.cast()), _mm256_load_si256(line.cast::<__m256i>().add(1))];
        for row in 0..H {
            let four = _mm256_set1_epi32(rows[row].add(byte).cast::<i32>().read_unaligned());
            for half in 0..2 {
                let products = _mm256_maddubs_epi16(four, halves[half]);
                sums[row][half] = _mm256_add_epi32(sums[row][half], _mm256_madd_epi16(products, ones));
            }
        }
    }
}

/// See [`super::is_tame`].
#[target_feature(enable = "avx2,fma")]
pub(super) fn is_tame(line: &Line) -> bool {
    let (zero, ones) = (_mm256_setzero_si256(), _mm256_set1_epi8(1));
    let most = _mm256_set1_epi16(i16::from(Rest::MOST));
    let mut wild = zero;
    for half in line.0.as_chunks::<32>().0 {
        // SAFETY: 32 bytes are read.
        let weights = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        // The magnitude of -128 is right as a byte without a sign.
        let up = _mm256_maddubs_epi16(_mm256_max_epi8(weights, zero), ones);
        let down = _mm256_maddubs_epi16(_mm256_sub_epi8(zero, _mm256_min_epi8(weights, zero)), ones);
        wild = _mm256_or_si256(wild, _mm256_cmpgt_epi16(_mm256_max_epi16(up, down), most));
    }
    _mm256_testz_si256(wild, wild) == 1
}
