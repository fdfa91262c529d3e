//! Names come out as they are written: a small model copies `Roberts` as `roberts` when nothing before it says that a
//! name follows.

use std::collections::HashMap;
use std::ops::Range;

/// Gives words that came out as they were, but for their capitals, the capitals of the source. The first word of the
/// source has its capital from its place; lengths stay, so that no place shifts.
pub(super) fn restore(source: &str, text: &mut String, is_kept: impl Fn(&Range<usize>) -> bool) {
    let is_name = |range: &Range<usize>| {
        let word = &source[range.clone()];
        word.starts_with(char::is_uppercase) && (word.chars().count() > 1 || is_initial(source, range))
    };
    // Most sentences have none.
    if !words(source).skip(1).any(|range| is_name(&range)) {
        return;
    }
    let mut spellings: HashMap<String, Option<&str>> = HashMap::new();
    for range in words(source).skip(1) {
        let word = &source[range.clone()];
        let is_name = is_name(&range);
        let spelling = spellings.entry(word.to_lowercase()).or_insert(is_name.then_some(word));
        // Written in two ways, it is no name.
        if spelling.is_some_and(|known| known != word) || !is_name {
            *spelling = None;
        }
    }
    if spellings.values().all(Option::is_none) {
        return;
    }
    let found: Vec<Range<usize>> = words(text).collect();
    for range in found {
        let word = &text[range.clone()];
        // `mcPhail` came of a name whose first letter was put in small.
        if word.starts_with(char::is_uppercase) || is_kept(&range) {
            continue;
        }
        let has_capital = word.chars().any(char::is_uppercase);
        if let Some(name) = spellings.get(&word.to_lowercase()).copied().flatten()
            && name.len() == word.len()
            && (!has_capital || name.chars().skip(1).eq(word.chars().skip(1)))
            && (word.chars().count() > 1 || is_initial(text, &range))
        {
            text.replace_range(range, name);
        }
    }
}

/// Whether a letter is short for a name.
fn is_initial(text: &str, range: &Range<usize>) -> bool {
    text[range.end..].starts_with('.')
}

/// Where the words are, numbers and signs left out.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(char::is_alphabetic)?;
        at = text[start..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |length| start + length);
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let mut text = answer.to_owned();
        super::restore(source, &mut text, |range| answer[range.clone()].starts_with("kept"));
        assert_eq!(text, expected);
    }

    #[test]
    fn names_have_their_capitals() {
        check("Iain Roberts", "Iain roberts", "Iain Roberts");
        check("Barbara M. Tobias", "Barbara m. tobias", "Barbara M. Tobias");
        check("with eBay and McKay", "com ebay e mckay", "com ebay e McKay");
        check("Mary McPhail of LibreOffice", "Mary mcPhail do libreOffice", "Mary McPhail do LibreOffice");
    }

    #[test]
    fn other_words_are_left_alone() {
        // The first word is written large because it is the first.
        check("Total of all", "O total de todos", "O total de todos");
        check("a Hotel, the hotel", "um hotel, o hotel", "um hotel, o hotel");
        check("John A Smith", "joão a smith", "joão a Smith");
        check("x ÀB kept KEPT", "àb kept", "ÀB kept");
        check("at IPhone", "no iPHONE", "no iPHONE");
        check("the İstanbul", "a i\u{307}stanbul", "a i\u{307}stanbul");
    }
}
