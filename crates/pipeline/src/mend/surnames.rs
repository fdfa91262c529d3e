//! Surnames that the model left as they are: of `June Carter` it makes `Junho Carter`. What it does not know as a word, behind
//! what may be a given name, is a name.

use std::collections::HashSet;

use terjuman_nmt::{Source, Translated};

use super::people::{Word, is_doubtful, name, words};

/// The given names, with their surnames, of which the surname alone came out as it was. Both stand by themselves: `May Microsoft
/// do so?` is a question.
pub(super) fn left_surnames<'a>(units: &'a [Source], translated: &[Translated]) -> HashSet<Vec<&'a str>> {
    let mut found = HashSet::new();
    for (unit, answer) in units.iter().zip(translated) {
        let all = words(&unit.text);
        let pairs = pairs(&all).filter(|at| is_doubtful(all[*at].text)).map(|at| name(&all, at));
        let mut pairs = pairs.filter(|name| name.len() == 2).peekable();
        if answer.kept_as_source || pairs.peek().is_none() {
            continue;
        }
        let left = words(&answer.text);
        found.extend(pairs.filter(|name| {
            let is_changed = |at: usize| left[at + 1].text == name[1] && left[at].text != name[0];
            self::pairs(&left).any(is_changed) && left.iter().all(|word| word.text != name[0])
        }));
    }
    found
}

/// Where two words with capitals stand with no other word beside them.
fn pairs<'w>(all: &'w [Word<'_>]) -> impl Iterator<Item = usize> + 'w {
    (0..all.len().saturating_sub(1)).filter(|at| {
        let [first, second] = [&all[*at], &all[at + 1]];
        let goes_on = all.get(at + 2).is_some_and(|next| next.is_joined);
        !first.is_joined && second.is_joined && !goes_on && first.is_name() && second.is_name()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, answer: &str, expected: bool) {
        let units = [Source { text: source.into(), fixed: Vec::new(), linked: false }];
        assert_eq!(!left_surnames(&units, &[Translated::from(answer)]).is_empty(), expected, "{source}");
    }

    #[test]
    fn what_the_model_does_not_know_is_a_surname() {
        check("June Carter", "Junho Carter", true);
        check("President – Mark Oduya (SK)", "Presidente – Marca Oduya (SK)", true);
        check("June Carter, Treasurer", "Junho Carter, Tesoureiro", true);
    }

    #[test]
    fn other_words_are_not() {
        check("Max Volume", "Volume Máximo", false);
        check("Mark Complete", "Marcar como concluído", false);
        check("May Microsoft do so?", "Maio a Microsoft fará isso?", false);
        check("In May Google said", "Em maio Google disse", false);
        check("June Carter", "June Carter", false);
        check("Green Carter", "Verde Carter", false);
        check("June Park Road", "Junho Park Road", false);
    }
}
