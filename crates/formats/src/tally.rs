//! Things of several kinds, counted.

use serde::{Deserialize, Serialize};
use terjuman_model::Place;

/// Places that are named for one kind; further ones are only counted.
pub const PLACES: usize = 100;
/// Bytes of a part's name that are kept. An archive may give a part any name.
const NAME_BYTES: usize = 200;

/// How often there is something of each kind, and where the first ones are. Its size is bounded whatever is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally<K>(Vec<Counted<K>>);

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted<K> {
    /// Which.
    pub kind: K,
    /// How many.
    pub count: u64,
    /// Where the first [`PLACES`] are.
    pub places: Vec<Place>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord> Tally<K> {
    /// Counts one more.
    pub fn add(&mut self, kind: K, part: &str, offset: usize) {
        let entry = self.entry(kind);
        entry.count += 1;
        // Nearly all are only counted: no name is copied for them.
        if entry.places.len() < PLACES {
            let end = part.floor_char_boundary(NAME_BYTES);
            entry.places.push(Place { part: part[..end].to_owned(), offset: offset as u64 });
        }
    }

    /// Counts one more.
    pub fn add_at(&mut self, kind: K, mut place: Place) {
        let entry = self.entry(kind);
        entry.count += 1;
        if entry.places.len() < PLACES {
            let end = place.part.floor_char_boundary(NAME_BYTES);
            place.part.truncate(end);
            entry.places.push(place);
        }
    }

    /// Counts so many more without saying where.
    pub fn add_many(&mut self, kind: K, count: u64) {
        if count > 0 {
            self.entry(kind).count += count;
        }
    }

    /// Takes over what was counted in a part that was read on its own. Its places get the name of the part.
    pub fn append(&mut self, other: Self, part: &str) {
        for counted in other.0 {
            let named = counted.places.len() as u64;
            for mut place in counted.places {
                if place.part.is_empty() {
                    place.part = part.to_owned();
                }
                self.add_at(counted.kind, place);
            }
            self.add_many(counted.kind, counted.count.saturating_sub(named));
        }
    }

    /// Takes over what was counted in a stretch that was read on its own, all of it at the place of the stretch.
    pub fn append_at(&mut self, other: Self, offset: usize) {
        for counted in other.0 {
            self.add(counted.kind, "", offset);
            self.add_many(counted.kind, counted.count.saturating_sub(1));
        }
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count(&self, kind: K) -> u64 {
        self.0.iter().find(|counted| counted.kind == kind).map_or(0, |counted| counted.count)
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|counted| counted.count).sum()
    }

    /// The kinds there are, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Counted<K>> {
        self.0.iter()
    }

    fn entry(&mut self, kind: K) -> &mut Counted<K> {
        let at = self.0.partition_point(|counted| counted.kind < kind);
        if self.0.get(at).is_none_or(|counted| counted.kind != kind) {
            self.0.insert(at, Counted { kind, count: 0, places: Vec::new() });
        }
        &mut self.0[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reason, Untranslated};

    #[test]
    fn a_tally_is_bounded_and_goes_through_json() {
        let mut tally = Untranslated::default();
        for offset in 0..250 {
            tally.add(Reason::Formula, &"ä".repeat(300), offset);
        }
        tally.add(Reason::HiddenText, "", 7);
        assert_eq!((tally.count(Reason::Formula), tally.total()), (250, 251));
        let formulas = tally.iter().find(|counted| counted.kind == Reason::Formula).unwrap();
        assert_eq!((formulas.places.len(), formulas.places[0].part.len()), (PLACES, NAME_BYTES));
        let text = serde_json::to_string(&tally).unwrap();
        assert!(text.starts_with(r#"[{"kind":"HiddenText","count":1,"places":[{"part":"","offset":7}]},"#), "{text}");
        assert_eq!(serde_json::from_str::<Untranslated>(&text).unwrap(), tally);
        // What a later version counts is read as something.
        let later = serde_json::from_str::<Untranslated>(r#"[{"kind":"Hologram","count":2,"places":[]}]"#).unwrap();
        assert_eq!(later.count(Reason::Other), 2);
    }

    #[test]
    fn what_a_part_counted_is_taken_over_under_its_name() {
        let mut inner = Untranslated::default();
        inner.add(Reason::ProtectedRange, "", 3);
        inner.add_many(Reason::ProtectedRange, 4);
        let mut outer = Untranslated::default();
        outer.append(inner, "word/page.html");
        assert_eq!(outer.count(Reason::ProtectedRange), 5);
        assert_eq!(outer.iter().next().unwrap().places, [Place { part: "word/page.html".into(), offset: 3 }]);
    }
}
