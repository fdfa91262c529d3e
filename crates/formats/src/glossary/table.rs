//! Terms in two columns: CSV and TSV, quoted as RFC 4180 says.

use super::{Terms, not_text};
use crate::encoding::decode;
use crate::{FormatError, Limits};

pub(super) fn read(bytes: &[u8], delimiter: char, limits: &Limits) -> Result<Vec<(String, String)>, FormatError> {
    let text = decode(bytes).map_err(not_text)?.text;
    let mut rows = Rows { rest: &text, delimiter, row: 0 };
    let mut terms = Terms::new(limits);
    while let Some(cells) = rows.next()? {
        match cells {
            Cells::None => {}
            Cells::Pair(source, target) => terms.add(&source, &target)?,
        }
    }
    Ok(terms.terms)
}

/// What a row holds.
enum Cells {
    /// Nothing but blanks.
    None,
    /// Source term and target term.
    Pair(String, String),
}

/// Reads rows off the front of the text.
struct Rows<'a> {
    rest: &'a str,
    delimiter: char,
    /// The number of the last row read, from 1; empty lines count.
    row: usize,
}

impl Rows<'_> {
    fn next(&mut self) -> Result<Option<Cells>, FormatError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.row += 1;
        let mut cells = [String::new(), String::new()];
        let mut columns = 0;
        loop {
            let cell = self.cell()?;
            if let Some(place) = cells.get_mut(columns) {
                *place = cell;
            }
            columns += 1;
            match self.rest.strip_prefix(self.delimiter) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.rest = self.rest.strip_prefix("\r\n").or(self.rest.strip_prefix(['\r', '\n'])).unwrap_or(self.rest);
        let [source, target] = cells;
        match columns {
            1 if source.trim().is_empty() => Ok(Some(Cells::None)),
            2 => Ok(Some(Cells::Pair(source, target))),
            1 => Err(self.error("has one column, but a source term and a target term are needed")),
            _ => Err(self.error("has more than two columns; a term that holds the separator must be quoted")),
        }
    }

    /// Reads a cell, up to the separator or the line's end.
    fn cell(&mut self) -> Result<String, FormatError> {
        let ends = [self.delimiter, '\r', '\n'];
        let bare = self.rest.trim_start_matches(|c: char| c.is_whitespace() && !ends.contains(&c));
        let Some(mut inside) = bare.strip_prefix('"') else {
            let (cell, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
            self.rest = rest;
            return Ok(cell.to_owned());
        };
        let mut cell = String::new();
        loop {
            let close = inside.find('"').ok_or_else(|| self.error("has a quotation mark that is not closed"))?;
            cell.push_str(&inside[..close]);
            inside = &inside[close + 1..];
            match inside.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    inside = rest;
                }
                None => break,
            }
        }
        let (blanks, rest) = inside.split_at(inside.find(ends).unwrap_or(inside.len()));
        if !blanks.trim().is_empty() {
            return Err(self.error("has text behind a closing quotation mark"));
        }
        self.rest = rest;
        Ok(cell)
    }

    fn error(&self, what: &str) -> FormatError {
        FormatError::Glossary(format!("row {} {what}", self.row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, delimiter: char, expected: &[(&str, &str)]) {
        let terms = read(bytes.as_ref(), delimiter, &Limits::default()).unwrap();
        let terms: Vec<_> = terms.iter().map(|(source, target)| (source.as_str(), target.as_str())).collect();
        assert_eq!(terms, expected);
    }

    #[track_caller]
    fn refused(bytes: impl AsRef<[u8]>, expected: &str) {
        match read(bytes.as_ref(), ',', &Limits { glossary_terms: 3, ..Limits::default() }) {
            Err(FormatError::Glossary(what)) => assert!(what.contains(expected), "{what}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_are_pairs_and_blanks_around_terms_are_not_part_of_them() {
        check("test, glossaryTest", ',', &[("test", "glossaryTest")]);
        check("a,b\r\nc , d\r\n", ',', &[("a", "b"), ("c", "d")]);
        check("a\tb\nc d\te, f\n", '\t', &[("a", "b"), ("c d", "e, f")]);
        check("test,test\rA,b", ',', &[("test", "test"), ("A", "b")]);
        check("", ',', &[]);
    }

    #[test]
    fn quotes_hold_separators_line_ends_and_quotes() {
        check("\"a, b\",\"say \"\"x\"\"\"\n", ',', &[("a, b", "say \"x\"")]);
        check(" \"a\" , \" b \"\n\"c\nd\",e", ',', &[("a", "b"), ("c\nd", "e")]);
        check("\"a\tb\"\tc", '\t', &[("a\tb", "c")]);
        check("5\" disk,disco de 5\"", ',', &[("5\" disk", "disco de 5\"")]);
    }

    #[test]
    fn empty_lines_and_empty_terms_are_left_out() {
        check("\n  \na,b\n\n,x\ny,\n\"\",z\n", ',', &[("a", "b")]);
    }

    #[test]
    fn encodings_are_told_from_the_bytes() {
        check(b"\xef\xbb\xbfa,\xc3\xa7", ',', &[("a", "ç")]);
        check(b"\xff\xfea\0,\0b\0", ',', &[("a", "b")]);
        check(
            b"information,informa\xe7\xe3o\nuse,uso \xfatil\n",
            ',',
            &[("information", "informação"), ("use", "uso útil")],
        );
    }

    #[test]
    fn faults_name_their_row() {
        refused("a,b\nlonely\n", "row 2 has one column");
        refused("a,b\n\nc,d,e\n", "row 3 has more than two columns");
        refused("\"a,b\nc,d\n", "row 1 has a quotation mark");
        refused("\"a\nb\",c\n\"d\"e,f", "row 2 has text behind");
        refused("a,b\nc,d\ne,f\ng,h\n", "more than 3 terms");
        refused(b"PK\x03\x04\0\0", "cannot be decoded");
        refused(b"a\0b\xff,c", "cannot be decoded");
    }

    #[test]
    fn many_open_quotes_cost_one_pass() {
        assert!(read("\"a\"\",".repeat(200_000).as_bytes(), ',', &Limits::default()).is_err());
        assert!(read(",".repeat(1_000_000).as_bytes(), ',', &Limits::default()).is_err());
    }
}
