//! Which cells are words, and which are keys, codes, numbers and formulas.

use super::scan::{Field, Records};
use crate::wording::{has_words, is_address};

/// Headings of columns that identify rows, in lower case.
const KEY_HEADINGS: [&str; 10] = ["id", "key", "slug", "uuid", "guid", "sku", "url", "locale", "iso_code", "hash"];

/// The fields to translate, in order.
pub(super) fn translatable(text: &str, records: Records) -> Vec<Field> {
    let columns = records.iter().map(<[_]>::len).max().unwrap_or_default();
    let mut votes = vec![Votes::default(); columns];
    // A file of one record has no heading.
    let heading = records.iter().next().filter(|_| records.len() > 1).map_or(0, <[_]>::len);
    for field in &records.fields[heading..] {
        votes[field.column()].count(text[field.content()].trim());
    }
    for field in &records.fields[..heading] {
        votes[field.column()].is_key = is_key_heading(text[field.content()].trim());
    }
    let is_named = names_of_programs(records.fields[..heading].iter().map(|field| text[field.content()].trim()));
    let mut fields = records.fields;
    let mut index = 0;
    fields.retain(|field| {
        let is_heading = index < heading;
        index += 1;
        let vote = votes[field.column()];
        // The heading of a column of keys is one for programs.
        is_words(text[field.content()].trim())
            && if is_heading { !vote.is_key && !is_named } else { !vote.is_skipped() }
    });
    fields.shrink_to_fit();
    fields
}

/// Whether all headings are names for a program, as one that has an underscore tells of the others beside it: `id`,
/// `due_date`, `owner`. Some translated and some not would be of no use to people or programs.
fn names_of_programs<'a>(headings: impl Iterator<Item = &'a str> + Clone) -> bool {
    let is_name = |heading: &str| {
        heading.starts_with(|first: char| first.is_ascii_lowercase())
            && heading.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let mut named = headings.filter(|heading| !heading.is_empty());
    let joined = named.clone().filter(|heading| heading.trim_matches('_').contains('_')).count();
    joined > 0 && named.all(is_name)
}

/// More cells with underscores than that tell what the others are.
const LEAST_NAMES: usize = 3;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, Default)]
struct Votes {
    words: usize,
    others: usize,
    /// Of the words, those in small letters alone; of the others, those with an underscore.
    names: usize,
    joined: usize,
    is_key: bool,
}

impl Votes {
    fn count(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        let is_short_code = value.len() <= 3 && value.bytes().all(|b| b.is_ascii_uppercase()) && value != "YES";
        if is_words(value) && !(is_short_code && value != "NO") {
            self.words += 1;
            self.names += usize::from(value.bytes().all(|byte| byte.is_ascii_lowercase()));
        } else {
            self.others += 1;
            let is_name = value.trim_matches('_').contains('_') && is_key(value) && !is_address(value);
            self.joined += usize::from(is_name);
        }
    }

    /// Where nineteen cells in twenty are codes, the twentieth is one that looks like a word. Where most have underscores
    /// and the others are single words in small letters, all are names for a program.
    fn is_skipped(self) -> bool {
        let are_names = self.joined > LEAST_NAMES && self.joined > self.names && self.names == self.words;
        self.is_key || are_names || self.others >= self.words.saturating_mul(19).max(1)
    }
}

fn is_key_heading(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    heading == "code"
        || KEY_HEADINGS.contains(&lower.as_str())
        || (lower.contains('_') && ["_id", "_key", "_code", "_url"].iter().any(|end| lower.ends_with(end)))
}

/// Whether a cell is prose, not a number, a key, a code or a formula.
pub(crate) fn is_words(value: &str) -> bool {
    has_words(value) && (!is_formula(value) || is_point(value)) && !is_key(value) && !is_structured(value)
}

/// `-a point of a list`: no formula has several words in a row.
fn is_point(value: &str) -> bool {
    let is_plain = |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    value.strip_prefix('-').is_some_and(|words| words.split(' ').filter(is_plain).count() > 2)
}

/// What a spreadsheet would run. `- a point` is a list's.
pub(super) fn is_formula(value: &str) -> bool {
    let mut characters = value.trim_start().chars();
    match characters.next() {
        Some('=' | '@' | '＝' | '＠') => true,
        Some('+' | '-' | '＋' | '－') => !characters.next().is_some_and(char::is_whitespace),
        _ => false,
    }
}

/// A name for a program: no blanks, and put together as people's words are not.
fn is_key(value: &str) -> bool {
    if value.contains(char::is_whitespace) {
        return false;
    }
    if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") || is_address(value) {
        return true;
    }
    if matches!(value, "NULL" | "null" | "NaN" | "nan" | "N/A" | "n/a" | "NA" | "None" | "code")
        || KEY_HEADINGS[..6].contains(&value)
    {
        return true;
    }
    let is_token =
        value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'#'));
    let has = |test: &dyn Fn(u8) -> bool| value.bytes().any(test);
    let between = |mark: u8| {
        value
            .as_bytes()
            .windows(3)
            .any(|w| w[1] == mark && w[0].is_ascii_alphanumeric() && w[2].is_ascii_alphanumeric())
    };
    let is_hump = value.as_bytes().windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
        && value.starts_with(|c: char| c.is_ascii_lowercase());
    is_token && (has(&|b| b.is_ascii_digit()) || between(b'_') || between(b'.') || between(b':') || is_hump)
}

/// JSON in a cell.
fn is_structured(value: &str) -> bool {
    let inside = |open: char, close: char| value.strip_prefix(open)?.strip_suffix(close).map(str::trim_start);
    inside('{', '}').is_some_and(|inside| inside.starts_with('"'))
        || inside('[', ']').is_some_and(|inside| {
            let is_value = |c: char| c.is_ascii_digit() || matches!(c, '"' | '[' | '{' | '-');
            inside.contains('"') && inside.starts_with(is_value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::dialect::Dialect;
    use crate::csv::scan::records;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let records = records(text, &Dialect::sniff(text), 100).unwrap();
        let fields = translatable(text, records);
        assert_eq!(fields.iter().map(|f| &text[f.content()]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn names_for_programs_stay_together() {
        check("id,due_date,owner\n1,Monday,Ann\n2,Tuesday,Bo\n", &["Monday", "Ann", "Tuesday", "Bo"]);
        check("Date,due_date,Owner\n1,Monday,Ann\n", &["Date", "Owner", "Monday", "Ann"]);
        let codebook =
            "column,meaning\ncountry,Where\niso_name,Its name\nco_two,All\nco_two_growth,More\ngdp_all,Worth\n";
        check(codebook, &["column", "meaning", "Where", "Its name", "All", "More", "Worth"]);
        check("word,meaning\ncountry,Where\niso_name,Its name\n", &["word", "meaning", "country", "Where", "Its name"]);
    }

    #[test]
    fn keys_codes_and_formulas_are_no_words() {
        for value in [
            "snake_case",
            "AB-12",
            "camelCase",
            "a.b.c",
            "2020-01-01",
            "Sep-63",
            "TRUE",
            "=SUM(A1)",
            "+a",
            "-x",
            "@me",
            "{\"a\": 1}",
            "12",
            "https://a.b",
            "NULL",
            "id",
            "v1.2",
            "12:30",
        ] {
            assert!(!is_words(value), "{value}");
        }
        for value in [
            "Name",
            "Name/Alias",
            "self-service",
            "YES",
            "Current?",
            "- a point",
            "[see \"this\"]",
            "e.g. this",
            "iPhone 12",
            "-free for all members",
        ] {
            assert!(is_words(value), "{value}");
        }
    }

    #[test]
    fn a_column_of_codes_is_left_alone() {
        let rows: String = (0..40).map(|n| format!("A{n},word\n")).collect();
        let text = format!("Part,Name\n{rows}ABC,word\n");
        let mut expected = vec!["Part", "Name"];
        expected.extend(["word"; 41]);
        check(&text, &expected);
        check("Key,English\nsave,Save\nmulti,Line\n", &["English", "Save", "Line"]);
        check("Path,Email,Code\na/b,a@b.org,First\n", &["Path", "Email", "Code", "a/b", "First"]);
        check("id,text\ngreeting,Hello\nfarewell,Goodbye\n", &["text", "Hello", "Goodbye"]);
        check("Just one line, with a comma", &["Just one line", " with a comma"]);
    }
}
