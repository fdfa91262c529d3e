//! Puts a paragraph's tokens in order and finds the segments among them.

use std::ops::Range;

use super::paragraph::united;
use super::{Kind, Paragraph, Token};
use crate::{fill, wording};

/// Decides what tabs are, makes things of pairs without text and borders of pairs that hold one; returns the ranges of
/// tokens that are segments.
pub(super) fn split(paragraph: &mut Paragraph) -> Vec<Range<usize>> {
    decide_tabs(paragraph);
    settle_pairs(&mut paragraph.tokens, &paragraph.text);
    let tokens = &paragraph.tokens;
    let is_border = |token: &Token| matches!(token.kind, Kind::Border);
    let mut parts = Vec::new();
    let mut start = 0;
    for end in (0..=tokens.len()).filter(|at| *at == tokens.len() || is_border(&tokens[*at])) {
        let part = trim(paragraph, start..end);
        if has_words(paragraph, part.clone()) {
            parts.push(part);
        }
        start = end + 1;
    }
    parts
}

/// The text between two borders, as one string. A line break is a blank in it: what follows is no part of an address
/// before it.
fn has_words(paragraph: &Paragraph, part: Range<usize>) -> bool {
    let mut texts = paragraph.tokens[part].iter().filter_map(|token| match &token.kind {
        Kind::Text { text, .. } => Some(&paragraph.text[text.range()]),
        Kind::Break | Kind::Shown { .. } | Kind::Point { spacer: true } => Some(" "),
        _ => None,
    });
    match (texts.next(), texts.next()) {
        (None, _) => false,
        (Some(only), None) => wording::has_words(only),
        (Some(first), Some(second)) => {
            let mut all = format!("{first}{second}");
            texts.for_each(|text| all.push_str(text));
            wording::has_words(&all)
        }
    }
}

/// A tab parts columns: a name and its value, the title and the page in a running header. Only behind a comma and before
/// a small letter it is white space in a sentence, and two in a row never are.
fn decide_tabs(paragraph: &mut Paragraph) {
    let mut before: Option<char> = None;
    // Tabs and line breaks whose next character is not known yet.
    let mut waiting: Vec<usize> = Vec::new();
    for index in 0..paragraph.tokens.len() {
        match &paragraph.tokens[index].kind {
            Kind::Text { text, .. } => {
                let text = &paragraph.text[text.range()];
                let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else { continue };
                let tabs = waiting.iter().filter(|at| matches!(paragraph.tokens[**at].kind, Kind::Tab)).count();
                for at in std::mem::take(&mut waiting) {
                    let glues = before.is_some_and(|c| !c.is_whitespace())
                        && !first.is_whitespace()
                        && !fill::joins_without_space(before, Some(first));
                    let in_sentence = tabs == 1 && before == Some(',') && first.is_lowercase();
                    let token = &mut paragraph.tokens[at];
                    if matches!(token.kind, Kind::Tab) {
                        token.kind = if in_sentence { Kind::Point { spacer: glues } } else { Kind::Border };
                    }
                }
                before = Some(last);
            }
            Kind::Tab => waiting.push(index),
            Kind::Border => {
                before = None;
                bar(&mut paragraph.tokens, &mut waiting);
            }
            _ => {}
        }
    }
    bar(&mut paragraph.tokens, &mut waiting);
}

fn bar(tokens: &mut [Token], tabs: &mut Vec<usize>) {
    for at in tabs.drain(..) {
        tokens[at].kind = Kind::Border;
    }
}

/// What a pair holds.
#[derive(Clone, Copy, Default)]
struct Holds {
    close: usize,
    text: bool,
    blank: bool,
    border: bool,
}

fn settle_pairs(tokens: &mut Vec<Token>, text: &str) {
    if !tokens.iter().any(|token| matches!(token.kind, Kind::Open { .. } | Kind::Close { .. })) {
        return;
    }
    let holds = match_pairs(tokens, text);
    let mut settled: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut borders: Vec<usize> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut token = tokens[at].clone();
        if let Some(holds) = holds[at] {
            if !holds.text {
                let kind = if holds.border { Kind::Border } else { Kind::Point { spacer: holds.blank } };
                settled.push(united(tokens, at..holds.close + 1, kind));
                at = holds.close + 1;
                continue;
            }
            if holds.border {
                token.kind = Kind::Border;
                borders.push(holds.close);
            }
        } else if matches!(token.kind, Kind::Open { .. }) || borders.last() == Some(&at) {
            token.kind = Kind::Border;
            borders.pop_if(|close| *close == at);
        }
        settled.push(token);
        at += 1;
    }
    *tokens = settled;
}

/// For each token that begins a pair, what the pair holds. Halves of pairs become borders.
fn match_pairs(tokens: &mut [Token], text: &str) -> Vec<Option<Holds>> {
    let mut holds = vec![None; tokens.len()];
    let mut open: Vec<(usize, usize, Holds)> = Vec::new();
    for at in 0..tokens.len() {
        match tokens[at].kind {
            Kind::Open { pair, .. } => open.push((at, pair, Holds::default())),
            Kind::Close { pair } if open.iter().rev().any(|(_, other, _)| *other == pair) => {
                while let Some((start, other, mut held)) = open.pop() {
                    if let Some((_, _, outer)) = open.last_mut() {
                        outer.text |= held.text;
                        outer.blank |= held.blank;
                        outer.border |= held.border || other != pair;
                    }
                    if other == pair {
                        held.close = at;
                        holds[start] = Some(held);
                        break;
                    }
                    tokens[start].kind = Kind::Border;
                }
            }
            Kind::Close { .. } => {
                tokens[at].kind = Kind::Border;
                open.last_mut().into_iter().for_each(|(_, _, held)| held.border = true);
            }
            Kind::Text { text: ref range, .. } => {
                let is_blank = text[range.range()].chars().all(char::is_whitespace);
                open.last_mut().into_iter().for_each(|(_, _, held)| {
                    held.text |= !is_blank;
                    held.blank |= is_blank;
                });
            }
            Kind::Border => open.last_mut().into_iter().for_each(|(_, _, held)| held.border = true),
            _ => {}
        }
    }
    for (start, ..) in open {
        tokens[start].kind = Kind::Border;
    }
    holds
}

/// Leaves out things and blank text at both ends, and pairs around everything.
fn trim(paragraph: &Paragraph, mut part: Range<usize>) -> Range<usize> {
    let is_edge = |token: &Token| match &token.kind {
        Kind::Text { text, .. } => paragraph.text[text.range()].chars().all(char::is_whitespace),
        Kind::Point { .. } | Kind::Anchor | Kind::Break | Kind::Noise => true,
        _ => false,
    };
    let tokens = &paragraph.tokens;
    loop {
        while part.start < part.end && is_edge(&tokens[part.start]) {
            part.start += 1;
        }
        while part.start < part.end && is_edge(&tokens[part.end - 1]) {
            part.end -= 1;
        }
        let pair_around = part.end - part.start >= 2
            && matches!((&tokens[part.start].kind, &tokens[part.end - 1].kind),
                (Kind::Open { pair: opened, .. }, Kind::Close { pair: closed }) if opened == closed);
        if !pair_around {
            return part;
        }
        part = part.start + 1..part.end - 1;
    }
}
