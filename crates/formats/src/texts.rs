//! Texts that a filter found, beside their places.

use terjuman_model::Segment;

/// Segments and where each of them stands. In two lists, so that they part without a copy.
#[derive(Debug)]
pub(crate) struct Texts<S> {
    pub(crate) slots: Vec<S>,
    pub(crate) segments: Vec<Segment>,
}

impl<S> Default for Texts<S> {
    fn default() -> Self {
        Self { slots: Vec::new(), segments: Vec::new() }
    }
}

impl<S> Texts<S> {
    /// With room for those of a text so long: lists that grow leave holes behind. Room that is not used takes no memory.
    pub(crate) fn of_text(bytes: usize) -> Self {
        /// Bytes of a text for each of its segments, if these are short.
        const SEGMENT: usize = 32;
        const LARGE: usize = 64 << 10;
        let room = if bytes < LARGE { 0 } else { (bytes / SEGMENT).min(1 << 20) };
        Self { slots: Vec::with_capacity(room), segments: Vec::with_capacity(room) }
    }

    /// Both lists, without room for more.
    pub(crate) fn into_lists(mut self) -> (Vec<S>, Vec<Segment>) {
        self.slots.shrink_to_fit();
        self.segments.shrink_to_fit();
        (self.slots, self.segments)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds one, without the room that making it took.
    pub(crate) fn push(&mut self, (slot, mut segment): (S, Segment)) {
        segment.shrink_to_fit();
        self.slots.push(slot);
        self.segments.push(segment);
    }

    /// Keeps the first ones.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.slots.truncate(length);
        self.segments.truncate(length);
    }

    /// Keeps of those from `first` on what is wanted.
    pub(crate) fn retain_from(&mut self, first: usize, is_wanted: impl Fn(&S) -> bool) {
        let slots = self.slots.split_off(first);
        let segments = self.segments.split_off(first);
        for (slot, segment) in slots.into_iter().zip(segments).filter(|(slot, _)| is_wanted(slot)) {
            self.slots.push(slot);
            self.segments.push(segment);
        }
    }

    /// Brings them into order; those with equal keys keep theirs.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&S) -> K) {
        if self.slots.is_sorted_by_key(&key) {
            return;
        }
        let mut keys: Vec<(K, usize)> = self.slots.iter().enumerate().map(|(index, slot)| (key(slot), index)).collect();
        keys.sort();
        let mut order: Vec<usize> = keys.into_iter().map(|(_, index)| index).collect();
        // Each moves to its place, and the one that was there goes on to where it came from.
        for start in 0..order.len() {
            let mut at = start;
            while order[at] != start {
                let from = std::mem::replace(&mut order[at], at);
                self.slots.swap(at, from);
                self.segments.swap(at, from);
                at = from;
            }
            order[at] = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_segments_are_sorted_together() {
        let keys = [5, 3, 9, 3, 1, 0, 7];
        let mut texts = Texts::default();
        for (index, key) in keys.into_iter().enumerate() {
            texts.push(((key, index), Segment::plain(index.to_string())));
        }
        texts.sort_by_key(|(key, _)| *key);
        let sorted: Vec<_> = texts.slots.iter().map(|(_, index)| *index).collect();
        assert_eq!(sorted, [5, 4, 1, 3, 0, 6, 2]);
        assert!(texts.segments.iter().zip(sorted).all(|(s, index)| s.source.text() == index.to_string()));
        texts.retain_from(5, |(key, _)| *key == 9);
        assert_eq!((texts.len(), texts.segments[5].source.text()), (6, "2"));
    }
}
