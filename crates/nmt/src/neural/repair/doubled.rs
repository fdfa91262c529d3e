//! Words that came out twice in a row: `por padrão por padrão` for `by default`, `um inteiro inteiro` for `an integer`.

use crate::neural::model::Decoded;

/// Most words that are told to stand twice.
const MOST: usize = 4;
/// A word of fewer letters may stand twice in good sentences.
const LONG: usize = 4;

/// Takes the second of two equal runs of words away, where the source says nothing twice in a row.
pub(crate) fn join(source: &str, decoded: &mut Decoded) {
    let Some(doubled) = doubled(&decoded.text) else { return };
    // Names and cries are said twice, and lists count the same things.
    if self::doubled(source).is_some() {
        return;
    }
    let length = doubled.len();
    decoded.text.replace_range(doubled.clone(), "");
    let moved = |at: usize| if at <= doubled.start { at } else { at.saturating_sub(length).max(doubled.start) };
    for span in &mut decoded.spans {
        *span = moved(span.start)..moved(span.end);
    }
}

/// Where the second of two equal runs of words is, with the blank before it.
fn doubled(text: &str) -> Option<std::ops::Range<usize>> {
    let words: Vec<&str> = text.split(' ').collect();
    let start = |at: usize| words[at].as_ptr().addr() - text.as_ptr().addr();
    let is_plain = |word: &&str| !word.is_empty() && word.chars().all(char::is_lowercase);
    for length in (1..=MOST).rev() {
        for at in 0..(words.len() + 1).saturating_sub(2 * length) {
            let (first, second) = (&words[at..at + length], &words[at + length..at + 2 * length]);
            let (last, rest) = second.split_last()?;
            let end = last.trim_end_matches(|sign: char| !sign.is_alphabetic());
            if first.iter().all(is_plain)
                && first[..length - 1] == *rest
                && first[length - 1] == end
                && first.iter().any(|word| word.chars().nth(LONG - 1).is_some())
            {
                return Some(start(at + length) - 1..start(at + 2 * length - 1) + end.len());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, text: &str, expected: &str) {
        let mut at = 0;
        let spans = text.split_inclusive(' ').map(|word| {
            at += word.len();
            at - word.len()..at
        });
        let mut decoded = Decoded { spans: spans.collect(), text: text.to_owned() };
        join(source, &mut decoded);
        assert_eq!(decoded.text, expected);
        assert!(decoded.spans.iter().all(|span| decoded.text.get(span.clone()).is_some()));
    }

    #[test]
    fn what_the_source_says_once_is_said_once() {
        check("tested by default by it.", "são testados por padrão por padrão.", "são testados por padrão.");
        check("an integer, and", "um inteiro inteiro, e mais", "um inteiro, e mais");
        check("packed unsigned", "inteiros não assinados não assinados por", "inteiros não assinados por");
    }

    #[test]
    fn what_may_stand_twice_stays() {
        check("very very good", "muito muito bom", "muito muito bom");
        check("he went", "se se for", "se se for");
        check("New York", "Nova Nova Iorque", "Nova Nova Iorque");
        check("one, one", "coisa, coisa e", "coisa, coisa e");
        check("", "", "");
    }
}
