//! Content controls that are bound to custom XML: Word shows what the custom XML says, whatever stands in the document.

use std::collections::{HashMap, HashSet};

use terjuman_model::Segment;

use super::skeleton::TextPart;
use super::slot::{Plain, Slot};
use super::walk::Found;
use crate::package::{Package, relationships_of};
use crate::runs::Span;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, wording};

/// A content control that is bound to an element of a custom XML part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Binding {
    /// The id of the part's store, in lower case.
    pub(super) store: String,
    /// The name of the element that the path ends with.
    pub(super) leaf: String,
    /// What the control shows.
    pub(super) text: String,
}

/// The name of the element that an XPath ends with; `None` if it ends with an attribute.
pub(super) fn leaf(path: &str) -> Option<&str> {
    let step = path.trim().rsplit('/').next()?.split('[').next()?;
    let local = step.rsplit(':').next()?;
    (!local.is_empty() && !step.starts_with('@')).then_some(local)
}

/// What controls show of one store: the elements' names, and their text.
type Shown<'a> = HashSet<(&'a str, &'a str)>;

/// Finds the elements that bound controls show, in the parts `items`: those that say the same as the control.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn bound_parts(
    package: &mut Package,
    items: &[String],
    bindings: &[Binding],
    segments: &mut Vec<Segment>,
    limits: &Limits,
) -> Result<Vec<TextPart>, FormatError> {
    let mut parts = Vec::new();
    if bindings.is_empty() {
        return Ok(parts);
    }
    let mut wanted: HashMap<&str, Shown<'_>> = HashMap::new();
    for binding in bindings {
        wanted.entry(&binding.store).or_default().insert((&binding.leaf, binding.text.trim()));
    }
    let plain = segments.iter().enumerate().filter(|(_, segment)| segment.tags.is_empty());
    let mut known: HashMap<String, usize> =
        plain.map(|(index, segment)| (segment.source.text().to_owned(), index)).collect();
    for name in items {
        let Some(store) = store_of(package, name, limits)? else { continue };
        let Some(shown) = wanted.get(store.as_str()) else { continue };
        let part = XmlPart::decode(name, package.require(name)?)?;
        let found = find(&part, shown, &mut known, segments, limits)?;
        if !found.slots.is_empty() {
            parts.push(TextPart { name: part.name, found });
        }
    }
    Ok(parts)
}

/// The id that the properties of a custom XML part give it.
fn store_of(package: &mut Package, item: &str, limits: &Limits) -> Result<Option<String>, FormatError> {
    let relationships = relationships_of(package, item, limits)?;
    let properties = relationships.into_iter().find(|relationship| relationship.kind == "customXmlProps");
    let Some(name) = properties.and_then(|relationship| relationship.part) else { return Ok(None) };
    let Some(bytes) = package.read(&name)? else { return Ok(None) };
    let part = XmlPart::decode(&name, bytes)?;
    let mut scanner = Scanner::new(&part.text, &name, limits);
    while let Some(event) = scanner.next()? {
        if matches!(event.kind, Kind::Start { name, .. } if name.is(Namespace::CustomXml, "datastoreItem")) {
            return Ok(scanner.value(Namespace::CustomXml, "itemID").map(|id| id.to_ascii_lowercase()));
        }
    }
    Ok(None)
}

fn find(
    part: &XmlPart,
    wanted: &Shown<'_>,
    known: &mut HashMap<String, usize>,
    segments: &mut Vec<Segment>,
    limits: &Limits,
) -> Result<Found, FormatError> {
    let mut found = Found::default();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    // Where the content of the element begins that was just started, if nothing but text has come since.
    let mut start: Option<usize> = None;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { empty, .. } => start = (!empty).then_some(event.range.end),
            Kind::End { name } => {
                let Some(start) = start.take() else { continue };
                let span = Span { start, end: event.range.start };
                let text = unescape(&part.text[span.range()]);
                let shown = text.trim();
                if !wording::has_words(shown) || !wanted.contains(&(name.local, shown)) {
                    continue;
                }
                let segment = *known.entry(shown.to_owned()).or_insert_with(|| {
                    segments.push(Segment::plain(shown));
                    segments.len() - 1
                });
                let before = text.len() - text.trim_start().len();
                let (before, after) = (text[..before].into(), text[before + shown.len()..].into());
                found.slots.push(Slot::Element(Plain { span, segment, before, after }));
            }
            Kind::Text => {}
            Kind::CData | Kind::Other => start = None,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_of_a_path() {
        for (path, expected) in
            [("/ns0:CoverPage[1]/ns0:Abstract[1]", Some("Abstract")), ("/a/b", Some("b")), ("/a/@b", None), ("", None)]
        {
            assert_eq!(leaf(path), expected, "{path}");
        }
    }
}
