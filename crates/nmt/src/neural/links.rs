//! From attention between tokens to links between words.

use std::collections::HashMap;
use std::ops::Range;

use crate::neural::model::Attention;
use crate::translator::Link;

/// Of all attention of a word, the share that makes a link beside the strongest.
const SHARE: f32 = 0.4;

/// Less attention than this of one token is no link at all.
const LEAST: f32 = 0.05;

/// A source word that no target word chose is linked to the one that looked at it most, from this weight on.
const LEFT_OVER: f32 = 0.15;

/// An article or a preposition that gives no word so much of its attention came from none.
const SURE: f32 = 0.7;

/// A word that looked most at one that is known to be another's came from the next one, from this share on.
const SECOND: f32 = 0.1;

/// A target word that gives more than this of its attention to another word is a false friend, and not the source's.
const FALSE_FRIEND: f32 = 0.6;

/// Words of fewer letters are the same by chance, unless they have a digit, or capitals beyond the first letter.
const TELLING: usize = 3;

/// One side: its units and where its tokens lie.
pub(crate) struct Side<'a> {
    pub(crate) text: &'a str,
    pub(crate) units: &'a [Range<usize>],
    /// For each unit, whether it is a word: words and signs are not linked to each other, for what attention says of
    /// them is noise.
    pub(crate) words: &'a [bool],
    pub(crate) spans: &'a [Range<usize>],
    /// Which units, in order, come from elsewhere: what is linked to them is known.
    pub(crate) blocks: &'a [Range<usize>],
}

impl Side<'_> {
    fn is_block(&self, unit: &Range<usize>) -> bool {
        self.blocks.binary_search_by_key(&unit.start, |block| block.start).is_ok()
    }
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
    let (of_source, of_target) = same(source, target, &weights);
    for (row, (weights, chosen)) in weights.chunks_mut(width).zip(chosen.chunks_mut(width)).enumerate() {
        if let Some(unit) = of_target[row] {
            chosen[unit] = true;
            continue;
        }
        let total: f32 = weights.iter().sum();
        // What came out as it was is nobody else's: an article before a name has no source, and what else a word came from is
        // likelier.
        let looks_at_same = strongest(weights.iter().copied()).is_some_and(|(best, _)| of_source[best].is_some());
        for (weight, _) in weights.iter_mut().zip(&of_source).filter(|(_, place)| place.is_some()) {
            *weight = 0.0;
        }
        let Some((best, most)) = strongest(weights.iter().copied()) else { continue };
        let least = if is_small(&target.text[target.units[row].clone()]) {
            SURE * total
        } else if looks_at_same {
            SECOND * total
        } else {
            LEAST
        };
        if most < least {
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

/// Words that came out as they were: for each unit of the source its unit of the target, and the other way round. They are as
/// many in both, and come in the same order.
fn same(source: &Side<'_>, target: &Side<'_>, weights: &[f32]) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let (width, height) = (source.units.len(), target.units.len());
    let (mut of_source, mut of_target) = (vec![None; width], vec![None; height]);
    let mut places: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (index, unit) in source.units.iter().enumerate() {
        let word = &source.text[unit.clone()];
        if is_telling(word) && !source.is_block(unit) {
            places.entry(word).or_default().0.push(index);
        }
    }
    for (index, unit) in target.units.iter().enumerate().filter(|(_, unit)| !target.is_block(unit)) {
        if let Some((_, found)) = places.get_mut(&target.text[unit.clone()]) {
            found.push(index);
        }
    }
    for (from, to) in places.into_values().filter(|(from, to)| from.len() == to.len()) {
        let is_friend = |(unit, row): (&usize, &usize)| {
            let weights = &weights[row * width..(row + 1) * width];
            let total: f32 = weights.iter().sum();
            let others = weights
                .iter()
                .enumerate()
                .filter(|(other, _)| from.binary_search(other).is_err())
                .map(|(_, weight)| *weight);
            weights[*unit] > 0.0 && others.fold(0.0, f32::max) <= FALSE_FRIEND * total
        };
        if from.iter().zip(&to).all(is_friend) {
            for (unit, row) in from.into_iter().zip(to) {
                of_source[unit] = Some(row);
                of_target[row] = Some(unit);
            }
        }
    }
    let is_same = |unit: usize, row: usize| {
        let (from, to) = (&source.units[unit], &target.units[row]);
        source.text[from.clone()] == target.text[to.clone()] && !source.is_block(from) && !target.is_block(to)
    };
    // What stands beside them and is the same, too, belongs to them: `of` in a name of several words, a bracket.
    for unit in 1..width {
        if let (None, Some(row)) = (of_source[unit], of_source[unit - 1].map(|row| row + 1))
            && row < height
            && of_target[row].is_none()
            && is_same(unit, row)
        {
            of_source[unit] = Some(row);
            of_target[row] = Some(unit);
        }
    }
    for unit in (0..width - 1).rev() {
        if let (None, Some(row)) = (of_source[unit], of_source[unit + 1].and_then(|row| row.checked_sub(1)))
            && of_target[row].is_none()
            && is_same(unit, row)
        {
            of_source[unit] = Some(row);
            of_target[row] = Some(unit);
        }
    }
    (of_source, of_target)
}

/// Whether a word is as short as articles and prepositions are.
fn is_small(word: &str) -> bool {
    word.chars().count() <= TELLING
        && word.chars().all(char::is_alphabetic)
        && word.chars().skip(1).all(char::is_lowercase)
}

fn is_telling(word: &str) -> bool {
    let letters = word.chars();
    letters.clone().nth(TELLING).is_some()
        || letters.clone().any(char::is_numeric)
        || letters.skip(1).any(char::is_uppercase)
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
            &Side { text: source, units: &source_units, words: &words, spans: &spans, blocks: &[] },
            &Side { text: target, units: &target_units, words: &words, spans: &target_spans, blocks: &[] },
            &attention,
        );
        let shown: Vec<_> =
            found.iter().map(|link| (&source[link.source.clone()], &target[link.target.clone()])).collect();
        assert_eq!(shown, [("the", "a"), ("ball", "bola"), ("red", "vermelha")]);
    }

    /// The links between two texts of one token a word; `weights` has a row for each word of the target.
    #[track_caller]
    fn check(source: &str, target: &str, weights: &[&[f32]], expected: &[(&str, &str)]) {
        let (source_units, target_units) = (units(source), units(target));
        let words = [true; 8];
        let stride = source_units.len() + 1;
        let rows = weights.iter().flat_map(|row| row.iter().copied().chain([0.0]));
        let attention = Attention { stride, weights: rows.collect() };
        let found = links(
            &Side { text: source, units: &source_units, words: &words, spans: &source_units, blocks: &[] },
            &Side { text: target, units: &target_units, words: &words, spans: &target_units, blocks: &[] },
            &attention,
        );
        let shown: Vec<_> =
            found.iter().map(|link| (&source[link.source.clone()], &target[link.target.clone()])).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_came_out_as_it_was_is_nobody_elses() {
        let weights: &[&[f32]] = &[&[1.0, 0.0], &[0.1, 0.9], &[0.4, 0.6]];
        check("starting systemd", "iniciar o systemd", weights, &[("starting", "iniciar"), ("systemd", "systemd")]);
        // In a name of several words small ones are the same, too.
        let weights: &[&[f32]] = &[&[1.0, 0.0, 0.0], &[0.6, 0.4, 0.0], &[0.0, 0.5, 0.5]];
        check("Array of Disks", "Array of Disks", weights, &[("Array", "Array"), ("of", "of"), ("Disks", "Disks")]);
        // A false friend.
        let weights: &[&[f32]] = &[&[0.9, 0.1], &[0.1, 0.9]];
        check("data date", "dados data", weights, &[("data", "dados"), ("date", "data")]);
    }

    #[test]
    fn small_words_are_linked_where_the_model_is_sure() {
        let weights: &[&[f32]] = &[&[0.9, 0.0, 0.1], &[0.3, 0.3, 0.4], &[0.0, 0.0, 1.0]];
        let expected = [("through", "por"), ("cell", "de"), ("phones", "celulares")];
        check("through cell phones", "por de celulares", weights, &expected);
        let weights: &[&[f32]] = &[&[0.9, 0.1], &[0.4, 0.6], &[0.0, 1.0]];
        check("through mobiles", "através de celulares", weights, &[("through", "através"), ("mobiles", "celulares")]);
    }

    #[test]
    fn nothing_links_to_nothing() {
        let attention = Attention { stride: 1, weights: Vec::new() };
        let none = Side { text: "", units: &[], words: &[], spans: &[], blocks: &[] };
        assert!(links(&none, &none, &attention).is_empty());
    }
}
