//! Whether a translation's tags are what a filter may be handed. Nothing unverified reaches a merge.

use std::collections::{HashMap, HashSet};

use terjuman_model::{Edge, Segment, TagId, TagKind, TaggedText};

use super::endings::is_ordinal_ending;
use super::words::{inside_words, is_blank};

/// What is wrong with the tags of a translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A tag is missing, or is there more often than its kind allows.
    Number(TagId),
    /// A pair closes that is not the innermost one open.
    Nesting(TagId),
    /// A pair with text has none any more.
    Emptied(TagId),
    /// Protected text is not what it was.
    Changed(TagId),
    /// Tags that keep their order among themselves do not.
    Order(TagId),
    /// A tag came to stand inside a word.
    InsideWord(TagId),
}

/// Checks a translation against its segment. `borders` and `target_borders` are where sentences begin and end: no word
/// goes on there although no blank may stand between.
pub(super) fn verify(
    segment: &Segment,
    translation: &TaggedText,
    borders: &[usize],
    target_borders: &[usize],
) -> Result<(), Flaw> {
    let source = read(segment, &segment.source, Nesting::AsItComes)?;
    let target = read(segment, translation, Nesting::Strict)?;
    for (tag, was) in &source.pairs {
        let is = target.pairs.get(tag).ok_or(Flaw::Number(*tag))?;
        if is.times != was.times && (segment.kind(*tag) != TagKind::Format || is.times < was.times) {
            return Err(Flaw::Number(*tag));
        }
        // White space at its ends may be that between two sentences, which does not move.
        if segment.kind(*tag) == TagKind::Protected && !is_blank(&was.text) && is.text.trim() != was.text.trim() {
            return Err(Flaw::Changed(*tag));
        }
        if !is_blank(&was.text) && is.is_blank && !was.is_ending {
            return Err(Flaw::Emptied(*tag));
        }
    }
    if let Some(tag) = target.pairs.keys().find(|tag| !source.pairs.contains_key(tag)) {
        return Err(Flaw::Number(*tag));
    }
    let counted = |marks: &[(TagId, Edge)]| {
        let mut counts: HashMap<(TagId, Edge), usize> = HashMap::new();
        for mark in marks {
            *counts.entry(*mark).or_default() += 1;
        }
        counts
    };
    let (was, is) = (counted(&source.single), counted(&target.single));
    if let Some(((tag, _), _)) = was.iter().find(|(mark, count)| is.get(*mark) != Some(count)) {
        return Err(Flaw::Number(*tag));
    }
    if was.len() != is.len() {
        return Err(Flaw::Number(target.single[0].0));
    }
    for kind in [TagKind::Isolated, TagKind::Break] {
        let of = |found: &Found| -> Vec<(TagId, Edge)> {
            found.single.iter().copied().filter(|(tag, _)| segment.kind(*tag) == kind).collect()
        };
        let (was, is) = (of(&source), of(&target));
        if let Some((mark, _)) = was.iter().zip(&is).find(|(was, is)| was != is) {
            return Err(Flaw::Order(mark.0));
        }
    }
    words(segment, translation, borders, target_borders)
}

/// No tag inside a word, unless it was so.
fn words(segment: &Segment, translation: &TaggedText, borders: &[usize], target_borders: &[usize]) -> Result<(), Flaw> {
    let inside = |text: &TaggedText, borders: &[usize]| {
        let mut places: Vec<usize> = text.marks().iter().map(|mark| mark.at).collect();
        places.dedup();
        inside_words(text.text(), &places, borders)
    };
    let is = inside(translation, target_borders);
    if is.is_empty() {
        return Ok(());
    }
    let was = inside(&segment.source, borders);
    let of_source = segment.source.marks().iter().filter(|mark| was.binary_search(&mark.at).is_ok());
    let allowed: HashSet<TagId> = of_source.map(|mark| mark.tag).collect();
    // Where one tag may cut a word, so may those that must make room for it.
    let cuts: HashSet<usize> =
        translation.marks().iter().filter(|mark| allowed.contains(&mark.tag)).map(|mark| mark.at).collect();
    let mut marks = translation.marks().iter().filter(|mark| is.binary_search(&mark.at).is_ok());
    match marks.find(|mark| !cuts.contains(&mark.at)) {
        Some(mark) => Err(Flaw::InsideWord(mark.tag)),
        None => Ok(()),
    }
}

#[derive(Default)]
struct PairFound {
    times: usize,
    text: String,
    is_blank: bool,
    /// Formatting of an ordinal number's ending and of nothing else: it may have nothing to be over.
    is_ending: bool,
}

#[derive(Default)]
struct Found {
    pairs: HashMap<TagId, PairFound>,
    single: Vec<(TagId, Edge)>,
}

/// What is asked of the order of pairs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    /// Documents have crossing tags.
    AsItComes,
    /// Translations do not.
    Strict,
}

fn read(segment: &Segment, text: &TaggedText, nesting: Nesting) -> Result<Found, Flaw> {
    let marks = text.marks();
    // A half of a pair that has no other half in the source is as good as isolated.
    let mut balance: HashMap<TagId, (usize, usize)> = HashMap::new();
    for mark in marks.iter().filter(|mark| segment.kind(mark.tag).is_paired()) {
        let (opens, closes) = balance.entry(mark.tag).or_default();
        match mark.edge {
            Edge::Open => *opens += 1,
            Edge::Close => *closes += 1,
            Edge::Point => {}
        }
    }
    let is_pair = |tag: TagId| balance.get(&tag).is_some_and(|(opens, closes)| opens == closes && *opens > 0);
    let mut found = Found::default();
    let mut open: Vec<(TagId, usize)> = Vec::new();
    for mark in marks {
        match mark.edge {
            Edge::Open if is_pair(mark.tag) => open.push((mark.tag, mark.at)),
            Edge::Close if is_pair(mark.tag) => {
                let index = open.iter().rposition(|(tag, _)| *tag == mark.tag).ok_or(Flaw::Nesting(mark.tag))?;
                if nesting == Nesting::Strict && index + 1 < open.len() {
                    return Err(Flaw::Nesting(mark.tag));
                }
                let (_, start) = open.remove(index);
                let inside = &text.text()[start..mark.at];
                let pair =
                    found.pairs.entry(mark.tag).or_insert_with(|| PairFound { is_blank: true, ..PairFound::default() });
                pair.times += 1;
                pair.is_blank &= is_blank(inside);
                pair.is_ending = pair.times == 1
                    && segment.kind(mark.tag) == TagKind::Format
                    && is_ordinal_ending(text.text(), &(start..mark.at));
                if pair.text.is_empty() || segment.kind(mark.tag) == TagKind::Protected {
                    pair.text.push_str(inside);
                }
            }
            _ => found.single.push((mark.tag, mark.edge)),
        }
    }
    Ok(found)
}
