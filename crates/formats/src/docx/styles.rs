//! What the styles part says: which styles hide their text, and the document's language.

use std::collections::HashMap;

use super::formats::is_on;
use crate::runs::Span;
use crate::xml::{Kind, Namespace, Scanner, XmlPart};
use crate::{FormatError, Limits};

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    hidden: HashMap<String, bool>,
    /// The `w:rPr` of the document's defaults.
    pub(super) defaults: Option<Span>,
    /// Every `w:lang` of a style.
    pub(super) languages: Vec<Span>,
}

struct Style {
    based_on: Option<String>,
    hidden: Option<bool>,
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
                        current = Some((id, Style { based_on: None, hidden: None }));
                    }
                    "basedOn" => {
                        let base = scanner.value(Namespace::Word, "val").map(std::borrow::Cow::into_owned);
                        current.iter_mut().for_each(|(_, style)| style.based_on.clone_from(&base));
                    }
                    "vanish" => {
                        let on = is_on(&mut scanner);
                        current.iter_mut().for_each(|(_, style)| style.hidden = Some(on));
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
        styles.hidden = all.keys().map(|id| (id.clone(), is_hidden(&all, id))).filter(|(_, hidden)| *hidden).collect();
        Ok(styles)
    }

    /// Whether text of this style is hidden.
    pub(super) fn hides(&self, style: &str) -> bool {
        self.hidden.get(style).copied().unwrap_or(false)
    }
}

/// Styles that build on each other.
const CHAIN: usize = 20;

fn is_hidden(all: &HashMap<String, Style>, id: &str) -> bool {
    let mut id = id;
    for _ in 0..CHAIN {
        let Some(style) = all.get(id) else { return false };
        match (style.hidden, &style.based_on) {
            (Some(hidden), _) => return hidden,
            (None, Some(base)) => id = base,
            (None, None) => return false,
        }
    }
    false
}
