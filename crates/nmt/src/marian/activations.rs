//! Activations on their way into products: rounded to 8 bits, by a factor that the model gives or by one for each row.
//!
//! Models that were calibrated say by how much the activations of each layer are multiplied ("alphas"). For the others each
//! row, which is one token, gets what makes its greatest value 127: then it does not matter which other rows are there.

use super::kernels::{self, Bytes, Kernel, Linear, Output};

/// Rows of quantised activations.
#[derive(Debug, Default)]
pub(super) struct Activations {
    pub(super) bytes: Bytes,
    width: usize,
    /// By row, what a rounded value is multiplied with to be the activation; empty if the layer knows.
    steps: Vec<f32>,
}

impl Activations {
    /// Takes rows of `width` values, for layers with this [`kernels::Scales::quantise`].
    pub(super) fn take(&mut self, kernel: Kernel, values: &[f32], width: usize, quantise: Option<f32>) {
        self.width = width;
        self.bytes.resize(values.len());
        self.steps.clear();
        if let Some(factor) = quantise {
            kernels::quantise(kernel, values, factor, &mut self.bytes);
            return;
        }
        for (row, bytes) in values.chunks_exact(width).zip(self.bytes.chunks_exact_mut(width)) {
            let greatest = kernels::greatest_magnitude(kernel, row);
            let factor = if greatest > 0.0 { 127.0 / greatest } else { 0.0 };
            kernels::quantise(kernel, row, factor, bytes);
            self.steps.push(greatest / 127.0);
        }
    }

    /// `count` rows from `first` on times the weights, to rows of `output` that are `stride` wide, from `column` on.
    pub(super) fn multiply(
        &self,
        kernel: Kernel,
        (first, count): (usize, usize),
        linear: &Linear,
        output: &mut [f32],
        (stride, column): (usize, usize),
    ) {
        let bytes = &self.bytes[first * self.width..(first + count) * self.width];
        let into = Output::Floats { values: &mut *output, stride, column };
        kernels::multiply(kernel, bytes, count, linear, into);
        if linear.scales().quantise.is_none() {
            let steps = &self.steps[first..first + count];
            for (row, step) in output.chunks_exact_mut(stride).zip(steps) {
                let row = &mut row[column..column + linear.padded_outputs()];
                kernels::rescale(kernel, row, step / linear.scales().multiplier, linear.late_bias());
            }
        }
    }
}
