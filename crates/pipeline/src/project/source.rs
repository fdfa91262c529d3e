//! The marks of a segment, understood: which pairs hold text, which things stand between letters, and under which pairs
//! each letter is.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use terjuman_model::{Edge, Mark, Segment, TagId, TagKind};

use super::words::is_blank;

/// Indexes of pairs, in the order in which they open.
pub(super) type Label = Rc<[usize]>;

/// A pair of marks with text between them.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) tag: TagId,
    /// Must come out in one range: [`TagKind::Whole`] and [`TagKind::Protected`].
    pub(super) is_thing: bool,
    /// Holds its text as it was and nothing else: [`TagKind::Protected`].
    pub(super) is_verbatim: bool,
    /// The text between the marks.
    pub(super) range: Range<usize>,
    /// Whether that text is white space only.
    pub(super) is_blank: bool,
    /// The pairs around it, outermost first.
    pub(super) parents: Label,
    /// The innermost thing around it.
    pub(super) thing: Option<usize>,
}

/// Marks at one place that stay together: a point, a break, half a pair, an empty pair with all inside it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) at: usize,
    pub(super) marks: Vec<Mark>,
    /// The pairs around it, outermost first.
    pub(super) parents: Label,
    /// The innermost thing around it.
    pub(super) thing: Option<usize>,
    /// Whether there are halves of pairs among the marks, and whether there are breaks: each keep their order.
    pub(super) ordered: [bool; 2],
    /// Whether it is a thing with blanks on both sides.
    pub(super) is_spaced: bool,
}

/// A segment's marks.
pub(super) struct SourceTags {
    /// In the order in which they open.
    pub(super) pairs: Vec<Pair>,
    /// In reading order.
    pub(super) clusters: Vec<Cluster>,
    /// From each place on, the pairs around the text; the first is at 0.
    pub(super) labels: Vec<(usize, Label)>,
    /// Where there are marks, each place once.
    pub(super) places: Vec<usize>,
}

/// Marks times depth that are followed; a segment with more is hostile.
const MOST_STEPS: usize = 4_000_000;

impl SourceTags {
    /// `None` if the marks are nested too deep for their number.
    pub(super) fn read(segment: &Segment) -> Option<Self> {
        let marks = segment.source.marks();
        let partners = partners(segment);
        let mut reader = Reader {
            segment,
            partners: &partners,
            open: Vec::new(),
            label: Rc::from([]),
            pair_of: HashMap::new(),
            steps: 0,
            tags: Self { pairs: Vec::new(), clusters: Vec::new(), labels: vec![(0, Rc::from([]))], places: Vec::new() },
        };
        let mut in_cluster = vec![false; marks.len()];
        for index in 0..marks.len() {
            reader.read(index, &mut in_cluster)?;
        }
        Some(reader.tags)
    }

    /// The labels over a range of the source: the bytes of each stretch and its label.
    pub(super) fn labels_over(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &Label)> {
        let first = self.labels.partition_point(|(at, _)| *at <= range.start).saturating_sub(1);
        let (start, end) = (range.start, range.end);
        let rest = &self.labels[first..];
        rest.iter().enumerate().take_while(move |(_, (at, _))| *at < end).filter_map(move |(index, (at, label))| {
            let until = rest.get(index + 1).map_or(end, |(next, _)| (*next).min(end));
            let from = (*at).max(start);
            (until > from).then_some((until - from, label))
        })
    }

    /// The label of the letter at `at`.
    pub(super) fn label_at(&self, at: usize) -> &Label {
        let index = self.labels.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        &self.labels[index].1
    }
}

/// For each mark of a pair, the other one; halves of pairs have none.
fn partners(segment: &Segment) -> Vec<Option<usize>> {
    let marks = segment.source.marks();
    let mut partners = vec![None; marks.len()];
    let mut open: HashMap<TagId, Vec<usize>> = HashMap::new();
    for (index, mark) in marks.iter().enumerate() {
        match mark.edge {
            _ if !segment.kind(mark.tag).is_paired() => {}
            Edge::Open => open.entry(mark.tag).or_default().push(index),
            Edge::Close => {
                if let Some(start) = open.get_mut(&mark.tag).and_then(Vec::pop) {
                    partners[start] = Some(index);
                    partners[index] = Some(start);
                }
            }
            Edge::Point => {}
        }
    }
    partners
}

struct Reader<'a> {
    segment: &'a Segment,
    partners: &'a [Option<usize>],
    /// The pairs that are open, in order.
    open: Vec<usize>,
    label: Label,
    /// By the index of the opening mark.
    pair_of: HashMap<usize, usize>,
    steps: usize,
    tags: SourceTags,
}

impl Reader<'_> {
    fn read(&mut self, index: usize, in_cluster: &mut [bool]) -> Option<()> {
        let marks = self.segment.source.marks();
        let mark = marks[index];
        if self.tags.places.last() != Some(&mark.at) {
            self.tags.places.push(mark.at);
        }
        if in_cluster[index] {
            return Some(());
        }
        if self.holds_text(index) {
            return self.edge(index);
        }
        let mut end = self.partners[index].unwrap_or(index);
        let mut cluster = Vec::new();
        let mut at = index;
        while at <= end {
            if !self.holds_text(at) && !in_cluster[at] {
                in_cluster[at] = true;
                cluster.push(marks[at]);
                end = end.max(self.partners[at].unwrap_or(at));
            }
            at += 1;
        }
        let holds = |kind| cluster.iter().any(|mark| self.segment.kind(mark.tag) == kind);
        let ordered = [holds(TagKind::Isolated), holds(TagKind::Break)];
        let text = self.segment.source.text();
        let is_spaced = ordered == [false; 2]
            && text[..mark.at].ends_with(char::is_whitespace)
            && text[mark.at..].starts_with(char::is_whitespace);
        let thing = self.thing();
        let parents = Rc::clone(&self.label);
        self.tags.clusters.push(Cluster { at: mark.at, marks: cluster, parents, thing, ordered, is_spaced });
        Some(())
    }

    /// Whether the mark belongs to a pair with text in it.
    fn holds_text(&self, index: usize) -> bool {
        let marks = self.segment.source.marks();
        self.partners[index].is_some_and(|partner| marks[partner].at != marks[index].at)
    }

    fn thing(&self) -> Option<usize> {
        self.open.iter().rev().copied().find(|pair| self.tags.pairs[*pair].is_thing)
    }

    fn edge(&mut self, index: usize) -> Option<()> {
        let marks = self.segment.source.marks();
        let mark = marks[index];
        let partner = self.partners[index]?;
        if mark.edge == Edge::Open {
            let range = mark.at..marks[partner].at;
            let pair = self.tags.pairs.len();
            self.tags.pairs.push(Pair {
                tag: mark.tag,
                is_thing: self.segment.kind(mark.tag) != TagKind::Format,
                is_verbatim: self.segment.kind(mark.tag) == TagKind::Protected,
                is_blank: is_blank(&self.segment.source.text()[range.clone()]),
                range,
                parents: Rc::clone(&self.label),
                thing: self.thing(),
            });
            self.pair_of.insert(index, pair);
            self.open.push(pair);
        } else if let Some(pair) = self.pair_of.get(&partner) {
            self.open.retain(|open| open != pair);
        }
        self.steps += self.open.len() + 1;
        if self.steps > MOST_STEPS {
            return None;
        }
        self.label = Rc::from(self.open.as_slice());
        match self.tags.labels.last_mut() {
            Some((at, label)) if *at == mark.at => *label = Rc::clone(&self.label),
            _ => self.tags.labels.push((mark.at, Rc::clone(&self.label))),
        }
        Some(())
    }
}
