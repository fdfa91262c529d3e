//! Finds the texts of a file.

use std::cmp::Reverse;
use std::ops::Range;

use super::vocabulary::{ATTRIBUTES, Role, role};
use crate::inline::{self, Item, ItemKind, Key, Slot, Spelling};
use crate::texts::Texts;
use crate::xml::{Kind, Name, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits, Options, Reason, Untranslated};

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By place, outer ones first.
    pub(super) texts: Texts<Slot>,
    /// Values of `xml:lang`, by place.
    pub(super) languages: Vec<Range<usize>>,
    /// Where the root element's name ends, and whether it says its language.
    pub(super) root: (usize, bool),
    /// The value of the root's `dir`, if it has one.
    pub(super) direction: Option<Range<usize>>,
    /// What stays as it is.
    pub(super) untranslated: Untranslated,
}

/// How deep texts in texts are looked for.
const FLOWS: usize = 8;

/// An element that is open.
enum Open {
    Block {
        /// Its text is to be translated.
        translates: bool,
        lines: bool,
    },
    /// In a sentence: its number, the item of its start tag. Without one it is not part of a text.
    Inline { id: usize, item: Option<usize> },
    /// A text in a text: where it starts, and what is around it.
    Flow { start: usize, around: Vec<Item>, translates: bool, lines: bool },
}

struct Walk<'a> {
    text: &'a str,
    options: &'a Options,
    scanner: Scanner<'a>,
    found: Found,
    open: Vec<Open>,
    /// The names of the elements that are open.
    names: Vec<&'a str>,
    /// The text that is being read.
    items: Vec<Item>,
    /// Whether it is to be translated, and whether its lines are texts of their own.
    translates: bool,
    lines: bool,
    flows: usize,
    next_id: usize,
}

pub(super) fn walk(part: &XmlPart, options: &Options, limits: &Limits) -> Result<Found, FormatError> {
    let mut walk = Walk {
        text: &part.text,
        options,
        scanner: Scanner::new(&part.text, &part.name, limits).allow_document_type(),
        found: Found { texts: Texts::of_text(part.text.len()), ..Found::default() },
        open: Vec::new(),
        names: Vec::new(),
        items: Vec::new(),
        translates: true,
        lines: false,
        flows: 0,
        next_id: 0,
    };
    walk.run()?;
    walk.found.texts.sort_by_key(|slot| (slot.range.start(), Reverse(slot.range.end())));
    Ok(walk.found)
}

impl<'a> Walk<'a> {
    fn run(&mut self) -> Result<(), FormatError> {
        while let Some(event) = self.scanner.next()? {
            match event.kind {
                Kind::Start { name, empty } => self.start(name, event.range, empty)?,
                Kind::End { .. } => self.end(event.range),
                Kind::Text if self.lines => self.text_lines(event.range),
                Kind::Text => self.push(ItemKind::Text(Spelling::Escaped), event.range),
                Kind::CData => self.push(ItemKind::Text(Spelling::Section), event.range),
                Kind::Other => self.push(ItemKind::Anchor, event.range),
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: ItemKind, range: Range<usize>) {
        if self.translates && !self.open.is_empty() {
            self.items.push(Item { kind, range });
        }
    }

    fn text_lines(&mut self, range: Range<usize>) {
        let mut at = range.start;
        for line in self.text[range].split_inclusive('\n') {
            let words = line.len() - usize::from(line.ends_with('\n'));
            self.push(ItemKind::Text(Spelling::Escaped), at..at + words);
            if words < line.len() {
                self.push(ItemKind::Border, at + words..at + line.len());
            }
            at += line.len();
        }
    }

    fn start(&mut self, name: Name<'a>, range: Range<usize>, empty: bool) -> Result<(), FormatError> {
        if self.open.is_empty() {
            if name.namespace != Namespace::None {
                return Err(self.scanner.corrupt("the root element is not that of a topic or a map"));
            }
            let has_language = self.scanner.attribute(Namespace::Xml, "lang").is_some();
            self.found.root = (range.start + 1 + name.qualified.len(), has_language);
            self.found.direction = self.scanner.attribute(Namespace::None, "dir").map(|direction| direction.value);
        }
        if let Some(language) = self.scanner.attribute(Namespace::Xml, "lang") {
            self.found.languages.push(language.value);
        }
        let class = self.scanner.value(Namespace::None, "class");
        let parent = self.names.last().copied().unwrap_or_default();
        let mut role = match name.namespace {
            Namespace::None => role(name.local, class.as_deref(), parent),
            _ => Role::Thing,
        };
        let wish = self.scanner.value(Namespace::None, "translate");
        let translates = match wish.as_deref() {
            Some("no") => false,
            Some("yes") => true,
            _ => self.translates,
        };
        if translates && !matches!(role, Role::Thing | Role::Kept) {
            self.attributes(name.local);
        }
        match role {
            Role::Inline(_) if self.translates && !translates => role = Role::Protected,
            // Around it nothing is to be translated: its words are a text of their own.
            Role::Inline(_) if !self.translates && translates => role = Role::Block,
            // A reference whose words are elsewhere.
            Role::Inline(_) if empty => role = Role::Thing,
            Role::Flow if name.local == "alt" && !self.options.alt_text => role = Role::Thing,
            Role::Flow if self.flows >= FLOWS || !translates => role = Role::Thing,
            _ => {}
        }
        let is_alternative = matches!(name.local, "alt") && !self.options.alt_text;
        let reason = match role {
            _ if self.translates && !translates => Some(Reason::ProtectedRange),
            _ if !translates => None,
            Role::Thing if is_alternative => Some(Reason::AltTextOff),
            Role::Protected | Role::Kept => Some(Reason::ProtectedRange),
            _ if name.local == "image" => Some(Reason::ImageText),
            _ => None,
        };
        reason.into_iter().for_each(|reason| self.found.untranslated.add(reason, "", range.start));
        match role {
            Role::Thing => {
                let (range, _) = self.pass(range)?;
                self.push(ItemKind::Point, range);
                return Ok(());
            }
            Role::Kept => {
                let (range, _) = self.pass(range)?;
                self.push(ItemKind::Border, range);
                return Ok(());
            }
            Role::Protected => {
                let (range, visible) = self.pass(range)?;
                self.push(ItemKind::Protected(visible), range);
                return Ok(());
            }
            Role::Inline(kind) => {
                self.next_id += 1;
                let item = self.translates.then_some(self.items.len());
                self.open.push(Open::Inline { id: self.next_id, item });
                self.push(ItemKind::Open(Key { id: self.next_id, is_element: true }, kind), range);
            }
            Role::Flow => {
                self.flows += 1;
                let around = std::mem::take(&mut self.items);
                let (was_translated, lines) = (self.translates, self.lines);
                self.open.push(Open::Flow { start: range.start, around, translates: was_translated, lines });
                (self.translates, self.lines) = (translates, false);
            }
            Role::Block | Role::Lines => {
                self.cut();
                self.flush();
                self.open.push(Open::Block { translates: self.translates, lines: self.lines });
                (self.translates, self.lines) = (translates, role == Role::Lines);
            }
        }
        self.names.push(name.local);
        Ok(())
    }

    fn end(&mut self, range: Range<usize>) {
        self.names.pop();
        match self.open.pop() {
            Some(Open::Inline { id, item: Some(_) }) => {
                self.push(ItemKind::Close(Key { id, is_element: true }), range.clone());
                self.keep_inside_root(ItemKind::Close(Key { id, is_element: true }), range);
            }
            Some(Open::Inline { item: None, .. }) => self.push(ItemKind::Border, range),
            Some(Open::Flow { start, around, translates, lines }) => {
                self.flush();
                self.flows -= 1;
                self.items = around;
                (self.translates, self.lines) = (translates, lines);
                self.push(ItemKind::Point, start..range.end);
            }
            Some(Open::Block { translates, lines }) => {
                self.flush();
                (self.translates, self.lines) = (translates, lines);
            }
            None => {}
        }
    }

    /// An inline element that is the root has its end where nothing is open any more.
    fn keep_inside_root(&mut self, kind: ItemKind, range: Range<usize>) {
        if self.open.is_empty() && self.translates {
            self.items.push(Item { kind, range });
            self.flush();
        }
    }

    /// Inline elements that a block begins in are no part of a text: their tags are borders.
    fn cut(&mut self) {
        for open in self.open.iter_mut().rev() {
            let Open::Inline { item, .. } = open else { break };
            let Some(index) = item.take() else { break };
            if let Some(item) = self.items.get_mut(index) {
                item.kind = ItemKind::Border;
            }
        }
    }

    fn flush(&mut self) {
        let items = std::mem::take(&mut self.items);
        inline::segments(self.text, items, !self.lines, &mut self.found.texts);
    }

    fn attributes(&mut self, element: &str) {
        for (name, only_on) in ATTRIBUTES {
            let is_off = name == "alt" && !self.options.alt_text;
            if is_off || only_on.is_some_and(|only| only != element) {
                continue;
            }
            if let Some(attribute) = self.scanner.attribute(Namespace::None, name) {
                let text = inline::attribute(self.text, attribute.value);
                text.into_iter().for_each(|text| self.found.texts.push(text));
            }
        }
    }

    /// Passes over the element that has just begun: its range, and its words.
    fn pass(&mut self, start: Range<usize>) -> Result<(Range<usize>, String), FormatError> {
        let depth = self.scanner.depth();
        let mut visible = String::new();
        while let Some(event) = self.scanner.next()? {
            match event.kind {
                Kind::End { .. } if self.scanner.depth() < depth => return Ok((start.start..event.range.end, visible)),
                Kind::Text => visible.push_str(&unescape(&self.text[event.range])),
                Kind::CData => {
                    let raw = &self.text[event.range];
                    visible.push_str(raw.strip_prefix("<![CDATA[").unwrap_or(raw).trim_end_matches("]]>"));
                }
                Kind::Start { .. } => {
                    if let Some(language) = self.scanner.attribute(Namespace::Xml, "lang") {
                        self.found.languages.push(language.value);
                    }
                }
                Kind::End { .. } | Kind::Other => {}
            }
        }
        Err(self.scanner.corrupt("an XML file is cut off"))
    }
}
