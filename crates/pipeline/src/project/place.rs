//! Puts every tag at its place: formatting over the words it came with, things over their ranges, and what has no width
//! beside its word. Pairs come out nested whatever the order of the words.

use std::rc::Rc;

use terjuman_model::{Edge, Mark, TaggedText};

use super::atoms::{Atoms, Side};
use super::endings::hide_endings;
use super::islands::drop_islands;
use super::source::{Cluster, SourceTags};
use super::things::{Things, near};

/// A translation with all its tags.
pub(super) struct PlacedTags {
    pub(super) translation: TaggedText,
    /// Where the text got a blank that the engine had folded, in order, as places before that.
    blanks: Vec<usize>,
}

impl PlacedTags {
    /// Places of the text as it was, in the text with its blanks.
    pub(super) fn moved(&self, places: &[usize]) -> Vec<usize> {
        places.iter().map(|place| place + self.blanks.partition_point(|blank| blank < place)).collect()
    }
}

/// The translation with all tags; `None` if there are too many.
pub(super) fn place(source: &str, text: &str, tags: &SourceTags, atoms: &Atoms) -> Option<PlacedTags> {
    let things = Things::new(source, text, tags, atoms);
    let mut formats = formats(tags, atoms, &things);
    drop_islands(source, text, tags, atoms, &things, &mut formats);
    hide_endings(source, text, tags, atoms, &things, &mut formats);
    let clusters = clusters(source, tags, atoms, &things, &formats);
    let mut writer = Writer {
        tags,
        things: &things,
        enclosing: enclosing(tags, &things, &formats),
        stack: Vec::new(),
        blanks: Vec::new(),
        marks: Vec::with_capacity(2 * tags.pairs.len() + tags.clusters.len()),
        steps: 0,
    };
    let mut clusters = clusters.iter().peekable();
    let starts = atoms.atoms.iter().map(|atom| atom.range.start).chain([text.len()]);
    for (index, at) in starts.enumerate() {
        while let Some(cluster) = clusters.next_if(|cluster| cluster.spot.index == index) {
            writer.move_to(at, cluster.spot.thing, &cluster.formats)?;
            writer.cluster(at, &tags.clusters[cluster.cluster], text);
        }
        if let (Some(thing), Some(formats)) = (things.owners.get(index), formats.get(index)) {
            writer.move_to(at, *thing, formats)?;
        }
    }
    writer.move_to(text.len(), None, &[])?;
    let translation = TaggedText::with_marks(with_blanks(text, &writer.blanks), writer.marks);
    Some(PlacedTags { translation, blanks: writer.blanks })
}

/// The text with a blank at each of the places.
fn with_blanks(text: &str, places: &[usize]) -> String {
    let mut out = String::with_capacity(text.len() + places.len());
    let mut start = 0;
    for place in places {
        out.push_str(&text[start..*place]);
        out.push(' ');
        start = *place;
    }
    out.push_str(&text[start..]);
    out
}

/// For each atom, the formatting over it, in the order in which it opens in the source.
fn formats(tags: &SourceTags, atoms: &Atoms, things: &Things) -> Vec<Vec<usize>> {
    let mut has_atoms = vec![false; tags.pairs.len()];
    let mut formats: Vec<Vec<usize>> = Vec::with_capacity(atoms.atoms.len());
    for (index, atom) in atoms.atoms.iter().enumerate() {
        // Formatting of a thing's text does not leave the thing.
        let stays = |pair: &usize| {
            let pair = &tags.pairs[*pair];
            !pair.is_thing && pair.thing.is_none_or(|thing| things.holds(thing, index))
        };
        let mut over: Vec<usize> = atom.label.iter().copied().filter(stays).collect();
        let owner = things.owners[index];
        if let Some(thing) = owner.filter(|thing| atom.label.binary_search(thing).is_err()) {
            over.extend(formats_over(thing, tags));
            over.sort_unstable();
            over.dedup();
        }
        for pair in over.iter().filter(|pair| !atom.is_blank || tags.pairs[**pair].is_blank) {
            has_atoms[*pair] = true;
        }
        formats.push(over);
    }
    for (index, pair) in tags.pairs.iter().enumerate().filter(|(index, pair)| !pair.is_thing && !has_atoms[*index]) {
        let allowed = pair.thing.and_then(|thing| things.range(thing));
        let (first, last) = near(index, allowed, tags, atoms, |atom| things.owners[atom] == pair.thing);
        for over in formats.iter_mut().take(last + 1).skip(first) {
            if let Err(place) = over.binary_search(&index) {
                over.insert(place, index);
            }
        }
    }
    formats
}

/// Formatting over all of a thing's text in the source: words that come into the thing get it, too.
fn formats_over(thing: usize, tags: &SourceTags) -> Vec<usize> {
    let range = &tags.pairs[thing].range;
    let around = tags.pairs[thing].parents.iter().copied().filter(|pair| !tags.pairs[*pair].is_thing);
    // What opens with the thing and closes with it follows it directly.
    let inside = tags.pairs.iter().enumerate().skip(thing + 1);
    let inside = inside.take_while(|(_, pair)| pair.range == *range).filter(|(_, pair)| !pair.is_thing);
    around.chain(inside.map(|(index, _)| index)).collect()
}

/// For each thing, the formatting that is around it in the source and over all of it in the translation: it is written
/// around the thing, all other inside.
fn enclosing(tags: &SourceTags, things: &Things, formats: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let of = |(index, pair): (usize, &super::source::Pair)| {
        let Some((first, last)) = things.range(index) else { return Vec::new() };
        let mut around: Vec<usize> = pair.parents.iter().copied().filter(|pair| !tags.pairs[*pair].is_thing).collect();
        for over in &formats[first..=last] {
            if around.is_empty() {
                break;
            }
            around.retain(|pair| over.binary_search(pair).is_ok());
        }
        around
    };
    tags.pairs.iter().enumerate().map(of).collect()
}

/// A place for something without width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    /// Before which atom.
    index: usize,
    /// The thing around it.
    thing: Option<usize>,
    /// How deep in a thing that ends here (below 0) or begins here (above 0).
    nearness: isize,
    side: Side,
}

impl Spot {
    fn key(&self) -> (usize, isize, Side) {
        (self.index, self.nearness, self.side)
    }
}

struct PlacedCluster {
    cluster: usize,
    spot: Spot,
    formats: Vec<usize>,
}

/// The clusters in the order in which they are written.
fn clusters(
    source: &str,
    tags: &SourceTags,
    atoms: &Atoms,
    things: &Things,
    formats: &[Vec<usize>],
) -> Vec<PlacedCluster> {
    let mut placed = Vec::with_capacity(tags.clusters.len());
    let mut last: [Option<Spot>; 2] = [None, None];
    for (index, cluster) in tags.clusters.iter().enumerate() {
        let (before, side) = atoms.place(source, cluster.at);
        let mut spot = spot(before, side, cluster.thing, things);
        let before =
            last.iter().zip(cluster.ordered).filter(|(_, is_ordered)| *is_ordered).filter_map(|(last, _)| *last);
        if let Some(before) = before.max_by_key(Spot::key).filter(|before| before.key() > spot.key()) {
            spot = before;
        }
        for (last, _) in last.iter_mut().zip(cluster.ordered).filter(|(_, is_ordered)| *is_ordered) {
            *last = Some(spot);
        }
        placed.push(PlacedCluster {
            cluster: index,
            formats: formats_at(&spot, &cluster.parents, tags, things, formats),
            spot,
        });
    }
    placed.sort_by_key(|cluster| cluster.spot.key());
    placed
}

/// The place before an atom that is inside of `thing` and of every thing that goes on there.
fn spot(before: usize, side: Side, thing: Option<usize>, things: &Things) -> Spot {
    let index = match thing.and_then(|thing| things.range(thing)) {
        Some((first, last)) => before.clamp(first, last + 1),
        None => before,
    };
    let left = index.checked_sub(1).and_then(|left| things.owners[left]);
    let right = things.owners.get(index).copied().flatten();
    let around = things.around_both(left, right);
    let depth = isize::try_from(things.depth(thing)).unwrap_or(isize::MAX);
    if things.is_within(around, thing) {
        Spot { index, thing: around, nearness: 0, side }
    } else if things.is_within(left, thing) {
        Spot { index, thing, nearness: -depth, side }
    } else {
        Spot { index, thing, nearness: depth, side }
    }
}

/// The formatting at a spot: what the cluster had and one of its neighbours has, and what both have.
fn formats_at(
    spot: &Spot,
    parents: &Rc<[usize]>,
    tags: &SourceTags,
    things: &Things,
    formats: &[Vec<usize>],
) -> Vec<usize> {
    let none = Vec::new();
    let left = spot.index.checked_sub(1).map_or(&none, |left| &formats[left]);
    let right = formats.get(spot.index).unwrap_or(&none);
    let has = |over: &Vec<usize>, pair: &usize| over.binary_search(pair).is_ok();
    let own = parents.iter().copied().filter(|pair| has(left, pair) || has(right, pair));
    let both = left.iter().copied().filter(|pair| has(right, pair));
    let stays = |pair: &usize| {
        let pair = &tags.pairs[*pair];
        !pair.is_thing && things.is_within(spot.thing, pair.thing)
    };
    let mut at: Vec<usize> = own.chain(both).filter(stays).collect();
    at.sort_unstable();
    at.dedup();
    at
}

struct Writer<'a> {
    tags: &'a SourceTags,
    things: &'a Things,
    enclosing: Vec<Vec<usize>>,
    /// The pairs that are open.
    stack: Vec<usize>,
    /// Where a blank is put into the translation, in order.
    blanks: Vec<usize>,
    marks: Vec<Mark>,
    steps: usize,
}

/// Pairs that are looked at in one segment; one with more is hostile.
const MOST_STEPS: usize = 50_000_000;

impl Writer<'_> {
    /// Closes and opens what must be, so that what follows at `at` is inside of `thing` and `formats`.
    fn move_to(&mut self, at: usize, thing: Option<usize>, formats: &[usize]) -> Option<()> {
        let stack = self.stack_of(thing, formats);
        self.steps += stack.len() + 1;
        if self.steps > MOST_STEPS {
            return None;
        }
        let at = at + self.blanks.len();
        let common = self.stack.iter().zip(&stack).take_while(|(a, b)| a == b).count();
        for pair in self.stack.drain(common..).rev() {
            self.marks.push(Mark { at, tag: self.tags.pairs[pair].tag, edge: Edge::Close });
        }
        for pair in &stack[common..] {
            self.marks.push(Mark { at, tag: self.tags.pairs[*pair].tag, edge: Edge::Open });
        }
        self.stack = stack;
        Some(())
    }

    /// Writes what has no width. A picture between two blanks keeps both: engines fold them to one.
    fn cluster(&mut self, at: usize, cluster: &Cluster, text: &str) {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().next();
        let is_spaced = cluster.is_spaced && !self.stack.iter().any(|pair| self.tags.pairs[*pair].is_verbatim);
        let lacks = |side: Option<char>| is_spaced && side.is_some_and(|side| !side.is_whitespace());
        if lacks(before) && !lacks(after) {
            self.blanks.push(at);
        }
        let place = at + self.blanks.len();
        self.marks.extend(cluster.marks.iter().map(|mark| Mark { at: place, ..*mark }));
        if lacks(after) && !lacks(before) {
            self.blanks.push(at);
        }
    }

    /// The pairs around a place, outermost first. Things come in their order; formatting around one of them before it.
    fn stack_of(&self, thing: Option<usize>, formats: &[usize]) -> Vec<usize> {
        let mut chain = Vec::new();
        let mut around = thing;
        while let Some(thing) = around {
            chain.push(thing);
            around = self.things.parent(thing);
        }
        let mut stack: Vec<usize> = Vec::with_capacity(chain.len() + formats.len());
        for thing in chain.into_iter().rev() {
            for pair in &self.enclosing[thing] {
                if !stack.contains(pair) {
                    stack.push(*pair);
                }
            }
            stack.push(thing);
        }
        for pair in formats {
            if !stack.contains(pair) {
                stack.push(*pair);
            }
        }
        stack
    }
}
