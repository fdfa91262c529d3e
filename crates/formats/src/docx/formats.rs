//! What of a run's properties makes a difference to a reader.

use std::collections::HashMap;

use super::vocabulary::Vocabulary;
use crate::runs::{Format, Span};
use crate::wording::{is_code_font, is_symbol_font};
use crate::xml::{Kind, Namespace, Scanner};
use crate::{FormatError, Limits};

/// The properties of runs in one part, each distinct spelling read once.
pub(super) struct Formats<'a> {
    text: &'a str,
    limits: &'a Limits,
    scripts: Scripts,
    by_spelling: HashMap<&'a str, Look>,
    keys: HashMap<String, u32>,
}

/// What one spelling of run properties says.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    key: u32,
    shows_blanks: bool,
    whole: bool,
    /// `w:vanish` as it is set directly.
    pub(super) hidden: Option<bool>,
    /// The character style.
    pub(super) style: Option<Box<str>>,
    /// The font shows pictures or another alphabet in the place of letters.
    pub(super) symbols: bool,
    /// The font is one for code; `None` if no font is said.
    pub(super) code: Option<bool>,
}

/// The scripts that a part may have text in: the properties of others make no difference.
#[derive(Debug, Clone, Copy)]
struct Scripts {
    complex: bool,
    east_asian: bool,
}

impl Scripts {
    /// By the first bytes of UTF-8 sequences: Hebrew to Khmer, and kana to Hangul with the wide forms.
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let next = |at: usize| bytes.get(at + 1).copied().unwrap_or_default();
        let mut scripts = Self { complex: false, east_asian: false };
        for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0xd6) {
            match byte {
                0xd6..=0xe0 => scripts.complex = true,
                0xe1 if next(at) < 0xa0 => scripts.complex = true,
                0xe2 if next(at) >= 0xba => scripts.east_asian = true,
                0xe3..=0xed => scripts.east_asian = true,
                0xef if next(at) >= 0xbc => scripts.east_asian = true,
                0xef if next(at) >= 0xac => scripts.complex = true,
                0xf0 if next(at) >= 0xa0 => scripts.east_asian = true,
                _ => {}
            }
        }
        scripts
    }
}

impl<'a> Formats<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Self {
        // Key 0 is the format of runs without properties.
        let keys = HashMap::from([(String::new(), 0)]);
        Self { text, limits, scripts: Scripts::of(text), by_spelling: HashMap::new(), keys }
    }

    /// The format of a run whose properties element is `properties`.
    ///
    /// # Errors
    /// None that the part's own scan has not met before.
    pub(super) fn format(&mut self, vocabulary: Vocabulary, properties: Span) -> Result<(Format, &Look), FormatError> {
        let spelling = &self.text[properties.range()];
        if !self.by_spelling.contains_key(spelling) {
            let mut look = Look::default();
            let key = match vocabulary {
                Vocabulary::Word => self.word(spelling, &mut look)?,
                Vocabulary::Drawing => self.drawing(spelling, &mut look)?,
            };
            let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
            look.key = *self.keys.entry(key).or_insert(next);
            self.by_spelling.insert(spelling, look);
        }
        let look = &self.by_spelling[spelling];
        let code = look.code.unwrap_or_default();
        let properties = properties.into();
        Ok((Format { key: look.key, properties, shows_blanks: look.shows_blanks, whole: look.whole, code }, look))
    }

    /// The significant part of a `w:rPr`.
    fn word(&self, spelling: &str, look: &mut Look) -> Result<String, FormatError> {
        let mut key = String::new();
        let mut scanner = Scanner::new(spelling, "", self.limits);
        let mut child: Option<usize> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if scanner.depth() == 2 => {
                    // The fragment declares no prefixes, so the attribute is found by its local name.
                    let value = local_value(&scanner, spelling, "val").unwrap_or_default();
                    let on = says_on(value);
                    match name.local {
                        // Language, proofing and revision marks.
                        "lang" | "noProof" | "rPrChange" | "ins" | "del" | "moveFrom" | "moveTo" | "webHidden" => {
                            continue;
                        }
                        // Fine typography, which splits runs at every line that was justified by hand.
                        "spacing" | "kern" | "w" => continue,
                        "position" if value == "0" => continue,
                        "szCs" | "bCs" | "iCs" if !self.scripts.complex => continue,
                        "rFonts" => {
                            for font in
                                ["ascii", "hAnsi"].iter().filter_map(|slot| local_value(&scanner, spelling, slot))
                            {
                                look.symbols |= is_symbol_font(font);
                                look.code = Some(is_code_font(font));
                            }
                            self.fonts(&scanner, spelling, &mut key);
                            continue;
                        }
                        "vanish" => look.hidden = Some(on),
                        "rStyle" => look.style = Some(value.into()),
                        "u" => look.shows_blanks |= value != "none",
                        "strike" | "dstrike" => look.shows_blanks |= on,
                        "highlight" | "shd" | "bdr" => look.shows_blanks = true,
                        _ => {}
                    }
                    child = Some(event.range.start);
                }
                Kind::End { .. } if scanner.depth() == 1 => {
                    if let Some(start) = child.take() {
                        key.push_str(&spelling[start..event.range.end]);
                    }
                }
                _ => {}
            }
        }
        Ok(key)
    }

    fn fonts(&self, scanner: &Scanner<'_>, spelling: &str, key: &mut String) {
        for attribute in scanner.attributes() {
            let local = attribute.qualified.rsplit(':').next().unwrap_or_default();
            let counts = match local {
                "hint" => false,
                "cs" | "cstheme" => self.scripts.complex,
                "eastAsia" | "eastAsiaTheme" => self.scripts.east_asian,
                _ => true,
            };
            if counts {
                key.push_str(local);
                key.push('=');
                key.push_str(&spelling[attribute.value.clone()]);
                key.push(';');
            }
        }
    }

    /// The significant part of an `a:rPr`.
    fn drawing(&self, spelling: &str, look: &mut Look) -> Result<String, FormatError> {
        let mut key = String::new();
        let mut scanner = Scanner::new(spelling, "", self.limits);
        let mut child: Option<usize> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { .. } if scanner.depth() == 1 => {
                    for attribute in scanner.attributes() {
                        let value = &spelling[attribute.value.clone()];
                        match attribute.qualified {
                            "lang" | "altLang" | "dirty" | "err" | "smtClean" | "noProof" | "bmk" | "kern" | "spc" => {
                                continue;
                            }
                            "u" => look.shows_blanks |= value != "none",
                            "strike" => look.shows_blanks |= value != "noStrike",
                            _ => {}
                        }
                        key.push_str(attribute.qualified);
                        key.push('=');
                        key.push_str(value);
                        key.push(';');
                    }
                }
                Kind::Start { name, .. } if scanner.depth() == 2 => {
                    let counts = match name.local {
                        "ea" => self.scripts.east_asian,
                        "cs" => self.scripts.complex,
                        _ => true,
                    };
                    look.whole |= name.local == "hlinkClick";
                    if name.local == "latin"
                        && let Some(font) = local_value(&scanner, spelling, "typeface")
                    {
                        look.symbols |= is_symbol_font(font);
                        look.code = Some(is_code_font(font));
                    }
                    child = counts.then_some(event.range.start);
                }
                Kind::End { .. } if scanner.depth() == 1 => {
                    if let Some(start) = child.take() {
                        key.push_str(&spelling[start..event.range.end]);
                    }
                }
                _ => {}
            }
        }
        Ok(key)
    }
}

/// The value of an attribute by its local name, in the fragment that is scanned.
pub(super) fn local_value<'a>(scanner: &Scanner<'_>, text: &'a str, local: &str) -> Option<&'a str> {
    let is_it = |qualified: &str| qualified.rsplit(':').next() == Some(local);
    let attribute = scanner.attributes().iter().find(|attribute| is_it(attribute.qualified))?;
    Some(&text[attribute.value.clone()])
}

/// Whether the toggle that was just started is on (ECMA-376 part 1, 17.17.4).
pub(super) fn is_on(scanner: &mut Scanner<'_>) -> bool {
    let value = scanner.value(Namespace::Word, "val");
    says_on(value.as_deref().unwrap_or_default())
}

/// Whether the value of a switch turns it on, as none at all does.
fn says_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off")
}
