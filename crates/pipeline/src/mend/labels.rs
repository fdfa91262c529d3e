//! Labels and what small models do to them: they lose the letter of `Appendix A`, which they take for an article, and put what
//! it names in small letters; and of `form(s)` they lose the plural, or put a blank before it.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Source, TranslateError, Translated, Translator, Watch};

use super::again::{again, is_free};
use super::has_words;
use crate::EngineLimits;

/// What parts and things are counted by, in small letters.
const LABELS: &str = "\
    annex appendix article attachment block book box building chapter class clause column exhibit figure form gate \
    grade group hall item lesson level listing lot module note option panel paragraph part phase plan plate question \
    row schedule section series sheet stage step subpart table tier title type unit version volume zone";
/// Languages that write a plural in brackets as English does.
const PLURALS: &[&str] = &["ca", "es", "fr", "gl", "pt"];
const PLURAL: &str = "(s)";

/// Translates again what lost the letter of a label, or the plural in brackets.
///
/// # Errors
/// Those of the engine.
pub(crate) fn keep_letters(
    units: &mut [Source],
    translated: &mut [Translated],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    if !has_words(pair) {
        return Ok(());
    }
    let has_plurals = PLURALS.contains(&pair.target.primary());
    let lost = |_: usize, unit: &Source, answer: &Translated| {
        let mut lost = lost_letters(&unit.text, &answer.text);
        if has_plurals {
            lost.extend(lost_plurals(&unit.text, &answer.text));
        }
        lost.retain(|range| is_free(unit, range));
        lost.sort_by_key(|range| range.start);
        lost
    };
    again(units, translated, lost, (engine, pair), limits, watch)
}

/// Gives what a label names the capital that it has in the source: `Figure 9: Floating or docked`.
pub(crate) fn restore_capitals(units: &[Source], translated: &mut [Translated]) {
    for (unit, answer) in units.iter().zip(translated) {
        if let Some(at) = small_name(&unit.text, &answer.text)
            && !answer.kept_as_source
            && !answer.fixed.iter().any(|place| place.contains(&at))
            && let Some(first) = answer.text[at..].chars().next()
        {
            let capital: String = first.to_uppercase().collect();
            // No place shifts.
            if capital.len() == first.len_utf8() {
                answer.text.replace_range(at..at + capital.len(), &capital);
            }
        }
    }
}

/// The letters of labels in `source`, if the translation has fewer of one of them.
fn lost_letters(source: &str, target: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = letters(source).collect();
    if !found.is_empty() {
        let (before, after) = (counts(source), counts(target));
        found.retain(|range| {
            let letter = &source[range.clone()];
            after.get(letter) < before.get(letter)
        });
    }
    found
}

fn counts(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for range in lone_letters(text) {
        *counts.entry(&text[range]).or_default() += 1;
    }
    counts
}

/// The letters that stand behind what is counted by them.
fn letters(text: &str) -> impl Iterator<Item = Range<usize>> {
    lone_letters(text).filter(|range| is_label(last_word(text[..range.start].trim_end())))
}

/// Capitals by themselves behind another word; the initials of names are none.
fn lone_letters(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices(|letter: char| letter.is_ascii_uppercase() && letter != 'I').filter_map(|(at, letter)| {
        let is_behind = text[..at].ends_with([' ', '\u{a0}']);
        let rest = &text[at + 1..];
        let is_alone = match rest.chars().next() {
            None | Some(' ' | '\u{a0}' | ',' | ';' | ':' | ')' | '”' | '"') => true,
            Some('.') => !rest[1..].starts_with(|next: char| next.is_alphanumeric()),
            Some(_) => false,
        };
        (is_behind && is_alone).then_some(at..at + letter.len())
    })
}

fn last_word(text: &str) -> &str {
    text.rsplit(|character: char| !character.is_alphabetic()).next().unwrap_or_default()
}

pub(super) fn is_label(word: &str) -> bool {
    let small = word.to_lowercase();
    word.starts_with(char::is_uppercase) && LABELS.split(' ').any(|label| label == small)
}

/// The plurals in brackets, if the translation has them by themselves or in halves. One that has the plural is sound.
fn lost_plurals(source: &str, target: &str) -> Vec<Range<usize>> {
    let balance = |text: &str| text.matches('(').count() == text.matches(')').count();
    let is_damaged = target.contains(" (s)") && !source.contains(" (s)") || !balance(target) && balance(source);
    if !source.contains(PLURAL) || !is_damaged {
        return Vec::new();
    }
    let all = source.match_indices(PLURAL).map(|(at, sign)| at..at + sign.len());
    all.filter(|range| source[..range.start].ends_with(char::is_alphabetic)).collect()
}

/// Most letters of a small word.
const SMALL: usize = 3;
/// Most bytes of a heading.
const LONGEST_HEADING: usize = 120;

/// Where the translation puts in small what a label names with a capital.
fn small_name(source: &str, target: &str) -> Option<usize> {
    let label = source.split(' ').next()?;
    let code = source[label.len()..].strip_prefix(' ')?.split(' ').next()?;
    let name = source[label.len() + 1 + code.len()..].trim_start_matches([' ', '-', '–', '—']);
    let bare = code.trim_end_matches([':', '.']);
    let is_code = bare.starts_with(|first: char| first.is_ascii_digit())
        || bare.len() == 1 && bare.starts_with(|letter: char| letter.is_ascii_uppercase());
    // `Chapter 4 Rust shows how.` is a sentence.
    let is_heading = code.len() > bare.len() || source.len() <= LONGEST_HEADING && !source.ends_with(['.', '?', '!']);
    if !is_label(label) || !is_code || !is_heading || !name.starts_with(char::is_uppercase) {
        return None;
    }
    let mut words = target.split(' ');
    let before = words.next()?.len() + 1;
    let same = words.next().filter(|word| word.trim_end_matches([':', '.']) == bare)?;
    let rest = target[before + same.len()..].trim_start_matches([' ', '-', '–', '—']);
    let first = rest.split(' ').next()?;
    // An article or a preposition that joins them is no part of the name.
    let is_name = rest.starts_with(char::is_lowercase) && first.chars().count() > SMALL;
    is_name.then_some(target.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_letters(source: &str, target: &str, expected: &[&str]) {
        let mut lost = lost_letters(source, target);
        lost.extend(lost_plurals(source, target));
        let lost: Vec<&str> = lost.into_iter().map(|range| &source[range]).collect();
        assert_eq!(lost, expected, "{source}");
    }

    #[test]
    fn letters_of_labels_are_missed() {
        check_letters("EXHIBIT A", "EXPOSIÇÃO", &["A"]);
        check_letters("Appendix A Keyboard Shortcuts", "Apêndice Ataques de Teclado", &["A"]);
        check_letters("Appendix A Keyboard Shortcuts", "A Apêndice Ataques", &["A"]);
        check_letters("See Exhibit A, Part B.", "Veja o Anexo A, Parte B.", &[]);
        check_letters("See Exhibit A and Part B.", "Veja o Anexo A e a Parte.", &["B"]);
    }

    #[test]
    fn other_letters_are_not() {
        check_letters("To Build A House", "Para construir uma casa", &[]);
        check_letters("Part I and a form A.5", "Parte e um formulário", &[]);
        check_letters("John A. Smith", "João Smith", &[]);
    }

    #[test]
    fn plurals_in_brackets_are_missed() {
        check_letters("the other proposal(s).", "a outra proposta (s).", &["(s)"]);
        check_letters("the form(s) of proposal(s)", "as formas da proposta)", &["(s)", "(s)"]);
        check_letters("the specified file(s)", "os arquivos especificados", &[]);
        check_letters("the form(s)", "o(s) formulário(s)", &[]);
        check_letters("part (s) of it", "parte", &[]);
    }

    #[test]
    fn what_a_label_names_has_its_capital() {
        let check = |source: &str, target: &str, expected: &str| {
            let unit = Source { text: source.into(), fixed: Vec::new(), linked: false };
            let mut answer = [Translated::from(target)];
            restore_capitals(&[unit], &mut answer);
            assert_eq!(answer[0].text, expected);
        };
        check("Figure 9: Floating it", "Figura 9: flutuante", "Figura 9: Flutuante");
        check("Figure 18.33-1: Map", "Figura 18.33-1: mapa", "Figura 18.33-1: Mapa");
        check("Chapter 4 Getting Started", "Capítulo 4 começando", "Capítulo 4 Começando");
        check("Annex B – Égalité", "Anexo B – égalité", "Anexo B – Égalité");
        check("Table 2. Results. More.", "Tabela 2. resultados. Mais.", "Tabela 2. Resultados. Mais.");
        check("Appendix B Open Source", "Apêndice B de Código Aberto", "Apêndice B de Código Aberto");
        // As it is in the source, or no heading.
        check("Figure 9: eBay", "Figura 9: eBay", "Figura 9: eBay");
        check("Chapter 4 Rust shows how.", "Capítulo 4 mostra como.", "Capítulo 4 mostra como.");
        check("Note: The end", "Nota: o fim", "Nota: o fim");
        check("Figure 9", "Figura 9", "Figura 9");
    }

    #[test]
    fn long_texts_come_to_an_end() {
        for text in ["Part A ", "form(s) ", "A ", "Part "] {
            let whole = text.repeat(50_000);
            assert!(lost_letters(&whole, &whole).is_empty() && lost_plurals(&whole, &whole).is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_its_letters(text in "(Part|Figure|[A-Z]|\\(s\\)|[ .:–é]|[0-9]|\\PC){0,30}", other in "\\PC{0,20}") {
            let lost = lost_letters(&text, &other);
            proptest::prop_assert!(lost.iter().all(|range| text[range.clone()].len() == 1));
            proptest::prop_assert!(small_name(&text, &other).is_none_or(|at| other.is_char_boundary(at)));
        }
    }
}
