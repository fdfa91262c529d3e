//! Inline markup: pairs, pictures, and where lines end.

use std::ops::Range;

use pulldown_cmark::{LinkType, TagEnd};

use super::{Block, Open, Walk};
use crate::Reason;
use crate::fill::joins_without_space;
use crate::markdown::extras::Rare;
use crate::markdown::node::{Node, NodeKind};
use crate::markdown::slot::{Context, Markup};
use crate::markdown::tail;
use crate::markdown::unit;
use crate::small_range::SmallRange;

impl<'a> Walk<'a> {
    pub(super) fn end_inline(&mut self, tag: TagEnd, start: usize, range: Range<usize>) {
        let text = self.text;
        let in_cell = self.is_in_cell();
        let run = self.run();
        let is_link = matches!(tag, TagEnd::Link);
        let end = run.nodes.len();
        let inner_end = run.nodes[start..].last().map_or(range.start + 1, |node| node.range.end);
        let mut title = None;
        let Some(NodeKind::Start { mate, markup, .. }) = run.nodes.get_mut(start).map(|node| &mut node.kind) else {
            return;
        };
        *mate = end;
        let close = match markup {
            Markup::Emphasis(emphasis) => range.end.saturating_sub(usize::from(emphasis.count))..range.end,
            Markup::Pair { open, close, names_itself } if is_link => {
                let from = inner_end.max(open.end());
                if text[range.clone()].starts_with('<') {
                    // An address in angle brackets is its own target.
                    let shown = text[range.start + 1..range.end - 1].into();
                    run.nodes.truncate(start);
                    run.nodes.push(Node::new(NodeKind::Protected(shown), range));
                    return;
                }
                let bracket = text[from..range.end].find(']').map_or(range.end, |n| from + n);
                let mut end = range.end;
                if end == bracket + 1 {
                    if text[end..].starts_with("[]") {
                        end += 2;
                    }
                    *names_itself = true;
                } else {
                    title = tail::title_of_link(text, bracket..range.end, in_cell);
                }
                *close = (bracket..end).into();
                close.range()
            }
            _ => range.end..range.end,
        };
        run.push(Node::new(NodeKind::End { mate: start }, close));
        self.found.extend(title);
    }

    /// A picture is a thing in the run around it, and its alternative text a run of its own.
    pub(super) fn end_image(&mut self, range: Range<usize>) {
        let (Some(Open::Image { range: whole, link }), Some(mut run)) = (self.open.pop(), self.runs.pop()) else {
            return;
        };
        let inner_end = run.nodes.last().map_or(whole.start + 2, |node| node.range.end);
        let in_cell = self.is_in_cell();
        let bracket = self.text[inner_end..range.end].find(']').map_or(range.end, |n| inner_end + n);
        let is_named_by_text = matches!(
            link,
            LinkType::Shortcut | LinkType::Collapsed | LinkType::ShortcutUnknown | LinkType::CollapsedUnknown
        );
        let mut end = range.end;
        if is_named_by_text {
            if self.text[end..].starts_with("[]") {
                end += 2;
            }
        } else {
            self.found.extend(tail::title_of_link(self.text, bracket..range.end, in_cell));
        }
        if !self.options.alt_text && run.nodes.iter().any(|node| matches!(node.kind, NodeKind::Text(_))) {
            self.untranslated.add(Reason::AltTextOff, "", whole.start);
        }
        if self.options.alt_text {
            let context = if in_cell { Context::AlternativeInCell } else { Context::Alternative };
            let label = || ((whole.start + 2..bracket).into(), (bracket..end).into());
            let rare = Rare { label: is_named_by_text.then(label), underline: None };
            self.found.extend(unit::part(self.text, &mut run, context, rare, self.extras));
        }
        self.push(NodeKind::Point, whole.start..end);
    }

    fn is_in_cell(&self) -> bool {
        self.open.iter().rev().any(|open| matches!(open, Open::Block(Block::Cell)))
    }

    pub(super) fn soft_break(&mut self, range: Range<usize>) {
        if self.run().nodes.last().is_some_and(|node| node.range.end > range.start) {
            // Within something that is hidden.
            return;
        }
        let before = self.text[..range.start].chars().next_back();
        let after = self.text[range.end..].trim_start_matches([' ', '\t', '>']).chars().next();
        let fold = if joins_without_space(before, after) { "" } else { " " };
        self.push(NodeKind::Fold(fold), range);
    }

    pub(super) fn hard_break(&mut self, range: Range<usize>) {
        let mark = self.text[range.clone()].trim_end_matches(['\r', '\n']).len();
        let mark = range.start..range.start + mark;
        let (mark, between) = (mark.into(), SmallRange::default());
        self.push(NodeKind::Break(Markup::Break { mark, ends_line: true, between }), range);
    }
}
