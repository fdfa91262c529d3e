//! What a spreadsheet says about the texts of its cells: formulas compare them, filters choose by them.

use std::collections::HashSet;

use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// What formulas, conditions and filters of a part name.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Texts that formulas and conditions compare cells with, in lower case: comparisons do not tell case apart.
    literals: HashSet<String>,
    /// Rows are hidden because a filter is on: they show again when it goes.
    pub(super) is_filtered: bool,
}

impl Sheet {
    /// Reads all formulas, conditions and filters.
    ///
    /// # Errors
    /// As the scanner finds them.
    pub(super) fn read(part: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut sheet = Self::default();
        if ![":formula=", ":condition=", ":filter"].iter().any(|sign| part.text.contains(sign)) {
            return Ok(sheet);
        }
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        while let Some(event) = scanner.next()? {
            let Kind::Start { name, .. } = event.kind else { continue };
            if name.namespace != Namespace::OdfTable {
                continue;
            }
            match name.local {
                "filter" => sheet.is_filtered = true,
                "content-validation" => {
                    let condition = scanner.value(Namespace::OdfTable, "condition");
                    condition.into_iter().for_each(|condition| sheet.add(&condition));
                }
                _ => {
                    let formula = scanner.value(Namespace::OdfTable, "formula");
                    formula.into_iter().for_each(|formula| sheet.add(&formula));
                }
            }
        }
        Ok(sheet)
    }

    /// Whether a cell with this text is one that a formula knows by its text.
    pub(super) fn compares(&self, text: &str) -> bool {
        !self.literals.is_empty() && self.literals.contains(&text.trim().to_lowercase())
    }

    /// Whether no text is compared.
    pub(super) fn compares_nothing(&self) -> bool {
        self.literals.is_empty()
    }

    /// Takes in the texts of a formula. A quotation mark in a text is doubled.
    fn add(&mut self, formula: &str) {
        let mut rest = formula;
        while let Some(start) = rest.find('"') {
            rest = &rest[start + 1..];
            let mut text = String::new();
            loop {
                let end = rest.find('"').unwrap_or(rest.len());
                text.push_str(&rest[..end]);
                rest = rest.get(end + 1..).unwrap_or_default();
                match rest.strip_prefix('"') {
                    Some(after) => rest = after,
                    None => break,
                }
                text.push('"');
            }
            let literal = text.trim().to_lowercase();
            if literal.contains(char::is_alphabetic) {
                self.literals.insert(literal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_formulas() {
        let found = |formula: &str| {
            let mut sheet = Sheet::default();
            sheet.add(formula);
            let mut found: Vec<_> = sheet.literals.into_iter().collect();
            found.sort();
            found
        };
        assert_eq!(found("of:=IF([.A1]=\"Yes\";\"No\";\"\")"), ["no", "yes"]);
        assert_eq!(found("of:=\"say \"\"hi\"\"\"&\"1\""), ["say \"hi\""]);
        assert_eq!(found("of:cell-content-is-in-list(\"A b\";\"C\")"), ["a b", "c"]);
        assert_eq!(found("of:=SUM([.A1:.A2])"), [""; 0]);
        assert_eq!(found("of:=\"open"), ["open"]);
    }
}
