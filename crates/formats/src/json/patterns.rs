//! Patterns of dates, which files of messages hold beside the words: `%B %d, %Y` and `dd/MM/yyyy`.

use std::ops::Range;

/// The conversions of `strftime` in a text: `%Y`, `%-d`. A sign of percent behind a letter or a digit is no such thing, and one
/// that another letter follows (`%Hh`) only counts beside one that is certain.
pub(super) fn conversions(line: &str) -> Vec<Range<usize>> {
    let bytes = line.as_bytes();
    let mut found = Vec::new();
    let mut is_certain = false;
    for (at, _) in line.match_indices('%') {
        let free = is_certain || !line[..at].ends_with(char::is_alphanumeric) || is_behind(&found, at);
        let flag = usize::from(bytes.get(at + 1).is_some_and(|byte| b"-_0^#".contains(byte)));
        let letter = at + 1 + flag;
        if free && bytes.get(letter).is_some_and(|byte| b"aAbBcCdDeFgGhHIjklLmMpPrRSTuUVwWxXyYzZ".contains(byte)) {
            is_certain |= !line[letter + 1..].starts_with(char::is_alphanumeric);
            found.push(at..letter + 1);
        }
    }
    if !is_certain {
        found.clear();
    }
    found
}

fn is_behind(found: &[Range<usize>], at: usize) -> bool {
    found.last().is_some_and(|last| last.end == at)
}

/// Whether a text is nothing but letters that stand for the parts of a date or a time: `MMMM d, yyyy`, `HH:mm`.
pub(super) fn is_pattern(text: &str) -> bool {
    let mut parts = [false; 5];
    let mut has_long = false;
    for run in text.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty()) {
        let first = run.as_bytes()[0];
        let is_one_letter = run.bytes().all(|byte| byte == first) && run.len() <= 5;
        if !(is_one_letter && b"yYMdDhHmsSaAEQwWzZT".contains(&first) || run == "Do") {
            return false;
        }
        has_long |= run.len() > 1;
        if let Some(part) = b"ymdhs".iter().position(|part| first.eq_ignore_ascii_case(part)) {
            parts[part] = true;
        }
    }
    has_long && parts.iter().filter(|part| **part).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_are_found_where_they_are_certain() {
        let found = |line: &str| conversions(line).into_iter().map(|range| line[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("%Y-%m-%d"), ["%Y", "%m", "%d"]);
        assert_eq!(found("%-d. %B at %Hh%M"), ["%-d", "%B", "%H", "%M"]);
        for none in ["100%A", "5 % A", "%age of %sure", "", "%", "50%"] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn patterns_of_dates_are_no_words() {
        for pattern in
            ["YYYY-MM-DD", "dd/MM/yyyy", "MMMM d, yyyy", "HH:mm", "EEEE, d MMMM y", "Do MMM YYYY", "hh:mm:ss a"]
        {
            assert!(is_pattern(pattern), "{pattern}");
        }
        for words in ["", "A", "a d", "AM", "May", "mm", "Day DD", "y", "Hmm"] {
            assert!(!is_pattern(words), "{words}");
        }
    }
}
