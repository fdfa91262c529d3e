//! Word documents: Office Open XML word processing, transitional and strict (ECMA-376, `formats.md` B.1).
//!
//! A paragraph is a segment, or several where a page break, a column break or a tab parts it. What is in its runs is read
//! by `walk`, put into segments by [`crate::runs`], and written back over the original bytes by `skeleton`.

mod bindings;
mod copies;
mod drawing;
mod fields;
mod formats;
mod parts;
mod retarget;
mod skeleton;
mod slot;
mod structure;
mod styles;
mod vocabulary;
mod walk;

pub(crate) use self::drawing::OfficePart;
pub(crate) use self::fields::is_live;
use std::collections::HashSet;

use terjuman_model::{Place, Segment};

use self::copies::Copies;
use self::skeleton::{DocxSkeleton, Foreign, TextPart};
use self::slot::Slot;
use self::styles::Styles;
use self::walk::Context;
use crate::fed_workbook::{Fed, FedWorkbook};
use crate::package::{Package, kept_entries, without_signatures};
use crate::sources::Sources;
use crate::titles::Titles;
use crate::xml::XmlPart;
use crate::{Extracted, FormatError, Limits, Options, Reason, Warning, WarningKind, html, rtf, txt};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut warnings = Vec::new();
    let (segments, skeleton) = take_apart(bytes, options, limits, &mut warnings)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// Takes a document apart that another one takes in. What it takes in itself is kept.
fn extract_chunk(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut warnings = Vec::new();
    let (segments, skeleton) = take_part(bytes, options, limits, &mut warnings, true)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// A filter of a document that another one takes in.
type Filter = fn(&[u8], &Options, &Limits) -> Result<Extracted, FormatError>;

fn take_apart(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Segment>, DocxSkeleton), FormatError> {
    take_part(bytes, options, limits, warnings, false)
}

/// Parts that cannot be read and that the document can do without: they stay as they are.
#[derive(Default)]
struct Lost(Vec<Place>);

impl Lost {
    /// What was read of a part. Nothing is let pass that takes too much.
    fn unless<T>(&mut self, name: &str, read: Result<T, FormatError>) -> Result<Option<T>, FormatError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(FormatError::Corrupt { .. } | FormatError::Encoding(_)) => {
                self.0.push(Place { part: name.to_owned(), offset: 0 });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// `is_chunk`: another document takes this one in.
fn take_part(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
    is_chunk: bool,
) -> Result<(Vec<Segment>, DocxSkeleton), FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    let mut package = Package::open(bytes, limits)?;
    let names = parts::find(&mut package, options, limits)?;
    let read = |package: &mut Package, name: &str| XmlPart::decode(name, package.require(name)?);
    let mut lost = Lost::default();
    let styles = match names.styles {
        Some(name) => {
            let read = read(&mut package, &name).and_then(|part| Styles::read(&part, limits));
            lost.unless(&name, read)?.map(|styles| (name, styles))
        }
        None => None,
    };
    // It must be sound, though it is needed only when the document is written.
    let settings = match names.settings {
        Some(name) => lost.unless(&name, read(&mut package, &name))?.map(|part| part.name),
        None => None,
    };
    let no_styles = Styles::default();
    let known = styles.as_ref().map_or(&no_styles, |(_, styles)| styles);
    let context = Context { options, limits, styles: known };
    let mut untranslated = names.untranslated;
    let mut segments = Vec::new();
    let mut parts = Vec::new();
    let mut bound = Vec::new();
    let mut fed = Fed::default();
    let mut copies = Copies::default();
    for (index, (name, kind)) in names.texts.iter().enumerate() {
        let start = segments.len();
        let walked = read(&mut package, name).and_then(|part| Ok((walk::walk(&part, context, &mut segments)?, part)));
        // The main document must be sound.
        let walked = if index == 0 { Some(walked?) } else { lost.unless(name, walked)? };
        let Some((mut found, part)) = walked else {
            segments.truncate(start);
            continue;
        };
        copies.settle(*kind, start, &mut segments, &mut found);
        bound.append(&mut found.bindings);
        if let Some(book) = names.workbooks.get(name) {
            for slot in &found.slots {
                if let Slot::Element(plain) = slot {
                    fed.says(book, segments[plain.segment].source.text(), plain.segment);
                }
            }
        }
        untranslated.append(std::mem::take(&mut found.untranslated), name);
        if !found.slots.is_empty() {
            parts.push(TextPart { name: part.name, found });
        }
    }
    parts.extend(bindings::bound_parts(&mut package, &names.custom, &bound, &mut segments, limits)?);
    for place in lost.0 {
        untranslated.add_at(Reason::UnreadablePart, place.clone());
        warnings.push(Warning { kind: WarningKind::PartKept, place });
    }
    let mut foreign = Vec::new();
    for (name, content_type) in names.foreign {
        let extract = match content_type.split(';').next().unwrap_or_default().trim() {
            "text/html" | "application/xhtml+xml" => html::extract as Filter,
            "text/plain" => txt::extract,
            "application/rtf" | "text/rtf" => rtf::extract,
            content_type if !is_chunk && parts::MAIN.contains(&content_type) => extract_chunk,
            _ => {
                untranslated.add(Reason::UnreadablePart, &name, 0);
                warnings.push(Warning { kind: WarningKind::PartKept, place: Place { part: name, offset: 0 } });
                continue;
            }
        };
        match extract(&package.require(&name)?, options, limits) {
            Ok(extracted) => {
                untranslated.append(extracted.skeleton.untranslated(), &name);
                let start = segments.len();
                segments.extend(extracted.segments);
                foreign.push(Foreign { part: name, skeleton: extracted.skeleton, segments: start..segments.len() });
                warnings.extend(extracted.warnings);
            }
            Err(FormatError::Empty) => {}
            Err(_) => {
                untranslated.add(Reason::UnreadablePart, &name, 0);
                warnings.push(Warning { kind: WarningKind::PartKept, place: Place { part: name, offset: 0 } });
            }
        }
    }
    let titles = match &names.titles {
        Some(name) if options.properties => Titles::read(&mut package, name, &segments, limits),
        _ => None,
    };
    let workbooks = fed.read(&mut package, limits, warnings);
    let sources = Sources::of(&segments);
    let signatures = without_signatures(&mut package, limits)?;
    if !signatures.is_empty() {
        warnings.push(Warning {
            kind: WarningKind::SignatureRemoved,
            place: Place { part: "_xmlsignatures".into(), offset: 0 },
        });
    }
    let fed: HashSet<&str> = workbooks.iter().map(FedWorkbook::name).collect();
    untranslated.append(kept_entries(&package, |name| fed.contains(name)), "");
    let limits = limits.clone();
    Ok((
        segments,
        DocxSkeleton {
            package,
            parts,
            styles,
            settings,
            foreign,
            workbooks,
            titles,
            sources,
            limits,
            signatures,
            untranslated,
        },
    ))
}

#[cfg(test)]
pub(crate) mod tests;
