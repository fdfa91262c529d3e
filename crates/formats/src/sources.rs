//! What each segment said when it was read, kept small: one text, one list of marks.

use terjuman_model::{Mark, Segment, TaggedText};

/// The sources of all segments, to tell what changed.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    text: Box<str>,
    marks: Box<[SmallMark]>,
    /// Where each segment ends: in the text, in the marks.
    ends: Box<[(u32, u32)]>,
}

/// A [`Mark`] of a text that a document holds: no document is so long that 32 bits do not do.
#[derive(Debug, Clone, Copy)]
struct SmallMark {
    at: u32,
    tag: terjuman_model::TagId,
    edge: terjuman_model::Edge,
}

/// No document has so much that 32 bits do not do.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Sources {
    /// Keeps what these segments say.
    pub(crate) fn of(segments: &[Segment]) -> Self {
        let sources = || segments.iter().map(|segment| &segment.source);
        let mut text = String::with_capacity(sources().map(|source| source.text().len()).sum());
        let mut marks = Vec::with_capacity(sources().map(|source| source.marks().len()).sum());
        let mut ends = Vec::with_capacity(segments.len());
        for source in sources() {
            text.push_str(source.text());
            marks.extend(source.marks().iter().map(|mark| SmallMark {
                at: small(mark.at),
                tag: mark.tag,
                edge: mark.edge,
            }));
            ends.push((small(text.len()), small(marks.len())));
        }
        Self { text: text.into(), marks: marks.into(), ends: ends.into() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn end(&self, segment: usize) -> (usize, usize) {
        let (text, marks) = self.ends[segment];
        (text as usize, marks as usize)
    }

    fn start(&self, segment: usize) -> (usize, usize) {
        segment.checked_sub(1).map_or((0, 0), |before| self.end(before))
    }

    /// The words of a segment.
    pub(crate) fn text(&self, segment: usize) -> &str {
        &self.text[self.start(segment).0..self.end(segment).0]
    }

    /// The marks over them.
    pub(crate) fn marks(&self, segment: usize) -> impl ExactSizeIterator<Item = Mark> + '_ {
        let marks = &self.marks[self.start(segment).1..self.end(segment).1];
        marks.iter().map(|mark| Mark { at: mark.at as usize, tag: mark.tag, edge: mark.edge })
    }

    /// Whether a translation is what the segment said.
    pub(crate) fn is_same(&self, segment: usize, translation: &TaggedText) -> bool {
        self.text(segment) == translation.text() && self.marks(segment).eq(translation.marks().iter().copied())
    }

    /// The segment's text with its marks.
    pub(crate) fn tagged(&self, segment: usize) -> TaggedText {
        TaggedText::with_marks(self.text(segment).to_owned(), self.marks(segment).collect())
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
        let segments = texts.clone().map(|source| Segment { source, tags: Vec::new() });
        let sources = Sources::of(&segments);
        assert_eq!(sources.len(), 3);
        for (segment, text) in texts.iter().enumerate() {
            assert_eq!(sources.tagged(segment), *text);
            assert!(sources.is_same(segment, text));
        }
        assert!(!sources.is_same(1, &TaggedText::plain("ä b")) && !sources.is_same(2, &texts[0]));
    }
}
