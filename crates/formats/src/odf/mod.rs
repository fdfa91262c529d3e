//! OpenDocument texts, presentations and spreadsheets (OASIS OpenDocument 1.0 to 1.4, `formats.md` B.4).
//!
//! A paragraph is a segment, or several where a tab parts it. What is in its spans is read by `walk`, put into segments by
//! [`crate::runs`], and written back over the original bytes by `skeleton`. Spans whose styles differ in nothing that a
//! reader sees are one.

mod comparisons;
mod formats;
mod manifest;
mod retarget;
mod sequences;
mod sheet;
mod sheet_names;
mod skeleton;
mod slot;
mod spans;
mod structure;
mod styles;
mod walk;

use terjuman_model::{Place, Segment};

use self::manifest::Manifest;
use self::sheet::{Macros, Sheet};
use self::skeleton::{Container, OdfSkeleton, TextPart};
use self::styles::Styles;
use self::walk::Context;
use crate::package::{Changes, Package, kept_entries};
use crate::sources::Sources;
use crate::xlsx::SheetNames;
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
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
    if is_xml(bytes) {
        return take_flat_apart(bytes, options, limits);
    }
    let mut package = Package::open(bytes, limits)?;
    let manifest = Manifest::read(&mut package, limits)?;
    // A package may hold styles alone, but not nothing.
    let content = match package.contains(STYLES) && !package.contains(CONTENT) {
        true => None,
        false => Some(XmlPart::decode(CONTENT, package.require(CONTENT)?)?),
    };
    let read_styles = |package: &mut Package| -> Result<_, FormatError> {
        let bytes =
            if manifest.is_encrypted(STYLES) { return Err(FormatError::Encrypted) } else { package.read(STYLES)? };
        let Some(part) = bytes.map(|bytes| XmlPart::decode(STYLES, bytes)).transpose()? else { return Ok(None) };
        let common = Styles::read(&part, limits)?;
        Ok(Some((part, common)))
    };
    let styles = match read_styles(&mut package) {
        Err(error) if content.is_none() => return Err(error),
        read => or_kept(STYLES, read, warnings)?.flatten(),
    };
    let (styles, common) = styles.map_or_else(Default::default, |(part, common)| (Some(part), common));
    let mut segments = Vec::new();
    let mut parts = Vec::new();
    let mut untranslated = Untranslated::default();
    // A program may know a sheet by its name, and a cell by what it says.
    let macros = Macros::of(&mut package);
    let mut sheets = SheetNames::default();
    let mut walk = |part: XmlPart, styles: &Styles, segments: &mut Vec<Segment>| {
        let sheet = Sheet::read(&part, &macros, limits)?;
        let mut found = walk_sheet(&part, sheet, (options, limits), styles, segments)?;
        sheets.sheets.append(&mut found.sheets);
        untranslated.append(std::mem::take(&mut found.untranslated), &part.name);
        parts.push(TextPart { part, found });
        Ok::<_, FormatError>(())
    };
    if let Some(content) = content {
        let automatic = Styles::read(&content, limits)?.over(&common);
        walk(content, &automatic, &mut segments)?;
    }
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
        if or_kept(&name, read(), warnings)?.is_none() {
            segments.truncate(before);
        }
    }
    if options.properties && package.contains(META) {
        let before = segments.len();
        let mut read = || walk(XmlPart::decode(META, package.require(META)?)?, &Styles::default(), &mut segments);
        if or_kept(META, read(), warnings)?.is_none() {
            segments.truncate(before);
        }
    } else if package.contains(META) {
        untranslated.add(Reason::PropertiesOff, META, 0);
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
    let sources = Sources::of(&segments);
    let container = Container::Package(Box::new(package));
    Ok((segments, OdfSkeleton { container, parts, sheets, sources, limits: limits.clone(), signatures, untranslated }))
}

/// Finds the segments of a part, a second time if what formulas compare cells with is not in one segment everywhere.
fn walk_sheet(
    part: &XmlPart,
    mut sheet: Sheet,
    (options, limits): (&Options, &Limits),
    styles: &Styles,
    segments: &mut Vec<Segment>,
) -> Result<walk::Found, FormatError> {
    let start = segments.len();
    let found = walk::walk(part, Context { options, limits, styles, sheet: &sheet }, segments)?;
    if !sheet.keep_unshared(&found.shared) {
        return Ok(found);
    }
    segments.truncate(start);
    walk::walk(part, Context { options, limits, styles, sheet: &sheet }, segments)
}

/// What was read of a part that the document can do without; `None` for one that stays as it is, with a warning.
fn or_kept<T>(name: &str, read: Result<T, FormatError>, warnings: &mut Vec<Warning>) -> Result<Option<T>, FormatError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ FormatError::TooComplex { .. }) => Err(error),
        Err(_) => {
            let place = Place { part: name.to_owned(), offset: 0 };
            warnings.push(Warning { kind: WarningKind::PartKept, place });
            Ok(None)
        }
    }
}

/// Whether the file is XML and no package, in any encoding that XML must be read in.
fn is_xml(bytes: &[u8]) -> bool {
    let marks: [&[u8]; 5] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"];
    marks.iter().any(|mark| bytes.starts_with(mark)) || bytes.trim_ascii_start().starts_with(b"<")
}

/// A document in one file: what a package has in its content, styles and properties stands in one element after another.
fn take_flat_apart(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
) -> Result<(Vec<Segment>, OdfSkeleton), FormatError> {
    let part = XmlPart::decode(FLAT, bytes.to_vec())?;
    if !is_document(&part, limits)? {
        return Err(FormatError::corrupt("XML, but not an OpenDocument file", FLAT, 0));
    }
    let styles = Styles::read(&part, limits)?;
    let has_macros = part.text.contains("<office:scripts");
    let macros = if has_macros { Macros::Unknown } else { Macros::None };
    let mut sheet = Sheet::read(&part, &macros, limits)?;
    // Many name libraries that are empty.
    sheet.names_stay &= !has_macros;
    let mut segments = Vec::new();
    let mut found = walk_sheet(&part, sheet, (options, limits), &styles, &mut segments)?;
    let mut untranslated = Untranslated::default();
    untranslated.append(std::mem::take(&mut found.untranslated), FLAT);
    let skeleton = OdfSkeleton {
        container: Container::Flat((part.text.as_bytes() != bytes).then(|| bytes.to_vec())),
        sheets: SheetNames { sheets: std::mem::take(&mut found.sheets) },
        parts: vec![TextPart { part, found }],
        sources: Sources::of(&segments),
        limits: limits.clone(),
        signatures: Changes::default(),
        untranslated,
    };
    Ok((segments, skeleton))
}

/// What places call the file of a flat document.
const FLAT: &str = "document";

/// Whether the root is that of a flat document.
fn is_document(part: &XmlPart, limits: &Limits) -> Result<bool, FormatError> {
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    while let Some(event) = scanner.next()? {
        if let Kind::Start { name, .. } = event.kind {
            return Ok(name.is(Namespace::OdfOffice, "document"));
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
