//! The font table: code pages of fonts, which fonts are for code, and which are one in several charsets.

use std::collections::HashMap;

use super::codepage::CodePage;
use crate::wording::is_code_font;

/// A font.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    /// How its text is read; `None` if as the document says.
    pub(super) page: Option<CodePage>,
    /// Its characters are symbols.
    pub(super) symbols: bool,
    /// It is one of fixed pitch, for code.
    pub(super) code: bool,
    /// The number of the first font of its name.
    pub(super) first: i32,
}

/// The fonts of a document.
#[derive(Debug, Default)]
pub(super) struct Fonts {
    fonts: HashMap<i32, Font>,
    names: HashMap<String, i32>,
    /// The one that is being read.
    current: Option<(i32, Font, String)>,
}

/// What writers add to the name of a font for a charset.
const CHARSETS: [&str; 10] =
    [" CE", " Cyr", " Greek", " Tur", " Baltic", " Western", " (Hebrew)", " (Arabic)", " (Vietnamese)", " (Thai)"];

impl Fonts {
    /// Follows a control word of the table.
    pub(super) fn word(&mut self, name: &str, number: Option<i32>) {
        let number = number.unwrap_or(0);
        match (name, &mut self.current) {
            ("f", _) => {
                self.end();
                let font = Font { page: None, symbols: false, code: false, first: number };
                self.current = Some((number, font, String::new()));
            }
            ("fcharset", Some((_, font, _))) => {
                font.symbols = number == 2;
                font.page = CodePage::of_charset(number);
            }
            ("cpg", Some((_, font, _))) => font.page = Some(CodePage::of_number(number)),
            _ => {}
        }
    }

    /// A byte of a name, which a semicolon ends.
    pub(super) fn byte(&mut self, byte: u8) {
        if byte == b';' {
            self.end();
        } else if let Some((_, _, name)) = &mut self.current {
            name.push(char::from(byte));
        }
    }

    /// Ends the font.
    pub(super) fn end(&mut self) {
        let Some((number, mut font, name)) = self.current.take() else { return };
        let name = name.trim();
        let name = CHARSETS.iter().find_map(|charset| name.strip_suffix(charset)).unwrap_or(name);
        font.code = is_code_font(name);
        if !font.symbols && !name.is_empty() {
            font.first = *self.names.entry(name.to_owned()).or_insert(number);
        }
        self.fonts.insert(number, font);
    }

    /// The font of this number.
    pub(super) fn get(&self, number: i32) -> Option<&Font> {
        self.fonts.get(&number)
    }
}
