//! Names of sequences (`Figure`, `Table`): readers make a reference of category and number by looking for the sequence's name
//! in its caption, and show the number alone where the caption has another word (OpenDocument part 3, section 7.4.13).
//!
//! So a sequence is renamed to what its captions call it in the translation, as it would have been called from the first,
//! where all of them agree. Its name stands in its declaration, its fields, their formulas and the indexes of captions.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::runs::{Rewritten, whole};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, check, escape_attribute, unescape};
use crate::{FormatError, Limits};

/// How a reference says that it shows category and number.
const CATEGORY: &str = "category-and-value";
/// The longest name, in bytes.
const LONGEST: usize = 60;

/// The part's new text with its sequences renamed, `None` if none is.
///
/// # Errors
/// [`FormatError::Verification`] if the result would be damaged.
pub(super) fn renamed(part: &XmlPart, text: &str, limits: &Limits) -> Result<Option<String>, FormatError> {
    if !part.text.contains(CATEGORY) {
        return Ok(None);
    }
    let names = new_names(&captions(&part.text, part, limits)?, &captions(text, part, limits)?);
    if names.is_empty() {
        return Ok(None);
    }
    let mut edits: Vec<Rewritten> = Vec::new();
    let mut scanner = Scanner::new(text, &part.name, limits);
    while let Some(event) = scanner.next()? {
        let Kind::Start { name, .. } = event.kind else { continue };
        let local = match (name.namespace, name.local) {
            (Namespace::OdfText, "sequence" | "sequence-decl") => "name",
            (Namespace::OdfText, _) => "caption-sequence-name",
            _ => continue,
        };
        let mut found: Vec<Rewritten> = Vec::new();
        let mut old = None;
        if let Some(attribute) = scanner.attribute(Namespace::OdfText, local) {
            let value = unescape(&text[attribute.value.clone()]).into_owned();
            if let Some(new) = names.get(&value) {
                found.push((attribute.value.clone(), escaped(new)));
                old = Some((value, new));
            }
        }
        if let (Some((old, new)), "sequence") = (old, name.local)
            && let Some(attribute) = scanner.attribute(Namespace::OdfText, "formula")
        {
            let formula = unescape(&text[attribute.value.clone()]).into_owned();
            found.push((attribute.value.clone(), escaped(&in_formula(&formula, &old, new))));
        }
        found.sort_by_key(|(range, _)| range.start);
        edits.extend(found);
    }
    let text = whole(text, edits);
    check(&text, &part.name, limits)?;
    Ok(Some(text))
}

fn escaped(value: &str) -> String {
    let mut out = String::new();
    escape_attribute(value, &mut out);
    out
}

/// The formula with the new name in the place of the old one: `ooow:Table+1`.
fn in_formula(formula: &str, old: &str, new: &str) -> String {
    let mut out = String::with_capacity(formula.len() + new.len());
    let mut at = 0;
    for (start, _) in formula.match_indices(old) {
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        let end = start + old.len();
        if start < at || formula[..start].ends_with(is_part) || formula[end..].starts_with(is_part) {
            continue;
        }
        out.push_str(&formula[at..start]);
        out.push_str(new);
        at = end;
    }
    out.push_str(&formula[at..]);
    out
}

/// What the captions of a part say.
#[derive(Default)]
struct Captions {
    /// For each field of a sequence, by the name that references know it by: its sequence, and what stands before it in its
    /// paragraph.
    before: HashMap<String, (String, String)>,
    /// All names of sequences.
    names: HashSet<String>,
    /// The fields that are referred to by category and number.
    referred: HashSet<String>,
}

fn captions(text: &str, part: &XmlPart, limits: &Limits) -> Result<Captions, FormatError> {
    let mut captions = Captions::default();
    let mut scanner = Scanner::new(text, &part.name, limits);
    // What the paragraphs that are open have said; frames in them have their own.
    let mut said: Vec<String> = Vec::new();
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } if name.namespace == Namespace::OdfText => match name.local {
                "p" | "h" => said.push(String::new()),
                "s" | "tab" => said.iter_mut().for_each(|said| said.push(' ')),
                "sequence-decl" => captions.names.extend(value(&mut scanner, "name")),
                "sequence" => {
                    if let (Some(name), Some(field), Some(said)) =
                        (value(&mut scanner, "name"), value(&mut scanner, "ref-name"), said.last())
                    {
                        let before = said.trim();
                        let before = if before.len() > LONGEST { "" } else { before };
                        captions.before.insert(field, (name, before.to_owned()));
                    }
                }
                "sequence-ref" if value(&mut scanner, "reference-format").as_deref() == Some(CATEGORY) => {
                    captions.referred.extend(value(&mut scanner, "ref-name"));
                }
                _ => {}
            },
            Kind::End { name } if name.is(Namespace::OdfText, "p") || name.is(Namespace::OdfText, "h") => {
                said.pop();
            }
            Kind::Text => {
                if let Some(said) = said.last_mut().filter(|said| said.len() <= LONGEST) {
                    said.push_str(&unescape(&text[event.range]));
                }
            }
            _ => {}
        }
    }
    Ok(captions)
}

fn value(scanner: &mut Scanner<'_>, local: &str) -> Option<String> {
    scanner.value(Namespace::OdfText, local).map(std::borrow::Cow::into_owned)
}

/// For the sequences whose captions began with their name, what all of them begin with now.
fn new_names(old: &Captions, new: &Captions) -> HashMap<String, String> {
    let wanted: HashSet<&String> =
        old.referred.iter().filter_map(|field| old.before.get(field)).map(|(name, _)| name).collect();
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (field, (name, before)) in &old.before {
        let Some((_, now)) = new.before.get(field).filter(|_| wanted.contains(name) && before == name) else {
            continue;
        };
        let is_word = !now.is_empty() && now != name && now.chars().all(char::is_alphabetic);
        let agreed = found.entry(name.clone()).or_insert_with(|| is_word.then(|| now.clone()));
        if agreed.as_ref() != Some(now) {
            *agreed = None;
        }
    }
    let mut taken = old.names.clone();
    found
        .into_iter()
        .filter_map(|(name, new)| Some((name, new?)))
        .filter(|(_, new)| taken.insert(new.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::in_formula;

    #[test]
    fn formulas_have_the_new_name() {
        assert_eq!(in_formula("ooow:Table+1", "Table", "Tabela"), "ooow:Tabela+1");
        assert_eq!(in_formula("Tables+Table_1+Table", "Table", "Tabela"), "Tables+Table_1+Tabela");
        assert_eq!(in_formula("ooow:1", "Table", "Tabela"), "ooow:1");
    }
}
