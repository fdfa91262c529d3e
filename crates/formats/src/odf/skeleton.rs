//! A document without its text, and how the text comes back.

use std::ops::Range;

use terjuman_model::TaggedText;

use super::retarget::Retarget;
use super::sequences;
use super::sheet_names::{rename_in_file, rename_in_package};
use super::slot::{ParagraphSlot, Plain, Slot, Value};
use super::spans::Spans;
use super::structure::fingerprint;
use super::walk::Found;
use crate::extent::Extent;
use crate::package::{Changes, Package};
use crate::runs::{self, Rewritten};
use crate::sources::Sources;
use crate::xlsx::SheetNames;
use crate::xml::{XmlPart, escape_attribute, escape_text};
use crate::{FormatError, Limits, Skeleton, Target, Untranslated};

/// What a document came in.
pub(super) enum Container {
    Package(Box<Package>),
    /// One file, which is the only part: its bytes, if they are not the text's own.
    Flat(Option<Vec<u8>>),
}

/// The container, its parts with text and the places in them.
pub(super) struct OdfSkeleton {
    pub(super) container: Container,
    pub(super) parts: Vec<TextPart>,
    /// Names of the sheets that get new ones.
    pub(super) sheets: SheetNames,
    /// What each segment said, to tell what changed.
    pub(super) sources: Sources,
    pub(super) limits: Limits,
    /// Entries that no longer hold when a part changes.
    pub(super) signatures: Changes,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// A part that may have text, and has styles.
pub(super) struct TextPart {
    pub(super) part: XmlPart,
    pub(super) found: Found,
}

impl Skeleton for OdfSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        self.write(translations, target, Extent::Changed)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

impl OdfSkeleton {
    /// A flat document as it came in.
    fn flat(&self, bytes: Option<&Vec<u8>>) -> Vec<u8> {
        let text = || self.parts.first().map(|part| part.part.text.as_bytes().to_vec()).unwrap_or_default();
        bytes.cloned().unwrap_or_else(text)
    }

    /// Writes the document.
    pub(super) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
        extent: Extent,
    ) -> Result<Vec<u8>, FormatError> {
        let changed = extent.written(translations, &self.sources)?;
        if !changed.contains(&true) {
            return match &self.container {
                Container::Package(package) => package.write(&Changes::default()),
                Container::Flat(bytes) => Ok(self.flat(bytes.as_ref())),
            };
        }
        let retarget = Retarget::new(target);
        let mut changes = self.signatures.clone();
        for part in &self.parts {
            let writer =
                PartWriter { part, translations, changed: &changed, retarget: retarget.as_ref(), limits: &self.limits };
            if let Some(bytes) = writer.write()? {
                match &self.container {
                    Container::Package(package) => changes.replace(package, &part.part.name, bytes),
                    Container::Flat(_) => {
                        return rename_in_file(&self.sheets, bytes, translations, &changed, &self.limits);
                    }
                }
            }
        }
        let bytes = match &self.container {
            Container::Package(package) => package.write(&changes)?,
            Container::Flat(bytes) => {
                let bytes = self.flat(bytes.as_ref());
                return rename_in_file(&self.sheets, bytes, translations, &changed, &self.limits);
            }
        };
        let bytes = rename_in_package(&self.sheets, bytes, translations, &changed, &self.limits)?;
        Package::open(&bytes, &self.limits)
            .map_err(|error| FormatError::Verification(format!("the written package cannot be opened: {error}")))?;
        Ok(bytes)
    }
}

struct PartWriter<'a> {
    part: &'a TextPart,
    translations: &'a [TaggedText],
    changed: &'a [bool],
    retarget: Option<&'a Retarget>,
    limits: &'a Limits,
}

/// Something to write at a place: a slot, or an edit that is known already.
enum Job<'a> {
    Slot(&'a Slot),
    Edit(String),
}

impl PartWriter<'_> {
    /// The part's new bytes, `None` if nothing in it changes.
    fn write(&self) -> Result<Option<Vec<u8>>, FormatError> {
        let part = &self.part.part;
        let changes = |slot: &&Slot| slot.segments().iter().any(|segment| self.changed[*segment]);
        let mut jobs: Vec<(Range<usize>, Job<'_>)> = Vec::new();
        for slot in self.part.found.slots.iter().filter(changes) {
            jobs.push((slot.span().range(), Job::Slot(slot)));
        }
        if let Some(retarget) = self.retarget {
            let edits = retarget.edits(part, self.limits)?;
            jobs.extend(edits.into_iter().map(|(range, text)| (range, Job::Edit(text))));
        }
        if jobs.is_empty() {
            return Ok(None);
        }
        jobs.sort_by_key(|(range, _)| (range.start, range.end));
        // From the end to the start, so that what is inside a paragraph comes before it.
        let mut done: Vec<Rewritten> = Vec::new();
        for (range, job) in jobs.into_iter().rev() {
            let text = match job {
                Job::Edit(text) => text,
                Job::Slot(Slot::Attribute(plain)) => self.plain(plain, escape_attribute),
                Job::Slot(Slot::Element(plain)) => self.plain(plain, escape_text),
                Job::Slot(Slot::Value(value)) => self.value(value),
                Job::Slot(Slot::Paragraph(paragraph)) => {
                    let mut inner = Vec::new();
                    while let Some(rewritten) = done.pop_if(|(inner, _)| inner.start < range.end) {
                        inner.push(rewritten);
                    }
                    self.paragraph(paragraph, &inner)?
                }
            };
            done.push((range, text));
        }
        done.reverse();
        let text = runs::whole(&part.text, done);
        let damaged = |error: FormatError| FormatError::Verification(format!("a written part is damaged: {error}"));
        if fingerprint(&text, part, self.limits).map_err(damaged)? != fingerprint(&part.text, part, self.limits)? {
            return Err(FormatError::Verification("a written part lost or doubled an element".into()));
        }
        let text = sequences::renamed(part, &text, self.limits)?.unwrap_or(text);
        Ok(Some(part.encode_owned(text)))
    }

    fn plain(&self, plain: &Plain, escape: fn(&str, &mut String)) -> String {
        let mut out = String::new();
        for text in [&plain.before, self.translations[plain.segment].text(), &plain.after] {
            escape(text, &mut out);
        }
        out
    }

    fn value(&self, value: &Value) -> String {
        let mut out = String::new();
        for (index, between) in value.between.iter().enumerate() {
            escape_attribute(between, &mut out);
            if let Some(segment) = value.segments.get(index) {
                let text = self.translations[*segment].text();
                match value.quoted && text.contains('"') {
                    true => escape_attribute(&text.replace('"', "\"\""), &mut out),
                    false => escape_attribute(text, &mut out),
                }
            }
        }
        out
    }

    fn paragraph(&self, slot: &ParagraphSlot, inner: &[Rewritten]) -> Result<String, FormatError> {
        let translations: Vec<_> = slot.segments.iter().map(|segment| &self.translations[*segment]).collect();
        let mut spelling = Spans::new(&self.part.found.formats, &slot.prefix);
        runs::write_in(&self.part.part.text, &slot.block, &translations, &mut spelling, inner)
    }
}
