//! The text as the model gets it: spelled with what its vocabulary has, with stand-ins for what must not change.

mod recipe;
mod writer;

use std::ops::Range;

use crate::neural::abbreviations::written_out;
use crate::neural::model::Model;
use crate::neural::protect::{Group, Nature};
use crate::neural::spaced::spaced;
use crate::neural::span_map::SpanMap;
pub(crate) use recipe::{Case, Frame, Recipe};
use writer::{Writer, word_around_end};

/// A text ready for the model.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// What the model gets.
    pub(crate) text: String,
    /// What of it is no part of the source.
    pub(crate) frame: Frame,
    /// From `text` to the source.
    pub(crate) origin: SpanMap,
    pub(crate) stand_ins: Vec<StandIn>,
    /// Terms in place: their ranges in `text` and their groups.
    pub(crate) terms: Vec<(Range<usize>, usize)>,
    /// Typographic signs and the plain ones that stand for them, in order.
    pub(crate) signs: Vec<Sign>,
    /// What nobody sees of the source and the model would make nothing of: where it stood in `text`, and what it is.
    pub(crate) unseen: Vec<(usize, Range<usize>)>,
    /// What of the source it is made of.
    pub(crate) within: Range<usize>,
    /// What was held back from the end of that.
    pub(crate) end: Range<usize>,
    /// The source is in capitals throughout; the draft is not.
    pub(crate) capitals: bool,
    /// The source has a blank after each letter, and so many between words; the draft has not.
    pub(crate) spaced: Option<usize>,
}

/// A made-up word that stands for a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandIn {
    pub(crate) word: String,
    pub(crate) group: usize,
    /// Whether a space was put before or after it that the source does not have.
    pub(crate) spaced: (bool, bool),
}

/// A sign of the source that the vocabulary lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) original: char,
    pub(crate) plain: &'static str,
    pub(crate) place: Place,
}

/// Where a sign stands: the same sign means different things between letters and between spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Between two digits.
    Digits,
    /// Between two other letters or digits.
    Within,
    /// Between two letters, and given spaces on both sides.
    Spread,
    /// Anywhere else.
    Around,
}

/// Words that models copy; the likelier to be copied, the earlier the set. Measured with the real models: see the tests.
const SETS: [&[&str]; 4] = [
    &["Zork", "Quark", "Brix", "Plonk", "Trox", "Klim", "Drax", "Blint", "Strom", "Flux", "Grom", "Vask"],
    &["www.a1.com", "www.b2.com", "www.c3.com", "www.d4.com", "www.e5.com", "www.f6.com", "www.g7.com", "www.h8.com"],
    &["7391", "8462", "5937", "6284", "9573", "3816", "4729", "2648", "1957", "8134"],
    &["X-71", "X-84", "X-59", "X-62", "X-93", "X-38", "X-47", "X-26", "X-19", "X-54"],
];

/// How many sets of stand-ins there are.
pub(crate) const STAND_IN_SETS: usize = SETS.len();

/// The set whose words stand in a sentence as the text itself would: an address, a number, a name.
fn natural_set(text: &str) -> usize {
    let is_number = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains(char::is_alphabetic);
    let is_conversion = |text: &str| text.starts_with('%') && text.ends_with(['d', 'i', 'u', 'f', 'x']);
    let is_counter = || is_conversion(text) || text == "#" || counts(text);
    if text.contains("://") || text.starts_with("www.") {
        1
    } else if is_number(text) || is_counter() {
        2
    } else {
        0
    }
}

/// What placeholders for numbers are called, or end with: `{fileCount}`, `{{count}}`, `${max_size}`.
const COUNTERS: &[&str] = &[
    "amount",
    "count",
    "counter",
    "days",
    "height",
    "hours",
    "length",
    "limit",
    "max",
    "maximum",
    "min",
    "minimum",
    "minutes",
    "months",
    "n",
    "num",
    "number",
    "percent",
    "percentage",
    "quantity",
    "seconds",
    "size",
    "sum",
    "total",
    "weeks",
    "width",
    "years",
];

/// Whether a placeholder's name says that a number takes its place.
fn counts(text: &str) -> bool {
    let Some(name) = text.trim_start_matches(['$', '#', '%']).strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
    else {
        return false;
    };
    let name = name.trim_matches(['{', '}', ' ']);
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let small = name.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).len();
    // `fileCount` ends with a word that its capital begins.
    let start = small.saturating_sub(usize::from(name[..small].ends_with(|last: char| last.is_ascii_uppercase())));
    let last = name[start..].to_ascii_lowercase();
    name.chars().all(is_name) && COUNTERS.binary_search(&&*last).is_ok()
}

impl Draft {
    /// Makes the draft of `source[within]`. `groups` are those of that range. `None` if there are not enough stand-ins
    /// that the text does not hold itself.
    pub(crate) fn new(
        source: &str,
        within: &Range<usize>,
        groups: &[Group],
        recipe: Recipe,
        model: &dyn Model,
    ) -> Option<Self> {
        let mut end = if recipe.without_end { final_signs(source, within, groups) } else { within.end..within.end };
        if recipe.english && abbreviation_ends(source, within, end.start) {
            end.start += 1;
        }
        let letters = if groups.is_empty() { spaced(source, within) } else { None };
        let capitals = match &letters {
            Some(letters) => {
                let mut places = letters.words.iter().flatten();
                places.all(|letter| source[letter.clone()].chars().all(char::is_uppercase))
            }
            None => recipe.case == Case::Shouted || is_capitals(source, within, groups),
        };
        let mut draft = Self {
            text: String::with_capacity(within.len() + 8),
            frame: if letters.is_none() { recipe.frame } else { Frame::None },
            origin: SpanMap::default(),
            stand_ins: Vec::new(),
            terms: Vec::new(),
            signs: Vec::new(),
            unseen: Vec::new(),
            within: within.clone(),
            end: end.clone(),
            capitals,
            spaced: letters.as_ref().map(|letters| letters.gap),
        };
        draft.text.push_str(draft.frame.text());
        let case = if capitals { Case::Small } else { recipe.case };
        let mut writer = Writer { source, draft: &mut draft, model, case, english: recipe.english };
        if let Some(letters) = letters {
            writer.letters(&letters.words);
            if capitals {
                capitalise_first(&mut draft.text, 0);
            }
            return Some(draft);
        }
        let part = &source[within.clone()];
        let is_usable = |word: &&&str| !part.contains(**word) && word.chars().all(|letter| model.knows(letter));
        let mut sets = SETS.map(|set| set.iter().filter(is_usable));
        let mut at = within.start;
        for (index, group) in groups.iter().enumerate() {
            writer.text(at..group.range.start);
            if recipe.terms_in_place && group.nature == Nature::Term {
                let start = writer.draft.text.len();
                writer.text(group.range.clone());
                writer.draft.terms.push((start..writer.draft.text.len(), index));
            } else {
                let follows = source[group.range.end..end.start].chars().next();
                let set = (natural_set(&group.text) + recipe.set) % SETS.len();
                writer.stand_in(index, group, sets[set].next()?, follows);
            }
            at = group.range.end;
        }
        writer.text(at..end.start);
        let is_button = recipe.case == Case::Shouted && draft.frame == Frame::Click;
        if capitals && (is_button || matches!(draft.frame, Frame::None | Frame::Star)) {
            capitalise_first(&mut draft.text, draft.frame.text().len());
        }
        // An accent or another spelling may have taken back what stood at a term's edge.
        for (range, _) in &mut draft.terms {
            range.end = draft.text.floor_char_boundary(range.end);
            range.start = draft.text.floor_char_boundary(range.start).min(range.end);
        }
        Some(draft)
    }

    /// The draft without its frame.
    pub(crate) fn unframed(&self) -> &str {
        &self.text[self.frame.text().len()..]
    }
}

/// The signs that end a sentence at the end of the range, and the white space before them.
fn final_signs(source: &str, within: &Range<usize>, groups: &[Group]) -> Range<usize> {
    let floor = groups.last().map_or(within.start, |group| group.range.end);
    let is_end = |character: char| {
        matches!(character, '.' | '!' | '?' | '…' | ':' | ';' | '。' | '！' | '？' | '؟') || character.is_whitespace()
    };
    let start = floor + source[floor..within.end].trim_end_matches(is_end).len();
    // Something must be left.
    if start == within.start { within.end..within.end } else { start..within.end }
}

/// Whether the word before `at` and the full stop behind it are an abbreviation that is written out: `Version No.:`.
fn abbreviation_ends(source: &str, within: &Range<usize>, at: usize) -> bool {
    let start = at - word_around_end(&source[within.start..at]);
    let stops = source[at..within.end].starts_with('.');
    stops
        && written_out(&source[within.start..start], &source[start..within.end])
            .is_some_and(|(length, _)| start + length > at)
}

/// Whether every letter outside the groups is a capital and there are words enough to tell shouting from acronyms.
fn is_capitals(source: &str, within: &Range<usize>, groups: &[Group]) -> bool {
    let mut at = within.start;
    let (mut letters, mut words) = (0, 0);
    let gaps = groups.iter().map(|group| group.range.clone()).chain(std::iter::once(within.end..within.end));
    for group in gaps {
        for word in source[at..group.start].split(|character: char| !character.is_alphabetic()) {
            if word.chars().any(char::is_lowercase) {
                return false;
            }
            let capitals = word.chars().filter(|character| character.is_uppercase()).count();
            letters += capitals;
            words += usize::from(capitals > 1);
        }
        at = group.end;
    }
    words >= 1 && letters >= 6
}

fn capitalise_first(text: &mut String, at: usize) {
    if let Some(first) = text[at..].chars().next() {
        let upper: String = first.to_uppercase().collect();
        // Another length would shift every place.
        if upper.len() == first.len_utf8() {
            text.replace_range(at..at + upper.len(), &upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neural::protect::{Numbers, groups};
    use crate::neural::testing::Letters;

    #[track_caller]
    fn check(source: &str, recipe: Recipe, expected: &str) -> Draft {
        let within = 0..source.len();
        let groups = groups(source, &within, &[], Numbers::Involved, &Letters);
        let draft = Draft::new(source, &within, &groups, recipe, &Letters).unwrap();
        assert_eq!(draft.text, expected);
        for (at, _) in draft.text.char_indices() {
            assert!(source.get(draft.origin.map(&(at..draft.text.len()))).is_some());
        }
        draft
    }

    #[test]
    fn placeholders_of_numbers_are_told_by_their_names() {
        assert!(COUNTERS.is_sorted());
        for number in
            ["{count}", "{{count}}", "{{ count }}", "${max_size}", "{fileCount}", "{n}", "%{total}", "{page.count}"]
        {
            assert_eq!(natural_set(number), 2, "{number}");
        }
        assert_eq!(["#", "%d", "{0}"].map(natural_set), [2; 3]);
        for name in ["{name}", "{{discount}}", "{user_name}", "{account}", "{}", "{n, number}", "{é}", "{countOf}"] {
            assert_eq!(natural_set(name), 0, "{name}");
        }
    }

    #[test]
    fn signs_words_and_protected_stretches_get_plainer() {
        let plain = Recipe::default();
        check("He said “don’t” to {name}.", plain, "He said \"don't\" to Zork.");
        check("one—two – three", plain, "one - two - three");
        check("v{a}b Zork", plain, "Quark Zork");
        check("5€ and naïve Às", plain, "7391 and naive Zork");
    }

    #[test]
    fn abbreviations_are_written_out_and_spaced_letters_joined() {
        let english = Recipe { english: true, ..Recipe::default() };
        check("No. of months", english, "Number of months");
        check("INVOICE NO. 5", english, "Invoice number 5");
        check("No. of months", Recipe::default(), "No. of months");
        let draft = check("Version No.:", Recipe { without_end: true, ..english }, "Version Number");
        assert_eq!(draft.end, 11..12);
        check("Sign Out", english, "Sign out");
        check("Sign Out Now", english, "Sign Out Now");
        check("Sign Out", Recipe::default(), "Sign Out");
        let draft = check("C O N T R A C T", Recipe::default(), "Contract");
        assert!(draft.capitals && draft.spaced.is_some());
        assert_eq!(draft.origin.map(&(0..8)), 0..15);
        let titles = Recipe { case: Case::SmallButAcronyms, ..Recipe::default() };
        check("Total USB McDonald A Cost", titles, "total USB McDonald A cost");
    }

    #[test]
    fn capitals_and_ends_are_taken_off() {
        let draft = check("THIS IS A WARNING!", Recipe::default(), "This is a warning!");
        assert!(draft.capitals);
        check("USB", Recipe::default(), "USB");
        check("GO ON", Recipe::default(), "GO ON");
        let shouted = Recipe { case: Case::Shouted, frame: Frame::Click, ..Recipe::default() };
        assert!(check("SAVE", shouted, "Click on Save").capitals);
        let draft = check("Hello there!?", Recipe { without_end: true, ..Recipe::default() }, "Hello there");
        assert_eq!(draft.end, 11..13);
        check("Hello There", Recipe { case: Case::Small, ..Recipe::default() }, "hello there");
    }
}
