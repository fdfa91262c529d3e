//! Names of people and firms that are made of ordinary words: `Mark Young`, `Red Hat`. A small model translates them.
//!
//! That two words with capitals are a name must be shown, by the document as a whole: a title or an initial, an address of
//! e-mail or a page's, the `Inc.` of a firm, a given name that is no word. Titles and terms of a contract come with capitals
//! again and again, too, so to be repeated is not enough. What is shown once holds wherever the same words stand.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Source, TranslateError, Translated, Translator, Watch};

use super::again::{again, is_free};
use super::has_words;
use super::surnames::left_surnames;
use crate::EngineLimits;
use crate::sentences::FIRST_WORDS;

/// Titles that a name follows.
const TITLES: &[&str] = &["Capt", "Dr", "Messrs", "Miss", "Mr", "Mrs", "Ms", "Prof", "Sgt"];
/// What follows a title and is no name.
const OFFICES: &str = "\
    Ambassador Chair Chairman Chairwoman Director Emeritus Judge Justice Mayor Minister President Secretary \
    Speaker Vice";
/// What ends the name of a firm.
const FIRMS: &[&str] = &["AG", "Corp", "GmbH", "Inc", "LLC", "LLP", "Ltd", "PLC", "Pty", "plc"];
/// Domains of firms: an authority's or a society's name is translated.
const DOMAINS: &[&str] = &["com", "io", "net"];

/// Given names that are no words: what follows is a surname.
const GIVEN: &str = "\
    Adam Alan Albert Alex Alice Alison Amanda Amy Andrea Andrew Angela Ann Anna Anne Anthony Arthur Barbara Ben \
    Benjamin Betty Brenda Brian Bruce Carl Carol Caroline Catherine Charles Chris Christina Christine Christopher \
    Claire Clare Colin Craig Cynthia Daniel Dave David Deborah Debra Denise Dennis Derek Diane Donald Donna Dorothy \
    Douglas Duncan Ed Edward Elaine Eleanor Elizabeth Ellen Emily Emma Eric Fiona Frances Fred Gary Geoffrey George \
    Gerald Gordon Graham Greg Gregory Hannah Harold Helen Henry Howard Ian Isabel James Jane Janet Jason Jean Jeff \
    Jeffrey Jennifer Jeremy Jessica Jill Jim Joan Joanna Joe John Jonathan Joseph Joshua Joyce Judith Judy Julia \
    Julie Justin Karen Kate Katherine Kathleen Keith Kelly Ken Kenneth Kevin Kim Larry Laura Lauren Lee Linda Lisa \
    Liz Louise Lucy Lynn Malcolm Margaret Marie Martha Martin Mary Matthew Megan Melissa Michael Michelle Mike Nancy \
    Natalie Nathan Neil Nicholas Nicole Nigel Oliver Pamela Patricia Patrick Paul Peter Philip Rachel Ralph Rebecca \
    Richard Robert Roger Ronald Roy Russell Ruth Ryan Sally Samantha Samuel Sandra Sarah Scott Sean Sharon Sheila \
    Shirley Simon Sophie Stephanie Stephen Steve Steven Stuart Susan Teresa Thomas Tim Timothy Tom Tony Tracy Trevor \
    Valerie Vanessa Vincent Walter Wayne Wendy William Zoe";
/// Given names that are words as well, or months: more must show that what follows is a surname.
const WORDS: &str = "\
    Amber April Art Bill Bob Buddy Carter Chase Christian Chuck Clay Cliff Cooper Crystal Daisy Dale Dan Dawn \
    Dean Don Drew Earl Faith Frank Gene Ginger Glen Grace Grant Guy Harry Heather Hope Hunter Iris Ivy Jack Jay \
    Jordan Joy June Lance Lily Marina Mark Mason Max May Miles Nick Olive Parker Pat Pearl Penny Ray Rich Rick \
    Rob Robin Rod Rose Ruby Rusty Sam Sandy Skip Sky Sue Summer Ted Tiger Tyler Victor Violet Ward Will Woody";
/// What stands before somebody who does something, and hardly before a thing.
const BEFORE: &[&str] =
    &["and", "ask", "asked", "by", "called", "contact", "met", "named", "said", "says", "thank", "told", "with"];
/// What stands before a thing.
const ARTICLES: &[&str] =
    &["a", "an", "any", "each", "every", "its", "my", "no", "our", "that", "the", "their", "this", "your"];
/// What is named after people.
const PLACES: &str = "\
    Airport Avenue Award Bridge Building Center Centre Church College County Court Day Drive Foundation Hall \
    Hospital Hotel House Institute Island Islands Library Museum Park Prize River Road School Square Street \
    University";

/// Most words of a name.
const LONGEST: usize = 4;
/// Most names of one unit that are looked for.
const MOST_NAMES: usize = 64;
/// The longest address, in bytes.
const LONGEST_ADDRESS: usize = 100;
/// Letters of the words that an address is made of.
const LEAST_ADDRESS: usize = 6;

fn is_listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// Whether it is a given name and a word as well.
pub(super) fn is_doubtful(word: &str) -> bool {
    is_listed(WORDS, word)
}

/// Where names stand in the units of an English document, by the unit; ordered, not overlapping, outside of what is fixed.
/// `left` are names whose surnames no word was made of.
fn people(units: &[Source], left: HashSet<Vec<&str>>) -> Vec<Vec<Range<usize>>> {
    let names = Evidence::of(units).names(left);
    let free = |unit: &Source| {
        let mut found = names.within(&unit.text);
        found.retain(|range| is_free(unit, range));
        found
    };
    units.iter().map(free).collect()
}

/// Translates the units again that lost a name, with the name fixed.
///
/// # Errors
/// Those of the engine.
pub(crate) fn keep_people(
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
    let names = people(units, left_surnames(units, translated));
    let lost = |index: usize, unit: &Source, answer: &Translated| {
        let (text, names) = (&unit.text, &names[index]);
        let different: HashSet<&str> = names.iter().map(|range| &text[range.clone()]).take(MOST_NAMES).collect();
        let is_lost = |name: &&str| text.matches(*name).count() > answer.text.matches(*name).count();
        let lost: HashSet<&str> = different.into_iter().filter(is_lost).collect();
        names.iter().filter(|range| lost.contains(&text[(*range).clone()])).cloned().collect()
    };
    again(units, translated, lost, (engine, pair), limits, watch)
}

/// A word, and whether it continues the one before: with a blank between them, or the full stop of an initial.
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: usize,
    pub(crate) is_joined: bool,
}

impl Word<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is_name(&self) -> bool {
        let mut letters = self.text.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    }

    fn is_initial(&self) -> bool {
        self.text.len() == 1 && self.text.starts_with(|letter: char| letter.is_ascii_uppercase())
    }
}

/// The words of a text, without the endings of possession.
pub(crate) fn words(text: &str) -> Vec<Word<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’');
    let mut found: Vec<Word<'_>> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(char::is_alphanumeric) {
        let start = at + offset;
        at = text[start..].find(|c: char| !is_part(c)).map_or(text.len(), |length| start + length);
        let word = text[start..at].trim_end_matches(['-', '\'', '’']);
        // `Young's`
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let is_joined = found.last().is_some_and(|before| {
            let between = &text[before.end()..start];
            between == " "
                || between == "\u{a0}"
                || (between == ". " && (before.is_initial() || TITLES.contains(&before.text)))
        });
        found.push(Word { text: word, start, is_joined });
    }
    found
}

/// What a document tells of names.
#[derive(Default)]
struct Evidence<'a> {
    /// Names that are shown.
    shown: HashSet<Vec<&'a str>>,
    /// Given names that are words, with what follows them, and how often.
    doubtful: HashMap<Vec<&'a str>, usize>,
    /// Those that stand behind an article: things.
    things: HashSet<Vec<&'a str>>,
    /// Words that the document has in small letters.
    small: HashSet<&'a str>,
    /// Names of mailboxes, and of firms' hosts.
    mailboxes: HashSet<String>,
    hosts: HashSet<String>,
    /// Pairs of words with capitals, which may be an address's.
    pairs: HashSet<Vec<&'a str>>,
}

impl<'a> Evidence<'a> {
    fn of(units: &'a [Source]) -> Self {
        let mut evidence = Self::default();
        for unit in units {
            evidence.read(&unit.text);
            evidence.read_addresses(&unit.text);
        }
        evidence
    }

    fn read(&mut self, text: &'a str) {
        let words = words(text);
        for (at, word) in words.iter().enumerate() {
            if word.text.starts_with(char::is_lowercase) {
                self.small.insert(word.text);
            }
            if let Some(start) = firm(text, &words, at) {
                self.shown.insert(words[start..at].iter().map(|word| word.text).collect());
                // `Inc` alone is a riddle to models.
                if word.is_joined {
                    self.shown.insert(words[start..=at].iter().map(|word| word.text).collect());
                }
            }
            let name = name(&words, at);
            if name.len() < 2 {
                continue;
            }
            let before = at.checked_sub(1).map(|before| &words[before]).filter(|_| word.is_joined);
            let before = before.map_or("", |before| before.text);
            let has_initial = words[at..].iter().take(name.len() + 1).any(Word::is_initial);
            let ends = words[at + name.len() - 1].end();
            if is_listed(GIVEN, word.text) || has_address(&text[ends..]) || has_initial && is_listed(WORDS, word.text) {
                self.shown.insert(name);
            } else if is_listed(WORDS, word.text) {
                if ARTICLES.contains(&before) {
                    self.things.insert(name);
                } else {
                    let points = if BEFORE.contains(&before) { 2 } else { 1 };
                    *self.doubtful.entry(name).or_default() += points;
                }
            } else {
                self.pairs.insert(name);
            }
        }
    }

    fn read_addresses(&mut self, text: &str) {
        let tokens = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '<' | '>' | '(' | ')' | ',' | ';'));
        for token in tokens.filter(|token| token.contains('.')) {
            let token = token.trim_end_matches(['.', ':']).to_lowercase();
            let (mailbox, host) = token.split_once('@').unwrap_or(("", &token));
            self.mailboxes.insert(mailbox.chars().filter(|c| c.is_alphabetic()).collect());
            let mut labels = host.rsplit('.');
            if labels.next().is_some_and(|domain| DOMAINS.contains(&domain)) {
                self.hosts.extend(labels.next().map(str::to_owned));
            }
        }
    }

    fn names(self, left: HashSet<Vec<&'a str>>) -> Names {
        let Self { mut shown, doubtful, things, small, mailboxes, hosts, pairs } = self;
        let is_host = |name: &Vec<&str>| {
            let whole = name.concat().to_lowercase();
            whole.len() >= LEAST_ADDRESS && hosts.contains(&whole)
        };
        let is_mailbox = |name: &Vec<&str>| {
            let (first, last) = (name[0].to_lowercase(), name[name.len() - 1].to_lowercase());
            let initial: String = first.chars().take(1).chain(last.chars()).collect();
            [initial, format!("{first}{last}"), format!("{last}{first}")].iter().any(|name| mailboxes.contains(name))
        };
        for (name, points) in doubtful {
            let last = name[name.len() - 1].to_lowercase();
            let is_repeated =
                (points > 1 || left.contains(&name)) && !things.contains(&name) && !small.contains(&*last);
            if is_repeated || is_mailbox(&name) {
                shown.insert(name);
            }
        }
        shown.extend(pairs.into_iter().filter(is_host));
        Names { shown: shown.into_iter().map(|name| name.join(" ")).collect() }
    }
}

/// Whether an address of e-mail follows, in the brackets that stand behind a name: `Barry Warsaw <barry@x.org>`.
fn has_address(rest: &str) -> bool {
    let Some(address) = rest.strip_prefix(" <") else { return false };
    let end = address.bytes().take(LONGEST_ADDRESS).position(|byte| byte == b'>' || byte.is_ascii_whitespace());
    end.is_some_and(|end| address[end..].starts_with('>') && address[..end].contains('@'))
}

/// The given name and surname that may begin at a word, initials left out; fewer than two words if there are none.
pub(super) fn name<'a>(words: &[Word<'a>], at: usize) -> Vec<&'a str> {
    let mut name = Vec::new();
    let mut ends = at;
    for (index, word) in words.iter().enumerate().skip(at).take(LONGEST) {
        if index > at && !word.is_joined || !(word.is_name() || index > at && word.is_initial()) {
            break;
        }
        if word.is_name() {
            name.push(word.text);
        }
        ends = index + 1;
        if name.len() == 2 {
            break;
        }
    }
    // `John Hopkins Hospital` is no person, and neither is `Park Road`.
    let follows = words.get(ends).filter(|word| word.is_joined).map_or("", |word| word.text);
    if name.last().is_some_and(|last| is_listed(PLACES, last)) || is_listed(PLACES, follows) {
        name.clear();
    }
    name
}

/// Where the name of a firm begins that ends before the word at `at`, such as `Inc`.
fn firm(text: &str, words: &[Word<'_>], at: usize) -> Option<usize> {
    let last = at.checked_sub(1)?;
    let between = &text[words[last].end()..words[at].start];
    if !FIRMS.contains(&words[at].text) || !matches!(between, " " | ", " | "\u{a0}") {
        return None;
    }
    let mut start = at;
    while start > 0 && at - start < LONGEST && words[start - 1].is_name() && (start == at || words[start].is_joined) {
        start -= 1;
    }
    while start < at && FIRST_WORDS.contains(&words[start].text) {
        start += 1;
    }
    // A lone word may be one elsewhere.
    (at > start + 1).then_some(start)
}

/// The names of a document, without initials.
struct Names {
    shown: HashSet<String>,
}

impl Names {
    /// Where names stand in a text; ordered, not overlapping.
    fn within(&self, text: &str) -> Vec<Range<usize>> {
        let words = words(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        for at in 0..words.len() {
            let start = words[at].start;
            if !words[at].is_name() || found.last().is_some_and(|last| start < last.end) {
                continue;
            }
            let end = self.shown_at(&words, at).or_else(|| titled_at(&words, at));
            found.extend(end.map(|last| start..words[last].end()));
        }
        found
    }

    /// The last word of the longest name that begins here and is shown.
    fn shown_at(&self, words: &[Word<'_>], at: usize) -> Option<usize> {
        let mut name = String::new();
        let mut longest = None;
        for (index, word) in words.iter().enumerate().skip(at).take(LONGEST + 1) {
            if index > at && !word.is_joined {
                break;
            }
            if word.is_initial() {
                continue;
            }
            if index > at {
                name.push(' ');
            }
            name.push_str(word.text);
            if self.shown.contains(&name) {
                longest = Some(index);
            }
        }
        longest
    }
}

/// The last word of the name that begins here and has a title before it.
fn titled_at(words: &[Word<'_>], at: usize) -> Option<usize> {
    let title = &words[at.checked_sub(1).filter(|_| words[at].is_joined)?];
    if !TITLES.contains(&title.text) || is_listed(OFFICES, words[at].text) {
        return None;
    }
    let more =
        words[at + 1..].iter().take(2).take_while(|word| word.is_joined && (word.is_name() || word.is_initial()));
    let more = more.take_while(|word| !is_listed(OFFICES, word.text)).count();
    (at..=at + more).rev().find(|last| words[*last].is_name())
}

#[cfg(test)]
mod tests {
    use terjuman_nmt::Fixed;

    use super::*;

    fn unit(text: &str) -> Source {
        Source { text: text.to_owned(), fixed: Vec::new(), linked: false }
    }

    /// `expected` are the units of a document, with `⟦ ⟧` around the names.
    #[track_caller]
    fn check(expected: &[&str]) {
        let units: Vec<Source> = expected.iter().map(|text| unit(&text.replace(['⟦', '⟧'], ""))).collect();
        let mark = |(unit, names): (&Source, Vec<Range<usize>>)| {
            let mut text = unit.text.clone();
            for range in names.iter().rev() {
                text.insert(range.end, '⟧');
                text.insert(range.start, '⟦');
            }
            text
        };
        let marked: Vec<String> = units.iter().zip(people(&units, HashSet::new())).map(mark).collect();
        assert_eq!(marked, expected);
    }

    #[test]
    fn titles_and_given_names_show_a_name() {
        check(&["Ask Mr. ⟦Young⟧ or Dr ⟦Grace B. Cook⟧, not Mr. President", "dr. of the young cook"]);
        check(&["By ⟦John Small⟧ and ⟦Rob T. Brown⟧’s aunt", "⟦Rob Brown⟧", "Rob banks"]);
        check(&["⟦Barry Warsaw⟧ <barry@example.org>", "Any Words <no address>"]);
        check(&["The John Hopkins Hospital in Anne Street", "James, Small and John"]);
    }

    #[test]
    fn words_that_are_given_names_need_more() {
        check(&["said ⟦Mark Young⟧", "⟦Mark Young⟧"]);
        check(&["Mark Complete", "mark it as complete", "by Mark Complete"]);
        check(&["the Grant Agreement", "with Grant Agreement", "Grant Agreement"]);
        check(&["Will Apply", "Bill To"]);
        check(&["⟦June Carter⟧ (jcarter@example.org)", "June Thirty"]);
        check(&["Past President – ⟦June Small⟧ (BC)", "Treasurer – ⟦June Small⟧"]);
    }

    #[test]
    fn firms_are_shown_by_what_they_are_or_where() {
        check(&["©  ⟦Red Hat⟧, Inc. and others", "as ⟦Red Hat⟧ does", "a red hat, a Hat"]);
        check(&["See www.bestbuy.com/x", "at ⟦Best Buy⟧ and Best Western", "Best buy"]);
        check(&["The ⟦General Works Ltd⟧, Target Corp", "⟦General Works⟧ it is", "Target", "At Target Corp, we do"]);
        check(&["Write to news-list@example.org", "the News List", "⟦June Small⟧ (june.small@x.org)"]);
        check(&["whitehouse.gov", "the White House", "Effective Date", "the Effective Date"]);
    }

    /// Puts all words in small letters, and leaves what is fixed; knows one name.
    struct Small;

    impl Translator for Small {
        fn pairs(&self) -> terjuman_nmt::Pairs {
            terjuman_nmt::Pairs::Any
        }

        fn unit(&self) -> terjuman_nmt::Unit {
            terjuman_nmt::Unit::Sentence
        }

        fn translate(
            &self,
            _: &LanguagePair,
            sources: &[Source],
            _: &dyn Watch,
        ) -> Result<Vec<Translated>, TranslateError> {
            let small = |source: &Source| {
                let mut text = source.text.to_lowercase().replace("john small", "John Small");
                for fixed in &source.fixed {
                    text.replace_range(fixed.range.clone(), &fixed.text);
                }
                let fixed = source.fixed.iter().map(|fixed| fixed.range.clone()).collect();
                Translated { fixed, ..text.into() }
            };
            Ok(sources.iter().map(small).collect())
        }
    }

    #[test]
    fn only_what_lost_a_name_is_translated_again() {
        let mut units = [unit("Ask Mr. Young or John Small now"), unit("For John Small"), unit("Nobody Else")];
        let keep = |units: &mut [Source], target: &str| {
            let pair = LanguagePair { source: "en".parse().unwrap(), target: target.parse().unwrap() };
            let mut answers = Small.translate(&pair, units, &()).unwrap();
            keep_people(units, &mut answers, &Small, &pair, &EngineLimits::default(), &()).unwrap();
            answers.into_iter().map(|answer| answer.text).collect::<Vec<_>>()
        };
        assert_eq!(keep(&mut units, "ru"), ["ask mr. young or John Small now", "for John Small", "nobody else"]);
        assert_eq!(keep(&mut units, "pt"), ["Ask mr. Young or John Small now", "for John Small", "nobody else"]);
        let fixed = units.each_ref().map(|unit| unit.fixed.len());
        assert_eq!(fixed, [1, 0, 0]);
        // What is fixed already is left alone.
        units[0].fixed = vec![Fixed { range: 4..13, text: "x".into() }];
        let place = 17..27;
        assert_eq!(people(&units, HashSet::new())[0], std::slice::from_ref(&place));
    }

    /// Half a megabyte each: with a cost that grows faster than the text, this would not end while anybody waits.
    #[test]
    fn long_texts_come_to_an_end() {
        for text in ["John Small, ", "Mr. ", "A. ", "Mark Mark ", "x@y.com "] {
            let whole = text.repeat(50_000);
            let found = people(&[unit(&whole)], HashSet::new()).remove(0);
            assert!(found.iter().all(|range| whole[range.clone()].split_whitespace().count() <= LONGEST), "{text}");
            assert!(!text.starts_with("John") || found.len() == 50_000, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_ordered_names(text in "(John|Mr\\.|Mark|[A-Z]\\.|Young|Inc|[ ,.@'’é]|\\PC){0,40}") {
            let found = people(&[unit(&text)], HashSet::new()).remove(0);
            proptest::prop_assert!(found.iter().all(|range| text.get(range.clone()).is_some_and(|name| !name.is_empty())));
            proptest::prop_assert!(found.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}
