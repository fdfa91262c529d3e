//! HTML that mail programs keep inside rich text ([MS-OXRTFEX]).

use super::PART;
use super::codepage::CodePage;
use super::fonts::Fonts;
use super::scanner::{Lexeme, Scanner};
use crate::{FormatError, Limits};

/// What a group has of its own.
#[derive(Clone, Copy)]
struct Group {
    /// For readers of the rich text only.
    suppressed: bool,
    /// Nothing of the HTML.
    skipped: bool,
    /// Markup, and not text.
    markup: bool,
    fonts: bool,
    font: i32,
    /// Characters that stand for one that only newer readers know.
    fallback: i32,
}

struct Reader {
    out: String,
    pending: Vec<u8>,
    high: Option<u16>,
    page: CodePage,
    fonts: Fonts,
    group: Group,
}

/// The HTML of a document that was made of HTML; `None` if it was not.
///
/// # Errors
/// [`FormatError::TooComplex`] past the depth of groups, [`FormatError::Corrupt`] if it is no rich text.
pub(crate) fn html(bytes: &[u8], limits: &Limits) -> Result<Option<String>, FormatError> {
    if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
        return Err(FormatError::corrupt("it is no RTF document", PART, 0));
    }
    let source = encoding_rs::mem::decode_latin1(bytes);
    let mut scanner = Scanner::new(&source);
    let group = Group { suppressed: false, skipped: false, markup: false, fonts: false, font: -1, fallback: 1 };
    let mut reader = Reader {
        out: String::with_capacity(bytes.len()),
        pending: Vec::new(),
        high: None,
        page: CodePage::of_number(1252),
        fonts: Fonts::default(),
        group,
    };
    let mut groups = Vec::new();
    let (mut is_html, mut starred, mut ignored) = (false, false, 0);
    while let Some(item) = scanner.next()? {
        let is_star = item.lexeme == Lexeme::Symbol('*');
        match item.lexeme {
            Lexeme::Open => {
                ignored = 0;
                reader.flush();
                if groups.len() >= limits.rtf_depth {
                    return Err(FormatError::TooComplex { limit: limits.rtf_depth as u64, unit: "nested groups" });
                }
                groups.push(reader.group);
            }
            Lexeme::Close => {
                ignored = 0;
                reader.flush();
                if let Some(group) = groups.pop() {
                    reader.group = group;
                }
            }
            Lexeme::Word { .. } | Lexeme::Symbol(_) | Lexeme::Hex(_) | Lexeme::Byte(_) if ignored > 0 && !is_star => {
                ignored -= 1;
            }
            Lexeme::Word { name: "u", number: Some(number) } => {
                reader.unit(number as u16);
                ignored = reader.group.fallback;
            }
            Lexeme::Word { name: "fromhtml", .. } => is_html = true,
            Lexeme::Word { name, number } => reader.word(name, number, starred),
            Lexeme::Symbol('\'') | Lexeme::Symbol('*') | Lexeme::Newline | Lexeme::Binary => {}
            Lexeme::Symbol(symbol) => reader.symbol(symbol),
            Lexeme::Hex(byte) | Lexeme::Byte(byte) => reader.byte(byte),
        }
        starred = is_star;
    }
    reader.flush();
    Ok(is_html.then_some(reader.out))
}

impl Reader {
    fn is_silent(&self) -> bool {
        self.group.suppressed || self.group.skipped || self.group.fonts
    }

    fn word(&mut self, name: &str, number: Option<i32>, starred: bool) {
        if self.group.fonts {
            self.fonts.word(name, number);
            return;
        }
        match name {
            "htmltag" if starred => self.group.markup = true,
            _ if starred => self.group.skipped = true,
            "fonttbl" => self.group.fonts = true,
            "colortbl" | "stylesheet" | "info" | "pict" | "object" | "pntext" | "listtext" | "fldinst" => {
                self.group.skipped = true;
            }
            "htmlrtf" => {
                self.flush();
                self.group.suppressed = number != Some(0);
            }
            "ansicpg" => self.page = CodePage::of_number(number.unwrap_or(1252)),
            "f" | "plain" => {
                self.flush();
                self.group.font = number.unwrap_or(-1);
            }
            "uc" => self.group.fallback = number.unwrap_or(1).clamp(0, 100),
            "par" | "line" | "sect" => self.text("\r\n"),
            "tab" => self.text("\t"),
            "lquote" => self.text("\u{2018}"),
            "rquote" => self.text("\u{2019}"),
            "ldblquote" => self.text("\u{201c}"),
            "rdblquote" => self.text("\u{201d}"),
            "bullet" => self.text("\u{2022}"),
            "endash" => self.text("\u{2013}"),
            "emdash" => self.text("\u{2014}"),
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: char) {
        match symbol {
            '{' | '}' | '\\' => self.byte(symbol as u8),
            '~' => self.text("&nbsp;"),
            '_' => self.text("\u{2011}"),
            '-' => self.text("&shy;"),
            '\r' | '\n' => self.text("\r\n"),
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.group.fonts {
            self.fonts.byte(byte);
        } else if !self.is_silent() {
            self.pending.push(byte);
        }
    }

    fn text(&mut self, text: &str) {
        self.flush();
        if !self.is_silent() {
            self.out.push_str(text);
        }
    }

    /// A unit of UTF-16.
    fn unit(&mut self, unit: u16) {
        if self.is_silent() {
            return;
        }
        let high = self.high;
        self.flush();
        match (high, unit) {
            (None, 0xd800..0xdc00) => self.high = Some(unit),
            (high, unit) => {
                let units = high.into_iter().chain([unit]);
                let characters = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
                for character in characters.collect::<Vec<_>>() {
                    self.character(character);
                }
            }
        }
    }

    fn character(&mut self, character: char) {
        match character {
            '<' if !self.group.markup => self.out.push_str("&lt;"),
            '&' if !self.group.markup => self.out.push_str("&amp;"),
            character => self.out.push(character),
        }
    }

    fn flush(&mut self) {
        self.high = None;
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let page = self.fonts.get(self.group.font).and_then(|font| font.page).unwrap_or(self.page);
        let text = page.decode(&bytes).unwrap_or_else(|| encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned());
        for character in text.chars() {
            self.character(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rich_text: &str) -> Option<String> {
        html(rich_text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn html_is_taken_out_of_rich_text() {
        let source = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset204 Arial;}}\
                      {\\*\\htmltag18 <html>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 a \\'e9 {\\f1 \\'e0}{\\*\\htmltag84 \
                      &lt;}\\htmlrtf <\\htmlrtf0 \\u8364?\\u-10179?\\u-8704?{\\*\\mhtmltag0 x}\\par\\htmlrtf \\par}\\htmlrtf0 \
                      {\\*\\htmltag72 </p>}}";
        assert_eq!(read(source).as_deref(), Some("<html><p>a é а&lt;€\u{1f600}\r\n</p>"));
        assert_eq!(read("{\\rtf1\\fromtext plain}"), None);
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{{\\rtf1\\fromhtml1 {}", "{".repeat(600));
        assert!(matches!(html(deep.as_bytes(), &Limits::default()), Err(FormatError::TooComplex { .. })));
    }
}
