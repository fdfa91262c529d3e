//! The inner loops, in one version for each kind of processor.
//!
//! **Invariant:** every kernel computes the same integers, and the same floats in the same order: the choice of a kernel
//! never changes a translation. Only this module and its children hold `unsafe` code.

mod aligned;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avxvnni;
mod float;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "aarch64")]
mod neon_dot;
#[cfg(target_arch = "aarch64")]
mod neon_i8mm;
#[cfg(target_arch = "aarch64")]
mod neon_vector;
mod packed;
#[cfg(feature = "measure")]
pub(super) mod peak;
mod portable;
#[cfg(test)]
mod tests;
mod vector;

pub(super) use aligned::{Bytes, Floats};
pub(super) use float::{
    Attention, Best, QUERIES, add, add_and_normalise, argmax, arrange_keys, attend, embed, greatest_magnitude,
    quantise, rectify, recur, rescale,
};
pub(super) use packed::{Linear, PANEL, Scales, sum_of};

/// Which instructions the inner loops are made of. Translations are the same with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// 512-bit registers and 8-bit dot products (x86-64: Ice Lake, Zen 4 and later).
    Avx512Vnni,
    /// 256-bit registers and 8-bit dot products (x86-64 without AVX-512: Alder Lake and later).
    AvxVnni,
    /// 256-bit registers (x86-64 since 2013).
    Avx2,
    /// 128-bit registers and 8-bit products of matrices (64-bit ARM since ARMv8.6: Graviton 3, Ampere One, Apple M2).
    NeonI8mm,
    /// 128-bit registers and 8-bit dot products (64-bit ARM since ARMv8.2: Graviton 2, Ampere Altra, Raspberry Pi 5).
    NeonDot,
    /// 128-bit registers (every 64-bit ARM).
    Neon,
    /// Whatever the compiler makes of plain code.
    Portable,
}

impl Kernel {
    /// All, the fastest first.
    pub const ALL: [Self; 7] =
        [Self::Avx512Vnni, Self::AvxVnni, Self::Avx2, Self::NeonI8mm, Self::NeonDot, Self::Neon, Self::Portable];

    /// The fastest that this processor can run.
    #[must_use]
    pub fn detect() -> Self {
        Self::ALL.into_iter().find(|kernel| kernel.is_available()).unwrap_or(Self::Portable)
    }

    /// Whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Avx512Vnni => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
            }
            Self::AvxVnni => {
                is_x86_feature_detected!("avxvnni")
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
            }
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Portable => true,
            Self::NeonI8mm | Self::NeonDot | Self::Neon => false,
        }
        #[cfg(target_arch = "aarch64")]
        match self {
            Self::NeonI8mm => {
                std::arch::is_aarch64_feature_detected!("i8mm") && std::arch::is_aarch64_feature_detected!("dotprod")
            }
            Self::NeonDot => std::arch::is_aarch64_feature_detected!("dotprod"),
            Self::Neon | Self::Portable => true,
            Self::Avx512Vnni | Self::AvxVnni | Self::Avx2 => false,
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            self == Self::Portable
        }
    }

    /// Its name in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512Vnni => "avx512vnni",
            Self::AvxVnni => "avxvnni",
            Self::Avx2 => "avx2",
            Self::NeonI8mm => "neoni8mm",
            Self::NeonDot => "neondot",
            Self::Neon => "neon",
            Self::Portable => "portable",
        }
    }

    /// The kernel of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kernel| kernel.name() == name)
    }

    /// What is added to a quantised activation, modulo 256: some instructions want it unsigned.
    fn activation_offset(self) -> u8 {
        match self {
            Self::Avx512Vnni | Self::AvxVnni | Self::Avx2 => packed::SHIFT as u8,
            Self::NeonI8mm | Self::NeonDot | Self::Neon | Self::Portable => 0,
        }
    }
}

/// Where the rows of a product go.
pub(super) enum Output<'a> {
    /// As floats, from `column` of rows that are `stride` wide.
    Floats { values: &'a mut [f32], stride: usize, column: usize },
    /// What is negative becomes zero, and is quantised for the next layer, whose factor this is.
    Quantised { values: &'a mut [u8], factor: f32 },
}

/// `rows` quantised activations times the weights.
pub(super) fn multiply(kernel: Kernel, activations: &[u8], rows: usize, linear: &Linear, mut output: Output<'_>) {
    let padded = linear.padded_outputs();
    // What the unsafe kernels rely on.
    assert_eq!(activations.len(), rows * linear.inputs(), "a row of activations for each row of the result");
    assert!(linear.lines.len() * packed::QUAD * PANEL == padded * linear.inputs(), "packed whole");
    debug_assert_eq!(kernel == Kernel::Avx2 && padded > 0, linear.rest.is_there(), "packed for this kernel");
    match &output {
        Output::Floats { values, stride, column } => {
            assert!(column + padded <= *stride, "a result fits its row");
            assert!(rows * stride <= values.len(), "all rows fit");
        }
        Output::Quantised { values, .. } => assert_eq!(values.len(), rows * padded, "all rows fit"),
    }
    if rows == 0 || padded == 0 {
        return;
    }
    match kernel {
        // SAFETY: an engine is only built with an available kernel (`Engine::load`), and the assertions above are what
        // `avx512::multiply` asks for.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512Vnni => unsafe { avx512::multiply(activations, rows, linear, &mut output) },
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Kernel::AvxVnni => unsafe { avxvnni::multiply(activations, rows, linear, &mut output) },
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 => unsafe { avx2::multiply(activations, rows, linear, &mut output) },
        // SAFETY: likewise.
        #[cfg(target_arch = "aarch64")]
        Kernel::NeonI8mm => unsafe { neon_i8mm::multiply(activations, rows, linear, &mut output) },
        // SAFETY: likewise.
        #[cfg(target_arch = "aarch64")]
        Kernel::NeonDot => unsafe { neon_dot::multiply(activations, rows, linear, &mut output) },
        // SAFETY: likewise.
        #[cfg(target_arch = "aarch64")]
        Kernel::Neon => unsafe { neon::multiply(activations, rows, linear, &mut output) },
        _ => portable::multiply(activations, rows, linear, &mut output),
    }
}

/// Fills a panel with sixteen rows of weights; rows may be empty, and count as zeros.
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    expect(unused_variables, reason = "there is one way only")
)]
fn interleave(kernel: Kernel, rows: &[&[u8]; PANEL], lines: &mut [aligned::Line]) {
    #[cfg(target_arch = "x86_64")]
    if kernel == Kernel::Avx512Vnni && rows.iter().all(|row| row.len() == lines.len() * packed::QUAD) {
        // SAFETY: an engine is only built with an available kernel (`Engine::load`), and the rows are as long as asked.
        unsafe { avx512::interleave(rows, lines) };
        return;
    }
    #[cfg(target_arch = "aarch64")]
    if kernel != Kernel::Portable && rows.iter().all(|row| row.len() == lines.len() * packed::QUAD) {
        // SAFETY: the rows are as long as asked.
        unsafe { neon::interleave(rows, lines) };
        return;
    }
    for (place, row) in rows.iter().enumerate() {
        for (line, quad) in lines.iter_mut().zip(row.as_chunks::<{ packed::QUAD }>().0) {
            line.0[packed::QUAD * place..][..packed::QUAD].copy_from_slice(quad);
        }
    }
}

/// Whether no two products of this line can be too large together: see [`packed::Rest`].
#[cfg_attr(not(target_arch = "x86_64"), expect(unused_variables, reason = "there is one way only"))]
fn is_tame(kernel: Kernel, line: &aligned::Line) -> bool {
    #[cfg(target_arch = "x86_64")]
    if kernel == Kernel::Avx2 {
        // SAFETY: an engine is only built with an available kernel (`Engine::load`).
        return unsafe { avx2::is_tame(line) };
    }
    line.0.as_chunks().0.iter().all(|pair| packed::is_tame_pair(*pair))
}

/// Asks the processor to have these bytes at hand soon.
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64")),
    expect(unused_variables, reason = "a hint that is not given")
)]
pub(super) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes.chunks(64) {
        // SAFETY: every x86-64 has the instruction, and it never faults.
        unsafe { std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast()) };
    }
    #[cfg(target_arch = "aarch64")]
    bytes.chunks(64).for_each(neon::prefetch);
}
