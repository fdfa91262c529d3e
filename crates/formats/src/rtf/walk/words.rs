//! Control words and symbols in text.

use super::{Content, Field, INSTRUCTION_BYTES, Kind, Token, Walker};
use crate::rtf::codepage::CodePage;
use crate::rtf::retarget::Setting;
use crate::rtf::scanner::{Item, Lexeme};
use crate::rtf::state::State;
use crate::runs::Role;

impl Walker<'_> {
    /// A byte, symbol or control word in text or between texts.
    pub(super) fn content(&mut self, item: &Item<'_>) {
        match item.lexeme {
            Lexeme::Byte(_) | Lexeme::Hex(_) | Lexeme::Binary if self.skip > 0 => self.stand_in(item),
            Lexeme::Symbol(_) if self.skip > 0 => self.stand_in(item),
            Lexeme::Word { name, .. } if self.skip > 0 && name != "u" && name != "uc" && special(name).is_some() => {
                self.stand_in(item);
            }
            Lexeme::Byte(b'\t') => self.thing(Role::Tab, item.span.clone()),
            Lexeme::Byte(byte) | Lexeme::Hex(byte) => self.byte(byte, item),
            Lexeme::Symbol(symbol) => self.symbol(symbol, item),
            Lexeme::Word { name, number } => {
                // What stands in is left out by some: a control word is never it, but for one that is a character.
                self.skip = 0;
                self.word(name, number, item);
            }
            _ => self.end_text(),
        }
    }

    /// Takes what stands in for a character of Unicode.
    pub(super) fn stand_in(&mut self, item: &Item<'_>) {
        self.skip -= 1;
        if let Some(text) = self.stories.last_mut().and_then(|story| story.text.as_mut()) {
            text.span.end = item.span.end;
        }
    }

    pub(super) fn symbol(&mut self, symbol: char, item: &Item<'_>) {
        match symbol {
            '\\' | '{' | '}' => self.byte(u8::try_from(symbol).unwrap_or(b' '), item),
            '~' => self.character('\u{a0}', item),
            '_' => self.character('\u{2011}', item),
            '-' => self.nothing(item),
            '\r' | '\n' => self.end_paragraph(),
            '\t' => self.thing(Role::Tab, item.span.clone()),
            _ => self.end_text(),
        }
    }

    pub(super) fn word(&mut self, name: &str, number: Option<i32>, item: &Item<'_>) {
        if let Some(character) = special(name) {
            return self.character(character, item);
        }
        if name == "u" {
            return self.unit(number.unwrap_or(0), item);
        }
        self.end_text();
        self.bare(item);
        self.settings(name, number, item);
        let default = self.found.default_font;
        let first_default = self.fonts.get(default).map_or(default, |font| font.first);
        let is_root = self.groups.len() == 1;
        let Some(group) = self.groups.last_mut() else { return };
        if !is_character_word(name) {
            group.is_clean = false;
        }
        match name {
            "rtf" if is_root => group.content = Content::Text,
            "ansicpg" => self.page = CodePage::of_number(number.unwrap_or(1252)),
            "mac" => self.page = CodePage::of_number(10000),
            "pc" => self.page = CodePage::of_number(437),
            "pca" => self.page = CodePage::of_number(850),
            "deff" => {
                self.found.default_font = number.unwrap_or(0);
                group.font = self.found.default_font;
                group.state.set_font(self.found.default_font);
            }
            "plain" => {
                group.state.reset(first_default);
                group.font = default;
                group.east_asian = false;
            }
            "loch" | "hich" => group.east_asian = false,
            "dbch" => group.east_asian = true,
            "f" => {
                group.font = number.unwrap_or(default);
                let first = self.fonts.get(group.font).map_or(group.font, |font| font.first);
                if !group.east_asian {
                    group.state.set_font(first);
                }
            }
            "par" | "cell" | "row" | "nestcell" | "nestrow" | "sect" => self.end_paragraph(),
            "line" | "lbr" => self.thing(Role::Break, item.span.clone()),
            "tab" => self.thing(Role::Tab, item.span.clone()),
            "page" | "column" => self.thing(Role::Border, item.span.clone()),
            "chftn" | "chatn" | "chpgn" | "chdate" | "chtime" | "chdpl" | "chdpa" | "sectnum" | "chftnsep"
            | "chftnsepc" => self.thing(Role::Point, item.span.clone()),
            _ => {
                group.state.follow(name, number);
                self.keep_in_result(name, item);
            }
        }
    }

    /// What is between the texts of a result is written anew with them: anything but looks would be lost there.
    pub(super) fn keep_in_result(&mut self, name: &str, item: &Item<'_>) {
        let place = self.place();
        let is_in = |field: &Field| field.result.as_ref().is_some_and(|result| result.place == place);
        if is_character_word(name) || !self.is_text() || !self.fields.last().is_some_and(is_in) {
            return;
        }
        let state = self.state();
        let Some(story) = self.stories.last_mut() else { return };
        story.paragraph.thing(Role::Point, item.span.clone(), None);
        story.tokens.push(Token::new(Kind::Thing, item.span.clone(), state, &mut self.found.states));
    }

    /// Remembers what says a language or a direction.
    pub(super) fn settings(&mut self, name: &str, number: Option<i32>, item: &Item<'_>) {
        if let Some(setting) = Setting::of(name, number, item) {
            self.found.settings.push(setting);
        }
    }

    pub(super) fn bare(&mut self, item: &Item<'_>) {
        if item.bare {
            self.found.bare.push(u32::try_from(item.span.end).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn instruction(&mut self, lexeme: Lexeme<'_>) {
        let Some(field) = self.fields.last_mut() else { return };
        if field.instruction.len() < INSTRUCTION_BYTES
            && let Lexeme::Byte(byte) = lexeme
        {
            field.instruction.push(char::from(byte));
        }
    }
}

/// Characters that have a control word.
fn special(name: &str) -> Option<char> {
    Some(match name {
        "emdash" => '\u{2014}',
        "endash" => '\u{2013}',
        "lquote" => '\u{2018}',
        "rquote" => '\u{2019}',
        "ldblquote" => '\u{201c}',
        "rdblquote" => '\u{201d}',
        "bullet" => '\u{2022}',
        "emspace" => '\u{2003}',
        "enspace" => '\u{2002}',
        "qmspace" => '\u{2005}',
        "zwj" => '\u{200d}',
        "zwnj" => '\u{200c}',
        "zwbo" => '\u{200b}',
        "zwnbo" => '\u{2060}',
        "ltrmark" => '\u{200e}',
        "rtlmark" => '\u{200f}',
        _ => return None,
    })
}

/// Whether a word says something of characters and nothing else.
pub(in crate::rtf) fn is_character_word(name: &str) -> bool {
    State::plain(0).follow(name, None) || OTHER_CHARACTER_WORDS.contains(&name)
}

/// Words of characters that make no difference to a reader, or none to text.
const OTHER_CHARACTER_WORDS: &[&str] = &[
    "ab",
    "acaps",
    "acf",
    "adn",
    "af",
    "afs",
    "ai",
    "alang",
    "aoutl",
    "ascaps",
    "ashad",
    "astrike",
    "aul",
    "aup",
    "cgrid",
    "charrsid",
    "charscalex",
    "dbch",
    "expnd",
    "expndtw",
    "fcs",
    "hich",
    "insrsid",
    "kerning",
    "lang",
    "langfe",
    "langfenp",
    "langnp",
    "loch",
    "noproof",
    "plain",
];
