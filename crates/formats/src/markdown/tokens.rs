//! A translation as a list of words and tags.

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::{Edge, Piece, TagId, TagKind, TaggedText};

use super::slot::{Markup, Slot};
use crate::FormatError;

/// A translation taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Words(Cow<'a, str>),
    Open(usize),
    Close(usize),
    Single(usize),
    Break(usize),
}

/// Takes the translation apart; white space goes out of emphasis, and emphasis of nothing goes.
pub(super) fn tokens<'a>(slot: Slot<'_>, translation: &'a TaggedText) -> Result<Vec<Token<'a>>, FormatError> {
    if translation.marks().is_empty() && slot.tags().is_empty() {
        let words = translation.text().trim();
        return Ok(if words.is_empty() { Vec::new() } else { vec![Token::Words(words.into())] });
    }
    let broken = |what: &str| FormatError::Verification(format!("a tag {what}"));
    let mut tokens = Vec::with_capacity(2 * translation.marks().len() + 1);
    let mut seen = vec![0_u32; slot.tags().len()];
    let mut open: Vec<usize> = Vec::new();
    // The protected tag that is open, and what stands in it.
    let mut protected: Option<(usize, String)> = None;
    for piece in translation.pieces() {
        let (edge, TagId(id)) = match piece {
            Piece::Text(words) => {
                match &mut protected {
                    Some((_, inside)) => inside.push_str(words),
                    None => tokens.push(Token::Words(words.into())),
                }
                continue;
            }
            Piece::Mark(edge, id) => (edge, id),
        };
        let tag = id as usize;
        let count = seen.get_mut(tag).ok_or_else(|| broken("is unknown"))?;
        match (edge, slot.kind(tag)) {
            (Edge::Open, TagKind::Protected) => {
                *count += 1;
                match &protected {
                    Some(_) => tokens.push(Token::Single(tag)),
                    None => protected = Some((tag, String::new())),
                }
            }
            (Edge::Close, TagKind::Protected) => {
                if let Some((_, inside)) = protected.take_if(|(outer, _)| *outer == tag) {
                    // Words that came into it stay words.
                    let (before, after) = inside.split_once(slot.shown(tag)).unwrap_or_default();
                    tokens.push(Token::Words(before.to_owned().into()));
                    tokens.push(Token::Single(tag));
                    tokens.push(Token::Words(after.to_owned().into()));
                }
            }
            (Edge::Open, _) => {
                *count += 1;
                open.push(tag);
                tokens.push(Token::Open(tag));
            }
            (Edge::Close, _) => {
                if open.pop() != Some(tag) {
                    return Err(broken("crosses another one"));
                }
                tokens.push(Token::Close(tag));
            }
            (Edge::Point, kind) => {
                *count += 1;
                tokens.push(if kind == TagKind::Break { Token::Break(tag) } else { Token::Single(tag) });
            }
        }
    }
    let is_right = |(tag, count): (usize, &u32)| match slot.tags()[tag] {
        Markup::Emphasis(_) => true,
        _ if slot.kind(tag) == TagKind::Format => *count > 0,
        _ => *count == 1,
    };
    if !open.is_empty() || protected.is_some() || !seen.iter().enumerate().all(is_right) {
        return Err(broken("is missing or doubled"));
    }
    let mut tokens = trim(tokens);
    if slot.tags().iter().any(|markup| matches!(markup, Markup::Emphasis(_))) {
        tokens = move_blanks_out(slot, tokens);
    }
    Ok(drop_empty(slot, tokens))
}

/// White space around the words is the document's, and stands there already.
fn trim(mut tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    if let Some(Token::Words(words)) = tokens.first_mut() {
        let blanks = words.len() - words.trim_start().len();
        cut(words, blanks..words.len());
    }
    if let Some(Token::Words(words)) = tokens.last_mut() {
        let end = words.trim_end().len();
        cut(words, 0..end);
    }
    tokens
}

/// Leaves this of words, without a copy where they are not ours.
fn cut(words: &mut Cow<'_, str>, range: Range<usize>) {
    match words {
        Cow::Borrowed(words) => *words = &words[range],
        Cow::Owned(words) => {
            words.truncate(range.end);
            words.drain(..range.start);
        }
    }
}

pub(super) fn is_emphasis(slot: Slot<'_>, tag: usize) -> bool {
    matches!(slot.tags().get(tag), Some(Markup::Emphasis(_)))
}

/// `** bold**` is no emphasis: moves white space at its inner edges out.
fn move_blanks_out<'a>(slot: Slot<'_>, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let moves = matches!(token, Token::Close(tag) if is_emphasis(slot, tag));
        let blanks = if moves { split_off(&mut out, |words| words.trim_end().len()) } else { None };
        out.push(token);
        out.extend(blanks);
    }
    let mut back: Vec<Token<'a>> = Vec::with_capacity(out.len());
    for token in out.into_iter().rev() {
        let moves = matches!(token, Token::Open(tag) if is_emphasis(slot, tag));
        if moves && let Some(Token::Words(words)) = back.last_mut() {
            let length = words.len() - words.trim_start().len();
            if length > 0 {
                let blanks = words[..length].to_owned();
                if length == words.len() {
                    back.pop();
                } else {
                    let end = words.len();
                    cut(words, length..end);
                }
                back.push(token);
                back.push(Token::Words(blanks.into()));
                continue;
            }
        }
        back.push(token);
    }
    back.reverse();
    back
}

/// Cuts the white space off the end of the last words.
fn split_off<'a>(out: &mut Vec<Token<'a>>, end: impl Fn(&str) -> usize) -> Option<Token<'a>> {
    let Some(Token::Words(words)) = out.last_mut() else { return None };
    let at = end(words);
    if at == words.len() {
        return None;
    }
    let blanks = words[at..].to_owned();
    if at == 0 {
        out.pop();
    } else {
        cut(words, 0..at);
    }
    Some(Token::Words(blanks.into()))
}

/// `****` is no emphasis: emphasis of nothing goes. Words that are neighbours now are joined.
fn drop_empty<'a>(slot: Slot<'_>, tokens: Vec<Token<'a>>) -> Vec<Token<'a>> {
    let mut out: Vec<Token<'a>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        match (&token, out.last_mut()) {
            (Token::Close(tag), Some(Token::Open(open))) if tag == open && is_emphasis(slot, *tag) => {
                out.pop();
            }
            (Token::Words(words), Some(Token::Words(last))) => last.to_mut().push_str(words),
            (Token::Words(words), _) if words.is_empty() => {}
            _ => out.push(token),
        }
    }
    out
}
