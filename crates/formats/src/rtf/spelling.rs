//! How translated text is spelled: ASCII, Unicode by number, and a group where it looks different.

use std::fmt::Write as _;

use super::state::{State, States};
use crate::runs::{Format, Spelling};

/// Writes text at a place whose look is `around`.
pub(super) struct Words<'a> {
    pub(super) states: &'a States,
    pub(super) around: State,
    pub(super) default_font: i32,
    /// A group was begun for the look.
    pub(super) in_group: bool,
    /// A control word was kept that no space ends.
    pub(super) bare: bool,
}

impl Spelling for Words<'_> {
    fn start(&mut self, format: Format, out: &mut String) {
        let words = match self.states.get(format.key) {
            Some(state) => state.words_within(&self.around, self.default_font),
            None => String::new(),
        };
        self.in_group = !words.is_empty();
        if self.in_group {
            out.push('{');
            out.push_str(&words);
            out.push(' ');
            self.bare = false;
        }
    }

    fn end(&mut self, _: Format, out: &mut String) {
        if self.in_group {
            out.push('}');
            self.in_group = false;
            self.bare = false;
        }
    }

    fn text(&mut self, text: &str, out: &mut String) {
        if self.bare {
            out.push(' ');
            self.bare = false;
        }
        for character in text.chars() {
            match character {
                '\\' | '{' | '}' => out.extend(['\\', character]),
                '\t' => out.push_str("\\tab "),
                '\n' => out.push_str("\\line "),
                '\u{a0}' => out.push_str("\\~"),
                '\u{2011}' => out.push_str("\\_"),
                '\u{ad}' => out.push_str("\\-"),
                ' '..='~' => out.push(character),
                _ => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        let _ = write!(out, "\\u{}?", *unit as i16);
                    }
                }
            }
        }
    }

    fn kept(&mut self, raw: &str) {
        self.bare = ends_bare(raw);
    }
}

/// Whether the bytes end with a control word that no space ends.
fn ends_bare(raw: &str) -> bool {
    let digits = raw.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = digits.strip_suffix('-').unwrap_or(digits);
    let letters = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let slashes = letters.len() - letters.trim_end_matches('\\').len();
    letters.len() < number.len() && slashes % 2 == 1
}
