//! Whether delimiters of emphasis can open and close where they stand (CommonMark 6.2).

use std::borrow::Cow;

use super::slot::{Emphasis, EmphasisKind};

/// The characters on either side of a run of delimiters; white space for none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    pub(super) before: char,
    pub(super) after: char,
}

impl Sides {
    fn leans_left(self) -> bool {
        !self.after.is_whitespace()
            && (!is_punctuation(self.after) || self.before.is_whitespace() || is_punctuation(self.before))
    }

    fn leans_right(self) -> bool {
        !self.before.is_whitespace()
            && (!is_punctuation(self.before) || self.after.is_whitespace() || is_punctuation(self.after))
    }

    fn can_open(self, delimiter: char) -> bool {
        self.leans_left() && (delimiter != '_' || !self.leans_right() || is_punctuation(self.before))
    }

    fn can_close(self, delimiter: char) -> bool {
        self.leans_right() && (delimiter != '_' || !self.leans_left() || is_punctuation(self.after))
    }
}

fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || (!character.is_alphanumeric() && !character.is_whitespace() && !is_mark(character))
}

/// Marks that combine with letters are no punctuation.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe0f}') || character.is_control()
}

/// How emphasis is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelled {
    pub(super) open: Cow<'static, str>,
    pub(super) close: Cow<'static, str>,
    /// As HTML, because no delimiter would do.
    pub(super) html: bool,
}

/// Spells emphasis between these surroundings: as the source does, else with stars, else in HTML.
pub(super) fn spell(emphasis: Emphasis, open: Sides, close: Sides) -> Spelled {
    let fits = |delimiter| open.can_open(delimiter) && close.can_close(delimiter);
    let with = |delimiter: char| {
        let run = delimiters(delimiter, emphasis.count);
        Spelled { open: run.clone(), close: run, html: false }
    };
    if fits(emphasis.delimiter) {
        with(emphasis.delimiter)
    } else if emphasis.delimiter == '_' && fits('*') {
        with('*')
    } else {
        as_html(emphasis)
    }
}

fn delimiters(delimiter: char, count: u8) -> Cow<'static, str> {
    match (delimiter, count) {
        ('*', 1) => "*".into(),
        ('*', 2) => "**".into(),
        ('_', 1) => "_".into(),
        ('_', 2) => "__".into(),
        _ => std::iter::repeat_n(delimiter, usize::from(count)).collect::<String>().into(),
    }
}

/// Spells emphasis in HTML.
pub(super) fn as_html(emphasis: Emphasis) -> Spelled {
    let (open, close) = match emphasis.kind {
        EmphasisKind::Light => ("<em>", "</em>"),
        EmphasisKind::Strong => ("<strong>", "</strong>"),
        EmphasisKind::Struck => ("<del>", "</del>"),
    };
    Spelled { open: open.into(), close: close.into(), html: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(delimiter: char, open: (char, char), close: (char, char), expected: &str) {
        let emphasis = Emphasis { kind: EmphasisKind::Strong, delimiter, count: 2 };
        let sides = |(before, after)| Sides { before, after };
        assert_eq!(spell(emphasis, sides(open), sides(close)).open, expected);
    }

    #[test]
    fn delimiters_follow_their_surroundings() {
        check('*', (' ', 'a'), ('a', ' '), "**");
        check('*', ('x', 'a'), ('a', 'x'), "**");
        check('_', ('x', 'a'), ('a', ' '), "**");
        check('_', (' ', 'a'), ('a', '.'), "__");
        check('*', ('本', 'a'), ('。', '本'), "<strong>");
        check('*', (' ', '“'), ('”', ' '), "**");
    }
}
