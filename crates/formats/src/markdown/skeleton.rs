//! The document without its text, and how the text comes back.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::label::Labels;
use super::slot::Place;
use super::source::Source;
use super::write::{Document, Open, Task};
use crate::edits::Edits;
use crate::sources::Sources;
use crate::text_file::TextFile;
use crate::{FormatError, Skeleton, Target, Untranslated};

/// A range of the document and what now stands there.
pub(super) type Rewritten = (Range<usize>, String);

/// The source, and the places in it.
pub(super) struct MarkdownSkeleton {
    pub(super) file: TextFile,
    /// The document as the parser saw it.
    pub(super) masked: String,
    pub(super) labels: Labels,
    /// By place; one comes before those inside it.
    pub(super) places: Vec<Place>,
    pub(super) sources: Sources,
    pub(super) untranslated: Untranslated,
}

impl Skeleton for MarkdownSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.sources.len() {
            return Err(FormatError::Verification("translations and segments differ in number".into()));
        }
        let text = self.file.text();
        let document = Document { text, masked: &self.masked, labels: &self.labels };
        let mut done: Vec<Rewritten> = Vec::new();
        let mut open = Open::default();
        let mut rest = self.sources.len();
        // From the end to the start, so that what is inside a place is there before it.
        for place in self.places.iter().rev() {
            let segments = if let Place::Nested(nested) = place { nested.segments } else { 1 };
            let first = rest - segments;
            let (source, translation) = (Source { sources: &self.sources, segment: first }, &translations[first]);
            let new = &translations[first..rest];
            rest = first;
            let range = place.range();
            let mut inner = Vec::new();
            let is_inside = |(within, _): &Rewritten| within.start < range.end;
            while done.last().is_some_and(is_inside) {
                if open.end() == Some(done.len()) {
                    open.settle(&document, &mut done)?;
                }
                inner.extend(done.pop());
            }
            let is_same = source.is_same(translation);
            match place {
                Place::Inline(slot) => open.write(&document, Task { slot, source, translation, inner }, &mut done)?,
                Place::Title(_) | Place::Scalar(_) | Place::Comment(_) if is_same => {}
                // A comment ends with its line.
                Place::Comment(_) => {
                    done.push((range, translation.text().split_whitespace().collect::<Vec<_>>().join(" ")));
                }
                Place::Title(title) => done.push((range, title.spelled(translation.text()))),
                Place::Scalar(scalar) => done.push((range, scalar.spelled(translation.text()))),
                Place::Nested(nested) => done.push((range, nested.merge(text, new, target)?)),
            }
        }
        open.settle(&document, &mut done)?;
        let mut edits = Edits::default();
        for (range, new) in done {
            if text[range.clone()] != new {
                edits.replace(range, new);
            }
        }
        self.file.write(edits)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}
