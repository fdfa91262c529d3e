//! Gives each thing (a link, a field, protected text) its one range of the translation.

use super::atoms::Atoms;
use super::islands::is_article;
use super::source::SourceTags;

/// Where the things are. Ranges are nested or apart, never crossing.
pub(super) struct Things {
    /// For each pair, the atoms of its range, first and last; `None` for formatting.
    ranges: Vec<Option<(usize, usize)>>,
    /// For each pair, the thing around it in the translation.
    parents: Vec<Option<usize>>,
    /// For each atom, the innermost thing around it.
    pub(super) owners: Vec<Option<usize>>,
    /// For each pair, how many things are around it and itself.
    depths: Vec<usize>,
}

/// How far from its proportional place a thing without words is put, in atoms.
const NEIGHBOURHOOD: usize = 50;

impl Things {
    pub(super) fn new(source: &str, text: &str, tags: &SourceTags, atoms: &Atoms) -> Self {
        let mut candidates = vec![Vec::new(); tags.pairs.len()];
        for (index, atom) in atoms.atoms.iter().enumerate() {
            for pair in atom.label.iter().filter(|pair| tags.pairs[**pair].is_thing) {
                candidates[*pair].push(index);
            }
        }
        let mut things = Self {
            ranges: vec![None; tags.pairs.len()],
            parents: vec![None; tags.pairs.len()],
            owners: vec![None; atoms.atoms.len()],
            depths: vec![0; tags.pairs.len()],
        };
        let verbatim = verbatim_within(tags, atoms, &candidates);
        // Outer ones open first, so they have their ranges when the inner ones come.
        for (pair, candidates) in candidates.iter().enumerate().filter(|(pair, _)| tags.pairs[*pair].is_thing) {
            let range = if tags.pairs[pair].is_verbatim {
                verbatim[pair]
            } else {
                let best = things.best_range(pair, candidates, tags, atoms);
                let formatted = &source[tags.pairs[pair].range.clone()];
                let best = best.map(|best| without_article(formatted, text, atoms, best));
                hull(best, verbatim[pair])
            };
            let (first, last) = range.unwrap_or_else(|| things.homeless(pair, tags, atoms));
            things.assign(pair, first, last);
        }
        things.count_depths();
        things
    }

    /// Gives a thing its range. What is in the range already is inside of the thing, from edge to edge.
    fn assign(&mut self, pair: usize, mut first: usize, mut last: usize) {
        let holds = |range: Option<(usize, usize)>, first: usize, last: usize| {
            range.is_some_and(|(start, end)| start <= first && last <= end)
        };
        let mut parent = self.owners.get(first).copied().flatten();
        while let Some(thing) = parent.filter(|thing| !holds(self.ranges[*thing], first, last)) {
            parent = self.parents[thing];
        }
        let mut atom = first;
        while atom <= last && atom < self.owners.len() {
            let mut top = None;
            let mut at = self.owners[atom];
            while at != parent {
                top = at;
                at = at.and_then(|thing| self.parents[thing]);
            }
            match top.and_then(|top| self.ranges[top].map(|range| (top, range))) {
                Some((top, (start, end))) => {
                    self.parents[top] = Some(pair);
                    first = first.min(start);
                    last = last.max(end);
                    atom = end;
                }
                None => self.owners[atom] = Some(pair),
            }
            atom += 1;
        }
        self.parents[pair] = parent;
        self.ranges[pair] = Some((first, last));
    }

    fn count_depths(&mut self) {
        let mut chain = Vec::new();
        for pair in 0..self.parents.len() {
            let mut at = self.ranges[pair].map(|_| pair);
            while let Some(thing) = at.filter(|thing| self.depths[*thing] == 0) {
                chain.push(thing);
                at = self.parents[thing];
            }
            let mut depth = self.depth(at);
            while let Some(thing) = chain.pop() {
                depth += 1;
                self.depths[thing] = depth;
            }
        }
    }

    /// The atoms of a thing's range, first and last.
    pub(super) fn range(&self, pair: usize) -> Option<(usize, usize)> {
        self.ranges[pair]
    }

    /// Whether the atom is within the thing.
    pub(super) fn holds(&self, pair: usize, atom: usize) -> bool {
        self.ranges[pair].is_some_and(|(first, last)| (first..=last).contains(&atom))
    }

    /// How many things are around the inside of `thing`.
    pub(super) fn depth(&self, thing: Option<usize>) -> usize {
        thing.map_or(0, |thing| self.depths[thing])
    }

    /// The thing around `thing` in the translation.
    pub(super) fn parent(&self, thing: usize) -> Option<usize> {
        self.parents[thing]
    }

    /// Whether `inner` is `outer` or within it.
    pub(super) fn is_within(&self, inner: Option<usize>, outer: Option<usize>) -> bool {
        match (inner, outer) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(inner), Some(outer)) => {
                let mut at = Some(inner);
                while let Some(thing) = at.filter(|thing| self.depths[*thing] > self.depths[outer]) {
                    at = self.parents[thing];
                }
                at == Some(outer)
            }
        }
    }

    /// The innermost thing around both.
    pub(super) fn around_both(&self, mut a: Option<usize>, mut b: Option<usize>) -> Option<usize> {
        while a != b {
            if self.depth(a) >= self.depth(b) {
                a = a.and_then(|thing| self.parents[thing]);
            } else {
                b = b.and_then(|thing| self.parents[thing]);
            }
        }
        a
    }

    /// Of the groups of its words, which nothing else of its kind interrupts, the one with most words. A group may hold
    /// as many words of others as of its own.
    fn best_range(
        &self,
        pair: usize,
        candidates: &[usize],
        tags: &SourceTags,
        atoms: &Atoms,
    ) -> Option<(usize, usize)> {
        let around = tags.pairs[pair].thing;
        let weight = |atom: usize| usize::from(!atoms.atoms[atom].is_blank);
        let is_free = |atom: usize| self.owners[atom] == around;
        let is_foreign = |atom: usize| {
            let mut label = atoms.atoms[atom].label.iter();
            label.any(|other| *other != pair && tags.pairs[*other].is_thing && tags.pairs[*other].thing == around)
        };
        // First, last, own words, others' words.
        let mut best: Option<(usize, usize, usize, usize)> = None;
        let mut group: Option<(usize, usize, usize, usize)> = None;
        for candidate in candidates.iter().copied().filter(|atom| is_free(*atom)) {
            let joined = group.and_then(|(first, last, own, others)| {
                let mut gap = others;
                for atom in last + 1..candidate {
                    gap += weight(atom);
                    if gap > own + weight(candidate) || !is_free(atom) || is_foreign(atom) {
                        return None;
                    }
                }
                Some((first, candidate, own + weight(candidate), gap))
            });
            let next = joined.unwrap_or((candidate, candidate, weight(candidate), 0));
            group = Some(next);
            if best.is_none_or(|best| next.2 > best.2 || (next.0 == best.0 && next.2 == best.2)) {
                best = group;
            }
        }
        best.filter(|best| best.2 > 0 || tags.pairs[pair].is_blank).map(|best| (best.0, best.1))
    }

    /// Atoms for a thing whose words came out as none: those that came from it in part, else one near its place.
    fn homeless(&self, pair: usize, tags: &SourceTags, atoms: &Atoms) -> (usize, usize) {
        let around = tags.pairs[pair].thing;
        let allowed = around.and_then(|thing| self.ranges[thing]);
        let (first, last) = near(pair, allowed, tags, atoms, |atom| self.owners[atom] == around);
        // Where others are already, one atom is always free: inside of them all.
        let is_apart = (first..=last).all(|atom| self.owners[atom] == self.owners[first]);
        if is_apart { (first, last) } else { (first, first) }
    }
}

/// The range without an article before the name that it is: `veja o *Capítulo 7*`.
fn without_article(formatted: &str, text: &str, atoms: &Atoms, (first, last): (usize, usize)) -> (usize, usize) {
    let next = (first + 1..=last).find(|atom| !atoms.atoms[*atom].is_blank);
    let word = &text[atoms.atoms[first].range.clone()];
    match next {
        Some(next) if next > first + 1 && is_article(formatted, word, &text[atoms.atoms[next].range.start..]) => {
            (next, last)
        }
        _ => (first, last),
    }
}

/// For each thing, the first and last atom of the protected texts that it is or holds: they are where they are.
fn verbatim_within(tags: &SourceTags, atoms: &Atoms, candidates: &[Vec<usize>]) -> Vec<Option<(usize, usize)>> {
    let mut within = vec![None; tags.pairs.len()];
    for (pair, candidates) in candidates.iter().enumerate().filter(|(pair, _)| tags.pairs[*pair].is_verbatim) {
        // White space at its ends may have become that between sentences, and stayed behind.
        let words = |run: &&[usize]| run.iter().filter(|atom| !atoms.atoms[**atom].is_blank).count();
        let run = candidates.chunk_by(|a, b| a + 1 == *b).max_by_key(words);
        let own = run.and_then(|run| run.first().copied().zip(run.last().copied()));
        within[pair] = hull(within[pair], own);
        let mut around = tags.pairs[pair].thing.filter(|_| !tags.pairs[pair].is_blank && own.is_some());
        while let Some(thing) = around {
            within[thing] = hull(within[thing], own);
            around = tags.pairs[thing].thing;
        }
    }
    within
}

/// The least range around both.
fn hull(a: Option<(usize, usize)>, b: Option<(usize, usize)>) -> Option<(usize, usize)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (one, other) => one.or(other),
    }
}

/// The best atoms for a pair that has none, first and last, within `allowed`: those that came from it in part, else the
/// one nearest to its place that `prefer` likes.
pub(super) fn near(
    pair: usize,
    allowed: Option<(usize, usize)>,
    tags: &SourceTags,
    atoms: &Atoms,
    prefer: impl Fn(usize) -> bool,
) -> (usize, usize) {
    let range = &tags.pairs[pair].range;
    let last_atom = atoms.atoms.len().saturating_sub(1);
    let (first, last) = allowed.unwrap_or((0, last_atom));
    if let Some((start, end)) = atoms.touched[pair].filter(|(start, end)| first <= *start && *end <= last) {
        return (start, end);
    }
    let middle = range.start + range.len() / 2;
    let sentence = atoms.sentence_at(middle);
    let low = first.max(sentence.start).min(last);
    let high = last.min(sentence.end.saturating_sub(1)).max(low);
    let centre = atoms.proportional(middle).clamp(low, high);
    // Protected text takes in nothing that was not in it.
    let is_open = |atom: &usize| {
        let mut label = atoms.atoms[*atom].label.iter().filter(|other| tags.pairs[**other].is_verbatim);
        label.all(|other| *other == pair || tags.pairs[pair].parents.contains(other))
    };
    let suits = |atom: &usize| atoms.atoms[*atom].is_blank == tags.pairs[pair].is_blank && is_open(atom);
    let around = || {
        let before = (low.max(centre.saturating_sub(NEIGHBOURHOOD))..=centre).rev();
        let after = centre + 1..=high.min(centre + NEIGHBOURHOOD);
        let mut both: Vec<usize> = before.chain(after).collect();
        both.sort_by_key(|atom| atom.abs_diff(centre));
        both
    };
    let found = around().into_iter().filter(suits).find(|atom| prefer(*atom));
    let found = found.or_else(|| around().into_iter().find(suits));
    let readable = |atom: &usize| !atoms.atoms[*atom].is_blank;
    let open = || (low..=high).chain(first..=last).find(|atom| readable(atom) && is_open(atom));
    let anywhere = || (low..=high).chain(first..=last).find(readable);
    let atom = found.or_else(open).or_else(anywhere).unwrap_or(centre);
    (atom, atom)
}
