//! Answers of a form with several choices in one cell: `Laptop, Raspberry Pi, Virtual Machine`. Each choice is translated
//! by itself, as it is where it stands alone: in one sentence models leave some of them, and other ones in each cell.

use std::collections::HashSet;
use std::ops::Range;

use terjuman_model::Segment;

/// The longest choice, and the longest cell with several, in bytes.
const LONGEST: usize = 160;
const LONGEST_CELL: usize = 1_000;
/// So many cells with several make a form.
const FORM: usize = 4;

/// What stands in a document by itself, if it has cells that may be made of it.
pub(crate) struct Choices<'a>(HashSet<&'a str>);

impl<'a> Choices<'a> {
    pub(crate) fn of(segments: impl Iterator<Item = &'a Segment> + Clone) -> Self {
        let plain = || segments.clone().filter(|segment| segment.source.marks().is_empty());
        let may_be_cut = |text: &str| text.len() <= LONGEST_CELL && text.contains(", ") && !text.ends_with('.');
        if plain().filter(|segment| may_be_cut(segment.source.text())).nth(FORM - 1).is_none() {
            return Self(HashSet::new());
        }
        Self(plain().map(|segment| segment.source.text()).filter(|text| text.len() <= LONGEST).collect())
    }

    /// The choices in a text, if it is made of them: half or more stand by themselves in other cells.
    pub(crate) fn cut(&self, text: &str) -> Vec<Range<usize>> {
        if self.0.is_empty() || text.len() > LONGEST_CELL {
            return Vec::new();
        }
        let items = items(text);
        let known = items.iter().filter(|item| self.0.contains(&text[(*item).clone()])).count();
        let is_item = |item: &Range<usize>| {
            let words = &text[item.clone()];
            let is_begun = words.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit());
            words.len() <= LONGEST
                && words == words.trim()
                && !words.ends_with(['.', ':'])
                && (is_begun || self.0.contains(words))
        };
        if known * 2 >= items.len() && items.len() > 1 && items.iter().all(is_item) { items } else { Vec::new() }
    }
}

/// What stands between the commas that are in no brackets.
fn items(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 && text[at + 1..].starts_with(' ') => {
                found.push(start..at);
                start = at + 2;
            }
            _ => {}
        }
    }
    found.push(start..text.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut<'a>(cells: &[&str], text: &'a str) -> Vec<&'a str> {
        let segments: Vec<Segment> = cells.iter().map(|text| Segment::plain(*text)).collect();
        Choices::of(segments.iter()).cut(text).into_iter().map(|range| &text[range]).collect()
    }

    const CELLS: [&str; 8] = [
        "Rack Server",
        "Laptop (of any size, or smaller)",
        "elementary",
        "Yes",
        "Rack Server, Embedded",
        "Rack Server, Laptop (of any size, or smaller)",
        "elementary, Rack Server",
        "elementary, Yes",
    ];

    #[test]
    fn choices_stand_by_themselves() {
        assert_eq!(cut(&CELLS, "Rack Server, Embedded"), ["Rack Server", "Embedded"]);
        let several = "elementary, Laptop (of any size, or smaller), Phone";
        assert_eq!(cut(&CELLS, several), ["elementary", "Laptop (of any size, or smaller)", "Phone"]);
    }

    #[test]
    fn sentences_are_not_cut() {
        assert!(cut(&CELLS, "Yes, we do").is_empty());
        assert!(cut(&CELLS, "Yes, Of Course, Why Not, Perhaps").is_empty());
        assert!(cut(&CELLS, "Rack Server").is_empty());
        assert!(cut(&CELLS[..6], "Rack Server, Embedded").is_empty());
    }
}
