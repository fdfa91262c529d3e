//! Language and direction of the translation: properties of runs, paragraphs, tables and sections.
//!
//! Children of these elements have a fixed order (ECMA-376 part 1, annex A), and Word refuses files that break it.

use std::ops::Range;

use terjuman_model::LanguageTag;

use super::formats::local_value;
use super::vocabulary::Vocabulary;
use crate::culture::{Script, culture, is_language, is_right_to_left, script};
use crate::runs::Rewritten;
use crate::xml::{Kind, Scanner, escape_attribute};
use crate::{Limits, Target};

/// What has to change besides the words.
#[derive(Debug)]
pub(super) struct Retarget {
    language: LanguageTag,
    source: Option<LanguageTag>,
    direction: Option<Turn>,
    limits: Limits,
}

/// The direction that the document gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    RightToLeft,
    LeftToRight,
}

const RUN: &[&str] = &[
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "caps",
    "smallCaps",
    "strike",
    "dstrike",
    "outline",
    "shadow",
    "emboss",
    "imprint",
    "noProof",
    "snapToGrid",
    "vanish",
    "webHidden",
    "color",
    "spacing",
    "w",
    "kern",
    "position",
    "sz",
    "szCs",
    "highlight",
    "u",
    "effect",
    "bdr",
    "shd",
    "fitText",
    "vertAlign",
    "rtl",
    "cs",
    "em",
    "lang",
    "eastAsianLayout",
    "specVanish",
    "oMath",
    "rPrChange",
];
const PARAGRAPH: &[&str] = &[
    "pStyle",
    "keepNext",
    "keepLines",
    "pageBreakBefore",
    "framePr",
    "widowControl",
    "numPr",
    "suppressLineNumbers",
    "pBdr",
    "shd",
    "tabs",
    "suppressAutoHyphens",
    "kinsoku",
    "wordWrap",
    "overflowPunct",
    "topLinePunct",
    "autoSpaceDE",
    "autoSpaceDN",
    "bidi",
    "adjustRightInd",
    "snapToGrid",
    "spacing",
    "ind",
    "contextualSpacing",
    "mirrorIndents",
    "suppressOverlap",
    "jc",
    "textDirection",
    "textAlignment",
    "textboxTightWrap",
    "outlineLvl",
    "divId",
    "cnfStyle",
    "rPr",
    "sectPr",
    "pPrChange",
];
const TABLE: &[&str] = &[
    "tblStyle",
    "tblpPr",
    "tblOverlap",
    "bidiVisual",
    "tblStyleRowBandSize",
    "tblStyleColBandSize",
    "tblW",
    "jc",
    "tblCellSpacing",
    "tblInd",
    "tblBorders",
    "shd",
    "tblLayout",
    "tblCellMar",
    "tblLook",
    "tblCaption",
    "tblDescription",
    "tblPrChange",
];
const SECTION: &[&str] = &[
    "headerReference",
    "footerReference",
    "footnotePr",
    "endnotePr",
    "type",
    "pgSz",
    "pgMar",
    "paperSrc",
    "pgBorders",
    "lnNumType",
    "pgNumType",
    "cols",
    "formProt",
    "vAlign",
    "noEndnote",
    "titlePg",
    "textDirection",
    "bidi",
    "rtlGutter",
    "docGrid",
    "printerSettings",
    "sectPrChange",
];

impl Retarget {
    /// What the target asks for, `None` if it names no language.
    pub(super) fn new(target: &Target, limits: &Limits) -> Option<Self> {
        let language = target.language.clone()?;
        let from_right = target.source_language.as_ref().map(is_right_to_left);
        let direction = match (from_right, is_right_to_left(&language)) {
            (Some(false) | None, true) => Some(Turn::RightToLeft),
            (Some(true), false) => Some(Turn::LeftToRight),
            _ => None,
        };
        Some(Self { language, source: target.source_language.clone(), direction, limits: limits.clone() })
    }

    /// Whether the direction changes.
    pub(super) fn turns(&self) -> bool {
        self.direction.is_some()
    }

    /// The attribute of `w:lang` for the script of the language.
    fn slot(&self) -> &'static str {
        match script(&self.language) {
            Script::Western => "val",
            Script::EastAsian => "eastAsia",
            Script::Complex => "bidi",
        }
    }

    /// The properties of a run of translated text. `prefix` is the part's, with the colon.
    pub(super) fn run(&self, vocabulary: Vocabulary, prefix: &str, properties: &str) -> String {
        if vocabulary == Vocabulary::Drawing {
            let edits = set_attribute(properties, 0, "lang", culture(&self.language));
            return if properties.is_empty() { String::new() } else { edited(properties, edits) };
        }
        let children = Children::read(properties, &self.limits);
        let mut edits = Vec::new();
        if let Some((_, lang)) = children.list.iter().find(|(local, _)| *local == "lang") {
            let mut language = self.language_edits(&properties[lang.clone()], prefix);
            language.iter_mut().for_each(|(range, _)| *range = range.start + lang.start..range.end + lang.start);
            edits.extend(language);
        }
        match self.direction {
            Some(Turn::RightToLeft) => {
                let mut added = vec![("rtl", format!("<{prefix}rtl/>"))];
                for (western, complex) in [("b", "bCs"), ("i", "iCs"), ("sz", "szCs")] {
                    if let Some((_, range)) = children.list.iter().find(|(local, _)| *local == western) {
                        let copy = properties[range.clone()]
                            .replace(&format!("<{prefix}{western}"), &format!("<{prefix}{complex}"));
                        added.push((
                            complex,
                            copy.replace(&format!("</{prefix}{western}>"), &format!("</{prefix}{complex}>")),
                        ));
                    }
                }
                edits.extend(children.add(properties, &format!("{prefix}rPr"), RUN, &added));
            }
            Some(Turn::LeftToRight) => edits.extend(children.remove(&["rtl", "cs"])),
            None => {}
        }
        edited(properties, edits)
    }

    /// Edits of a paragraph's properties, which may be missing.
    pub(super) fn paragraph(&self, vocabulary: Vocabulary, name: &str, properties: &str) -> Vec<Rewritten> {
        let Some(turn) = self.direction else { return Vec::new() };
        if vocabulary == Vocabulary::Drawing {
            return drawing_paragraph(turn, name, properties, &self.limits);
        }
        self.toggles(turn, name, properties, PARAGRAPH, &["bidi"])
    }

    /// Edits of a table's properties.
    pub(super) fn table(&self, properties: &str) -> Vec<Rewritten> {
        self.direction.map_or_else(Vec::new, |turn| self.toggles(turn, "", properties, TABLE, &["bidiVisual"]))
    }

    /// Edits of a section's properties.
    pub(super) fn section(&self, properties: &str) -> Vec<Rewritten> {
        self.direction.map_or_else(Vec::new, |turn| self.toggles(turn, "", properties, SECTION, &["bidi", "rtlGutter"]))
    }

    fn toggles(
        &self,
        turn: Turn,
        name: &str,
        properties: &str,
        order: &[&str],
        toggles: &[&'static str],
    ) -> Vec<Rewritten> {
        let children = Children::read(properties, &self.limits);
        let name = if properties.is_empty() { name } else { children.name };
        let prefix = name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
        match turn {
            Turn::RightToLeft => {
                let added: Vec<_> = toggles.iter().map(|local| (*local, format!("<{prefix}{local}/>"))).collect();
                children.add(properties, name, order, &added)
            }
            Turn::LeftToRight => children.remove(toggles),
        }
    }

    /// Edits of the `w:rPr` of the document's defaults: the language of all text that names none.
    pub(super) fn defaults(&self, properties: &str) -> Vec<Rewritten> {
        let children = Children::read(properties, &self.limits);
        let prefix = children.name.split_once(':').map_or(String::new(), |(prefix, _)| format!("{prefix}:"));
        match children.list.iter().find(|(local, _)| *local == "lang") {
            Some((_, lang)) => shifted(self.language_edits(&properties[lang.clone()], &prefix), lang.start),
            None => {
                let language = format!("<{prefix}lang {prefix}{}=\"{}\"/>", self.slot(), culture(&self.language));
                children.add(properties, children.name, RUN, &[("lang", language)])
            }
        }
    }

    /// Edits of a `w:lang` of a style, if it names the source language.
    pub(super) fn style_language(&self, element: &str) -> Vec<Rewritten> {
        let Some(source) = &self.source else { return Vec::new() };
        let mut scanner = Scanner::new(element, "", &self.limits);
        let Ok(Some(event)) = scanner.next() else { return Vec::new() };
        let names_source = local_value(&scanner, element, "val").is_some_and(|value| is_language(value, source));
        match event.kind {
            Kind::Start { name, .. } if names_source => {
                let prefix = name.qualified.strip_suffix(name.local).unwrap_or_default();
                self.language_edits(element, prefix)
            }
            _ => Vec::new(),
        }
    }

    /// Edits of a `w:lang` or `w:themeFontLang`.
    pub(super) fn language_edits(&self, element: &str, prefix: &str) -> Vec<Rewritten> {
        set_attribute(element, 0, &format!("{prefix}{}", self.slot()), culture(&self.language))
    }
}

/// In DrawingML, direction and alignment are attributes; left and right are meant literally.
fn drawing_paragraph(turn: Turn, name: &str, properties: &str, limits: &Limits) -> Vec<Rewritten> {
    let rtl = if turn == Turn::RightToLeft { "1" } else { "0" };
    if properties.is_empty() {
        return if turn == Turn::RightToLeft { vec![(0..0, format!("<{name} rtl=\"1\"/>"))] } else { Vec::new() };
    }
    let mut edits = set_attribute(properties, 0, "rtl", rtl);
    let mut scanner = Scanner::new(properties, "", limits);
    if scanner.next().is_ok() {
        let aligned = scanner.attributes().iter().find(|attribute| attribute.qualified == "algn");
        let mirrored = aligned.and_then(|attribute| match &properties[attribute.value.clone()] {
            "l" => Some((attribute.value.clone(), "r".to_owned())),
            "r" => Some((attribute.value.clone(), "l".to_owned())),
            _ => None,
        });
        edits.extend(mirrored);
    }
    edits
}

/// The element's name and its children.
struct Children<'a> {
    name: &'a str,
    /// Behind the start tag.
    inside: usize,
    empty: bool,
    list: Vec<(&'a str, Range<usize>)>,
}

impl<'a> Children<'a> {
    fn read(element: &'a str, limits: &'a Limits) -> Self {
        let mut children = Children { name: "", inside: 0, empty: true, list: Vec::new() };
        let mut scanner = Scanner::new(element, "", limits);
        let mut start = 0;
        // The part has been scanned before: there is nothing to go wrong.
        while let Ok(Some(event)) = scanner.next() {
            match event.kind {
                Kind::Start { name, empty } if scanner.depth() == 1 => {
                    (children.name, children.inside, children.empty) = (name.qualified, event.range.end, empty);
                }
                Kind::Start { .. } if scanner.depth() == 2 => start = event.range.start,
                Kind::End { name } if scanner.depth() == 1 => children.list.push((name.local, start..event.range.end)),
                _ => {}
            }
        }
        children
    }

    /// Adds children at their places. One that is there stays, unless it is a toggle that is off.
    fn add(&self, element: &str, name: &str, order: &[&str], added: &[(&'static str, String)]) -> Vec<Rewritten> {
        let place = |local: &str| order.iter().position(|known| *known == local).unwrap_or(order.len());
        let mut added: Vec<_> = added.iter().collect();
        added.sort_by_key(|(local, _)| place(local));
        if self.empty {
            let all: String = added.iter().map(|(_, child)| child.as_str()).collect();
            return vec![(0..element.len(), format!("<{name}>{all}</{name}>"))];
        }
        let mut edits = Vec::new();
        for (local, child) in added {
            if let Some((_, range)) = self.list.iter().find(|(known, _)| known == local) {
                let is_off = ["\"0\"", "\"false\"", "\"off\""].iter().any(|off| element[range.clone()].contains(off));
                if is_off && child.ends_with(&format!("{local}/>")) {
                    edits.push((range.clone(), child.clone()));
                }
                continue;
            }
            let before = self.list.iter().rev().find(|(known, _)| place(known) <= place(local));
            let at = before.map_or(self.inside, |(_, range)| range.end);
            edits.push((at..at, child.clone()));
        }
        edits
    }

    fn remove(&self, locals: &[&str]) -> Vec<Rewritten> {
        let gone = self.list.iter().filter(|(local, _)| locals.contains(local));
        gone.map(|(_, range)| (range.clone(), String::new())).collect()
    }
}

/// Edits that give the start tag at the beginning of `element` an attribute.
fn set_attribute(element: &str, at: usize, name: &str, value: &str) -> Vec<Rewritten> {
    let limits = Limits::default();
    let mut scanner = Scanner::new(element, "", &limits);
    let Ok(Some(event)) = scanner.next() else { return Vec::new() };
    let mut escaped = String::new();
    escape_attribute(value, &mut escaped);
    if let Some(attribute) = scanner.attributes().iter().find(|attribute| attribute.qualified == name) {
        return vec![(attribute.value.start + at..attribute.value.end + at, escaped)];
    }
    let Kind::Start { name: element_name, .. } = event.kind else { return Vec::new() };
    let behind_name = 1 + element_name.qualified.len() + at;
    vec![(behind_name..behind_name, format!(" {name}=\"{escaped}\""))]
}

/// Edits whose ranges count from `by`.
pub(super) fn shifted(edits: Vec<Rewritten>, by: usize) -> Vec<Rewritten> {
    edits.into_iter().map(|(range, text)| (range.start + by..range.end + by, text)).collect()
}

fn edited(text: &str, edits: Vec<Rewritten>) -> String {
    let mut edits = edits;
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}
