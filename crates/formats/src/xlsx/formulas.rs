//! What formulas refer to by words: literal strings, and columns of tables (ECMA-376 part 1, 18.17.2 and 18.17.6).

use std::collections::HashSet;
use std::ops::Range;

/// The words of all formulas of a workbook, in lower case: spreadsheets do not tell case apart when they compare.
#[derive(Debug, Default)]
pub(super) struct FormulaWords {
    literals: HashSet<Box<str>>,
    /// Columns that are named where no name can be written anew.
    columns: HashSet<Box<str>>,
    /// Some formula makes references of text.
    pub(super) is_indirect: bool,
}

impl FormulaWords {
    /// Reads a formula. `in_list` takes commas in a literal for borders, as lists of data validations do. Says whether it
    /// may name columns of tables, which then have to be written anew: see [`references`].
    pub(super) fn read(&mut self, formula: &str, in_list: bool) -> bool {
        let bytes = formula.as_bytes();
        let (mut at, mut refers, mut leads_out) = (0, false, false);
        while at < bytes.len() {
            match bytes[at] {
                b'"' => at = self.literal(formula, at + 1, in_list),
                b'\'' => {
                    let end = end_of_quoted(bytes, at + 1);
                    leads_out |= bytes[at..end].contains(&b'[');
                    at = end;
                }
                b'[' => {
                    let end = reference(formula, at + 1, &mut Vec::new());
                    // `[1]Sheet!A1`: a number in brackets, or a name before an exclamation mark, is a workbook.
                    let inside = &bytes[at + 1..end.max(at + 2) - 1];
                    leads_out |= inside.iter().all(u8::is_ascii_digit);
                    refers = true;
                    at = end;
                }
                b'!' => {
                    leads_out |= formula[..at].ends_with(".xlsx") || formula[..at].ends_with(".xlsm");
                    at += 1;
                }
                b'I' | b'i' if bytes.get(at..at + 9).is_some_and(|name| name.eq_ignore_ascii_case(b"INDIRECT(")) => {
                    self.is_indirect = true;
                    at += 9;
                }
                _ => at += 1,
            }
        }
        if refers && leads_out {
            self.keep_columns(formula);
        }
        refers
    }

    /// The columns that the formula names stay.
    pub(super) fn keep_columns(&mut self, formula: &str) {
        for (_, name) in references(formula) {
            add(&mut self.columns, &name);
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

    /// Whether something names this column of a table that cannot be written anew.
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
        // `INDIRECT("Table[Column]")`.
        if literal.contains('[') {
            self.keep_columns(&literal);
        }
        (end + 1).min(formula.len())
    }
}

/// The choices of a list that stands in a validation, `"Yes,No"`: each without blanks around it, and where it stands.
/// `None` if the formula is anything but one string.
pub(super) fn choices(formula: &str) -> Option<Vec<(Range<usize>, String)>> {
    let start = formula.find('"').filter(|at| formula[..*at].trim().is_empty())? + 1;
    let end = end_of_string(formula.as_bytes(), start);
    if formula.get(end + 1..)?.trim().is_empty() && end > start {
        let mut found = Vec::new();
        let mut at = start;
        for spelled in formula[start..end].split(',') {
            let from = at + (spelled.len() - spelled.trim_start().len());
            let trimmed = spelled.trim();
            found.push((from..from + trimmed.len(), trimmed.replace("\"\"", "\"")));
            at += spelled.len() + 1;
        }
        return Some(found);
    }
    None
}

/// The cells that a reference names: `'My Sheet'!$A$1:$B$9`. The sheet's name, rows from 1 and columns from 0.
pub(super) fn cells(reference: &str) -> Option<(Option<String>, std::ops::RangeInclusive<u32>, Range<usize>)> {
    let reference = reference.trim().trim_start_matches('=');
    let (sheet, cells) = match reference.strip_prefix('\'') {
        Some(quoted) => {
            let end = quoted.rfind("'!")?;
            (Some(quoted[..end].replace("''", "'")), &quoted[end + 2..])
        }
        None => match reference.split_once('!') {
            Some((sheet, cells)) => (Some(sheet.to_owned()), cells),
            None => (None, reference),
        },
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let (from, to) = (corner(first)?, corner(last)?);
    let rows = from.0.unwrap_or(1)..=to.0.unwrap_or(u32::MAX);
    let columns = from.1.unwrap_or(0)..to.1.map_or(usize::MAX, |column| column + 1);
    Some((sheet, rows, columns))
}

/// `$A$1`, `A` or `1`: the row and the column.
fn corner(cell: &str) -> Option<(Option<u32>, Option<usize>)> {
    let cell = cell.replace('$', "");
    let letters = cell.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters > 3 || cell.is_empty() || cell.len() > 10 {
        return None;
    }
    let column = cell[..letters].bytes().fold(0, |sum, b| sum * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1);
    let row = match &cell[letters..] {
        "" => None,
        digits => Some(digits.parse().ok().filter(|row| *row > 0)?),
    };
    Some((row, column.checked_sub(1)))
}

/// The names in brackets in a formula: their places, and what they are without escapes. Some of them are columns.
pub(super) fn references(formula: &str) -> Vec<(Range<usize>, String)> {
    let bytes = formula.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        at = match bytes[at] {
            b'"' => end_of_string(bytes, at + 1) + 1,
            b'\'' => end_of_quoted(bytes, at + 1),
            b'[' => reference(formula, at + 1, &mut found),
            _ => at + 1,
        };
    }
    found
}

/// How the name of a column is written between brackets.
pub(super) fn column(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if matches!(character, '[' | ']' | '#' | '\'') {
            out.push('\'');
        }
        out.push(character);
    }
    out
}

/// `[Column]`, `[[#This Row],[Column]:[Other]]`, whose first byte inside is at `start`; an apostrophe takes the next
/// character literally. Adds the names in the innermost brackets; returns what follows.
fn reference(formula: &str, start: usize, found: &mut Vec<(Range<usize>, String)>) -> usize {
    let bytes = formula.as_bytes();
    let (mut depth, mut at, mut from) = (1usize, start, start);
    // Where the innermost brackets begin, if what is in them may be a name.
    let mut inner = Some(start);
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
                inner = Some(from);
            }
            b']' => {
                depth -= 1;
                if let Some(start) = inner.take() {
                    name.push_str(&formula[from..at]);
                    found.push((start..at, std::mem::take(&mut name)));
                }
                name.clear();
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
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
        words.read("\"Low, High\"", true);
        for literal in ["yes", "YES", "Open", "<>open", "say \"hi\"", "low", "high"] {
            assert!(words.holds(literal), "{literal}");
        }
        assert!(!words.holds("x") && !words.holds("") && !words.is_indirect);
        words.read("INDIRECT(A1)", false);
        assert!(words.is_indirect);
        for broken in ["\"", "[", "'", "[[[", "\"a", "['", "]"] {
            words.read(broken, true);
        }
    }

    #[test]
    fn choices_and_where_they_come_from() {
        let found: Vec<_> = choices(" \"Yes, No \"\"x\"\",\"").unwrap().into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, ["Yes", "No \"x\"", ""]);
        for other in ["", "\"\"", "\"a", "A1:A3", "\"a\"&\"b\"", "IF(A1=\"a\",B1,C1)"] {
            assert_eq!(choices(other), None, "{other}");
        }
        let all = |sheet: Option<&str>, rows, columns| Some((sheet.map(str::to_owned), rows, columns));
        assert_eq!(cells("$A$1:$B$9"), all(None, 1..=9, 0..2));
        assert_eq!(cells("Sheet2!C3"), all(Some("Sheet2"), 3..=3, 2..3));
        assert_eq!(cells("='It''s !'!$A:$A"), all(Some("It's !"), 1..=u32::MAX, 0..1));
        for other in ["", "Name", "OFFSET(A1,0,0)", "A0", "A1:B", "'x", "é1", "$$"] {
            let found = cells(other);
            assert!(found.is_none() || other == "A1:B", "{other} {found:?}");
        }
    }

    #[test]
    fn columns_are_found_and_written() {
        let formula = "SUM(T[[#This Row],[Unit Price]:[It''s]])+T[Plain]&\"[no]\"&'a [b]'!A1+[é]";
        let found: Vec<_> = references(formula).into_iter().map(|(range, name)| (&formula[range], name)).collect();
        let expected = [
            ("#This Row", "#This Row"),
            ("Unit Price", "Unit Price"),
            ("It''s", "It's"),
            ("Plain", "Plain"),
            ("é", "é"),
        ];
        assert_eq!(found, expected.map(|(spelled, name)| (spelled, name.to_owned())));
        assert_eq!(column("a [b] #1 it's"), "a '[b'] '#1 it''s");
        for (formula, refers, kept) in [
            ("T[Plain]", true, false),
            ("A1", false, false),
            ("[1]!T[Plain]", true, true),
            ("'[Other.xlsx]S'!A1+T[Plain]", true, true),
            ("Other.xlsx!T[Plain]", true, true),
            ("INDIRECT(\"T[Plain]\")", false, true),
        ] {
            let mut words = FormulaWords::default();
            assert_eq!(words.read(formula, false), refers, "{formula}");
            assert_eq!(words.names_column("plain"), kept, "{formula}");
        }
    }
}
