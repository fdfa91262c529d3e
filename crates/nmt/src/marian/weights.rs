//! A model's parameters, checked and packed: everything that translations share.

use super::config::Config;
use super::error::Flaw;
use super::format::{Layout, ModelFile};
use super::kernels::{self, Floats, Kernel, Linear, PANEL, Scales, sum_of};

/// No sentence is longer, on either side.
pub(super) const POSITIONS: usize = 1024;
/// Outputs of the full vocabulary that are computed at a time.
const CHUNK: usize = 2048;

/// The bias of a token that is never chosen: no sum of products makes up for it, and it is no mass.
const NEVER: f32 = -1e30;

/// Layer normalisation.
#[derive(Debug)]
pub(super) struct Norm {
    pub(super) scale: Floats,
    pub(super) bias: Floats,
}

/// Two linear layers with a rectifier between them.
#[derive(Debug)]
pub(super) struct FeedForward {
    pub(super) expand: Linear,
    pub(super) contract: Linear,
    pub(super) norm: Norm,
}

/// Multi-head attention.
#[derive(Debug)]
pub(super) struct Heads {
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) output: Linear,
    pub(super) norm: Norm,
}

#[derive(Debug)]
pub(super) struct EncoderLayer {
    pub(super) attention: Heads,
    pub(super) feed_forward: FeedForward,
}

#[derive(Debug)]
pub(super) struct DecoderLayer {
    pub(super) candidate: Linear,
    pub(super) gate: Linear,
    pub(super) norm: Norm,
    pub(super) attention: Heads,
    pub(super) feed_forward: FeedForward,
}

/// One row for each token.
#[derive(Debug)]
pub(super) struct Embeddings {
    rows: Vec<u8>,
    width: usize,
    /// From a stored value to what the first layer takes.
    pub(super) factor: f32,
    multiplier: f32,
}

/// The last layer: the target embeddings again, with a bias.
#[derive(Debug)]
pub(super) struct OutputLayer {
    pub(super) scales: Scales,
    bias: Vec<f32>,
    /// The sum of each token's weights.
    sums: Vec<i32>,
    /// The whole vocabulary, in chunks; empty if a shortlist makes it unnecessary.
    pub(super) chunks: Vec<Linear>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) config: Config,
    /// `None` if the target's are used.
    source: Option<Embeddings>,
    pub(super) target: Embeddings,
    /// `[POSITIONS][dimension]`.
    positions: Floats,
    pub(super) encoder: Vec<EncoderLayer>,
    pub(super) decoder: Vec<DecoderLayer>,
    pub(super) output: OutputLayer,
}

impl Weights {
    /// Reads a model file. Anything in it that would go unused is a reason to refuse it.
    pub(super) fn parse(bytes: &[u8], has_shortlist: bool, kernel: Kernel) -> Result<Self, Flaw> {
        let file = ModelFile::parse(bytes)?;
        let config = Config::parse(file.text("special:model.yml")?)?;
        let is_shared = file.has("Wemb");
        let target_name = if is_shared { "Wemb" } else { "decoder_Wemb" };
        let target = Embeddings::parse(&file, target_name, config.target_vocabulary, &config)?;
        let source = if is_shared {
            if config.source_vocabulary != config.target_vocabulary {
                return Err(Flaw::damaged("two vocabularies of different sizes share one embedding"));
            }
            None
        } else {
            Some(Embeddings::parse(&file, "encoder_Wemb", config.source_vocabulary, &config)?)
        };
        let output = OutputLayer::parse(&file, target_name, &target, has_shortlist, kernel)?;
        let encoder = (1..=config.encoder_layers)
            .map(|layer| {
                Ok(EncoderLayer {
                    attention: Heads::parse(&file, &format!("encoder_l{layer}_self"), &config, kernel)?,
                    feed_forward: FeedForward::parse(&file, &format!("encoder_l{layer}_ffn"), &config, kernel)?,
                })
            })
            .collect::<Result<_, Flaw>>()?;
        let decoder = (1..=config.decoder_layers)
            .map(|layer| {
                let width = config.dimension;
                let name = |part: &str| format!("decoder_l{layer}_{part}");
                Ok(DecoderLayer {
                    candidate: linear(&file, &name("rnn_W"), None, (width, width), kernel)?,
                    gate: linear(&file, &name("rnn_Wf"), Some(&name("rnn_bf")), (width, width), kernel)?,
                    norm: Norm::parse(&file, &name("rnn_ffn"), width)?,
                    attention: Heads::parse(&file, &name("context"), &config, kernel)?,
                    feed_forward: FeedForward::parse(&file, &name("ffn"), &config, kernel)?,
                })
            })
            .collect::<Result<_, Flaw>>()?;
        if let Some(name) = file.unused() {
            return Err(Flaw::unsupported(format!("it has the parameter {name}, which is not in this architecture")));
        }
        Ok(Self { positions: positions(config.dimension), config, source, target, encoder, decoder, output })
    }

    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        let encoder = self.encoder.iter().map(|layer| layer.attention.bytes() + layer.feed_forward.bytes());
        let decoder = self.decoder.iter().map(|layer| {
            let recurrent = layer.candidate.bytes() + layer.gate.bytes() + layer.norm.bytes();
            recurrent + layer.attention.bytes() + layer.feed_forward.bytes()
        });
        let embeddings = self.target.rows.capacity() + self.source.as_ref().map_or(0, |source| source.rows.capacity());
        encoder.chain(decoder).sum::<usize>() + embeddings + self.positions.capacity_bytes() + self.output.bytes()
    }

    /// Whether both sides have the same embeddings.
    pub(super) fn is_shared(&self) -> bool {
        self.source.is_none()
    }

    pub(super) fn source(&self) -> &Embeddings {
        self.source.as_ref().unwrap_or(&self.target)
    }

    pub(super) fn position(&self, position: usize) -> &[f32] {
        let width = self.config.dimension;
        &self.positions[position * width..(position + 1) * width]
    }
}

impl Norm {
    fn bytes(&self) -> usize {
        self.scale.capacity_bytes() + self.bias.capacity_bytes()
    }

    fn parse(file: &ModelFile<'_>, base: &str, width: usize) -> Result<Self, Flaw> {
        let scale = file.vector(&format!("{base}_ln_scale"), width)?;
        let bias = format!("{base}_ln_bias");
        let bias = if file.has(&bias) { file.vector(&bias, width)? } else { vec![0.0; width] };
        Ok(Self { scale: Floats::from(&*scale), bias: Floats::from(&*bias) })
    }
}

impl FeedForward {
    fn bytes(&self) -> usize {
        self.expand.bytes() + self.contract.bytes() + self.norm.bytes()
    }

    fn parse(file: &ModelFile<'_>, base: &str, config: &Config, kernel: Kernel) -> Result<Self, Flaw> {
        let (outer, inner) = (config.dimension, config.feed_forward);
        let name = |part: &str| format!("{base}_{part}");
        Ok(Self {
            expand: linear(file, &name("W1"), Some(&name("b1")), (outer, inner), kernel)?,
            contract: linear(file, &name("W2"), Some(&name("b2")), (inner, outer), kernel)?,
            norm: Norm::parse(file, &name("ffn"), outer)?,
        })
    }
}

impl Heads {
    fn bytes(&self) -> usize {
        let parts = [&self.query, &self.key, &self.value, &self.output];
        parts.map(Linear::bytes).iter().sum::<usize>() + self.norm.bytes()
    }

    fn parse(file: &ModelFile<'_>, base: &str, config: &Config, kernel: Kernel) -> Result<Self, Flaw> {
        let width = config.dimension;
        let part = |letter: char| {
            let bias = format!("{base}_b{letter}");
            linear(file, &format!("{base}_W{letter}"), Some(&bias), (width, width), kernel)
        };
        Ok(Self {
            query: part('q')?,
            key: part('k')?,
            value: part('v')?,
            output: part('o')?,
            norm: Norm::parse(file, &format!("{base}_Wo"), width)?,
        })
    }
}

impl Embeddings {
    fn parse(file: &ModelFile<'_>, name: &str, vocabulary: usize, config: &Config) -> Result<Self, Flaw> {
        let matrix = file.matrix(name, Layout::ByToken)?;
        let width = config.dimension;
        if (matrix.rows, matrix.columns) != (vocabulary, width) {
            return Err(Flaw::damaged(format!(
                "{name} is {} by {}, but special:model.yml says {vocabulary} by {width}",
                matrix.rows, matrix.columns
            )));
        }
        Ok(Self {
            rows: matrix.values.into_owned(),
            width,
            factor: (width as f32).sqrt() / matrix.multiplier,
            multiplier: matrix.multiplier,
        })
    }

    /// A token's row of stored values.
    pub(super) fn row(&self, id: u32) -> &[u8] {
        &self.rows[id as usize * self.width..(id as usize + 1) * self.width]
    }
}

impl OutputLayer {
    fn bytes(&self) -> usize {
        4 * (self.bias.capacity() + self.sums.capacity()) + self.chunks.iter().map(Linear::bytes).sum::<usize>()
    }

    fn parse(
        file: &ModelFile<'_>,
        embeddings_name: &str,
        embeddings: &Embeddings,
        has_shortlist: bool,
        kernel: Kernel,
    ) -> Result<Self, Flaw> {
        // Converters differ in what they call the activations of a layer that has no weights of its own.
        let names = [format!("{embeddings_name}_QuantMultA"), "none_QuantMultA".to_owned()];
        let mut quantise = None;
        for name in names.iter().filter(|name| file.has(name)) {
            quantise = Some(file.scalar(name)?);
        }
        if quantise.is_none() && file.has_alphas() {
            return Err(no_alpha("the output layer"));
        }
        let scales = Scales { quantise, multiplier: embeddings.multiplier };
        // Source embeddings are looked up, not multiplied with; a factor is of no use, but some files have one.
        if file.has("encoder_Wemb_QuantMultA") {
            file.scalar("encoder_Wemb_QuantMultA")?;
        }
        let width = embeddings.width;
        let bias = file.vector("decoder_ff_logit_out_b", embeddings.rows.len() / width)?;
        let chunks = if has_shortlist {
            Vec::new()
        } else {
            let rows = embeddings.rows.chunks(CHUNK * width);
            rows.zip(bias.chunks(CHUNK)).map(|(rows, bias)| Linear::pack(kernel, rows, bias, width, scales)).collect()
        };
        let sums = embeddings.rows.chunks_exact(width).map(sum_of).collect();
        Ok(Self { scales, bias, sums, chunks })
    }

    /// This token is never chosen.
    pub(super) fn forbid(&mut self, token: u32) {
        let token = token as usize;
        if let Some(bias) = self.bias.get_mut(token) {
            *bias = NEVER;
        }
        if let Some(chunk) = self.chunks.get_mut(token / CHUNK) {
            chunk.drown(token % CHUNK, NEVER);
        }
    }

    /// Packs the rows of some candidates into `linear`.
    pub(super) fn gather(&self, kernel: Kernel, embeddings: &Embeddings, candidates: &[u32], linear: &mut Linear) {
        linear.clear(embeddings.width, self.scales);
        let mut ahead = candidates.iter().copied();
        ahead.by_ref().take(PANEL).for_each(|id| kernels::prefetch(embeddings.row(id)));
        for panel in candidates.chunks(PANEL) {
            // The rows lie anywhere in a table that no cache holds.
            ahead.by_ref().take(PANEL).for_each(|id| kernels::prefetch(embeddings.row(id)));
            let rows = std::array::from_fn(|place| panel.get(place).map_or(&[][..], |&id| embeddings.row(id)));
            let sum = |place| self.sums[panel[place] as usize];
            let bias = |place| self.bias[panel[place] as usize];
            linear.push_panel(kernel, &rows, panel.len(), sum, bias);
        }
    }
}

fn linear(
    file: &ModelFile<'_>,
    name: &str,
    bias_name: Option<&str>,
    (inputs, outputs): (usize, usize),
    kernel: Kernel,
) -> Result<Linear, Flaw> {
    let matrix = file.matrix(name, Layout::ByInput)?;
    if (matrix.rows, matrix.columns) != (inputs, outputs) {
        return Err(Flaw::damaged(format!(
            "{name} is {} by {} instead of {inputs} by {outputs}",
            matrix.rows, matrix.columns
        )));
    }
    let factor_name = format!("{name}_QuantMultA");
    let quantise = if file.has_alphas() {
        if !file.has(&factor_name) {
            return Err(no_alpha(name));
        }
        Some(file.scalar(&factor_name)?)
    } else {
        None
    };
    let bias = bias_name.map(|bias| file.vector(bias, outputs)).transpose()?.unwrap_or_default();
    Ok(Linear::pack(kernel, &matrix.values, &bias, inputs, Scales { quantise, multiplier: matrix.multiplier }))
}

fn no_alpha(what: &str) -> Flaw {
    Flaw::damaged(format!("{what} has no multiplier for its activations, but others have"))
}

/// Sines of the position at falling frequencies, then cosines.
fn positions(width: usize) -> Floats {
    let mut positions = Floats::zeros(POSITIONS * width);
    let half = width / 2;
    for place in 0..half {
        let frequency = 1e-4_f64.powf(place as f64 / (half as f64 - 1.0));
        let (step_sine, step_cosine) = frequency.sin_cos();
        let (mut sine, mut cosine) = (0.0_f64, 1.0_f64);
        for row in positions.chunks_exact_mut(width) {
            row[place] = sine as f32;
            row[half + place] = cosine as f32;
            // The next position, by the addition theorems: a thousand steps lose nothing that a float could hold.
            (sine, cosine) = (sine * step_cosine + cosine * step_sine, cosine * step_cosine - sine * step_sine);
        }
    }
    positions
}
