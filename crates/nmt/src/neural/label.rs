//! Which texts are labels, and what kind of words they are: titles, things, something to do.

/// The most words of a title, where all long words have capitals,
pub(crate) const TITLE: usize = 14;
/// of another text without an end,
pub(crate) const FRAGMENT: usize = 9;
/// and of one that a colon ends or a sign of a sentence.
const CALL: usize = 4;

/// Words of fewer letters are the same in many languages.
pub(crate) const LONG: usize = 4;

/// Most words of such a title, and of another label.
const LONGEST_THING: usize = 8;
const SHORT_THING: usize = 4;
/// What no thing's name begins with: it has an article, or is a question, a place, a condition;
const NO_FIRST: &[&str] = &[
    "a", "all", "an", "as", "at", "by", "do", "for", "from", "how", "if", "in", "is", "my", "no", "not", "on", "our",
    "the", "this", "to", "what", "when", "where", "which", "who", "why", "with", "your",
];
/// or ends with: it is something to do.
const NO_LAST: &[&str] = &[
    "again", "and", "as", "at", "back", "by", "down", "for", "from", "here", "in", "now", "of", "off", "on", "or",
    "out", "over", "to", "up", "with",
];

/// What a verb's particle may be.
const PARTICLES: &[&str] = &["back", "down", "in", "off", "on", "out", "over", "to", "up"];
/// Endings that hardly any verb has.
const NOUNS: &[&str] =
    &["ance", "ed", "ence", "er", "ing", "ion", "ism", "ist", "ity", "ment", "ness", "or", "s", "sis", "ty", "ure"];

/// How many words begin with a capital.
pub(crate) fn capitals(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)).count()
}

/// Whether the last word has a capital that it would have in any title: `By` has one in English only.
pub(crate) fn ends_large(text: &str) -> bool {
    let last = text.trim_end_matches(|character: char| !character.is_alphabetic()).split_whitespace().next_back();
    last.is_some_and(|last| {
        last.starts_with(char::is_uppercase) && !NO_LAST.iter().any(|listed| listed.eq_ignore_ascii_case(last))
    })
}

pub(crate) struct Label {
    pub(crate) is_title: bool,
    /// A lone word with an ellipsis.
    pub(crate) is_call: bool,
    pub(crate) without_end: bool,
}

impl Label {
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words = text.split_whitespace().take(TITLE + 1).count();
        // Two sentences are no label.
        if text.trim_end_matches(['!', '?']).contains(['!', '?']) {
            return None;
        }
        let is_title = is_title(text);
        let without_end = text.ends_with(['…', ':']) || text.ends_with("...");
        let most = match text.chars().next_back()? {
            '.' | ';' | ',' if !without_end => return None,
            '!' | '?' => CALL,
            ':' if !is_title => CALL,
            _ if is_title => TITLE,
            _ => FRAGMENT,
        };
        let word = text.trim_end_matches(['…', '.']);
        let is_call = without_end && word.len() < text.len() && word.chars().all(char::is_alphabetic);
        (words <= most).then_some(Self { is_title, is_call, without_end })
    }
}

/// Whether all long words have a capital.
pub(crate) fn is_title(text: &str) -> bool {
    let mut words = long_words(text).take(TITLE + 1).peekable();
    words.peek().is_some() && words.all(|word| word.starts_with(char::is_uppercase))
}

/// A lone word in capitals as it would be in a sentence's beginning: `DATE` as `Date`. Shorter ones are acronyms.
pub(crate) fn without_shouting(text: &str) -> Option<String> {
    let word = text.trim_end_matches(['…', '.', ':', '!', '?']);
    let rest = word.get(word.chars().next()?.len_utf8()..)?;
    let is_shouted = word.chars().nth(LONG - 1).is_some() && word.chars().all(char::is_uppercase);
    is_shouted.then(|| format!("{}{}", &word[..word.len() - rest.len()], rest.to_lowercase()) + &text[word.len()..])
}

/// Whether a lone English word may be something to do.
pub(crate) fn may_be_done(text: &str) -> bool {
    let (first, rest) = text.split_at_checked(1).unwrap_or_default();
    first.bytes().all(|letter| letter.is_ascii_uppercase())
        && rest.len() > 1
        && rest.bytes().all(|letter| letter.is_ascii_lowercase())
        && !NOUNS.iter().any(|ending| text.ends_with(ending))
}

/// Whether it is an English verb with a particle, both with capitals.
pub(crate) fn is_act(text: &str) -> bool {
    let Some((verb, particle)) = text.split_once(' ') else { return false };
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    verb.len() > 2
        && is_word(verb)
        && capitals(text) == 2
        && PARTICLES.iter().any(|listed| listed.eq_ignore_ascii_case(particle))
        && !NO_FIRST.iter().any(|listed| listed.eq_ignore_ascii_case(verb))
}

/// Whether English words name a thing, and nothing to do: `Income Statement`, not `Setting Up`.
pub(crate) fn is_thing(text: &str) -> bool {
    let text = text.trim_end_matches(':');
    let is_listed = |list: &[&str], word: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(word));
    let most = if is_title(text) { LONGEST_THING } else { SHORT_THING };
    let words: Vec<&str> = text.split_whitespace().take(most + 1).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    // Behind an article `third party claims` is a sentence.
    let may_be_verb = last.ends_with('s') && !last.ends_with("ss");
    let is_owned = || words[..words.len() - 1].last().is_none_or(|before| matches!(*before, "of" | "and" | "&"));
    words.len() <= most
        && text.starts_with(char::is_alphabetic)
        && !text.contains(['.', '…', ',', ':', ';', '(', ')', '/', '!', '?'])
        && !first.ends_with("ing")
        && !is_listed(NO_FIRST, first)
        && !is_listed(NO_LAST, last)
        && (!may_be_verb || is_owned())
}

/// Whether a hyphen joins two words.
pub(crate) fn has_hyphen(text: &str) -> bool {
    text.match_indices('-')
        .any(|(at, _)| text[..at].ends_with(char::is_alphabetic) && text[at + 1..].starts_with(char::is_alphabetic))
}

/// Whether a long word is there twice, also with another ending.
pub(crate) fn repeats(text: &str) -> bool {
    let stems: Vec<String> = long_words(text).map(|word| word.chars().take(LONG + 1).collect()).collect();
    stems.iter().enumerate().any(|(at, stem)| stems[..at].contains(stem))
}

pub(crate) fn long_words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| !character.is_alphabetic());
    words.filter(|word| word.chars().nth(LONG - 1).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_told_from_what_is_to_be_done() {
        for thing in
            ["Income Statement", "Balance due:", "Redo", "Percent of Hires", "Project Management Process Model"]
        {
            assert!(is_thing(thing), "{thing}");
        }
        for other in
            ["Setting Up", "Sign Out", "The End", "How It Works", "Download now", "Logs, Users", "2 Months", ""]
        {
            assert!(!is_thing(other), "{other}");
        }
    }

    #[test]
    fn capitals_of_a_lone_word_are_told_from_acronyms() {
        assert_eq!(without_shouting("DATE:").as_deref(), Some("Date:"));
        assert_eq!(without_shouting("ÉPOCA").as_deref(), Some("Época"));
        for other in ["USB", "DATE OF BIRTH", "Date", "B2B2C", "", "…", "日本語文"] {
            assert_eq!(without_shouting(other), None, "{other}");
        }
    }

    #[test]
    fn what_may_be_done_is_told_from_what_cannot() {
        assert!(is_act("Ship To") && !is_act("The In") && !is_act("Log in") && !is_act("Made In China"));
        assert!(may_be_done("Paste") && !may_be_done("Payment") && !may_be_done("paste") && !may_be_done("Go"));
        assert!(!may_be_done("Über") && !may_be_done(""));
    }
}
