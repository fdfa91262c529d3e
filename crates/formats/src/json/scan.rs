//! The strings of a JSON text (RFC 8259) by byte range. Several values may follow each other, as in JSON lines.

use std::ops::Range;

use super::keys::{Choice, Keys};
use crate::{FormatError, Limits};

/// A string that is a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// Between the quotes.
    pub(super) range: Range<usize>,
    /// The name it has in an object, or that the array around it has.
    pub(super) key: Option<Range<usize>>,
    /// Whether the options let it be translated.
    pub(super) is_chosen: bool,
    /// How many values it stands in.
    pub(super) depth: usize,
}

/// An array or object that is open.
struct Open {
    is_object: bool,
    /// The name that strings in it have; an object's members have their own.
    name: Option<Range<usize>>,
    choice: Choice,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// Directly behind `[`.
    ValueOrEnd,
    Key,
    /// Directly behind `{`.
    KeyOrEnd,
    Colon,
    /// Behind a value.
    CommaOrEnd,
}

/// Finds the strings.
///
/// # Errors
/// [`FormatError::Corrupt`] if the text is no JSON, [`FormatError::TooComplex`] if it is nested too deep, and those of
/// `found`.
pub(super) fn values(
    text: &str,
    keys: Keys<'_>,
    limits: &Limits,
    mut found: impl FnMut(Value) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut expect = Expect::Value;
    let mut key: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
        at += offset;
        let wants_value = matches!(expect, Expect::Value | Expect::ValueOrEnd);
        let wants_key = matches!(expect, Expect::Key | Expect::KeyOrEnd);
        let in_object = open.last().is_some_and(|around| around.is_object);
        let start = at;
        at += 1;
        let choice = |open: &[Open], key: &Option<Range<usize>>| {
            let around = open.last().map_or_else(Choice::default, |around| around.choice);
            key.as_ref().map_or(around, |key| keys.choose(around, &text[key.clone()]))
        };
        let after_value = if open.is_empty() { Expect::Value } else { Expect::CommaOrEnd };
        match bytes[start] {
            b'"' if wants_value || wants_key => {
                let range = start + 1..end_of_string(bytes, start)?;
                at = range.end + 1;
                if wants_key {
                    key = Some(range);
                    expect = Expect::Colon;
                } else {
                    let is_chosen = keys.allow(choice(&open, &key));
                    let key = key.clone().or_else(|| open.last().and_then(|around| around.name.clone()));
                    found(Value { range, key, is_chosen, depth: open.len() })?;
                    expect = after_value;
                }
            }
            b'{' | b'[' if wants_value => {
                if open.len() >= limits.depth {
                    return Err(FormatError::TooComplex { limit: limits.depth as u64, unit: "nested values" });
                }
                let choice = choice(&open, &key);
                let name = key.take().or_else(|| open.last().and_then(|around| around.name.clone()));
                let is_object = bytes[start] == b'{';
                open.push(Open { is_object, name: if is_object { None } else { name }, choice });
                expect = if is_object { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
            }
            b'}' if in_object && matches!(expect, Expect::KeyOrEnd | Expect::CommaOrEnd) => expect = close(&mut open),
            b']' if !open.is_empty() && !in_object && matches!(expect, Expect::ValueOrEnd | Expect::CommaOrEnd) => {
                expect = close(&mut open);
            }
            b',' if expect == Expect::CommaOrEnd => {
                key = None;
                expect = if in_object { Expect::Key } else { Expect::Value };
            }
            b':' if expect == Expect::Colon => expect = Expect::Value,
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' if wants_value => {
                let length = bytes[start..].iter().position(|b| !is_literal(*b)).unwrap_or(bytes.len() - start);
                at = start + length;
                if !is_known(&text[start..at]) {
                    return Err(FormatError::corrupt("this is no JSON", "", start));
                }
                expect = after_value;
            }
            _ => return Err(FormatError::corrupt("this is no JSON", "", start)),
        }
    }
    if open.is_empty() && expect == Expect::Value {
        return Ok(());
    }
    Err(FormatError::corrupt("the JSON ends too early", "", bytes.len()))
}

fn close(open: &mut Vec<Open>) -> Expect {
    open.pop();
    if open.is_empty() { Expect::Value } else { Expect::CommaOrEnd }
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn is_known(literal: &str) -> bool {
    matches!(literal, "true" | "false" | "null")
        || (literal.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && literal.parse::<f64>().is_ok())
}

/// Where the closing quote stands.
fn end_of_string(bytes: &[u8], start: usize) -> Result<usize, FormatError> {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(at),
            Some(b'\\') => at += 2,
            Some(0..=0x1f) => return Err(FormatError::corrupt("a string holds a control character", "", at)),
            Some(_) => at += 1,
            None => return Err(FormatError::corrupt("a string does not end", "", start)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let mut found = Vec::new();
        values(text, Keys::of(&Options::default()), &Limits::default(), |value| {
            found.push(value);
            Ok(())
        })
        .unwrap();
        let found: Vec<_> = found.into_iter().map(|v| (v.key.map_or("", |key| &text[key]), &text[v.range])).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_found_with_their_names() {
        check(
            r#"{"a": "x", "b": ["y", {"c": "z\"\\"}, ["u"]], "d": {"e": 1}, "f": "v"}"#,
            &[("a", "x"), ("b", "y"), ("c", r#"z\"\\"#), ("b", "u"), ("f", "v")],
        );
        check("\"a\"\n{\"b\": \"c\"}\n", &[("", "a"), ("b", "c")]);
        check("[true, false, null, -1.5e+3, {}, []]", &[]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\": \"b\",}",
            "\"a",
            "\"\\",
            "nul",
            "{a: 1}",
            "]",
            "[\"a\" \"b\"]",
            "\"\n\"",
            "1x",
        ] {
            assert!(
                matches!(
                    values(text, Keys::of(&Options::default()), &Limits::default(), |_| Ok(())),
                    Err(FormatError::Corrupt { .. })
                ),
                "{text}"
            );
        }
        assert!(matches!(
            values(&"[".repeat(100_000), Keys::of(&Options::default()), &Limits::default(), |_| Ok(())),
            Err(FormatError::TooComplex { .. })
        ));
    }
}
