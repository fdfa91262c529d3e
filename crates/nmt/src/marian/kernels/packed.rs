//! Weights in the order in which every kernel reads them.
//!
//! Sixteen outputs make a panel. A panel is a run of cache lines, one for each four inputs: `[output; 16][input; 4]`.
//! That is one 512-bit register, or two of 256 bits, of the dot-product instructions.

use super::Kernel;
use super::aligned::{Floats, Line};

/// Outputs in a panel.
pub(in crate::marian) const PANEL: usize = 16;
/// Inputs in a line.
pub(in crate::marian) const QUAD: usize = 4;

/// A linear layer with 8-bit weights: `unquantise * (activations * weights) + bias`, exact up to the last two steps.
#[derive(Debug, Clone, Default)]
pub(in crate::marian) struct Linear {
    pub(super) lines: Vec<Line>,
    /// For each output, the sum of its weights, times -128: what kernels that need unsigned activations start from.
    pub(super) offsets: Vec<Line>,
    pub(super) bias: Floats,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Activations are multiplied with this and rounded.
    pub(in crate::marian) quantise: f32,
    pub(super) unquantise: f32,
}

impl Linear {
    /// Empty, for [`Self::clear`] and [`Self::push_panel`].
    pub(in crate::marian) fn new(inputs: usize, quantise: f32, weight_multiplier: f32) -> Self {
        Self { inputs, quantise, unquantise: 1.0 / (quantise * weight_multiplier), ..Self::default() }
    }

    /// Of `outputs` rows of `inputs` weights.
    pub(in crate::marian) fn pack(rows: &[u8], bias: &[f32], inputs: usize, quantise: f32, multiplier: f32) -> Self {
        let mut linear = Self::new(inputs, quantise, multiplier);
        linear.clear(inputs, quantise, linear.unquantise);
        let row = |output: usize| rows.get(output * inputs..(output + 1) * inputs).unwrap_or_default();
        let outputs = rows.len() / inputs;
        for first in (0..outputs).step_by(PANEL) {
            let count = PANEL.min(outputs - first);
            let sum = |place| sum_of(row(first + place));
            let bias = |place| bias.get(first + place).copied().unwrap_or(0.0);
            linear.push_panel(Kernel::Portable, &std::array::from_fn(|place| row(first + place)), count, sum, bias);
        }
        linear
    }

    /// Bytes of memory held.
    pub(in crate::marian) fn bytes(&self) -> usize {
        (self.lines.capacity() + self.offsets.capacity()) * size_of::<Line>() + self.bias.capacity_bytes()
    }

    /// No outputs; the memory stays.
    pub(in crate::marian) fn clear(&mut self, inputs: usize, quantise: f32, unquantise: f32) {
        assert!(inputs.is_multiple_of(QUAD), "widths are checked when a model is loaded");
        self.lines.clear();
        self.offsets.clear();
        self.bias.resize(0);
        self.outputs = 0;
        (self.inputs, self.quantise, self.unquantise) = (inputs, quantise, unquantise);
    }

    /// Appends `count` outputs, at most sixteen and fewer only in the last panel; rows beyond them are empty. By its place
    /// among them an output has a sum of weights and a bias.
    pub(in crate::marian) fn push_panel(
        &mut self,
        kernel: Kernel,
        rows: &[&[u8]; PANEL],
        count: usize,
        sum: impl Fn(usize) -> i32,
        bias: impl Fn(usize) -> f32,
    ) {
        let first = self.lines.len();
        self.lines.resize(first + self.inputs / QUAD, Line::ZERO);
        let lines = &mut self.lines[first..];
        let mut offsets = Line::ZERO;
        let padded = self.bias.len();
        self.bias.resize(padded + PANEL);
        let biases = &mut self.bias[padded..];
        super::interleave(kernel, rows, lines);
        for (place, (offset, slot)) in offsets.0.as_chunks_mut().0.iter_mut().zip(&mut *biases).take(count).enumerate()
        {
            *offset = (-128 * sum(place)).to_ne_bytes();
            *slot = bias(place);
        }
        biases[count..].fill(0.0);
        self.offsets.push(offsets);
        self.outputs += count;
    }

    /// Width of the activations.
    pub(in crate::marian) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Width of the result.
    pub(in crate::marian) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Width of the result in whole panels: what a buffer for it must hold in each row.
    pub(in crate::marian) fn padded_outputs(&self) -> usize {
        self.bias.len()
    }

    /// What a product of integers is multiplied with.
    pub(in crate::marian) fn unquantise(&self) -> f32 {
        self.unquantise
    }

    pub(super) fn panel(&self, panel: usize) -> &[Line] {
        let length = self.inputs / QUAD;
        &self.lines[panel * length..(panel + 1) * length]
    }
}

/// The sum of a row of weights.
pub(in crate::marian) fn sum_of(row: &[u8]) -> i32 {
    row.iter().map(|&weight| i32::from(weight.cast_signed())).sum()
}
