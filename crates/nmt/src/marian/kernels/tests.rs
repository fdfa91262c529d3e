//! Every kernel against the portable one, to the last bit.

use proptest::prelude::*;

use super::*;

/// More positions than attention is tried with. Miri is a thousand times slower.
const POSITIONS: usize = if cfg!(miri) { 10 } else { 23 };

fn others() -> impl Iterator<Item = Kernel> {
    Kernel::ALL.into_iter().filter(|&kernel| kernel != Kernel::Portable && kernel.is_available())
}

#[derive(Clone)]
struct Product {
    rows: usize,
    inputs: usize,
    activations: Vec<i8>,
    weights: Vec<i8>,
    bias: Vec<f32>,
}

impl std::fmt::Debug for Product {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let outputs = self.bias.len();
        write!(formatter, "{} rows of {} inputs to {outputs} outputs", self.rows, self.inputs)
    }
}

/// Shapes from the smallest on, values from a seed: anything, often the extremes. Activations are never -128.
fn product() -> impl Strategy<Value = Product> {
    let (blocks, outputs) = if cfg!(miri) { (4_usize, 40_usize) } else { (9, 100) };
    (1_usize..15, 1..blocks, 1..outputs, any::<u64>()).prop_map(|(rows, blocks, outputs, seed)| {
        let inputs = 16 * blocks;
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 40
        };
        let mut value = || match next() % 1024 {
            0..600 => (next() % 255) as i64 - 127,
            600..750 => 127,
            750..900 => -127,
            900..920 => -128,
            _ => 0,
        } as i8;
        let activations = (0..rows * inputs).map(|_| value().max(-127)).collect();
        let weights = (0..outputs * inputs).map(|_| value()).collect();
        let bias = (0..outputs).map(|output| output as f32 / 16.0 - 3.0).collect();
        Product { rows, inputs, activations, weights, bias }
    })
}

impl Product {
    fn linear(&self, kernel: Kernel) -> Linear {
        let weights: Vec<u8> = self.weights.iter().map(|weight| weight.cast_unsigned()).collect();
        Linear::pack(kernel, &weights, &self.bias, self.inputs, Scales { quantise: Some(17.0), multiplier: 110.0 })
    }

    fn activations(&self, kernel: Kernel) -> Vec<u8> {
        let offset = kernel.activation_offset();
        self.activations.iter().map(|value| value.cast_unsigned().wrapping_add(offset)).collect()
    }

    fn floats(&self, kernel: Kernel) -> Vec<u32> {
        let linear = self.linear(kernel);
        let stride = linear.padded_outputs() + 16;
        let mut values = vec![0.5; self.rows * stride];
        let output = Output::Floats { values: &mut values, stride, column: 16 };
        multiply(kernel, &self.activations(kernel), self.rows, &linear, output);
        values.into_iter().map(f32::to_bits).collect()
    }

    fn quantised(&self, kernel: Kernel) -> Vec<u8> {
        let linear = self.linear(kernel);
        let mut values = vec![0; self.rows * linear.padded_outputs()];
        let output = Output::Quantised { values: &mut values, factor: 9.0 };
        multiply(kernel, &self.activations(kernel), self.rows, &linear, output);
        values.into_iter().map(|value| value.wrapping_sub(kernel.activation_offset())).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 200 }))]

    #[test]
    fn products_are_the_same_with_each_kernel(product in product()) {
        let (floats, quantised) = (product.floats(Kernel::Portable), product.quantised(Kernel::Portable));
        for kernel in others() {
            prop_assert_eq!(&product.floats(kernel), &floats, "{}", kernel.name());
            prop_assert_eq!(&product.quantised(kernel), &quantised, "{}", kernel.name());
        }
    }

    #[test]
    fn the_portable_product_is_the_sum_of_products(product in product()) {
        let linear = product.linear(Kernel::Portable);
        let floats = product.floats(Kernel::Portable);
        let stride = linear.padded_outputs() + 16;
        for row in 0..product.rows {
            for (output, weights) in product.weights.chunks(product.inputs).enumerate() {
                let activations = &product.activations[row * product.inputs..][..product.inputs];
                let sum: i32 = activations.iter().zip(weights).map(|(&a, &w)| i32::from(a) * i32::from(w)).sum();
                let expected = f64::from(sum) / (17.0 * 110.0) + f64::from(product.bias[output]);
                let found = f64::from(f32::from_bits(floats[row * stride + 16 + output]));
                prop_assert!((found - expected).abs() < 1e-3, "{} for {}", found, expected);
                // To the last bit, in the order of the reference.
                let weight_sum: i32 = weights.iter().map(|&weight| i32::from(weight)).sum();
                let bias = weight_sum as f32 * -((127.0 / 17.0) * (127.0 / 110.0) / 127.0_f32) + product.bias[output];
                let shifted = (sum + 127 * weight_sum) as f32 * (1.0 / (17.0 * 110.0_f32)) + bias;
                prop_assert_eq!(f32::from_bits(floats[row * stride + 16 + output]), shifted);
            }
        }
    }

    #[test]
    fn what_is_between_products_is_the_same_with_each_kernel(
        values in prop::collection::vec(-30.0_f32..30.0, 32 * 23),
        length in 1..POSITIONS,
        count in 1..POSITIONS,
        width in prop_oneof![Just(8_usize), Just(12), Just(16), Just(32)],
    ) {
        let run = |kernel: Kernel| {
            let mut floats: Vec<Vec<f32>> = Vec::new();
            let mut bytes = vec![0; values.len()];
            quantise(kernel, &values, 3.7, &mut bytes);
            bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_sub(kernel.activation_offset()));

            let mut normal = values.clone();
            add_and_normalise(kernel, &mut normal, &values, &values[..32], &values[32..64]);
            floats.push(normal);

            let (mut cell, mut output) = (values[..64].to_vec(), vec![0.0; 64]);
            recur(kernel, &mut cell, &values[64..128], &values[128..192], &mut output);
            floats.extend([cell, output]);

            let mut embedded = vec![0.0; 32];
            embed(kernel, &bytes[..32], 0.1, &values[..32], &mut embedded);
            floats.push(embedded);

            let mut keys = vec![0.0; width * length.next_multiple_of(16)];
            arrange_keys(kernel, &values[..32 * length], 32, width, &mut keys);
            let attention = Attention {
                queries: &values,
                query_stride: 32,
                keys: &keys,
                values: &values[..32 * length],
                value_stride: 32,
                length,
                width,
                scale: 0.2,
            };
            let mut weights = vec![0.0; QUERIES * length.next_multiple_of(16)];
            let mut output = vec![0.0; 32 * count];
            attend(kernel, &attention, count, &mut weights, &mut output, 32);
            floats.push(output.clone());
            attend(kernel, &attention, 1, &mut weights, &mut output, 32);
            floats.extend([output, weights[..length].to_vec()]);

            let mut logits = values[..length.next_multiple_of(16)].to_vec();
            let best = argmax(kernel, &mut logits, length);
            floats.push(vec![best.logit, best.mass, best.place as f32]);
            let bits: Vec<u32> = floats.concat().into_iter().map(f32::to_bits).collect();
            (bits, bytes)
        };
        let expected = run(Kernel::Portable);
        for kernel in others() {
            prop_assert!(run(kernel) == expected, "{}", kernel.name());
        }
    }

    #[test]
    fn attention_is_what_its_formula_says(
        values in prop::collection::vec(-2.0_f32..2.0, 32 * 20),
        length in 1..POSITIONS.min(20),
        count in 1..POSITIONS.min(20),
    ) {
        let kernel = Kernel::detect();
        let mut keys = vec![0.0; 24 * length.next_multiple_of(16)];
        arrange_keys(kernel, &values[..32 * length], 32, 24, &mut keys);
        let attention = Attention {
            queries: &values,
            query_stride: 32,
            keys: &keys,
            values: &values[8..32 * length],
            value_stride: 32,
            length,
            width: 24,
            scale: 0.25,
        };
        let mut weights = vec![0.0; QUERIES * length.next_multiple_of(16)];
        let mut output = vec![0.0; 32 * count];
        attend(kernel, &attention, count, &mut weights, &mut output, 32);
        for query in 0..count {
            let dot = |key: usize| -> f64 {
                (0..24).map(|place| f64::from(values[32 * query + place]) * f64::from(values[32 * key + place])).sum()
            };
            let scores: Vec<f64> = (0..length).map(|key| (dot(key) * 0.25).exp()).collect();
            let sum: f64 = scores.iter().sum();
            for place in 0..24 {
                let expected: f64 =
                    scores.iter().enumerate().map(|(key, score)| score / sum * f64::from(values[32 * key + 8 + place])).sum();
                prop_assert!((f64::from(output[32 * query + place]) - expected).abs() < 1e-5);
            }
        }
    }
}

/// Weights as models have them: few are too large for the sum of two products.
#[test]
#[cfg(target_arch = "x86_64")]
fn what_is_too_large_for_two_products_is_added_apart() {
    if !Kernel::Avx2.is_available() {
        return;
    }
    let (inputs, outputs) = (32, 48);
    let mut weights = vec![1_u8; inputs * outputs];
    // In the second panel, at the fourth quad.
    let at = (16 + 5) * inputs + 12;
    weights[at..at + 2].copy_from_slice(&[100, 30]);
    let scales = Scales { quantise: Some(17.0), multiplier: 110.0 };
    let packed = |weights: &[u8]| Linear::pack(Kernel::Avx2, weights, &[], inputs, scales);
    let linear = packed(&weights);
    assert_eq!((0..3).map(|panel| linear.rest.range(panel)).collect::<Vec<_>>(), [0..0, 0..1, 1..1]);
    assert_eq!(linear.rest.inputs, [12]);
    weights[at + 1] = 29;
    assert!(packed(&weights).rest.lines.is_empty());
    weights[at..at + 2].copy_from_slice(&[-100_i8 as u8, 100]);
    assert!(packed(&weights).rest.lines.is_empty());
    weights[at + 1] = -30_i8 as u8;
    assert_eq!(packed(&weights).rest.lines.len(), 1);
}

#[test]
fn activations_round_to_even_and_stay_in_range() {
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let values =
            [0.5, 1.5, 2.5, -0.5, -1.5, 126.4, 126.6, 1e9, -1e9, f32::NAN, f32::INFINITY, 0.0, -0.0, 3.0, -127.4, 7.49];
        let mut bytes = [0; 16];
        quantise(kernel, &values, 1.0, &mut bytes);
        let signed = bytes.map(|byte| byte.wrapping_sub(kernel.activation_offset()).cast_signed());
        assert_eq!(signed, [0, 2, 2, 0, -2, 126, 127, 127, -127, 127, 127, 0, 0, 3, -127, 7], "{}", kernel.name());
    }
}

#[test]
fn the_exponential_is_accurate() {
    // The mass of two logits is one and the exponential of their difference.
    for step in (0..4000).step_by(if cfg!(miri) { 250 } else { 1 }) {
        let difference = -86.0 * step as f32 / 4000.0;
        let mut logits = [f32::NEG_INFINITY; 16];
        (logits[0], logits[1]) = (difference, 0.0);
        let best = argmax(Kernel::detect(), &mut logits, 2);
        let expected = 1.0 + f64::from(difference).exp();
        assert!((f64::from(best.mass) - expected).abs() < 3e-7 * expected, "{difference}: {}", best.mass);
    }
}

#[test]
fn panels_are_the_same_with_each_kernel() {
    for inputs in [16, 48, 64, 80, 256] {
        let table: Vec<u8> = (0..PANEL * inputs).map(|place| (place * 7 + place / 251) as u8).collect();
        let rows: [&[u8]; PANEL] = std::array::from_fn(|row| &table[row * inputs..(row + 1) * inputs]);
        let fill = |kernel: Kernel, rows: &[&[u8]; PANEL]| {
            let mut lines = vec![aligned::Line::ZERO; inputs / packed::QUAD];
            interleave(kernel, rows, &mut lines);
            lines
        };
        let expected = fill(Kernel::Portable, &rows);
        let mut fewer = rows;
        fewer[11..].fill(&[]);
        for kernel in others() {
            assert_eq!(fill(kernel, &rows), expected, "{inputs} inputs with {}", kernel.name());
            assert_eq!(fill(kernel, &fewer), fill(Kernel::Portable, &fewer), "{inputs} inputs with {}", kernel.name());
        }
    }
}

#[test]
fn kernels_are_found_by_their_names() {
    for kernel in Kernel::ALL {
        assert_eq!(Kernel::from_name(kernel.name()), Some(kernel));
    }
    assert_eq!(Kernel::from_name("abacus"), None);
    assert!(Kernel::detect().is_available());
}
