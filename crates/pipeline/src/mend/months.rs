//! Months: their short names in a table's head, which a model takes for acronyms and leaves, and in Portuguese their capitals,
//! which it does not have, and what joins them with day and year.

use std::collections::HashSet;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, Translated};

use super::edits::edit;
use crate::drive::as_source;

const ENGLISH: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const PORTUGUESE: [&str; 12] = ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"];
const SPANISH: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
const ITALIAN: [&str; 12] = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"];

/// Months in Portuguese, with the capital that they have at the beginning of a sentence only.
const NAMES: [&str; 12] = [
    "Janeiro",
    "Fevereiro",
    "Março",
    "Abril",
    "Maio",
    "Junho",
    "Julho",
    "Agosto",
    "Setembro",
    "Outubro",
    "Novembro",
    "Dezembro",
];

/// So many short names make a calendar: `MAR` and `DEC` alone may be short for something else.
const CALENDAR: usize = 6;

/// Gives months their names: the short ones where the document has a calendar of them, and small letters in Portuguese.
pub(crate) fn name_months(units: &[Source], translated: &mut [Translated], pair: &LanguagePair) {
    let short = match pair.target.primary() {
        "pt" => Some(&PORTUGUESE),
        "es" => Some(&SPANISH),
        "it" => Some(&ITALIAN),
        _ => None,
    };
    if let Some(short) = short.filter(|_| pair.source.primary() == "en") {
        let months: Vec<(usize, usize)> =
            units.iter().enumerate().filter_map(|(index, unit)| Some((index, short_month(&unit.text)?))).collect();
        if months.iter().map(|(_, month)| month).collect::<HashSet<_>>().len() >= CALENDAR {
            for (index, month) in months.into_iter().filter(|(index, _)| units[*index].fixed.is_empty()) {
                let text = cased(short[month], &units[index].text);
                let fixed = vec![Fixed { range: 0..units[index].text.len(), text }];
                let answer = as_source(&Source { fixed, ..units[index].clone() });
                translated[index] = Translated { kept_as_source: false, fixed: Vec::new(), ..answer };
            }
        }
    }
    if pair.target.primary() == "pt" {
        let changed = translated.iter_mut().filter(|answer| !answer.kept_as_source);
        changed.for_each(|answer| {
            join_dates(answer);
            small_months(&mut answer.text, &answer.fixed);
        });
    }
}

/// Which month this is the short name of.
pub(super) fn short_month(text: &str) -> Option<usize> {
    let word = text.strip_suffix('.').unwrap_or(text);
    if word.len() != 3 && word != "Sept" && word != "SEPT" {
        return None;
    }
    let small = word.to_ascii_lowercase();
    ENGLISH.iter().position(|month| *month == &small[..3])
}

/// The name in the case of the source, with its full stop.
pub(super) fn cased(name: &str, source: &str) -> String {
    let mut letters = source.chars().filter(|c| c.is_alphabetic());
    let (first, second) = (letters.next(), letters.next());
    let is_large = |letter: Option<char>| letter.is_some_and(char::is_uppercase);
    let mut name = if is_large(second) { name.to_uppercase() } else { name.to_owned() };
    if is_large(first) {
        name[..1].make_ascii_uppercase();
    }
    if source.ends_with('.') {
        name.push('.');
    }
    name
}

/// `29 fevereiro 2024` becomes `29 de fevereiro de 2024`.
fn join_dates(answer: &mut Translated) {
    let mut edits = Vec::new();
    for name in NAMES {
        for (at, _) in answer.text.match_indices(&name[1..]) {
            let start = at - answer.text[..at].chars().next_back().map_or(0, char::len_utf8);
            let end = at + name.len() - 1;
            let (before, after) = (&answer.text[..start], &answer.text[end..]);
            let is_name = answer.text[start..at].eq_ignore_ascii_case(&name[..1]);
            let digits = |text: &str| text.bytes().rev().take_while(u8::is_ascii_digit).count();
            let is_bare = before.strip_suffix(' ').is_some_and(|day| matches!(digits(day), 1 | 2));
            let has_day = is_bare || before.strip_suffix(" de ").is_some_and(|day| matches!(digits(day), 1 | 2));
            let year = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count() == YEAR;
            let has_bare_year = after.strip_prefix(' ').is_some_and(year);
            let has_year = has_bare_year || after.strip_prefix(" de ").is_some_and(year);
            let is_kept = answer.fixed.iter().any(|place| place.start < end && start < place.end);
            if is_name && has_day && has_year && !is_kept {
                edits.extend(is_bare.then_some((start..start, "de ")));
                edits.extend(has_bare_year.then_some((end + 1..end + 1, "de ")));
            }
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edit(answer, &edits);
}

/// `13 de Julho de 2019` becomes `13 de julho de 2019`. A month is told by a day before it or a year behind it; Rio is none.
fn small_months(text: &mut String, fixed: &[std::ops::Range<usize>]) {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut found = Vec::new();
    for name in NAMES {
        for (at, _) in text.match_indices(name) {
            let (before, after) = (&text[..at], &text[at + name.len()..]);
            let has_day = before.strip_suffix(" de ").is_some_and(|day| day.ends_with(is_digit) || day.ends_with('º'));
            let year = after.strip_prefix(" de ").or_else(|| after.strip_prefix(' ')).unwrap_or_default();
            let has_year = year.bytes().take_while(u8::is_ascii_digit).count() == YEAR;
            let is_word = before.ends_with(' ') && !after.starts_with(char::is_alphanumeric);
            let begins = before.trim_end().ends_with(['.', '!', '?', ':']) || before.trim().is_empty();
            let is_city = before.ends_with("Rio de ");
            let is_kept = fixed.iter().any(|range| range.contains(&at));
            if is_word && (has_day || has_year) && !begins && !is_city && !is_kept {
                found.push(at);
            }
        }
    }
    for at in found {
        let small = text[at..=at].to_ascii_lowercase();
        text.replace_range(at..=at, &small);
    }
}

/// Digits of a year.
const YEAR: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sources: &[&str], answers: &[&str], target: &str) -> Vec<String> {
        let unit = |text: &&str| Source { text: (*text).into(), fixed: Vec::new(), linked: true };
        let units: Vec<Source> = sources.iter().map(unit).collect();
        let answer = |text: &&str| Translated::from(*text);
        let mut translated: Vec<Translated> = answers.iter().map(answer).collect();
        let pair = LanguagePair { source: "en".parse().unwrap(), target: target.parse().unwrap() };
        name_months(&units, &mut translated, &pair);
        translated.into_iter().map(|answer| answer.text).collect()
    }

    #[test]
    fn a_calendar_of_short_names_is_translated() {
        let head = ["JAN", "Feb", "Apr.", "MAY", "sep", "Oct", "YTD"];
        let left = ["JAN", "Feb", "Apr.", "MAIO", "sep", "Oct", "YTD"];
        assert_eq!(named(&head, &left, "pt"), ["JAN", "Fev", "Abr.", "MAI", "set", "Out", "YTD"]);
        assert_eq!(named(&head, &left, "it"), ["GEN", "Feb", "Apr.", "MAG", "set", "Ott", "YTD"]);
        // There is no table of Polish names.
        assert_eq!(named(&head, &left, "pl"), left);
        // A few of them are no calendar.
        assert_eq!(
            named(&["MAR", "DEC", "Jan Smith"], &["MAR", "DEC", "Jan Smith"], "pt"),
            ["MAR", "DEC", "Jan Smith"]
        );
    }

    #[test]
    fn months_are_small_in_portuguese() {
        for (answer, expected) in [
            ("Versão de 13 de Julho de 2019", "Versão de 13 de julho de 2019"),
            ("Cimeira, Julho 2011; desde Março de 2012", "Cimeira, julho 2011; desde março de 2012"),
            ("Julho 2011. Dezembro de 2012", "Julho 2011. Dezembro de 2012"),
            ("29 fevereiro 2024 e 2 Maio de 2023", "29 de fevereiro de 2024 e 2 de maio de 2023"),
            ("Em 1 de março 1999, em 123 maio 2024", "Em 1 de março de 1999, em 123 maio 2024"),
            ("Rio de Janeiro 2016, Senhor Abril", "Rio de Janeiro 2016, Senhor Abril"),
        ] {
            assert_eq!(named(&["x"], &[answer], "pt"), [expected]);
        }
    }
}
