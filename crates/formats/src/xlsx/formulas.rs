//! What formulas refer to by words: literal strings, and columns of tables.

use std::collections::HashSet;

/// The words of all formulas of a workbook, in lower case: spreadsheets do not tell case apart when they compare.
#[derive(Debug, Default)]
pub(super) struct FormulaWords {
    literals: HashSet<Box<str>>,
    columns: HashSet<Box<str>>,
    /// Some formula makes references of text.
    pub(super) is_indirect: bool,
}

impl FormulaWords {
    /// Reads a formula. `in_list` takes commas in a literal for borders, as lists of data validations do.
    pub(super) fn read(&mut self, formula: &str, in_list: bool) {
        let bytes = formula.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' => at = self.literal(formula, at + 1, in_list),
                b'\'' => at = end_of_quoted(bytes, at + 1),
                b'[' => at = self.reference(formula, at + 1),
                b'I' | b'i' if bytes.get(at..at + 9).is_some_and(|name| name.eq_ignore_ascii_case(b"INDIRECT(")) => {
                    self.is_indirect = true;
                    at += 9;
                }
                _ => at += 1,
            }
        }
    }

    /// Adds a name that something else than a formula knows a column by.
    pub(super) fn add_column(&mut self, name: &str) {
        add(&mut self.columns, name);
    }

    /// Adds a string that something else than a formula compares with.
    pub(super) fn add_literal(&mut self, literal: &str) {
        add(&mut self.literals, literal);
    }

    /// Whether a formula holds this string.
    pub(super) fn holds(&self, text: &str) -> bool {
        !self.literals.is_empty() && self.literals.contains(text.to_lowercase().as_str())
    }

    /// Whether a formula may name this column of a table.
    pub(super) fn names_column(&self, name: &str) -> bool {
        self.columns.contains(name.to_lowercase().as_str())
    }

    /// The literal whose first byte is at `start`; returns what follows it.
    fn literal(&mut self, formula: &str, start: usize, in_list: bool) -> usize {
        let end = end_of_string(formula.as_bytes(), start);
        let literal = formula[start..end].replace("\"\"", "\"");
        if in_list {
            literal.split(',').for_each(|choice| add(&mut self.literals, choice.trim()));
        }
        // Conditions of COUNTIF and its like: `<>open`.
        add(&mut self.literals, literal.trim_start_matches(['=', '<', '>']));
        add(&mut self.literals, &literal);
        (end + 1).min(formula.len())
    }

    /// `[Column]`, `[@Column]`, `[[#This Row],[Column]:[Other]]`; an apostrophe takes the next character literally.
    fn reference(&mut self, formula: &str, start: usize) -> usize {
        let bytes = formula.as_bytes();
        let (mut depth, mut at, mut from) = (1usize, start, start);
        let mut name = String::new();
        while at < bytes.len() && depth > 0 {
            match bytes[at] {
                b'\'' if at + 1 < bytes.len() => {
                    name.push_str(&formula[from..at]);
                    from = at + 1;
                    at += formula[from..].chars().next().map_or(1, char::len_utf8);
                }
                b'[' => {
                    depth += 1;
                    name.clear();
                    from = at + 1;
                }
                b']' => {
                    name.push_str(&formula[from..at]);
                    add(&mut self.columns, name.strip_prefix('@').unwrap_or(&name));
                    add(&mut self.columns, &name);
                    name.clear();
                    depth -= 1;
                    from = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        at.min(bytes.len())
    }
}

fn add(words: &mut HashSet<Box<str>>, word: &str) {
    let lower = word.to_lowercase();
    if !lower.is_empty() && !words.contains(lower.as_str()) {
        words.insert(lower.into());
    }
}

/// The quotation mark that ends a string, or the end; two in a row are one in the string.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        if bytes[at] == b'"' {
            if bytes.get(at + 1) != Some(&b'"') {
                return at;
            }
            at += 1;
        }
        at += 1;
    }
    bytes.len()
}

fn end_of_quoted(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|b| *b == b'\'').map_or(bytes.len(), |at| start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_columns_are_found() {
        let mut words = FormulaWords::default();
        words.read("IF(A1=\"Yes\",'It''s \"x\"'!B2&\"say \"\"hi\"\"\",COUNTIF(A:A,\"<>Open\"))", false);
        words.read("SUM(Table1[[#This Row],[Unit Price]:[It''s]])+[@Total]+T[Plain]", false);
        words.read("\"Low, High\"", true);
        for literal in ["yes", "YES", "Open", "<>open", "say \"hi\"", "low", "high"] {
            assert!(words.holds(literal), "{literal}");
        }
        assert!(!words.holds("x") && !words.holds(""));
        for column in ["unit price", "It's", "Total", "Plain"] {
            assert!(words.names_column(column), "{column}");
        }
        assert!(!words.names_column("Table1") && !words.is_indirect);
        words.read("INDIRECT(A1)", false);
        assert!(words.is_indirect);
        for broken in ["\"", "[", "'", "[[[", "\"a", "['", "]"] {
            words.read(broken, true);
        }
    }
}
