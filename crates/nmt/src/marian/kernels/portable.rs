//! The product in plain code: what the other kernels are measured against.

use super::packed::{Linear, PANEL, QUAD};
use super::{Kernel, Output};

pub(super) fn multiply(activations: &[u8], rows: usize, linear: &Linear, output: &mut Output<'_>) {
    let inputs = linear.inputs();
    for panel in 0..linear.padded_outputs() / PANEL {
        let lines = linear.panel(panel);
        let bias = &linear.bias[panel * PANEL..(panel + 1) * PANEL];
        let starts = linear.starts[panel].0.as_chunks::<4>().0;
        for (row, activations) in activations.chunks_exact(inputs).take(rows).enumerate() {
            let mut sums: [i32; PANEL] = std::array::from_fn(|place| i32::from_ne_bytes(starts[place]));
            for (line, quad) in lines.iter().zip(activations.chunks_exact(QUAD)) {
                for (sum, weights) in sums.iter_mut().zip(line.0.chunks_exact(QUAD)) {
                    for (&activation, &weight) in quad.iter().zip(weights) {
                        let product = i32::from(activation.cast_signed()) * i32::from(weight.cast_signed());
                        *sum = sum.wrapping_add(product);
                    }
                }
            }
            let results = std::array::from_fn(|place| sums[place] as f32 * linear.unquantise() + bias[place]);
            store(Kernel::Portable, &results, row, panel, linear, output);
        }
    }
}

/// Puts sixteen results where they belong.
fn store(kernel: Kernel, results: &[f32; PANEL], row: usize, panel: usize, linear: &Linear, output: &mut Output<'_>) {
    match output {
        Output::Floats { values, stride, column } => {
            values[row * *stride + *column + panel * PANEL..][..PANEL].copy_from_slice(results);
        }
        Output::Quantised { values, factor } => {
            let place = &mut values[row * linear.padded_outputs() + panel * PANEL..][..PANEL];
            for (value, result) in place.iter_mut().zip(results) {
                let scaled = if *result > 0.0 { result * *factor } else { 0.0 };
                let rounded = if scaled < 127.0 { scaled } else { 127.0 }.round_ties_even();
                *value = (rounded as u8).wrapping_add(kernel.activation_offset());
            }
        }
    }
}
