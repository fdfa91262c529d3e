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

/// What is added to an activation to make it unsigned, by some kernels in fact and by the others in thought.
pub(in crate::marian) const SHIFT: i32 = 127;

/// A linear layer with 8-bit weights: `unquantise * ((activations + 127) * weights) + bias`, exact up to the last two
/// steps, where the bias makes up for the 127.
///
/// That is how the reference implementation computes it. Its rounding of the large shifted sum is coarser than that of the
/// plain one would be, and as a model's layers amplify what is rounded differently, a tenth of all sentences or more come
/// out in other words if it is not followed.
#[derive(Debug, Clone, Default)]
pub(in crate::marian) struct Linear {
    pub(super) lines: Vec<Line>,
    /// What of the weights [`Kernel::Avx2`] adds apart.
    pub(super) rest: Rest,
    /// For each output, the sum of its weights, times 127: what kernels with signed activations start from.
    pub(super) starts: Vec<Line>,
    /// Less what the shift adds.
    pub(super) bias: Floats,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Added after the product if each row has a factor of its own; empty otherwise.
    pub(super) late_bias: Floats,
    pub(super) scales: Scales,
}

/// Lines to be added to those of a panel, each at its place among the inputs.
///
/// Two products of a byte without a sign and a weight must fit 16 bits, and do if two positive weights, or two negative
/// ones, have [`Rest::MOST`] together at most. In the models' weights one line of a hundred has larger ones: these are halved,
/// and their other halves are here.
#[derive(Debug, Clone, Default)]
pub(super) struct Rest {
    pub(super) lines: Vec<Line>,
    /// Of each line, the first of its inputs.
    pub(super) inputs: Vec<u32>,
    /// Where each panel's lines end.
    ends: Vec<u32>,
}

impl Rest {
    /// The products are of activations up to twice [`SHIFT`].
    pub(super) const MOST: u8 = (i16::MAX as i32 / (2 * SHIFT)) as u8;

    /// Of a panel.
    pub(super) fn range(&self, panel: usize) -> std::ops::Range<usize> {
        let end = |panel: usize| self.ends.get(panel).map_or(0, |end| *end as usize);
        panel.checked_sub(1).map_or(0, end)..end(panel)
    }

    /// Appends a panel: halves what is too large in its lines.
    fn push_panel(&mut self, kernel: Kernel, lines: &mut [Line]) {
        for (quad, line) in lines.iter_mut().enumerate() {
            if super::is_tame(kernel, line) {
                continue;
            }
            let mut rest = Line::ZERO;
            for (pair, rest) in line.0.as_chunks_mut::<2>().0.iter_mut().zip(rest.0.as_chunks_mut::<2>().0) {
                if !is_tame_pair(*pair) {
                    let halves = pair.map(|weight| weight.cast_signed() / 2);
                    *rest = std::array::from_fn(|place| pair[place].wrapping_sub(halves[place].cast_unsigned()));
                    *pair = halves.map(i8::cast_unsigned);
                }
            }
            self.lines.push(rest);
            self.inputs.push((quad * QUAD) as u32);
        }
        self.ends.push(self.lines.len() as u32);
    }

    /// Whether it was filled, be it with nothing.
    pub(super) fn is_there(&self) -> bool {
        !self.ends.is_empty()
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.inputs.clear();
        self.ends.clear();
    }

    fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>() + 4 * (self.inputs.capacity() + self.ends.capacity())
    }
}

/// See [`Rest`].
pub(super) fn is_tame_pair(pair: [u8; 2]) -> bool {
    let [one, other] = pair.map(|weight| i32::from(weight.cast_signed()));
    let most = i32::from(Rest::MOST);
    one.max(0) + other.max(0) <= most && one.min(0) + other.min(0) >= -most
}

/// How a layer's integers and its floats go together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::marian) struct Scales {
    /// Activations are multiplied with this and rounded. `None`: each row with what makes its greatest value 127.
    pub(in crate::marian) quantise: Option<f32>,
    /// A stored weight divided by this is the weight.
    pub(in crate::marian) multiplier: f32,
}

impl Scales {
    /// What a sum of products is multiplied with.
    fn unquantise(self) -> f32 {
        self.quantise.map_or(1.0, |quantise| 1.0 / (quantise * self.multiplier))
    }

    /// What a sum of weights is multiplied with to take away what the shift adds. The order of the operations is the
    /// reference's.
    fn unshift(self) -> f32 {
        let shift = SHIFT as f32;
        self.quantise.map_or(-shift, |quantise| -((shift / quantise) * (shift / self.multiplier)) / shift)
    }
}

impl Linear {
    /// Of `outputs` rows of `inputs` weights.
    pub(in crate::marian) fn pack(kernel: Kernel, rows: &[u8], bias: &[f32], inputs: usize, scales: Scales) -> Self {
        let mut linear = Self::default();
        linear.clear(inputs, scales);
        linear.lines.reserve_exact((rows.len() / inputs).div_ceil(PANEL) * (inputs / QUAD));
        let row = |output: usize| rows.get(output * inputs..(output + 1) * inputs).unwrap_or_default();
        let outputs = rows.len() / inputs;
        for first in (0..outputs).step_by(PANEL) {
            let count = PANEL.min(outputs - first);
            let sum = |place| sum_of(row(first + place));
            let bias = |place| bias.get(first + place).copied().unwrap_or(0.0);
            linear.push_panel(kernel, &std::array::from_fn(|place| row(first + place)), count, sum, bias);
        }
        linear
    }

    /// Gives an output a bias so great that nothing else matters beside it.
    pub(in crate::marian) fn drown(&mut self, output: usize, bias: f32) {
        let biases = if self.scales.quantise.is_none() { &mut self.late_bias } else { &mut self.bias };
        if output < self.outputs {
            biases[output] = bias;
        }
    }

    /// Bytes of memory held.
    pub(in crate::marian) fn bytes(&self) -> usize {
        self.rest.bytes()
            + (self.lines.capacity() + self.starts.capacity()) * size_of::<Line>()
            + self.bias.capacity_bytes()
            + self.late_bias.capacity_bytes()
    }

    /// No outputs; the memory stays.
    pub(in crate::marian) fn clear(&mut self, inputs: usize, scales: Scales) {
        assert!(inputs.is_multiple_of(QUAD), "widths are checked when a model is loaded");
        self.lines.clear();
        self.rest.clear();
        self.starts.clear();
        self.bias.resize(0);
        self.late_bias.resize(0);
        self.outputs = 0;
        (self.inputs, self.scales) = (inputs, scales);
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
        let mut starts = Line::ZERO;
        let padded = self.bias.len();
        self.bias.resize(padded + PANEL);
        let biases = &mut self.bias[padded..];
        super::interleave(kernel, rows, lines);
        if kernel == Kernel::Avx2 {
            self.rest.push_panel(kernel, lines);
        }
        let is_late = self.scales.quantise.is_none();
        let unshift = self.scales.unshift();
        for (place, (start, slot)) in starts.0.as_chunks_mut().0.iter_mut().zip(&mut *biases).take(count).enumerate() {
            *start = (SHIFT * sum(place)).to_ne_bytes();
            *slot = sum(place) as f32 * unshift + if is_late { 0.0 } else { bias(place) };
        }
        biases[count..].fill(0.0);
        if is_late {
            self.late_bias.resize(padded + PANEL);
            let biases = &mut self.late_bias[padded..];
            biases.iter_mut().enumerate().take(count).for_each(|(place, slot)| *slot = bias(place));
            biases[count..].fill(0.0);
        }
        self.starts.push(starts);
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

    /// How it goes together with floats.
    pub(in crate::marian) fn scales(&self) -> Scales {
        self.scales
    }

    /// What [`super::rescale`] adds; empty unless each row has a factor of its own.
    pub(in crate::marian) fn late_bias(&self) -> &[f32] {
        &self.late_bias
    }

    /// What a sum of products is multiplied with.
    pub(super) fn unquantise(&self) -> f32 {
        self.scales.unquantise()
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
