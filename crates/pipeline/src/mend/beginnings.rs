//! How answers begin: models write every text like a sentence, or none, where the entries of a list begin as they like.

use terjuman_model::LanguageTag;
use terjuman_nmt::{Source, Translated};

/// Languages in which few words have a capital within a sentence: names only.
const FEW_CAPITALS: &[&str] = &["ca", "es", "fr", "gl", "it", "pt", "ro"];

/// Letters that words of one name have in common in two languages, like `Germany` and `Germania`.
const COMMON: usize = 4;

/// Gives the first word of an answer the small letter or the capital that the source begins with.
pub(crate) fn restore_beginning(source: &Source, answer: &mut Translated, target: &LanguageTag) {
    if answer.kept_as_source || !FEW_CAPITALS.contains(&target.primary()) {
        return;
    }
    let (before, after) = (first_name(&source.text), first_name(&answer.text));
    let start = after.as_ptr().addr() - answer.text.as_ptr().addr();
    if before == after || answer.fixed.iter().any(|place| place.contains(&start)) {
        return;
    }
    // `AMD64` for `amd64`, where not all is large; no place shifts.
    let is_changed = before.eq_ignore_ascii_case(after) && answer.text.contains(char::is_lowercase);
    if is_changed && !before.contains(char::is_uppercase) && !is_title(after) {
        let end = start + after.len();
        return answer.text.replace_range(start..end, before);
    }
    let (Some(before), Some(after)) = (first_word(&source.text), first_word(&answer.text)) else { return };
    let Some(first) = after.chars().next() else { return };
    let changed: String = if is_small(before) && is_title(after) && !is_named(&source.text, after) {
        first.to_lowercase().collect()
    } else if is_title(before) && before.chars().nth(1).is_some() && is_small(after) && !has_word(&source.text, after) {
        first.to_uppercase().collect()
    } else {
        return;
    };
    // No place shifts.
    if changed.len() == first.len_utf8() {
        answer.text.replace_range(start..start + changed.len(), &changed);
    }
}

/// Letters and digits that the text begins with, behind quotes and brackets.
fn first_name(text: &str) -> &str {
    let text = text.trim_start_matches(['"', '“', '‘', '«', '„', '(', '[', '¿', '¡', '‹']);
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// The word that the text begins with; none if a number or a bullet comes first, or an abbreviation.
fn first_word(text: &str) -> Option<&str> {
    let word = first_name(text);
    let rest = &text[word.as_ptr().addr() - text.as_ptr().addr() + word.len()..];
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic) && !rest.starts_with(['.', '_', '@']);
    is_word.then_some(word)
}

fn is_small(word: &str) -> bool {
    word.chars().all(char::is_lowercase)
}

fn is_title(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
}

/// Whether the text has the word, or a name that begins like it.
fn is_named(text: &str, word: &str) -> bool {
    let beginning: String = word.chars().take(COMMON).collect();
    let is_long = beginning.chars().count() == COMMON;
    let is_name = |said: &str| if is_long { said.starts_with(&beginning) } else { said == word && word.len() > 1 };
    words(text).any(is_name)
}

fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|said| said == word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_to(target: &str, source: &str, answer: &str, expected: &str) {
        let source = Source { text: source.into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated::from(answer);
        restore_beginning(&source, &mut answer, &target.parse().unwrap());
        assert_eq!(answer.text, expected);
    }

    #[track_caller]
    fn check(source: &str, answer: &str, expected: &str) {
        check_to("pt", source, answer, expected);
    }

    #[test]
    fn entries_of_lists_begin_as_they_did() {
        check("propose or sponsor it;", "Propor ou patrocinar;", "propor ou patrocinar;");
        check("the individual", "O indivíduo", "o indivíduo");
        check("“Business Day” means", "“dia útil” significa", "“Dia útil” significa");
        check("(see below)", "(Ver abaixo)", "(ver abaixo)");
        check("Égalité", "égalité à", "Égalité à");
    }

    #[test]
    fn names_and_numbers_keep_theirs() {
        check("users of Debian", "Debian e usuários", "Debian e usuários");
        check("army of Germany", "Germânia e seu exército", "Germânia e seu exército");
        check("guide by Ana", "Ana e seu guia", "Ana e seu guia");
        check("mips: the SGI", "MIPS: o SGI", "mips: o SGI");
        check("amd64: this", "AMD64: isso", "amd64: isso");
        check("total: this", "Total: isso", "total: isso");
        check("15 May 2024", "15 de maio", "15 de maio");
        check("Run dpkg first", "dpkg é o primeiro", "dpkg é o primeiro");
        check("USB drive", "unidade USB", "unidade USB");
        check("e.g. this", "Por exemplo, isto", "Por exemplo, isto");
    }

    #[test]
    fn languages_with_more_capitals_are_left() {
        check_to("de", "companies in it", "Firmen darin", "Firmen darin");
        check_to("en", "inglês e francês", "English and French", "English and French");
    }

    #[test]
    fn what_is_fixed_stays() {
        let source = Source { text: "term of it".into(), fixed: Vec::new(), linked: false };
        let mut answer = Translated { fixed: std::iter::once(0..5).collect(), ..Translated::from("Termo dele") };
        restore_beginning(&source, &mut answer, &"pt".parse().unwrap());
        assert_eq!(answer.text, "Termo dele");
    }
}
