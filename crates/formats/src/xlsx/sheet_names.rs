//! Names of sheets, where the option asks for them: a sheet gets its new name, and whatever refers to it follows
//! (ECMA-376 part 1, 18.2.19 and 18.17.2.3).
//!
//! References stand in formulas, defined names, links, charts, tables, pivot caches, controls and the list of titles in the
//! properties, in any part of the package. So this reads the written package once more and edits it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use terjuman_model::TaggedText;

use crate::edits::Edits;
use crate::package::{Changes, Package};
use crate::xml::{Kind, Namespace, Scanner, XmlPart, check, escape_attribute, escape_text, unescape};
use crate::{FormatError, Limits};

/// The sheets of a workbook by their names, in order, and the segments of those that may be renamed.
#[derive(Debug, Default)]
pub(crate) struct SheetNames {
    pub(crate) sheets: Vec<(String, Option<usize>)>,
}

/// The longest name of a sheet, in UTF-16 units.
const LONGEST: usize = 31;

/// Elements whose text is a formula or a reference.
const FORMULAS: [&str; 10] = [
    "f",
    "formula",
    "formula1",
    "formula2",
    "oldFormula",
    "definedName",
    "calculatedColumnFormula",
    "totalsRowFormula",
    "sqref",
    "ref",
];

/// Attributes that hold a reference, whatever the element.
const REFERENCES: [&str; 6] = ["location", "textlink", "fmlaLink", "fmlaRange", "fmlaGroup", "fmlaTxbx"];

impl SheetNames {
    /// The package with its sheets renamed.
    ///
    /// # Errors
    /// [`FormatError::Verification`] if the result would be damaged.
    pub(super) fn rename(
        &self,
        bytes: Vec<u8>,
        translations: &[TaggedText],
        changed: &[bool],
        limits: &Limits,
    ) -> Result<Vec<u8>, FormatError> {
        let names = self.new_names(translations, changed);
        if names.new.is_empty() {
            return Ok(bytes);
        }
        let mut package = Package::open(&bytes, limits)?;
        let mut changes = Changes::default();
        let entries: Vec<String> = package.names().filter(|name| may_refer(name)).map(str::to_owned).collect();
        for name in entries {
            // What is no XML refers to nothing.
            let Ok(part) = XmlPart::decode(&name, package.require(&name)?) else { continue };
            let Ok(edits) = edits(&part, &names, limits) else { continue };
            if edits.is_empty() {
                continue;
            }
            let text = String::from_utf8(edits.apply(part.text.as_bytes()))
                .map_err(|_| FormatError::Verification("an edit cut a character in two".into()))?;
            check(&text, &name, limits)?;
            changes.replace(&package, &name, part.encode(&text));
        }
        package.write(&changes)
    }

    /// Names as Excel takes them: short, without the characters of references, each another.
    pub(crate) fn new_names(&self, translations: &[TaggedText], changed: &[bool]) -> Names {
        let mut taken: HashSet<String> = HashSet::from(["history".to_owned()]);
        let renamed = |segment: &Option<usize>| segment.filter(|segment| changed[*segment]);
        let stay = self.sheets.iter().filter(|(_, segment)| renamed(segment).is_none());
        taken.extend(stay.map(|(name, _)| name.to_lowercase()));
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut names = Names::default();
        names.known.extend(self.sheets.iter().map(|(name, _)| name.to_lowercase()));
        for (name, segment) in &self.sheets {
            let Some(segment) = renamed(segment) else { continue };
            let wanted = legal(translations[segment].text());
            let mut new = wanted.clone();
            // Behind the last number that was given to this name.
            let number = numbers.entry(wanted.to_lowercase()).or_insert(1_usize);
            while new.is_empty() || !taken.insert(new.to_lowercase()) {
                *number += 1;
                new = format!("{} {number}", cut(&wanted, LONGEST - 6)).trim().to_owned();
            }
            names.new.insert(name.to_lowercase(), new);
        }
        names
    }
}

fn may_refer(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_xml = name.ends_with(".xml") || name.ends_with(".rels") || name.ends_with(".vml");
    // Names in links to other workbooks are those of their sheets.
    is_xml && !name.contains("/externallinks/") && !name.ends_with("sharedstrings.xml")
}

fn legal(text: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    let clean: String = text.chars().map(|c| if is_bad(c) { ' ' } else { c }).collect();
    let folded = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(folded.trim_matches('\''), LONGEST).trim().trim_matches('\'').to_owned()
}

/// The beginning that has so many UTF-16 units.
fn cut(text: &str, units: usize) -> &str {
    let mut left = units;
    let end = text.char_indices().find(|(_, c)| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        !fits
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// All sheets, and the new names of some, by their old ones in lower case.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) known: HashSet<String>,
    pub(crate) new: HashMap<String, String>,
}

fn edits(part: &XmlPart, names: &Names, limits: &Limits) -> Result<Edits, FormatError> {
    let mut edits = Edits::default();
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    let mut open: Vec<&str> = Vec::new();
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } => {
                open.push(name.local);
                let mut set = |local: &str, rename: &dyn Fn(&str) -> Option<String>| {
                    if let Some(attribute) = scanner.attribute(Namespace::None, local) {
                        let value = unescape(&part.text[attribute.value.clone()]).into_owned();
                        found.extend(rename(&value).map(|new| (attribute.value, escaped(escape_attribute, &new))));
                    }
                };
                let whole = |value: &str| names.new.get(&value.to_lowercase()).cloned();
                match name.local {
                    "sheet" if name.namespace == Namespace::Spreadsheet => set("name", &whole),
                    "worksheetSource" | "rangeSet" => set("sheet", &whole),
                    "Relationship" => set("Target", &|value| link(value, names)),
                    _ => {}
                }
                REFERENCES.iter().for_each(|local| set(local, &|value| renamed(value, names)));
            }
            Kind::End { .. } => {
                open.pop();
            }
            Kind::Text => {
                let element = open.last().copied().unwrap_or_default();
                let is_title = element == "lpstr" && open.contains(&"TitlesOfParts");
                if is_title || FORMULAS.contains(&element) {
                    let text = unescape(&part.text[event.range.clone()]);
                    let title = names.new.get(&text.to_lowercase()).filter(|_| is_title).cloned();
                    let new = title.or_else(|| renamed(&text, names));
                    found.extend(new.map(|new| (event.range, escaped(escape_text, &new))));
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    for (range, new) in found {
        edits.replace(range, new);
    }
    Ok(edits)
}

pub(crate) fn escaped(escape: fn(&str, &mut String), text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

/// A link within the workbook: `#'My%20sheet'!A1`.
fn link(target: &str, names: &Names) -> Option<String> {
    let place = target.strip_prefix('#')?;
    let new = renamed(&place.replace("%20", " "), names)?;
    Some(format!("#{}", if place.contains("%20") { new.replace(' ', "%20") } else { new }))
}

/// A formula whose references have the new names; `None` if it has none of the old ones.
fn renamed(formula: &str, names: &Names) -> Option<String> {
    let bytes = formula.as_bytes();
    let mut out = String::new();
    let (mut at, mut copied) = (0, 0);
    while at < bytes.len() {
        let start = at;
        let sheets = match bytes[at] {
            b'"' => {
                at = behind_quote(bytes, at);
                None
            }
            b'\'' => {
                at = behind_quote(bytes, at);
                let quoted = formula.get(start + 1..at - 1).unwrap_or_default();
                (bytes.get(at) == Some(&b'!')).then(|| quoted.replace("''", "'"))
            }
            b'[' => {
                at = behind_brackets(bytes, at);
                // What follows the brackets of another workbook is a sheet of that one.
                at += word(&formula[at..]);
                None
            }
            _ => match word(&formula[at..]) {
                0 => {
                    at += formula[at..].chars().next().map_or(1, char::len_utf8);
                    None
                }
                length => {
                    at += length;
                    // `First:Last!A1` spans sheets, `A1:Last!A1` does not.
                    let is_sheet = names.known.contains(&formula[start..at].to_lowercase());
                    if bytes.get(at) == Some(&b':') && is_sheet {
                        let last = at + 1 + word(&formula[at + 1..]);
                        if last > at + 1 && bytes.get(last) == Some(&b'!') {
                            at = last;
                        }
                    }
                    (bytes.get(at) == Some(&b'!')).then(|| formula[start..at].to_owned())
                }
            },
        };
        // A path or a workbook in brackets: not ours.
        let Some(sheets) = sheets.filter(|sheets| !sheets.contains(['[', ']'])) else { continue };
        let new: Vec<&str> =
            sheets.split(':').map(|sheet| names.new.get(&sheet.to_lowercase()).map_or(sheet, String::as_str)).collect();
        let new = new.join(":");
        if new != sheets {
            out.push_str(&formula[copied..start]);
            out.push_str(&format!("'{}'", new.replace('\'', "''")));
            copied = at;
        }
    }
    (copied > 0).then(|| out + &formula[copied..])
}

/// Bytes of a name without quotes at the start of the text.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '\\'))).unwrap_or(text.len())
}

/// Behind the quote that ends what the one at `at` begins; two in a row are one that is meant.
pub(crate) fn behind_quote(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut next = at + 1;
    while next < bytes.len() {
        if bytes[next] == quote {
            if bytes.get(next + 1) != Some(&quote) {
                return next + 1;
            }
            next += 1;
        }
        next += 1;
    }
    bytes.len()
}

/// Behind the brackets that begin at `at`, others in them included. An apostrophe takes the next character as it is.
fn behind_brackets(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut next) = (0_usize, at);
    while next < bytes.len() {
        match bytes[next] {
            b'\'' => next += 1,
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return next + 1;
                }
            }
            _ => {}
        }
        next += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &str)]) -> Names {
        let mut names = Names::default();
        for (old, new) in pairs {
            names.known.insert(old.to_lowercase());
            if old != new {
                names.new.insert(old.to_lowercase(), (*new).to_owned());
            }
        }
        names
    }

    #[test]
    fn references_follow_their_sheet_and_nothing_else_does() {
        let names = names(&[("Sales", "Vendas d'água"), ("My Data", "Dados"), ("Kept", "Kept")]);
        for (formula, expected) in [
            ("SUM(Sales!A1:B2)", Some("SUM('Vendas d''água'!A1:B2)")),
            ("sales!$A$1+'my data'!B2*Kept!C3", Some("'Vendas d''água'!$A$1+'Dados'!B2*Kept!C3")),
            ("SUM(Sales:Kept!A1)", Some("SUM('Vendas d''água:Kept'!A1)")),
            ("SUM('Sales:My Data'!A1)", Some("SUM('Vendas d''água:Dados'!A1)")),
            ("A1:Sales!B2", Some("A1:'Vendas d''água'!B2")),
            ("\"Sales!A1\"&\"say \"\"Sales!\"", None),
            ("[1]Sales!A1+'[Book.xlsx]Sales'!A1", None),
            ("Table[[#This Row],[Sales!]]", None),
            ("Sales+Sales()", None),
            ("MySales!A1", None),
            ("'Sales", None),
            ("[", None),
            ("", None),
        ] {
            assert_eq!(renamed(formula, &names).as_deref(), expected, "{formula}");
        }
        assert_eq!(link("#'My%20Data'!A1", &names).as_deref(), Some("#'Dados'!A1"));
        assert_eq!(link("http://x/#Sales!A1", &names), None);
    }

    #[test]
    fn names_are_legal_and_distinct() {
        assert_eq!(legal("'a/b: c*'"), "a b c");
        assert_eq!(legal(&"x".repeat(40)).len(), 31);
        let sheets = ["One", "Two", "Three", "Four"].map(|name| (name.to_owned(), None)).to_vec();
        let mut sheets = SheetNames { sheets };
        (0..3).for_each(|index| sheets.sheets[index].1 = Some(index));
        let translations = ["four", "same", "SAME"].map(TaggedText::plain);
        let new = sheets.new_names(&translations, &[true; 3]).new;
        assert_eq!([&new["one"], &new["two"], &new["three"]], ["four 2", "same", "SAME 2"]);
    }
}
