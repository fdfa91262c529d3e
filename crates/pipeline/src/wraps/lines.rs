//! Whether a sentence goes on in the next line: its words tell.

/// English words that a sentence goes on behind.
const LINKING: &[&str] = &[
    "a", "about", "against", "among", "an", "and", "as", "at", "between", "by", "during", "for", "from", "in", "into",
    "of", "on", "or", "our", "over", "that", "the", "their", "through", "to", "under", "which", "with", "within",
    "without", "your",
];
/// Those that end no line that is complete, however short: `Log in` is.
const NEVER_LAST: &[&str] = &["a", "an", "and", "of", "or", "the"];
/// Those that begin no line, although with a capital.
const NEVER_FIRST: &[&str] = &["Among", "And", "Between", "Of", "Or", "With", "Without"];
/// English words that end the name of a thing, and are its first when it is translated.
const HEADS: &[&str] = &[
    "agenda",
    "agreement",
    "analysis",
    "assessment",
    "association",
    "board",
    "budget",
    "committee",
    "conference",
    "council",
    "department",
    "development",
    "framework",
    "guide",
    "guidelines",
    "initiative",
    "management",
    "manual",
    "meeting",
    "model",
    "overview",
    "plan",
    "policy",
    "presentation",
    "procedure",
    "process",
    "program",
    "programme",
    "project",
    "proposal",
    "report",
    "review",
    "schedule",
    "services",
    "statement",
    "strategy",
    "study",
    "summary",
    "system",
    "systems",
    "training",
    "update",
    "workshop",
];
/// Letters of a line that is full.
const FULL: usize = 25;

/// Whether the sentence of the line `before` goes on in the line `after`.
pub(super) fn goes_on(before: &str, after: &str, is_only: bool, is_english: bool) -> bool {
    let word = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let last = word(before.split_whitespace().next_back());
    let first = word(after.split_whitespace().next());
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let is_whole = |c: char| c.is_alphanumeric() || matches!(c, ',' | ')' | '’' | '\'' | '”' | '"' | '-');
    let is_address = first.contains(['@', '/', '=']) || bare(&first).contains('.');
    if !last.ends_with(is_whole) || !first.starts_with(char::is_alphabetic) || is_address {
        return false;
    }
    let words = before.split_whitespace().count();
    let is_small = first.starts_with(char::is_lowercase);
    let is_full = before.chars().count() >= FULL;
    let is_begun = before.starts_with(char::is_uppercase) && words >= 3 && (is_only || is_full);
    if last.ends_with(',') {
        return is_small && is_begun;
    }
    if is_small && is_begun {
        return true;
    }
    if !is_english {
        return false;
    }
    let (first, last) = (bare(&first), bare(&last));
    let links = |word: &str| LINKING.contains(&word);
    let is_title = || {
        let mut words = before.split_whitespace();
        is_only && words.all(|word| word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphabetic))
    };
    is_small && links(&first)
        || NEVER_LAST.contains(&&*last)
        || words >= 3 && links(&last)
        || words >= 2 && NEVER_FIRST.contains(&&*first)
        || words >= 2 && HEADS.contains(&&*after.to_lowercase()) && is_title()
}

/// A short word in small letters, which belongs to the next one.
pub(super) fn ends_badly(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.starts_with(char::is_lowercase) && word.chars().count() <= 3 && word.chars().all(char::is_alphabetic)
}
