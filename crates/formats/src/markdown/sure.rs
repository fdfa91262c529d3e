//! What need not be read back: Markdown of which every piece is read in one way only, whatever stands beside it.
//!
//! Words hold no character that is markup where it stands, or it is escaped. Brackets among them come in pairs, of which
//! none is a label of the document. Delimiters of emphasis stand between a letter or digit inside and white space or
//! harmless punctuation outside, so that one can only open, the other only close (CommonMark 6.2), and emphasis is not
//! nested. Code is one backtick on either side. A link is what it was in the source.

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

/// Whether a run that stands alone, or behind white space, can only be read as it is meant. `is_label` tells the labels of
/// the document; `in_cell`, whether the run stands in a table.
pub(super) fn is_sure(pieces: &[Piece<'_>], in_cell: bool, is_label: impl Fn(&str) -> bool) -> bool {
    let mut in_emphasis = false;
    let mut has_brackets = false;
    for (index, piece) in pieces.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| pieces[index].out());
        let before = before.map_or(Some(' '), |out| out.chars().next_back());
        let after = pieces.get(index + 1).map_or(Some(' '), |piece| piece.out().chars().next());
        let (Some(before), Some(after)) = (before, after) else { return false };
        let is_fine = match piece {
            Piece::Words(out, meant) => {
                has_brackets = has_brackets || out.contains(['[', ']']);
                (index > 0 || is_start(out)) && are_words(out, meant, in_cell) && !starts_picture(out, after)
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
    !in_emphasis && !pieces.is_empty() && (!has_brackets || are_brackets_words(pieces, is_label))
}

/// What begins a paragraph and nothing else.
fn is_start(out: &str) -> bool {
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    match out.as_bytes().get(digits) {
        Some(byte) if digits > 0 => !matches!(byte, b'.' | b')'),
        _ => {
            out.starts_with(|c: char| c.is_alphabetic() || matches!(c, '[' | '(' | '"' | '\'')) || out.starts_with(LESS)
        }
    }
}

/// The reference that is written where a tag could begin.
const LESS: &str = "&lt;";

/// Whether words are written as they are meant, in characters that are never markup where they stand. `&amp;` and `&lt;` are
/// the only references.
fn are_words(out: &str, meant: &str, in_cell: bool) -> bool {
    let bytes = out.as_bytes();
    // What of the meaning is not passed yet.
    let mut rest = meant.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let mut means = *byte;
        let length = match byte {
            byte if PLAIN[usize::from(*byte)] => 1,
            b'&' if out[at..].starts_with("&amp;") => 5,
            b'&' if out[at..].starts_with(LESS) => {
                means = b'<';
                LESS.len()
            }
            b'&' if matches!(bytes.get(at + 1), Some(b' ')) => 1,
            // In a table, bars are escaped before anything else is.
            b'\\' if !in_cell && bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) => {
                at += 1;
                means = bytes[at];
                1
            }
            b'_' if is_between(out, at, char::is_alphanumeric) => 1,
            b'*' if is_between(out, at, |c| c == ' ') => 1,
            b'<' if matches!(bytes.get(at + 1), Some(b' ' | b'=' | b'0'..=b'9')) => 1,
            b'>' if at > 0 => 1,
            _ => return false,
        };
        rest = match rest.split_first() {
            Some((first, rest)) if *first == means => rest,
            _ => return false,
        };
        at += length;
    }
    rest.is_empty()
}

/// Bytes of characters that are no markup wherever they stand in a line. Brackets are looked at together.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 0x80 || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < OTHERS.len() {
        table[OTHERS[index] as usize] = true;
        index += 1;
    }
    table
};
const OTHERS: &[u8] = b" ,;?!'/\".()%-:[]$+=@";

/// Whether the characters on both sides of a byte are of this kind.
fn is_between(out: &str, at: usize, is_wanted: impl Fn(char) -> bool) -> bool {
    out[..at].chars().next_back().is_some_and(&is_wanted) && out[at + 1..].chars().next().is_some_and(&is_wanted)
}

/// Whether brackets among the words make no link: each pair is closed where it was opened, nothing behind it names a
/// target, and it holds no label.
fn are_brackets_words(pieces: &[Piece<'_>], is_label: impl Fn(&str) -> bool) -> bool {
    let mut written = String::new();
    // Where what is open begins, and whether it is a link.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let start = written.len();
        written.push_str(piece.out());
        match piece {
            Piece::Words(out, _) => {
                let mut is_escaped = false;
                for (at, byte) in out.bytes().enumerate() {
                    if std::mem::take(&mut is_escaped) {
                        continue;
                    }
                    let next = || {
                        let next = out.as_bytes().get(at + 1).copied();
                        next.or_else(|| pieces.get(index + 1)?.out().bytes().next())
                    };
                    match byte {
                        b'\\' => is_escaped = true,
                        b'[' if matches!(next(), Some(b'^' | b'!')) => return false,
                        b'[' => open.push((start + at + 1, false)),
                        b']' => {
                            let Some((from, false)) = open.pop() else { return false };
                            if matches!(next(), Some(b'(' | b'[' | b':')) || is_label(&written[from..start + at]) {
                                return false;
                            }
                        }
                        _ => {}
                    }
                }
            }
            Piece::LinkOpen(_) => open.push((written.len(), true)),
            Piece::LinkClose(_) if !matches!(open.pop(), Some((_, true))) => return false,
            _ => {}
        }
    }
    open.is_empty()
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

    fn check(pieces: &[Piece<'_>]) -> bool {
        is_sure(pieces, false, |label| label == "known")
    }

    #[test]
    fn what_is_plain_is_sure() {
        let words = |text: &'static str| Piece::Words(text, text);
        let link =
            |end: &'static str| [words("See "), Piece::LinkOpen("["), words("a b"), Piece::LinkClose(end), words(".")];
        assert!(check(&[words("A day: 5 %, and more!")]));
        assert!(check(&[
            words("A "),
            Piece::Emphasis("**", true),
            words("b"),
            Piece::Emphasis("**", false),
            words(", c")
        ]));
        assert!(check(&link("](/a/b.html \"A title\")")) && check(&link("][r1]")));
        assert!(check(&[Piece::Thing("`a * b`"), words(" is it")]));
        assert!(check(&[Piece::Words("A &amp; B", "A & B")]));
        assert!(check(&[Piece::Words("&lt;A/> &lt;!-- \\`B\\` -->", "<A/> <!-- `B` -->")]));
        assert!(check(&[words("snake_case, 2 * 3 < 7 > 5, a + b = c; it costs $5")]));
        assert!(check(&[words("[See (this) [or that]]")]));
        assert!(check(&[Piece::Words("1\\. \\*a\\* \\_b\\_ \\[c\\](d)", "1. *a* _b_ [c](d)")]));
        let bracketed = [words("[a "), Piece::LinkOpen("["), words("b"), Piece::LinkClose("](c)"), words("]")];
        assert!(check(&bracketed));
    }

    #[test]
    fn what_could_be_read_otherwise_is_not() {
        let words = |text: &'static str| Piece::Words(text, text);
        let [open, close] = [true, false].map(|opens| Piece::Emphasis("*", opens));
        for pieces in [
            &[words("1. a")][..],
            &[words("- a")],
            &[words("a _b_ c")],
            &[words("a\\b")],
            &[words("a *b")],
            &[words("a `b")],
            &[words("a <b")],
            &[words("a ~b~")],
            &[words("2) a")],
            &[words("[known] a")],
            &[words("[a](b)")],
            &[words("[a]: b")],
            &[words("[^a] b")],
            &[words("a] b [c")],
            &[words("a [b")],
            &[words("a [b"), Piece::LinkOpen("["), words("c] d"), Piece::LinkClose("](e)")],
            &[words("a &lt; b")],
            &[Piece::Words("a &gt; b", "a > b")],
            &[words("a ^ b")],
            &[Piece::Words("a \\`", "a `"), Piece::Thing("`b`")],
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
            assert!(!check(pieces), "{pieces:?}");
        }
    }
}
