//! Buffers on cache-line boundaries: a vector register as wide as a line is read in one access.

use std::ops::{Deref, DerefMut};

/// One cache line of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, align(64))]
pub(in crate::marian) struct Line(pub(in crate::marian) [u8; 64]);

impl Line {
    pub(in crate::marian) const ZERO: Self = Self([0; 64]);
}

/// Floats that begin on a cache line.
#[derive(Debug, Clone, Default)]
pub(in crate::marian) struct Floats {
    lines: Vec<FloatLine>,
    length: usize,
}

#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct FloatLine([f32; 16]);

impl Floats {
    /// So many zeros.
    pub(in crate::marian) fn zeros(length: usize) -> Self {
        let mut floats = Self::default();
        floats.resize(length);
        floats
    }

    /// Makes it so long; what is new is zero, what was there may stay. Never gives memory back.
    pub(in crate::marian) fn resize(&mut self, length: usize) {
        let lines = length.div_ceil(16);
        if self.lines.len() < lines {
            self.lines.resize(lines, FloatLine([0.0; 16]));
        }
        self.length = length;
    }

    /// Bytes held.
    pub(in crate::marian) fn capacity_bytes(&self) -> usize {
        self.lines.capacity() * 64
    }
}

impl From<&[f32]> for Floats {
    fn from(values: &[f32]) -> Self {
        let mut floats = Self::zeros(values.len());
        floats.copy_from_slice(values);
        floats
    }
}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a line is sixteen floats without padding (`repr(C)`, 64 bytes), the lines are contiguous, and `resize`
        // keeps `length <= 16 * lines.len()`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Floats {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the exclusive borrow of `self` covers the lines.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

/// Bytes that begin on a cache line.
#[derive(Debug, Clone, Default)]
pub(in crate::marian) struct Bytes {
    lines: Vec<Line>,
    length: usize,
}

impl Bytes {
    /// As [`Floats::resize`].
    pub(in crate::marian) fn resize(&mut self, length: usize) {
        let lines = length.div_ceil(64);
        if self.lines.len() < lines {
            self.lines.resize(lines, Line::ZERO);
        }
        self.length = length;
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: a line is 64 bytes without padding, the lines are contiguous, and `resize` keeps
        // `length <= 64 * lines.len()`.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`; the exclusive borrow of `self` covers the lines.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
