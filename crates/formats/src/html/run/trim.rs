//! What of a part belongs to the skeleton: white space, things and broken tags at its ends, and pairs around all of it.

use std::ops::Range;

use super::nodes::{Node, NodeKind};

/// Narrows a part down until it begins and ends with text, or with a pair that covers only some of it.
pub(super) fn trim(nodes: &[Node], part: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = part;
    // How many nodes with content come before each node of the part.
    let mut content = Vec::with_capacity(end - start + 1);
    content.push(0_usize);
    for node in &nodes[start..end] {
        content.push(content.last().copied().unwrap_or_default() + usize::from(node.has_content()));
    }
    let (first, is_empty) =
        (start, |range: Range<usize>, first: usize| content[range.start - first] == content[range.end - first]);
    loop {
        while start < end {
            match &nodes[start].kind {
                NodeKind::Start { mate, .. } if *mate < end && is_empty(start..mate + 1, first) => start = mate + 1,
                _ if is_loose(&nodes[start]) => start += 1,
                _ => break,
            }
        }
        while start < end {
            match &nodes[end - 1].kind {
                NodeKind::End { mate } if *mate >= start && is_empty(*mate..end, first) => end = *mate,
                _ if is_loose(&nodes[end - 1]) => end -= 1,
                _ => break,
            }
        }
        match nodes[start..end].first().map(|node| &node.kind) {
            Some(NodeKind::Start { mate, .. }) if mate + 1 == end => {
                start += 1;
                end -= 1;
            }
            _ => return start..end,
        }
    }
}

fn is_loose(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Point | NodeKind::Anchor | NodeKind::Break | NodeKind::Isolated | NodeKind::Cut => true,
        NodeKind::Text(_) => !node.has_content(),
        NodeKind::Protected(_) | NodeKind::Start { .. } | NodeKind::End { .. } | NodeKind::Joint(_) => false,
    }
}

/// Gives the white space at the very ends of a part to the markup beside it, or to the skeleton.
pub(super) fn strip_edges(nodes: &mut [Node], part: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = part;
    for index in start..end {
        let done = nodes[index].has_content();
        if let NodeKind::Text(decoded) = &mut nodes[index].kind {
            let space = decoded.trim_start();
            nodes[index].range.start += space;
            if index > start {
                give(&mut nodes[index - 1], space, Side::After);
            }
        }
        if done {
            break;
        }
    }
    for index in (start..end).rev() {
        let done = nodes[index].has_content();
        if let NodeKind::Text(decoded) = &mut nodes[index].kind {
            let space = decoded.trim_end();
            nodes[index].range.end -= space;
            if index + 1 < end {
                give(&mut nodes[index + 1], space, Side::Before);
            }
        }
        if done {
            break;
        }
    }
    while start < end && nodes[start].range.is_empty() {
        start += 1;
    }
    while start < end && nodes[end - 1].range.is_empty() {
        end -= 1;
    }
    start..end
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

fn give(node: &mut Node, space: usize, side: Side) {
    match (&node.kind, side) {
        (NodeKind::Start { .. }, Side::After) | (NodeKind::End { .. }, Side::Before) => node.space += space,
        (_, Side::After) => node.range.end += space,
        (_, Side::Before) => node.range.start -= space,
    }
}
