//! A paragraph ends: its segments, and what is taken out for each.

use std::ops::Range;

use super::{Kind, Part, Slot, Token, Walker};
use crate::rtf::state::{State, States};
use crate::runs;

impl Walker<'_> {
    pub(super) fn end_paragraph(&mut self) {
        self.end_text();
        let Some(story) = self.stories.last_mut() else { return };
        story.number += 1;
        let paragraph = std::mem::take(&mut story.paragraph);
        let tokens = std::mem::take(&mut story.tokens);
        let mut groups = std::mem::take(&mut story.groups);
        let Some((block, mut segments)) = runs::segments(paragraph) else { return };
        groups.sort_by_key(|group| (group.start, group.end));
        let parts =
            block.parts().map(|(literals, base)| part(&tokens[literals], base.key, &groups, &mut self.found.states));
        let parts = parts.collect();
        self.found.slots.push(Slot { block, first: self.segments.len(), parts });
        self.segments.append(&mut segments);
    }
}

/// What is taken out for a segment, and where its translation goes.
fn part(tokens: &[Token], base: u32, groups: &[Range<usize>], states: &mut States) -> Part {
    let span = tokens.first().map_or(0, |token| token.span.start())..tokens.last().map_or(0, |token| token.span.end());
    let mut removed: Vec<Range<usize>> = Vec::new();
    let mut best: Option<(u8, &Token)> = None;
    let mut pairs: Vec<usize> = Vec::new();
    for token in tokens {
        let outside = pairs.is_empty();
        match token.kind {
            Kind::Open => pairs.push(token.span.start()),
            Kind::Close => {
                if let Some(start) = pairs.pop()
                    && pairs.is_empty()
                {
                    removed.push(start..token.span.end());
                }
                continue;
            }
            _ if outside => removed.push(token.span.range()),
            _ => {}
        }
        if outside {
            let rank = match token.kind {
                Kind::Text if token.look == base => 3 - u8::from(token.is_revised),
                Kind::Text => 1,
                _ => 0,
            };
            if best.is_none_or(|(other, _)| rank > other) {
                best = Some((rank, token));
            }
        }
    }
    let (at, around) = match best {
        Some((_, token)) => (token.span.start(), token.state),
        None => (span.start, states.key(State::plain(0))),
    };
    let first = groups.partition_point(|group| group.start < span.start);
    let inside = groups[first..].iter().take_while(|group| group.start < span.end);
    removed.extend(inside.filter(|group| group.end <= span.end && !group.contains(&at)).cloned());
    removed.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    removed.retain(|range| {
        let is_new = range.start >= end;
        end = end.max(range.end);
        is_new
    });
    let small = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let removed = removed.into_iter().map(|range| small(range.start)..small(range.end)).collect();
    Part { span, removed, at, around }
}
