//! Start tags: their attributes, and how one is set.

use crate::Limits;
use crate::runs::{Rewritten, Span};
use crate::xml::{Kind, Scanner};

/// The edit that gives the start tag at `tag` an attribute of this value.
pub(super) fn set_attribute(text: &str, tag: Span, name: &str, value: &str) -> Option<Rewritten> {
    let limits = Limits::default();
    let mut scanner = Scanner::new(&text[tag.range()], "", &limits);
    // The part has been scanned before: there is nothing to go wrong.
    let Kind::Start { name: element, .. } = scanner.next().ok()??.kind else { return None };
    if let Some(attribute) = scanner.attributes().iter().find(|attribute| attribute.qualified == name) {
        return Some((tag.start + attribute.value.start..tag.start + attribute.value.end, value.to_owned()));
    }
    let behind_name = tag.start + 1 + element.qualified.len();
    Some((behind_name..behind_name, format!(" {name}=\"{value}\"")))
}

/// The prefix of a part's names, with the colon: that of its root.
pub(super) fn root_prefix(text: &str) -> Box<str> {
    let limits = Limits::default();
    let mut scanner = Scanner::new(text, "", &limits);
    while let Ok(Some(event)) = scanner.next() {
        if let Kind::Start { name, .. } = event.kind {
            return name.qualified.strip_suffix(name.local).unwrap_or_default().into();
        }
    }
    Box::default()
}
