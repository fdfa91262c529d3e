//! Translated pieces of one source, and how they are put together.

use std::ops::Range;

use crate::neural::draft::Draft;
use crate::neural::links::{Side, links};
use crate::neural::model::{Attention, Decoded, Encoded};
use crate::neural::protect::Group;
use crate::neural::restore::Restored;
use crate::neural::units::{units, units_around};
use crate::translator::{Link, Score, Source, Translated};

/// A part of a source, translated.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Source ranges are those of the whole source; target ranges those of `text`.
    pub(crate) links: Vec<Link>,
    /// Fixed ranges by index, and where they stand in `text`.
    pub(crate) fixed: Vec<(usize, Range<usize>)>,
    /// The source text, for want of a translation.
    pub(crate) kept: bool,
    /// How sure the model was; `None` if it was not asked.
    pub(crate) score: Option<Score>,
}

impl Piece {
    /// A part that comes out as it is, but for the fixed ranges in it.
    pub(crate) fn copy(source: &Source, within: Range<usize>) -> Self {
        let mut piece = Self::default();
        let mut at = within.start;
        let first = source.fixed.partition_point(|fixed| fixed.range.start < within.start);
        for (index, fixed) in source.fixed.iter().enumerate().skip(first) {
            if fixed.range.end > within.end {
                break;
            }
            piece.push_copy(source, at..fixed.range.start);
            let start = piece.text.len();
            piece.text.push_str(&fixed.text);
            piece.fixed.push((index, start..piece.text.len()));
            piece.push_link(source, fixed.range.clone(), start);
            at = fixed.range.end;
        }
        piece.push_copy(source, at..within.end);
        piece
    }

    fn push_copy(&mut self, source: &Source, range: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(&source.text[range.clone()]);
        if source.linked {
            let units = units(&source.text[range.clone()]);
            self.links.extend(units.into_iter().map(|unit| Link {
                source: unit.start + range.start..unit.end + range.start,
                target: unit.start + start..unit.end + start,
            }));
        }
    }

    fn push_link(&mut self, source: &Source, from: Range<usize>, start: usize) {
        if source.linked && start < self.text.len() {
            self.links.push(Link { source: from, target: start..self.text.len() });
        }
    }

    /// A part that the model translated.
    pub(crate) fn translated(
        source: &Source,
        groups: &[Group],
        draft: &Draft,
        encoded: &Encoded,
        decoded: &Decoded,
        attention: &Attention,
        restored: Restored,
    ) -> Self {
        let mut piece = Self::default();
        for (group, place) in groups.iter().zip(&restored.groups) {
            let members = group.members.iter();
            piece.fixed.extend(members.map(|(index, at)| (*index, place.start + at.start..place.start + at.end)));
        }
        if source.linked {
            piece.links = word_links(source, groups, draft, encoded, decoded, attention, &restored);
        }
        piece.text = restored.text;
        piece
    }
}

fn word_links(
    source: &Source,
    groups: &[Group],
    draft: &Draft,
    encoded: &Encoded,
    decoded: &Decoded,
    attention: &Attention,
    restored: &Restored,
) -> Vec<Link> {
    let blocks: Vec<_> = groups.iter().map(|group| group.range.clone()).collect();
    let source_units = units_around(&source.text, &draft.within, &blocks);
    let mut target_blocks: Vec<_> = restored.groups.iter().filter(|range| !range.is_empty()).cloned().collect();
    target_blocks.sort_by_key(|range| range.start);
    let target_units = units_around(&restored.text, &(0..restored.text.len()), &target_blocks);
    let source_spans: Vec<_> = encoded.spans.iter().map(|span| draft.origin.map(span)).collect();
    let target_spans: Vec<_> = decoded.spans.iter().map(|span| restored.map.map(span)).collect();
    let is_word = |text: &str, unit: &Range<usize>| text[unit.clone()].chars().any(char::is_alphanumeric);
    let source_words: Vec<_> = source_units.iter().map(|unit| is_word(&source.text, unit)).collect();
    let target_words: Vec<_> = target_units.iter().map(|unit| is_word(&restored.text, unit)).collect();
    let mut found = links(
        &Side { text: &source.text, units: &source_units, words: &source_words, spans: &source_spans, blocks: &blocks },
        &Side {
            text: &restored.text,
            units: &target_units,
            words: &target_words,
            spans: &target_spans,
            blocks: &target_blocks,
        },
        attention,
    );
    // What is known is not guessed.
    found.retain(|link| !blocks.contains(&link.source) && !target_blocks.contains(&link.target));
    for (group, place) in groups.iter().zip(&restored.groups) {
        found.extend(group_links(source, group, place));
    }
    // What was held back from the end stands at the end of both.
    let held = draft.end.clone();
    let start = restored.text.len() - held.len();
    found.extend(units(&source.text[held.clone()]).into_iter().map(|unit| Link {
        source: unit.start + held.start..unit.end + held.start,
        target: unit.start + start..unit.end + start,
    }));
    found.sort_by_key(|link| (link.target.start, link.source.start));
    found.dedup();
    found
}

/// A group's members are linked one by one, and what stands between them, which is the same on both sides.
fn group_links(source: &Source, group: &Group, place: &Range<usize>) -> Vec<Link> {
    let mut links = Vec::with_capacity(2 * group.members.len() + 1);
    let mut push = |from: Range<usize>, to: Range<usize>| {
        if !source.text[from.clone()].trim().is_empty() && !to.is_empty() {
            links.push(Link { source: from, target: to.start + place.start..to.end + place.start });
        }
    };
    let (mut from, mut to) = (group.range.start, 0);
    for (index, at) in &group.members {
        let member = &source.fixed[*index].range;
        push(from..member.start, to..at.start);
        push(member.clone(), at.clone());
        (from, to) = (member.end, at.end);
    }
    push(from..group.range.end, to..place.len());
    links
}

/// Puts the pieces of a source together; what stands between their ranges comes out as it is. `parts` are in order.
pub(crate) fn join(source: &Source, parts: impl Iterator<Item = (Range<usize>, Piece)>) -> Translated {
    let mut out =
        Translated { fixed: vec![0..0; source.fixed.len()], ..String::with_capacity(source.text.len() * 5 / 4).into() };
    let mut at = 0;
    for (range, piece) in parts {
        append(&mut out, Piece::copy(source, at..range.start));
        append(&mut out, piece);
        at = range.end;
    }
    append(&mut out, Piece::copy(source, at..source.text.len()));
    out
}

fn append(out: &mut Translated, piece: Piece) {
    let shift = out.text.len();
    let moved = |range: &Range<usize>| range.start + shift..range.end + shift;
    out.links.extend(piece.links.iter().map(|link| Link { source: link.source.clone(), target: moved(&link.target) }));
    for (index, range) in &piece.fixed {
        out.fixed[*index] = moved(range);
    }
    out.kept_as_source |= piece.kept;
    out.score = match (out.score, piece.score) {
        (Some(before), Some(score)) => Some(before.and(score)),
        (before, score) => before.or(score),
    };
    out.text.push_str(&piece.text);
}
