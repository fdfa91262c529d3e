//! Names of sheets, where the option asks for them: a sheet gets its new name, and whatever refers to it follows
//! (OpenDocument part 3, sections 9.2 and 18.3; part 4, section 5.8).
//!
//! References stand in formulas, addresses of ranges, links, charts and settings, in any part. So this reads what was written
//! once more and edits it.

use std::ops::Range;

use terjuman_model::TaggedText;

use crate::package::{Changes, Package};
use crate::runs::{Rewritten, raw};
use crate::xlsx::{NewNames, SheetNames, behind_quote, escaped};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, check, escape_attribute, escape_text, unescape};
use crate::{FormatError, Limits};

/// Where a value has references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Only in brackets: `of:=[Sheet.A1]`.
    Brackets,
    /// Anywhere: `Sheet.A1:Sheet.B2`.
    Anywhere,
}

/// The package with its sheets renamed.
///
/// # Errors
/// [`FormatError::Verification`] if the result would be damaged.
pub(super) fn rename_in_package(
    sheets: &SheetNames,
    bytes: Vec<u8>,
    translations: &[TaggedText],
    changed: &[bool],
    limits: &Limits,
) -> Result<Vec<u8>, FormatError> {
    let names = sheets.new_names(translations, changed);
    if names.new.is_empty() {
        return Ok(bytes);
    }
    let mut package = Package::open(&bytes, limits)?;
    let mut changes = Changes::default();
    let entries: Vec<String> = package.names().filter(|name| name.ends_with(".xml")).map(str::to_owned).collect();
    for name in entries.iter().filter(|name| !name.starts_with("META-INF/")) {
        // What is no XML refers to nothing.
        let Ok(part) = XmlPart::decode(name, package.require(name)?) else { continue };
        if let Some(text) = renamed_part(&part, &names, limits)? {
            changes.replace(&package, name, part.encode(&text));
        }
    }
    package.write(&changes)
}

/// The one file with its sheets renamed.
///
/// # Errors
/// As [`rename_in_package`].
pub(super) fn rename_in_file(
    sheets: &SheetNames,
    bytes: Vec<u8>,
    translations: &[TaggedText],
    changed: &[bool],
    limits: &Limits,
) -> Result<Vec<u8>, FormatError> {
    let names = sheets.new_names(translations, changed);
    if names.new.is_empty() {
        return Ok(bytes);
    }
    let part = XmlPart::decode(super::FLAT, bytes)?;
    let text = renamed_part(&part, &names, limits)?;
    Ok(part.encode(&text.unwrap_or_else(|| part.text.clone())))
}

/// The part's new text, `None` if it refers to none of the sheets.
fn renamed_part(part: &XmlPart, names: &NewNames, limits: &Limits) -> Result<Option<String>, FormatError> {
    let Ok(edits) = edits(part, names, limits) else { return Ok(None) };
    if edits.is_empty() {
        return Ok(None);
    }
    let mut text = String::with_capacity(part.text.len() + 64);
    raw(&part.text, 0..part.text.len(), &edits, &mut text);
    check(&text, &part.name, limits)?;
    Ok(Some(text))
}

fn edits(part: &XmlPart, names: &NewNames, limits: &Limits) -> Result<Vec<Rewritten>, FormatError> {
    let mut edits: Vec<Rewritten> = Vec::new();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut spreadsheet = None;
    let mut names_active = false;
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } => {
                if name.is(Namespace::OdfOffice, "spreadsheet") {
                    spreadsheet = Some(scanner.depth() + 1);
                }
                let is_sheet = name.is(Namespace::OdfTable, "table") && spreadsheet == Some(scanner.depth());
                let is_entry = name.local == "config-item-map-entry";
                let is_named = is_sheet || is_entry || name.local == "config-item";
                names_active = false;
                let named = scanner.attribute(Namespace::OdfTable, "name").map(|found| found.value);
                let mut found: Vec<(Range<usize>, String)> = Vec::new();
                for attribute in scanner.attributes() {
                    let (prefix, local) = attribute.qualified.rsplit_once(':').unwrap_or(("", attribute.qualified));
                    let spelled = &part.text[attribute.value.clone()];
                    if is_named && local == "name" && (!is_sheet || named.as_ref() == Some(&attribute.value)) {
                        let value = unescape(spelled);
                        names_active = name.local == "config-item" && value == "ActiveTable";
                        let new = names.new.get(&value.to_lowercase()).filter(|_| is_sheet || is_entry);
                        found.extend(new.map(|new| (attribute.value.clone(), new.clone())));
                    } else if local == "href" {
                        let new = unescape(spelled).strip_prefix('#').and_then(|place| link(place, names));
                        found.extend(new.map(|new| (attribute.value.clone(), format!("#{new}"))));
                    } else if let Some(place) = place(prefix, local)
                        && spelled.contains('.')
                    {
                        let new = renamed(&unescape(spelled), names, place);
                        found.extend(new.map(|new| (attribute.value.clone(), new)));
                    }
                }
                edits.extend(found.into_iter().map(|(range, new)| (range, escaped(escape_attribute, &new))));
            }
            Kind::Text if names_active => {
                let value = unescape(&part.text[event.range.clone()]);
                let new = names.new.get(&value.to_lowercase());
                edits.extend(new.map(|new| (event.range, escaped(escape_text, new))));
            }
            Kind::End { .. } => names_active = false,
            _ => {}
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    Ok(edits)
}

/// Whether the value of an attribute refers to cells.
fn place(prefix: &str, local: &str) -> Option<Where> {
    match local {
        "formula" | "condition" | "expression" => Some(Where::Brackets),
        "value" if prefix == "calcext" => Some(Where::Brackets),
        "linked-cell" | "buttons" | "notify-on-update-of-ranges" => Some(Where::Anywhere),
        _ if ["-address", "-addresses", "-range", "-ranges"].iter().any(|end| local.ends_with(end)) => {
            Some(Where::Anywhere)
        }
        _ => None,
    }
}

/// A link to a sheet or to cells of one.
fn link(place: &str, names: &NewNames) -> Option<String> {
    let plain = place.replace("%20", " ");
    let whole = plain.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(&plain);
    match names.new.get(&whole.to_lowercase()) {
        Some(new) => Some(format!("'{}'", new.replace('\'', "''"))),
        None => renamed(&plain, names, Where::Anywhere),
    }
}

/// The value with the new names in its references; `None` if it has none of the old ones.
fn renamed(value: &str, names: &NewNames, place: Where) -> Option<String> {
    let bytes = value.as_bytes();
    let mut out = String::new();
    let (mut at, mut copied, mut inside) = (0, 0, place == Where::Anywhere);
    while at < bytes.len() {
        let start = at;
        let name = match bytes[at] {
            b'"' => {
                at = behind_quote(bytes, at);
                continue;
            }
            b'[' | b']' if place == Where::Brackets => {
                inside = bytes[at] == b'[';
                at += 1;
                continue;
            }
            b'\'' => {
                at = behind_quote(bytes, at);
                value.get(start + 1..at - 1).unwrap_or_default().replace("''", "'")
            }
            b'#' => {
                // What follows the name of a file is a sheet of that file.
                at += 1;
                at += usize::from(bytes.get(at) == Some(&b'$'));
                at = if bytes.get(at) == Some(&b'\'') { behind_quote(bytes, at) } else { at + word(&value[at..]) };
                continue;
            }
            _ => {
                at += word(&value[at..]);
                if at == start {
                    at += value[at..].chars().next().map_or(1, char::len_utf8);
                    continue;
                }
                value[start..at].to_owned()
            }
        };
        if inside
            && bytes.get(at) == Some(&b'.')
            && let Some(new) = names.new.get(&name.to_lowercase())
        {
            out.push_str(&value[copied..start]);
            out.push_str(&format!("'{}'", new.replace('\'', "''")));
            copied = at;
        }
    }
    (copied > 0).then(|| out + &value[copied..])
}

/// Bytes of a name without quotes at the start of the text.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_follow_their_sheet_and_nothing_else_does() {
        let mut names = NewNames::default();
        for (old, new) in [("sales", "Vendas d'água"), ("my data", "Dados")] {
            names.new.insert(old.to_owned(), new.to_owned());
        }
        for (formula, expected) in [
            ("of:=SUM([Sales.A1:.B2])", Some("of:=SUM(['Vendas d''água'.A1:.B2])")),
            ("of:=[$'My Data'.$A$1]&\"[Sales.A1]\"", Some("of:=[$'Dados'.$A$1]&\"[Sales.A1]\"")),
            ("of:=['file:///a.ods'#$Sales.A1]", None),
            ("of:=Sales.A1", None),
            ("of:=[.A1]+[Other.A1]", None),
            ("of:=[Sales", None),
            ("'", None),
            ("", None),
        ] {
            assert_eq!(renamed(formula, &names, Where::Brackets).as_deref(), expected, "{formula}");
        }
        let addresses = "Sales.A1:Sales.B2 $'My Data'.C1 Other.D1";
        let expected = "'Vendas d''água'.A1:'Vendas d''água'.B2 $'Dados'.C1 Other.D1";
        assert_eq!(renamed(addresses, &names, Where::Anywhere).as_deref(), Some(expected));
        assert_eq!(link("My%20Data.A1", &names), None);
        assert_eq!(link("'My%20Data'.A1", &names).as_deref(), Some("'Dados'.A1"));
        assert_eq!(link("Sales", &names).as_deref(), Some("'Vendas d''água'"));
        assert_eq!(link("note", &names), None);
    }
}
