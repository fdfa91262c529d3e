//! A document without its text, and how the text comes back.

use std::borrow::Cow;
use std::collections::HashMap;

use terjuman_model::TaggedText;

use super::retarget::{Retarget, shifted};
use super::slot::{ParagraphSlot, Plain, Slot};
use super::structure::fingerprint;
use super::styles::Styles;
use super::walk::Found;
use crate::extent::Extent;
use crate::fed_workbook::FedWorkbook;
use crate::package::{Changes, Package};
use crate::runs::{self, Format, Rewritten};
use crate::sources::Sources;
use crate::titles::Titles;
use crate::xml::{escape_attribute, escape_text};
use crate::{FormatError, Limits, Skeleton, Target, Untranslated};

/// The package, its parts with text and the places in them.
pub(super) struct DocxSkeleton {
    pub(super) package: Package,
    pub(super) parts: Vec<TextPart>,
    /// The part of the styles, by name.
    pub(super) styles: Option<(String, Styles)>,
    pub(super) settings: Option<String>,
    pub(super) foreign: Vec<Foreign>,
    /// Workbooks behind charts.
    pub(super) workbooks: Vec<FedWorkbook>,
    /// Titles that the properties repeat.
    pub(super) titles: Option<Titles>,
    /// What each segment said, to tell what changed.
    pub(super) sources: Sources,
    pub(super) limits: Limits,
    /// Entries that no longer hold when a part changes, and parts that must forget them.
    pub(super) signatures: Changes,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// A part with text: the places in it. What it says is read again from its package where it is written.
pub(super) struct TextPart {
    pub(super) name: String,
    pub(super) found: Found,
}

/// A document in another format, taken apart by its own filter.
pub(super) struct Foreign {
    pub(super) part: String,
    pub(super) skeleton: Box<dyn Skeleton>,
    pub(super) segments: std::ops::Range<usize>,
}

impl Skeleton for DocxSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        self.write(translations, target, Extent::Changed)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

impl DocxSkeleton {
    /// Writes the document.
    pub(super) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
        extent: Extent,
    ) -> Result<Vec<u8>, FormatError> {
        let changed = extent.written(translations, &self.sources)?;
        let retarget = Retarget::new(target, &self.limits);
        let mut changes = self.signatures.clone();
        let mut any = false;
        for part in &self.parts {
            let (package, retarget, limits) = (&self.package, retarget.as_ref(), &self.limits);
            let writer = PartWriter { part, package, translations, changed: &changed, retarget, limits };
            if let Some(bytes) = writer.write()? {
                changes.replace(&self.package, &part.name, bytes);
                any = true;
            }
        }
        for foreign in &self.foreign {
            if changed[foreign.segments.clone()].contains(&true) {
                let bytes = foreign.skeleton.merge(&translations[foreign.segments.clone()], target)?;
                changes.replace(&self.package, &foreign.part, bytes);
                any = true;
            }
        }
        for workbook in &self.workbooks {
            if let Some(bytes) = workbook.write(translations, &changed)? {
                changes.replace(&self.package, workbook.name(), bytes);
                any = true;
            }
        }
        if !any {
            return self.package.write(&Changes::default());
        }
        if let Some((name, bytes)) = self.titles.as_ref().and_then(|titles| titles.write(translations, &changed)) {
            changes.replace(&self.package, name, bytes);
        }
        if let Some(retarget) = &retarget {
            self.retarget_document(retarget, &mut changes)?;
        }
        let bytes = self.package.write(&changes)?;
        Package::open(&bytes, &self.limits)
            .map_err(|error| FormatError::Verification(format!("the written package cannot be opened: {error}")))?;
        Ok(bytes)
    }

    /// The language of the document's defaults, of its styles, and of its theme fonts.
    fn retarget_document(&self, retarget: &Retarget, changes: &mut Changes) -> Result<(), FormatError> {
        if let Some((name, styles)) = &self.styles {
            let part = self.package.again(name)?;
            let mut edits = Vec::new();
            if let Some(span) = styles.defaults {
                edits.extend(shifted(retarget.defaults(&part.text[span.range()]), span.start));
            }
            for span in &styles.languages {
                edits.extend(shifted(retarget.style_language(&part.text[span.range()]), span.start));
            }
            if !edits.is_empty() {
                changes.replace(&self.package, &part.name, part.encode(&applied(&part.text, edits)));
            }
        }
        let settings = self.settings.as_ref().map(|name| self.package.again(name)).transpose()?;
        if let Some(part) = settings
            && let Some(start) = part.text.find("themeFontLang").and_then(|at| part.text[..at].rfind('<'))
            && let Some(length) = part.text[start..].find('>')
        {
            let element = &part.text[start..=start + length];
            let prefix = element[1..].split_once("themeFontLang").map_or("", |(prefix, _)| prefix);
            // Only the start tag, made an element of its own.
            let alone = if element.ends_with("/>") {
                element.to_owned()
            } else {
                format!("{}/>", &element[..element.len() - 1])
            };
            let edits = shifted(retarget.language_edits(&alone, prefix), start);
            if !edits.is_empty() {
                changes.replace(&self.package, &part.name, part.encode(&applied(&part.text, edits)));
            }
        }
        Ok(())
    }
}

fn applied(text: &str, mut edits: Vec<Rewritten>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 64);
    runs::raw(text, 0..text.len(), &edits, &mut out);
    out
}

/// Writes one part.
pub(super) struct PartWriter<'a> {
    pub(super) part: &'a TextPart,
    pub(super) package: &'a Package,
    pub(super) translations: &'a [TaggedText],
    pub(super) changed: &'a [bool],
    pub(super) retarget: Option<&'a Retarget>,
    pub(super) limits: &'a Limits,
}

/// Something to write at a place: a slot, or an edit that is known already.
enum Job<'a> {
    Slot(&'a Slot),
    Edit(String),
}

impl PartWriter<'_> {
    /// The part's new bytes, `None` if nothing in it changes.
    pub(super) fn write(&self) -> Result<Option<Vec<u8>>, FormatError> {
        self.write_with(Vec::new())
    }

    /// As [`Self::write`], with more edits, which lie outside of paragraphs and texts.
    pub(super) fn write_with(&self, more: Vec<Rewritten>) -> Result<Option<Vec<u8>>, FormatError> {
        let slots = &self.part.found.slots;
        let changes = |slot: &&Slot| slot.segments().iter().any(|segment| self.changed[*segment]);
        if more.is_empty() && !slots.iter().any(|slot| changes(&slot)) {
            return Ok(None);
        }
        let part = self.package.again(&self.part.name)?;
        let turns = self.retarget.is_some_and(Retarget::turns);
        let mut jobs: Vec<(std::ops::Range<usize>, Job<'_>)> = Vec::new();
        for slot in slots.iter().filter(|slot| turns || changes(slot)) {
            jobs.push((slot.span().range(), Job::Slot(slot)));
        }
        let edits = self.direction_edits(&part.text).into_iter().chain(more);
        jobs.extend(edits.map(|(range, text)| (range, Job::Edit(text))));
        jobs.sort_by_key(|(range, _)| (range.start, range.end));
        // From the end to the start, so that what is inside a paragraph comes before it.
        let mut done: Vec<Rewritten> = Vec::new();
        let mut spelled = HashMap::new();
        for (range, job) in jobs.into_iter().rev() {
            let text = match job {
                Job::Edit(text) => text,
                Job::Slot(Slot::Attribute(plain)) => self.plain(plain, escape_attribute),
                Job::Slot(Slot::Element(plain)) => self.plain(plain, escape_text),
                Job::Slot(Slot::Paragraph(paragraph)) => {
                    let mut inner = Vec::new();
                    while let Some(rewritten) = done.pop_if(|(inner, _)| inner.start < range.end) {
                        inner.push(rewritten);
                    }
                    self.paragraph(&part.text, paragraph, &inner, &mut spelled)?
                }
            };
            done.push((range, text));
        }
        done.reverse();
        let mut text = String::with_capacity(part.text.len() * 5 / 4);
        runs::raw(&part.text, 0..part.text.len(), &done, &mut text);
        let damaged = |error: FormatError| FormatError::Verification(format!("a written part is damaged: {error}"));
        if fingerprint(&text, &part, self.limits).map_err(damaged)? != fingerprint(&part.text, &part, self.limits)? {
            return Err(FormatError::Verification("a written part lost or doubled an element".into()));
        }
        Ok(Some(part.encode_owned(text)))
    }

    /// Edits of the properties of paragraphs, tables and sections, if the direction changes.
    fn direction_edits(&self, text: &str) -> Vec<Rewritten> {
        let Some(retarget) = self.retarget.filter(|retarget| retarget.turns()) else { return Vec::new() };
        let found = &self.part.found;
        let mut edits = Vec::new();
        for slot in &found.slots {
            if let Slot::Paragraph(slot) = slot
                && let Some(span) = slot.properties
            {
                let properties = &text[span.range()];
                let own = retarget.paragraph(slot.vocabulary, &slot.properties_name, properties);
                edits.extend(shifted(own, span.start));
            }
        }
        for (vocabulary, span) in &found.repeated {
            let properties = &text[span.range()];
            let name =
                properties[1..].split(|at: char| at.is_whitespace() || "/>".contains(at)).next().unwrap_or_default();
            edits.extend(shifted(retarget.paragraph(*vocabulary, name, properties), span.start));
        }
        for span in &found.tables {
            edits.extend(shifted(retarget.table(&text[span.range()]), span.start));
        }
        for span in &found.sections {
            edits.extend(shifted(retarget.section(&text[span.range()]), span.start));
        }
        edits
    }

    fn plain(&self, plain: &Plain, escape: fn(&str, &mut String)) -> String {
        let mut out = String::new();
        for text in [&plain.before, self.translations[plain.segment].text(), &plain.after] {
            escape(text, &mut out);
        }
        out
    }

    /// `spelled` keeps the properties that have been made for the target.
    fn paragraph(
        &self,
        text: &str,
        slot: &ParagraphSlot,
        inner: &[Rewritten],
        spelled: &mut HashMap<String, String>,
    ) -> Result<String, FormatError> {
        let translations: Vec<_> = slot.segments.iter().map(|segment| &self.translations[*segment]).collect();
        let prefix = slot.names.run.strip_suffix('r').unwrap_or_default();
        let mut properties = |format: Format, out: &mut String| {
            // The hint of a link may have been translated.
            let mut original = Cow::Borrowed(&text[format.properties.range()]);
            let hint = inner.partition_point(|(hint, _)| hint.start < format.properties.start());
            if inner.get(hint).is_some_and(|(hint, _)| hint.end <= format.properties.end()) {
                let mut edited = String::new();
                runs::raw(text, format.properties.range(), inner, &mut edited);
                original = Cow::Owned(edited);
            }
            let original = original.as_ref();
            let Some(retarget) = self.retarget else { return out.push_str(original) };
            match spelled.get(original) {
                Some(made) => out.push_str(made),
                None => {
                    let made = retarget.run(slot.vocabulary, prefix, original);
                    out.push_str(&made);
                    spelled.insert(original.to_owned(), made);
                }
            }
        };
        runs::write(text, &slot.block, &translations, &slot.names, &mut properties, inner)
    }
}
