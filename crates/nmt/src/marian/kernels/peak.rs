//! What a kernel's product instructions do at most: a loop over registers, without memory.

use std::hint::black_box;

use super::Kernel;

/// 8-bit multiplications of one round, by [`run`].
pub(in crate::marian) fn multiplications(kernel: Kernel) -> Option<u64> {
    match kernel {
        Kernel::Avx512Vnni => Some(16 * 64),
        Kernel::AvxVnni => Some(12 * 32),
        Kernel::Avx2 => Some(8 * 32),
        _ => None,
    }
}

/// Runs so many rounds. Nothing happens for kernels that have no [`multiplications`].
pub(in crate::marian) fn run(kernel: Kernel, rounds: u64) {
    assert!(kernel.is_available(), "it would be an illegal instruction");
    #[cfg(target_arch = "x86_64")]
    match kernel {
        // SAFETY: the processor has the instructions, says the assertion.
        Kernel::Avx512Vnni => unsafe { avx512(rounds) },
        // SAFETY: likewise.
        Kernel::AvxVnni => unsafe { avxvnni(rounds) },
        // SAFETY: likewise.
        Kernel::Avx2 => unsafe { avx2(rounds) },
        _ => {}
    }
    #[cfg(not(target_arch = "x86_64"))]
    black_box(rounds);
}

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Sixteen sums that do not wait for each other, and that differ: else the compiler makes one of them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn avx512(rounds: u64) {
    let (activations, weights) = (black_box(_mm512_set1_epi8(3)), black_box(_mm512_set1_epi8(5)));
    let mut sums: [_; 16] = std::array::from_fn(|place| _mm512_set1_epi32(place as i32));
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, activations, weights);
        }
    }
    black_box(sums.into_iter().fold(_mm512_setzero_si512(), |all, sum| _mm512_add_epi32(all, sum)));
}

/// Twelve: there are half as many registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avxvnni")]
fn avxvnni(rounds: u64) {
    let (activations, weights) = (black_box(_mm256_set1_epi8(3)), black_box(_mm256_set1_epi8(5)));
    let mut sums: [_; 12] = std::array::from_fn(|place| _mm256_set1_epi32(place as i32));
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_dpbusd_avx_epi32(*sum, activations, weights);
        }
    }
    black_box(sums.into_iter().fold(_mm256_setzero_si256(), |all, sum| _mm256_add_epi32(all, sum)));
}

/// Eight, in three instructions each; what our kernel does beside that to have its signs right is not counted as work.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(rounds: u64) {
    let (activations, ones) = (black_box(_mm256_set1_epi8(3)), black_box(_mm256_set1_epi16(1)));
    let mut weights = [_mm256_set1_epi8(5); 8];
    let mut sums: [_; 8] = std::array::from_fn(|place| _mm256_set1_epi32(place as i32));
    for _ in 0..rounds {
        // Else the compiler sees that the products are the same each time. They are read from the nearest memory, which
        // costs nothing here.
        black_box(&mut weights);
        for place in 0..8 {
            let products = _mm256_maddubs_epi16(activations, weights[place]);
            sums[place] = _mm256_add_epi32(sums[place], _mm256_madd_epi16(products, ones));
        }
    }
    black_box(sums.into_iter().fold(_mm256_setzero_si256(), |all, sum| _mm256_add_epi32(all, sum)));
}
