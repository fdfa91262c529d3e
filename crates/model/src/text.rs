//! The one inline model of all formats: clean text, and tags as annotations over it.
//!
//! The engine only ever sees [`TaggedText::text`]. A filter says with [`Tag`]s what stood between the words; the
//! projection puts the tags at their places in the translation; the filter's merge writes them back as markup.

/// Names a tag within its segment: the index into [`Segment::tags`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(pub u32);

/// What a tag may do when its words move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagKind {
    /// Paired, formatting (bold, colour): may be split over several ranges of the translation, never lost.
    Format,
    /// Paired, a thing (link, field, content control): exactly one contiguous range, never split, never doubled.
    Whole,
    /// Paired, not to be translated (code, `translate="no"`): exactly once, with its text unchanged inside.
    Protected,
    /// Zero width, a thing (image, footnote mark, tab): exactly once, moves with the word before it.
    Point,
    /// Zero width, nothing on the page at this place (a bookmark, where a comment or a floating frame hangs): exactly once,
    /// moves with the word before it, and may stand inside a word.
    Anchor,
    /// Zero width, a line break: exactly once, and a sentence boundary, but where the sentence plainly goes on behind it.
    Break,
    /// Half of a pair whose other half is outside the segment, or malformed: exactly once, and all isolated tags of
    /// a segment keep their order.
    Isolated,
}

impl TagKind {
    /// Whether the tag has an opening and a closing edge.
    #[must_use]
    pub fn is_paired(self) -> bool {
        matches!(self, Self::Format | Self::Whole | Self::Protected)
    }
}

/// One inline element of a segment. What it is in the format, only the filter's skeleton knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// How it behaves.
    pub kind: TagKind,
    /// Its text looks like code among text that does not: a font of fixed pitch. Engines that know languages take names
    /// of programs for words, so they are kept from them.
    pub code: bool,
    /// Its text is a stretch of what is written around it, not a name: what somebody put in, from the middle of one
    /// sentence into the next. Sentences end in it as they do outside.
    pub running: bool,
}

/// Which side of a tag a [`Mark`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// A paired tag begins.
    Open,
    /// A paired tag ends.
    Close,
    /// A zero-width tag stands here.
    Point,
}

/// A tag's edge at a place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Byte offset into the text, on a character boundary.
    pub at: usize,
    /// Which tag.
    pub tag: TagId,
    /// Which side of it.
    pub edge: Edge,
}

/// Clean text and the tags over it. Marks are ordered by place; marks at one place keep the order they were added in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TaggedText {
    text: String,
    marks: Vec<Mark>,
}

/// A stretch of tagged text, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text, never empty.
    Text(&'a str),
    /// An edge of a tag.
    Mark(Edge, TagId),
}

impl TaggedText {
    /// No text and no tags.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Text without tags.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), marks: Vec::new() }
    }

    /// Text with marks, which are put into order (stable by place).
    ///
    /// # Panics
    /// If a mark is past the end or inside a character: marks come from the program, never from input.
    #[must_use]
    pub fn with_marks(text: String, mut marks: Vec<Mark>) -> Self {
        assert!(marks.iter().all(|m| text.is_char_boundary(m.at)), "a mark lies inside a character or past the end");
        marks.sort_by_key(|m| m.at);
        Self { text, marks }
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends one character.
    pub fn push(&mut self, character: char) {
        self.text.push(character);
    }

    /// Opens a paired tag at the end of the text.
    pub fn open(&mut self, tag: TagId) {
        self.mark(Edge::Open, tag);
    }

    /// Closes a paired tag at the end of the text.
    pub fn close(&mut self, tag: TagId) {
        self.mark(Edge::Close, tag);
    }

    /// Puts a zero-width tag at the end of the text.
    pub fn point(&mut self, tag: TagId) {
        self.mark(Edge::Point, tag);
    }

    /// Puts an edge at the end of the text.
    pub fn mark(&mut self, edge: Edge, tag: TagId) {
        self.marks.push(Mark { at: self.text.len(), tag, edge });
    }

    /// The clean text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The marks, by place.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Gives back the room that further text would have taken.
    pub fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.marks.shrink_to_fit();
    }

    /// Whether there is neither text nor a tag.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.marks.is_empty()
    }

    /// Text and marks in reading order: what a merge writes, from left to right.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut at = 0;
        let mut marks = self.marks.iter().peekable();
        std::iter::from_fn(move || {
            let next = marks.peek().map_or(self.text.len(), |m| m.at);
            if next > at {
                let piece = Piece::Text(&self.text[at..next]);
                at = next;
                return Some(piece);
            }
            marks.next().map(|m| Piece::Mark(m.edge, m.tag))
        })
    }
}

/// A unit of translation as its filter found it: a paragraph, a heading, a cell, an attribute's value.
///
/// Leading and trailing white space is the skeleton's. White space inside is as in the source; an engine may fold it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The text with its tags.
    pub source: TaggedText,
    /// The tags, by [`TagId`].
    pub tags: Vec<Tag>,
    /// All of it is in a font of fixed pitch, as lines of programs are.
    pub code: bool,
}

impl Segment {
    /// A segment without tags.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { source: TaggedText::plain(text), ..Self::default() }
    }

    /// Gives back the room that further text and tags would have taken: a document has many segments.
    pub fn shrink_to_fit(&mut self) {
        self.source.shrink_to_fit();
        self.tags.shrink_to_fit();
    }

    /// Adds a tag of this kind and returns its id.
    pub fn add_tag(&mut self, kind: TagKind) -> TagId {
        let id = TagId(u32::try_from(self.tags.len()).unwrap_or(u32::MAX));
        self.tags.push(Tag { kind, code: false, running: false });
        id
    }

    /// Says that the text of the tag looks like code.
    pub fn mark_code(&mut self, tag: TagId) {
        if let Some(tag) = self.tags.get_mut(tag.0 as usize) {
            tag.code = true;
        }
    }

    /// Says that the text of the tag is a stretch of the text around it.
    pub fn mark_running(&mut self, tag: TagId) {
        if let Some(tag) = self.tags.get_mut(tag.0 as usize) {
            tag.running = true;
        }
    }

    /// How the tag behaves; an unknown id counts as [`TagKind::Isolated`].
    #[must_use]
    pub fn kind(&self, tag: TagId) -> TagKind {
        self.tags.get(tag.0 as usize).map_or(TagKind::Isolated, |t| t.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_reading_order_and_marks_at_one_place_keep_theirs() {
        let mut text = TaggedText::new();
        text.open(TagId(0));
        text.push_str("Hello");
        text.close(TagId(0));
        text.point(TagId(1));
        text.push_str(" world");
        let pieces: Vec<_> = text.pieces().collect();
        assert_eq!(
            pieces,
            [
                Piece::Mark(Edge::Open, TagId(0)),
                Piece::Text("Hello"),
                Piece::Mark(Edge::Close, TagId(0)),
                Piece::Mark(Edge::Point, TagId(1)),
                Piece::Text(" world"),
            ]
        );
    }
}
