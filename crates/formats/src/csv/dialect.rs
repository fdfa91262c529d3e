//! Which delimiter a table has.

use super::scan;

/// How a table is written.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    /// Between two fields.
    pub(super) delimiter: char,
    /// Whether any field may be quoted, and then hold delimiters and line ends. Tab-separated values have no such
    /// convention: there, quotation marks count only where they enclose a whole field of one line.
    pub(super) quotes_lines: bool,
    /// Bytes in front of the table: a line `sep=;`.
    pub(super) preamble: usize,
}

const CANDIDATES: [char; 4] = [',', ';', '\t', '|'];

/// How much of a table is looked at, in bytes and records.
const SAMPLE: (usize, usize) = (1 << 16, 200);

impl Dialect {
    /// Tab-separated values.
    pub(super) fn tabs() -> Self {
        Self { delimiter: '\t', quotes_lines: false, preamble: 0 }
    }

    /// By the line `sep=`, else the delimiter that cuts the most records into the same number of fields, more than
    /// one; comma if none does.
    pub(super) fn sniff(text: &str) -> Self {
        if let Some((delimiter, preamble)) = declared(text) {
            return Self { delimiter, quotes_lines: true, preamble };
        }
        let mut end = text.len().min(SAMPLE.0);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let is_cut = end < text.len();
        let mut best = (0, 0, ',');
        for delimiter in CANDIDATES {
            let dialect = Self { delimiter, quotes_lines: true, preamble: 0 };
            // Past a limit on columns, too, this is not the delimiter.
            let Ok(records) = scan::records(&text[..end], &dialect, 4096) else { continue };
            let whole = records.len() - usize::from(is_cut && records.len() > 1);
            let mut counts: Vec<_> =
                records.iter().take(whole.min(SAMPLE.1)).filter(|r| !scan::is_blank(r)).map(<[_]>::len).collect();
            counts.sort_unstable();
            let agreed = counts
                .chunk_by(|a, b| a == b)
                .filter(|same| same[0] > 1)
                .map(|same| (same.len() * 1000 / counts.len(), same[0]))
                .max();
            if let Some((share, columns)) = agreed {
                // Ties go to the earlier candidate.
                if (share, columns) > (best.0, best.1) {
                    best = (share, columns, delimiter);
                }
            }
        }
        Self { delimiter: best.2, quotes_lines: true, preamble: 0 }
    }
}

fn declared(text: &str) -> Option<(char, usize)> {
    let line = text.split_inclusive('\n').next()?;
    let spelled = line.trim_end().trim_matches('"');
    // `sep=` followed by a tab loses it to the trimming.
    let delimiter = spelled.strip_prefix("sep=")?.chars().next().unwrap_or('\t');
    CANDIDATES.contains(&delimiter).then_some((delimiter, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, delimiter: char) {
        assert_eq!(Dialect::sniff(text).delimiter, delimiter);
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_a_table() {
        check("a,b\n1,2\n", ',');
        check("a;b\n1,5;2,5\n", ';');
        check("a;b\n\"x, y, z\";2\n", ';');
        check("a\tb\n1\t2", '\t');
        check("a|b\n1|2", '|');
        check("one column\nno delimiter", ',');
        check("sep=;\na,b\n", ';');
        check("sep=\t\na,b\n", '\t');
        check("", ',');
    }
}
