//! The items of a run as nodes: text decoded, pairs matched, protected elements in one piece, cuts marked.

use std::collections::HashMap;
use std::ops::Range;

use terjuman_model::TagKind;

use super::super::elements::NameId;
use super::super::references::{Decoded, Decoder, Place};
use super::super::templates::{self, Code};
use super::{Alone, Item, ItemKind, Layout, StartTag};

/// A node; the ranges of a run's nodes follow each other without gaps.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: NodeKind,
    pub(super) range: Range<usize>,
    /// White space that belongs to a tag's markup, inside `range` for things and beside it for pairs.
    pub(super) space: usize,
}

/// What a node is. Mates are indexes of nodes.
#[derive(Debug)]
pub(super) enum NodeKind {
    Text(Decoded),
    /// With the text one sees.
    Protected(String),
    Start {
        kind: TagKind,
        id: Option<Range<usize>>,
        plain: bool,
        alone: Alone,
        code: bool,
        mate: usize,
    },
    End {
        mate: usize,
    },
    /// Half of `</b><b>` inside the pair whose start is given.
    Joint(usize),
    Point,
    /// A thing that shows nothing.
    Anchor,
    Break,
    Isolated,
    /// The run is cut here.
    Cut,
}

impl Node {
    fn new(kind: NodeKind, range: Range<usize>) -> Self {
        Self { kind, range, space: 0 }
    }

    /// Whether one sees text here.
    pub(super) fn has_content(&self) -> bool {
        match &self.kind {
            NodeKind::Text(decoded) => !decoded.text.chars().all(|c| c.is_whitespace() || is_icon(c)),
            NodeKind::Protected(visible) => !visible.trim().is_empty(),
            _ => false,
        }
    }
}

/// A picture in the form of a letter, as links to a heading have behind it: to the words it is nothing.
fn is_icon(character: char) -> bool {
    matches!(character, '¶' | '🔗' | '\u{e000}'..='\u{f8ff}')
}

/// Makes the nodes of a run.
pub(super) fn build(text: &str, items: &[Item], layout: Layout, place: Place, decoder: &mut Decoder) -> Vec<Node> {
    let mates = match_pairs(items);
    let mut builder = Builder { text, layout, place, decoder, nodes: Vec::with_capacity(items.len()), depth: 0 };
    let mut starts = HashMap::new();
    let mut index = 0;
    while index < items.len() {
        let item = &items[index];
        builder.close_gap(item.range.start);
        match (&item.kind, mates[index]) {
            (ItemKind::Start(StartTag { kind: TagKind::Protected, .. }), Some(mate)) => {
                let visible = visible_text(text, &items[index + 1..mate], builder.decoder);
                builder.push(NodeKind::Protected(visible), item.range.start..items[mate].range.end);
                index = mate;
            }
            (ItemKind::Start(tag), Some(mate)) => {
                starts.insert(mate, builder.nodes.len());
                builder.depth += 1;
                let kind = NodeKind::Start {
                    kind: tag.kind,
                    id: tag.id.clone(),
                    plain: tag.plain,
                    alone: tag.alone,
                    code: tag.code,
                    mate: 0,
                };
                builder.push(kind, item.range.clone());
            }
            (ItemKind::End(_), Some(_)) => {
                let start = starts.remove(&index).unwrap_or_default();
                builder.depth -= 1;
                let end = builder.nodes.len();
                builder.push(NodeKind::End { mate: start }, item.range.clone());
                if let Some(Node { kind: NodeKind::Start { mate, .. }, .. }) = builder.nodes.get_mut(start) {
                    *mate = end;
                }
            }
            (ItemKind::Start(_) | ItemKind::End(_), None) => builder.push(NodeKind::Isolated, item.range.clone()),
            (ItemKind::Text { protected }, _) => builder.text(item.range.clone(), *protected),
            (ItemKind::Template, _) => builder.template(&text[item.range.clone()], item.range.clone()),
            (ItemKind::Anchor, _) => builder.push(NodeKind::Anchor, item.range.clone()),
            (ItemKind::Point, _) => builder.push(NodeKind::Point, item.range.clone()),
            (ItemKind::Break, _) => builder.line_break(item.range.clone()),
        }
        index += 1;
    }
    let mut nodes = builder.nodes;
    join_equal_neighbours(text, &mut nodes);
    break_up(&mut nodes);
    nodes
}

/// How deep pairs are matched.
const DEEPEST: usize = 256;

/// The mate of each start and end tag that is well nested; the others are left alone, as they are.
fn match_pairs(items: &[Item]) -> Vec<Option<usize>> {
    let mut mates = vec![None; items.len()];
    let mut open: Vec<(NameId, usize)> = Vec::new();
    let mut count: HashMap<NameId, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        match &item.kind {
            // A start tag deeper than this stays alone: a merge would walk through all that is open.
            ItemKind::Start(tag) if open.len() < DEEPEST => {
                open.push((tag.name, index));
                *count.entry(tag.name).or_default() += 1;
            }
            // Without the count, every stray end tag would search the whole stack.
            ItemKind::End(name) if count.get(name).is_some_and(|n| *n > 0) => {
                let mut crossed = false;
                while let Some((found, start)) = open.pop() {
                    *count.entry(found).or_default() -= 1;
                    if found == *name {
                        // What is broken inside protected text does not matter: it is written in one piece.
                        let protected =
                            matches!(&items[start].kind, ItemKind::Start(tag) if tag.kind == TagKind::Protected);
                        if !crossed || protected {
                            mates[start] = Some(index);
                            mates[index] = Some(start);
                        }
                        break;
                    }
                    crossed = true;
                }
            }
            _ => {}
        }
    }
    mates
}

fn visible_text(text: &str, items: &[Item], decoder: &mut Decoder) -> String {
    let mut visible = String::new();
    for item in items {
        match item.kind {
            ItemKind::Text { .. } => visible.push_str(&decoder.decode(&text[item.range.clone()], Place::Text).text),
            ItemKind::Template => visible.push_str(&text[item.range.clone()]),
            _ => {}
        }
    }
    visible
}

struct Builder<'a> {
    text: &'a str,
    layout: Layout,
    place: Place,
    decoder: &'a mut Decoder,
    nodes: Vec<Node>,
    depth: usize,
}

impl Builder<'_> {
    fn push(&mut self, kind: NodeKind, range: Range<usize>) {
        self.nodes.push(Node::new(kind, range));
    }

    /// Whatever a run leaves out is still written back.
    fn close_gap(&mut self, start: usize) {
        if let Some(end) = self.nodes.last().map(|node| node.range.end).filter(|end| *end < start) {
            self.push(NodeKind::Point, end..start);
        }
    }

    fn text(&mut self, range: Range<usize>, protected: bool) {
        if self.layout == Layout::Flow || self.depth > 0 {
            return self.line(range, protected);
        }
        let mut start = range.start;
        for line in self.text[range].split_inclusive('\n') {
            let end = start + line.len();
            self.line(start..end, protected);
            if line.ends_with('\n') {
                self.push(NodeKind::Cut, end..end);
            }
            start = end;
        }
    }

    fn line(&mut self, range: Range<usize>, protected: bool) {
        let mut decoded = self.decoder.decode(&self.text[range.clone()], self.place);
        let kind = if decoded.text.is_empty() {
            NodeKind::Point
        } else if protected {
            NodeKind::Protected(decoded.text)
        } else {
            let code = templates::expressions(&decoded.text);
            if !code.is_empty() {
                return self.with_templates(&code, &mut decoded, range);
            }
            NodeKind::Text(decoded)
        };
        self.push(kind, range);
    }

    fn with_templates(&mut self, code: &[Range<usize>], decoded: &mut Decoded, range: Range<usize>) {
        // From the end on, so that each cut copies only what it cuts off.
        let mut parts = Vec::new();
        for code in code.iter().rev() {
            parts.push((decoded.split_off(code.end), false));
            parts.push((decoded.split_off(code.start), true));
        }
        parts.push((std::mem::take(decoded), false));
        let mut start = range.start;
        for (part, is_code) in parts.into_iter().rev().filter(|(part, _)| part.raw_length > 0) {
            let end = start + part.raw_length;
            match part {
                part if part.text.is_empty() => self.push(NodeKind::Point, start..end),
                part if is_code => self.template(&part.text, start..end),
                part => self.push(NodeKind::Text(part), start..end),
            }
            start = end;
        }
    }

    /// A value is a word of the text; what is shown on a condition is a text of its own, where it can be.
    fn template(&mut self, code: &str, range: Range<usize>) {
        match templates::code(code) {
            Code::Value => self.push(NodeKind::Protected(code.to_owned()), range),
            Code::Comment => self.push(NodeKind::Point, range),
            Code::Statement if self.depth > 0 => self.push(NodeKind::Isolated, range),
            Code::Statement => {
                let Range { start, end } = range;
                self.push(NodeKind::Cut, start..start);
                self.push(NodeKind::Isolated, range);
                self.push(NodeKind::Cut, end..end);
            }
        }
    }

    /// Two line breaks in a row part paragraphs, whatever formatting begins or ends between them.
    fn line_break(&mut self, range: Range<usize>) {
        let is_between = |node: &&Node| match &node.kind {
            NodeKind::Text(_) => !node.has_content(),
            NodeKind::Start { .. } | NodeKind::End { .. } => true,
            _ => false,
        };
        let before = self.nodes.iter().rev().find(|node| !is_between(node));
        let second = matches!(before.map(|n| &n.kind), Some(NodeKind::Break));
        let end = range.end;
        self.push(NodeKind::Break, range);
        if second {
            self.push(NodeKind::Cut, end..end);
        }
    }
}

/// A pair that goes over a cut cannot be in a text: its tags stay where they are, and the text is cut there, too.
fn break_up(nodes: &mut [Node]) {
    let mut cuts = 0;
    let before: Vec<usize> = nodes
        .iter()
        .map(|node| {
            cuts += usize::from(matches!(node.kind, NodeKind::Cut));
            cuts
        })
        .collect();
    if cuts == 0 {
        return;
    }
    for index in 0..nodes.len() {
        if let NodeKind::Start { mate, .. } = nodes[index].kind
            && before[mate] > before[index]
        {
            nodes[index].kind = NodeKind::Cut;
            nodes[mate].kind = NodeKind::Cut;
        }
    }
}

/// Makes `</b><b>` between equal elements part of the text's spelling: to a translator they are one.
fn join_equal_neighbours(text: &str, nodes: &mut [Node]) {
    for index in 1..nodes.len().saturating_sub(1) {
        let (NodeKind::End { mate: first }, NodeKind::Start { mate: last, plain: true, kind: TagKind::Format, .. }) =
            (&nodes[index].kind, &nodes[index + 1].kind)
        else {
            continue;
        };
        let (first, last) = (*first, *last);
        let equal = matches!(nodes[first].kind, NodeKind::Start { plain: true, .. })
            && text[nodes[first].range.clone()] == text[nodes[index + 1].range.clone()]
            && text[nodes[index].range.clone()] == text[nodes[last].range.clone()];
        let is_text = |index: usize| matches!(nodes.get(index), Some(Node { kind: NodeKind::Text(_), .. }));
        if equal && (is_text(index - 1) || is_text(index + 2)) {
            nodes[index].kind = NodeKind::Joint(first);
            nodes[index + 1].kind = NodeKind::Joint(first);
            if let NodeKind::Start { mate, .. } = &mut nodes[first].kind {
                *mate = last;
            }
            if let NodeKind::End { mate } = &mut nodes[last].kind {
                *mate = first;
            }
        }
    }
}
