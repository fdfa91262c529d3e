//! Words as they must be spelled so that they are read as words.

use crate::small_range::SmallRange;
use std::borrow::Cow;

use super::slot::Context;

/// How much is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Only what is bound to be taken for markup.
    Minimal,
    /// Whatever can be markup anywhere.
    Full,
    /// The same, and emphasis in HTML.
    FullWithHtml,
}

/// Where words stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) level: Level,
    pub(super) context: Context,
    /// What is in front; white space at the start of a line.
    pub(super) before: char,
    /// What comes behind; white space at the end of a line.
    pub(super) after: char,
    /// Whether a block could begin here.
    pub(super) starts_line: bool,
    /// Whether brackets are escaped.
    pub(super) brackets: bool,
    /// Whether it is the last of the run.
    pub(super) ends_run: bool,
    /// How the source spells characters that it does not write as they are.
    pub(super) spellings: &'a [(char, SmallRange)],
    pub(super) text: &'a str,
}

/// Spells words.
pub(super) fn escape<'a>(words: &'a str, around: &Surroundings<'_>) -> Cow<'a, str> {
    let mut special = &SPECIAL;
    let with_spellings;
    if !around.spellings.is_empty() {
        with_spellings = special_with(around.spellings);
        special = &with_spellings;
    }
    let is_plain = !words.bytes().any(|byte| special[usize::from(byte)]);
    if is_plain && !(around.starts_line && block_mark(words).is_some()) {
        return words.into();
    }
    escaped(words, around, special).into()
}

/// The bytes that [`escaped`] may have to do with.
type Special = [bool; 256];

/// Those that also begin a character that the source spells in its own way.
fn special_with(spellings: &[(char, SmallRange)]) -> Special {
    let mut special = SPECIAL;
    for (character, _) in spellings {
        special[usize::from(character.encode_utf8(&mut [0; 4]).as_bytes()[0])] = true;
    }
    special
}

/// Those where the source has no spellings of its own.
const SPECIAL: Special = {
    let mut table = [false; 256];
    let mut index = 0;
    while index < b"\n\r\\`*_~[]!|<&\"#{".len() {
        table[b"\n\r\\`*_~[]!|<&\"#{"[index] as usize] = true;
        index += 1;
    }
    table
};

fn escaped(words: &str, around: &Surroundings<'_>, special: &Special) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    let mut before = around.before;
    let mut start = 0;
    if around.starts_line
        && let Some(mark) = block_mark(words)
    {
        out.push_str(&words[..mark]);
        out.push('\\');
        let character = words[mark..].chars().next().unwrap_or_default();
        out.push(character);
        before = character;
        start = mark + character.len_utf8();
    }
    let mut at = start;
    while let Some(character) = words[at..].chars().next() {
        let plain = words[at..].bytes().position(|byte| special[usize::from(byte)]).unwrap_or(words.len() - at);
        if plain > 0 {
            let plain = &words[at..at + plain];
            out.push_str(plain);
            before = plain.chars().next_back().unwrap_or(before);
            at += plain.len();
            continue;
        }
        let rest = &words[at..];
        at += character.len_utf8();
        let after = words[at..].chars().next().unwrap_or(around.after);
        if matches!(character, '\n' | '\r') {
            out.push(' ');
        } else if let Ok(index) = around.spellings.binary_search_by_key(&character, |(known, _)| *known) {
            out.push_str(&around.text[around.spellings[index].1.range()]);
        } else {
            match needed(character, before, after, rest, around) {
                Need::No => out.push(character),
                Need::Backslash => {
                    out.push('\\');
                    out.push(character);
                }
                Need::Reference(reference) => out.push_str(reference),
            }
        }
        before = character;
    }
    out
}

enum Need {
    No,
    Backslash,
    /// Some readers of Markdown have no escape for it.
    Reference(&'static str),
}

fn needed(character: char, before: char, after: char, rest: &str, around: &Surroundings<'_>) -> Need {
    let is_loose = before.is_whitespace() && after.is_whitespace();
    let is_full = around.level > Level::Minimal;
    let is_alternative = matches!(around.context, Context::Alternative | Context::AlternativeInCell);
    let yes = match character {
        '\\' => is_full || after.is_ascii_punctuation() || after.is_whitespace(),
        '`' if is_full => return Need::Reference("&#96;"),
        '`' => true,
        '*' => is_full || !is_loose,
        '_' => is_full || !(is_loose || (before.is_alphanumeric() && after.is_alphanumeric())),
        '~' => is_full || after == '~' || before == '~',
        '[' | ']' => is_full || is_alternative || around.brackets,
        '!' => after == '[',
        '|' => matches!(around.context, Context::Cell | Context::AlternativeInCell),
        '<' if is_full || after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?') => {
            return Need::Reference("&lt;");
        }
        '&' if is_full || is_reference(rest) => return Need::Reference("&amp;"),
        '"' if around.context == Context::Quoted => return Need::Reference("&quot;"),
        // Behind a heading's words, these would close it; one behind an escaped one does not.
        '#' => {
            around.context == Context::Heading
                && around.ends_run
                && before != '#'
                && rest.bytes().all(|byte| byte == b'#')
        }
        '{' => around.context == Context::Heading && around.ends_run && rest.ends_with('}'),
        _ => false,
    };
    if yes { Need::Backslash } else { Need::No }
}

/// `&amp;`, `&#38;`.
fn is_reference(rest: &str) -> bool {
    let name = rest.strip_prefix('&').unwrap_or(rest);
    let name = name.strip_prefix('#').unwrap_or(name);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    length > 0 && name[length..].starts_with(';')
}

/// Where an escape keeps words from beginning a block: the place of the character to escape.
fn block_mark(words: &str) -> Option<usize> {
    let bytes = words.as_bytes();
    let ends_at = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
    match bytes.first()? {
        b'#' => ends_at(bytes.iter().take_while(|b| **b == b'#').count()).then_some(0),
        b'>' | b'=' => Some(0),
        b'-' | b'+' if ends_at(1) || words.starts_with("--") || words.starts_with("++") => Some(0),
        b'*' if ends_at(1) => Some(0),
        b':' => Some(0),
        b'~' if words.starts_with("~~~") => Some(0),
        b'0'..=b'9' => {
            let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            (matches!(bytes.get(digits), Some(b'.' | b')')) && ends_at(digits + 1)).then_some(digits)
        }
        // A task's box.
        b'[' if matches!(bytes.get(1..3), Some([b' ' | b'x' | b'X', b']'])) => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(context: Context, words: &str, expected: &str) {
        let around = Surroundings {
            brackets: false,
            level: Level::Minimal,
            context,
            before: ' ',
            after: ' ',
            starts_line: context == Context::Flow,
            ends_run: true,
            spellings: &[],
            text: "",
        };
        assert_eq!(escape(words, &around), expected);
    }

    #[test]
    fn words_that_look_like_markup_are_escaped_and_others_are_not() {
        check(
            Context::Flow,
            "a * b, snake_case, 5 < 6, A & B, [x], 100 %, C#",
            "a * b, snake_case, 5 < 6, A & B, [x], 100 %, C#",
        );
        check(
            Context::Flow,
            "*a* _b_ `c` <d> &amp; \\* ~~e~~",
            "\\*a\\* \\_b\\_ \\`c\\` &lt;d> &amp;amp; \\\\\\* \\~\\~e\\~\\~",
        );
        check(Context::Cell, "a | b", "a \\| b");
        check(Context::Quoted, "say \"x\"", "say &quot;x&quot;");
        check(Context::Heading, "In C #", "In C \\#");
    }

    #[test]
    fn words_that_would_begin_a_block_are_escaped() {
        for (words, expected) in [
            ("1. x", "1\\. x"),
            ("1.5 x", "1.5 x"),
            ("12) x", "12\\) x"),
            ("# x", "\\# x"),
            ("#x", "#x"),
            ("> x", "\\> x"),
            ("- x", "\\- x"),
            ("-x", "-x"),
            ("+ x", "\\+ x"),
            ("* x", "\\* x"),
            ("---", "\\---"),
            ("[x] y", "\\[x] y"),
            (": x", "\\: x"),
        ] {
            check(Context::Flow, words, expected);
        }
    }
}
