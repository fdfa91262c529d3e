//! The translation cut into what no tag may split, each piece with the tags that its source words had.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use terjuman_nmt::Link;

use super::source::{Label, Pair, SourceTags};
use super::whole::{Sides, link_pieces};
use super::words::{inside_words, is_blank, words};
use crate::assemble::{Assembled, Sentence, cut_at};

/// A piece of the translation.
#[derive(Debug)]
pub(super) struct Atom {
    pub(super) range: Range<usize>,
    pub(super) is_blank: bool,
    pub(super) label: Label,
}

/// The whole translation in atoms, and how places of the source find theirs.
pub(super) struct Atoms {
    /// They cover the translation.
    pub(super) atoms: Vec<Atom>,
    /// Places of the source whose atom is known exactly: borders of sentences, and places between them.
    exact: Vec<(usize, usize)>,
    sentences: Vec<SentenceAtoms>,
    /// For each pair, atoms that came from it in part, first and last: a term has the tags of all its words.
    pub(super) touched: Vec<Option<(usize, usize)>>,
    /// Whether a sentence's tags had to be placed by proportion.
    pub(super) guessed: bool,
}

struct SentenceAtoms {
    source: Range<usize>,
    atoms: Range<usize>,
    /// By source place.
    links: Vec<Link>,
}

/// On which side of a place something sticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// To the word before it.
    Left,
    /// To the word after it.
    Right,
}

/// Which links are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Those of the engine.
    Links,
    /// None: words correspond by their place in the sentence, and a tag over most of a sentence is over all of it.
    Proportion,
}

/// What part of a sentence's bytes, in percent, is most of it (`formats.md` section 0.7).
const MOST: usize = 80;

impl Atoms {
    pub(super) fn new(text: &str, tags: &SourceTags, assembled: &Assembled, trust: Trust) -> Self {
        let mut builder = Builder {
            text,
            tags,
            assembled,
            trust,
            inside: inside_words(text, &tags.places, &assembled.source_borders),
            weights: vec![0; tags.pairs.len()],
            out: Self {
                atoms: Vec::new(),
                exact: Vec::new(),
                sentences: Vec::new(),
                touched: vec![None; tags.pairs.len()],
                guessed: false,
            },
        };
        let (mut source, mut target) = (0, 0);
        for sentence in &assembled.sentences {
            builder.between(source..sentence.source.start, target);
            builder.sentence(sentence);
            (source, target) = (sentence.source.end, sentence.target.end);
        }
        builder.between(source..text.len(), target);
        builder.out
    }

    /// Before which atom a place of the source is, and on which side it sticks.
    pub(super) fn place(&self, text: &str, at: usize) -> (usize, Side) {
        if let Ok(found) = self.exact.binary_search_by_key(&at, |(source, _)| *source) {
            let ends = self.sentences.binary_search_by_key(&at, |sentence| sentence.source.end).is_ok();
            return (self.exact[found].1, if ends { Side::Left } else { Side::Right });
        }
        let index = self.sentences.partition_point(|sentence| sentence.source.end <= at);
        let Some(sentence) = self.sentences.get(index) else { return (self.atoms.len(), Side::Left) };
        let blank_before = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        let blank_after = text[at..].chars().next().is_none_or(char::is_whitespace);
        let next = sentence.links.partition_point(|link| link.source.start < at);
        let after = self.start_after(sentence, next);
        let before = self.end_before(sentence, next);
        let follows = sentence.links.get(next).is_some_and(|link| link.source.start == at);
        match (before, after) {
            (_, Some(after)) if follows && blank_before && !blank_after => (after, Side::Right),
            (Some(before), _) => (before, Side::Left),
            (None, Some(after)) => (after, Side::Right),
            (None, None) => (self.proportional(at), Side::Left),
        }
    }

    /// The first atom of the words that the source word at link `next` became.
    fn start_after(&self, sentence: &SentenceAtoms, next: usize) -> Option<usize> {
        let source = sentence.links.get(next)?.source.start;
        let same = sentence.links[next..].iter().take_while(|link| link.source.start == source);
        let target = same.map(|link| link.target.start).min()?;
        Some(self.atoms.partition_point(|atom| atom.range.end <= target))
    }

    /// The atom behind the words that the source word before link `next` became.
    fn end_before(&self, sentence: &SentenceAtoms, next: usize) -> Option<usize> {
        let before = &sentence.links[..next];
        let source = before.last()?.source.start;
        let same = before.iter().rev().take_while(|link| link.source.start == source);
        let target = same.map(|link| link.target.end).max()?;
        Some(self.atoms.partition_point(|atom| atom.range.start < target))
    }

    /// Where in the translation words begin that are linked with the same word of the source.
    pub(super) fn copied(&self, source: &str, text: &str) -> HashSet<usize> {
        let links = self.sentences.iter().flat_map(|sentence| &sentence.links);
        let is_same = |link: &&Link| source[link.source.clone()] == text[link.target.clone()];
        links.filter(is_same).map(|link| link.target.start).collect()
    }

    /// The atoms of the sentence that a place of the source is in.
    pub(super) fn sentence_at(&self, at: usize) -> Range<usize> {
        let index = self.sentences.partition_point(|sentence| sentence.source.end <= at);
        self.sentences.get(index).map_or(0..self.atoms.len(), |sentence| sentence.atoms.clone())
    }

    /// The atom that is as far in its sentence as the place is in its own.
    pub(super) fn proportional(&self, at: usize) -> usize {
        let index = self.sentences.partition_point(|sentence| sentence.source.end <= at);
        let Some(sentence) = self.sentences.get(index) else { return self.atoms.len() };
        let passed = at.saturating_sub(sentence.source.start);
        sentence.atoms.start + sentence.atoms.len() * passed / sentence.source.len().max(1)
    }
}

struct Builder<'a> {
    text: &'a str,
    tags: &'a SourceTags,
    assembled: &'a Assembled,
    trust: Trust,
    /// Marks of the source inside words.
    inside: Vec<usize>,
    /// By pair: scratch.
    weights: Vec<usize>,
    out: Atoms,
}

impl Builder<'_> {
    /// White space between sentences is the same in both.
    fn between(&mut self, source: Range<usize>, target: usize) {
        for piece in cut_at(&self.tags.places, &source) {
            let start = target + (piece.start - source.start);
            self.exact(piece.start);
            self.out.atoms.push(Atom {
                range: start..start + piece.len(),
                is_blank: true,
                label: Rc::clone(self.tags.label_at(piece.start)),
            });
        }
        self.exact(source.end);
    }

    /// The place of the source is before the next atom.
    fn exact(&mut self, at: usize) {
        let place = (at, self.out.atoms.len());
        if self.out.exact.last() != Some(&place) {
            self.out.exact.push(place);
        }
    }

    fn sentence(&mut self, sentence: &Sentence) {
        let first = self.out.atoms.len();
        let next = self.tags.places.partition_point(|at| *at <= sentence.source.start);
        let has_marks = self.tags.places.get(next).is_some_and(|at| *at < sentence.source.end);
        let mut links = Vec::new();
        if has_marks {
            let guessed;
            (links, guessed) = self.links(sentence);
            self.pieces(sentence, &links);
            self.fill(first, sentence);
            if guessed {
                self.out.guessed = true;
                self.widen(first, sentence);
            }
            links.sort_by_key(|link| (link.source.start, link.target.start));
        } else {
            let label = Rc::clone(self.tags.label_at(sentence.source.start));
            self.out.atoms.push(Atom { range: sentence.target.clone(), is_blank: false, label });
        }
        let atoms = first..self.out.atoms.len();
        self.exact(sentence.source.end);
        self.out.sentences.push(SentenceAtoms { source: sentence.source.clone(), atoms, links });
    }

    /// The sentence's links by target place, and whether some had to be guessed.
    fn links(&self, sentence: &Sentence) -> (Vec<Link>, bool) {
        let mut links = self.assembled.links[sentence.verbatim.clone()].to_vec();
        let known = links.len();
        let guess = self.trust == Trust::Proportion || sentence.links.is_empty();
        if guess {
            links.extend(self.proportional_links(sentence));
        } else {
            for link in &self.assembled.links[sentence.links.clone()] {
                self.refine(link, &mut links);
            }
        }
        let guessed = guess && links.len() > known;
        self.link_pieces(sentence, &mut links);
        links.sort_by_key(|link| (link.target.start, link.source.start));
        (links, guessed)
    }

    /// Gives words with marks inside, which came out as they were, links of their own.
    fn link_pieces(&self, sentence: &Sentence, links: &mut Vec<Link>) {
        let first = self.inside.partition_point(|at| *at <= sentence.source.start);
        let last = self.inside.partition_point(|at| *at < sentence.source.end);
        if first < last {
            let sides = Sides {
                source: self.text,
                target: &self.assembled.text,
                source_words: &bordered_words(self.text, &sentence.source, &self.assembled.source_borders),
                target_words: &bordered_words(&self.assembled.text, &sentence.target, &self.assembled.target_borders),
                fixed: &self.assembled.links[sentence.verbatim.clone()],
                cuts: &self.inside[first..last],
            };
            link_pieces(&sides, links);
        }
    }

    /// Cuts a link where marks are between its words: `first.1` is one word to an engine, and its `1` a note's number.
    fn refine(&self, link: &Link, out: &mut Vec<Link>) {
        let next = self.tags.places.partition_point(|at| *at <= link.source.start);
        let marks = self.tags.places[next..].iter().take_while(|at| **at < link.source.end);
        if marks.clone().all(|at| self.inside.binary_search(at).is_ok()) {
            return out.push(link.clone());
        }
        let (from, to) = (words(self.text, &link.source), words(&self.assembled.text, &link.target));
        let is_same = |(a, b): (&Range<usize>, &Range<usize>)| self.text[a.clone()] == self.assembled.text[b.clone()];
        let is_even = from.len() == to.len();
        let pairs_up = |pair: (&Range<usize>, &Range<usize>)| is_even || is_same(pair);
        let longest = from.len().min(to.len());
        let before = from.iter().zip(&to).take_while(|pair| pairs_up(*pair)).count();
        let after =
            from.iter().rev().zip(to.iter().rev()).take_while(|pair| pairs_up(*pair)).count().min(longest - before);
        let link_of =
            |(source, target): (&Range<usize>, &Range<usize>)| Link { source: source.clone(), target: target.clone() };
        out.extend(from.iter().zip(&to).take(before).map(link_of));
        let (from_middle, to_middle) = (&from[before..from.len() - after], &to[before..to.len() - after]);
        if let (Some(source), Some(target)) = (around(from_middle), around(to_middle)) {
            out.push(Link { source, target });
        }
        out.extend(from[from.len() - after..].iter().zip(&to[to.len() - after..]).map(link_of));
    }

    /// Links the words that did not come out verbatim by their places.
    fn proportional_links(&self, sentence: &Sentence) -> Vec<Link> {
        let verbatim = &self.assembled.links[sentence.verbatim.clone()];
        let mut sources: Vec<_> = verbatim.iter().map(|link| link.source.clone()).collect();
        let mut targets: Vec<_> = verbatim.iter().map(|link| link.target.clone()).collect();
        sources.sort_by_key(|range| range.start);
        targets.sort_by_key(|range| range.start);
        let overlaps = |ranges: &[Range<usize>], word: &Range<usize>| {
            let index = ranges.partition_point(|range| range.end <= word.start);
            ranges.get(index).is_some_and(|range| range.start < word.end)
        };
        let mut from = bordered_words(self.text, &sentence.source, &self.assembled.source_borders);
        from.retain(|word| !is_blank(&self.text[word.clone()]) && !overlaps(&sources, word));
        let mut to = bordered_words(&self.assembled.text, &sentence.target, &self.assembled.target_borders);
        to.retain(|word| !is_blank(&self.assembled.text[word.clone()]) && !overlaps(&targets, word));
        if from.is_empty() || to.is_empty() {
            return Vec::new();
        }
        let of_target = |(index, word): (usize, &Range<usize>)| Link {
            source: from[index * from.len() / to.len()].clone(),
            target: word.clone(),
        };
        let of_source = |(index, word): (usize, &Range<usize>)| Link {
            source: word.clone(),
            target: to[index * to.len() / from.len()].clone(),
        };
        if from.len() > to.len() {
            from.iter().enumerate().map(of_source).collect()
        } else {
            to.iter().enumerate().map(of_target).collect()
        }
    }

    /// Cuts the translation of a sentence into words, and words into pieces where the source was cut inside the word.
    fn pieces(&mut self, sentence: &Sentence, links: &[Link]) {
        let mut next = 0;
        let mut active: Vec<&Link> = Vec::new();
        for word in bordered_words(&self.assembled.text, &sentence.target, &self.assembled.target_borders) {
            active.retain(|link| link.target.end > word.start);
            while let Some(link) = links.get(next).filter(|link| link.target.start < word.end) {
                active.push(link);
                next += 1;
            }
            let blank = is_blank(&self.assembled.text[word.clone()]);
            if blank && !active.is_empty() || active.len() > 1 && (self.is_cut_word(&active, &word)) {
                let mut cuts: Vec<usize> =
                    active.iter().flat_map(|link| [link.target.start, link.target.end]).collect();
                cuts.sort_unstable();
                cuts.dedup();
                let mut at = 0;
                for piece in cut_at(&cuts, &word) {
                    // Letter by letter the links follow the pieces; others overlap and are looked through.
                    while active.get(at).is_some_and(|link| link.target.end <= piece.start) {
                        at += 1;
                    }
                    let over = active[at..].iter().copied();
                    let over = over.take_while(|link| link.target.start < piece.end);
                    let over: Vec<&Link> = over.filter(|link| link.target.end > piece.start).collect();
                    self.piece(piece, blank, &over);
                }
            } else {
                self.piece(word, blank, &active);
            }
        }
    }

    /// Whether the links lead into one word of the source with a mark inside.
    fn is_cut_word(&self, links: &[&Link], word: &Range<usize>) -> bool {
        // What is linked letter by letter may go on beyond the word.
        let beyond = |link: &Link, bytes: usize| if link.source.len() == link.target.len() { bytes } else { 0 };
        let starts =
            links.iter().map(|link| link.source.start + beyond(link, word.start.saturating_sub(link.target.start)));
        let ends = links.iter().map(|link| link.source.end - beyond(link, link.target.end.saturating_sub(word.end)));
        let (start, end) = (starts.min().unwrap_or_default(), ends.max().unwrap_or_default());
        let next = self.inside.partition_point(|at| *at <= start);
        // Between two marks inside words of the same stretch there may be a blank: then these are two words.
        self.inside.get(next).is_some_and(|at| *at < end)
            && !self.text.get(start..end).is_none_or(|text| text.contains(char::is_whitespace))
    }

    fn piece(&mut self, range: Range<usize>, is_blank: bool, links: &[&Link]) {
        let label = if links.is_empty() { Rc::from([UNLINKED]) } else { self.label(links) };
        self.out.atoms.push(Atom { range, is_blank, label });
    }

    /// The pairs over at least half of the source of the links. A word has what any piece of it has.
    fn label(&mut self, links: &[&Link]) -> Label {
        let atom = self.out.atoms.len();
        if let [link] = links
            && let mut over = self.tags.labels_over(&link.source)
            && let (Some((_, label)), None) = (over.next(), over.next())
        {
            return Rc::clone(label);
        }
        let mut touched: Vec<usize> = Vec::new();
        let mut total = 0;
        for link in links {
            total += 2 * link.source.len();
            let is_word = !self.text[link.source.clone()].contains(char::is_whitespace);
            let mut in_link: Vec<(usize, usize)> = Vec::new();
            for (bytes, label) in self.tags.labels_over(&link.source) {
                in_link.extend(label.iter().map(|pair| (*pair, bytes)));
            }
            in_link.sort_unstable();
            for pairs in in_link.chunk_by(|a, b| a.0 == b.0) {
                let pair = pairs[0].0;
                let bytes: usize = pairs.iter().map(|(_, bytes)| bytes).sum();
                if self.weights[pair] == 0 {
                    touched.push(pair);
                }
                self.weights[pair] += if is_word { 2 * link.source.len() } else { 2 * bytes };
            }
        }
        touched.sort_unstable();
        let mut label = Vec::new();
        for pair in touched {
            let touched = &mut self.out.touched[pair];
            match touched {
                Some((_, last)) if *last + 1 == atom => *last = atom,
                Some(_) => {}
                None => *touched = Some((atom, atom)),
            }
            if std::mem::take(&mut self.weights[pair]) * 2 >= total {
                label.push(pair);
            }
        }
        self.one_chain(label)
    }

    /// A place is inside one chain of things: of two beside each other the first is taken.
    fn one_chain(&self, label: Vec<usize>) -> Label {
        let mut innermost = None;
        let chain = label.into_iter().filter(|pair| {
            let pair_of = &self.tags.pairs[*pair];
            if pair_of.is_thing {
                if pair_of.thing != innermost {
                    return false;
                }
                innermost = Some(*pair);
            }
            true
        });
        chain.collect()
    }

    /// Gives words without links what both their neighbours have; at the ends of a sentence, what its end has.
    fn fill(&mut self, first: usize, sentence: &Sentence) {
        let atoms = &mut self.out.atoms[first..];
        let start = Rc::clone(self.tags.label_at(sentence.source.start));
        let end = Rc::clone(self.tags.label_at(sentence.source.end - 1));
        let mut at = 0;
        while at < atoms.len() {
            if *atoms[at].label != [UNLINKED] {
                at += 1;
                continue;
            }
            let until = at + atoms[at..].iter().take_while(|atom| *atom.label == [UNLINKED]).count();
            let before = if at == 0 { &start } else { &atoms[at - 1].label };
            let after = atoms.get(until).map_or(&end, |atom| &atom.label);
            // What is protected is linked letter by letter: nothing else gets in.
            let is_open = |pair: &usize| !self.tags.pairs[*pair].is_verbatim;
            let common: Label = if Rc::ptr_eq(before, after) && before.iter().all(is_open) {
                Rc::clone(before)
            } else {
                before.iter().copied().filter(|pair| is_open(pair) && after.binary_search(pair).is_ok()).collect()
            };
            for atom in &mut atoms[at..until] {
                atom.label = Rc::clone(&common);
            }
            at = until;
        }
    }

    /// Lays pairs over most of a sentence over all of it.
    fn widen(&mut self, first: usize, sentence: &Sentence) {
        let covers = |pair: &usize| {
            let Pair { range, is_verbatim: false, .. } = &self.tags.pairs[*pair] else { return false };
            let bytes = range.end.min(sentence.source.end).saturating_sub(range.start.max(sentence.source.start));
            bytes * 100 >= sentence.source.len() * MOST
        };
        let middle = sentence.source.start + sentence.source.len() / 2;
        let wide: Vec<usize> = self.tags.label_at(middle).iter().copied().filter(covers).collect();
        if wide.is_empty() {
            return;
        }
        for index in first..self.out.atoms.len() {
            if self.out.atoms[index].label.iter().any(|pair| self.tags.pairs[*pair].is_verbatim) {
                continue;
            }
            let mut label: Vec<usize> = self.out.atoms[index].label.iter().chain(&wide).copied().collect();
            label.sort_unstable();
            label.dedup();
            self.out.atoms[index].label = self.one_chain(label);
        }
    }
}

/// From the first range to the last.
fn around(ranges: &[Range<usize>]) -> Option<Range<usize>> {
    Some(ranges.first()?.start..ranges.last()?.end)
}

/// The words of a sentence; what is fixed does not run together with what is beside it.
fn bordered_words(text: &str, sentence: &Range<usize>, borders: &[usize]) -> Vec<Range<usize>> {
    cut_at(borders, sentence).iter().flat_map(|piece| words(text, piece)).collect()
}

/// Stands in a label until it is filled: no pair has this index.
const UNLINKED: usize = usize::MAX;
