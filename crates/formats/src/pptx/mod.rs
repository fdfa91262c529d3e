//! Presentations: Office Open XML slides, transitional and strict (ECMA-376 part 1 sections 19 and 21, `formats.md` B.2).
//!
//! A paragraph of DrawingML is a segment. Paragraphs are read and written as in Word's charts and diagrams, by
//! [`OfficePart`]; what is peculiar to slides stands here: which parts there are (`parts`), which of their text is only a
//! prompt or hidden in a merged cell, what turns with the direction and what room text has (`survey`, `fit`), and which
//! texts are copies of another (`copies`, [`Fed`]).
//!
//! [`OfficePart`]: crate::docx::OfficePart

mod copies;
mod fit;
mod parts;
mod skeleton;
mod survey;

use std::collections::HashSet;

use terjuman_model::{Place, Segment};

use self::copies::Copies;
use self::skeleton::{DeckPart, DeckSkeleton};
use self::survey::Survey;
use crate::docx::OfficePart;
use crate::fed_workbook::{Fed, FedWorkbook};
use crate::package::{Package, kept_entries, without_signatures};
use crate::sources::Sources;
use crate::titles::Titles;
use crate::xml::XmlPart;
use crate::{Extracted, FormatError, Limits, Options, Warning, WarningKind};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let mut warnings = Vec::new();
    let (segments, skeleton) = take_apart(bytes, options, limits, &mut warnings)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings })
}

fn take_apart(
    bytes: &[u8],
    options: &Options,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Segment>, DeckSkeleton), FormatError> {
    if bytes.is_empty() {
        return Err(FormatError::Empty);
    }
    let mut package = Package::open(bytes, limits)?;
    let (names, titles, mut untranslated) = parts::find(&mut package, options, limits)?;
    let mut copies = Copies::default();
    let mut parts = Vec::new();
    let mut fed = Fed::default();
    for name in names {
        let part = XmlPart::decode(&name.part, package.require(&name.part)?)?;
        let survey = Survey::of(&part, name.kind, limits)?;
        let (office, found) = OfficePart::read_around(&part, survey.skipped.clone(), options, limits)?;
        untranslated.append(office.untranslated().clone(), office.name());
        let segments = copies.settle(name.kind, name.slide, found);
        if copies.segments.len() > limits.segments {
            return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
        }
        if let Some(book) = name.workbook {
            for (segment, _) in office.values() {
                let segment = segments[segment];
                fed.says(&book, copies.segments[segment].source.text(), segment);
            }
        }
        let source = |segment: usize| &copies.segments[segment].source;
        let widths = if options.fit_text { fit::widths(&office, &survey, &segments, source) } else { Vec::new() };
        parts.push(DeckPart { office, survey, segments, widths });
    }
    let titles = match titles {
        Some(name) if options.properties => Titles::read(&mut package, &name, &copies.segments, limits),
        _ => None,
    };
    let workbooks = fed.read(&mut package, limits, warnings);
    let signatures = without_signatures(&mut package, limits)?;
    if !signatures.is_empty() {
        let place = Place { part: "_xmlsignatures".into(), offset: 0 };
        warnings.push(Warning { kind: WarningKind::SignatureRemoved, place });
    }
    let fed: HashSet<&str> = workbooks.iter().map(FedWorkbook::name).collect();
    untranslated.append(kept_entries(&package, |name| fed.contains(name)), "");
    let segments = copies.segments;
    let sources = Sources::of(&segments);
    let (limits, fit) = (limits.clone(), options.fit_text);
    Ok((segments, DeckSkeleton { package, parts, workbooks, titles, sources, limits, fit, signatures, untranslated }))
}

#[cfg(test)]
pub(crate) mod tests;
