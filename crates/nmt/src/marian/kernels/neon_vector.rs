//! [`Vector`] in four 128-bit registers.
//!
//! The intrinsics need NEON, which every 64-bit ARM has, and nothing else but valid references: the `SAFETY` of each block.

use std::arch::aarch64::*;

use super::vector::{LANES, Lanes, ROUND, Vector};

/// Four 128-bit registers.
#[derive(Clone, Copy)]
pub(super) struct Quads([float32x4_t; 4]);

impl Quads {
    #[inline(always)]
    fn with(self, other: Self, operation: impl Fn(float32x4_t, float32x4_t) -> float32x4_t) -> Self {
        Self(std::array::from_fn(|quad| operation(self.0[quad], other.0[quad])))
    }
}

impl Vector for Quads {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the module.
        Self([unsafe { vdupq_n_f32(value) }; 4])
    }

    #[inline(always)]
    fn load(from: &Lanes) -> Self {
        // SAFETY: sixteen floats are read.
        Self(std::array::from_fn(|quad| unsafe { vld1q_f32(from.as_ptr().add(4 * quad)) }))
    }

    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        for (quad, values) in self.0.into_iter().enumerate() {
            // SAFETY: sixteen floats are written.
            unsafe { vst1q_f32(to.as_mut_ptr().add(4 * quad), values) };
        }
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vaddq_f32(one, other) })
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vsubq_f32(one, other) })
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vmulq_f32(one, other) })
    }

    #[inline(always)]
    fn over(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vdivq_f32(one, other) })
    }

    #[inline(always)]
    fn fused(self, factor: Self, addend: Self) -> Self {
        // SAFETY: see the module.
        Self(std::array::from_fn(|quad| unsafe { vfmaq_f32(addend.0[quad], self.0[quad], factor.0[quad]) }))
    }

    // By comparing: the instructions for it treat what is not a number in another way.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vbslq_f32(vcgtq_f32(one, other), one, other) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: see the module.
        self.with(other, |one, other| unsafe { vbslq_f32(vcltq_f32(one, other), one, other) })
    }

    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        // SAFETY: see the module.
        Self(shifted.0.map(|shifted| unsafe {
            let bias = vdupq_n_u32(127_u32.wrapping_sub(ROUND.to_bits()));
            vreinterpretq_f32_u32(vshlq_n_u32::<23>(vaddq_u32(vreinterpretq_u32_f32(shifted), bias)))
        }))
    }

    #[inline(always)]
    fn from_bytes(bytes: &[u8; LANES]) -> Self {
        // SAFETY: see the module; sixteen bytes are read.
        unsafe {
            let bytes = vld1q_s8(bytes.as_ptr().cast());
            let (low, high) = (vmovl_s8(vget_low_s8(bytes)), vmovl_s8(vget_high_s8(bytes)));
            Self([
                vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))),
                vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
                vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))),
                vcvtq_f32_s32(vmovl_s16(vget_high_s16(high))),
            ])
        }
    }

    #[inline(always)]
    fn low_bytes(shifted: Self, offset: u8) -> [u8; LANES] {
        let mut bytes = [0; LANES];
        // SAFETY: see the module; sixteen bytes are written.
        unsafe {
            let [a, b, c, d] = shifted.0.map(|shifted| vmovn_u32(vreinterpretq_u32_f32(shifted)));
            let (low, high) = (vmovn_u16(vcombine_u16(a, b)), vmovn_u16(vcombine_u16(c, d)));
            vst1q_u8(bytes.as_mut_ptr(), vaddq_u8(vcombine_u8(low, high), vdupq_n_u8(offset)));
        }
        bytes
    }
}
