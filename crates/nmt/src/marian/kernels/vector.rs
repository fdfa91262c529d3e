//! Sixteen floats as one value, in whatever registers a kernel has.
//!
//! The compiler turns loops over lanes into gathers and scatters as soon as they are nested; written down as vectors they
//! stay what they are.

/// Lanes of a vector.
pub(super) const LANES: usize = 16;
/// The floats of one vector in memory.
pub(super) type Lanes = [f32; LANES];

/// Operations are lane by lane and round once, so that all implementations agree to the last bit.
///
/// An implementation for special registers may only be used inside functions compiled for them: `versions!` in
/// [`super::float`] is the one place that does.
pub(super) trait Vector: Copy {
    fn splat(value: f32) -> Self;
    fn load(from: &Lanes) -> Self;
    fn store(self, to: &mut Lanes);
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn over(self, other: Self) -> Self;
    /// `self * factor + addend`, rounded once.
    fn fused(self, factor: Self, addend: Self) -> Self;
    /// The greater; `other` if one is not a number.
    fn max(self, other: Self) -> Self;
    /// The smaller; `other` if one is not a number.
    fn min(self, other: Self) -> Self;
    /// Two to the power of an integer that [`ROUND`] was added to.
    fn power_of_two(shifted: Self) -> Self;
    /// Signed bytes as floats.
    fn from_bytes(bytes: &[u8; LANES]) -> Self;
    /// The low bytes of integers that [`ROUND`] was added to, plus an offset.
    fn low_bytes(shifted: Self, offset: u8) -> [u8; LANES];

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// The sum of all lanes, pairwise: those eight apart, then four, two, one.
    #[inline(always)]
    fn total(self) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                lanes[lane] += lanes[lane + half];
            }
        }
        lanes[0]
    }

    /// The greatest lane.
    #[inline(always)]
    fn greatest(self) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                lanes[lane] = if lanes[lane] > lanes[lane + half] { lanes[lane] } else { lanes[lane + half] };
            }
        }
        lanes[0]
    }
}

/// Added to a number of less than 22 bits, leaves it rounded to an integer (ties to even) in the low bits.
pub(super) const ROUND: f32 = 12_582_912.0;

/// Plain code.
#[derive(Clone, Copy)]
pub(super) struct Plain(Lanes);

impl Plain {
    #[inline(always)]
    fn with(self, other: Self, operation: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

impl Vector for Plain {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    fn load(from: &Lanes) -> Self {
        Self(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        *to = self.0;
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.with(other, |one, other| one + other)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.with(other, |one, other| one - other)
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self.with(other, |one, other| one * other)
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        self.with(other, |one, other| one / other)
    }
    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane].mul_add(factor.0[lane], addend.0[lane])))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.with(other, |one, other| if one > other { one } else { other })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.with(other, |one, other| if one < other { one } else { other })
    }
    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        let power = |shifted: f32| shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
        Self(shifted.0.map(|shifted| f32::from_bits(power(shifted))))
    }
    #[inline(always)]
    fn from_bytes(bytes: &[u8; LANES]) -> Self {
        Self(bytes.map(|byte| f32::from(byte.cast_signed())))
    }
    #[inline(always)]
    fn low_bytes(shifted: Self, offset: u8) -> [u8; LANES] {
        shifted.0.map(|shifted| (shifted.to_bits() as u8).wrapping_add(offset))
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Wide, WidePair};

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! Every intrinsic here needs the instructions that its type stands for, and nothing else but valid references:
    //! the `SAFETY` of each block is the rule at [`Vector`].

    use std::arch::x86_64::*;

    use super::{LANES, Lanes, ROUND, Vector};

    /// One 512-bit register.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Wide(__m512);

    impl Vector for Wide {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_set1_ps(value) })
        }
        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_loadu_ps(from.as_ptr()) })
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            // SAFETY: see the module.
            unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn over(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_div_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn fused(self, factor: Self, addend: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_max_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            // SAFETY: see the module.
            Self(unsafe { _mm512_min_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn power_of_two(shifted: Self) -> Self {
            // SAFETY: see the module.
            unsafe {
                let bias = _mm512_set1_epi32(127_i32.wrapping_sub(ROUND.to_bits().cast_signed()));
                let power = _mm512_add_epi32(_mm512_castps_si512(shifted.0), bias);
                Self(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(power)))
            }
        }
        #[inline(always)]
        fn from_bytes(bytes: &[u8; LANES]) -> Self {
            // SAFETY: see the module; sixteen bytes are read.
            unsafe { Self(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(bytes.as_ptr().cast())))) }
        }
        #[inline(always)]
        fn low_bytes(shifted: Self, offset: u8) -> [u8; LANES] {
            let mut bytes = [0; LANES];
            // SAFETY: see the module; sixteen bytes are written.
            unsafe {
                let low = _mm512_cvtepi32_epi8(_mm512_castps_si512(shifted.0));
                let low = _mm_add_epi8(low, _mm_set1_epi8(offset.cast_signed()));
                _mm_storeu_si128(bytes.as_mut_ptr().cast(), low);
            }
            bytes
        }
    }

    /// Two 256-bit registers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct WidePair(__m256, __m256);

    impl Vector for WidePair {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            // SAFETY: see the module.
            let all = unsafe { _mm256_set1_ps(value) };
            Self(all, all)
        }
        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            // SAFETY: see the module; the second half begins eight floats in.
            unsafe { Self(_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))) }
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            // SAFETY: see the module; the second half begins eight floats in.
            unsafe {
                _mm256_storeu_ps(to.as_mut_ptr(), self.0);
                _mm256_storeu_ps(to.as_mut_ptr().add(8), self.1);
            }
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn over(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn fused(self, factor: Self, addend: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, addend.0), _mm256_fmadd_ps(self.1, factor.1, addend.1)) }
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            // SAFETY: see the module.
            unsafe { Self(_mm256_min_ps(self.0, other.0), _mm256_min_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn power_of_two(shifted: Self) -> Self {
            // SAFETY: see the module.
            unsafe {
                let bias = _mm256_set1_epi32(127_i32.wrapping_sub(ROUND.to_bits().cast_signed()));
                let low = _mm256_add_epi32(_mm256_castps_si256(shifted.0), bias);
                let high = _mm256_add_epi32(_mm256_castps_si256(shifted.1), bias);
                Self(
                    _mm256_castsi256_ps(_mm256_slli_epi32::<23>(low)),
                    _mm256_castsi256_ps(_mm256_slli_epi32::<23>(high)),
                )
            }
        }
        #[inline(always)]
        fn from_bytes(bytes: &[u8; LANES]) -> Self {
            // SAFETY: see the module; eight bytes are read twice.
            unsafe {
                let low = _mm_loadl_epi64(bytes.as_ptr().cast());
                let high = _mm_loadl_epi64(bytes.as_ptr().add(8).cast());
                Self(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(low)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(high)))
            }
        }
        #[inline(always)]
        fn low_bytes(shifted: Self, offset: u8) -> [u8; LANES] {
            let mut bytes = [0; LANES];
            // SAFETY: see the module; sixteen bytes are written.
            unsafe {
                // The lowest byte of each lane to the front of each 128 bits.
                let order = _mm256_setr_epi8(
                    0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, //
                    0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                );
                let low = _mm256_shuffle_epi8(_mm256_castps_si256(shifted.0), order);
                let high = _mm256_shuffle_epi8(_mm256_castps_si256(shifted.1), order);
                let quads =
                    |half| _mm_unpacklo_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256::<1>(half));
                let all = _mm_unpacklo_epi64(quads(low), quads(high));
                let all = _mm_add_epi8(all, _mm_set1_epi8(offset.cast_signed()));
                _mm_storeu_si128(bytes.as_mut_ptr().cast(), all);
            }
            bytes
        }
    }
}
