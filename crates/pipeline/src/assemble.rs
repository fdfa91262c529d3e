//! Puts the translations of a segment's stretches together again, with the white space between them as it was.

use std::ops::Range;

use terjuman_model::Segment;
use terjuman_nmt::{Fixed, Link, Source, Translated};

use crate::drive::as_source;
use crate::plan::{Plan, Way};

/// A stretch of the source and its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// In the segment's text.
    pub(crate) source: Range<usize>,
    /// In the translation.
    pub(crate) target: Range<usize>,
    /// Its links by the engine: a range of [`Assembled::links`].
    pub(crate) links: Range<usize>,
    /// Its links of what came out verbatim.
    pub(crate) verbatim: Range<usize>,
}

/// A segment translated, its tags not yet in place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assembled {
    /// The translation.
    pub(crate) text: String,
    /// In order. Between two of them both texts are the same.
    pub(crate) sentences: Vec<Sentence>,
    /// Over both whole texts, sentence by sentence; none where the segment has no tags.
    pub(crate) links: Vec<Link>,
    /// Where sentences and fixed texts begin and end in the source, in order: no word goes on there.
    pub(crate) source_borders: Vec<usize>,
    /// The same in the translation.
    pub(crate) target_borders: Vec<usize>,
    /// What kept its source because the engine could do no better, as stretches of the segment's text.
    pub(crate) kept_as_source: Vec<Range<usize>>,
}

/// Puts segment `index` together from the units' translations.
pub(crate) fn assemble(
    segment: &Segment,
    index: usize,
    plan: &Plan,
    units: &[Source],
    translated: &[Translated],
) -> Assembled {
    let text = segment.source.text();
    let marks: Vec<usize> = segment.source.marks().iter().map(|mark| mark.at).collect();
    let mut out = Assembled { text: String::with_capacity(text.len() + text.len() / 2), ..Assembled::default() };
    let mut at = 0;
    for stretch in plan.stretches(index) {
        out.text.push_str(&text[at..stretch.range.start]);
        match &stretch.way {
            Way::Unit(unit) => {
                let (unit, answer) = (&units[*unit], &translated[*unit]);
                if answer.kept_as_source {
                    out.kept_as_source.push(stretch.range.clone());
                }
                out.push(&stretch.range, answer, &unit.fixed, &marks);
            }
            Way::Copied(fixed) => {
                let linked = !marks.is_empty();
                let unit = Source { text: text[stretch.range.clone()].to_owned(), fixed: fixed.clone(), linked };
                out.push(&stretch.range, &as_source(&unit), fixed, &marks);
            }
        }
        at = stretch.range.end;
    }
    out.text.push_str(&text[at..]);
    out.source_borders.sort_unstable();
    out.target_borders.sort_unstable();
    out
}

impl Assembled {
    fn push(&mut self, source: &Range<usize>, answer: &Translated, fixed: &[Fixed], marks: &[usize]) {
        let start = self.text.len();
        self.text.push_str(&answer.text);
        let first_link = self.links.len();
        let mut first_verbatim = first_link;
        if !marks.is_empty() {
            self.source_borders.extend([source.start, source.end]);
            self.source_borders.extend(
                fixed.iter().flat_map(|fixed| [fixed.range.start, fixed.range.end]).map(|at| source.start + at),
            );
            self.target_borders.extend([start, self.text.len()]);
            self.target_borders
                .extend(answer.fixed.iter().flat_map(|place| [place.start, place.end]).map(|at| start + at));
            let shift = |range: &Range<usize>, by: usize| range.start + by..range.end + by;
            // What is fixed verbatim is linked letter by letter where tags stand inside; the engine knows it as one.
            let verbatim: Vec<_> = fixed
                .iter()
                .zip(&answer.fixed)
                .filter(|(fixed, place)| fixed.text.len() == fixed.range.len() && place.len() == fixed.range.len())
                .collect();
            let is_verbatim =
                |link: &Link| verbatim.binary_search_by(|(fixed, _)| overlap_order(&fixed.range, &link.source)).is_ok();
            for link in answer.links.iter().filter(|link| !is_verbatim(link)) {
                self.links.push(Link { source: shift(&link.source, source.start), target: shift(&link.target, start) });
            }
            first_verbatim = self.links.len();
            for (fixed, place) in verbatim {
                let fixed_source = shift(&fixed.range, source.start);
                for piece in cut_at(marks, &fixed_source) {
                    let target = shift(&piece, 0).start - fixed_source.start + place.start + start;
                    self.links.push(Link { target: target..target + piece.len(), source: piece });
                }
            }
        }
        self.sentences.push(Sentence {
            source: source.clone(),
            target: start..self.text.len(),
            links: first_link..first_verbatim,
            verbatim: first_verbatim..self.links.len(),
        });
    }
}

fn overlap_order(fixed: &Range<usize>, link: &Range<usize>) -> std::cmp::Ordering {
    if fixed.end <= link.start {
        std::cmp::Ordering::Less
    } else if fixed.start >= link.end {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Equal
    }
}

/// The range in pieces that no mark is inside of.
pub(crate) fn cut_at(marks: &[usize], range: &Range<usize>) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start = range.start;
    let first = marks.partition_point(|mark| *mark <= range.start);
    for mark in marks[first..].iter().copied().take_while(|mark| *mark < range.end).chain([range.end]) {
        if mark > start {
            pieces.push(start..mark);
            start = mark;
        }
    }
    pieces
}
