//! What places have besides their words. Most have nothing, so it stands in lists that all places share.

use std::ops::Range;

use terjuman_model::TagKind;

use super::slot::Markup;
use crate::small_range::SmallRange;

/// Names what one place has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExtraId(std::num::NonZeroU32);

/// The lists. What one place has follows on what the one before has.
#[derive(Default)]
pub(super) struct Extras {
    between: Vec<SmallRange>,
    tags: Vec<Markup>,
    /// As long as the tags.
    kinds: Vec<TagKind>,
    spellings: Vec<(char, SmallRange)>,
    /// What protected tags show.
    shown: String,
    /// Where what a place has ends in each list.
    ends: Vec<Ends>,
    /// By their places.
    rare: Vec<(ExtraId, Rare)>,
}

/// Ends in the lists: no document is so long that 32 bits do not do.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    between: u32,
    tags: u32,
    spellings: u32,
}

/// What hardly any place has.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// Of a picture or link that names its target by this text: the label, and what closes it.
    pub(super) label: Option<(SmallRange, SmallRange)>,
    /// The line under a heading, if it is as long as the heading is wide.
    pub(super) underline: Option<SmallRange>,
}

fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Extras {
    /// Adds what stands between two lines of the next place.
    pub(super) fn add_between(&mut self, between: Range<usize>) {
        self.between.push(between.into());
    }

    /// Adds a tag of the next place.
    pub(super) fn add_tag(&mut self, kind: TagKind, markup: Markup) {
        self.tags.push(markup);
        self.kinds.push(kind);
    }

    /// Adds a tag of the next place that shows this.
    pub(super) fn add_kept(&mut self, range: Range<usize>, shown: &str) {
        let start = self.shown.len();
        self.shown.push_str(shown);
        let markup = Markup::Kept { range: range.into(), shown: (start..self.shown.len()).into() };
        self.add_tag(TagKind::Protected, markup);
    }

    /// Adds how the next place spells a character.
    pub(super) fn add_spelling(&mut self, character: char, range: Range<usize>) {
        self.spellings.push((character, range.into()));
    }

    /// Makes one of all that was added since the last one, if there is anything.
    pub(super) fn finish(&mut self, rare: Rare) -> Option<ExtraId> {
        let last = self.ends.last().copied().unwrap_or_default();
        let first = (last.spellings as usize).min(self.spellings.len());
        if self.spellings.len() - first > 1 {
            // The first spelling of a character counts.
            let mut own = self.spellings.split_off(first);
            own.sort_by_key(|(character, range)| (*character, range.start()));
            own.dedup_by_key(|(character, _)| *character);
            self.spellings.append(&mut own);
        }
        let ends = Ends {
            between: small(self.between.len()),
            tags: small(self.tags.len()),
            spellings: small(self.spellings.len()),
        };
        let is_bare = (ends.between, ends.tags, ends.spellings) == (last.between, last.tags, last.spellings);
        let has_rare = rare.label.is_some() || rare.underline.is_some();
        if is_bare && !has_rare {
            return None;
        }
        self.ends.push(ends);
        let id = ExtraId(std::num::NonZeroU32::new(small(self.ends.len()))?);
        if has_rare {
            self.rare.push((id, rare));
        }
        Some(id)
    }

    /// Gives back the room that more would have taken.
    pub(super) fn shrink_to_fit(&mut self) {
        self.between.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.kinds.shrink_to_fit();
        self.spellings.shrink_to_fit();
        self.shown.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rare.shrink_to_fit();
    }

    fn range(&self, ExtraId(id): ExtraId, end: impl Fn(&Ends) -> u32) -> Range<usize> {
        let index = id.get() as usize - 1;
        let start = index.checked_sub(1).map_or(0, |before| end(&self.ends[before]));
        start as usize..end(&self.ends[index]) as usize
    }

    pub(super) fn between(&self, id: ExtraId) -> &[SmallRange] {
        &self.between[self.range(id, |ends| ends.between)]
    }

    pub(super) fn tags(&self, id: ExtraId) -> &[Markup] {
        &self.tags[self.range(id, |ends| ends.tags)]
    }

    pub(super) fn kinds(&self, id: ExtraId) -> &[TagKind] {
        &self.kinds[self.range(id, |ends| ends.tags)]
    }

    /// By character.
    pub(super) fn spellings(&self, id: ExtraId) -> &[(char, SmallRange)] {
        &self.spellings[self.range(id, |ends| ends.spellings)]
    }

    pub(super) fn shown(&self, shown: SmallRange) -> &str {
        &self.shown[shown.range()]
    }

    pub(super) fn rare(&self, id: ExtraId) -> Option<&Rare> {
        let index = self.rare.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        Some(&self.rare[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_its_own() {
        let mut extras = Extras::default();
        extras.add_between(1..2);
        extras.add_spelling('b', 7..8);
        extras.add_spelling('a', 5..6);
        extras.add_spelling('b', 3..4);
        let first = extras.finish(Rare::default()).unwrap();
        assert!(extras.finish(Rare::default()).is_none());
        extras.add_kept(2..5, "x y");
        let second = extras.finish(Rare { underline: Some((8..9).into()), ..Rare::default() }).unwrap();
        assert_eq!(extras.between(first), [SmallRange::from(1..2)]);
        assert_eq!(extras.spellings(first), [('a', (5..6).into()), ('b', (3..4).into())]);
        assert!(extras.tags(first).is_empty() && extras.rare(first).is_none());
        assert!(extras.between(second).is_empty() && extras.spellings(second).is_empty());
        assert_eq!(extras.kinds(second), [TagKind::Protected]);
        let Markup::Kept { shown, .. } = &extras.tags(second)[0] else { panic!("it is kept") };
        assert_eq!(extras.shown(*shown), "x y");
        assert!(extras.rare(second).is_some_and(|rare| rare.underline.is_some() && rare.label.is_none()));
    }
}
