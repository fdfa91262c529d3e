//! Dates with the short name of a month that came out as they were: models take `Jan 6, 2025` by itself for a code. It is asked
//! for again with the whole name.

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Source, TranslateError, Translated, Translator, Watch};

use super::has_words;
use super::months::short_month;
use crate::EngineLimits;
use crate::drive::{as_source, drive};
use crate::mentions::Quiet;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The longest date, in bytes.
const LONGEST: usize = 40;

/// Translates the dates that stand by themselves and were left.
///
/// # Errors
/// Those of the engine.
pub(crate) fn translate_dates(
    units: &[Source],
    translated: &mut [Translated],
    engine: &dyn Translator,
    pair: &LanguagePair,
    limits: &EngineLimits,
    watch: &dyn Watch,
) -> Result<(), TranslateError> {
    if !has_words(pair) {
        return Ok(());
    }
    let mut places = Vec::new();
    let mut sources = Vec::new();
    for (index, (unit, answer)) in units.iter().zip(&*translated).enumerate() {
        if unit.fixed.is_empty()
            && answer.text == unit.text
            && let Some(text) = long_date(&unit.text)
        {
            places.push(index);
            sources.push(Source { text, fixed: Vec::new(), linked: false });
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    let answers = drive(engine, pair, &sources, limits, &Quiet(watch))?;
    for ((index, source), answer) in places.into_iter().zip(sources).zip(answers) {
        let unit = &units[index];
        let numbers = |text: &str| -> Vec<String> {
            let mut numbers: Vec<_> = text.split(|c: char| !c.is_ascii_digit()).map(str::to_owned).collect();
            numbers.retain(|number| !number.is_empty());
            numbers.sort();
            numbers
        };
        if answer.kept_as_source || answer.text == source.text || numbers(&answer.text) != numbers(&unit.text) {
            continue;
        }
        let fixed = vec![Fixed { range: 0..unit.text.len(), text: answer.text }];
        let whole = as_source(&Source { fixed, ..unit.clone() });
        translated[index] = Translated { kept_as_source: false, fixed: Vec::new(), ..whole };
    }
    Ok(())
}

/// The date with whole names, if the text is one, with a short name of a month.
fn long_date(text: &str) -> Option<String> {
    if text.len() > LONGEST || !text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut has_month = false;
    let mut words = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_end_matches([',', '.']);
        let comma = if word.ends_with(',') { "," } else { "" };
        let is_capital = bare.starts_with(|first: char| first.is_ascii_uppercase())
            && bare.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
        if let Some(month) = short_month(bare).filter(|_| is_capital) {
            // Of `Oct, 13` nobody knows what the number is.
            if !comma.is_empty() {
                return None;
            }
            words.push(MONTHS[month].to_owned());
            has_month = true;
        } else if let Some(day) = short_day(bare).filter(|_| is_capital) {
            words.push(format!("{day}{comma}"));
        } else if matches!(word, "-" | "–") || is_number(bare) {
            words.push(word.to_owned());
        } else {
            return None;
        }
    }
    let long = words.join(" ");
    (has_month && long != text).then_some(long)
}

fn short_day(word: &str) -> Option<&'static str> {
    let is_short = |day: &&&str| (3..=5).contains(&word.len()) && day.starts_with(word);
    DAYS.iter().find(is_short).copied()
}

/// A day or a year.
fn is_number(word: &str) -> bool {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
    number.bytes().all(|byte| byte.is_ascii_digit())
        && match number.len() {
            1 | 2 => number.parse().is_ok_and(|day: u8| (1..=31).contains(&day)),
            4 => number.starts_with("19") || number.starts_with("20"),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_whole_names() {
        for (text, expected) in [
            ("Jan 6, 2025", Some("January 6, 2025")),
            ("Feb. 3", Some("February 3")),
            ("6 Sept 2025", Some("6 September 2025")),
            ("Mon, Mar 3rd", Some("Monday, March 3rd")),
            ("Dec 2025", Some("December 2025")),
            ("Jan 6 – Feb 3", Some("January 6 – February 3")),
            // Nothing is short.
            ("May 30", None),
            // No dates.
            ("MAR 3", None),
            ("Jan Smith", None),
            ("Mar 300", None),
            ("Oct, 13", None),
            ("Dec 41", None),
            ("Jan", None),
            ("Sat 2", None),
            ("", None),
            ("É 2", None),
        ] {
            assert_eq!(long_date(text).as_deref(), expected, "{text}");
        }
    }
}
