//! A document without its text, and how the text comes back.

use std::ops::Range;

use encoding_rs::Encoding;
use terjuman_model::TaggedText;

use super::attributes::Quote;
use super::charset::{self, Charset};
use super::notes::Notes;
use super::references::{self, Bare, Spelling};
use super::slot::{Frame, Slot};
use super::write;
use crate::rewriting::{Rewriting, Rewritten};
use crate::{FormatError, Skeleton, Target, Untranslated};

/// The source and the places in it.
pub(crate) struct HtmlSkeleton {
    pub(super) text: String,
    pub(super) places: Places,
}

/// The places in a source that is kept elsewhere.
pub(crate) struct Places {
    pub(super) charset: Charset,
    /// By place; a slot comes before the slots inside it.
    pub(super) slots: Vec<Slot>,
    pub(super) notes: Notes,
}

impl Skeleton for HtmlSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        Ok(self.write(translations, target)?.0)
    }

    fn untranslated(&self) -> Untranslated {
        self.places.untranslated()
    }
}

impl HtmlSkeleton {
    /// The page with its translations, and the encoding it is in now.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if a tag is lost or doubled.
    pub(crate) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<(Vec<u8>, &'static Encoding), FormatError> {
        self.places.write_text(&self.text, translations, target)
    }

    /// The value of the attribute that this page is, if it changes.
    fn framed(
        &self,
        translations: &[TaggedText],
        target: &Target,
        quote: Quote,
        newline: &str,
    ) -> Result<Option<String>, FormatError> {
        let (written, _) = self.write(translations, target)?;
        let Ok(written) = std::str::from_utf8(&written) else { return Ok(None) };
        if written == self.text {
            return Ok(None);
        }
        let mut out = String::with_capacity(written.len() + written.len() / 4);
        let spelling = Spelling { newline, no_break_space: "\u{a0}", references: &[], bare: Bare::default() };
        references::write(written, quote, &spelling, &mut out);
        Ok(Some(out))
    }
}

impl Places {
    /// What stays as it is.
    pub(crate) fn untranslated(&self) -> Untranslated {
        self.notes.untranslated.clone()
    }

    /// The page with its translations, and the encoding it is in now, from the bytes that it was read from.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if a tag is lost or doubled.
    pub(crate) fn write(
        &self,
        bytes: &[u8],
        told: Option<&'static Encoding>,
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<(Vec<u8>, &'static Encoding), FormatError> {
        self.write_text(&charset::read(bytes, told)?.0, translations, target)
    }

    fn write_text(
        &self,
        text: &str,
        translations: &[TaggedText],
        target: &Target,
    ) -> Result<(Vec<u8>, &'static Encoding), FormatError> {
        if translations.len() != self.slots.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let mut edits = self.notes.language_edits(text, target);
        let mut charset = self.charset;
        if !charset.fits(translations.iter().map(TaggedText::text)) {
            charset = charset.as_utf_8(false);
            let (named, is_named) = self.notes.charset_edits(&charset);
            edits.extend(named);
            charset = charset.as_utf_8(!is_named && !charset.told);
        } else if target.language.is_some() && charset.is_declared_wrong() {
            edits.extend(self.notes.charset_edits(&charset).0);
        } else if target.language.is_some()
            && charset.is_undeclared()
            && text.is_ascii()
            && !translations.iter().all(|translation| translation.text().is_ascii())
        {
            // ASCII needs no declaration. Its translation does: browsers do not guess UTF-8.
            edits.extend(self.notes.charset_edits(&charset).0);
        }
        let removed = self.notes.removed(target);
        if !removed.is_empty() {
            edits.retain(|(range, _)| !is_within(removed, range));
            edits.extend(removed.iter().map(|range| (range.clone(), String::new())));
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let text = self.rewrite(text, translations, target, edits)?.unwrap_or_else(|| text.to_owned());
        Ok((charset.write(text.into_bytes())?, charset.encoding))
    }

    /// Writes every slot.
    fn rewrite(
        &self,
        text: &str,
        translations: &[TaggedText],
        target: &Target,
        edits: Vec<Rewritten>,
    ) -> Result<Option<String>, FormatError> {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let no_break_space = self.no_break_space(text);
        let mut rewriting = Rewriting::new(text);
        let place = |index: usize| self.slots[index].range.range();
        let removed = self.notes.removed(target);
        rewriting.nested(edits, self.slots.len(), place, |index, inner| {
            let slot = &self.slots[index];
            if is_within(removed, &slot.range.range()) {
                return Ok(None);
            }
            if let Some(frame) = slot.frame() {
                let Frame::Page(page) = frame else { return Ok(None) };
                let translations = &translations[index..(index + page.places.slots.len()).min(translations.len())];
                return page.framed(translations, target, slot.attribute.unwrap_or(Quote::Double), newline);
            }
            let references: Vec<_> = slot.references().iter().map(|(c, range)| (*c, &text[range.range()])).collect();
            let mut bare = Bare::default();
            if !self.notes.xhtml {
                slot.texts().for_each(|text| bare.note(text));
            }
            let spelling = Spelling { newline, no_break_space, references: &references, bare };
            write::write(text, slot, &translations[index], &spelling, inner).map(Some)
        })?;
        Ok(rewriting.finish())
    }

    /// How the document spells a no-break space.
    fn no_break_space<'a>(&self, text: &'a str) -> &'a str {
        let spelled = self.slots.iter().flat_map(Slot::references).find(|(character, _)| *character == '\u{a0}');
        match spelled {
            Some((_, range)) => &text[range.range()],
            None if text.contains('\u{a0}') => "\u{a0}",
            // XML has no names for characters but its own five.
            None if self.notes.xhtml => "&#160;",
            None => "&nbsp;",
        }
    }
}

/// Whether a stretch is in one of the `ranges`, which are in order.
fn is_within(ranges: &[Range<usize>], stretch: &Range<usize>) -> bool {
    let after = ranges.partition_point(|range| range.start <= stretch.start);
    after.checked_sub(1).is_some_and(|last| stretch.end <= ranges[last].end)
}
