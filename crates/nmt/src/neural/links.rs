//! From attention between tokens to links between words.

use std::ops::Range;

use crate::neural::model::Attention;
use crate::translator::Link;

/// Of all attention of a word, the share that makes a link beside the strongest.
const SHARE: f32 = 0.4;

/// Less attention than this of one token is no link at all.
const LEAST: f32 = 0.05;

/// A source word that no target word chose is linked to the one that looked at it most, from this weight on.
const LEFT_OVER: f32 = 0.15;

/// One side: its units and where its tokens lie.
pub(crate) struct Side<'a> {
    pub(crate) units: &'a [Range<usize>],
    /// For each unit, whether it is a word: words and signs are not linked to each other, for what attention says of
    /// them is noise.
    pub(crate) words: &'a [bool],
    pub(crate) spans: &'a [Range<usize>],
}

/// The links between the units of both sides, by target place, then source place.
pub(crate) fn links(source: &Side<'_>, target: &Side<'_>, attention: &Attention) -> Vec<Link> {
    let (width, height) = (source.units.len(), target.units.len());
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let source_units: Vec<Range<usize>> = source.spans.iter().map(|span| touched(source.units, span)).collect();
    let mut weights = vec![0.0_f32; width * height];
    for (token, span) in target.spans.iter().enumerate() {
        let row = attention.row(token);
        for unit in touched(target.units, span) {
            for (weight, units) in row.iter().zip(&source_units) {
                for source_unit in units.clone().filter(|other| source.words[*other] == target.words[unit]) {
                    weights[unit * width + source_unit] += weight;
                }
            }
        }
    }
    let mut chosen = vec![false; width * height];
    for (weights, chosen) in weights.chunks(width).zip(chosen.chunks_mut(width)) {
        let total: f32 = weights.iter().sum();
        let Some((best, most)) = strongest(weights.iter().copied()) else { continue };
        if most < LEAST {
            continue;
        }
        chosen[best] = true;
        for (weight, chosen) in weights.iter().zip(chosen) {
            *chosen |= *weight >= SHARE * total && *weight >= most / 2.0;
        }
    }
    for unit in 0..width {
        if (0..height).any(|row| chosen[row * width + unit]) {
            continue;
        }
        if let Some((row, most)) = strongest((0..height).map(|row| weights[row * width + unit]))
            && most >= LEFT_OVER
        {
            chosen[row * width + unit] = true;
        }
    }
    let pairs = (0..height).flat_map(|row| (0..width).map(move |unit| (row, unit)));
    pairs
        .filter(|(row, unit)| chosen[row * width + unit])
        .map(|(row, unit)| Link { source: source.units[unit].clone(), target: target.units[row].clone() })
        .collect()
}

/// The units that a range overlaps, as a range of indexes.
pub(crate) fn touched(units: &[Range<usize>], span: &Range<usize>) -> Range<usize> {
    let first = units.partition_point(|unit| unit.end <= span.start);
    let last = units.partition_point(|unit| unit.start < span.end);
    first..last.max(first)
}

fn strongest(weights: impl Iterator<Item = f32>) -> Option<(usize, f32)> {
    let best = weights.enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (best.1 > 0.0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::units::units;

    #[test]
    fn tokens_make_words_and_no_source_word_is_left_over() {
        // "the red ball" -> "a bola vermelha", "vermelha" in two tokens.
        let (source, target) = ("the red ball", "a bola vermelha");
        let (source_units, target_units) = (units(source), units(target));
        let words = [true; 3];
        let spans = [0..3, 4..7, 8..12];
        let target_spans = [0..1, 1..6, 6..12, 12..15];
        let weights = vec![0.3, 0.0, 0.6, 0.1, 0.1, 0.1, 0.8, 0.0, 0.0, 0.9, 0.1, 0.0, 0.0, 0.2, 0.5, 0.3];
        let attention = Attention { stride: 4, weights };
        let found = links(
            &Side { units: &source_units, words: &words, spans: &spans },
            &Side { units: &target_units, words: &words, spans: &target_spans },
            &attention,
        );
        let shown: Vec<_> =
            found.iter().map(|link| (&source[link.source.clone()], &target[link.target.clone()])).collect();
        assert_eq!(shown, [("the", "a"), ("ball", "a"), ("ball", "bola"), ("red", "vermelha")]);
    }

    #[test]
    fn nothing_links_to_nothing() {
        let attention = Attention { stride: 1, weights: Vec::new() };
        let none = Side { units: &[], words: &[], spans: &[] };
        assert!(links(&none, &none, &attention).is_empty());
    }
}
