//! What is in a source or target.

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::TagKind;

use super::attributes::StartTag;
use super::escaped::{self, Names};
use crate::FormatError;
use crate::inline::{Item, ItemKind, Key, Spelling};
use crate::xml::{Event, Kind, Name, Namespace, Scanner, unescape};

/// The content of an element.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// What is between its tags.
    pub(super) range: Range<usize>,
    /// Where the element ends.
    pub(super) end: usize,
    /// Its text and codes.
    pub(super) items: Vec<Item>,
    /// Text inside codes (`sub`): each is a text of its own.
    pub(super) subs: Vec<Vec<Item>>,
    /// Whether it shows nothing.
    pub(super) is_blank: bool,
    /// Its segments, where it is parted into some (`mrk mtype="seg"`).
    pub(super) marks: Vec<Mark>,
}

/// A `mrk` that is a segment.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) mid: Box<str>,
    pub(super) tag: StartTag,
    /// What is between its tags.
    pub(super) range: Range<usize>,
    /// Where it ends.
    pub(super) end: usize,
    pub(super) is_blank: bool,
}

/// How deep texts in codes in texts in codes are looked for.
const SUBS: usize = 8;

/// An open element in the content.
enum Frame {
    Pair(Key),
    /// A code, and what it becomes. What is in it is of the original format.
    Code {
        start: usize,
        kind: ItemKind,
    },
    /// Something in a code.
    Inside,
    /// Not to be translated: where it starts, its items, its words.
    Protected {
        start: usize,
        visible: String,
    },
    Segment,
    /// A text in a code, and the items around the code.
    Sub(Vec<Item>),
}

/// Reads one content.
pub(super) struct Reader<'s, 'a> {
    pub(super) scanner: &'s mut Scanner<'a>,
    pub(super) text: &'a str,
    /// The namespace of XLIFF in this file.
    pub(super) core: Namespace,
    /// Whether translations may stand in CDATA sections.
    pub(super) keeps_sections: bool,
    pub(super) names: &'s mut Names,
}

impl<'a> Reader<'_, 'a> {
    /// Reads up to the end of the element whose start tag came last, at `start`.
    pub(super) fn read(&mut self, start: &Range<usize>) -> Result<Content, FormatError> {
        let depth = self.scanner.depth();
        let mut content = Content { is_blank: true, ..Content::default() };
        let mut frames: Vec<Frame> = Vec::new();
        let mut sub_depth = 0;
        let mut protected = 0;
        // Halves of `sm` that forbid translation: key, items before it, where it starts, frames around it.
        let mut forbidden: Vec<(usize, usize, usize, usize)> = Vec::new();
        while let Some(event) = self.scanner.next()? {
            let in_code = matches!(frames.last(), Some(Frame::Code { .. } | Frame::Inside));
            match event.kind {
                Kind::End { .. } if self.scanner.depth() < depth => {
                    content.range = start.end..event.range.start.max(start.end);
                    content.end = event.range.end;
                    if self.keeps_sections {
                        self.open_sections(&mut content.items);
                    }
                    return Ok(content);
                }
                Kind::Start { name, .. } if in_code => {
                    let is_sub = name.is(self.core, "sub") && protected == 0 && sub_depth < SUBS;
                    frames.push(if is_sub {
                        sub_depth += 1;
                        Frame::Sub(std::mem::take(&mut content.items))
                    } else {
                        Frame::Inside
                    });
                }
                Kind::Start { name, empty } => {
                    let frame = self.start(name, &event, empty, protected > 0, &mut content);
                    if protected == 0
                        && let Frame::Pair(key) = &frame
                    {
                        content.items.push(Item { kind: ItemKind::Open(*key, TagKind::Whole), range: event.range });
                    }
                    protected += usize::from(matches!(frame, Frame::Protected { .. }));
                    frames.push(frame);
                }
                Kind::End { .. } => match frames.pop() {
                    Some(Frame::Pair(key)) if protected == 0 => {
                        content.items.push(Item { kind: ItemKind::Close(key), range: event.range });
                    }
                    Some(Frame::Code { start, kind }) if protected == 0 => {
                        self.code(start..event.range.end, kind, frames.len(), &mut forbidden, &mut content.items);
                    }
                    Some(Frame::Protected { start, visible }) => {
                        protected -= 1;
                        match frames.iter_mut().rev().find_map(protected_text) {
                            Some(outer) => outer.push_str(&visible),
                            None => content
                                .items
                                .push(Item { kind: ItemKind::Protected(visible), range: start..event.range.end }),
                        }
                    }
                    Some(Frame::Segment) if protected == 0 => {
                        if let Some(mark) = content.marks.iter_mut().rev().find(|mark| mark.end == 0) {
                            mark.range.end = event.range.start.max(mark.range.start);
                            mark.end = event.range.end;
                        }
                        content.items.push(Item { kind: ItemKind::Border, range: event.range });
                    }
                    Some(Frame::Sub(around)) => {
                        sub_depth -= 1;
                        content.subs.push(std::mem::replace(&mut content.items, around));
                    }
                    _ => {}
                },
                Kind::Text | Kind::CData if !in_code => {
                    let words = words(&self.text[event.range.clone()]);
                    if sub_depth == 0 && !words.trim().is_empty() {
                        content.is_blank = false;
                        if let Some(mark) = content.marks.last_mut().filter(|mark| mark.end == 0) {
                            mark.is_blank = false;
                        }
                    }
                    if let Some(visible) = frames.iter_mut().rev().find_map(protected_text) {
                        visible.push_str(&words);
                    } else if event.kind == Kind::CData {
                        content.items.push(Item { kind: ItemKind::Text(Spelling::Section), range: event.range });
                    } else {
                        escaped::part(self.text, event.range, Spelling::Escaped, self.names, &mut content.items);
                    }
                }
                Kind::Other if !in_code && protected == 0 => {
                    content.items.push(Item { kind: ItemKind::Anchor, range: event.range });
                }
                Kind::Text | Kind::CData | Kind::Other => {}
            }
        }
        Err(self.scanner.corrupt("an XML file is cut off"))
    }

    /// What the element is.
    fn start(
        &mut self,
        name: Name<'a>,
        event: &Event<'a>,
        empty: bool,
        is_protected: bool,
        content: &mut Content,
    ) -> Frame {
        let start = event.range.start;
        let mut value = |name: &str| self.scanner.value(Namespace::None, name);
        if name.namespace != self.core {
            return Frame::Code { start, kind: ItemKind::Point };
        }
        match name.local {
            "g" | "pc" => Frame::Pair(self.element()),
            "mrk" => {
                let kind = value("mtype");
                let is_kept = kind.as_deref() == Some("protected") || value("translate").as_deref() == Some("no");
                if kind.as_deref() == Some("seg") && !is_protected {
                    let attributes = self.scanner.attributes();
                    let tag = StartTag::new(event.range.clone(), empty, name.qualified, attributes, &[]);
                    let mid = self.scanner.value(Namespace::None, "mid").unwrap_or_default().as_ref().into();
                    let range = event.range.end..event.range.end;
                    content.marks.push(Mark { mid, tag, range, end: 0, is_blank: true });
                    content.items.push(Item { kind: ItemKind::Border, range: event.range.clone() });
                    return Frame::Segment;
                }
                if is_kept || self.scanner.value(Namespace::Its, "translate").as_deref() == Some("no") {
                    return Frame::Protected { start, visible: String::new() };
                }
                Frame::Pair(self.element())
            }
            "x" | "ph" => {
                let is_break = value("ctype").as_deref() == Some("lb") || value("subType").as_deref() == Some("xlf:lb");
                let is_fixed = value("canReorder").is_some_and(|order| order != "yes");
                let kind = match () {
                    () if is_break => ItemKind::Break,
                    () if is_fixed => ItemKind::Isolated,
                    () => ItemKind::Point,
                };
                Frame::Code { start, kind }
            }
            "bx" | "bpt" => self.half(start, "c", &["rid", "id"], true),
            "ex" | "ept" => self.half(start, "c", &["rid", "id"], false),
            "sc" => self.half(start, "s", &["id"], true),
            "ec" => self.half(start, "s", &["startRef"], false),
            "sm" => self.half(start, "m", &["id"], true),
            "em" => self.half(start, "m", &["startRef"], false),
            "it" => Frame::Code { start, kind: ItemKind::Isolated },
            _ => Frame::Code { start, kind: ItemKind::Point },
        }
    }

    fn element(&mut self) -> Key {
        Key { id: self.names.fresh(), is_element: true }
    }

    /// Half of a pair that is no element: the other half says the same in one of the attributes.
    fn half(&mut self, start: usize, class: &str, attributes: &[&str], opens: bool) -> Frame {
        let name = attributes.iter().find_map(|name| self.scanner.value(Namespace::None, name));
        let is_isolated = self.scanner.value(Namespace::None, "isolated").as_deref() == Some("yes");
        let Some(name) = name.filter(|_| !is_isolated) else {
            return Frame::Code { start, kind: ItemKind::Isolated };
        };
        let forbids = class == "m" && self.scanner.value(Namespace::None, "translate").as_deref() == Some("no");
        let key = Key { id: self.names.number(format!("{class}{name}")), is_element: false };
        let kind = match (opens, forbids) {
            (true, true) => ItemKind::Open(key, TagKind::Protected),
            (true, false) => ItemKind::Open(key, TagKind::Whole),
            (false, _) => ItemKind::Close(key),
        };
        Frame::Code { start, kind }
    }

    /// Adds a code. The end of a stretch that must not be translated makes one thing of all in it.
    fn code(
        &self,
        range: Range<usize>,
        kind: ItemKind,
        depth: usize,
        forbidden: &mut Vec<(usize, usize, usize, usize)>,
        items: &mut Vec<Item>,
    ) {
        match kind {
            ItemKind::Open(key, TagKind::Protected) => {
                forbidden.push((key.id, items.len(), range.start, depth));
                items.push(Item { kind: ItemKind::Open(key, TagKind::Whole), range });
            }
            ItemKind::Close(key)
                if forbidden.last().is_some_and(|(id, first, start, around)| {
                    let is_here = items.get(*first).is_some_and(|item| item.range.start == *start);
                    (*id, *around) == (key.id, depth) && is_here
                }) =>
            {
                let Some((_, first, start, _)) = forbidden.pop() else { return };
                if !is_balanced(&items[first..]) {
                    forbidden.clear();
                    items.push(Item { kind: ItemKind::Isolated, range });
                    return;
                }
                let visible = items[first..]
                    .iter()
                    .filter(|item| matches!(item.kind, ItemKind::Text(_)))
                    .map(|item| words(&self.text[item.range.clone()]))
                    .collect();
                items.truncate(first);
                items.push(Item { kind: ItemKind::Protected(visible), range: start..range.end });
            }
            kind => items.push(Item { kind, range }),
        }
    }

    /// Where all text stands in CDATA sections, translations will too: only their insides are text.
    fn open_sections(&mut self, items: &mut Vec<Item>) {
        let is_section = |item: &Item| matches!(item.kind, ItemKind::Text(Spelling::Section));
        let is_plain = |item: &Item| match item.kind {
            ItemKind::Text(Spelling::Section) | ItemKind::Border => true,
            ItemKind::Text(_) => self.text[item.range.clone()].trim().is_empty(),
            _ => false,
        };
        if !items.iter().any(is_section) || !items.iter().all(is_plain) {
            return;
        }
        for item in std::mem::take(items) {
            if !is_section(&item) {
                items.push(item);
                continue;
            }
            let (start, end) = (item.range.start + "<![CDATA[".len(), item.range.end - "]]>".len());
            items.push(Item { kind: ItemKind::Border, range: item.range.start..start });
            escaped::part(self.text, start..end, Spelling::Raw, self.names, items);
            items.push(Item { kind: ItemKind::Border, range: end..item.range.end });
        }
    }
}

/// The text of an event, whichever way it is spelled.
fn words(raw: &str) -> Cow<'_, str> {
    match raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>")) {
        Some(section) => section.into(),
        None => unescape(raw),
    }
}

/// Whether every element that begins here ends here, and the other way round.
fn is_balanced(items: &[Item]) -> bool {
    let mut depth = 0usize;
    for item in items {
        match item.kind {
            ItemKind::Open(key, _) if key.is_element => depth += 1,
            ItemKind::Close(key) if key.is_element => match depth.checked_sub(1) {
                Some(outside) => depth = outside,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

fn protected_text(frame: &mut Frame) -> Option<&mut String> {
    match frame {
        Frame::Protected { visible, .. } => Some(visible),
        _ => None,
    }
}
