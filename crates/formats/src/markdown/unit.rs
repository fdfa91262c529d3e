//! From a run of inline Markdown to a segment and its place.

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::{Segment, TagId, TagKind};

use super::extras::{Extras, Rare};
use super::html_tags::{self, HtmlTag};
use super::node::{Node, NodeKind, Side};
use super::slot::{Context, Markup, Part, Place, Segments, Stretch};
use crate::fill::width;
use crate::small_range::SmallRange;
use crate::wording::has_words;

/// Inline Markdown between two borders of blocks.
#[derive(Debug, Default)]
pub(super) struct Run<'a> {
    pub(super) nodes: Vec<Node<'a>>,
}

impl<'a> Run<'a> {
    pub(super) fn push(&mut self, node: Node<'a>) {
        self.nodes.push(node);
    }
}

/// The HTML tags of a run that have words in their attributes.
pub(super) fn tags_with_words(text: &str, run: &Run<'_>) -> Vec<Range<usize>> {
    let tags = run.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Html)).map(|node| node.range.clone());
    tags.filter(|range| html_tags::has_words(&text[range.clone()])).collect()
}

/// Makes a segment of a run, if there are words in it. What is `rare` has the whole heading that it is underlined as.
pub(super) fn part(
    text: &str,
    run: &mut Run<'_>,
    context: Context,
    mut rare: Rare,
    extras: &mut Extras,
) -> Option<Part> {
    let nodes = run.nodes.as_mut_slice();
    pair(text, nodes);
    fold_blanks(nodes);
    let (inner, link) = trim(text, nodes);
    if inner.is_empty() || !is_translatable(&nodes[inner.clone()]) {
        return None;
    }
    trim_blanks(nodes, inner.clone());
    let is_first = nodes[..inner.start].iter().all(|node| matches!(node.kind, NodeKind::Gone));
    let range = nodes[inner.start].range.start..nodes[inner.end - 1].range.end;
    let segment = segment(text, nodes, inner, extras);
    let in_link = link.is_some();
    rare.label = rare.label.or(link.flatten());
    rare.underline = rare.underline.and_then(|heading| underline(text, &heading.range(), &range)).map(SmallRange::from);
    let starts_block = context == Context::Flow && is_first;
    let stretch = Stretch { range: range.into(), context, starts_block, in_link, extra: extras.finish(rare) };
    Some(Part { place: Place::Inline(stretch), segments: Segments::One(segment) })
}

fn is_translatable(nodes: &[Node<'_>]) -> bool {
    if let [Node { kind: NodeKind::Text(text), .. }] = nodes {
        return has_words(text);
    }
    let mut words = String::with_capacity(nodes.iter().map(Node::room).sum());
    for node in nodes {
        match &node.kind {
            NodeKind::Text(text) => words.push_str(text),
            NodeKind::Fold(_) | NodeKind::Break(_) | NodeKind::Protected(_) => words.push(' '),
            _ => {}
        }
    }
    has_words(&words)
}

/// How many tags of HTML may be open: beyond, they are taken for halves of broken pairs.
const OPEN_TAGS: usize = 64;

/// Finds the partners of HTML tags and of wiki links; what has none is isolated.
fn pair(text: &str, nodes: &mut [Node<'_>]) {
    // What is open: its index, and its name if it is a tag. Markdown's own pairs have found each other already.
    let mut open: Vec<(usize, Option<String>)> = Vec::new();
    for index in 0..nodes.len() {
        let range = nodes[index].range.clone();
        match &nodes[index].kind {
            NodeKind::Start { .. } => open.push((index, None)),
            NodeKind::End { mate } => {
                let mate = *mate;
                while let Some((start, _)) = open.pop() {
                    if start == mate {
                        break;
                    }
                    isolate(&mut nodes[start]);
                }
            }
            NodeKind::Half(Side::Open) => open.push((index, Some("[[".to_owned()))),
            NodeKind::Half(Side::Close) => close(text, nodes, &mut open, index, "[["),
            NodeKind::Html => match HtmlTag::of(&text[range.clone()]) {
                HtmlTag::Open(name) if open.len() < OPEN_TAGS => open.push((index, Some(name.to_ascii_lowercase()))),
                HtmlTag::Close(name) => close(text, nodes, &mut open, index, &name.to_ascii_lowercase()),
                HtmlTag::LineBreak => {
                    let folds = matches!(nodes.get(index + 1).map(|node| &node.kind), Some(NodeKind::Fold(_)));
                    nodes[index].kind = NodeKind::Break(Markup::Break {
                        mark: range.into(),
                        ends_line: folds,
                        between: SmallRange::default(),
                    });
                    if folds {
                        nodes[index].range.end = nodes[index + 1].range.end;
                        nodes[index + 1].kind = NodeKind::Gone;
                    }
                }
                HtmlTag::Thing => nodes[index].kind = NodeKind::Point,
                HtmlTag::Nothing => nodes[index].kind = NodeKind::Anchor,
                HtmlTag::Open(_) => isolate(&mut nodes[index]),
            },
            _ => {}
        }
    }
    for (index, _) in open {
        isolate(&mut nodes[index]);
    }
}

fn isolate(node: &mut Node<'_>) {
    if !matches!(node.kind, NodeKind::Start { .. } | NodeKind::End { .. }) {
        node.kind = NodeKind::Isolated;
    }
}

fn close(text: &str, nodes: &mut [Node<'_>], open: &mut Vec<(usize, Option<String>)>, index: usize, name: &str) {
    let found = open.iter().rposition(|(_, known)| known.as_deref().is_none_or(|known| known == name));
    let Some(place) = found.filter(|place| open[*place].1.is_some()) else {
        nodes[index].kind = NodeKind::Isolated;
        return;
    };
    for (unclosed, _) in open.drain(place + 1..) {
        isolate(&mut nodes[unclosed]);
    }
    let Some((start, _)) = open.pop() else { return };
    let (first, last) = (nodes[start].range.clone(), nodes[index].range.clone());
    let kind = if name == "[[" { TagKind::Whole } else { html_tags::kind(name, &text[first.clone()]) };
    if kind == TagKind::Protected {
        let mut shown = String::new();
        for node in &mut nodes[start..=index] {
            match std::mem::replace(&mut node.kind, NodeKind::Gone) {
                NodeKind::Text(words) | NodeKind::Protected(words) => shown.push_str(&words),
                NodeKind::Fold(fold) => shown.push_str(fold),
                _ => {}
            }
        }
        nodes[start] = Node::new(NodeKind::Protected(shown.into()), first.start..last.end);
        return;
    }
    let markup = Markup::Pair { open: first.into(), close: last.into(), names_itself: false };
    nodes[start].kind = NodeKind::Start { mate: index, kind, markup };
    nodes[index].kind = NodeKind::End { mate: start };
}

/// The label of a link that names its target by its own text, and what closes it.
type OwnLabel = (SmallRange, SmallRange);

/// Leaves out what stands around the words: white space, things, pairs around all of it. Also tells whether a link is one
/// of those, and of one that is named by its own text the label: it is to be written beside the new text.
fn trim(text: &str, nodes: &[Node<'_>]) -> (Range<usize>, Option<Option<OwnLabel>>) {
    // Most runs begin and end with words.
    if let (Some(first), Some(last)) = (nodes.first(), nodes.last())
        && first.has_content()
        && last.has_content()
    {
        return (0..nodes.len(), None);
    }
    let mut link = None;
    let mut content = Vec::with_capacity(nodes.len() + 1);
    content.push(0_usize);
    for node in nodes {
        content.push(content.last().copied().unwrap_or_default() + usize::from(node.has_content()));
    }
    let is_bare = |range: Range<usize>| content[range.start] == content[range.end];
    let is_loose =
        |node: &Node<'_>| !node.has_content() && !matches!(node.kind, NodeKind::Start { .. } | NodeKind::End { .. });
    let (mut start, mut end) = (0, nodes.len());
    loop {
        while start < end {
            match &nodes[start].kind {
                NodeKind::Start { mate, .. } if *mate < end && is_bare(start..mate + 1) => start = mate + 1,
                _ if is_loose(&nodes[start]) => start += 1,
                _ => break,
            }
        }
        while start < end {
            match &nodes[end - 1].kind {
                NodeKind::End { mate } if *mate >= start && is_bare(*mate..end) => end = *mate,
                _ if is_loose(&nodes[end - 1]) => end -= 1,
                _ => break,
            }
        }
        match nodes[start..end].first().map(|node| &node.kind) {
            Some(NodeKind::Start { mate, markup, .. }) if mate + 1 == end => {
                if let Markup::Pair { open, names_itself, .. } = markup
                    && text[open.range()].starts_with('[')
                {
                    let close = &nodes[*mate].range;
                    let label = || ((open.end()..close.start).into(), close.clone().into());
                    link = Some(names_itself.then(label));
                }
                start += 1;
                end -= 1;
            }
            _ => return (start..end, link),
        }
    }
}

/// Where lines are filled anew, several blanks are as much as one: any of them may be where a line ends.
fn fold_blanks(nodes: &mut [Node<'_>]) {
    if !nodes.iter().any(|node| matches!(node.kind, NodeKind::Fold(_))) {
        return;
    }
    for node in nodes {
        if let NodeKind::Text(text) = &mut node.kind
            && text.as_bytes().windows(2).any(|pair| pair == b"  ")
        {
            // What stands at an edge is counted in bytes of the document.
            let inner = text.len() - text.trim_start_matches(' ').len()..text.trim_end_matches(' ').len();
            let Some(words) = text.get(inner.clone()) else { continue };
            let mut folded = text[..inner.start].to_owned();
            for (index, word) in words.split(' ').filter(|word| !word.is_empty()).enumerate() {
                folded.push_str(if index > 0 { " " } else { "" });
                folded.push_str(word);
            }
            folded.push_str(&text[inner.end..]);
            *text = folded.into();
        }
    }
}

/// White space at either end stays where it is.
fn trim_blanks(nodes: &mut [Node<'_>], inner: Range<usize>) {
    if let Some(Node { kind: NodeKind::Text(text), range }) = nodes.get_mut(inner.start) {
        let blanks = text.len() - text.trim_start().len();
        match text {
            Cow::Borrowed(text) => *text = &text[blanks..],
            Cow::Owned(text) => drop(text.drain(..blanks)),
        }
        range.start += blanks;
    }
    if let Some(Node { kind: NodeKind::Text(text), range }) = nodes.get_mut(inner.end - 1) {
        let blanks = text.len() - text.trim_end().len();
        match text {
            Cow::Borrowed(text) => *text = text.trim_end(),
            Cow::Owned(text) => text.truncate(text.len() - blanks),
        }
        range.end -= blanks;
    }
}

/// The segment of these nodes; what it has besides words is added to the extras.
fn segment(text: &str, nodes: &[Node<'_>], inner: Range<usize>, extras: &mut Extras) -> Segment {
    let mut segment = Segment::default();
    if let [Node { kind: NodeKind::Text(words), .. }] = &nodes[inner.clone()] {
        // Most have but one stretch of words: no room is made that is not needed.
        segment = Segment::plain(words.as_ref());
    }
    let is_done = !segment.source.is_empty();
    let mut ids = if is_done { Vec::new() } else { vec![TagId(u32::MAX); nodes.len()] };
    for index in inner.clone() {
        let node = &nodes[index];
        let mut single = |segment: &mut Segment, kind: TagKind, markup: Markup| {
            extras.add_tag(kind, markup);
            segment.add_tag(kind)
        };
        let whole = || Markup::Single(node.range.clone().into());
        match &node.kind {
            NodeKind::Text(words) => {
                if !is_done {
                    segment.source.push_str(words);
                }
                spelling(text, words, &node.range, extras);
            }
            NodeKind::Fold(fold) => {
                segment.source.push_str(fold);
                between(text, nodes, index, inner.end).into_iter().for_each(|between| extras.add_between(between));
            }
            NodeKind::Protected(shown) => {
                extras.add_kept(node.range.clone(), shown);
                let id = segment.add_tag(TagKind::Protected);
                segment.source.open(id);
                segment.source.push_str(shown);
                segment.source.close(id);
            }
            NodeKind::Start { mate, kind, markup } => {
                let mut markup = markup.clone();
                if let Markup::Pair { close, .. } = &mut markup {
                    *close = nodes[*mate].range.clone().into();
                }
                ids[index] = single(&mut segment, *kind, markup);
                segment.source.open(ids[index]);
            }
            NodeKind::End { mate } => segment.source.close(ids[*mate]),
            NodeKind::Point | NodeKind::Anchor => {
                let kind = if matches!(node.kind, NodeKind::Point) { TagKind::Point } else { TagKind::Anchor };
                let id = single(&mut segment, kind, whole());
                segment.source.point(id);
            }
            NodeKind::Break(markup) => {
                let mut markup = markup.clone();
                if let Markup::Break { between: place, .. } = &mut markup {
                    *place = between(text, nodes, index, inner.end).unwrap_or_default().into();
                }
                let id = single(&mut segment, TagKind::Break, markup);
                segment.source.point(id);
            }
            NodeKind::Isolated | NodeKind::Html | NodeKind::Half(_) => {
                let id = single(&mut segment, TagKind::Isolated, whole());
                segment.source.point(id);
            }
            NodeKind::Gone => {}
        }
    }
    segment
}

/// What stands between the line that ends with this node and the next one's words.
fn between(text: &str, nodes: &[Node<'_>], index: usize, end: usize) -> Option<Range<usize>> {
    let next = nodes[index + 1..end].iter().find(|node| !matches!(node.kind, NodeKind::Gone))?;
    let from = nodes[index].range.start;
    let start = from + text[from..next.range.start].find(['\r', '\n'])?;
    Some(start..next.range.start)
}

/// Characters whose escapes matter only where they stand: the merge decides about them anew.
const LOCAL_ESCAPES: [char; 9] = ['.', ')', '-', '+', '#', '>', '=', '!', ':'];

/// Notes how characters are spelled that are not written as they are.
fn spelling(text: &str, words: &str, range: &Range<usize>, extras: &mut Extras) {
    let spelled = &text[range.clone()];
    if spelled == words {
        return;
    }
    let mut characters = words.chars();
    let is_escaped = |first: char| spelled.strip_prefix('\\').is_some_and(|rest| rest.starts_with(first));
    match characters.next() {
        Some(first) if is_escaped(first) && LOCAL_ESCAPES.contains(&first) => {}
        Some(first) if is_escaped(first) => {
            extras.add_spelling(first, range.start..range.start + 1 + first.len_utf8());
        }
        Some(first) if characters.next().is_none() => extras.add_spelling(first, range.clone()),
        _ => {}
    }
}

/// The line under a heading, where it is just as long as the heading.
fn underline(text: &str, heading: &Range<usize>, words: &Range<usize>) -> Option<Range<usize>> {
    let whole = text[heading.clone()].trim_end();
    let start = heading.start + whole.rfind('\n')? + 1;
    let line = &text[start..heading.start + whole.len()];
    let marks = line.trim_start_matches(|c| !matches!(c, '=' | '-'));
    let range = start + line.len() - marks.len()..start + line.len();
    let title = text[heading.start..start].trim();
    let is_one_line = !title.contains(['\n', '\r']) && words.start >= heading.start;
    (is_one_line && width(title) == marks.len()).then_some(range)
}
