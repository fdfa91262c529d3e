//! OpenDocument texts, presentations and spreadsheets (OASIS OpenDocument 1.0 to 1.4, `formats.md` B.4).
//!
//! A paragraph is a segment, or several where a tab parts it. What is in its spans is read by `walk`, put into segments by
//! [`crate::runs`], and written back over the original bytes by `skeleton`. Spans whose styles differ in nothing that a
//! reader sees are one.

mod formats;
mod manifest;
mod retarget;
mod sheet;
mod skeleton;
mod slot;
mod spans;
mod structure;
mod styles;
mod walk;

use terjuman_model::{Place, Segment};

use self::manifest::Manifest;
use self::sheet::Sheet;
use self::skeleton::{OdfSkeleton, TextPart};
use self::styles::Styles;
use self::walk::Context;
use crate::package::{Package, kept_entries};
use crate::xml::XmlPart;
use crate::{Extracted, FormatError, Limits, Options, Reason, Untranslated, Warning, WarningKind};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut warnings = Vec::new();
    let (segments, skeleton) = take_apart(bytes, options, limits, &mut warnings)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

/// The parts that every OpenDocument package may have.
const CONTENT: &str = "content.xml";
const STYLES: &str = "styles.xml";
const META: &str = "meta.xml";

fn take_apart(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Segment>, OdfSkeleton), FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    let mut package = Package::open(bytes, limits)?;
    let manifest = Manifest::read(&mut package, limits)?;
    let content = XmlPart::decode(CONTENT, package.require(CONTENT)?)?;
    let styles = package.read(STYLES)?.map(|bytes| XmlPart::decode(STYLES, bytes)).transpose()?;
    let common = match &styles {
        Some(part) => Styles::read(part, limits)?,
        None => Styles::default(),
    };
    let mut segments = Vec::new();
    let mut parts = Vec::new();
    let mut untranslated = Untranslated::default();
    let mut walk = |part: XmlPart, styles: &Styles, segments: &mut Vec<Segment>| {
        let sheet = Sheet::read(&part, limits)?;
        let mut found = walk::walk(&part, Context { options, limits, styles, sheet: &sheet }, segments)?;
        untranslated.append(std::mem::take(&mut found.untranslated), &part.name);
        parts.push(TextPart { part, found });
        Ok::<_, FormatError>(())
    };
    let automatic = Styles::read(&content, limits)?.over(&common);
    walk(content, &automatic, &mut segments)?;
    if let Some(part) = styles {
        walk(part, &common, &mut segments)?;
    }
    for name in manifest.objects(&package) {
        let before = segments.len();
        let mut read = || {
            let part = XmlPart::decode(&name, package.require(&name)?)?;
            let styles = Styles::read(&part, limits)?;
            walk(part, &styles, &mut segments)
        };
        match read() {
            Ok(()) => {}
            Err(error @ FormatError::TooComplex { .. }) => return Err(error),
            Err(_) => {
                segments.truncate(before);
                warnings.push(Warning { kind: WarningKind::PartKept, place: Place { part: name, offset: 0 } });
            }
        }
    }
    match package.read(META)? {
        Some(bytes) if options.properties => {
            walk(XmlPart::decode(META, bytes)?, &Styles::default(), &mut segments)?;
        }
        Some(_) => untranslated.add(Reason::PropertiesOff, META, 0),
        None => {}
    }
    for warning in warnings.iter().filter(|warning| warning.kind == WarningKind::PartKept) {
        untranslated.add_at(Reason::UnreadablePart, warning.place.clone());
    }
    untranslated.append(kept_entries(&package, |_| false), "");
    let signatures = manifest.without_signatures(&package);
    if !signatures.is_empty() {
        let place = Place { part: "META-INF".into(), offset: 0 };
        warnings.push(Warning { kind: WarningKind::SignatureRemoved, place });
    }
    let sources = segments.iter().map(|segment| segment.source.clone()).collect();
    Ok((segments, OdfSkeleton { package, parts, sources, limits: limits.clone(), signatures, untranslated }))
}

#[cfg(test)]
mod tests;
