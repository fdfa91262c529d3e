//! The parts of a run that are translated apart: what cuts divide, the links of a menu, the controls of a form.

use std::ops::Range;

use super::Alone;
use super::nodes::{Node, NodeKind};

/// The parts of a run that are translated apart.
pub(super) fn parts(nodes: &[Node]) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, node) in nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Cut) {
            list(nodes, start..index, &mut parts);
            start = index + 1;
        }
    }
    list(nodes, start..nodes.len(), &mut parts);
    parts
}

/// The parts of a part from which a pair around all of it was taken.
pub(super) fn inner_parts(nodes: &[Node], part: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    list(nodes, part, &mut parts);
    parts
}

/// What stands in a part, as far as it tells whether the part is one text.
struct Unit {
    range: Range<usize>,
    kind: UnitKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UnitKind {
    Alone(Alone),
    Words,
    /// Signs without letters: what stands between the links of a menu.
    Signs,
}

/// Several links with no word between them (a menu, a trail of crumbs) are a list: each is a part of its own, with the
/// formatting around it. The controls of a form are parts of their own even beside words, but for a button that a
/// sentence names: `Press [Save] to go on.`
fn list(nodes: &[Node], part: Range<usize>, parts: &mut Vec<Range<usize>>) {
    let units = units(nodes, part.clone());
    let is_alone = |unit: &&Unit| matches!(unit.kind, UnitKind::Alone(_));
    if !units.iter().any(|unit| unit.kind == UnitKind::Words) {
        match units.iter().filter(is_alone).count() {
            0 | 1 => parts.push(part),
            _ => parts.extend(units.iter().filter(is_alone).map(|unit| unit.range.clone())),
        }
        return;
    }
    let is_control = |at: Option<usize>| {
        let unit = at.and_then(|at| units.get(at));
        unit.is_some_and(|unit| matches!(unit.kind, UnitKind::Alone(Alone::Control | Alone::Label)))
    };
    let mut start = part.start;
    for (at, unit) in units.iter().enumerate() {
        let is_cut = unit.kind == UnitKind::Alone(Alone::Label)
            || is_control(Some(at)) && (is_control(at.checked_sub(1)) || is_control(Some(at + 1)));
        if is_cut {
            parts.extend([start..unit.range.start, unit.range.clone()].into_iter().filter(|part| !part.is_empty()));
            start = unit.range.end;
        }
    }
    parts.extend(Some(start..part.end).filter(|part| !part.is_empty()));
}

/// What stands in a part, in order. Things and blanks are left out.
fn units(nodes: &[Node], part: Range<usize>) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut index = part.start;
    while index < part.end {
        let start = index;
        let kind = match &nodes[index].kind {
            NodeKind::Start { mate, .. } => {
                let alone = alone(nodes, index);
                let has_content = nodes[index..*mate].iter().any(Node::has_content);
                index = *mate;
                match alone {
                    Alone::No if has_content => Some(UnitKind::Words),
                    Alone::No => None,
                    alone => Some(UnitKind::Alone(alone)),
                }
            }
            NodeKind::Text(decoded) if decoded.text.contains(char::is_alphabetic) => Some(UnitKind::Words),
            NodeKind::Text(decoded) if decoded.text.trim().is_empty() => None,
            NodeKind::Text(_) => Some(UnitKind::Signs),
            NodeKind::Point | NodeKind::Anchor | NodeKind::Break | NodeKind::Cut => None,
            NodeKind::Protected(_) | NodeKind::End { .. } | NodeKind::Joint(_) | NodeKind::Isolated => {
                Some(UnitKind::Words)
            }
        };
        index += 1;
        units.extend(kind.map(|kind| Unit { range: start..index, kind }));
    }
    units
}

/// Whether the pair, or the one thing in it, stands alone: `<b><a>…</a></b>`.
fn alone(nodes: &[Node], mut index: usize) -> Alone {
    while let NodeKind::Start { alone, mate, .. } = nodes[index].kind {
        if alone != Alone::No {
            return alone;
        }
        match nodes[index + 1].kind {
            NodeKind::Start { mate: inner, .. } if inner + 1 == mate => index += 1,
            _ => break,
        }
    }
    Alone::No
}
