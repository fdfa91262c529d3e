//! Signs of ordinal numbers that an engine's vocabulary lacks: `2o` for `2nd` becomes `2º`.

use std::ops::Range;

use terjuman_model::LanguageTag;
use terjuman_nmt::{Source, Translated};

use super::edits::edit;

/// How a language writes ordinal numbers, if engines are known to get it wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordinals {
    /// With `º` and `ª`.
    Signs,
    /// With `st`, `nd`, `rd` and `th`: of `50.ª` an engine makes `50.a`.
    English,
}

/// How the language writes them.
pub(crate) fn ordinals(language: &LanguageTag) -> Option<Ordinals> {
    match language.primary() {
        "pt" | "es" | "gl" | "it" => Some(Ordinals::Signs),
        "en" => Some(Ordinals::English),
        _ => None,
    }
}

/// Writes the sign, or the ending, behind each number of the translation that was an ordinal in the source; what lies
/// behind moves.
pub(crate) fn restore(source: &Source, answer: &mut Translated, ordinals: Ordinals) {
    if answer.kept_as_source {
        return;
    }
    let is_written = |rest: &str| is_ordinal(rest) && (ordinals == Ordinals::Signs || starts_with_sign(rest));
    let wanted: Vec<&str> = numbers(&source.text)
        .filter(|number| is_written(&source.text[number.end..]))
        .map(|number| &source.text[number])
        .collect();
    if wanted.is_empty() {
        return;
    }
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    for number in numbers(&answer.text).filter(|number| wanted.contains(&&answer.text[number.clone()])) {
        let Some(at) = letter(&answer.text, number.end) else { continue };
        // A fixed text stays as it is.
        if answer.fixed.iter().any(|fixed| fixed.contains(&at)) {
            continue;
        }
        edits.push(match ordinals {
            Ordinals::Signs => (at..at + 1, if answer.text.as_bytes()[at] == b'o' { "º" } else { "ª" }),
            Ordinals::English => (number.end..at + 1, ending(&answer.text[number.clone()])),
        });
    }
    edit(answer, &edits);
}

/// The English ending of a number.
fn ending(number: &str) -> &'static str {
    match number.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    }
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
    ["st", "nd", "rd", "th"].into_iter().any(has) || starts_with_sign(rest)
}

/// Whether a number that this follows is one with a sign, perhaps behind a stop.
fn starts_with_sign(rest: &str) -> bool {
    let sign = rest.strip_prefix('.').unwrap_or(rest).strip_prefix(['º', 'ª']);
    sign.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
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
        let mut answer = Translated::from(answer);
        restore(&source, &mut answer, Ordinals::Signs);
        assert_eq!(answer.text, expected);
    }

    #[test]
    fn english_ordinals_have_their_ending() {
        let source = Source {
            text: "a 50.ª, a 91ª e o 12.º x".into(),
            fixed: vec![Fixed { range: 0..1, text: "x".into() }],
            linked: true,
        };
        let mut answer = Translated {
            links: vec![Link { source: 22..23, target: 26..27 }],
            fixed: std::iter::once(26..27).collect(),
            .."the 50.a, 91a and 12.o 5a x".into()
        };
        restore(&source, &mut answer, Ordinals::English);
        assert_eq!(answer.text, "the 50th, 91st and 12th 5a x");
        assert_eq!((&answer.text[answer.fixed[0].clone()], &answer.text[answer.links[0].target.clone()]), ("x", "x"));
        assert_eq!(["1", "11", "112", "22", "103", "40"].map(ending), ["st", "th", "th", "nd", "rd", "th"]);
    }

    #[test]
    fn ordinals_have_their_sign() {
        check("The 2nd place and the 11th day", "O 2o lugar e o 11o dia", "O 2º lugar e o 11º dia");
        check("The 3RD edition", "A 3a edição", "A 3ª edição");
        check("the 1st.", "o 1.o.", "o 1.º.");
        check("the 89.º of", "o 89.o de", "o 89.º de");
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
        let mut answer = Translated { links, fixed: [3..5, 6..6].into(), .."2o 2o 2o".into() };
        restore(&source, &mut answer, Ordinals::Signs);
        assert_eq!(answer.text, "2º 2o 2º");
        assert_eq!(answer.fixed, [4..6, 7..7]);
        let targets: Vec<_> = answer.links.iter().map(|link| &answer.text[link.target.clone()]).collect();
        assert_eq!(targets, ["2º", "2º"]);
    }
}
