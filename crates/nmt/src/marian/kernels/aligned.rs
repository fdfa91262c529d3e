//! Buffers on cache-line boundaries: a vector register as wide as a line is read in one access.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::half::Half;

/// One cache line of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, align(64))]
pub(in crate::marian) struct Line(pub(in crate::marian) [u8; 64]);

impl Line {
    pub(in crate::marian) const ZERO: Self = Self([0; 64]);
}

/// What lines may be made of.
///
/// # Safety
/// All bits zero are a value, it is as large as its alignment, and a line holds a whole number of them.
pub(in crate::marian) unsafe trait Cell: Copy {}

// SAFETY: zero is a number; sixteen of four bytes fill a line.
unsafe impl Cell for f32 {}
// SAFETY: zero is a number; 32 of two bytes fill a line.
unsafe impl Cell for Half {}
// SAFETY: zero is a number; a line has 64 of them.
unsafe impl Cell for u8 {}

/// Values that begin on a cache line.
#[derive(Debug, Clone)]
pub(in crate::marian) struct Aligned<T> {
    lines: Vec<Line>,
    length: usize,
    of: PhantomData<T>,
}

/// Floats that begin on a cache line.
pub(in crate::marian) type Floats = Aligned<f32>;
/// Floats of sixteen bits that begin on a cache line.
pub(in crate::marian) type Halves = Aligned<Half>;
/// Bytes that begin on a cache line.
pub(in crate::marian) type Bytes = Aligned<u8>;

impl<T> Default for Aligned<T> {
    fn default() -> Self {
        Self { lines: Vec::new(), length: 0, of: PhantomData }
    }
}

impl<T: Cell> Aligned<T> {
    /// So many zeros.
    pub(in crate::marian) fn zeros(length: usize) -> Self {
        let mut zeros = Self::default();
        zeros.resize(length);
        zeros
    }

    /// Makes it so long; what is new is zero, what was there may stay. Never gives memory back.
    pub(in crate::marian) fn resize(&mut self, length: usize) {
        let lines = length.div_ceil(size_of::<Line>() / size_of::<T>());
        if self.lines.len() < lines {
            self.lines.resize(lines, Line::ZERO);
        }
        self.length = length;
    }

    /// Bytes held.
    pub(in crate::marian) fn capacity_bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
    }
}

impl From<&[f32]> for Floats {
    fn from(values: &[f32]) -> Self {
        let mut floats = Self::zeros(values.len());
        floats.copy_from_slice(values);
        floats
    }
}

impl<T: Cell> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the lines are contiguous and hold values from their first byte to their last (`Cell`): zeros, and what
        // was written through `deref_mut`. `resize` keeps `length` within them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl<T: Cell> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `deref`; the exclusive borrow of `self` covers the lines. Without padding in a value no byte of a line
        // is ever left without one.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
