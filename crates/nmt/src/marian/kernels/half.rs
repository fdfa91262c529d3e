//! Floats of sixteen bits: a sign, five bits of exponent, ten of fraction (IEEE 754 binary16).
//!
//! What a decoder reads again at each step takes half the way through the caches in them. Vectors are widened on the way to
//! their registers and computed with as before; see [`super::vector::Vector`] for how each processor does that.

/// A float of sixteen bits. Never infinite, and always a number: what is too large is the largest, and so is what is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(transparent)]
pub(in crate::marian) struct Half(pub(super) u16);

/// Two to the power of the difference between the exponents' biases, 127 and 15.
const REBIAS: f32 = f32::from_bits((127 + 112) << 23);

/// The least number that is not subnormal, two to the power of -14.
const LEAST_NORMAL: f32 = f32::from_bits((127 - 14) << 23);

impl Half {
    /// The largest.
    pub(super) const MOST: f32 = 65_504.0;

    /// The nearest to a number within [`Self::MOST`] of zero; of two the even one.
    #[inline(always)]
    pub(super) fn nearest(value: f32) -> Self {
        let (sign, magnitude) = (value.to_bits() >> 16 & 0x8000, value.abs());
        let bits = if magnitude < LEAST_NORMAL {
            // The last digit of what is between a half and one is that of subnormals: the addition rounds to it.
            (magnitude + 0.5).to_bits() - 0.5_f32.to_bits()
        } else {
            let bits = magnitude.to_bits();
            let is_odd = bits >> 13 & 1;
            (bits - (112 << 23) + 0xfff + is_odd) >> 13
        };
        Self((sign | bits) as u16)
    }

    /// The same number.
    #[inline(always)]
    pub(super) fn widened(self) -> f32 {
        let (sign, magnitude) = (u32::from(self.0 & 0x8000) << 16, u32::from(self.0 & 0x7fff));
        // Exact, for subnormals as well.
        let magnitude = f32::from_bits(magnitude << 13) * REBIAS;
        f32::from_bits(magnitude.to_bits() | sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Half> {
        (0..=u16::MAX).map(Half).filter(|half| half.0 & 0x7c00 != 0x7c00)
    }

    #[test]
    fn each_is_the_number_that_the_standard_says_and_its_own_nearest() {
        for half in all() {
            let (exponent, fraction) = (i32::from(half.0 >> 10 & 31), f64::from(half.0 & 0x3ff));
            let magnitude = match exponent {
                0 => fraction * 2_f64.powi(-24),
                _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
            };
            let value = if half.0 < 0x8000 { magnitude } else { -magnitude };
            assert_eq!(f64::from(half.widened()).to_bits(), value.to_bits());
            assert_eq!(Half::nearest(half.widened()), half);
        }
    }

    #[test]
    fn what_is_between_two_goes_to_the_nearer_and_from_the_middle_to_the_even_one() {
        for low in all().filter(|half| half.0 < 0x7bff) {
            let high = Half(low.0 + 1);
            let middle = (low.widened() + high.widened()) / 2.0;
            let even = if low.0.is_multiple_of(2) { low } else { high };
            assert_eq!(Half::nearest(middle), even);
            assert_eq!(Half::nearest(middle.next_down()), low);
            assert_eq!(Half::nearest(middle.next_up()), high);
            assert_eq!(Half::nearest(-middle).0, even.0 | 0x8000);
        }
        assert_eq!(Half::nearest(f32::MIN_POSITIVE / 2.0), Half(0));
        assert_eq!(Half::nearest(Half::MOST), Half(0x7bff));
    }
}
