//! A topic without its text, and how the text comes back.

use std::ops::Range;

use terjuman_model::{Direction, TaggedText};

use crate::inline::{self, Slot};
use crate::rewriting::{Rewriting, Rewritten};
use crate::sources::Sources;
use crate::xml::{XmlPart, check};
use crate::{FormatError, Limits, Skeleton, Target, Untranslated};

/// The file, the places of its texts, and those of its languages.
pub(super) struct DitaSkeleton {
    pub(super) part: XmlPart,
    /// The bytes, if they are not the text's own.
    pub(super) original: Option<Vec<u8>>,
    pub(super) slots: Vec<Slot>,
    /// What stands there now: equal text keeps its spelling.
    pub(super) sources: Sources,
    /// Values of `xml:lang`, by place.
    pub(super) languages: Vec<Range<usize>>,
    /// Where the root element's name ends, and whether it says its language: the first of all then.
    pub(super) root: (usize, bool),
    /// The value of the root's `dir`, if it has one.
    pub(super) direction: Option<Range<usize>>,
    pub(super) limits: Limits,
    pub(super) untranslated: Untranslated,
}

impl Skeleton for DitaSkeleton {
    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }

    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.slots.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let (text, slots) = (&self.part.text, &self.slots);
        let mut rewriting = Rewriting::new(text);
        let place = |index: usize| slots[index].range.range();
        rewriting.nested(self.languages(target), slots.len(), place, |index, inner| {
            let (slot, translation) = (&slots[index], &translations[index]);
            if self.sources.is_same(index, translation) {
                return Ok(None);
            }
            inline::write(text, slot, translation, inner).map(Some)
        })?;
        let Some(text) = rewriting.finish() else {
            return Ok(self.original.as_deref().unwrap_or(self.part.text.as_bytes()).to_vec());
        };
        check(&text, &self.part.name, &self.limits)?;
        Ok(self.part.encode_owned(text))
    }
}

impl DitaSkeleton {
    /// The root is in the target's language, and what said that it is in the root's or the source's language is too.
    fn languages(&self, target: &Target) -> Vec<Rewritten> {
        let Some(language) = &target.language else { return Vec::new() };
        let primary = |tag: &str| tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let (root, is_stated) = self.root;
        let stated = self.languages.first().filter(|_| is_stated).map(|range| primary(&self.part.text[range.clone()]));
        let source = target.source_language.as_ref().map(|source| primary(source.code()));
        let mut edits = Vec::new();
        let mut added = String::new();
        if !is_stated {
            added = format!(" xml:lang=\"{}\"", language.code());
        }
        let wanted = if language.direction() == Direction::RightToLeft { "rtl" } else { "ltr" };
        match &self.direction {
            // Other values, `lro` among them, are not about the language.
            Some(range) if ["ltr", "rtl"].contains(&&self.part.text[range.clone()]) => {
                edits.push((range.clone(), wanted.to_owned()));
            }
            None if wanted == "rtl" => added.push_str(" dir=\"rtl\""),
            _ => {}
        }
        if !added.is_empty() {
            edits.push((root..root, added));
        }
        for range in &self.languages {
            let here = Some(primary(&self.part.text[range.clone()]));
            if here == stated || here == source {
                edits.push((range.clone(), language.code().to_owned()));
            }
        }
        edits.sort_by_key(|(range, _)| range.start);
        edits
    }
}
