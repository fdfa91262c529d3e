//! What of a text must not go through the model: fixed ranges, and what the vocabulary cannot spell.
//!
//! A model drops what its vocabulary lacks, or invents something in its place: emoji, other scripts, even `{` and `#`.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{compose, is_combining_mark};

use crate::Fixed;
use crate::neural::extent::{
    amount, extend, is_accidental, marked, note, number_at, numbered, ordinal, place, power, sign_at, token_around,
};
use crate::neural::guard::is_ordinal_ending;
use crate::neural::model::Model;
use crate::neural::repair::code_at;
use crate::neural::units::{is_mark, is_unseen, is_unspaced};

pub(crate) use crate::neural::extent::word_around;

/// A stretch of the source that one stand-in takes through the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Where it stands in the source.
    pub(crate) range: Range<usize>,
    /// What stands for it in the translation.
    pub(crate) text: String,
    /// The fixed ranges within, by their index, and where their texts stand in `text`.
    pub(crate) members: Vec<(usize, Range<usize>)>,
    /// What it is.
    pub(crate) nature: Nature,
}

/// What a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// One glossary term: words to be replaced by other words.
    Term,
    /// Comes out as it is.
    Verbatim,
    /// Comes out as it is, and has no part in the sentence: an emoji, a bullet.
    Ornament,
}

/// Which numbers are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Those with several separators, which models mix up.
    Involved,
    /// All of two digits or more, one at the end, and codes.
    Long,
}

/// The groups of `text[within]`, in order. `fixed` must be ordered; ranges that stick out are passed over.
pub(crate) fn groups(
    text: &str,
    within: &Range<usize>,
    fixed: &[Fixed],
    numbers: Numbers,
    model: &dyn Model,
) -> Vec<Group> {
    let unknown = |text: &str, within, out: &mut Vec<Group>| unknown(text, within, numbers, model, out);
    let mut groups: Vec<Group> = Vec::new();
    let mut at = within.start;
    let first = fixed.partition_point(|fixed| fixed.range.start < within.start);
    let is_free = |stars: &Range<usize>| fixed.get(first).is_none_or(|fixed| fixed.range.start >= stars.end);
    if let Some(stars) = stars_before(text, within).filter(is_free) {
        at = stars.end;
        let (text, nature) = (text[stars.clone()].to_owned(), Nature::Ornament);
        groups.push(Group { range: stars, text, members: Vec::new(), nature });
    }
    for (index, fixed) in fixed.iter().enumerate().skip(first) {
        if fixed.range.end > within.end {
            break;
        }
        unknown(text, at..fixed.range.start, &mut groups);
        let source = &text[fixed.range.clone()];
        let is_term = fixed.text != source && source.chars().any(char::is_alphabetic) && spellable(source, model);
        groups.push(Group {
            range: fixed.range.clone(),
            text: fixed.text.clone(),
            members: vec![(index, 0..fixed.text.len())],
            nature: if is_term { Nature::Term } else { Nature::Verbatim },
        });
        at = fixed.range.end;
    }
    unknown(text, at..within.end, &mut groups);
    merge(text, groups)
}

/// The stars that a note begins with, or a word that has one: models leave `*Purpose` as it is.
fn stars_before(text: &str, within: &Range<usize>) -> Option<Range<usize>> {
    let rest = text[within.clone()].trim_start_matches('*');
    let stars = within.start..within.end - rest.len();
    (matches!(stars.len(), 1..=3) && rest.starts_with(|c: char| c.is_alphabetic() || c.is_whitespace()))
        .then_some(stars)
}

fn spellable(text: &str, model: &dyn Model) -> bool {
    text.chars().all(|character| character.is_whitespace() || model.knows(character))
}

/// Finds what the vocabulary cannot spell and nothing plainer can stand for.
fn unknown(text: &str, within: Range<usize>, numbers: Numbers, model: &dyn Model, out: &mut Vec<Group>) {
    let mut at = within.start;
    while let Some(character) = text[at..within.end].chars().next() {
        let end = at + character.len_utf8();
        if numbers == Numbers::Involved && character.is_ascii_alphabetic() && model.knows(character) {
            at = end;
            continue;
        }
        let before = text[within.start..at].chars().next_back();
        if numbers == Numbers::Long
            && before.is_none_or(|before| !before.is_alphanumeric())
            && let Some(length) = code_at(&text[at..within.end])
        {
            let range = at..at + length;
            let verbatim = text[range.clone()].to_owned();
            out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            at += length;
            continue;
        }
        if character == '№' {
            let range = at..end + numbered(&text[end..within.end]);
            at = range.end;
            let verbatim = text[range.clone()].to_owned();
            out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            continue;
        }
        if character == '$'
            && text[end..within.end].starts_with(|next: char| next.is_ascii_digit())
            && before.is_none_or(|before| !before.is_alphanumeric())
        {
            // A model tells whose dollars they are, or leaves the sign out.
            let floor = out.last().map_or(within.start, |group| group.range.end).max(within.start);
            let (range, nature) = sign_at(text, at, floor..within.end);
            at = range.end;
            let amount = amount(text, &range, within.end, model.decimal_sign());
            out.push(Group { text: amount, range, members: Vec::new(), nature });
            continue;
        }
        if character.is_ascii_digit() {
            let number = number_at(text, at, within.end);
            let is_part_of_word = text[within.start..at].chars().next_back().is_some_and(char::is_alphabetic);
            let is_last = number.end == within.end;
            // An ordinal is a word: a stand-in with its ending would be a riddle.
            let is_word = is_part_of_word || is_ordinal_ending(&text[number.end..within.end]);
            if !is_word && is_protected(&text[number.clone()], numbers, is_last) {
                let range = place(text, number, within.end);
                at = range.end;
                let verbatim = text[range.clone()].to_owned();
                out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            } else {
                at = number.end;
            }
            continue;
        }
        if is_folded(character) {
            let floor = out.last().map_or(within.start, |group| group.range.end).max(within.start);
            let word = word_around(text, at, floor..within.end);
            let letters = text[word.clone()].chars().filter(|character| character.is_alphabetic()).count();
            let is_formula = (letters <= 3 || text[word.clone()].chars().skip(1).any(char::is_uppercase))
                && !text[word.clone()].contains(is_unspaced);
            let range = if matches!(character, '⁺' | '⁻') {
                power(text, at..end, &(floor..within.end))
            } else if !character.is_alphanumeric() {
                sign_at(text, at, floor..within.end).0
            } else if is_formula && word.end >= end {
                word
            } else {
                extend(text, at..end, &(at..within.end), is_folded)
            };
            at = range.end;
            let verbatim = text[range.clone()].to_owned();
            out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            continue;
        }
        let floor = out.last().map_or(within.start, |group| group.range.end).max(within.start);
        if matches!(character, '′' | '″') && before.is_some_and(|before| before.is_ascii_digit()) {
            // The plain signs would be quotes and apostrophes.
            let (measure, _) = sign_at(text, at, floor..within.end);
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '°' | '′' | '″');
            let range = extend(text, measure, &(floor..within.end), is_part);
            at = range.end;
            let verbatim = text[range.clone()].to_owned();
            out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            continue;
        }
        let whole = if matches!(character, 'º' | 'ª') && !model.has_ordinal_signs() {
            // The vocabulary's normalisation makes letters of them.
            Some(ordinal(text, at..end, &(floor..within.end)))
        } else if is_accidental(character) && before.is_some_and(|note| matches!(note, 'A'..='H' | 'a'..='h')) {
            Some(note(text, at..end, &(floor..within.end)))
        } else if character == '®' && before.is_some_and(char::is_alphanumeric) {
            let is_part = |c: char| c.is_alphanumeric() || c == '®';
            Some(extend(text, at..end, &(floor..within.end), is_part))
        } else if is_styled(character) {
            let word = word_around(text, at, floor..within.end);
            if text[word.clone()].chars().nth(LONGEST_SYMBOL).is_some() {
                // Words in such letters are words.
                at = word.end;
                continue;
            }
            Some(word)
        } else if character == '−' && is_one_of_dashes(&text[within.clone()]) {
            Some(sign_at(text, at, floor..within.end).0).filter(|range| range.end > end)
        } else {
            None
        };
        if let Some(range) = whole {
            at = range.end;
            let verbatim = text[range.clone()].to_owned();
            out.push(Group { range, text: verbatim, members: Vec::new(), nature: Nature::Verbatim });
            continue;
        }
        if is_mark(character) && !is_unseen(character) {
            let marks = extend(text, at..end, &(at..within.end), is_mark);
            if is_spelled(&text[floor..at], &text[marks.clone()], &text[marks.end..within.end], model) {
                at = marks.end;
                continue;
            }
            let range = marked(text, at, floor..within.end);
            at = range.end;
            let is_word = text[range.clone()].contains(char::is_alphanumeric);
            let nature = if is_word { Nature::Verbatim } else { Nature::Ornament };
            out.push(Group { text: text[range.clone()].to_owned(), range, members: Vec::new(), nature });
            continue;
        }
        if character.is_whitespace() || model.knows(character) || is_unseen(character) || plainer(character).is_some() {
            at = end;
            continue;
        }
        let (range, nature) = if character.is_alphabetic() {
            let range = word_around(text, at, floor..within.end);
            if plainer_word(&text[range.clone()], model).is_some() {
                at = range.end;
                continue;
            }
            (range, Nature::Verbatim)
        } else if character.is_ascii() {
            (token_around(text, at, floor..within.end), Nature::Verbatim)
        } else {
            sign_at(text, at, floor..within.end)
        };
        at = range.end.max(end);
        let amount = amount(text, &range, within.end, model.decimal_sign());
        out.push(Group { text: amount, range, members: Vec::new(), nature });
    }
}

/// What vocabularies know under another form only: `CO₂` would come out as `CO2`, `½` as three signs, `㎡` as `m2`.
fn is_folded(character: char) -> bool {
    matches!(character, '²' | '³' | '¹' | '¼' | '½' | '¾' | '™' | '℠' | '℃' | '℉'
        | '\u{2070}'..='\u{209c}' | '\u{2150}'..='\u{217f}' | '\u{2460}'..='\u{249b}' | '\u{24b6}'..='\u{24ea}'
        | '\u{3251}'..='\u{325f}' | '\u{32b1}'..='\u{32bf}' | '\u{3371}'..='\u{33df}')
}

/// A letter of mathematics: vocabularies know `𝑥` as `x`. Among them stand signs that are no letters, as `𝛁` is.
fn is_styled(character: char) -> bool {
    matches!(character, '\u{1d400}'..='\u{1d7ff}') && character.is_alphanumeric()
}

/// Most such letters of a symbol.
const LONGEST_SYMBOL: usize = 2;

/// Whether a minus is not the only dash, so that nobody could tell which of the translation's is a minus.
fn is_one_of_dashes(text: &str) -> bool {
    text.contains(|character: char| character == '-' || character != '−' && plainer(character) == Some("-"))
}

/// More marks than this no letter has.
const MOST_MARKS: usize = 4;

/// Whether marks belong to the spelling of a word, which stays the same word without those that the vocabulary lacks: an
/// accent, the vowels of Arabic and Hebrew. Those of `x̄` and of letters that are crossed out do not.
fn is_spelled(before: &str, marks: &str, after: &str, model: &dyn Model) -> bool {
    let mut letters = before.chars().rev();
    let Some(mut last) = letters.next() else { return false };
    let (mut count, mut accents) = (0, 0);
    for mark in marks.chars().filter(|mark| !is_unseen(*mark)) {
        count += 1;
        if count > MOST_MARKS {
            return false;
        }
        if let Some(both) = compose(last, mark).filter(|both| model.knows(*both)) {
            last = both;
        } else if is_accent(mark) {
            accents += 1;
        } else if !model.knows(mark) && !matches!(u32::from(mark), 0x0591..=0x1AAF) {
            return false;
        }
    }
    let is_letter = |character: char| character.is_alphabetic() || is_mark(character);
    let mut is_in_word = || letters.next().is_some_and(is_letter) || after.starts_with(is_letter);
    accents == 0 || accents == 1 && last.is_alphabetic() && is_in_word()
}

/// Whether a combining mark is an accent that people write in words.
fn is_accent(mark: char) -> bool {
    matches!(u32::from(mark), 0x0300..=0x0304 | 0x0306..=0x030C | 0x030F | 0x0311 | 0x031B | 0x0323..=0x0328)
}

const MANY_DECIMALS: usize = 4;

fn is_protected(number: &str, numbers: Numbers, is_last: bool) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let separators = number.len() - digits;
    // Nobody writes so many decimals in a sentence but for a place on a map, or a constant.
    let decimals = number.rsplit(['.', ',']).next().map_or(0, str::len);
    separators > 1
        || separators == 1 && decimals >= MANY_DECIMALS
        || (numbers == Numbers::Long && (digits > 1 || is_last))
}

/// Joins groups with nothing between them that the model could move: they stay together.
fn merge(text: &str, groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::with_capacity(groups.len());
    for group in groups {
        if let Some(last) = merged.last_mut() {
            let gap = &text[last.range.end..group.range.start];
            let foreign = last.members.is_empty() && group.members.is_empty();
            let joins = |character: char| !character.is_alphanumeric() && (foreign || !character.is_whitespace());
            // Two terms side by side are words that the model may put in another order.
            let terms = last.nature == Nature::Term || group.nature == Nature::Term;
            if gap.chars().all(joins) && (gap.is_empty() || !terms) {
                let shift = last.text.len() + gap.len();
                last.text.push_str(gap);
                last.text.push_str(&group.text);
                let moved = group.members.into_iter();
                last.members.extend(moved.map(|(index, at)| (index, at.start + shift..at.end + shift)));
                last.range.end = group.range.end;
                if group.nature != Nature::Ornament || last.nature == Nature::Term {
                    last.nature = Nature::Verbatim;
                }
                continue;
            }
        }
        merged.push(group);
    }
    merged
}

/// What every vocabulary has in place of a typographic sign.
pub(crate) fn plainer(character: char) -> Option<&'static str> {
    Some(match character {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => "\"",
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' | '´' => "'",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '…' => "...",
        _ => return None,
    })
}

/// A word that the vocabulary can spell in place of one that it cannot: without capitals, or, for a word that is no
/// name, without accents.
pub(crate) fn plainer_word(word: &str, model: &dyn Model) -> Option<String> {
    let lower = word.to_lowercase();
    if lower != word && spellable(&lower, model) {
        return Some(lower);
    }
    let is_name = word.chars().next().is_some_and(char::is_uppercase);
    let folded: String = word.nfd().filter(|character| !is_combining_mark(*character)).collect();
    (!is_name && folded != word && folded.chars().all(|c| c.is_ascii_alphanumeric()) && spellable(&folded, model))
        .then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::testing::Letters;

    #[track_caller]
    fn check(text: &str, fixed: &[(&str, &str)], expected: &[(&str, Nature)]) {
        let fixed: Vec<_> = fixed
            .iter()
            .map(|(source, target)| {
                let start = text.find(source).unwrap();
                Fixed { range: start..start + source.len(), text: (*target).to_owned() }
            })
            .collect();
        let found = groups(text, &(0..text.len()), &fixed, Numbers::Involved, &Letters);
        let shown: Vec<_> = found.iter().map(|group| (&text[group.range.clone()], group.nature)).collect();
        assert_eq!(shown, expected);
        for group in &found {
            for (index, at) in &group.members {
                assert_eq!(group.text[at.clone()], fixed[*index].text);
            }
        }
    }

    #[test]
    fn unknown_characters_are_protected_with_what_they_belong_to() {
        use Nature::{Ornament, Verbatim};
        check("Item #5 is ok.", &[], &[("#5", Verbatim)]);
        check("Hello {name}, hi", &[], &[("{name}", Verbatim)]);
        check("write to (me@here.org).", &[], &[("me@here.org", Verbatim)]);
        check("The CO₂ of 2½ m² was high¹ here", &[], &[("CO₂", Verbatim), ("2½ m²", Verbatim), ("¹", Verbatim)]);
        check("is 37㎡ or 25℃ here", &[], &[("37㎡", Verbatim), ("25℃", Verbatim)]);
        check("costs €50, not £3.", &[], &[("€50", Verbatim), ("£3", Verbatim)]);
        check("Nice 👍🏽😀 work", &[], &[("👍🏽😀", Ornament)]);
        check("*Note and more", &[], &[("*", Ornament)]);
        check("* Note", &[], &[("*", Ornament)]);
        check("*{0} note", &[("*{0}", "*{0}")], &[("*{0}", Verbatim)]);
        check("the 14.º, nº 31 and 25ºC", &[], &[("14.º, nº 31", Verbatim), ("25ºC", Verbatim)]);
        check("in A♭ major or ♭", &[], &[("A♭", Verbatim), ("♭", Ornament)]);
        check("one of 2 mol⁻¹ or ACME® Pro", &[], &[("mol⁻¹", Verbatim), ("ACME®", Verbatim)]);
        check("so 𝑥 is a 𝗡𝗲𝘄", &[], &[("𝑥", Verbatim)]);
        check("at 41.40338 or 2.174", &[], &[("41.40338", Verbatim)]);
        check("at 41.4033° N, so", &[], &[("41.4033° N", Verbatim)]);
        check("well-known UTC−3", &[], &[("−3", Verbatim)]);
        check("known UTC−3 − so", &[], &[]);
        check("says 你好 世界 there", &[], &[("你好 世界", Verbatim)]);
        check("Herr Müller naïve", &[], &[("Müller", Verbatim)]);
        check(
            "is 24″ or 5′11″, at 40°26′46″N",
            &[],
            &[("24″", Verbatim), ("5′11″", Verbatim), ("40°26′46″N", Verbatim)],
        );
        check("the h\u{337}i\u{337} x\u{304} mean", &[], &[("h\u{337}i\u{337} x\u{304}", Verbatim)]);
        check("a! \u{20dd} and !\u{20dd} here", &[], &[("\u{20dd}", Ornament), ("!\u{20dd}", Ornament)]);
        check("one m\u{301}oot, sha\u{323}rd, \u{200b}in\u{ad}side", &[], &[]);
        check(
            &format!("so e{} it is", "\u{301}".repeat(400)),
            &[],
            &[(&format!("e{}", "\u{301}".repeat(400)), Verbatim)],
        );
        check("“quoted” — don’t…", &[], &[]);
        check("Pay 1,234.56 or 1,234, in 2020.", &[], &[("1,234.56", Verbatim)]);
    }

    #[test]
    fn long_numbers_are_protected_and_ordinals_are_words() {
        let text = "the 20th of 1998 and 12 kg";
        let found = groups(text, &(0..text.len()), &[], Numbers::Long, &Letters);
        let shown: Vec<_> = found.iter().map(|group| &text[group.range.clone()]).collect();
        assert_eq!(shown, ["1998", "12"]);
    }

    #[test]
    fn dollars_keep_their_sign() {
        let text = "at $621 or $5.50 and US$7, $HOME and 3$";
        let found = groups(text, &(0..text.len()), &[], Numbers::Involved, &Letters);
        let shown: Vec<_> = found.iter().map(|group| &text[group.range.clone()]).collect();
        assert_eq!(shown.iter().filter(|shown| shown.starts_with('$')).collect::<Vec<_>>(), [&"$621", &"$5.50"]);
    }

    #[test]
    fn fixed_ranges_merge_when_nothing_can_come_between() {
        use Nature::{Term, Verbatim};
        check(
            "at {a}/{b} and {c}",
            &[("{a}", "{a}"), ("{b}", "{b}"), ("{c}", "{c}")],
            &[("{a}/{b}", Verbatim), ("{c}", Verbatim)],
        );
        check("the dog house", &[("dog", "cão"), ("house", "casa")], &[("dog", Term), ("house", Term)]);
        check("{0}dog", &[("{0}", "{0}"), ("dog", "cão")], &[("{0}dog", Verbatim)]);
    }
}
