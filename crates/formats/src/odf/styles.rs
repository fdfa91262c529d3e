//! What styles make of text: whether two look the same, whether one hides it (OpenDocument part 3, section 16).

use std::collections::{HashMap, HashSet};

use crate::wording::{is_code_font, is_symbol_font};
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// Families of styles that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// Of spans.
    Text,
    /// Of paragraphs and headings.
    Paragraph,
    /// Of tables.
    Table,
}

/// What a style says.
#[derive(Debug, Clone, Default)]
struct Look {
    parent: Option<String>,
    /// Its properties, in one order and without those that nobody sees.
    properties: String,
    hidden: Option<bool>,
    /// Its font shows pictures or another alphabet in the place of letters.
    symbols: Option<bool>,
    /// Its font is one for code.
    code: Option<bool>,
    /// White space shows in it: underlined, on a background.
    shows_blanks: bool,
}

/// What tells the looks of two spans apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Significance {
    /// The style makes no difference.
    None,
    /// An automatic style: equal numbers for equal properties.
    Automatic(u32),
    /// A style that somebody gave a name.
    Named(Box<str>),
}

/// What is known of a style when all that it builds on is known.
#[derive(Debug, Clone, Copy, Default)]
struct Resolved {
    hidden: bool,
    /// Its font shows pictures; `None` if no style says a font.
    symbols: Option<bool>,
    /// Its font is one for code; `None` likewise.
    code: Option<bool>,
    shows_blanks: bool,
    /// `None` for common styles, 0 for an automatic one that makes no difference.
    number: Option<u32>,
}

type Key = (Family, String);

/// The styles that a part can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Styles {
    /// Made by the program, for one place each. Their names mean nothing.
    automatic: HashMap<Key, Look>,
    /// Made by people.
    common: HashMap<Key, Look>,
    /// Worked out once: a document may name a style a million times.
    resolved: HashMap<Key, Resolved>,
}

impl Styles {
    /// Reads the styles of a part, which stand before its text.
    ///
    /// # Errors
    /// As the scanner finds them.
    pub(super) fn read(part: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut styles = Self::default();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut automatic = false;
        let mut current: Option<(Key, Look)> = None;
        let mut fonts = Fonts::default();
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.namespace == Namespace::OdfOffice => match name.local {
                    "styles" => automatic = false,
                    "automatic-styles" => automatic = true,
                    "body" | "master-styles" => break,
                    _ => {}
                },
                Kind::Start { name, .. } if name.is(Namespace::OdfStyle, "style") => current = start(&mut scanner),
                Kind::Start { name, .. } if name.is(Namespace::OdfStyle, "font-face") => {
                    fonts.add(&mut scanner);
                }
                Kind::Start { name, .. } if name.namespace == Namespace::OdfStyle => {
                    if let Some((_, look)) = &mut current {
                        if name.local == "text-properties" {
                            look.symbols = Fonts::of(&mut scanner, &fonts.symbols, is_symbol_font);
                            look.code = Fonts::of(&mut scanner, &fonts.code, is_code_font);
                        }
                        properties(name.local, &mut scanner, &part.text, look);
                    }
                }
                Kind::End { name } if name.is(Namespace::OdfStyle, "style") => {
                    let into = if automatic { &mut styles.automatic } else { &mut styles.common };
                    into.extend(current.take());
                }
                _ => {}
            }
        }
        Ok(styles.resolve())
    }

    /// These automatic styles, and the common styles of `common`.
    pub(super) fn over(self, common: &Self) -> Self {
        Self { automatic: self.automatic, common: common.common.clone(), resolved: HashMap::new() }.resolve()
    }

    fn look(&self, key: &Key) -> Option<&Look> {
        self.automatic.get(key).or_else(|| self.common.get(key))
    }

    /// Works out every style from those that it builds on, each once.
    fn resolve(mut self) -> Self {
        let mut resolved: HashMap<Key, Resolved> = HashMap::new();
        let mut numbers: HashMap<(&str, &str), u32> = HashMap::from([(("", ""), 0)]);
        for key in self.automatic.keys().chain(self.common.keys()) {
            // Up to one that is known. What is entered on the way ends a circle.
            let mut way: Vec<&Key> = Vec::new();
            let mut next = Some(key.clone());
            let (mut hidden, mut symbols, mut code) = (false, None, None);
            while let Some(key) = next.take() {
                if let Some(known) = resolved.get(&key) {
                    (hidden, symbols, code) = (known.hidden, known.symbols, known.code);
                    break;
                }
                let found = self.automatic.get_key_value(&key).or_else(|| self.common.get_key_value(&key));
                let Some((key, look)) = found else { break };
                way.push(key);
                resolved.insert(key.clone(), Resolved::default());
                next = look.parent.clone().map(|parent| (key.0, parent));
            }
            for key in way.into_iter().rev() {
                let Some(look) = self.look(key) else { continue };
                hidden = look.hidden.unwrap_or(hidden);
                symbols = look.symbols.or(symbols);
                code = look.code.or(code);
                resolved.insert(key.clone(), Resolved { hidden, symbols, code, ..Resolved::default() });
            }
        }
        for (key, known) in &mut resolved {
            let Some(look) = self.look(key) else { continue };
            let parent = look.parent.as_ref().and_then(|parent| self.look(&(key.0, parent.clone())));
            known.shows_blanks = look.shows_blanks || parent.is_some_and(|parent| parent.shows_blanks);
            if self.automatic.contains_key(key) {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let says = (look.parent.as_deref().unwrap_or_default(), look.properties.as_str());
                known.number = Some(*numbers.entry(says).or_insert(next));
            }
        }
        self.resolved = resolved;
        self
    }

    fn resolved(&self, family: Family, name: &str) -> Resolved {
        self.resolved.get(&(family, name.to_owned())).copied().unwrap_or_default()
    }

    /// Whether the style, or one that it builds on, hides its text.
    pub(super) fn hides(&self, family: Family, name: &str) -> bool {
        self.resolved(family, name).hidden
    }

    /// Whether the font of the style, or of one that it builds on, shows pictures; `None` if none says a font.
    pub(super) fn symbols(&self, family: Family, name: &str) -> Option<bool> {
        self.resolved(family, name).symbols
    }

    /// Whether the font of the style, or of one that it builds on, is one for code; `None` if none says a font.
    pub(super) fn code(&self, family: Family, name: &str) -> Option<bool> {
        self.resolved(family, name).code
    }

    /// What tells spans of this style from others, and whether white space shows in it.
    pub(super) fn significance(&self, name: &str) -> (Significance, bool) {
        let style = self.resolved(Family::Text, name);
        let significance = match style.number {
            Some(0) => Significance::None,
            Some(number) => Significance::Automatic(number),
            None if name.is_empty() => Significance::None,
            None => Significance::Named(name.into()),
        };
        (significance, style.shows_blanks)
    }
}

fn start(scanner: &mut Scanner<'_>) -> Option<(Key, Look)> {
    let family = match scanner.value(Namespace::OdfStyle, "family")?.as_ref() {
        "text" => Family::Text,
        "paragraph" => Family::Paragraph,
        "table" => Family::Table,
        _ => return None,
    };
    let name = scanner.value(Namespace::OdfStyle, "name")?.into_owned();
    let parent = scanner.value(Namespace::OdfStyle, "parent-style-name").map(std::borrow::Cow::into_owned);
    Some(((family, name), Look { parent: parent.filter(|parent| !parent.is_empty()), ..Look::default() }))
}

/// The fonts that matter, by the names that styles call them.
#[derive(Default)]
struct Fonts {
    /// They show pictures.
    symbols: HashSet<String>,
    /// They are for code.
    code: HashSet<String>,
}

impl Fonts {
    /// Takes in a `style:font-face`.
    fn add(&mut self, scanner: &mut Scanner<'_>) {
        let family = scanner.value(Namespace::OdfSvg, "font-family").map(std::borrow::Cow::into_owned);
        let is_fixed = scanner.value(Namespace::OdfStyle, "font-pitch").is_some_and(|pitch| pitch == "fixed");
        let Some(name) = scanner.value(Namespace::OdfStyle, "name") else { return };
        let family = family.as_deref().map(first_family).unwrap_or_default();
        if is_symbol_font(family) {
            self.symbols.insert(name.into_owned());
        } else if is_fixed || is_code_font(family) {
            self.code.insert(name.into_owned());
        }
    }

    /// Whether the font that is said here is one of these; `None` if none is said.
    fn of(scanner: &mut Scanner<'_>, names: &HashSet<String>, is_one: fn(&str) -> bool) -> Option<bool> {
        let name = scanner.value(Namespace::OdfStyle, "font-name").map(|name| names.contains(&*name) || is_one(&name));
        name.or_else(|| scanner.value(Namespace::OdfFo, "font-family").map(|family| is_one(first_family(&family))))
    }
}

/// The first of a list of families, of which each may have quotes.
fn first_family(family: &str) -> &str {
    family.split(',').next().unwrap_or_default().trim().trim_matches(['\'', '"'])
}

/// Takes in an element of properties, or one within it.
fn properties(local: &str, scanner: &mut Scanner<'_>, text: &str, look: &mut Look) {
    match local {
        "text-properties" => {
            look.hidden = scanner.value(Namespace::OdfText, "display").map(|display| display == "none");
        }
        "table-properties" => {
            look.hidden = scanner.value(Namespace::OdfTable, "display").map(|display| display == "false");
        }
        "paragraph-properties" => return,
        _ => {}
    }
    let mut seen: Vec<_> = scanner
        .attributes()
        .iter()
        .map(|attribute| (attribute.qualified, &text[attribute.value.clone()]))
        .filter(|(qualified, _)| !is_noise(qualified))
        .collect();
    seen.sort_unstable();
    if seen.is_empty() {
        return;
    }
    look.properties.push_str(local);
    for (qualified, value) in seen {
        let (_, name) = qualified.split_once(':').unwrap_or(("", qualified));
        look.shows_blanks |= match name {
            "text-underline-style" | "text-line-through-style" | "text-overline-style" => value != "none",
            "text-underline-type" | "text-line-through-type" | "text-overline-type" => value != "none",
            "background-color" => value != "transparent",
            _ => false,
        };
        look.properties.push_str(&format!(" {qualified}={value}"));
    }
    look.properties.push('\n');
}

/// Revision marks, languages, and the fine typography that splits spans at every line that was justified by hand.
fn is_noise(qualified: &str) -> bool {
    let (_, name) = qualified.split_once(':').unwrap_or(("", qualified));
    const NOISE: [&str; 6] =
        ["rsid", "paragraph-rsid", "letter-spacing", "letter-kerning", "rfc-language-tag", "text-scale"];
    let is_language = |part: &str| {
        name.strip_prefix(part).is_some_and(|rest| matches!(rest, "" | "-asian" | "-complex"))
            || name == "rfc-language-tag-asian"
            || name == "rfc-language-tag-complex"
    };
    qualified.starts_with("xmlns")
        || NOISE.contains(&name)
        || ["language", "country", "script"].iter().any(|p| is_language(p))
}
