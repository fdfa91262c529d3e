//! Text values as they are spelled.

use std::ops::Range;

use super::yaml;

/// A value in the document.
pub(in crate::markdown) struct Scalar {
    /// All of it, quotation marks included.
    pub(in crate::markdown) range: Range<usize>,
    pub(super) style: Style,
}

/// How a value is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// YAML without quotation marks.
    Plain,
    /// A line of a YAML block, or several that are folded.
    Block,
    /// `"…"` with escapes: YAML, TOML, JSON.
    Double,
    /// `'…'` of YAML, where the mark is doubled.
    Single,
    /// `'…'` of TOML, where the mark cannot stand.
    Literal,
}

impl Style {
    /// The text, on one line.
    pub(super) fn decoded(self, spelled: &str) -> String {
        let inner = || spelled.get(1..spelled.len().saturating_sub(1)).unwrap_or_default();
        match self {
            Self::Plain | Self::Block => folded(spelled),
            Self::Literal => inner().to_owned(),
            Self::Single => folded(&inner().replace("''", "'")),
            Self::Double => unescaped(&folded(inner())),
        }
    }
}

impl Scalar {
    /// A translation in the style of the value.
    pub(in crate::markdown) fn spelled(&self, value: &str) -> String {
        let value = value.trim();
        match self.style {
            Style::Block => folded(value),
            Style::Plain if yaml::is_plain(value) => value.to_owned(),
            Style::Single => format!("'{}'", folded(value).replace('\'', "''")),
            Style::Literal if !value.contains(['\'', '\n', '\r']) => format!("'{value}'"),
            Style::Plain | Style::Literal | Style::Double => double(value),
        }
    }
}

fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line.trim());
    }
    out
}

/// `"…"`, with the escapes that YAML, TOML and JSON have in common.
fn double(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        let digits = match characters.next() {
            Some('n') => {
                out.push('\n');
                continue;
            }
            Some('t') => {
                out.push('\t');
                continue;
            }
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                out.push(other);
                continue;
            }
            None => continue,
        };
        let code: String = characters.by_ref().take(digits).collect();
        out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
    }
    out
}
