//! What styles make of text: whether two look the same, whether one hides it (OpenDocument part 3, section 16).

use std::collections::HashMap;

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
pub(super) struct Look {
    parent: Option<String>,
    /// Its properties, in one order and without those that nobody sees.
    properties: String,
    hidden: Option<bool>,
    /// White space shows in it: underlined, on a background.
    shows_blanks: bool,
}

/// The styles that a part can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Styles {
    /// Made by the program, for one place each. Their names mean nothing.
    automatic: HashMap<(Family, String), Look>,
    /// Made by people.
    common: HashMap<(Family, String), Look>,
}

/// Styles that build on each other.
const CHAIN: usize = 20;

impl Styles {
    /// Reads the styles of a part, which stand before its text.
    ///
    /// # Errors
    /// As the scanner finds them.
    pub(super) fn read(part: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut styles = Self::default();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut automatic = false;
        let mut current: Option<((Family, String), Look)> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.namespace == Namespace::OdfOffice => match name.local {
                    "styles" => automatic = false,
                    "automatic-styles" => automatic = true,
                    "body" | "master-styles" => break,
                    _ => {}
                },
                Kind::Start { name, .. } if name.is(Namespace::OdfStyle, "style") => current = start(&mut scanner),
                Kind::Start { name, .. } if name.namespace == Namespace::OdfStyle => {
                    if let Some((_, look)) = &mut current {
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
        Ok(styles)
    }

    /// These automatic styles, and the common styles of `common`.
    pub(super) fn over(self, common: &Self) -> Self {
        Self { automatic: self.automatic, common: common.common.clone() }
    }

    fn look(&self, family: Family, name: &str) -> Option<&Look> {
        let key = (family, name.to_owned());
        self.automatic.get(&key).or_else(|| self.common.get(&key))
    }

    /// Whether the style, or one that it builds on, hides its text.
    pub(super) fn hides(&self, family: Family, name: &str) -> bool {
        let mut name = name;
        for _ in 0..CHAIN {
            let Some(look) = self.look(family, name) else { return false };
            match (look.hidden, &look.parent) {
                (Some(hidden), _) => return hidden,
                (None, Some(parent)) => name = parent,
                (None, None) => return false,
            }
        }
        false
    }

    /// Equal for styles of spans that look the same, empty for one that makes no difference; and whether white space
    /// shows in it.
    pub(super) fn significance(&self, name: &str) -> (String, bool) {
        match self.automatic.get(&(Family::Text, name.to_owned())) {
            Some(look) => {
                let parent = look.parent.as_deref().unwrap_or_default();
                let shows = look.shows_blanks || self.shows_blanks(parent);
                match (parent, look.properties.as_str()) {
                    ("", "") => (String::new(), shows),
                    (parent, properties) => (format!("{parent}\n{properties}"), shows),
                }
            }
            None if name.is_empty() => (String::new(), false),
            None => (format!("{name}\n"), self.shows_blanks(name)),
        }
    }

    fn shows_blanks(&self, name: &str) -> bool {
        self.look(Family::Text, name).is_some_and(|look| look.shows_blanks)
    }
}

fn start(scanner: &mut Scanner<'_>) -> Option<((Family, String), Look)> {
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
