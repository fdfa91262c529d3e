//! Code within a sentence: commands with their options, questions to a database, what stands in backticks.
//!
//! A command alone is a word like any other (`kill`, `make`), so its options tell: `kill -9 4788`, `make test --quiet`.

use std::ops::Range;

use super::tokens::is_path;
use crate::code::COMMANDS;

/// A word, and where it begins.
type Word<'a> = (usize, &'a str);

fn words(text: &str) -> Vec<Word<'_>> {
    text.split_whitespace().map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word)).collect()
}

/// The word without the brackets and quotes before it.
fn opened(word: &str) -> &str {
    word.trim_start_matches(['(', '"', '\'', '“', '‘', '«'])
}

/// The word without the stops, brackets and quotes behind it.
fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '”', '’', '»'])
}

fn is_command(word: &str) -> bool {
    COMMANDS.binary_search(&word).is_ok()
}

/// Commands that are typed: `ls -la`, `cat a.txt | grep b`, `$ make test`.
pub(super) fn commands(text: &str, found: &mut Vec<Range<usize>>) {
    if ![" -", " | ", "$ "].iter().any(|sign| text.contains(sign)) {
        return;
    }
    let words = words(text);
    let mut at = 0;
    while at < words.len() {
        let start = words[at].0 + (words[at].1.len() - opened(words[at].1).len());
        let is_prompt = opened(words[at].1) == "$";
        let first = if is_prompt { at + 1 } else { at };
        let name = words.get(first).map(|(_, word)| if is_prompt { word } else { opened(word) });
        if name.is_some_and(is_command)
            && let Some(last) = last_of_command(&words, first, is_prompt)
        {
            let (from, word) = words[last];
            found.push(start..from + bare(word).len());
            at = last + 1;
        } else {
            at = first + 1;
        }
    }
}

/// The last word of a command that begins at `first`; nothing, if it may be a word of the sentence.
fn last_of_command(words: &[Word<'_>], first: usize, is_prompt: bool) -> Option<usize> {
    let word = |at: usize| words.get(at).map_or("", |(_, word)| *word);
    let is_plain = |at: usize| {
        let word = if is_prompt { bare(word(at)) } else { word(at) };
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
    };
    // `go -9 degrees`
    let is_signal = |at: usize| word(at - 1) == "kill" && matches!(bare(word(at)), "-1" | "-2" | "-9" | "-15");
    let is_argument = |at: usize| is_option(bare(word(at))) || is_value(bare(word(at)));
    let mut is_told = is_prompt;
    let mut last = first;
    // What the command is to do.
    if is_plain(last + 1) && (is_prompt || is_option(bare(word(last + 2)))) {
        last += 1;
    }
    while bare(word(last)) == word(last) {
        let next = word(last + 1);
        if is_option(bare(next)) || is_signal(last + 1) {
            is_told = true;
            last += 1;
        } else if next == "|" && is_command(bare(word(last + 2))) {
            is_told = true;
            last += 2;
            let is_free = word(last) == bare(word(last));
            last += usize::from(is_free && bare(word(last + 1)).len() == 1);
        } else if is_value(bare(next)) || word(last) == "sudo" && is_command(next) {
            last += 1;
            if word(last - 1) == "sudo" && is_plain(last + 1) && is_option(bare(word(last + 2))) {
                last += 1;
            }
        } else if is_option(word(last)) && is_plain(last + 1) && is_argument(last + 2) {
            last += 2;
        } else {
            break;
        }
    }
    is_told.then_some(last)
}

/// `-l`, `-rf`, `--long`, `--long=value`.
fn is_option(word: &str) -> bool {
    let Some(name) = word.strip_prefix('-') else { return false };
    let is_long = name.strip_prefix('-').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    // `-and` is a word behind a dash.
    let is_word = name.len() == 3 && name.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    is_long || !is_word && (1..=3).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// What a command is done to: a path, a file, a number, a setting.
fn is_value(word: &str) -> bool {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_hidden = word.len() > 1 && word.starts_with('.');
    is_number || is_hidden || is_path(word) || word.contains(['=', '@', '~']) || word.contains("://")
}

/// What asks a database, and what its parts begin with.
const VERBS: &[&str] = &["ALTER", "CREATE", "DELETE", "DROP", "INSERT", "SELECT", "TRUNCATE", "UPDATE"];
const PARTS: &[&str] = &[
    "AND", "BY", "DISTINCT", "EXISTS", "FROM", "GROUP", "IF", "INDEX", "INTO", "JOIN", "LIMIT", "NOT", "ON", "OR",
    "ORDER", "SET", "TABLE", "VALUES", "VIEW", "WHERE",
];

/// Questions to a database: `SELECT * FROM t`. In a text that is all in capitals they are words.
pub(super) fn statements(text: &str, found: &mut Vec<Range<usize>>) {
    if !VERBS.iter().any(|verb| text.contains(verb)) {
        return;
    }
    let has_small = text.contains(|character: char| character.is_lowercase());
    let words = words(text);
    let mut at = 0;
    while at < words.len() {
        let (start, word) = words[at];
        let mut last = at;
        let verb = opened(word);
        let mut is_told = false;
        if VERBS.contains(&verb) {
            let mut wants_name = true;
            while bare(words[last].1) == words[last].1 || words[last].1.ends_with(',') {
                let Some((_, next)) = words.get(last + 1) else { break };
                if *next == "*" && last == at && verb == "SELECT" {
                    (is_told, wants_name) = (true, false);
                } else if PARTS.contains(next) {
                    is_told |= has_small && last - at < 8;
                    wants_name = true;
                } else if matches!(*next, "=" | "<" | ">" | "<>" | "<=" | ">=") {
                    wants_name = true;
                } else if wants_name {
                    wants_name = next.ends_with(',');
                } else {
                    break;
                }
                last += 1;
            }
        }
        if is_told {
            let (from, word) = words[last];
            found.push(start + (words[at].1.len() - verb.len())..from + bare(word).len());
            at = last;
        }
        at += 1;
    }
}

/// The longest code in backticks, in bytes.
const LONGEST_TICKED: usize = 200;

/// What stands in backticks, with them.
pub(super) fn ticked(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = text[at..].find('`').map(|offset| at + offset) {
        at = start + 1;
        let is_open = start == 0 || !(bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'`');
        let inside = &bytes[at..];
        let length = inside.iter().take(LONGEST_TICKED).take_while(|byte| !matches!(byte, b'`' | b'\n')).count();
        let end = at + length;
        let is_closed = bytes.get(end) == Some(&b'`')
            && !bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'`');
        if is_open
            && is_closed
            && length > 0
            && !bytes[at].is_ascii_whitespace()
            && !bytes[end - 1].is_ascii_whitespace()
        {
            found.push(start..end + 1);
            at = end + 1;
        } else if length > 0 || bytes.get(end) == Some(&b'`') {
            at = text.floor_char_boundary(end);
        }
    }
}
