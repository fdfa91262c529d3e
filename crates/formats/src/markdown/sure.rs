//! What need not be read back: Markdown of which every piece is read in one way only, whatever stands beside it.
//!
//! Words hold no character that is markup. Delimiters of emphasis stand between a letter or digit inside and white space or
//! harmless punctuation outside, so that one can only open, the other only close (CommonMark 6.2), and emphasis is not
//! nested. Code is one backtick on either side. A link is what it was in the source, and no other bracket is there.

use super::probe;

/// A stretch of what was written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    /// Words as they were written, and as they are meant.
    Words(&'a str, &'a str),
    /// One side of emphasis; whether it is the opening one.
    Emphasis(&'a str, bool),
    LinkOpen(&'a str),
    LinkClose(&'a str),
    /// Something without words.
    Thing(&'a str),
}

impl Piece<'_> {
    fn out(&self) -> &str {
        match self {
            Self::Words(out, _)
            | Self::Emphasis(out, _)
            | Self::LinkOpen(out)
            | Self::LinkClose(out)
            | Self::Thing(out) => out,
        }
    }
}

/// Whether a run that stands alone, or behind white space, can only be read as it is meant.
pub(super) fn is_sure(pieces: &[Piece<'_>]) -> bool {
    let mut in_emphasis = false;
    for (index, piece) in pieces.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| pieces[index].out());
        let before = before.map_or(Some(' '), |out| out.chars().next_back());
        let after = pieces.get(index + 1).map_or(Some(' '), |piece| piece.out().chars().next());
        let (Some(before), Some(after)) = (before, after) else { return false };
        let is_fine = match piece {
            Piece::Words(out, meant) => {
                (index > 0 || out.starts_with(char::is_alphabetic))
                    && are_words(out, meant)
                    && !starts_picture(out, after)
            }
            Piece::Emphasis(out, opens) => {
                let (inside, outside) = if *opens { (after, before) } else { (before, after) };
                let is_alone = in_emphasis != *opens;
                in_emphasis = *opens;
                is_alone && is_run(out) && inside.is_alphanumeric() && is_outside(outside)
            }
            Piece::LinkOpen(out) => *out == "[" && before != '!',
            // `[x] ` could be a task, `[x]:` a definition.
            Piece::LinkClose(out) => is_link_end(out, after),
            Piece::Thing(out) => before != '`' && after != '`' && !out.contains('|') && probe::code(out).is_some(),
        };
        if !is_fine {
            return false;
        }
    }
    !in_emphasis && !pieces.is_empty()
}

/// Whether words are written as they are meant, in characters that are never markup where they stand. `&amp;` is the one
/// reference.
fn are_words(out: &str, meant: &str) -> bool {
    let bytes = out.as_bytes();
    let is_safe = |(index, byte): (usize, &u8)| match byte {
        b'&' => out[index..].starts_with("&amp;") || matches!(bytes.get(index + 1), Some(b' ')),
        b' ' | b',' | b';' | b'?' | b'!' | b'\'' | b'/' | b'"' | b'.' | b'(' | b')' | b'%' | b'-' | b':' => true,
        byte => byte.is_ascii_alphanumeric() || *byte >= 0x80,
    };
    if !bytes.iter().enumerate().all(is_safe) {
        return false;
    }
    if out.contains('&') { out.replace("&amp;", "&") == meant } else { out == meant }
}

/// `wow!` in front of a link would make it a picture.
fn starts_picture(out: &str, after: char) -> bool {
    out.ends_with('!') && after == '['
}

/// One or two stars or tildes, one or two underscores.
fn is_run(out: &str) -> bool {
    matches!(out, "*" | "**" | "_" | "__" | "~~")
}

/// What may stand outside of delimiters: not another delimiter, and nothing that has a meaning with one.
fn is_outside(character: char) -> bool {
    matches!(character, ' ' | ',' | ';' | '?' | '.' | '(' | ')' | ':' | '"' | '\'' | '[' | ']')
}

fn is_link_end(out: &str, after: char) -> bool {
    let is_plain = |inner: &str| {
        let is_safe = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || b"/.-_#?=:,% \"'".contains(&b);
        inner.bytes().all(is_safe)
    };
    if let Some(inner) = out.strip_prefix("](").and_then(|rest| rest.strip_suffix(')')) {
        return is_plain(inner);
    }
    let inner = out.strip_prefix("][").and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| !inner.is_empty() && is_plain(inner)) && !matches!(after, '(' | '[' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_sure() {
        let words = |text: &'static str| Piece::Words(text, text);
        let link =
            |end: &'static str| [words("See "), Piece::LinkOpen("["), words("a b"), Piece::LinkClose(end), words(".")];
        assert!(is_sure(&[words("A day: 5 %, and more!")]));
        assert!(is_sure(&[
            words("A "),
            Piece::Emphasis("**", true),
            words("b"),
            Piece::Emphasis("**", false),
            words(", c")
        ]));
        assert!(is_sure(&link("](/a/b.html \"A title\")")) && is_sure(&link("][r1]")));
        assert!(is_sure(&[Piece::Thing("`a * b`"), words(" is it")]));
        assert!(is_sure(&[Piece::Words("A &amp; B", "A & B")]));
    }

    #[test]
    fn what_could_be_read_otherwise_is_not() {
        let words = |text: &'static str| Piece::Words(text, text);
        let [open, close] = [true, false].map(|opens| Piece::Emphasis("*", opens));
        for pieces in [
            &[words("1. a")][..],
            &[words("- a")],
            &[words("a_b_c")],
            &[words("a\\b")],
            &[words("a &lt; b")],
            &[words("a "), open, words("b"), close, words("c")],
            &[words("a "), open, words("b "), close],
            &[words("a "), open, words("b")],
            &[open, words("a"), open, words("b"), close, close],
            &[words("a!"), Piece::LinkOpen("["), words("b"), Piece::LinkClose("](c)")],
            &[Piece::LinkOpen("["), words("b"), Piece::LinkClose("][c]"), words("(d)")],
            &[Piece::LinkOpen("["), words("b"), Piece::LinkClose("]")],
            &[Piece::Thing("`a`"), Piece::Thing("`b`")],
            &[Piece::Thing("`a|b`")],
            &[Piece::Thing("<br>")],
            &[],
        ] {
            assert!(!is_sure(pieces), "{pieces:?}");
        }
    }
}
