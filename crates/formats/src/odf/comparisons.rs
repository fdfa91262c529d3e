//! Texts that formulas compare whole cells with, `[.A1]="open"`, where a translation can follow the cells.

use std::collections::HashMap;
use std::ops::Range;

use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// A text in a formula.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// Between its quotation marks.
    pub(super) range: Range<usize>,
    /// What it says.
    pub(super) text: String,
    /// It is compared with all that a cell says, and nothing else is done with it.
    pub(super) is_compared: bool,
}

/// The texts of a formula, in order. A quotation mark in a text is doubled; one that nothing ends goes to the end.
pub(super) fn literals(formula: &str) -> Vec<Literal> {
    // What another file says stays as it is.
    let leads_out = formula.contains("'file:") || formula.starts_with("msoxl:");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(quote) = formula[at..].find('"') {
        let start = at + quote + 1;
        let mut end = start;
        loop {
            end += formula[end..].find('"').unwrap_or(formula.len() - end);
            if !formula[end..].starts_with("\"\"") {
                break;
            }
            end += 2;
        }
        at = (end + 1).min(formula.len());
        let is_closed = formula[end..].starts_with('"');
        let is_compared = is_closed && !leads_out && is_comparison(&formula[..start - 1], &formula[at..]);
        found.push(Literal { range: start..end, text: formula[start..end].replace("\"\"", "\""), is_compared });
    }
    found
}

/// The longest reference that is looked at, in bytes.
const LONGEST_REFERENCE: usize = 200;

/// Whether a text between these halves of a formula is one side of a comparison, a reference to cells is the other, and
/// both sides are no part of a larger expression.
fn is_comparison(before: &str, after: &str) -> bool {
    let (before, after) = (before.trim_end(), after.trim_start());
    if let Some(other) = ["<>", "="].iter().find_map(|sign| before.strip_suffix(sign)) {
        let other = other.trim_end();
        let near = other.ceil_char_boundary(other.len().saturating_sub(LONGEST_REFERENCE));
        let start = other.strip_suffix(']').and_then(|inner| inner.get(near..)?.rfind('['));
        return start.is_some_and(|start| begins(&other[..near + start])) && ends(after);
    }
    let Some(other) = ["<>", "="].iter().find_map(|sign| after.strip_prefix(sign)) else { return false };
    let Some(reference) = other.trim_start().strip_prefix('[') else { return false };
    let end = reference[..reference.floor_char_boundary(LONGEST_REFERENCE)].find(['[', ']']);
    end.is_some_and(|end| reference[end..].strip_prefix(']').is_some_and(|rest| ends(rest.trim_start())))
        && begins(before)
}

/// Whether an expression may begin behind this.
fn begins(before: &str) -> bool {
    let before = before.trim_end();
    before.ends_with(['(', ';']) || before.ends_with(":=") || matches!(before, "" | "=")
}

/// Whether an expression ends before this.
fn ends(after: &str) -> bool {
    after.is_empty() || after.starts_with([')', ';'])
}

/// Texts that formulas compare cells with, by what they are in lower case: comparisons do not tell case apart.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// How each is spelled, `None` if in two ways, and how often formulas have it.
    texts: HashMap<String, (Option<String>, usize)>,
}

/// What becomes of texts that formulas compare cells with.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Translated in formulas and cells alike, and in how many places each stands.
    pub(super) followed: HashMap<String, usize>,
    /// In lower case: they stay.
    pub(super) kept: Vec<String>,
}

impl Compared {
    pub(super) fn add(&mut self, text: &str) {
        let spelled = Some(text.to_owned()).filter(|text| text.trim() == text);
        let (known, count) = self.texts.entry(text.trim().to_lowercase()).or_insert_with(|| (spelled.clone(), 0));
        *count += 1;
        if *known != spelled {
            *known = None;
        }
    }

    /// Followed is what cells say in one spelling, the formulas' own, and what stands in no other place: `is_elsewhere`
    /// tells of a text in lower case.
    pub(super) fn settle(
        self,
        is_elsewhere: impl Fn(&str) -> bool,
        part: &XmlPart,
        limits: &Limits,
    ) -> Result<Settled, FormatError> {
        let mut settled = Settled::default();
        if self.texts.is_empty() {
            return Ok(settled);
        }
        let mut said: HashMap<String, (usize, bool)> = HashMap::new();
        paragraphs_of_cells(part, limits, |text| {
            let key = text.trim().to_lowercase();
            if let Some((Some(spelled), _)) = self.texts.get(&key) {
                let (count, is_one) = said.entry(key).or_insert((0, true));
                *count += 1;
                *is_one &= spelled == text.trim();
            }
        })?;
        for (key, (spelled, in_formulas)) in self.texts {
            match (spelled, said.get(&key)) {
                (Some(spelled), Some((in_cells, true))) if !is_elsewhere(&key) => {
                    settled.followed.insert(spelled, in_formulas + in_cells);
                }
                _ => settled.kept.push(key),
            }
        }
        Ok(settled)
    }
}

/// What each paragraph says that stands in a cell with text of its own.
fn paragraphs_of_cells(part: &XmlPart, limits: &Limits, mut each: impl FnMut(&str)) -> Result<(), FormatError> {
    // Of each open element, whether it is such a cell.
    let mut open: Vec<bool> = Vec::new();
    let (mut text, mut paragraph) = (String::new(), None);
    let mut scanner = Scanner::new(&part.text, &part.name, limits);
    while let Some(event) = scanner.next()? {
        match event.kind {
            Kind::Start { name, .. } => {
                let is_cell = name.namespace == Namespace::OdfTable
                    && matches!(name.local, "table-cell" | "covered-table-cell")
                    && scanner.attribute(Namespace::OdfTable, "formula").is_none()
                    && scanner
                        .value(Namespace::OdfOffice, "value-type")
                        .is_none_or(|kind| matches!(kind.as_ref(), "string" | "void"));
                if name.is(Namespace::OdfText, "p") && open.last() == Some(&true) {
                    text.clear();
                    paragraph = Some(open.len());
                }
                open.push(is_cell);
            }
            Kind::End { .. } => {
                open.pop();
                if paragraph == Some(open.len()) {
                    each(&text);
                    paragraph = None;
                }
            }
            Kind::Text if paragraph.is_some() => text.push_str(&unescape(&part.text[event.range.clone()])),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(formula: &str, expected: &[(&str, bool)]) {
        let found = literals(formula);
        let texts: Vec<_> = found.iter().map(|literal| (literal.text.as_str(), literal.is_compared)).collect();
        assert_eq!(texts, expected, "{formula}");
    }

    #[test]
    fn comparisons_with_cells_are_told_from_all_else() {
        check("of:=IF([.A1]=\"Yes\";\"No\";\"\")", &[("Yes", true), ("No", false), ("", false)]);
        check("of:=SUMPRODUCT(([.A1:.A9]<> \"say \"\"hi\"\"\")*1)", &[("say \"hi\"", true)]);
        check("of:=AND(\"a\"=[.A1];[$B.$A$1] = \"b\")", &[("a", true), ("b", true)]);
        check("of:=[.A1]=\"a\"", &[("a", true)]);
        for other in [
            "of:=IF([.A1]&[.B1]=\"a\";1;0)",
            "of:=IF([.A1]=\"a\"&[.B1];1;0)",
            "of:=IF(LEFT([.A1];3)=\"a\";1;0)",
            "of:=COUNTIF([.A1:.A9];\"a\")",
            "of:=IF(['file:///x.ods'#$A.A1]=\"a\";1;0)",
            "of:=IF(\"a\"=[.A1]&\"b\";1;0)",
            "of:=IF([.A1]>=\"a\";1;0)",
            "msoxl:=IF([A1]=\"a\";1;0)",
            "of:=[.A1]=\"a",
            "cell-content()=\"a\"",
        ] {
            assert!(literals(other).iter().all(|literal| !literal.is_compared), "{other}");
        }
    }
}
