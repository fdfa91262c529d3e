//! From the model's output to the translation: protected texts back in their places, typography and capitals as the
//! source has them.

use std::ops::Range;

use crate::neural::draft::{Draft, Place, Sign};
use crate::neural::guard::Flaw;
use crate::neural::links::touched;
use crate::neural::model::{Attention, Decoded, Encoded};
use crate::neural::protect::Group;
use crate::neural::repair;
use crate::neural::spaced::spread;
use crate::neural::span_map::SpanMap;
use crate::neural::units::units;

/// A translation with everything back in its place.
#[derive(Debug, Clone)]
pub(crate) struct Restored {
    pub(crate) text: String,
    /// From the model's output to `text`.
    pub(crate) map: SpanMap,
    /// Where each group's text stands.
    pub(crate) groups: Vec<Range<usize>>,
}

/// Puts everything back.
///
/// # Errors
/// [`Flaw::Lost`] if a stand-in is not there exactly once, or a term's translation cannot be told.
pub(crate) fn restore(
    source: &str,
    groups: &[Group],
    draft: &Draft,
    encoded: &Encoded,
    decoded: &Decoded,
    attention: &Attention,
) -> Result<Restored, Flaw> {
    let text = decoded.text.trim_end();
    // Where each group stands in the output.
    let mut places: Vec<(Range<usize>, usize)> = Vec::with_capacity(groups.len());
    for stand_in in &draft.stand_ins {
        let mut range = only_place(text, &stand_in.word).ok_or(Flaw::Lost)?;
        // A space that was put in for the model's sake goes again.
        if stand_in.spaced.0 && text[..range.start].ends_with(' ') {
            range.start -= 1;
        }
        if stand_in.spaced.1 && text[range.end..].starts_with(' ') {
            range.end += 1;
        }
        places.push((range, stand_in.group));
    }
    for (term, group) in &draft.terms {
        let range = translation_of(term, encoded, decoded, attention).ok_or(Flaw::Lost)?;
        if range.end > text.len() {
            return Err(Flaw::Lost);
        }
        places.push((range, *group));
    }
    places.sort_by_key(|(range, _)| range.start);
    if places.windows(2).any(|pair| pair[0].0.end > pair[1].0.start) {
        return Err(Flaw::Lost);
    }
    let signs = sign_places(text, &draft.signs, &places);
    let mut writer = Writer {
        text,
        capitals: draft.capitals,
        signs: &signs,
        next_sign: 0,
        out: Restored {
            text: String::with_capacity(text.len() + 16),
            map: SpanMap::default(),
            groups: vec![0..0; groups.len()],
        },
    };
    let mut at = 0;
    let mut unseen = unseen_places(text.len(), draft, encoded, decoded, attention).into_iter().peekable();
    for (range, group) in places {
        while let Some((place, from)) = unseen.next_if(|(place, _)| *place <= range.start) {
            writer.copy(at..place.max(at));
            writer.out.text.push_str(&source[from]);
            at = place.max(at);
        }
        writer.copy(at..range.start);
        let start = writer.out.text.len();
        writer.out.text.push_str(&groups[group].text);
        writer.out.groups[group] = start..writer.out.text.len();
        writer.out.map.push(range.clone(), start..writer.out.text.len());
        at = range.end;
    }
    for (place, from) in unseen {
        writer.copy(at..place.max(at));
        writer.out.text.push_str(&source[from]);
        at = place.max(at);
    }
    writer.copy(at..text.len());
    let mut restored = writer.out;
    polish(source, draft, groups, &mut restored);
    restored.text.push_str(&source[draft.end.clone()]);
    if let Some(gap) = draft.spaced {
        restored = spaced_out(text, gap, draft.capitals);
    }
    Ok(restored)
}

/// Where in an output of this length stands what nobody sees, in the order of the source: behind the word that came from
/// what stood before it.
fn unseen_places(
    length: usize,
    draft: &Draft,
    encoded: &Encoded,
    decoded: &Decoded,
    attention: &Attention,
) -> Vec<(usize, Range<usize>)> {
    if draft.unseen.is_empty() {
        return Vec::new();
    }
    let units = units(&decoded.text);
    let mut floor = 0;
    let place = |at: usize| {
        let before = encoded.spans.partition_point(|span| span.start < at);
        let Some(token) = before.checked_sub(1) else { return 0 };
        if before == encoded.spans.len() {
            return length;
        }
        let weight = |target: usize| attention.row(target).get(token).copied().unwrap_or_default();
        let of_it = (0..decoded.spans.len()).max_by(|one, other| weight(*one).total_cmp(&weight(*other)));
        let unit = of_it.and_then(|target| touched(&units, &decoded.spans[target]).last());
        unit.map_or(0, |unit| units[unit].end.min(length))
    };
    let places = draft.unseen.iter().map(|(at, from)| {
        floor = place(*at).max(floor);
        (floor, from.clone())
    });
    places.collect()
}

/// The output with a blank after each letter; there are no groups in it.
fn spaced_out(text: &str, gap: usize, capitals: bool) -> Restored {
    let mut out = Restored { text: String::with_capacity(2 * text.len()), map: SpanMap::default(), groups: Vec::new() };
    spread(text, gap, |character, from| {
        let start = out.text.len();
        if capitals {
            out.text.extend(character.to_uppercase());
        } else {
            out.text.push(character);
        }
        if let Some(from) = from {
            out.map.push(from, start..out.text.len());
        }
    });
    out
}

/// The range of a word that stands in the text once, by itself.
fn only_place(text: &str, word: &str) -> Option<Range<usize>> {
    let mut found = text.match_indices(word).map(|(at, _)| at..at + word.len());
    let range = found.next()?;
    let is_part = |character: char| character.is_alphanumeric();
    let alone = !text[..range.start].chars().next_back().is_some_and(is_part)
        && !text[range.end..].chars().next().is_some_and(is_part);
    (alone && found.next().is_none()).then_some(range)
}

/// The words of the output that came from a stretch of the draft, if they stand together.
fn translation_of(
    term: &Range<usize>,
    encoded: &Encoded,
    decoded: &Decoded,
    attention: &Attention,
) -> Option<Range<usize>> {
    let units = units(&decoded.text);
    let tokens = touched(&encoded.spans, term);
    let mut shares = vec![(0.0_f32, 0.0_f32); units.len()];
    for (token, span) in decoded.spans.iter().enumerate() {
        let row = attention.row(token);
        let (of_term, all) = (row[tokens.clone()].iter().sum::<f32>(), row.iter().sum::<f32>());
        for unit in touched(&units, span) {
            shares[unit].0 += of_term;
            shares[unit].1 += all;
        }
    }
    let is_of_term = |unit: usize| {
        let word = &decoded.text[units[unit].clone()];
        shares[unit].0 > 0.5 * shares[unit].1 && word.chars().any(char::is_alphanumeric)
    };
    let chosen: Vec<usize> = (0..units.len()).filter(|unit| is_of_term(*unit)).collect();
    let (first, last) = (*chosen.first()?, *chosen.last()?);
    // One short word may stand between, as `de` in `casa de banho`.
    let gaps = (first..=last).filter(|unit| !chosen.contains(unit));
    let gaps: Vec<_> = gaps.map(|unit| decoded.text[units[unit].clone()].chars().count()).collect();
    let words = term_words(&encoded.text[term.clone()]);
    (gaps.len() <= 1 && gaps.iter().all(|length| *length <= 3) && chosen.len() <= 2 * words + 1)
        .then(|| units[first].start..units[last].end)
}

fn term_words(term: &str) -> usize {
    units(term).len()
}

/// Which plain signs of the output become typographic again: only those whose number tells that each has its own.
fn sign_places(text: &str, signs: &[Sign], taken: &[(Range<usize>, usize)]) -> Vec<(Range<usize>, char)> {
    let mut places = Vec::new();
    for (plain, place) in kinds(signs) {
        let wanted: Vec<char> =
            signs.iter().filter(|sign| (sign.plain, sign.place) == (plain, place)).map(|sign| sign.original).collect();
        let sought = if place == Place::Spread { format!(" {plain} ") } else { plain.to_owned() };
        let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let is_digit = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        let found: Vec<_> = text
            .match_indices(sought.as_str())
            .map(|(at, _)| at..at + sought.len())
            .filter(|range| {
                let (before, after) = (text[..range.start].chars().next_back(), text[range.end..].chars().next());
                let digits = is_digit(before) && is_digit(after);
                match place {
                    Place::Spread => true,
                    Place::Digits => digits,
                    Place::Within => !digits && is_word(before) && is_word(after),
                    Place::Around => !(is_word(before) && is_word(after)),
                }
            })
            .filter(|range| !taken.iter().any(|(other, _)| other.start < range.end && range.start < other.end))
            .collect();
        // An apostrophe comes and goes with the language, and there is only one kind of it.
        let apostrophe = plain == "'" && place == Place::Within && wanted.iter().all(|sign| *sign == '’');
        if found.len() == wanted.len() {
            places.extend(found.into_iter().zip(wanted));
        } else if apostrophe {
            places.extend(found.into_iter().map(|range| (range, '’')));
        }
    }
    places.sort_by_key(|(range, _)| range.start);
    places.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    places
}

/// The kinds of signs that occur, each once.
fn kinds(signs: &[Sign]) -> Vec<(&'static str, Place)> {
    let mut kinds = Vec::new();
    for sign in signs {
        if !kinds.contains(&(sign.plain, sign.place)) {
            kinds.push((sign.plain, sign.place));
        }
    }
    kinds
}

struct Writer<'a> {
    text: &'a str,
    capitals: bool,
    signs: &'a [(Range<usize>, char)],
    next_sign: usize,
    out: Restored,
}

impl Writer<'_> {
    fn copy(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some((sign, original)) = self.signs.get(self.next_sign).filter(|(sign, _)| sign.end <= range.end) {
            self.next_sign += 1;
            if sign.start < at {
                continue;
            }
            self.verbatim(at..sign.start);
            let start = self.out.text.len();
            self.out.text.push(*original);
            self.out.map.push(sign.clone(), start..self.out.text.len());
            at = sign.end;
        }
        self.verbatim(at..range.end);
    }

    fn verbatim(&mut self, range: Range<usize>) {
        let start = self.out.text.len();
        if !self.capitals {
            self.out.text.push_str(&self.text[range.clone()]);
            if !range.is_empty() {
                self.out.map.push_exact(range, start..self.out.text.len());
            }
            return;
        }
        for (offset, character) in self.text[range.clone()].char_indices() {
            let from = range.start + offset..range.start + offset + character.len_utf8();
            let start = self.out.text.len();
            self.out.text.extend(character.to_uppercase());
            let to = start..self.out.text.len();
            if from.len() == to.len() { self.out.map.push_exact(from, to) } else { self.out.map.push(from, to) }
        }
    }
}

/// A full stop that the source does not have goes; the first letter is as large as the source's.
fn polish(source: &str, draft: &Draft, groups: &[Group], restored: &mut Restored) {
    let within = &source[draft.within.start..draft.end.start];
    let ends_open = within.chars().next_back().is_some_and(char::is_alphanumeric);
    let last_group = groups.iter().any(|group| group.range.end == draft.end.start);
    if ends_open && !last_group && restored.text.ends_with('.') && !restored.text.ends_with("..") {
        let word = restored.text[..restored.text.len() - 1].chars().rev().take_while(|c| c.is_alphabetic()).count();
        let in_group = restored.groups.iter().any(|range| range.end == restored.text.len());
        if word > 3 && !in_group {
            restored.text.pop();
        }
    }
    if draft.capitals {
        return;
    }
    let Restored { text, groups: ranges, .. } = restored;
    repair::finish(within, text, |word| ranges.iter().any(|range| range.start < word.end && word.start < range.end));
    let first_of = |text: &str| text.chars().next();
    let starts_with_group = restored.groups.iter().any(|range| range.start == 0 && !range.is_empty());
    let starts_with_code =
        repair::code_at(&restored.text).is_some_and(|length| within.contains(&restored.text[..length]));
    if let (Some(from), Some(to)) = (first_of(within), first_of(&restored.text))
        && !starts_with_group
        && !starts_with_code
        && from.is_uppercase()
        && to.is_lowercase()
    {
        let upper: String = to.to_uppercase().collect();
        // Another length would shift every place.
        if upper.len() == to.len_utf8() {
            restored.text.replace_range(..upper.len(), &upper);
        }
    }
}
