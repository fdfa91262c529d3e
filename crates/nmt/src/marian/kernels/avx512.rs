//! The product with 512-bit registers and `vpdpbusd`: four unsigned by signed products and their sum in each of sixteen
//! lanes. Activations are shifted to be unsigned; the bias makes up for it.

#![expect(clippy::needless_range_loop, reason = "with iterators the sums do not stay in registers")]

use std::arch::x86_64::*;

use super::Output;
use super::aligned::Line;
use super::packed::{Linear, PANEL, QUAD, SHIFT};

/// Most rows of activations in one tile: with four panels, 24 accumulators, four registers of weights and one of
/// activations fit the 32 registers.
const ROWS: usize = 6;
/// Most panels in one tile.
const PANELS: usize = 4;

/// See [`super::multiply`].
///
/// # Safety
/// The processor has these features; `activations` holds `rows` rows, all panels of `linear` are whole, and `output` has
/// room for `rows` rows of `linear.padded_outputs()`.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
pub(super) unsafe fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    let panels = linear.padded_outputs() / PANEL;
    // As equal as can be: a tile of one row would wait for its own sums.
    let tiles = rows.div_ceil(ROWS);
    let mut panel = 0;
    while panel < panels {
        let width = PANELS.min(panels - panel);
        let mut row = 0;
        for left in (1..=tiles).rev() {
            let height = (rows - row).div_ceil(left);
            let place = Place { row, panel };
            // SAFETY: the tile lies within the rows and the panels, and what the caller promised covers those.
            unsafe {
                match width {
                    4 => by_height::<4>(height, activations, linear, place, output),
                    3 => by_height::<3>(height, activations, linear, place, output),
                    2 => by_height::<2>(height, activations, linear, place, output),
                    _ => by_height::<1>(height, activations, linear, place, output),
                }
            }
            row += height;
        }
        panel += width;
    }
}

/// The first row and the first panel of a tile.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    panel: usize,
}

/// # Safety
/// As [`tile`], with `height` for `H`.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
unsafe fn by_height<const W: usize>(
    height: usize,
    activations: &[u8],
    linear: &Linear,
    place: Place,
    output: &mut Output<'_>,
) {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        match height {
            6 => tile::<6, W>(activations, linear, place, output),
            5 => tile::<5, W>(activations, linear, place, output),
            4 => tile::<4, W>(activations, linear, place, output),
            3 => tile::<3, W>(activations, linear, place, output),
            2 => tile::<2, W>(activations, linear, place, output),
            _ => tile::<1, W>(activations, linear, place, output),
        }
    }
}

/// `H` rows by `W` panels. Not inlined: the caller has all sizes, and their registers.
///
/// # Safety
/// What [`multiply`] asks for, and rows `place.row..place.row + H` and panels `place.panel..place.panel + W` exist.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
unsafe fn tile<const H: usize, const W: usize>(
    activations: &[u8],
    linear: &Linear,
    place: Place,
    output: &mut Output<'_>,
) {
    let inputs = linear.inputs();
    let quads = inputs / QUAD;
    // SAFETY: `place.row + H <= rows`, and a row is `inputs` bytes; a panel is `quads` lines; so every address below is
    // within its slice. Loads and stores need no alignment except those of lines, which are aligned by their type.
    unsafe {
        let first = activations.as_ptr().add(place.row * inputs);
        let rows: [*const u8; H] = std::array::from_fn(|row| first.add(row * inputs));
        let first = linear.lines.as_ptr().add(place.panel * quads);
        let panels: [*const Line; W] = std::array::from_fn(|panel| first.add(panel * quads));
        let mut sums = [[_mm512_setzero_si512(); W]; H];
        // Indices and not iterators, and no arithmetic that is checked: else the sums do not stay in registers.
        let mut byte = 0;
        for quad in 0..quads {
            let mut lines = [_mm512_setzero_si512(); W];
            for panel in 0..W {
                lines[panel] = _mm512_load_si512(panels[panel].add(quad).cast());
            }
            for row in 0..H {
                let four = _mm512_set1_epi32(rows[row].add(byte).cast::<i32>().read_unaligned());
                for panel in 0..W {
                    sums[row][panel] = _mm512_dpbusd_epi32(sums[row][panel], four, lines[panel]);
                }
            }
            byte = byte.wrapping_add(QUAD);
        }
        finish(sums, linear, place, output);
    }
}

/// The sums of products as results.
///
/// # Safety
/// As [`tile`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
unsafe fn finish<const H: usize, const W: usize>(
    sums: [[__m512i; W]; H],
    linear: &Linear,
    place: Place,
    output: &mut Output<'_>,
) {
    let unquantise = _mm512_set1_ps(linear.unquantise());
    // SAFETY: as in `tile`; biases and rows of the output are padded to whole panels.
    unsafe {
        let bias: *const f32 = linear.bias.as_ptr().add(place.panel * PANEL);
        match output {
            Output::Floats { values, stride, column } => {
                let first = values.as_mut_ptr().add(place.row * *stride + *column + place.panel * PANEL);
                for row in 0..H {
                    let first = first.add(row.wrapping_mul(*stride));
                    for panel in 0..W {
                        let bias = _mm512_loadu_ps(bias.add(panel * PANEL));
                        let result =
                            _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][panel]), unquantise), bias);
                        _mm512_storeu_ps(first.add(panel * PANEL), result);
                    }
                }
            }
            Output::Quantised { values, factor } => {
                let stride = linear.padded_outputs();
                let first = values.as_mut_ptr().add(place.row * stride + place.panel * PANEL);
                for row in 0..H {
                    let first = first.add(row.wrapping_mul(stride));
                    for panel in 0..W {
                        let bias = _mm512_loadu_ps(bias.add(panel * PANEL));
                        let result =
                            _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sums[row][panel]), unquantise), bias);
                        let positive = _mm512_max_ps(result, _mm512_setzero_ps());
                        let scaled = _mm512_mul_ps(positive, _mm512_set1_ps(*factor));
                        let whole = _mm512_cvtps_epi32(_mm512_min_ps(scaled, _mm512_set1_ps(127.0)));
                        let offset = _mm512_add_epi32(whole, _mm512_set1_epi32(SHIFT));
                        _mm_storeu_si128(first.add(panel * PANEL).cast(), _mm512_cvtepi32_epi8(offset));
                    }
                }
            }
        }
    }
}

/// Sixteen rows of as many bytes as `lines` have in one panel, side by side.
///
/// # Safety
/// The processor has these features, and every row is `lines.len() * 4` bytes long.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
pub(super) unsafe fn interleave(rows: &[&[u8]; PANEL], lines: &mut [Line]) {
    let (blocks, rest) = lines.as_chunks_mut::<16>();
    for (block, lines) in blocks.iter_mut().enumerate() {
        let mut table = [_mm512_setzero_si512(); PANEL];
        for (row, bytes) in table.iter_mut().zip(rows) {
            // SAFETY: a block is sixteen lines, which are 64 bytes of each row.
            *row = unsafe { _mm512_loadu_si512(bytes.as_ptr().add(64 * block).cast()) };
        }
        let table = transposed(table);
        for (line, row) in lines.iter_mut().zip(table) {
            // SAFETY: a line is as large as a register, and aligned.
            unsafe { _mm512_store_si512((&raw mut *line).cast(), row) };
        }
    }
    let done = blocks.len() * 16;
    for (place, row) in rows.iter().enumerate() {
        for (line, quad) in rest.iter_mut().zip(row.as_chunks::<QUAD>().0.iter().skip(done)) {
            line.0[QUAD * place..QUAD * place + QUAD].copy_from_slice(quad);
        }
    }
}

/// A table of sixteen by sixteen 32-bit values, rows for columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
fn transposed(mut table: [__m512i; 16]) -> [__m512i; 16] {
    // Pairs of values, pairs of pairs, then the 128-bit quarters twice.
    let mut next = table;
    for pair in 0..8 {
        let (one, other) = (table[2 * pair], table[2 * pair + 1]);
        next[2 * pair] = _mm512_unpacklo_epi32(one, other);
        next[2 * pair + 1] = _mm512_unpackhi_epi32(one, other);
    }
    for four in 0..4 {
        for half in 0..2 {
            let (one, other) = (next[4 * four + half], next[4 * four + half + 2]);
            table[4 * four + 2 * half] = _mm512_unpacklo_epi64(one, other);
            table[4 * four + 2 * half + 1] = _mm512_unpackhi_epi64(one, other);
        }
    }
    for column in 0..4 {
        for half in 0..2 {
            let (one, other) = (table[8 * half + column], table[8 * half + column + 4]);
            next[8 * half + column] = _mm512_shuffle_i32x4::<0x88>(one, other);
            next[8 * half + column + 4] = _mm512_shuffle_i32x4::<0xdd>(one, other);
        }
    }
    for row in 0..8 {
        table[row] = _mm512_shuffle_i32x4::<0x88>(next[row], next[row + 8]);
        table[row + 8] = _mm512_shuffle_i32x4::<0xdd>(next[row], next[row + 8]);
    }
    table
}
