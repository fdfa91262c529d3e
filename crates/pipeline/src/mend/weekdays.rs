//! Short names of the days of the week: a model takes `Sat` for a verb and `Sun` for the star.

use std::collections::HashSet;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, Translated};

use super::months::cased;
use crate::drive::as_source;

const ENGLISH: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const PORTUGUESE: [&str; 7] = ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"];
const SPANISH: [&str; 7] = ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"];
const ITALIAN: [&str; 7] = ["lun", "mar", "mer", "gio", "ven", "sab", "dom"];

/// So many different days make a week, short ones or whole: `Sat` alone may be another word.
const WEEK: usize = 5;

/// Gives short names of days their names where the document has a week of days by themselves.
pub(crate) fn name_weekdays(units: &[Source], translated: &mut [Translated], pair: &LanguagePair) {
    let short = match pair.target.primary() {
        "pt" => &PORTUGUESE,
        "es" => &SPANISH,
        "it" => &ITALIAN,
        _ => return,
    };
    if pair.source.primary() != "en" {
        return;
    }
    let days: Vec<(usize, usize)> =
        units.iter().enumerate().filter_map(|(index, unit)| Some((index, day(&unit.text)?))).collect();
    if days.iter().map(|(_, day)| day).collect::<HashSet<_>>().len() < WEEK {
        return;
    }
    let is_short =
        |index: usize| units[index].text.trim_end_matches('.').len() <= SHORT && units[index].fixed.is_empty();
    for (index, day) in days.into_iter().filter(|(index, _)| is_short(*index)) {
        let unit = &units[index];
        let fixed = vec![Fixed { range: 0..unit.text.len(), text: cased(short[day], &unit.text) }];
        let answer = as_source(&Source { fixed, ..unit.clone() });
        translated[index] = Translated { kept_as_source: false, fixed: Vec::new(), ..answer };
    }
}

/// Letters of a short name: `Thurs`.
const SHORT: usize = 5;

/// Which day this is the name of, whole or short.
fn day(text: &str) -> Option<usize> {
    let word = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_name = |day: &&str| {
        *day == word
            || word.len() == 3 && day.starts_with(&*word)
            || matches!(&*word, "tues" | "thur" | "thurs") && day.starts_with(&*word)
    };
    ENGLISH.iter().position(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sources: &[&str], answers: &[&str], target: &str) -> Vec<String> {
        let unit = |text: &&str| Source { text: (*text).into(), fixed: Vec::new(), linked: true };
        let units: Vec<Source> = sources.iter().map(unit).collect();
        let mut translated: Vec<Translated> = answers.iter().map(|text| Translated::from(*text)).collect();
        let pair = LanguagePair { source: "en".parse().unwrap(), target: target.parse().unwrap() };
        name_weekdays(&units, &mut translated, &pair);
        translated.into_iter().map(|answer| answer.text).collect()
    }

    #[test]
    fn short_days_of_a_week_are_named() {
        let week = ["Monday", "Tuesday", "Wednesday", "Sat", "SUN", "Thurs.", "Sit"];
        let answers = ["Segunda-feira", "Terça-feira", "Quarta-feira", "Sentou", "SOL", "Thurs.", "Sentar"];
        let expected = ["Segunda-feira", "Terça-feira", "Quarta-feira", "Sáb", "DOM", "Qui.", "Sentar"];
        assert_eq!(named(&week, &answers, "pt"), expected);
        assert_eq!(named(&week, &answers, "pl"), answers);
        assert_eq!(named(&["Sat", "Sun", "Mon"], &["Sentou", "Sol", "Seg"], "pt"), ["Sentou", "Sol", "Seg"]);
    }
}
