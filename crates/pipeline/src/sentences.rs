//! Where the sentences of a text are: the Unicode rules (UAX #29), and what people abbreviate on top of them.
//!
//! The rules know no words: they cut after `Dr.`, inside `J. R. R. Tolkien` and after the `?` of an address. Each of
//! their cuts is looked at again here. One is added: at blanks that make columns (`First      Last`), which no engine keeps.

use std::borrow::Cow;
use std::ops::Range;

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use crate::abbreviations::{Stop, has_dotted_ordinals, stop_after};

/// The sentences of `text`, in order, without the white space around them. Text between two of them is white space.
///
/// `borders` (sorted) are places where a sentence ends whatever the text says; `kept` (sorted, not overlapping) are
/// stretches that are not cut by anything else. `language` is the primary language subtag.
pub(crate) fn sentences(text: &str, language: &str, borders: &[usize], kept: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut gaps = gaps(text, kept);
    gaps.extend(bars(text, kept));
    if language == "en" {
        gaps.extend(RESERVED.iter().flat_map(|words| text.match_indices(words)).map(|(at, _)| at));
    }
    let all = if gaps.is_empty() {
        Cow::Borrowed(borders)
    } else {
        gaps.extend_from_slice(borders);
        gaps.sort_unstable();
        gaps.into()
    };
    for border in all.iter().copied().chain([text.len()]) {
        if border > start {
            sentences_within(text, start..border, language, kept, &mut found);
            start = border;
        }
    }
    let parts = found.into_iter().flat_map(|range| at_dash(text, range, kept));
    if language == "en" { parts.flat_map(|range| at_label(text, range, kept)).collect() } else { parts.collect() }
}

/// Where bars and dots begin and end that stand between texts of their own: `6 min read | 23 comments`, `Terms · Privacy`.
/// In brackets they are signs of a formula, between small words choices of one kind, and what has capitals behind a
/// sentence may be a name, which a model knows by the sentence.
fn bars(text: &str, kept: &[Range<usize>]) -> Vec<usize> {
    let mut found = Vec::new();
    if !text.contains([BAR, DOT]) {
        return found;
    }
    let (mut depth, mut start) = (0_i32, 0);
    for (at, sign) in text.char_indices() {
        depth += i32::from(matches!(sign, '(' | '[' | '{')) - i32::from(matches!(sign, ')' | ']' | '}'));
        let end = at + sign.len_utf8();
        let is_between = matches!(sign, BAR | DOT)
            && depth <= 0
            && text[..at].ends_with([' ', '\u{a0}'])
            && text[end..].starts_with([' ', '\u{a0}']);
        let is_kept = || kept.get(kept.partition_point(|kept| kept.end <= at)).is_some_and(|kept| kept.start <= at);
        if is_between && !is_kept() {
            let next = text[end..].split([BAR, DOT]).next().unwrap_or_default();
            if are_texts(&text[start..at], next) {
                found.extend([at, end]);
            }
            start = end;
        }
    }
    found
}

/// Whether two texts beside a bar are no choices, and no sentence with a name behind it.
fn are_texts(before: &str, after: &str) -> bool {
    let begins =
        |text: &str| text.trim_start().starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '©');
    let has_small = |text: &str| text.split_whitespace().any(|word| word.starts_with(char::is_lowercase));
    let may_be_name = !has_small(after) && after.split_whitespace().count() > 1;
    begins(before) && begins(after) && !(may_be_name && has_small(before))
}

const BAR: char = '|';
const DOT: char = '·';

/// What stands behind the owner of a right without a stop between them: a model takes all of it for a name.
const RESERVED: &[&str] = &["All Rights Reserved", "All rights reserved"];

/// Most bytes and words of what a dash explains.
const LONGEST_TERM: usize = 40;
const MOST_TERM: usize = 4;
/// Fewest words of what explains it.
const LEAST_MEANING: usize = 3;

/// A sentence; two if a dash stands between a term and what it means: `Specs - Specifications for all services`. Models
/// leave out a term that the rest says again.
fn at_dash(text: &str, range: Range<usize>, kept: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
    let sentence = &text[range.clone()];
    let head = &sentence[..sentence.floor_char_boundary(LONGEST_TERM)];
    let dash = [" - ", " – ", " — "].iter().filter_map(|dash| head.find(dash)).min();
    let at = dash.filter(|dash| {
        let (term, meaning) = (&sentence[..*dash], sentence[*dash + 1..].trim_start_matches(['-', '–', '—', ' ']));
        let place = range.start + dash;
        let is_kept = kept.get(kept.partition_point(|kept| kept.end <= place)).is_some_and(|kept| kept.start <= place);
        term.starts_with(char::is_uppercase)
            && term.contains(char::is_lowercase)
            && term.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '/' | '&' | '\''))
            && term.split_whitespace().count() <= MOST_TERM
            && meaning.starts_with(char::is_uppercase)
            && meaning.split_whitespace().take(LEAST_MEANING).count() == LEAST_MEANING
            && !is_kept
    });
    let (first, second) = match at {
        Some(at) => (range.start..range.start + at, Some(range.start + at + 1..range.end)),
        None => (range, None),
    };
    std::iter::once(first).chain(second)
}

/// Most bytes and words of what a colon sets before a sentence.
const LONGEST_LABEL: usize = 80;
const MOST_LABEL: usize = 6;

/// A sentence; two if a colon stands between a label and what it is a label of: `LAGGING SKILLS: Scores are low`. Beside
/// a sentence models take a label's capitals for a name's, and leave it as it is. A lone word they know from lists, and
/// `School Two: Ranked 48th` is one sentence.
fn at_label(text: &str, range: Range<usize>, kept: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
    let sentence = &text[range.clone()];
    let head = &sentence[..sentence.floor_char_boundary(LONGEST_LABEL)];
    let at = head.find(": ").filter(|colon| {
        let (label, rest) = (&sentence[..*colon], sentence[*colon + 1..].trim_start());
        let place = range.start + colon;
        let is_kept = kept.get(kept.partition_point(|kept| kept.end <= place)).is_some_and(|kept| kept.start <= place);
        let words = || label.split_whitespace();
        let is_capital = |word: &str| word.starts_with(char::is_uppercase) || word.chars().count() < LEAST_CAPITAL;
        let is_large = label.len() >= LEAST_CAPITAL && !label.contains(char::is_lowercase);
        label.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '/' | '&' | '\'' | '’'))
            && label.starts_with(char::is_uppercase)
            && (is_large || words().count() > 1)
            && words().count() <= MOST_LABEL
            && words().all(is_capital)
            && rest.starts_with(char::is_uppercase)
            && (is_large || !rest.split_whitespace().next().is_some_and(|verb| verb.ends_with("ed")))
            && rest.split_whitespace().take(LEAST_MEANING).count() == LEAST_MEANING
            && !is_kept
    });
    let (first, second) = match at {
        Some(at) => (range.start..range.start + at + 1, trimmed(text, range.start + at + 1..range.end)),
        None => (range, None),
    };
    std::iter::once(first).chain(second)
}

/// Letters of a word that has a capital in a label.
const LEAST_CAPITAL: usize = 4;

fn sentences_within(
    text: &str,
    range: Range<usize>,
    language: &str,
    kept: &[Range<usize>],
    found: &mut Vec<Range<usize>>,
) {
    let stretch = &text[range.clone()];
    let mut start = range.start;
    if may_hold_borders(stretch) {
        let flat = spelled_out(stretch);
        let rules = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
        for border in rules.segment_str(&flat) {
            let at = before_opening(text, start, range.start + border);
            let is_kept = kept.get(kept.partition_point(|kept| kept.end <= at)).is_some_and(|kept| kept.start < at);
            if at > start
                && at < range.end
                && text.is_char_boundary(at)
                && !is_kept
                && ends_sentence(&text[start..at], &text[at..range.end], &flat[at - range.start..], language)
            {
                found.extend(trimmed(text, start..at));
                start = at;
            }
        }
    }
    found.extend(trimmed(text, start..range.end));
}

/// Blanks in a row that make a column, not a space between words.
const GAP: usize = 3;

/// The ends of the runs of blanks that make columns, outside of `kept`. Line ends make none: text is indented.
fn gaps(text: &str, kept: &[Range<usize>]) -> Vec<usize> {
    let is_blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}');
    let mut found = Vec::new();
    if !text.contains("  ") && text.is_ascii() {
        return found;
    }
    let (mut blanks, mut on_new_line) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '\n' | '\r' => (blanks, on_new_line) = (0, true),
            blank if is_blank(blank) => blanks += 1,
            _ => {
                let is_kept = kept.get(kept.partition_point(|kept| kept.end <= at)).is_some_and(|kept| kept.start < at);
                if blanks >= GAP && !on_new_line && !is_kept {
                    found.push(at);
                }
                (blanks, on_new_line) = (0, false);
            }
        }
    }
    found
}

/// Most cells and headings have nothing that could end a sentence, and need no rules.
fn may_hold_borders(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'.' | b'!' | b'?') || !byte.is_ascii())
}

/// A line end alone is a blank to a reader: files are wrapped by hand. The rules know no ellipsis but three stops, and
/// take what begins with a small letter for the rest of the sentence: names get a capital. The length stays.
fn spelled_out(text: &str) -> Cow<'_, str> {
    let mut flat: Cow<'_, str> = if text.contains(['\n', '\r', '…']) {
        text.replace(['\n', '\r'], " ").replace('…', "...").into()
    } else {
        text.into()
    };
    let names: Vec<usize> = small_names(&flat).collect();
    for at in names {
        let capital = flat[at..=at].to_ascii_uppercase();
        flat.to_mut().replace_range(at..=at, &capital);
    }
    flat
}

/// Where names that begin with a small letter stand behind a full stop: `bzip2`, `iPhone`. A digit or a capital within the
/// word tells them from the rest of a sentence; short ones may be a figure's or a paragraph's (`x2`).
fn small_names(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.match_indices(". ").filter_map(|(stop, sign)| {
        let rest = text[stop + sign.len()..].trim_start_matches(' ');
        let at = text.len() - rest.len();
        let word = text[at..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_told = word.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let is_name = word.starts_with(|c: char| c.is_ascii_lowercase()) && letters >= LEAST_NAME && is_told;
        is_name.then_some(at)
    })
}

/// Letters of a name that begins with a small one.
const LEAST_NAME: usize = 3;

/// The rules take a quote for a closing one that opens the next sentence without a blank before it: `！“`.
fn before_opening(text: &str, start: usize, border: usize) -> usize {
    let Some(before) = text.get(start..border).filter(|_| !text[border..].starts_with(char::is_whitespace)) else {
        return border;
    };
    let rest = before.trim_end_matches(['“', '‘']);
    if rest.ends_with(['。', '！', '？']) { start + rest.len() } else { border }
}

/// The range without white space at its ends, if anything is left.
pub(crate) fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let stretch = &text[range.clone()];
    let start = range.start + (stretch.len() - stretch.trim_start().len());
    let end = range.end - (stretch.len() - stretch.trim_end().len());
    (start < end).then_some(start..end)
}

/// Whether a cut of the Unicode rules between `before` and `after` is where a sentence ends. `flat` is what the rules saw
/// of `after`.
fn ends_sentence(before: &str, after: &str, flat: &str, language: &str) -> bool {
    let sentence = before.trim_end();
    let is_joined = sentence.len() == before.len() && !after.starts_with(char::is_whitespace);
    let words = sentence.trim_end_matches(is_closing);
    let Some(stop) = words.chars().next_back() else { return true };
    if !matches!(stop, '.' | '!' | '?' | '…') {
        return true; // The scripts with stops of their own have no abbreviations.
    }
    if is_joined {
        return after.chars().next().is_none_or(crate::script::is_spaceless);
    }
    let next = flat.chars().take(LOOK_AHEAD).find(|c| c.is_alphanumeric());
    if next.is_some_and(char::is_lowercase) {
        return false;
    }
    let Some(words) = words.strip_suffix('.') else { return true };
    if words.ends_with(['.', '!', '?']) || sentence.len() > words.len() + 1 {
        return true; // An ellipsis; a quote or bracket after the stop.
    }
    let is_state = language == "en" && matches!(last_word(words), "U.S" | "U.S.A" | "U.K" | "U.N" | "E.U");
    if is_state && next.is_some_and(char::is_uppercase) && !begins_sentence(after) {
        return false; // `U.S. Bureau`
    }
    !continues_after(words, next, language)
}

/// Words that a sentence begins with, and hardly a name.
pub(crate) const FIRST_WORDS: &[&str] = &[
    "A", "After", "All", "Also", "Although", "An", "And", "As", "At", "Because", "Before", "But", "By", "During",
    "Each", "For", "From", "He", "How", "However", "I", "If", "In", "Instead", "It", "Its", "Many", "More", "Most",
    "No", "Of", "On", "One", "Or", "Our", "She", "Since", "So", "Some", "Such", "That", "The", "Their", "Then",
    "There", "These", "They", "This", "Those", "Though", "Thus", "To", "Under", "Until", "We", "What", "When", "Where",
    "Which", "While", "Who", "Why", "With", "You",
];

fn begins_sentence(after: &str) -> bool {
    let word = after.trim_start_matches(|c: char| !c.is_alphabetic());
    let end = word.char_indices().take(12).find(|(_, c)| !c.is_alphabetic()).map_or(word.len().min(1), |(at, _)| at);
    word.get(..end).is_some_and(|word| FIRST_WORDS.contains(&word))
}

/// Whether the full stop after `words` belongs to its word.
fn continues_after(words: &str, next: Option<char>, language: &str) -> bool {
    let number_follows = next.is_some_and(char::is_numeric);
    let word = last_word(words);
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && letter.is_alphabetic()
    {
        // An initial or half an abbreviation; but `So do I. Then` ends.
        return !(language == "en" && letter == 'I' && word.len() < words.len());
    }
    if word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty() {
        return has_dotted_ordinals(language) && words.len() > word.len() && next.is_some_and(char::is_alphabetic);
    }
    let small = word.to_lowercase();
    // `p. ex.`, `z. B.`: the word before belongs to it.
    let both = words[..words.len() - word.len()].trim_end().strip_suffix('.').map(|rest| {
        let first = last_word(rest);
        format!("{}.{small}", first.to_lowercase())
    });
    match stop_after(&small, language) {
        Stop::Continues => true,
        Stop::ContinuesBeforeNumber => number_follows,
        Stop::MayEnd => both.is_some_and(|both| stop_after(&both, language) == Stop::Continues),
    }
}

/// Quotes, brackets and blanks that may stand before the next word.
const LOOK_AHEAD: usize = 20;

/// The longest word that is looked up.
const LONGEST_ABBREVIATION: usize = 12;

/// The word at the end of the text, dots inside it included; empty if it is too long to be an abbreviation.
fn last_word(text: &str) -> &str {
    for (count, (at, character)) in text.char_indices().rev().enumerate() {
        if !(character.is_alphanumeric() || matches!(character, '.' | '-' | 'º' | 'ª' | '°')) {
            return &text[at + character.len_utf8()..];
        }
        if count > LONGEST_ABBREVIATION {
            return "";
        }
    }
    text
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '\'' | ')' | ']' | '}' | '”' | '’' | '»' | '›' | '“' | '」' | '』' | '）')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is the text with a bar at each cut.
    #[track_caller]
    fn check(language: &str, expected: &str) {
        let text = expected.replace('|', "");
        let found = sentences(&text, language, &[], &[]);
        let mut marked = String::new();
        let mut at = 0;
        for (index, range) in found.iter().enumerate() {
            let between = &text[at..range.start];
            assert!(between.chars().all(char::is_whitespace), "lost {between:?}");
            marked.push_str(between);
            if index > 0 {
                marked.push('|');
            }
            marked.push_str(&text[range.clone()]);
            at = range.end;
        }
        marked.push_str(&text[at..]);
        assert_eq!(marked, expected);
    }

    #[test]
    fn sentences_end_at_their_stops() {
        check("en", "One. |Two! |Three? |Four");
        check("en", "  One.\n|Two…   |Three.  ");
        check("en", "He said \"Stop.\" |Then he left. |(And came back.) |Fine.");
        check("pt", "Olá. |Tudo bem? |«Sim.» |Ótimo…");
        check("en", "no stop at all");
        check("en", "Force it. |bzip2 and bunzip2 are one. |iPhones too. then not, e.g. bzip2, or sec. b3");
        check("en", "Force it.\n    |bzip2 and bunzip2 are one.");
        check("en", " \n ");
    }

    #[test]
    fn abbreviations_do_not_end_sentences() {
        check("en", "Dr. Smith met Mr. Jones. |They left.");
        check("en", "See Fig. 3 and No. 5. |No. |I will not.");
        check("en", "The U.S. Bureau of the U.S. Students left the U.S. |The rest stayed in the U.S. |We did not.");
        check("en", "Use a shell, e.g. Bash, i.e. The usual. |Done.");
        check("en", "J. R. R. Tolkien wrote it. |So do I. |Then we wrote.");
        check("en", "Workstation (ie. Desktop PC) and so on. |Done.");
        check("en", "Apples, pears, etc. |The rest is gone.");
        check("pt", "O Sr. Silva e a Sra. Souza, do Art. 5, n.º 3. |Saíram.");
        check("pt", "Frutas, p. ex. Maçãs. |Fim.");
        check("de", "Am 3. Oktober, z. B. Berlin. |Ende.");
        check("en", "It was 1990. |Then it was 3.14 or 1,000.50. |Over.");
        check("en", "We moved in May 20. |Then we left.");
    }

    #[test]
    fn signs_between_texts_part_them() {
        check("en", "Terms of use |· |Privacy |· |Help (a · b) and");
        let cut = |text: &'static str| {
            sentences(text, "en", &[], &[]).into_iter().map(|range| &text[range]).collect::<Vec<_>>()
        };
        assert_eq!(cut("Published | 6 min read, P(a | b) and x|y"), ["Published", "|", "6 min read, P(a | b) and x|y"]);
        assert_eq!(cut("Town builds a bridge | The Courier").len(), 1);
        assert_eq!(cut("string | number").len(), 1);
    }

    #[test]
    fn labels_are_no_part_of_their_sentence() {
        check("en", "LAGGING SKILLS: |Standardized scores of all. |Then more.");
        check("en", "PATENTS: |To the best of my knowledge. |A: The First of All");
        check("en", "© 2009 McGraw Hill Companies |All Rights Reserved");
        check("en", "Bad News: |Only about half of them start.");
        check("en", "Rising Costs of Care: |Is Managed Care the Answer?");
        check("en", "Note: The rates are based on all. |Two things: They are all here. |This Is It: it goes on.");
        check("en", "School Two: Ranked 48th out of 49");
        check("en", "Star Wars: Episode One. |Table 3: The Rates of All");
        check("pt", "MÁS NOTÍCIAS: Apenas metade deles.");
    }

    #[test]
    fn what_is_not_a_stop_does_not_cut() {
        check("en", "See https://example.com/a?b=c! |Then go.");
        check("en", "\"Stop!\" and left. |Then \"Why?\" she asked.");
        check("en", "Wait... what? |Yes... |Maybe.");
        check("en", "Version 1.2.3 of foo.bar() is out! |Get it.");
        check("en", "a line\nwrapped by hand. |Another\nline.");
    }

    #[test]
    fn blanks_that_make_columns_cut() {
        check("en", "First         |Middle   |Last");
        check("en", "Day \u{a0} \u{a0}|Month");
        check("en", "typed  twice, and wrapped\n    by hand");
        let kept = 0..6;
        assert_eq!(sentences("a    b", "en", &[], std::slice::from_ref(&kept)), std::slice::from_ref(&kept));
    }

    #[test]
    fn terms_are_cut_from_what_they_mean() {
        check("en", "Specs |- Specifications for all services.");
        check("en", "Past President |– June Small (BC)");
        check("en", "Mark One – the first - is here. |Data Intake |— We take it in.");
        for whole in
            ["Proposal – Sales", "BC - Sue Sepa and more", "Yes - but not now, I say", "Ages 5 - Not Open Yet Today"]
        {
            check("en", whole);
        }
        let kept = 0..9;
        assert_eq!(sentences("Up - Down It Goes", "en", &[], std::slice::from_ref(&kept)).len(), 1);
    }

    #[test]
    fn scripts_without_spaces_are_cut() {
        check("ja", "これは本です。|それはペンです。|本当？|はい");
        check("zh", "你好。|再见！|“是的。”|完");
        check("hi", "यह किताब है। |वह कलम है।");
    }

    #[test]
    fn borders_cut_and_kept_stretches_do_not() {
        assert_eq!(sentences("foobar baz", "en", &[3], &[]), [0..3, 3..10]);
        let kept = |range| std::slice::from_ref::<Range<usize>>(range).to_vec();
        assert_eq!(sentences("One. Two. Three.", "en", &[], &kept(&(2..7))), [0..9, 10..16]);
        assert_eq!(sentences("a b", "en", &[1, 2], &kept(&(0..3))), [0..1, 2..3]);
    }

    #[test]
    fn long_texts_take_time_in_proportion() {
        for text in ["Dr. ", "A. ", "? ", "? (", "? “", "a.b.", "\"", "...", "1. ", "\n"] {
            let found = sentences(&text.repeat(50_000), "en", &[], &[]);
            assert!(found.len() <= 200_000);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_into_all_of_its_sentences(text in "([a-zA-Z0-9.!?…\"'( \n“”。！日本é]|\\PC){0,60}") {
            let found = sentences(&text, "de", &[], &[]);
            let mut at = 0;
            for range in &found {
                proptest::prop_assert!(text[at..range.start].chars().all(char::is_whitespace));
                proptest::prop_assert!(!text[range.clone()].trim().is_empty());
                at = range.end;
            }
            proptest::prop_assert!(text[at..].chars().all(char::is_whitespace));
        }
    }
}
