//! From a run of text and inline markup to segments: which tags are pairs, which go to the skeleton, where a run is
//! cut, what of it needs translation.

mod nodes;
mod parts;
mod trim;

use std::ops::Range;

use terjuman_model::{Segment, TagId, TagKind};

use self::nodes::{Node, NodeKind};
use super::elements::NameId;
use super::references::{Decoded, Decoder, Place};
use super::slot::{Markup, Pair, Piece, Slot, Spelled};
use crate::small_range::SmallRange;
use crate::texts::Texts;
use crate::wording;

/// Something in a run. Together the items of a run cover it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    pub(super) range: Range<usize>,
}

/// What an item is.
#[derive(Debug, Clone)]
pub(super) enum ItemKind {
    /// Text as it is spelled.
    Text {
        /// Stands in an element whose text is kept.
        protected: bool,
    },
    /// Code of a template.
    Template,
    /// A start tag.
    Start(StartTag),
    /// An end tag.
    End(NameId),
    /// A thing.
    Point,
    /// A comment, or a place where a word may be broken: nothing that one sees.
    Anchor,
    /// A line break.
    Break,
}

/// A start tag of an inline element.
#[derive(Debug, Clone)]
pub(super) struct StartTag {
    pub(super) name: NameId,
    pub(super) kind: TagKind,
    /// The `id` attribute and the white space before it.
    pub(super) id: Option<Range<usize>>,
    /// Only tells how letters look: two equal ones in a row are one.
    pub(super) plain: bool,
    /// Whether it is a text of its own beside others.
    pub(super) alone: Alone,
    /// Its letters are those that code is set in.
    pub(super) code: bool,
}

/// Whether an element is a text of its own beside others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    /// Its text is part of the text around it.
    No,
    /// A link or a custom element: several of them without words between are a list, not a sentence.
    Listed,
    /// A button or a gauge: several of them in a row are no sentence, whatever stands before or behind them.
    Control,
    /// What a field is called: never part of a sentence.
    Label,
}

/// How the text of a run is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// White space collapses.
    Flow,
    /// Every line is a unit: `pre`, `textarea`.
    Lines,
}

/// Turns a run into segments with their slots.
pub(super) fn segments(
    text: &str,
    items: &[Item],
    layout: Layout,
    place: Place,
    decoder: &mut Decoder,
    out: &mut Texts<Slot>,
) {
    if !items.iter().any(|item| matches!(item.kind, ItemKind::Text { protected: false })) {
        return;
    }
    let is_code = |item: &Item| matches!(&item.kind, ItemKind::Start(tag) if tag.kind == TagKind::Protected);
    if layout == Layout::Lines && items.iter().any(is_code) {
        return;
    }
    let mut nodes = nodes::build(text, items, layout, place, decoder);
    let mut parts = parts::parts(&nodes);
    parts.reverse();
    while let Some(part) = parts.pop() {
        let trimmed = trim::trim(&nodes, part.clone());
        if trimmed != part {
            let inner = parts::inner_parts(&nodes, trimmed.clone());
            if inner.len() > 1 {
                parts.extend(inner.into_iter().rev());
                continue;
            }
        }
        if !has_words(&nodes[trimmed.clone()]) {
            continue;
        }
        let part = trim::strip_edges(&mut nodes, trimmed);
        out.push(segment(text, &nodes[part.clone()], part.start));
    }
}

/// Whether something in text that is not protected needs translation. What follows a line break or a thing is no part of
/// an address before it.
fn has_words(nodes: &[Node]) -> bool {
    let texts = || {
        nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Text(decoded) => Some(decoded.text.as_str()),
            NodeKind::Break | NodeKind::Point | NodeKind::Protected(_) | NodeKind::Isolated => Some(" "),
            _ => None,
        })
    };
    texts().any(|text| text.contains(char::is_alphabetic)) && wording::has_words(&texts().collect::<String>())
}

/// Builds the segment of a part. `first` is the index of its first node, which mates are counted from.
fn segment(source: &str, nodes: &[Node], first: usize) -> (Slot, Segment) {
    let mut segment = Segment::default();
    let mut ids = vec![TagId(u32::MAX); nodes.len()];
    let mut builder = SlotBuilder::default();
    for (index, node) in nodes.iter().enumerate() {
        let single = |segment: &mut Segment, builder: &mut SlotBuilder, kind: TagKind| {
            builder.end_piece();
            builder.tags.push(Markup::Single(node.range.clone().into()));
            segment.add_tag(kind)
        };
        match &node.kind {
            NodeKind::Text(decoded) => {
                segment.source.push_str(&decoded.text);
                builder.text(source, node.range.clone(), decoded);
            }
            NodeKind::Joint(start) => {
                let pair = start.checked_sub(first).map(|index| ids[index]);
                builder.joint(node.range.clone(), pair);
            }
            NodeKind::Protected(visible) => {
                let id = single(&mut segment, &mut builder, TagKind::Protected);
                segment.source.open(id);
                let visible = if index == 0 { visible.trim_start() } else { visible };
                segment.source.push_str(if index + 1 == nodes.len() { visible.trim_end() } else { visible });
                segment.source.close(id);
            }
            NodeKind::Start { kind, id: id_attribute, code, mate, .. } => {
                builder.end_piece();
                let close = &nodes[mate - first];
                builder.tags.push(Markup::Pair(Pair {
                    kind: *kind,
                    open: node.range.clone().into(),
                    space_after_open: small(node.space),
                    close: close.range.clone().into(),
                    space_before_close: small(close.space),
                    id: id_attribute.clone().map(SmallRange::from),
                }));
                ids[index] = segment.add_tag(*kind);
                if *code {
                    segment.mark_code(ids[index]);
                }
                segment.source.open(ids[index]);
            }
            NodeKind::End { mate } => {
                builder.end_piece();
                segment.source.close(ids[mate - first]);
            }
            NodeKind::Point | NodeKind::Anchor | NodeKind::Break | NodeKind::Isolated => {
                let kind = match node.kind {
                    NodeKind::Break => TagKind::Break,
                    NodeKind::Anchor => TagKind::Anchor,
                    NodeKind::Point => TagKind::Point,
                    _ => TagKind::Isolated,
                };
                let id = single(&mut segment, &mut builder, kind);
                segment.source.point(id);
            }
            NodeKind::Cut => {}
        }
    }
    let start = nodes.first().map_or(0, |node| node.range.start);
    let end = nodes.last().map_or(start, |node| node.range.end);
    (builder.finish(start..end), segment)
}

/// No document is so long that 32 bits do not do.
fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Collects what a slot knows of its source.
#[derive(Default)]
struct SlotBuilder {
    tags: Vec<Markup>,
    pieces: Vec<Piece>,
    /// The texts of all pieces.
    texts: String,
    references: Vec<(char, Range<usize>)>,
    piece: Option<(Range<usize>, Option<Option<TagId>>)>,
    unusual: bool,
}

impl SlotBuilder {
    fn text(&mut self, source: &str, range: Range<usize>, decoded: &Decoded) {
        self.unusual |= is_unusual(decoded);
        collect_references(source, range.start, decoded, &mut self.references);
        let (raw, _) = self.piece.get_or_insert_with(|| (range.clone(), None));
        self.texts.push_str(&decoded.text);
        raw.end = range.end;
    }

    fn joint(&mut self, range: Range<usize>, pair: Option<TagId>) {
        self.unusual = true;
        let (raw, joint_of) = self.piece.get_or_insert_with(|| (range.clone(), None));
        raw.end = range.end;
        *joint_of = Some(pair);
    }

    fn end_piece(&mut self) {
        if let Some((raw, joint_of)) = self.piece.take() {
            self.pieces.push(Piece { end: small(self.texts.len()), raw: raw.into(), joint_of });
        }
    }

    fn finish(mut self, range: Range<usize>) -> Slot {
        self.end_piece();
        let (pieces, texts) = if self.unusual { (self.pieces, self.texts) } else { Default::default() };
        let references: Box<[_]> = sorted(self.references).into_iter().map(|(c, range)| (c, range.into())).collect();
        let is_spelled = !pieces.is_empty() || !references.is_empty();
        let spelled = is_spelled
            .then(|| Box::new(Spelled { texts: texts.into(), pieces: pieces.into(), references, frame: None }));
        Slot { range: range.into(), attribute: None, tags: self.tags.into(), spelled }
    }
}

/// Whether writing the text anew could give another spelling.
pub(super) fn is_unusual(decoded: &Decoded) -> bool {
    !decoded.units.is_empty()
        || decoded.text.contains(['&', '<', '>', '"', '\'', '\u{a0}', '\n'])
        || has_controls(&decoded.text)
}

fn has_controls(text: &str) -> bool {
    text.chars().any(|c| c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Notes the characters that are spelled as references.
pub(super) fn collect_references(source: &str, start: usize, decoded: &Decoded, out: &mut Vec<(char, Range<usize>)>) {
    for unit in &decoded.units {
        let raw = start + unit.raw..start + unit.raw + unit.raw_length;
        let mut meaning = decoded.text[unit.at..unit.at + unit.length].chars();
        if let (Some(character), None, true) = (meaning.next(), meaning.next(), is_reference(&source[raw.clone()])) {
            out.push((character, raw));
        }
    }
}

fn is_reference(spelled: &str) -> bool {
    spelled.starts_with('&') && spelled.ends_with(';')
}

/// The first reference of each character, by character.
pub(super) fn sorted(mut references: Vec<(char, Range<usize>)>) -> Vec<(char, Range<usize>)> {
    references.sort_by_key(|(character, range)| (*character, range.start));
    references.dedup_by_key(|(character, _)| *character);
    references
}
