//! Words that a tag cuts and that came out as they went in: `CO₂`, `m²`, a name with one bold half. Each piece keeps its
//! own tags, where a word that became another has the tags of all its pieces.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_nmt::Link;

use crate::assemble::cut_at;

/// The words of both sides of a sentence, and what may not be touched.
pub(super) struct Sides<'a> {
    pub(super) source: &'a str,
    pub(super) target: &'a str,
    pub(super) source_words: &'a [Range<usize>],
    pub(super) target_words: &'a [Range<usize>],
    /// Links of texts that were fixed: they are right as they are.
    pub(super) fixed: &'a [Link],
    /// Where marks are inside of words of the source, in order.
    pub(super) cuts: &'a [usize],
}

/// Links the pieces of each cut word with the pieces of the same word in the translation, in place of what the engine
/// says of them: its links know no pieces, and often take in a neighbour.
pub(super) fn link_pieces(sides: &Sides, links: &mut Vec<Link>) {
    let pairs = pairs(sides, links);
    if pairs.is_empty() {
        return;
    }
    let mut rest: Vec<Link> = Vec::with_capacity(links.len());
    let mut open = std::mem::take(links);
    while let Some(link) = open.pop() {
        match pairs.iter().find(|pair| overlap(&link.source, &pair.source) || overlap(&link.target, &pair.target)) {
            Some(pair) => open.extend(without(pair, &link)),
            None => rest.push(link),
        }
    }
    for Pair { source, target, pieces } in &pairs {
        let mut at = target.start;
        for piece in pieces {
            let end = if piece.end == source.end { target.end } else { at + piece.len() };
            rest.push(Link { source: piece.clone(), target: at..end });
            at = end;
        }
    }
    *links = rest;
}

/// A cut word and what it became.
struct Pair {
    source: Range<usize>,
    target: Range<usize>,
    /// Of the source, from edge to edge. All but the last are the same in the translation.
    pieces: Vec<Range<usize>>,
}

/// Where one word stands on both sides.
#[derive(Default)]
struct Same<'a> {
    sources: Vec<&'a Range<usize>>,
    targets: Vec<&'a Range<usize>>,
}

/// The cut words with the same words of the translation: those that are linked, else those that come in the same turn.
fn pairs(sides: &Sides, links: &[Link]) -> Vec<Pair> {
    let fixed = |side: fn(&Link) -> &Range<usize>| {
        let mut ranges: Vec<&Range<usize>> = sides.fixed.iter().map(side).collect();
        ranges.sort_by_key(|range| range.start);
        move |word: &Range<usize>| {
            let next = ranges.partition_point(|range| range.end <= word.start);
            ranges.get(next).is_some_and(|range| range.start < word.end)
        }
    };
    let (is_fixed_source, is_fixed_target) = (fixed(|link| &link.source), fixed(|link| &link.target));
    let is_cut = |word: &Range<usize>| {
        let next = sides.cuts.partition_point(|at| *at <= word.start);
        sides.cuts.get(next).is_some_and(|at| *at < word.end)
    };
    let cut_words: Vec<&Range<usize>> =
        sides.source_words.iter().filter(|word| is_cut(word) && !is_fixed_source(word)).take(MOST_WORDS).collect();
    let mut same: HashMap<&str, Same> =
        cut_words.iter().map(|word| (&sides.source[(*word).clone()], Same::default())).collect();
    for word in sides.source_words {
        if let Some(same) = same.get_mut(&sides.source[word.clone()]) {
            same.sources.push(word);
        }
    }
    for word in sides.target_words {
        if let Some(same) = same.get_mut(&sides.target[word.clone()]).filter(|_| !is_fixed_target(word)) {
            same.targets.push(word);
        }
    }
    let mut taken: Vec<&Range<usize>> = Vec::new();
    let mut pairs = Vec::new();
    for source in cut_words {
        let Same { sources, targets } = &same[&sides.source[source.clone()]];
        let own = links.iter().filter(|link| overlap(&link.source, source)).take(MOST_LINKS);
        let own: Vec<&Range<usize>> = own.map(|link| &link.target).collect();
        let is_linked = |target: &Range<usize>| own.iter().any(|link| overlap(link, target));
        let linked = targets.iter().find(|target| is_linked(target) && !taken.contains(target));
        let in_turn = || {
            let turn = sources.iter().position(|other| *other == source)?;
            targets.get(turn).filter(|target| sources.len() == targets.len() && !taken.contains(target))
        };
        let target = linked.or_else(in_turn).copied();
        let ordinal =
            || sides.target_words.iter().find(|target| is_linked(target) && is_ordinal(sides, source, target));
        if let Some(target) = target.or_else(ordinal).filter(|target| !taken.contains(target)) {
            taken.push(target);
            let pieces = cut_at(sides.cuts, source);
            pairs.push(Pair { source: source.clone(), target: target.clone(), pieces });
        }
    }
    pairs
}

/// Words with tags inside that are looked at in one sentence. They are compared with each other: a sentence with more is
/// hostile, or one that is spelled letter by letter.
const MOST_WORDS: usize = 100;
/// Links of one word that are looked at.
const MOST_LINKS: usize = 20;

/// Whether both are one number with a short ending that a tag cuts off: `64th` and `64º`.
fn is_ordinal(sides: &Sides, source: &Range<usize>, target: &Range<usize>) -> bool {
    let next = sides.cuts.partition_point(|at| *at <= source.start);
    let is_last = sides.cuts.get(next + 1).is_none_or(|at| *at >= source.end);
    let number = &sides.source[source.start..sides.cuts[next]];
    let ending = sides.target[target.clone()].strip_prefix(number);
    is_last
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && ending
            .is_some_and(|ending| matches!(ending.chars().count(), 1..=3) && ending.chars().all(char::is_alphabetic))
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// What a link says besides that a word became its equal.
fn without(pair: &Pair, link: &Link) -> Vec<Link> {
    let targets: Vec<Range<usize>> = around(&link.target, &pair.target).collect();
    let of_source = |source: Range<usize>| {
        targets.iter().map(move |target| Link { source: source.clone(), target: target.clone() })
    };
    around(&link.source, &pair.source).flat_map(of_source).collect()
}

/// The parts of a range before and behind another.
fn around(range: &Range<usize>, hole: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let before = range.start..range.end.min(hole.start);
    let behind = range.start.max(hole.end)..range.end;
    [before, behind].into_iter().filter(|part| !part.is_empty())
}
