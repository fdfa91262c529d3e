//! The architecture, from the `special:model.yml` that a model file carries.
//!
//! The text is YAML as Marian writes it: top-level scalars and lists of scalars. Only that much is read. Keys whose value
//! would change the arithmetic are checked one by one: a model that this engine would run wrongly is refused.

use std::collections::HashMap;

use super::error::Flaw;

/// The dimensions of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Config {
    /// Width of the embeddings and of every layer.
    pub(super) dimension: usize,
    /// Inner width of the feed-forward blocks.
    pub(super) feed_forward: usize,
    /// Attention heads.
    pub(super) heads: usize,
    /// Encoder layers.
    pub(super) encoder_layers: usize,
    /// Decoder layers.
    pub(super) decoder_layers: usize,
    /// The decoder layer whose attention was trained to be the alignment, from 0.
    pub(super) alignment_layer: usize,
    /// Rows of the source embeddings.
    pub(super) source_vocabulary: usize,
    /// Rows of the target embeddings.
    pub(super) target_vocabulary: usize,
}

/// Keys that, if present, must have one of these values.
const REQUIRED: &[(&str, &[&str])] = &[
    ("type", &["transformer"]),
    ("dec-cell", &["ssru"]),
    ("transformer-decoder-autoreg", &["rnn"]),
    ("transformer-preprocess", &[""]),
    ("transformer-postprocess", &["dan", "an"]),
    ("transformer-postprocess-emb", &["d", ""]),
    ("transformer-postprocess-top", &[""]),
    ("transformer-ffn-activation", &["relu"]),
    ("transformer-ffn-depth", &["2"]),
    ("transformer-decoder-ffn-depth", &["0", "2"]),
    ("transformer-train-position-embeddings", &["false"]),
    ("transformer-no-projection", &["false"]),
    ("transformer-no-bias", &["false"]),
    ("transformer-no-affine", &["false"]),
    ("transformer-pool", &["false"]),
    ("transformer-tied-layers", &["[]"]),
    ("output-omit-bias", &["false"]),
    ("lemma-dim-emb", &["0"]),
    ("factors-combine", &["sum"]),
    ("factors-dim-emb", &["0"]),
    ("right-left", &["false"]),
    ("ulr", &["false"]),
];

/// Keys that must be there for the model to be recognised at all.
const INDISPENSABLE: &[&str] = &["type", "dec-cell", "transformer-decoder-autoreg", "transformer-postprocess"];

/// No model of this family is wider or deeper; beyond this a number is corrupt.
const MOST: usize = 65_536;

impl Config {
    /// Reads the text of `special:model.yml`.
    pub(super) fn parse(text: &str) -> Result<Self, Flaw> {
        let (scalars, lists) = top_level(text);
        for key in INDISPENSABLE {
            if !scalars.contains_key(key) {
                return Err(Flaw::damaged(format!("special:model.yml has no {key}")));
            }
        }
        for (key, allowed) in REQUIRED {
            if let Some(value) = scalars.get(key)
                && !allowed.contains(value)
            {
                return Err(Flaw::unsupported(format!("{key}: {value}")));
            }
            if lists.get(key).is_some_and(|list| !list.is_empty()) {
                return Err(Flaw::unsupported(format!("{key} is not empty")));
            }
        }
        let number = |key: &str| {
            let value = scalars.get(key).ok_or_else(|| Flaw::damaged(format!("special:model.yml has no {key}")))?;
            parse_number(key, value)
        };
        let dimension = number("dim-emb")?;
        let heads = number("transformer-heads")?;
        let feed_forward = number("transformer-dim-ffn")?;
        let decoder_layers = number("dec-depth")?;
        if scalars.contains_key("transformer-decoder-dim-ffn") {
            match scalars["transformer-decoder-dim-ffn"] {
                "0" => {}
                width if parse_number("transformer-decoder-dim-ffn", width)? == feed_forward => {}
                width => return Err(Flaw::unsupported(format!("transformer-decoder-dim-ffn: {width}"))),
            }
        }
        if dimension % 16 != 0 || feed_forward % 16 != 0 {
            return Err(Flaw::unsupported(format!(
                "widths {dimension} and {feed_forward}: multiples of 16 are needed"
            )));
        }
        if dimension % heads != 0 {
            return Err(Flaw::damaged(format!("special:model.yml has {heads} heads for a width of {dimension}")));
        }
        let alignment_layer = match scalars.get("transformer-guided-alignment-layer").copied() {
            None | Some("last") => decoder_layers - 1,
            Some(value) => {
                let layer = parse_number("transformer-guided-alignment-layer", value)?;
                if layer > decoder_layers {
                    return Err(Flaw::damaged(format!("transformer-guided-alignment-layer: {layer}")));
                }
                layer - 1
            }
        };
        let vocabularies = lists.get("dim-vocabs").map(Vec::as_slice).unwrap_or_default();
        let &[source, target] = vocabularies else {
            return Err(Flaw::unsupported(format!("dim-vocabs has {} entries instead of 2", vocabularies.len())));
        };
        Ok(Self {
            dimension,
            feed_forward,
            heads,
            encoder_layers: number("enc-depth")?,
            decoder_layers,
            alignment_layer,
            source_vocabulary: parse_vocabulary(source)?,
            target_vocabulary: parse_vocabulary(target)?,
        })
    }
}

fn parse_number(key: &str, value: &str) -> Result<usize, Flaw> {
    match value.parse() {
        Ok(number) if (1..=MOST).contains(&number) => Ok(number),
        _ => Err(Flaw::damaged(format!("special:model.yml has the {key} {value:?}"))),
    }
}

fn parse_vocabulary(value: &str) -> Result<usize, Flaw> {
    match value.parse() {
        Ok(number) if (1..=10_000_000).contains(&number) => Ok(number),
        _ => Err(Flaw::damaged(format!("special:model.yml has a vocabulary of {value:?}"))),
    }
}

type Scalars<'a> = HashMap<&'a str, &'a str>;
type Lists<'a> = HashMap<&'a str, Vec<&'a str>>;

/// The scalars and the lists of the top level.
fn top_level(text: &str) -> (Scalars<'_>, Lists<'_>) {
    let mut scalars = Scalars::new();
    let mut lists = Lists::new();
    let mut open = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(entry) = trimmed.strip_prefix("- ") {
            if let Some(key) = open {
                lists.entry(key).or_default().push(unquoted(entry));
            }
        } else if !line.starts_with([' ', '#']) {
            let Some((key, value)) = trimmed.split_once(':') else { continue };
            let value = unquoted(value);
            if value.is_empty() && !trimmed.ends_with('"') {
                open = Some(key);
                lists.entry(key).or_default();
            } else {
                open = None;
                scalars.insert(key, value);
            }
        }
    }
    (scalars, lists)
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inner = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = "\
dec-cell: ssru
dec-depth: 2
dim-emb: 256
dim-vocabs:
  - 32000
  - 31000
enc-depth: 6
transformer-decoder-autoreg: rnn
transformer-dim-ffn: 1536
transformer-guided-alignment-layer: last
transformer-heads: 8
transformer-postprocess: dan
transformer-preprocess: \"\"
transformer-tied-layers: []
type: transformer
";

    #[test]
    fn the_dimensions_are_read() {
        let config = Config::parse(TINY).expect("a sound configuration");
        assert_eq!(
            config,
            Config {
                dimension: 256,
                feed_forward: 1536,
                heads: 8,
                encoder_layers: 6,
                decoder_layers: 2,
                alignment_layer: 1,
                source_vocabulary: 32000,
                target_vocabulary: 31000,
            }
        );
    }

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let text = TINY.replace(from, to);
        assert_ne!(text, TINY);
        let (Flaw::Damaged(reason) | Flaw::Unsupported(reason)) = Config::parse(&text).expect_err("a flaw");
        assert!(reason.contains(expected), "{reason}");
    }

    #[test]
    fn what_this_engine_would_run_wrongly_is_refused() {
        check("ssru", "gru", "dec-cell: gru");
        check("preprocess: \"\"", "preprocess: n", "transformer-preprocess: n");
        check("layers: []", "layers:\n  - 1", "transformer-tied-layers");
        check("type: transformer", "type: s2s", "type: s2s");
        check("dim-emb: 256", "dim-emb: 250", "multiples of 16");
        check("dim-emb: 256", "", "no dim-emb");
        check("dim-emb: 256", "dim-emb: -4", "dim-emb \"-4\"");
        check("heads: 8", "heads: 7", "7 heads");
        check("  - 31000\n", "", "1 entries");
        check("dec-depth: 2", "dec-depth: 0", "dec-depth");
    }
}
