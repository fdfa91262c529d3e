//! A workbook without its text, and how the text comes back.

use std::collections::{HashMap, HashSet};

use terjuman_model::TaggedText;

use super::choices;
use super::gate::fingerprint;
use super::originals::Originals;
use super::pending::{Member, Names};
use super::sheet_names::SheetNames;
use super::slot::{Shape, Slot, Translated, is_too_long};
use super::tags::set_attribute;
use super::units::{Markup, flat};
use crate::culture::is_right_to_left;
use crate::docx::OfficePart;
use crate::extent::Extent;
use crate::package::{Changes, Package};
use crate::runs::{self, Rewritten, Span};
use crate::sources::Sources;
use crate::xml::{XmlPart, unescape};
use crate::{FormatError, Limits, Skeleton, Target, Untranslated};

/// The package, its parts with text and the places in them.
pub(super) struct XlsxSkeleton {
    pub(super) package: Package,
    pub(super) parts: Vec<SlotPart>,
    pub(super) office: Vec<Drawn>,
    pub(super) sheets: SheetNames,
    pub(super) names: Vec<Names>,
    /// What each segment said, to tell what changed.
    pub(super) sources: Sources,
    pub(super) originals: Originals,
    pub(super) markup: Vec<Box<[Markup]>>,
    pub(super) limits: Limits,
    /// Entries that no longer hold when a part changes, and parts that must forget them.
    pub(super) signatures: Changes,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// A part with places. What it says is read again from its package where it is written.
pub(super) struct SlotPart {
    pub(super) name: String,
    pub(super) prefix: Box<str>,
    pub(super) slots: Vec<Slot>,
    /// Lists whose members must differ.
    pub(super) lists: Vec<Vec<Member>>,
    /// Start tags of a sheet's views.
    pub(super) views: Vec<Span>,
    /// The start tag of a pivot cache.
    pub(super) cache: Option<Span>,
    /// What else changes once anything does: the workbook asks for a computation.
    pub(super) always: Option<Rewritten>,
}

/// A drawing, a chart, a diagram, the document's properties.
pub(super) struct Drawn {
    pub(super) part: OfficePart,
    pub(super) own: Vec<Own>,
}

/// What a segment of a drawn part is in the workbook.
pub(super) enum Own {
    /// A segment of its own.
    Segment(usize),
    /// It says what a cell says, which is this segment; and what it says itself.
    Cell(usize, TaggedText),
    /// It stays.
    Kept(TaggedText),
}

impl Skeleton for XlsxSkeleton {
    fn merge(&self, translations: &[TaggedText], target: &Target) -> Result<Vec<u8>, FormatError> {
        self.write(translations, target, Extent::Changed)
    }

    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }
}

impl XlsxSkeleton {
    /// Writes the workbook.
    pub(super) fn write(
        &self,
        translations: &[TaggedText],
        target: &Target,
        extent: Extent,
    ) -> Result<Vec<u8>, FormatError> {
        let mut changed = extent.written(translations, &self.sources)?;
        if !changed.contains(&true) {
            return self.package.write(&Changes::default());
        }
        let lists: Vec<_> = self.parts.iter().flat_map(|part| &part.slots).filter(choices::is_list).collect();
        let fitted: Vec<TaggedText>;
        let translations = if lists.is_empty() {
            translations
        } else {
            let with = Translated { translations, markup: &self.markup };
            let mut all = translations.to_vec();
            for (segment, text) in choices::fitting(&lists, &with, &changed, &self.originals)? {
                all[segment] = text;
            }
            fitted = all;
            &fitted
        };
        let distinct = self.distinct_names(translations, &changed)?;
        let renamed: Vec<TaggedText>;
        let translations = if distinct.is_empty() {
            translations
        } else {
            let mut all = translations.to_vec();
            for (segment, name) in distinct {
                changed[segment] = true;
                all[segment] = name;
            }
            renamed = all;
            &renamed
        };
        let with = Translated { translations, markup: &self.markup };
        let mut changes = self.signatures.clone();
        for part in &self.parts {
            if let Some(bytes) = self.part(part, &with, &changed, right_to_left(target))? {
                changes.replace(&self.package, &part.name, bytes);
            }
        }
        for drawn in &self.office {
            if let Some(bytes) = drawn.write(&self.package, &with, &changed, target)? {
                changes.replace(&self.package, drawn.part.name(), bytes);
            }
        }
        let bytes = self.package.write(&changes)?;
        let bytes = self.sheets.rename(bytes, translations, &changed, &self.limits)?;
        Package::open(&bytes, &self.limits)
            .map_err(|error| FormatError::Verification(format!("the written package cannot be opened: {error}")))?;
        Ok(bytes)
    }

    /// The names that would be those of another column, with a number: columns of a table are told apart by name, without
    /// regard to case. A name that would be too long stays as it was.
    fn distinct_names(
        &self,
        translations: &[TaggedText],
        changed: &[bool],
    ) -> Result<Vec<(usize, TaggedText)>, FormatError> {
        let with = Translated { translations, markup: &self.markup };
        let mut names: HashMap<usize, String> = HashMap::new();
        let mut renamed = Vec::new();
        for &segment in self.names.iter().flat_map(|names| &names.segments) {
            if names.contains_key(&segment) {
                continue;
            }
            let mut name = with.flat(segment)?;
            // Room is left for a number.
            if changed[segment] && name.encode_utf16().count() > NAME - 8 {
                renamed.push((segment, self.originals.get(segment)));
                name = flat(&self.originals.get(segment), &self.markup[segment])?;
            }
            names.insert(segment, name.to_lowercase());
        }
        let sources: HashMap<usize, TaggedText> = renamed.iter().cloned().collect();
        let mut all: HashSet<String> = names.values().cloned().collect();
        all.extend(self.names.iter().flat_map(|names| names.kept.iter().cloned()));
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for table in &self.names {
            // Names that stay come first.
            let (stay, go): (Vec<usize>, Vec<usize>) = table.segments.iter().partition(|segment| !changed[**segment]);
            let mut seen: HashMap<String, usize> = table.kept.iter().map(|name| (name.clone(), usize::MAX)).collect();
            for segment in stay.into_iter().chain(go) {
                let name = names[&segment].clone();
                match seen.get(&name) {
                    Some(other) if *other != segment && changed[segment] => {
                        let number = numbers.entry(name.clone()).or_insert(1);
                        let fresh = loop {
                            *number += 1;
                            let fresh = format!("{name} {number}");
                            if all.insert(fresh.clone()) {
                                break fresh;
                            }
                        };
                        let mut translation = sources.get(&segment).unwrap_or(&translations[segment]).clone();
                        translation.push_str(&format!(" {number}"));
                        renamed.push((segment, translation));
                        seen.insert(fresh.clone(), segment);
                        names.insert(segment, fresh);
                    }
                    _ => {
                        seen.insert(name, segment);
                    }
                }
            }
        }
        Ok(renamed)
    }

    /// The part's new bytes, `None` if nothing in it changes.
    fn part(
        &self,
        part: &SlotPart,
        with: &Translated<'_>,
        changed: &[bool],
        direction: Option<&str>,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        let is_changed = part.slots.iter().any(|slot| slot.segments().any(|segment| changed[segment]));
        if !is_changed && part.always.is_none() && (direction.is_none() || part.views.is_empty()) {
            return Ok(None);
        }
        let file = self.package.again(&part.name)?;
        let source = &file.text;
        let mut written: Vec<Option<String>> = Vec::with_capacity(part.slots.len());
        for slot in &part.slots {
            let text = match slot.segments().any(|segment| changed[segment]) {
                true => Some(slot.write(source, &part.prefix, with)?),
                false => None,
            };
            let is_header = matches!(slot.shape, Shape::Header(_));
            written.push(text.filter(|text| !is_header || !is_too_long(&unescape(text))));
        }
        let mut refreshes = false;
        for list in &part.lists {
            refreshes |= keep_doubles(list, &mut written);
        }
        let mut edits: Vec<Rewritten> = part.always.iter().cloned().collect();
        if refreshes && let Some(tag) = part.cache {
            edits.extend(set_attribute(source, tag, "refreshOnLoad", "1"));
        }
        if let Some(value) = direction {
            let is_there = |tag: &&Span| value == "1" || source[tag.range()].contains("rightToLeft");
            edits.extend(
                part.views.iter().filter(is_there).filter_map(|tag| set_attribute(source, *tag, "rightToLeft", value)),
            );
        }
        for (slot, text) in part.slots.iter().zip(written) {
            edits.extend(text.map(|text| (slot.span.range(), text)));
        }
        if edits.is_empty() {
            return Ok(None);
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        self.rewritten(&file, edits, part.always.is_some()).map(Some)
    }

    /// The part with the edits made, after a check of what came out. `may_grow`: the element that asks for a computation
    /// may be new.
    fn rewritten(&self, part: &XmlPart, edits: Vec<Rewritten>, may_grow: bool) -> Result<Vec<u8>, FormatError> {
        let text = runs::whole(&part.text, edits);
        let damaged = |error: FormatError| FormatError::Verification(format!("a written part is damaged: {error}"));
        let after = fingerprint(&text, &part.name, &self.limits).map_err(damaged)?;
        let is_same = after == fingerprint(&part.text, &part.name, &self.limits)?;
        if !is_same && !may_grow {
            return Err(FormatError::Verification("a written part lost or doubled an element".into()));
        }
        Ok(part.encode_owned(text))
    }
}

/// The longest name of a column, and item of a pivot cache, in UTF-16 units.
const NAME: usize = 255;

/// Leaves alone what is too long, and what would double another member of its list. Says whether there was any.
fn keep_doubles(list: &[Member], written: &mut [Option<String>]) -> bool {
    let mut seen: HashSet<String> = HashSet::new();
    let (mut any, mut changes) = (false, Vec::new());
    for member in list {
        match member {
            Member::Slot(slot, source) => match &written[*slot] {
                Some(_) => changes.push((*slot, source)),
                None => {
                    seen.insert(source.to_lowercase());
                }
            },
            Member::Kept(text) => {
                seen.insert(text.to_lowercase());
            }
        }
    }
    for (slot, source) in changes {
        let new = written[slot].as_deref().map(|text| unescape(text).to_lowercase()).unwrap_or_default();
        if new.encode_utf16().count() > NAME || !seen.insert(new) {
            written[slot] = None;
            any = true;
            seen.insert(source.to_lowercase());
        }
    }
    any
}

/// The direction that sheets get, as the value of an attribute.
fn right_to_left(target: &Target) -> Option<&'static str> {
    let language = target.language.as_ref()?;
    match (target.source_language.as_ref().map(is_right_to_left), is_right_to_left(language)) {
        (Some(false) | None, true) => Some("1"),
        (Some(true), false) => Some("0"),
        _ => None,
    }
}

impl Drawn {
    fn write(
        &self,
        package: &Package,
        with: &Translated<'_>,
        changed: &[bool],
        target: &Target,
    ) -> Result<Option<Vec<u8>>, FormatError> {
        let mut translations = Vec::with_capacity(self.own.len());
        let mut own_changed = Vec::with_capacity(self.own.len());
        for own in &self.own {
            let (translation, is_changed) = match own {
                Own::Segment(segment) => (with.translations[*segment].clone(), changed[*segment]),
                Own::Cell(segment, source) if changed[*segment] => {
                    let text = TaggedText::plain(with.flat(*segment)?);
                    let is_changed = text != *source;
                    (text, is_changed)
                }
                Own::Cell(_, source) | Own::Kept(source) => (source.clone(), false),
            };
            translations.push(translation);
            own_changed.push(is_changed);
        }
        self.part.write_with(package, &translations, &own_changed, target, Vec::new())
    }
}
