//! What a document says of itself besides its text: language, direction, encoding, pronunciation. It changes only when
//! the document goes into another language.

use std::ops::Range;

use terjuman_model::{Direction, LanguageTag};

use super::attributes::{Attribute, Quote};
use super::charset::Charset;
use crate::rewriting::Rewritten;
use crate::{Target, Untranslated};

/// Languages whose readers read ruby.
const RUBY_READERS: [&str; 5] = ["zh", "ja", "ko", "yue", "lzh"];

/// Where an element stands that says its language or direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// `html`
    Root,
    /// `body`, or any other element that is laid out as a block.
    Block,
    /// In text: its direction is its own.
    Inline,
}

/// The language and direction of one element.
#[derive(Debug)]
pub(super) struct LanguageMark {
    pub(super) holder: Holder,
    /// Where the tag's name ends.
    pub(super) name_end: usize,
    pub(super) lang: Option<Attribute>,
    pub(super) xml_lang: Option<Attribute>,
    pub(super) dir: Option<Attribute>,
}

/// Everything noted while reading.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Elements whose text is translated.
    pub(super) languages: Vec<LanguageMark>,
    /// Whether `html` is among them: only the first one counts.
    pub(super) has_root: bool,
    /// The value of `<meta http-equiv="Content-Language">`.
    pub(super) content_language: Option<Range<usize>>,
    /// Labels of the encoding.
    pub(super) charset_labels: Vec<Range<usize>>,
    /// Behind `<head>`.
    pub(super) head: Option<usize>,
    /// `rt` and `rp` elements.
    pub(super) ruby_texts: Vec<Range<usize>>,
    /// The document is XHTML, by its declaration or doctype.
    pub(super) xhtml: bool,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

impl Notes {
    /// The edits that a new language asks for, in no order.
    pub(super) fn language_edits(&self, text: &str, target: &Target) -> Vec<Rewritten> {
        let Some(language) = &target.language else { return Vec::new() };
        let new = language.to_string().replace('_', "-");
        let root = self.languages.iter().find(|mark| mark.holder == Holder::Root);
        let stated = |attribute: &Option<Attribute>| value(text, attribute).and_then(|v| v.parse::<LanguageTag>().ok());
        let source = target
            .source_language
            .clone()
            .or_else(|| root.and_then(|mark| stated(&mark.lang).or_else(|| stated(&mark.xml_lang))));
        let mut edits = Vec::new();
        for mark in &self.languages {
            let mut added = String::new();
            for (attribute, name) in [(&mark.lang, "lang"), (&mark.xml_lang, "xml:lang")] {
                match attribute {
                    Some(found) => {
                        let now = stated(attribute);
                        let is_source = now.is_some() && now == source;
                        if now.as_ref() != Some(language) && (is_source || mark.holder == Holder::Root) {
                            edits.push(set(found, name, &new));
                        }
                    }
                    None if mark.holder == Holder::Root && (name == "lang" || self.xhtml) => {
                        added.push_str(&format!(" {name}=\"{new}\""));
                    }
                    None => {}
                }
            }
            edits.extend(direction_edit(text, mark, source.as_ref(), language, &mut added));
            if !added.is_empty() {
                edits.push((mark.name_end..mark.name_end, added));
            }
        }
        if let Some(range) = self.content_language.clone() {
            let now = text[range.clone()].trim().parse::<LanguageTag>().ok();
            if now.is_some() && now == source && now.as_ref() != Some(language) {
                edits.push((range, new));
            }
        }
        edits
    }

    /// What goes, with all that is in it: nobody reads the pronunciation of the old words. In order, not overlapping.
    pub(super) fn removed(&self, target: &Target) -> &[Range<usize>] {
        match &target.language {
            Some(language) if !RUBY_READERS.contains(&language.primary()) => &self.ruby_texts,
            _ => &[],
        }
    }

    /// The edits that name another encoding. `false` if the document has no place to name it.
    pub(super) fn charset_edits(&self, charset: &Charset) -> (Vec<Rewritten>, bool) {
        let name = charset.encoding.name().to_ascii_lowercase();
        let edits: Vec<_> = self.charset_labels.iter().map(|range| (range.clone(), name.clone())).collect();
        match self.head {
            Some(head) if edits.is_empty() => {
                let end = if self.xhtml { " />" } else { ">" };
                (vec![(head..head, format!("<meta charset=\"{name}\"{end}"))], true)
            }
            _ => {
                let named = !edits.is_empty();
                (edits, named)
            }
        }
    }
}

fn direction_edit(
    text: &str,
    mark: &LanguageMark,
    source: Option<&LanguageTag>,
    target: &LanguageTag,
    added: &mut String,
) -> Option<Rewritten> {
    let stated = match value(text, &mark.dir) {
        Some(dir) if dir.eq_ignore_ascii_case("rtl") => Some(Direction::RightToLeft),
        Some(dir) if dir.eq_ignore_ascii_case("ltr") => Some(Direction::LeftToRight),
        _ => None,
    };
    let wanted = target.direction();
    let name = if wanted == Direction::RightToLeft { "rtl" } else { "ltr" };
    let changes = source.map_or(wanted == Direction::RightToLeft, |source| source.direction() != wanted);
    match (mark.holder, &mark.dir) {
        (Holder::Root, Some(dir)) if stated.is_some_and(|stated| stated != wanted) => Some(set(dir, "dir", name)),
        (Holder::Root, None) if changes && wanted == Direction::RightToLeft => {
            added.push_str(" dir=\"rtl\"");
            None
        }
        (Holder::Block, Some(dir)) if changes && stated.is_some_and(|stated| stated != wanted) => {
            Some(set(dir, "dir", name))
        }
        _ => None,
    }
}

fn value<'a>(text: &'a str, attribute: &Option<Attribute>) -> Option<&'a str> {
    attribute.as_ref()?.value.clone().map(|range| text[range].trim())
}

fn set(attribute: &Attribute, name: &str, value: &str) -> Rewritten {
    match (&attribute.value, attribute.quote) {
        (Some(range), Quote::None) => (range.clone(), format!("\"{value}\"")),
        (Some(range), _) => (range.clone(), value.to_owned()),
        (None, _) => (attribute.name.clone(), format!("{name}=\"{value}\"")),
    }
}
