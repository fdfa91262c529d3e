//! A model file, item by item.

use super::{Random, Storage};

/// The items of a model file under construction.
pub(super) struct Items {
    items: Vec<(String, u64, Vec<usize>, Vec<u8>)>,
    storage: Storage,
}

impl Items {
    pub(super) fn new(storage: Storage) -> Self {
        Self { items: Vec::new(), storage }
    }

    pub(super) fn push(&mut self, name: &str, kind: u64, shape: &[usize], data: Vec<u8>) {
        self.items.push((name.to_owned(), kind, shape.to_vec(), data));
    }

    pub(super) fn vector(&mut self, name: &str, values: &[f32]) {
        self.push(name, 0x0404, &[1, values.len()], values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    pub(super) fn alpha(&mut self, name: &str, alpha: f32) {
        if self.storage == Storage::Calibrated {
            self.vector(&format!("{name}_QuantMultA"), &[alpha]);
        }
    }

    pub(super) fn bias(&mut self, random: &mut Random, name: &str, length: usize, volume: f32) {
        let values: Vec<f32> = (0..length).map(|_| random.weight() * 0.3 * volume).collect();
        self.vector(name, &values);
    }

    pub(super) fn norm(&mut self, random: &mut Random, base: &str, width: usize, volume: f32) {
        let scale: Vec<f32> = (0..width).map(|_| 1.0 + random.weight() * 0.3 * volume).collect();
        self.scales(base, &scale);
        self.bias(random, &format!("{base}_ln_bias"), width, volume);
    }

    pub(super) fn scales(&mut self, base: &str, scale: &[f32]) {
        self.vector(&format!("{base}_ln_scale"), scale);
    }

    /// Weights of at most 63 in magnitude: with these even kernels that saturate are exact.
    pub(super) fn matrix(&mut self, random: &mut Random, name: &str, rows: usize, columns: usize, spread: f32) {
        let mut values: Vec<i8> = (0..rows * columns).map(|_| (random.weight() * 63.0).round() as i8).collect();
        let mut multiplier = 63.0 * (columns.min(rows) as f32).sqrt() / spread;
        if self.storage != Storage::Calibrated {
            // Floats that are rounded to these very values again, with this very multiplier.
            values[0] = 127;
            multiplier = multiplier.log2().round().exp2();
        }
        self.bytes(name, rows, columns, &values, multiplier);
    }

    /// Embeddings, token after token, or weights, the inputs of one output after those of another: in 8 bits, or as the floats
    /// that these stand for.
    fn bytes(&mut self, name: &str, rows: usize, columns: usize, values: &[i8], multiplier: f32) {
        let (kind, data) = if self.storage == Storage::Floats {
            // Embeddings have a row for each token either way; weights have one for each input.
            let place = |at: usize| if name.ends_with("emb") { at } else { at % columns * rows + at / columns };
            let floats = (0..values.len()).map(|at| f32::from(values[place(at)]) / multiplier);
            (0x0404, floats.flat_map(f32::to_le_bytes).collect())
        } else {
            let bytes = values.iter().map(|value| value.cast_unsigned());
            (0x4101, bytes.chain(multiplier.to_le_bytes()).collect())
        };
        self.push(name, kind, &[rows, columns], data);
    }

    /// Weights that are told one by one, by token or input and by column; the largest is the largest that 8 bits hold, and of
    /// the form [`top`] gives.
    pub(super) fn given(&mut self, name: &str, rows: usize, columns: usize, weight: impl Fn(usize, usize) -> f32) {
        let is_table = name.ends_with("emb");
        let weights: Vec<f32> = (0..rows * columns)
            .map(|at| if is_table { weight(at / columns, at % columns) } else { weight(at % rows, at / rows) })
            .collect();
        let multiplier = 127.0 / weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        let values: Vec<i8> = weights.iter().map(|weight| (weight * multiplier).round() as i8).collect();
        self.bytes(name, rows, columns, &values, multiplier);
    }

    pub(super) fn linear(&mut self, random: &mut Random, name: &str, inputs: usize, outputs: usize, volume: f32) {
        self.matrix(random, name, inputs, outputs, 2.0 * volume);
        let alpha = 25.0 + random.weight() * 5.0;
        self.alpha(name, alpha);
    }

    /// What it adds to its input is as loud as the volume: 1 is as loud as the input.
    pub(super) fn heads(&mut self, random: &mut Random, base: &str, width: usize, volume: f32) {
        for (letter, volume) in [('q', 1.0), ('k', 1.0), ('v', 1.0), ('o', volume)] {
            self.linear(random, &format!("{base}_W{letter}"), width, width, volume);
            self.bias(random, &format!("{base}_b{letter}"), width, volume);
        }
        self.norm(random, &format!("{base}_Wo"), width, volume);
    }

    /// See [`Self::heads`].
    pub(super) fn feed_forward(&mut self, random: &mut Random, base: &str, width: usize, inner: usize, volume: f32) {
        self.feed_forward_without_norm(random, base, width, inner, volume);
        self.norm(random, &format!("{base}_ffn"), width, volume);
    }

    pub(super) fn feed_forward_without_norm(
        &mut self,
        random: &mut Random,
        base: &str,
        width: usize,
        inner: usize,
        volume: f32,
    ) {
        self.linear(random, &format!("{base}_W1"), width, inner, 1.0);
        self.bias(random, &format!("{base}_b1"), inner, 1.0);
        self.linear(random, &format!("{base}_W2"), inner, width, volume);
        self.bias(random, &format!("{base}_b2"), width, volume);
    }

    /// The file; an odd gap is one that no reader may be surprised by.
    pub(super) fn file(&self, alignment: usize) -> Vec<u8> {
        let mut file = Vec::new();
        let mut word = |value: usize| file.extend((value as u64).to_le_bytes());
        word(1);
        word(self.items.len());
        for (name, kind, shape, data) in &self.items {
            [name.len() + 1, *kind as usize, shape.len(), data.len().next_multiple_of(alignment)]
                .into_iter()
                .for_each(&mut word);
        }
        for (name, ..) in &self.items {
            file.extend(name.bytes().chain([0]));
        }
        for (_, _, shape, _) in &self.items {
            file.extend(shape.iter().flat_map(|&dimension| (dimension as u32).to_le_bytes()));
        }
        let gap = if alignment == 1 { 3 } else { (file.len() + 8).next_multiple_of(alignment) - file.len() - 8 };
        file.extend((gap as u64).to_le_bytes());
        file.resize(file.len() + gap, 0);
        for (.., data) in &self.items {
            file.extend(data);
            file.resize(file.len() + data.len().next_multiple_of(alignment) - data.len(), 0);
        }
        file
    }
}

/// The smallest number not below this one that is 127 times a power of two: what 8 bits store without a loss, and floats that are
/// rounded to 8 bits as well.
pub(super) fn top(least: f32) -> f32 {
    127.0 * (least / 127.0).log2().ceil().exp2()
}
