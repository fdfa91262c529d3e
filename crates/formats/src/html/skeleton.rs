//! A document without its text, and how the text comes back.

use std::iter::Peekable;

use encoding_rs::Encoding;
use terjuman_model::TaggedText;

use super::charset::Charset;
use super::notes::Notes;
use super::references::Spelling;
use super::slot::Slot;
use super::write::{self, Rewritten};
use crate::edits::Edits;
use crate::{FormatError, Skeleton, Target, Untranslated};

/// The source and the places in it.
pub(crate) struct HtmlSkeleton {
    pub(super) text: String,
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
        self.notes.untranslated.clone()
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
        if translations.len() != self.slots.len() {
            return Err(FormatError::Verification("the number of translations is not the number of segments".into()));
        }
        let mut edits = self.notes.language_edits(&self.text, target);
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
            && self.text.is_ascii()
            && !translations.iter().all(|translation| translation.text().is_ascii())
        {
            // ASCII needs no declaration. Its translation does: browsers do not guess UTF-8.
            edits.extend(self.notes.charset_edits(&charset).0);
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let rewritten = self.rewrite(translations, edits)?;
        let mut edits = Edits::default();
        for (range, text) in rewritten {
            edits.replace(range, text);
        }
        Ok((charset.write(edits.apply(self.text.as_bytes()))?, charset.encoding))
    }

    /// Writes every slot, from the end of the document to its start, so that what is inside a slot comes before it.
    fn rewrite(&self, translations: &[TaggedText], edits: Vec<Rewritten>) -> Result<Vec<Rewritten>, FormatError> {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let no_break_space = self.no_break_space();
        let mut edits = edits.into_iter().rev().peekable();
        let mut done: Vec<Rewritten> = Vec::new();
        for (slot, translation) in self.slots.iter().zip(translations).rev() {
            take_from(&mut edits, slot.range.start, &mut done);
            let mut inner = Vec::new();
            while let Some(rewritten) = done.pop_if(|(range, _)| range.start < slot.range.end) {
                inner.push(rewritten);
            }
            let references: Vec<_> = slot.references.iter().map(|(c, range)| (*c, &self.text[range.clone()])).collect();
            let spelling = Spelling { newline, no_break_space, references: &references };
            done.push((slot.range.clone(), write::write(&self.text, slot, translation, &spelling, &inner)?));
        }
        take_from(&mut edits, 0, &mut done);
        Ok(done)
    }

    /// How the document spells a no-break space.
    fn no_break_space(&self) -> &str {
        let spelled = self.slots.iter().flat_map(|slot| &slot.references).find(|(character, _)| *character == '\u{a0}');
        match spelled {
            Some((_, range)) => &self.text[range.clone()],
            None if self.text.contains('\u{a0}') => "\u{a0}",
            // XML has no names for characters but its own five.
            None if self.notes.xhtml => "&#160;",
            None => "&nbsp;",
        }
    }
}

fn take_from(edits: &mut Peekable<impl Iterator<Item = Rewritten>>, start: usize, done: &mut Vec<Rewritten>) {
    while let Some(edit) = edits.next_if(|(range, _)| range.start >= start) {
        done.push(edit);
    }
}
