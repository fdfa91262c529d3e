//! Signs of ordinal numbers that an engine's vocabulary lacks: `2o` for `2nd` becomes `2º`.

use std::ops::Range;

use terjuman_model::LanguageTag;
use terjuman_nmt::{Source, Translated};

/// Whether the language writes ordinal numbers with `º` and `ª`.
pub(crate) fn has_signs(language: &LanguageTag) -> bool {
    matches!(language.primary(), "pt" | "es" | "gl" | "it")
}

/// Writes the sign behind each number of the translation that was an ordinal in the source. Both signs take one byte more
/// than the letters in their place; what lies behind moves.
pub(crate) fn restore(source: &Source, answer: &mut Translated) {
    if answer.kept_as_source {
        return;
    }
    let ordinals: Vec<&str> = numbers(&source.text)
        .filter(|number| is_ordinal(&source.text[number.end..]))
        .map(|number| &source.text[number])
        .collect();
    if ordinals.is_empty() {
        return;
    }
    let mut letters: Vec<usize> = numbers(&answer.text)
        .filter(|number| ordinals.contains(&&answer.text[number.clone()]))
        .filter_map(|number| letter(&answer.text, number.end))
        .collect();
    // A fixed text stays as it is.
    letters.retain(|at| !answer.fixed.iter().any(|fixed| fixed.contains(at)));
    if letters.is_empty() {
        return;
    }
    let mut text = String::with_capacity(answer.text.len() + letters.len());
    let mut done = 0;
    for &at in &letters {
        text.push_str(&answer.text[done..at]);
        text.push(if answer.text.as_bytes()[at] == b'o' { 'º' } else { 'ª' });
        done = at + 1;
    }
    text.push_str(&answer.text[done..]);
    answer.text = text;
    let moved = |at: usize| at + letters.partition_point(|letter| *letter < at);
    let moved = |range: &Range<usize>| moved(range.start)..moved(range.end);
    answer.fixed.iter_mut().for_each(|place| *place = moved(place));
    answer.links.iter_mut().for_each(|link| link.target = moved(&link.target));
}

/// Where the whole numbers of a text are that no letter stands in front of.
fn numbers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            let is_free = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == ',');
            at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if at > start && is_free {
                return Some(start..at);
            }
            at += text[at..].chars().next().map_or(0, char::len_utf8);
        }
        None
    })
}

/// Whether a number that this follows is an ordinal.
fn is_ordinal(rest: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let has = |suffix: &str| {
        rest.get(..suffix.len()).is_some_and(|start| start.eq_ignore_ascii_case(suffix)) && ends(&rest[suffix.len()..])
    };
    ["st", "nd", "rd", "th", "º", "ª"].into_iter().any(has)
}

/// Where the letter is that stands for the sign behind a number that ends here.
fn letter(text: &str, end: usize) -> Option<usize> {
    let at = if text[end..].starts_with('.') { end + 1 } else { end };
    let rest = text[at..].strip_prefix(['o', 'a'])?;
    (!rest.starts_with(char::is_alphanumeric)).then_some(at)
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::{Fixed, Link};

    use super::*;

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let source = Source { text: source.into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated {
            text: answer.into(),
            links: Vec::new(),
            fixed: Vec::new(),
            kept_as_source: false,
            score: None,
        };
        restore(&source, &mut answer);
        assert_eq!(answer.text, expected);
    }

    #[test]
    fn ordinals_have_their_sign() {
        check("The 2nd place and the 11th day", "O 2o lugar e o 11o dia", "O 2º lugar e o 11º dia");
        check("The 3RD edition", "A 3a edição", "A 3ª edição");
        check("the 1st.", "o 1.o.", "o 1.º.");
    }

    #[test]
    fn other_numbers_are_left_alone() {
        check("Rooms 2o and 3a", "Salas 2o e 3a", "Salas 2o e 3a");
        check("The 2nd of 3", "O 2o de 3a e 12o", "O 2º de 3a e 12o");
        check("the 2nd", "a 2ab x2o 1.2o 2", "a 2ab x2o 1.2o 2");
    }

    #[test]
    fn what_lies_behind_moves() {
        let source =
            Source { text: "2nd {x} 2nd".into(), fixed: vec![Fixed { range: 4..7, text: "2o".into() }], linked: true };
        let links = vec![Link { source: 0..3, target: 0..2 }, Link { source: 8..11, target: 6..8 }];
        let mut answer = Translated {
            text: "2o 2o 2o".into(),
            links,
            fixed: [3..5, 6..6].into(),
            kept_as_source: false,
            score: None,
        };
        restore(&source, &mut answer);
        assert_eq!(answer.text, "2º 2o 2º");
        assert_eq!(answer.fixed, [4..6, 7..7]);
        let targets: Vec<_> = answer.links.iter().map(|link| &answer.text[link.target.clone()]).collect();
        assert_eq!(targets, ["2º", "2º"]);
    }
}
