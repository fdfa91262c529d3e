//! When a second translation is asked for, and which of two is taken.
//!
//! Models have seen few titles. They take words with Capitals for Names and leave them as they are, in `Total Expenses`
//! as in `John Smith`. The same title in small letters shows which it is: a model is much surer of words that it knows
//! than of names that it does not. The bounds were found with titles that people had translated (docs/benchmarks.md).

use crate::neural::work::Opinion;

/// A title is doubtful if a word of it came out as it was and the model is less sure than this on average,
const DOUBT: f32 = -0.08;
/// or if it is less sure than this whatever came out.
const GREAT_DOUBT: f32 = -0.35;
/// By so much the second translation must be surer.
const MARGIN: f32 = 0.1;
/// And by so much if both have translated all words.
const WIDE_MARGIN: f32 = 0.2;

/// Words of fewer letters are the same in many languages.
const LONG: usize = 4;

/// The longest title, in words.
const TITLE: usize = 14;

/// Whether the text is a title and its translation looks as if words of it were taken for names.
pub(crate) fn is_doubtful(source: &str, opinion: &Opinion) -> bool {
    opinion.mean < DOUBT && is_title(source) && (opinion.mean < GREAT_DOUBT || kept(source, &opinion.text) > 0)
}

/// Whether the second opinion is to be taken. `source` is as the model had it for the second.
pub(crate) fn is_better(source: &str, second: &Opinion, first: &Opinion) -> bool {
    let gain = second.mean - first.mean;
    let (before, after) = (kept(source, &first.text), kept(source, &second.text));
    if repeats(&second.text) {
        return false;
    }
    if after < before { gain >= MARGIN } else { after == before && gain >= WIDE_MARGIN }
}

/// Whether all long words have a capital, two of them at least, and no sign ends a sentence.
fn is_title(text: &str) -> bool {
    let mut words = long_words(text).take(TITLE + 1);
    let (mut count, mut is_title) = (0, true);
    for word in &mut words {
        count += 1;
        is_title &= word.starts_with(char::is_uppercase);
    }
    is_title && (2..=TITLE).contains(&count) && !text.ends_with(['.', '!', '?'])
}

/// How many long words of the source are in the translation, as they are or with other capitals.
fn kept(source: &str, target: &str) -> usize {
    let words: Vec<String> = long_words(source).map(str::to_lowercase).collect();
    long_words(target).filter(|word| words.contains(&word.to_lowercase())).count()
}

/// Whether a long word is there twice, also with another ending: titles do not say a thing twice.
fn repeats(text: &str) -> bool {
    let stems: Vec<String> = long_words(text).map(|word| word.chars().take(LONG + 1).collect()).collect();
    stems.iter().enumerate().any(|(at, stem)| stems[..at].contains(stem))
}

fn long_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| !character.is_alphabetic());
    words.filter(|word| word.chars().nth(LONG - 1).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::piece::Piece;

    fn opinion(text: &str, mean: f32) -> Opinion {
        Opinion { piece: Piece::default(), text: text.to_owned(), mean }
    }

    #[test]
    fn titles_with_words_left_over_are_doubtful() {
        let doubtful = |source, target, mean| is_doubtful(source, &opinion(target, mean));
        assert!(doubtful("Total Expenses", "Total Expenses", -0.3));
        assert!(doubtful("Table of Contents", "O que é o conteúdo", -0.4));
        assert!(!doubtful("Table of Contents", "Tabela de conteúdo", -0.2));
        assert!(!doubtful("John Smith", "John Smith", -0.02));
        assert!(!doubtful("Total", "Total", -0.3));
        assert!(!doubtful("The house of John", "A casa do John", -0.3));
        assert!(!doubtful("It was John Smith.", "Foi John Smith.", -0.3));
    }

    #[test]
    fn the_surer_one_with_fewer_words_left_over_is_taken() {
        let better = |second: (&str, f32), first: (&str, f32)| {
            is_better("total expenses", &opinion(second.0, second.1), &opinion(first.0, first.1))
        };
        assert!(better(("despesas totais", -0.1), ("Total Expenses", -0.3)));
        assert!(!better(("despesas totais", -0.25), ("Total Expenses", -0.3)));
        assert!(!better(("despesas de despesa", -0.1), ("Total Expenses", -0.3)));
        assert!(!better(("total expenses", -0.19), ("Total Despesas", -0.3)));
        assert!(better(("despesas totais", -0.05), ("Despesas inteiras", -0.4)));
        assert!(!better(("despesas totais", -0.25), ("Despesas inteiras", -0.4)));
    }
}
