//! The scanner: records and fields as ranges of the text, in one pass.

use std::ops::Range;

use super::dialect::Dialect;
use crate::FormatError;
use crate::small_range::SmallRange;

/// One field. A table has many: they are kept small.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    content: SmallRange,
    /// Whether quotation marks stand around it.
    pub(super) quoted: bool,
    column: u32,
}

impl Field {
    fn new(content: Range<usize>, quoted: bool, column: usize) -> Self {
        Self { content: content.into(), quoted, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// What is inside the quotation marks, or the whole field if there are none.
    pub(super) fn content(&self) -> Range<usize> {
        self.content.range()
    }

    /// Which column, from 0.
    pub(super) fn column(&self) -> usize {
        self.column as usize
    }
}

/// The fields of a table, record by record.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) fields: Vec<Field>,
    /// Where each record ends in the fields.
    ends: Vec<u32>,
}

impl Records {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The records: the fields of each, at least one.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Field]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let record = &self.fields[start..*end as usize];
            start = *end as usize;
            record
        })
    }
}

/// Whether a record is an empty line.
pub(super) fn is_blank(record: &[Field]) -> bool {
    matches!(record, [only] if only.content().is_empty())
}

/// Cuts the text into records.
///
/// # Errors
/// [`FormatError::TooComplex`] for a record of more than `columns` fields.
pub(super) fn records(text: &str, dialect: &Dialect, columns: usize) -> Result<Records, FormatError> {
    let bytes = text.as_bytes();
    // The delimiters are ASCII, so no byte of another character is taken for one.
    let delimiter = dialect.delimiter as u8;
    let ends_field = |at: usize| at >= bytes.len() || [delimiter, b'\n', b'\r'].contains(&bytes[at]);
    let mut records = Records::default();
    // The first field of the record.
    let mut first = 0;
    let mut at = dialect.preamble;
    // Where a quotation mark was found not to be closed, none behind it is: looking again for each would be quadratic.
    let mut may_quote = true;
    while at < bytes.len() || records.fields.len() > first {
        let mut quoted = None;
        if bytes.get(at) == Some(&b'"') {
            if dialect.quotes_lines {
                quoted = if may_quote { closing_quote(bytes, at + 1) } else { None };
                may_quote &= quoted.is_some();
            } else {
                let line = bytes[at..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| at + n);
                let end = bytes[at..line].iter().position(|b| *b == delimiter).map_or(line, |n| at + n);
                quoted = closing_quote(&bytes[..end], at + 1).filter(|close| close + 1 == end);
            }
        }
        let begin = at;
        let column = records.fields.len() - first;
        let field = match quoted {
            Some(close) if ends_field(close + 1) => {
                at = close + 1;
                Field::new(begin + 1..close, true, column)
            }
            _ => {
                // Text behind a closing quotation mark belongs to the field, marks and all; what is inside them still
                // ends no field.
                at = quoted.map_or(at, |close| close + 1);
                while !ends_field(at) {
                    at += 1;
                }
                Field::new(begin..at, false, column)
            }
        };
        if column >= columns {
            return Err(FormatError::TooComplex { limit: columns as u64, unit: "columns" });
        }
        records.fields.push(field);
        if bytes.get(at) == Some(&delimiter) {
            at += 1;
            if at < bytes.len() {
                continue;
            }
            // A delimiter at the very end is followed by an empty field.
            records.fields.push(Field::new(at..at, false, column + 1));
        }
        at += if bytes[at.min(bytes.len())..].starts_with(b"\r\n") { 2 } else { 1 };
        first = records.fields.len();
        records.ends.push(u32::try_from(first).unwrap_or(u32::MAX));
    }
    Ok(records)
}

/// The quotation mark that is not doubled.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    while at < bytes.len() {
        if bytes[at] == b'"' {
            if bytes.get(at + 1) != Some(&b'"') {
                return Some(at);
            }
            at += 1;
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        check_as(text, &Dialect { delimiter: ',', quotes_lines: true, preamble: 0 }, expected);
    }

    #[track_caller]
    fn check_as(text: &str, dialect: &Dialect, expected: &[&[&str]]) {
        let records = records(text, dialect, 100).unwrap();
        let fields: Vec<Vec<_>> =
            records.iter().map(|record| record.iter().map(|f| &text[f.content()]).collect()).collect();
        assert_eq!(fields, expected);
    }

    #[test]
    fn records_and_fields_are_ranges() {
        check("a,b\r\n1,\"x, \"\"y\"\"\nz\"\n", &[&["a", "b"], &["1", "x, \"\"y\"\"\nz"]]);
        check("a,\n,b,,", &[&["a", ""], &["", "b", "", ""]]);
        check("a\n\nb", &[&["a"], &[""], &["b"]]);
        check("", &[]);
        check("\"\"", &[&[""]]);
    }

    #[test]
    fn a_mark_that_is_not_closed_and_text_behind_a_mark_are_text() {
        check("\"a\nb,\"c", &[&["\"a\nb,\"c"]]);
        check("\"a,b\nc,\"d", &[&["\"a,b\nc,\"d"]]);
        check("x,\"a\nb,c", &[&["x", "\"a"], &["b", "c"]]);
        check("a\"b,c", &[&["a\"b", "c"]]);
    }

    #[test]
    fn tabs_have_no_quoted_lines() {
        check_as("\"a b\"\t\"c\nd\"\t\"\"\"e\"", &Dialect::tabs(), &[&["a b", "\"c"], &["d\"", "\"\"e"]]);
    }

    #[test]
    fn the_columns_are_limited_and_open_marks_cost_no_more_than_a_pass() {
        let dialect = Dialect { delimiter: ',', quotes_lines: true, preamble: 0 };
        assert!(records(&",".repeat(200), &dialect, 100).is_err());
        assert!(records(&"\"a\"\"\n".repeat(100_001), &dialect, 100).is_ok());
        assert!(records(&"\"\t".repeat(99), &Dialect::tabs(), 100).is_ok());
    }
}
