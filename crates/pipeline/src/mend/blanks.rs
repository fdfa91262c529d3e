//! Blanks behind full stops that an engine lost: behind a name that stands for code, models write the next sentence without
//! one, `o arquivo f.No máximo`.

use terjuman_nmt::{Source, Translated};

use super::edits::edit;

/// Puts a blank between a full stop and the capital of the next sentence, unless the source has such a thing itself.
pub(crate) fn loosen(source: &Source, answer: &mut Translated) {
    if answer.kept_as_source || !answer.text.contains(['.', '!', '?']) {
        return;
    }
    let ends_fixed = |at: usize| answer.fixed.iter().any(|place| place.end == at);
    let is_inside = |at: usize| answer.fixed.iter().any(|place| place.start < at && at < place.end);
    let places: Vec<usize> = glued(&answer.text, ends_fixed).filter(|at| !is_inside(*at)).take(MOST).collect();
    let ends = |at: usize| source.fixed.iter().any(|fixed| fixed.range.end == at);
    if places.is_empty() || glued(&source.text, ends).next().is_some() {
        return;
    }
    edit(answer, &places.iter().map(|place| (*place..*place, " ")).collect::<Vec<_>>());
}

/// Most blanks of one unit.
const MOST: usize = 50;

/// Where a sentence begins right behind the stop of another: a word of two letters or more, or something that is fixed, then a
/// stop, then a capital that begins a word.
fn glued(text: &str, ends_fixed: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
    text.match_indices(['.', '!', '?']).filter_map(move |(at, stop)| {
        let mut before = text[..at].chars().rev();
        let mut after = text[at + stop.len()..].chars();
        let is_word = before.next().is_some_and(char::is_lowercase) && before.next().is_some_and(char::is_alphabetic);
        let begins = after.next().is_some_and(char::is_uppercase)
            && after.next().is_some_and(|next| next.is_lowercase() || next == ' ');
        (begins && (is_word || ends_fixed(at))).then_some(at + stop.len())
    })
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::{Fixed, Link};

    use super::*;

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        let source = Source { text: source.into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated::from(answer);
        loosen(&source, &mut answer);
        assert_eq!(answer.text, expected);
    }

    #[test]
    fn a_blank_stands_between_sentences() {
        check("It ends. A new one", "Termina.Um novo", "Termina. Um novo");
        check("Does it? Yes. No", "Termina?Sim.Não", "Termina? Sim. Não");
    }

    #[test]
    fn stops_within_words_stay() {
        check("Use Node.Js now. Yes", "Use Node.Js agora.Sim", "Use Node.Js agora.Sim");
        check("J. Smith of the US", "J.Smith dos E.U.A. x", "J.Smith dos E.U.A. x");
        check("version one. Go", "versão 1.0.Vá e 2.Vá", "versão 1.0.Vá e 2.Vá");
    }

    #[test]
    fn what_lies_behind_moves() {
        let source = Source {
            text: "the file {f}. At {g} it".into(),
            fixed: vec![Fixed { range: 9..12, text: "f".into() }, Fixed { range: 17..20, text: "G".into() }],
            linked: true,
        };
        let mut answer = Translated {
            links: vec![Link { source: 9..12, target: 8..9 }, Link { source: 14..16, target: 10..12 }],
            fixed: [8..9, 13..14].into(),
            .."arquivo f.No G é".into()
        };
        loosen(&source, &mut answer);
        assert_eq!(answer.text, "arquivo f. No G é");
        assert_eq!(answer.fixed, [8..9, 14..15]);
        let targets: Vec<_> = answer.links.iter().map(|link| &answer.text[link.target.clone()]).collect();
        assert_eq!(targets, ["f", "No"]);
    }
}
