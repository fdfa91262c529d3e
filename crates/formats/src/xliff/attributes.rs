//! Start tags with some attributes changed.

use std::ops::Range;

use crate::xml::{Attribute, escape_attribute};

/// A start tag: where it is, and its attributes.
#[derive(Debug, Clone)]
pub(super) struct StartTag {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// `<a/>`.
    pub(super) empty: bool,
    /// The element's name as it is written.
    pub(super) name: Box<str>,
    /// The attributes that matter: name as it is written, and the place of the value.
    attributes: Vec<(Box<str>, Range<usize>)>,
}

/// What a changed tag says about an attribute.
pub(super) enum Change<'a> {
    /// This value, whether it was there or not.
    Set(&'a str),
    /// Nothing.
    Remove,
}

impl StartTag {
    /// Keeps of the attributes those in `names`.
    pub(super) fn new(
        range: Range<usize>,
        empty: bool,
        name: &str,
        attributes: &[Attribute<'_>],
        names: &[&str],
    ) -> Self {
        let attributes = attributes
            .iter()
            .filter(|attribute| names.contains(&attribute.qualified))
            .map(|attribute| (attribute.qualified.into(), attribute.value.clone()))
            .collect();
        Self { range, empty, name: name.into(), attributes }
    }

    /// Where the value of the attribute is.
    pub(super) fn value(&self, name: &str) -> Option<Range<usize>> {
        self.attributes.iter().find(|(other, _)| **other == *name).map(|(_, value)| value.clone())
    }

    /// The tag with its changes, as a start tag whether it was an empty-element tag or not.
    pub(super) fn changed(&self, text: &str, changes: &[(&str, Change<'_>)]) -> String {
        let raw = &text[self.range.clone()];
        let mut body_end = self.range.end - 1 - usize::from(self.empty);
        body_end = self.range.start + text[self.range.start..body_end].trim_end().len();
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        let mut added = String::new();
        for (name, change) in changes {
            match (change, self.value(name)) {
                (Change::Set(value), Some(place)) => {
                    let mut spelled = String::new();
                    escape_attribute(value, &mut spelled);
                    edits.push((place, spelled));
                }
                (Change::Set(value), None) => {
                    added.push_str(&format!(" {name}=\""));
                    escape_attribute(value, &mut added);
                    added.push('"');
                }
                (Change::Remove, Some(place)) => {
                    let start = text[self.range.start..place.start].rfind(*name).unwrap_or_default();
                    let start = self.range.start + text[self.range.start..self.range.start + start].trim_end().len();
                    edits.push((start..place.end + 1, String::new()));
                }
                (Change::Remove, None) => {}
            }
        }
        edits.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(raw.len() + added.len() + 16);
        crate::inline::splice(text, self.range.start..body_end, &edits, &mut out);
        out.push_str(&added);
        out.push_str(text[body_end..self.range.end].trim_end_matches('>').trim_end_matches('/'));
        out.push('>');
        out
    }

    /// What ends the element.
    pub(super) fn end_tag(&self) -> String {
        format!("</{}>", self.name)
    }
}
