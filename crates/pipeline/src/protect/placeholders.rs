//! What a program puts something in the place of: `{name}`, `%d`, `<b>`, `&nbsp;`.

use std::ops::Range;

use super::names::ELEMENTS;

/// The longest placeholder, in bytes.
const LONGEST_PLACEHOLDER: usize = 100;

pub(crate) fn placeholders(text: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            b'{' | b'$' | b'#' | b'%' | b'<' | b'[' | b'&' | b'@' | b'*' => {
                placeholder(&text[at..], at.checked_sub(1).map(|before| bytes[before]))
            }
            _ => None,
        };
        if let Some(length) = length {
            found.push(at..at + length);
        }
        at += length.unwrap_or(1);
    }
}

/// The length of the placeholder that `text` begins with.
fn placeholder(text: &str, before: Option<u8>) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes {
        [b'{', b'{', ..] => delimited(text, "{{", "}}", is_inside_double),
        [b'[', b'[', ..] => delimited(text, "[[", "]]", is_inside_double),
        [b'<', b'<', ..] => delimited(text, "<<", ">>", is_inside_double),
        [b'{', b'%', ..] => delimited(text, "{%", "%}", |byte| !matches!(byte, b'{' | b'}' | b'%' | b'\n')),
        [b'{', ..] => delimited(text, "{", "}", is_inside_single).or_else(|| formed(text)),
        [b'$', b'{', ..] => delimited(text, "${", "}", is_inside_single),
        [b'#', b'{', ..] => delimited(text, "#{", "}", is_inside_single),
        [b'%', b'{', ..] => delimited(text, "%{", "}", is_inside_single),
        [b'<', b'%', ..] => delimited(text, "<%", "%>", |byte| !matches!(byte, b'<' | b'>' | b'%' | b'\n')),
        [b'<', ..] => delimited(text, "<", ">", is_inside_single)
            .filter(|length| is_tag(&text[1..length - 1]))
            .or_else(|| written_tag(text)),
        // What texts of programs take from other texts, or from lists of people.
        [b'$', b't', b'(', ..] => delimited(text, "$t(", ")", |byte| !matches!(byte, b'(' | b')' | b'\n')),
        [b'@', b':' | b'.', ..] => linked(bytes),
        [b'*', b'|', ..] => delimited(text, "*|", "|*", is_inside_merged),
        [b'%', b'%', ..] => delimited(text, "%%", "%%", is_name),
        [b'%', b'A'..=b'Z', ..] => delimited(text, "%", "%", |byte| byte.is_ascii_uppercase() || byte == b'_'),
        [b'%', b'#', b'@', ..] => delimited(text, "%#@", "@", is_name),
        [b'$', b'A'..=b'Z' | b'_', ..] => Some(1 + bytes[1..].iter().take_while(|b| is_name(**b)).count()),
        [b'&', ..] => entity(bytes),
        [b'%', ..] if !before.is_some_and(|b| b.is_ascii_digit()) => conversion(bytes),
        _ => None,
    }
}

/// Whether what stands between angle brackets is markup, not a word that somebody is to fill in: `<here>`.
fn is_tag(inside: &str) -> bool {
    let marked = inside.starts_with(['/', '!', '?'])
        || inside.ends_with('/')
        || inside.bytes().all(|byte| byte.is_ascii_digit());
    let named = inside.starts_with(|first: char| first.is_ascii_alphabetic())
        && inside.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b':' | b'.' | b'=' | b'-'));
    marked || named || ELEMENTS.iter().any(|element| inside.eq_ignore_ascii_case(element))
}

/// A tag with attributes, written in prose: `<element name="x">`. Not `<an aside in angle brackets>`.
fn written_tag(text: &str) -> Option<usize> {
    let length = delimited(text, "<", ">", |byte| !matches!(byte, b'<' | b'>' | b'\n' | b'\r'))?;
    let (name, attributes) = text[1..length - 1].split_once(' ')?;
    let is_named = name.bytes().all(|byte| is_name(byte) || matches!(byte, b':' | b'-' | b'.'));
    (name.starts_with(|first: char| first.is_ascii_alphabetic()) && is_named && attributes.contains('='))
        .then_some(length)
}

/// A character's name in markup: `&nbsp;`, `&#160;`. Not `AT&T;`: an entity has two letters or more.
fn entity(bytes: &[u8]) -> Option<usize> {
    let number = if bytes.get(1) == Some(&b'#') { 1 } else { 0 };
    let length = bytes[1 + number..].iter().take(10).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    (length + number > 1 && bytes.get(1 + number + length) == Some(&b';')).then_some(number + length + 2)
}

fn is_inside_merged(byte: u8) -> bool {
    is_name(byte) || matches!(byte, b':' | b'-' | b' ')
}

/// A value and its form as ICU has them: `{due, date, short}`.
fn formed(text: &str) -> Option<usize> {
    let (name, rest) = text[1..].split_at_checked(text[1..].bytes().take(40).position(|byte| byte == b',')?)?;
    let rest = rest[1..].trim_start_matches(' ');
    let kind = rest.bytes().take_while(u8::is_ascii_lowercase).count();
    let is_form = matches!(&rest[..kind], "number" | "date" | "time" | "duration" | "ordinal" | "spellout")
        && rest[kind..].trim_start_matches(' ').starts_with([',', '}'])
        && name.trim().bytes().all(is_name);
    is_form.then(|| delimited(text, "{", "}", |byte| !matches!(byte, b'{' | b'}' | b'\n'))).flatten()
}

/// Another message, `@:menu.home` or `@.lower:menu.home`.
fn linked(bytes: &[u8]) -> Option<usize> {
    let name = |from: usize| bytes[from..].iter().take(LONGEST_PLACEHOLDER).take_while(|b| is_name(**b)).count();
    let mut at = 1;
    if bytes[1] == b'.' {
        at += 1 + name(2);
    }
    let start = at + 1;
    if bytes.get(at) != Some(&b':') {
        return None;
    }
    at = start + name(start);
    // A stop at the end is the sentence's.
    while at > start && bytes.get(at) == Some(&b'.') && name(at + 1) > 0 {
        at += 1 + name(at + 1);
    }
    (at > start).then_some(at)
}

fn is_inside_double(byte: u8) -> bool {
    !matches!(byte, b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'\n' | b'\r')
}

fn is_inside_single(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'<' | b'>' | b'"') || byte >= 0x80
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn delimited(text: &str, open: &str, close: &str, is_inside: fn(u8) -> bool) -> Option<usize> {
    let inside = &text.as_bytes()[open.len()..];
    let length = inside.iter().take(LONGEST_PLACEHOLDER).take_while(|byte| is_inside(**byte)).count();
    // `{` takes no closing brace for content, so what follows the content must be the end.
    (length > 0 && inside[length..].starts_with(close.as_bytes())).then_some(open.len() + length + close.len())
}

/// A conversion of `printf`: `%s`, `%1$d`, `%-8.2f`, `%lu`, `%@`, `%(name)s`. Not `100 % sure`, not `%sure`.
fn conversion(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    if bytes.get(at) == Some(&b'(') {
        let name = bytes[at + 1..].iter().take(LONGEST_PLACEHOLDER).take_while(|b| is_name(**b)).count();
        at += name + 2;
        if name == 0 || bytes.get(at - 1) != Some(&b')') {
            return None;
        }
    }
    let is_flag = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'#' | b'.' | b'*' | b'$' | b'\'');
    at += bytes[at.min(bytes.len())..].iter().take(12).take_while(|byte| is_flag(**byte)).count();
    at += bytes[at.min(bytes.len())..]
        .iter()
        .take(2)
        .take_while(|b| matches!(**b, b'l' | b'h' | b'z' | b'j' | b't'))
        .count();
    let is_conversion = matches!(
        bytes.get(at)?,
        b's' | b'd' | b'i' | b'u' | b'f' | b'F' | b'g' | b'G' | b'e' | b'E' | b'x' | b'X' | b'o' | b'c' | b'p' | b'@'
    );
    let ends = bytes.get(at + 1).is_none_or(|byte| byte.is_ascii() && !is_name(*byte));
    (is_conversion && ends).then_some(at + 1)
}
