//! Parts that other office formats share with Word: drawings, charts, diagrams, properties.

use std::collections::HashSet;

use terjuman_model::{Segment, TaggedText};

use super::retarget::Retarget;
use super::skeleton::{PartWriter, TextPart};
use super::slot::Slot;
use super::styles::Styles;
use super::walk::{Context, walk_around};
use crate::package::Package;
use crate::runs::{Rewritten, Span};
use crate::xml::XmlPart;
use crate::{FormatError, Limits, Options, Target, Untranslated};

/// A part in a vocabulary that all office formats have, taken apart.
pub(crate) struct OfficePart {
    part: TextPart,
    limits: Limits,
}

impl OfficePart {
    /// Finds the text of the part, without that in elements which begin at one of the places `skipped`.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] and [`FormatError::TooComplex`], as the scanner finds them.
    pub(crate) fn read_around(
        part: &XmlPart,
        skipped: HashSet<usize>,
        options: &Options,
        limits: &Limits,
    ) -> Result<(Self, Vec<Segment>), FormatError> {
        let mut segments = Vec::new();
        let context = Context { options, limits, styles: &Styles::default() };
        let found = walk_around(part, context, skipped, &mut segments)?;
        Ok((Self { part: TextPart { name: part.name.clone(), found }, limits: limits.clone() }, segments))
    }

    /// What of the part stays as it is.
    pub(crate) fn untranslated(&self) -> &Untranslated {
        &self.part.found.untranslated
    }

    /// What the part is called.
    pub(crate) fn name(&self) -> &str {
        &self.part.name
    }

    /// The segments that are all the text of an element, with that text's place: cached values of charts, properties.
    pub(crate) fn values(&self) -> impl Iterator<Item = (usize, Span)> {
        self.part.found.slots.iter().filter_map(|slot| match slot {
            Slot::Element(plain) => Some((plain.segment, plain.span)),
            _ => None,
        })
    }

    /// Paragraphs in runs: their place, and their segments.
    pub(crate) fn paragraphs(&self) -> impl Iterator<Item = (Span, &[usize])> {
        self.part.found.slots.iter().filter_map(|slot| match slot {
            Slot::Paragraph(paragraph) => Some((paragraph.block.span, paragraph.segments.as_slice())),
            _ => None,
        })
    }

    /// The part's new bytes with `more` edits, which lie outside of paragraphs and texts; `None` if nothing changes. It
    /// stands in this package.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged.
    pub(crate) fn write_with(
        &self,
        package: &Package,
        translations: &[TaggedText],
        changed: &[bool],
        target: &Target,
        more: Vec<Rewritten>,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        let retarget = Retarget::new(target, &self.limits);
        let part = &self.part;
        let (retarget, limits) = (retarget.as_ref(), &self.limits);
        PartWriter { part, package, translations, changed, retarget, limits }.write_with(more)
    }
}
