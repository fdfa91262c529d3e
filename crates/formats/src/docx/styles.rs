//! What the styles part says: which styles hide their text, which are for code, and the document's language.

use std::collections::{HashMap, HashSet};

use super::formats::is_on;
use crate::runs::Span;
use crate::wording::is_code_font;
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    hidden: HashSet<String>,
    code: HashSet<String>,
    /// The `w:rPr` of the document's defaults.
    pub(super) defaults: Option<Span>,
    /// Every `w:lang` of a style.
    pub(super) languages: Vec<Span>,
}

struct Style {
    based_on: Option<String>,
    hidden: Option<bool>,
    code: Option<bool>,
}

impl Styles {
    /// Reads the part.
    ///
    /// # Errors
    /// [`FormatError::Corrupt`] if it is not well-formed.
    pub(super) fn read(part: &XmlPart, limits: &Limits) -> Result<Self, FormatError> {
        let mut styles = Self::default();
        let mut all: HashMap<String, Style> = HashMap::new();
        let mut current: Option<(String, Style)> = None;
        let mut in_defaults = false;
        let (mut properties, mut language) = (0, 0);
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.namespace == Namespace::Word => match name.local {
                    "style" => {
                        let id = scanner.value(Namespace::Word, "styleId").unwrap_or_default().into_owned();
                        current = Some((id, Style { based_on: None, hidden: None, code: None }));
                    }
                    "basedOn" => {
                        let base = scanner.value(Namespace::Word, "val").map(std::borrow::Cow::into_owned);
                        current.iter_mut().for_each(|(_, style)| style.based_on.clone_from(&base));
                    }
                    "vanish" => {
                        let on = is_on(&mut scanner);
                        current.iter_mut().for_each(|(_, style)| style.hidden = Some(on));
                    }
                    "name" => {
                        let is_code = scanner.value(Namespace::Word, "val").is_some_and(|name| is_code_font(&name));
                        current.iter_mut().for_each(|(_, style)| style.code = is_code.then_some(true));
                    }
                    "rFonts" => {
                        let font = scanner.value(Namespace::Word, "ascii").map(|font| is_code_font(&font));
                        current.iter_mut().for_each(|(_, style)| style.code = style.code.or(font));
                    }
                    "rPrDefault" => in_defaults = true,
                    "rPr" => properties = event.range.start,
                    "lang" => language = event.range.start,
                    _ => {}
                },
                Kind::End { name } if name.namespace == Namespace::Word => match name.local {
                    "style" => all.extend(current.take()),
                    "rPrDefault" => in_defaults = false,
                    "rPr" if in_defaults => styles.defaults = Some((properties..event.range.end).into()),
                    "lang" if current.is_some() => styles.languages.push((language..event.range.end).into()),
                    _ => {}
                },
                _ => {}
            }
        }
        let which =
            |says: fn(&Style) -> Option<bool>| all.keys().filter(|id| resolved(&all, id, says)).cloned().collect();
        styles.hidden = which(|style| style.hidden);
        styles.code = which(|style| style.code);
        Ok(styles)
    }

    /// Whether text of this style is hidden.
    pub(super) fn hides(&self, style: &str) -> bool {
        self.hidden.contains(style)
    }

    /// Whether text of this style looks like code.
    pub(super) fn is_code(&self, style: &str) -> bool {
        self.code.contains(style)
    }
}

/// Styles that build on each other.
const CHAIN: usize = 20;

/// What a style says, or else the one that it builds on.
fn resolved(all: &HashMap<String, Style>, id: &str, says: fn(&Style) -> Option<bool>) -> bool {
    let mut id = id;
    for _ in 0..CHAIN {
        let Some(style) = all.get(id) else { return false };
        match (says(style), &style.based_on) {
            (Some(said), _) => return said,
            (None, Some(base)) => id = base,
            (None, None) => return false,
        }
    }
    false
}
