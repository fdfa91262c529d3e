//! The document without its text, and how the text comes back.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::extras::Extras;
use super::label::Labels;
use super::slot::Place;
use super::write::{Document, Open, Task};
use crate::sources::Sources;
use crate::text_file::TextFile;
use crate::{FormatError, Skeleton, Target, Untranslated};

/// A range of the document and what now stands there.
pub(super) type Rewritten = (Range<usize>, String);

/// The source, and the places in it.
pub(super) struct MarkdownSkeleton {
    pub(super) file: TextFile,
    /// The document as the parser saw it, if that is not the document behind its front matter.
    pub(super) masked: Option<String>,
    pub(super) labels: Labels,
    /// By place; one comes before those inside it.
    pub(super) places: Vec<Place>,
    pub(super) extras: Extras,
    pub(super) sources: Sources,
    pub(super) untranslated: Untranslated,
}

impl Skeleton for MarkdownSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.sources.len() {
            return Err(FormatError::Verification("translations and segments differ in number".into()));
        }
        let text = self.file.text();
        let mut rewriting = self.file.rewriting();
        let mut first = 0;
        while first < self.places.len() {
            let last = self.batch(first);
            let mut written = self.write(first..last, translations, target)?;
            written.sort_by_key(|(range, _)| (range.start, range.end));
            for (range, new) in written {
                if text[range.clone()] != new {
                    rewriting.replace(range, &new);
                }
            }
            first = last;
        }
        Ok(self.file.write_anew(rewriting))
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

/// Places that are written together, at least: what is in doubt about them is read back together, too.
const BATCH: usize = 1024;

impl MarkdownSkeleton {
    /// Where a number of places ends of which none lies in a later one.
    fn batch(&self, first: usize) -> usize {
        let mut end = 0;
        for (index, place) in self.places.iter().enumerate().skip(first) {
            let range = place.range();
            if index - first >= BATCH && range.start >= end {
                return index;
            }
            end = end.max(range.end);
        }
        self.places.len()
    }

    /// Writes these places.
    fn write(
        &self,
        places: Range<usize>,
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<Vec<Rewritten>, FormatError> {
        let text = self.file.text();
        let document = Document { text, masked: self.masked.as_deref().unwrap_or(text), labels: &self.labels };
        let mut done: Vec<Rewritten> = Vec::new();
        let mut open = Open::default();
        // From the end to the start, so that what is inside a place is there before it.
        for segment in places.rev() {
            let place = &self.places[segment];
            let translation = &translations[segment];
            let range = place.range();
            if matches!(place, Place::Same(_)) {
                continue;
            }
            let mut inner = Vec::new();
            let is_inside = |(within, _): &Rewritten| within.start < range.end;
            while done.last().is_some_and(is_inside) {
                if open.end() == Some(done.len()) {
                    open.settle(&document, &mut done)?;
                }
                inner.extend(done.pop());
            }
            let is_same = self.sources.is_same(segment, translation);
            match place {
                Place::Inline(stretch) => {
                    let slot = stretch.slot(&self.extras);
                    open.write(&document, Task { slot, segment, translation, is_same, inner }, &mut done)?;
                }
                Place::Title(_) | Place::Scalar(_) | Place::Comment(_) if is_same => {}
                // A comment ends with its line.
                Place::Comment(_) => {
                    done.push((range, translation.text().split_ascii_whitespace().collect::<Vec<_>>().join(" ")));
                }
                Place::Title(title) => done.push((range, title.spelled(translation.text()))),
                Place::Scalar(scalar) => done.push((range, scalar.spelled(translation.text()))),
                Place::Nested(nested) => {
                    let translations = &translations[segment..segment + nested.segments];
                    done.push((range, nested.merge(text, translations, target)?));
                }
                Place::Same(_) => {}
            }
        }
        open.settle(&document, &mut done)?;
        Ok(done)
    }
}
