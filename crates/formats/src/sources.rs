//! What each segment said when it was read: only as much as tells what has changed since.

use std::hash::{DefaultHasher, Hasher};

use terjuman_model::{Edge, Segment, TaggedText};

/// A number for the source of each segment. The texts themselves are with whoever has them translated, and a document
/// waits for that; two texts have one number once in 2^64 times.
#[derive(Debug, Default)]
pub(crate) struct Sources(Box<[u64]>);

fn number(text: &TaggedText) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_usize(text.text().len());
    hasher.write(text.text().as_bytes());
    // A mark in one number: no text is so long that the place does not do with 30 bits.
    for mark in text.marks() {
        let edge = match mark.edge {
            Edge::Open => 0,
            Edge::Close => 1,
            Edge::Point => 2,
        };
        hasher.write_u64(((mark.at as u64) << 34) | (u64::from(mark.tag.0) << 2) | edge);
    }
    hasher.finish()
}

impl Sources {
    /// Keeps what these segments say.
    pub(crate) fn of(segments: &[Segment]) -> Self {
        Self(segments.iter().map(|segment| number(&segment.source)).collect())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a translation is what the segment said.
    pub(crate) fn is_same(&self, segment: usize, translation: &TaggedText) -> bool {
        self.0[segment] == number(translation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terjuman_model::TagId;

    #[test]
    fn what_was_kept_is_told_from_what_changed() {
        let mut marked = TaggedText::plain("ä ");
        marked.open(TagId(0));
        marked.push_str("b");
        marked.close(TagId(0));
        let texts = [TaggedText::plain("one"), marked, TaggedText::new()];
        let segments = texts.clone().map(|source| Segment { source, ..Segment::default() });
        let sources = Sources::of(&segments);
        assert_eq!(sources.len(), 3);
        for (segment, text) in texts.iter().enumerate() {
            assert!(sources.is_same(segment, text));
        }
        assert!(!sources.is_same(1, &TaggedText::plain("ä b")) && !sources.is_same(2, &texts[0]));
    }
}
