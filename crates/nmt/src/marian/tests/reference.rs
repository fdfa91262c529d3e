//! The same network in the plainest possible way, in double precision, straight from the model file.

use std::collections::HashMap;

/// A model file, every parameter as numbers.
pub(super) struct Reference {
    parameters: HashMap<String, (Vec<usize>, Vec<f64>)>,
    pub(super) dimension: usize,
    heads: usize,
    encoder_layers: usize,
    decoder_layers: usize,
}

type Rows = Vec<Vec<f64>>;

impl Reference {
    pub(super) fn read(file: &[u8]) -> Self {
        let word = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().expect("eight bytes")) as usize;
        let count = word(8);
        let headers: Vec<[usize; 4]> =
            (0..count).map(|item| std::array::from_fn(|field| word(16 + 32 * item + 8 * field))).collect();
        let mut at = 16 + 32 * count;
        let mut take = |length: usize| {
            at += length;
            &file[at - length..at]
        };
        let names: Vec<String> = headers
            .iter()
            .map(|header| String::from_utf8_lossy(take(header[0])).trim_end_matches('\0').to_owned())
            .collect();
        let four = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).expect("four bytes");
        let shapes: Vec<Vec<usize>> = headers
            .iter()
            .map(|header| take(4 * header[2]).chunks(4).map(|bytes| u32::from_le_bytes(four(bytes)) as usize).collect())
            .collect();
        let gap = u64::from_le_bytes(take(8).try_into().expect("eight bytes")) as usize;
        take(gap);
        let mut parameters = HashMap::new();
        let mut config = String::new();
        for ((header, name), shape) in headers.iter().zip(names).zip(shapes) {
            let data = take(header[3]);
            let elements: usize = shape.iter().product();
            let values = match header[1] {
                0x0404 => {
                    data.chunks(4).take(elements).map(|bytes| f64::from(f32::from_le_bytes(four(bytes)))).collect()
                }
                0x4101 => {
                    let multiplier = f64::from(f32::from_le_bytes(four(&data[elements..elements + 4])));
                    data[..elements].iter().map(|&byte| f64::from(byte.cast_signed()) / multiplier).collect()
                }
                _ => {
                    config = String::from_utf8_lossy(data).into_owned();
                    continue;
                }
            };
            parameters.insert(name, (shape, values));
        }
        let number = |key: &str| {
            let line = config.lines().find(|line| line.starts_with(key)).expect("a key");
            line[key.len() + 2..].parse().expect("a number")
        };
        Self {
            parameters,
            dimension: number("dim-emb"),
            heads: number("transformer-heads"),
            encoder_layers: number("enc-depth"),
            decoder_layers: number("dec-depth"),
        }
    }

    fn values(&self, name: &str) -> &[f64] {
        &self.parameters[name].1
    }

    /// As the 8-bit products see it.
    fn rounded(&self, input: &[f64], name: &str) -> Vec<f64> {
        let greatest = input.iter().fold(0.0_f64, |greatest, value| greatest.max(value.abs()));
        let factor = self.parameters.get(name).map_or(127.0 / greatest, |(_, values)| values[0]);
        input.iter().map(|value| (value * factor).round_ties_even().clamp(-127.0, 127.0) / factor).collect()
    }

    fn linear(&self, input: &[f64], weight: &str, bias: Option<&str>) -> Vec<f64> {
        let input = self.rounded(input, &format!("{weight}_QuantMultA"));
        let mut output = product(&input, self.values(weight));
        if let Some(bias) = bias {
            output.iter_mut().zip(self.values(bias)).for_each(|(output, bias)| *output += bias);
        }
        output
    }

    fn normalised(&self, input: &[f64], branch: &[f64], base: &str) -> Vec<f64> {
        let sum: Vec<f64> = input.iter().zip(branch).map(|(input, branch)| input + branch).collect();
        let mean = sum.iter().sum::<f64>() / sum.len() as f64;
        let variance = sum.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / sum.len() as f64;
        let scales = self.values(&format!("{base}_ln_scale")).iter().zip(self.values(&format!("{base}_ln_bias")));
        sum.iter()
            .zip(scales)
            .map(|(value, (scale, bias))| (value - mean) / (variance + 1e-6).sqrt() * scale + bias)
            .collect()
    }

    fn feed_forward(&self, input: &[f64], base: &str) -> Vec<f64> {
        let mut hidden = self.linear(input, &format!("{base}_W1"), Some(&format!("{base}_b1")));
        hidden.iter_mut().for_each(|value| *value = value.max(0.0));
        let output = self.linear(&hidden, &format!("{base}_W2"), Some(&format!("{base}_b2")));
        self.normalised(input, &output, &format!("{base}_ffn"))
    }

    /// The output and the first head's weights.
    fn attend(&self, query: &[f64], context: &Rows, base: &str) -> (Vec<f64>, Vec<f64>) {
        let project = |input: &[f64], letter: char| {
            self.linear(input, &format!("{base}_W{letter}"), Some(&format!("{base}_b{letter}")))
        };
        let keys: Rows = context.iter().map(|row| project(row, 'k')).collect();
        let values: Rows = context.iter().map(|row| project(row, 'v')).collect();
        let projected = project(query, 'q');
        let head = self.dimension / self.heads;
        let mut joined = vec![0.0; self.dimension];
        let mut first = Vec::new();
        for column in (0..self.dimension).step_by(head) {
            let range = column..column + head;
            let score = |key: &Vec<f64>| {
                let dot: f64 =
                    key[range.clone()].iter().zip(&projected[range.clone()]).map(|(key, query)| key * query).sum();
                dot / (head as f64).sqrt()
            };
            let scores: Vec<f64> = keys.iter().map(score).collect();
            let most = scores.iter().copied().fold(f64::MIN, f64::max);
            let scores: Vec<f64> = scores.iter().map(|score| (score - most).exp()).collect();
            let sum: f64 = scores.iter().sum();
            for (score, values) in scores.iter().zip(&values) {
                for place in range.clone() {
                    joined[place] += score / sum * values[place];
                }
            }
            if column == 0 {
                first = scores.iter().map(|score| score / sum).collect();
            }
        }
        let output = project(&joined, 'o');
        (self.normalised(query, &output, &format!("{base}_Wo")), first)
    }

    fn embedding(&self, table: &str, id: Option<u32>, position: usize) -> Vec<f64> {
        let half = self.dimension / 2;
        (0..self.dimension)
            .map(|place| {
                let frequency = 1e-4_f64.powf((place % half) as f64 / (half as f64 - 1.0));
                let angle = position as f64 * frequency;
                let wave = if place < half { angle.sin() } else { angle.cos() };
                let weight = id.map_or(0.0, |id| self.values(table)[id as usize * self.dimension + place]);
                weight * (self.dimension as f64).sqrt() + wave
            })
            .collect()
    }

    /// For each of the given target tokens, the logits it was chosen from and the alignment.
    pub(super) fn follow(&self, source: &[u32], target: &[u32]) -> Vec<(Vec<f64>, Vec<f64>)> {
        let is_shared = self.parameters.contains_key("Wemb");
        let (source_table, target_table) = if is_shared { ("Wemb", "Wemb") } else { ("encoder_Wemb", "decoder_Wemb") };
        let mut state: Rows =
            source.iter().enumerate().map(|(position, &id)| self.embedding(source_table, Some(id), position)).collect();
        for layer in 1..=self.encoder_layers {
            let base = format!("encoder_l{layer}_self");
            let attended: Rows = state.iter().map(|row| self.attend(row, &state, &base).0).collect();
            state = attended.iter().map(|row| self.feed_forward(row, &format!("encoder_l{layer}_ffn"))).collect();
        }
        let mut cells = vec![vec![0.0; self.dimension]; self.decoder_layers];
        let mut previous = None;
        let mut steps = Vec::new();
        for (position, &id) in target.iter().enumerate() {
            let mut row = self.embedding(target_table, previous, position);
            let mut alignment = Vec::new();
            for (cell, layer) in cells.iter_mut().zip(1..) {
                let base = format!("decoder_l{layer}_rnn");
                let candidate = self.linear(&row, &format!("{base}_W"), None);
                let gate = self.linear(&row, &format!("{base}_Wf"), Some(&format!("{base}_bf")));
                for ((cell, candidate), gate) in cell.iter_mut().zip(candidate).zip(gate) {
                    let keep = 1.0 / (1.0 + (-gate).exp());
                    *cell = keep * *cell + (1.0 - keep) * candidate;
                }
                let output: Vec<f64> = cell.iter().map(|cell| cell.max(0.0)).collect();
                row = self.normalised(&row, &output, &format!("{base}_ffn"));
                (row, alignment) = self.attend(&row, &state, &format!("decoder_l{layer}_context"));
                row = self.feed_forward(&row, &format!("decoder_l{layer}_ffn"));
            }
            let factor = if is_shared { "none_QuantMultA" } else { "decoder_Wemb_QuantMultA" };
            // The one scalar that may be stored in 8 bits is divided by its multiplier like a weight.
            let mut logits = product(&self.rounded(&row, factor), self.values(target_table));
            logits.iter_mut().zip(self.values("decoder_ff_logit_out_b")).for_each(|(logit, bias)| *logit += bias);
            steps.push((logits, alignment));
            previous = Some(id);
        }
        steps
    }
}

/// A row times a matrix of as many rows as there are outputs.
fn product(input: &[f64], weights: &[f64]) -> Vec<f64> {
    weights.chunks(input.len()).map(|row| row.iter().zip(input).map(|(weight, input)| weight * input).sum()).collect()
}
