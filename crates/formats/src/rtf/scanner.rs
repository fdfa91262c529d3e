//! Takes RTF apart into braces, control words and symbols, and bytes of text (RTF specification 1.9.1, "RTF Syntax").

use std::ops::Range;

use crate::FormatError;

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// A backslash, letters, and a number if there is one.
    Word { name: &'a str, number: Option<i32> },
    /// A backslash and something else.
    Symbol(char),
    /// `\'hh`.
    Hex(u8),
    /// A byte of text.
    Byte(u8),
    /// A line end of the file, which is nothing.
    Newline,
    /// `\bin` with what it says.
    Binary,
}

/// A lexeme and its bytes. The space that ends a control word is a part of it.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) lexeme: Lexeme<'a>,
    pub(super) span: Range<usize>,
    /// A control word that no space ends: letters behind it would become a part of it.
    pub(super) bare: bool,
}

/// Reads a document whose bytes are characters up to U+00FF.
pub(super) struct Scanner<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at the start.
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    /// The next thing, `None` at the end.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if binary data are longer than the document.
    pub(super) fn next(&mut self) -> Result<Option<Item<'a>>, FormatError> {
        let start = self.at;
        let Some(first) = self.source[start..].chars().next() else { return Ok(None) };
        self.at += first.len_utf8();
        let mut bare = false;
        let lexeme = match first {
            '{' => Lexeme::Open,
            '}' => Lexeme::Close,
            '\r' | '\n' | '\0' => Lexeme::Newline,
            '\\' => {
                let lexeme = self.control();
                if matches!(lexeme, Lexeme::Word { .. }) {
                    bare = !self.eat(b' ');
                }
                if let Lexeme::Word { name: "bin", number } = lexeme {
                    self.skip(usize::try_from(number.unwrap_or(0)).unwrap_or(0), start)?;
                    bare = false;
                    Lexeme::Binary
                } else {
                    lexeme
                }
            }
            other => Lexeme::Byte(u8::try_from(u32::from(other)).unwrap_or(b'?')),
        };
        Ok(Some(Item { lexeme, span: start..self.at, bare }))
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn control(&mut self) -> Lexeme<'a> {
        let start = self.at;
        let Some(first) = self.source[start..].chars().next() else { return Lexeme::Newline };
        if !first.is_ascii_alphabetic() {
            self.at += first.len_utf8();
            if first == '\'' {
                let digits = self.source.get(self.at..self.at + 2).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    self.at += 2;
                    return Lexeme::Hex(byte);
                }
            }
            return Lexeme::Symbol(first);
        }
        while self.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
            self.at += 1;
        }
        let name = &self.source[start..self.at];
        let digits_at = self.at;
        let minus = self.eat(b'-');
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at = digits_at;
            return Lexeme::Word { name, number: None };
        }
        let mut number: i32 = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            number = number.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
            self.at += 1;
        }
        Lexeme::Word { name, number: Some(if minus { -number } else { number }) }
    }

    /// Passes over bytes of binary data.
    fn skip(&mut self, bytes: usize, start: usize) -> Result<(), FormatError> {
        let rest = &self.source[self.at..];
        let length =
            match bytes {
                0 => 0,
                _ => rest.char_indices().nth(bytes - 1).map(|(at, c)| at + c.len_utf8()).ok_or_else(|| {
                    FormatError::corrupt("binary data are longer than the document", super::PART, start)
                })?,
            };
        self.at += length;
        Ok(())
    }
}
