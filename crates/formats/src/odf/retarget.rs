//! Language and direction of the translation: what styles and the document's properties say about them.

use terjuman_model::LanguageTag;

use crate::culture::{Script, culture, is_language, is_right_to_left, script};
use crate::runs::Rewritten;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, escape_text, unescape};
use crate::{FormatError, Limits, Target};

/// What has to change besides the words.
#[derive(Debug)]
pub(super) struct Retarget {
    language: LanguageTag,
    source: Option<LanguageTag>,
    direction: Option<Turn>,
}

/// The direction that the document gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    RightToLeft,
    LeftToRight,
}

/// The attributes that name the language of text in a script: namespace, language, country.
type Names = (Namespace, &'static str, &'static str);

const WESTERN: Names = (Namespace::OdfFo, "language", "country");
const ASIAN: Names = (Namespace::OdfStyle, "language-asian", "country-asian");
const COMPLEX: Names = (Namespace::OdfStyle, "language-complex", "country-complex");

/// The default style that is being read.
#[derive(Debug)]
struct Default {
    family: String,
    has_paragraph: bool,
    /// Where properties of paragraphs would stand, if not at the end.
    place: Option<usize>,
    is_empty: bool,
}

/// A tag of properties or of a style.
struct Tag<'a> {
    text: &'a str,
    name: Name<'a>,
    /// Where something is put in: behind the name of a start tag, before an end tag.
    at: usize,
}

impl Retarget {
    /// What the target asks for, `None` if it names no language.
    pub(super) fn new(target: &Target) -> Option<Self> {
        let language = target.language.clone()?;
        let from_right = target.source_language.as_ref().map(is_right_to_left);
        let direction = match (from_right, is_right_to_left(&language)) {
            (Some(false) | None, true) => Some(Turn::RightToLeft),
            (Some(true), false) => Some(Turn::LeftToRight),
            _ => None,
        };
        Some(Self { language, source: target.source_language.clone(), direction })
    }

    /// The edits of a part, in order.
    ///
    /// # Errors
    /// None that the part's own walk has not met before.
    pub(super) fn edits(&self, part: &XmlPart, limits: &Limits) -> Result<Vec<Rewritten>, FormatError> {
        let mut edits = Vec::new();
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut default: Option<Default> = None;
        // Where the document's language is named.
        let mut named: Option<usize> = None;
        while let Some(event) = scanner.next()? {
            match event.kind {
                Kind::Start { name, .. } if name.is(Namespace::OdfOffice, "body") => break,
                Kind::Start { name, .. } if name.is(Namespace::OdfStyle, "default-style") => {
                    let family = scanner.value(Namespace::OdfStyle, "family").unwrap_or_default().into_owned();
                    default = Some(Default { family, has_paragraph: false, place: None, is_empty: true });
                }
                Kind::Start { name, .. } if name.namespace == Namespace::OdfStyle => {
                    if let Some(default) = &mut default {
                        default.is_empty = false;
                        if name.local == "text-properties" {
                            default.place = Some(event.range.start);
                        }
                    }
                    let tag = Tag { text: &part.text, name, at: event.range.start + 1 + name.qualified.len() };
                    match name.local {
                        "text-properties" => self.language(&mut scanner, &tag, default.is_some(), &mut edits),
                        local if local.ends_with("-properties") => {
                            self.mode(&mut scanner, &tag, default.as_mut(), &mut edits);
                        }
                        _ => {}
                    }
                }
                Kind::End { name } if name.is(Namespace::OdfStyle, "default-style") => {
                    if let Some(default) = default.take() {
                        let end = Tag { text: &part.text, name, at: event.range.start };
                        self.default_mode(&mut scanner, &default, &end, &mut edits);
                    }
                }
                Kind::Start { name, .. } if name.is(Namespace::DublinCore, "language") => named = Some(event.range.end),
                Kind::End { name } if name.is(Namespace::DublinCore, "language") => {
                    let span = named.take().map(|start| start..event.range.start).filter(|span| !span.is_empty());
                    if let Some(span) = span
                        && self.is_source(&unescape(&part.text[span.clone()]))
                    {
                        let mut text = String::new();
                        escape_text(culture(&self.language), &mut text);
                        edits.push((span, text));
                    }
                }
                _ => {}
            }
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        Ok(edits)
    }

    fn is_source(&self, language: &str) -> bool {
        self.source.as_ref().is_some_and(|source| is_language(language, source))
    }

    /// The language of a style's text: of defaults always, of others if it is the source's.
    fn language(&self, scanner: &mut Scanner<'_>, tag: &Tag<'_>, is_default: bool, edits: &mut Vec<Rewritten>) {
        let names = match script(&self.language) {
            Script::Western => WESTERN,
            Script::EastAsian => ASIAN,
            Script::Complex => COMPLEX,
        };
        let says_source = [WESTERN, ASIAN, COMPLEX].iter().any(|(namespace, language, _)| {
            scanner.value(*namespace, language).is_some_and(|language| self.is_source(&language))
        });
        if !is_default && !says_source {
            return;
        }
        let (language, country) = parts(culture(&self.language));
        let (namespace, language_name, country_name) = names;
        let missing = [(language_name, language), (country_name, country)]
            .into_iter()
            .filter(|(local, value)| match scanner.attribute(namespace, local) {
                Some(attribute) => {
                    edits.push((attribute.value, (*value).to_owned()));
                    false
                }
                None => true,
            })
            .collect::<Vec<_>>();
        // A script or a full tag would contradict the language.
        let others = match script(&self.language) {
            Script::Western => [(Namespace::OdfFo, "script"), (Namespace::OdfStyle, "rfc-language-tag")],
            Script::EastAsian => {
                [(Namespace::OdfStyle, "script-asian"), (Namespace::OdfStyle, "rfc-language-tag-asian")]
            }
            Script::Complex => {
                [(Namespace::OdfStyle, "script-complex"), (Namespace::OdfStyle, "rfc-language-tag-complex")]
            }
        };
        for (namespace, local) in others {
            if let Some(attribute) = scanner.attribute(namespace, local) {
                let start = attribute.qualified.as_ptr() as usize - tag.text.as_ptr() as usize;
                edits.push((start..attribute.value.end + 1, String::new()));
            }
        }
        if missing.is_empty() {
            return;
        }
        let Some(prefix) = prefix_of(scanner, namespace, tag.name) else { return };
        let mut added = String::new();
        for (local, value) in missing {
            added.push_str(&format!(" {prefix}{local}=\"{value}\""));
        }
        edits.push((tag.at..tag.at, added));
    }

    /// The direction that properties name, and the side that paragraphs begin at.
    fn mode(
        &self,
        scanner: &mut Scanner<'_>,
        tag: &Tag<'_>,
        default: Option<&mut Default>,
        edits: &mut Vec<Rewritten>,
    ) {
        let Some(turn) = self.direction else { return };
        let (name, at) = (tag.name, tag.at);
        let is_paragraph = name.local == "paragraph-properties";
        let mode = scanner.attribute(Namespace::OdfStyle, "writing-mode");
        let side = scanner.attribute(Namespace::OdfFo, "text-align").filter(|_| is_paragraph);
        let mut is_default = false;
        if let Some(default) = default
            && is_paragraph
        {
            default.has_paragraph = true;
            is_default = turns_as_default(&default.family);
        }
        let is_page = name.local == "page-layout-properties";
        if turn == Turn::RightToLeft && mode.is_none() && (is_default || is_page) {
            edits.push((at..at, attribute(name, "rl-tb")));
        }
        if turn == Turn::RightToLeft && side.is_none() && is_default {
            edits.push((at..at, self.side(scanner)));
        }
        if let Some(mode) = mode {
            let new = turned(turn, &tag.text[mode.value.clone()]);
            edits.extend(new.map(|new| (mode.value, new.to_owned())));
        }
        if let Some(side) = side {
            let new = other_side(turn, &tag.text[side.value.clone()]);
            edits.extend(new.map(|new| (side.value, new.to_owned())));
        }
    }

    /// An attribute that begins paragraphs at the right.
    fn side(&self, scanner: &mut Scanner<'_>) -> String {
        scanner.prefix(Namespace::OdfFo).map_or_else(String::new, |prefix| format!(" {prefix}:text-align=\"right\""))
    }

    /// A default style without properties of paragraphs gets some.
    fn default_mode(&self, scanner: &mut Scanner<'_>, default: &Default, end: &Tag<'_>, edits: &mut Vec<Rewritten>) {
        let lacks_mode = !default.has_paragraph && !default.is_empty && turns_as_default(&default.family);
        if self.direction == Some(Turn::RightToLeft) && lacks_mode {
            let name = end.name;
            let prefix = name.qualified.strip_suffix(name.local).unwrap_or_default();
            let attributes = attribute(name, "rl-tb") + &self.side(scanner);
            let place = default.place.unwrap_or(end.at);
            edits.push((place..place, format!("<{prefix}paragraph-properties{attributes}/>")));
        }
    }
}

/// The side that text begins at after a turn, if it is another one. Writers do not agree what `start` and `end` are in
/// text from right to left: LibreOffice means left and right.
fn other_side(turn: Turn, side: &str) -> Option<&'static str> {
    match (turn, side) {
        (Turn::RightToLeft, "start" | "left") => Some("right"),
        (Turn::RightToLeft, "end" | "right") => Some("left"),
        (Turn::LeftToRight, "end" | "right") => Some("left"),
        (Turn::LeftToRight, "left") => Some("right"),
        _ => None,
    }
}

/// Families whose default is that of paragraphs.
fn turns_as_default(family: &str) -> bool {
    matches!(family, "paragraph" | "graphic")
}

/// The mode after a turn, if it is another one.
fn turned(turn: Turn, mode: &str) -> Option<&'static str> {
    match (turn, mode) {
        (Turn::RightToLeft, "lr-tb" | "lr" | "page") => Some("rl-tb"),
        (Turn::LeftToRight, "rl-tb" | "rl") => Some("lr-tb"),
        _ => None,
    }
}

fn attribute(name: Name<'_>, mode: &str) -> String {
    let prefix = name.qualified.strip_suffix(name.local).filter(|prefix| !prefix.is_empty());
    prefix.map_or_else(String::new, |prefix| format!(" {prefix}writing-mode=\"{mode}\""))
}

/// Language and country of a culture: `sr-Latn-RS` is `sr` and `RS`.
fn parts(culture: &str) -> (&str, &str) {
    let mut parts = culture.split('-');
    let language = parts.next().unwrap_or_default();
    let mut country =
        parts.filter(|part| part.len() == 2 || part.len() == 3 && part.starts_with(|c: char| c.is_ascii_digit()));
    (language, country.next_back().unwrap_or("none"))
}

/// The prefix of attributes of this namespace on the element that just started, with the colon: its own, or one that
/// another attribute shows.
fn prefix_of(scanner: &mut Scanner<'_>, namespace: Namespace, name: Name<'_>) -> Option<String> {
    let own = name.qualified.strip_suffix(name.local).filter(|prefix| !prefix.is_empty());
    if name.namespace == namespace {
        return own.map(str::to_owned);
    }
    scanner.prefix(namespace).map(|prefix| format!("{prefix}:"))
}
