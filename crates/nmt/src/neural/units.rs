//! Words and signs: the smallest stretches that links join and tags may stand between.

use std::ops::Range;

/// The units of a text, in order: each word; each sign between words, repeated ones as one; each letter of a script without spaces.
/// White space belongs to none.
pub(crate) fn units(text: &str) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::with_capacity(text.len() / 4 + 1);
    let mut last = Kind::Space;
    let mut previous = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let kind = kind_of(character, last, next);
        let end = at + character.len_utf8();
        let repeats = previous.replace(character) == Some(character);
        match units.last_mut() {
            Some(unit) if kind == last && (kind == Kind::Word || (kind == Kind::Sign && repeats)) => unit.end = end,
            Some(unit) if kind == Kind::Attached && last != Kind::Space => {
                unit.end = end;
                continue;
            }
            _ if kind == Kind::Space => {}
            _ => units.push(at..end),
        }
        last = match kind {
            Kind::Attached => Kind::Sign,
            kind => kind,
        };
    }
    units
}

/// The units of `text[within]`, each block being one whatever it holds. Blocks are ordered and not empty.
pub(crate) fn units_around(text: &str, within: &Range<usize>, blocks: &[Range<usize>]) -> Vec<Range<usize>> {
    if blocks.is_empty() && *within == (0..text.len()) {
        return units(text);
    }
    let mut out = Vec::new();
    let mut at = within.start;
    for block in blocks.iter().chain([&(within.end..within.end)]) {
        let gap = units(&text[at..block.start]);
        out.extend(gap.into_iter().map(|unit| unit.start + at..unit.end + at));
        if !block.is_empty() {
            out.push(block.clone());
        }
        at = block.end;
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Word,
    Sign,
    /// A letter that is a word of its own as far as anybody can tell without a dictionary.
    Alone,
    /// Belongs to whatever stands before it.
    Attached,
}

fn kind_of(character: char, last: Kind, next: Option<char>) -> Kind {
    if character.is_whitespace() {
        return Kind::Space;
    }
    if is_mark(character) {
        return Kind::Attached;
    }
    if is_unspaced(character) {
        return Kind::Alone;
    }
    // An apostrophe, hyphen, or the point of a number between letters is part of the word.
    let joins = matches!(character, '\'' | '’' | '-' | '\u{2010}' | '\u{2011}' | '_' | '.' | ',' | '\u{ad}');
    let is_letter = |character: char| character.is_alphanumeric() && !is_unspaced(character);
    let within = last == Kind::Word
        && next
            .is_some_and(|next| if matches!(character, '.' | ',') { next.is_ascii_digit() } else { is_letter(next) });
    if character.is_alphanumeric() || (joins && within) { Kind::Word } else { Kind::Sign }
}

/// Whether the character is of a script that puts no space between words.
pub(crate) fn is_unspaced(character: char) -> bool {
    let code = u32::from(character);
    // Most text is below all of them.
    code >= 0x0E00
        && matches!(code,
        0x0E00..=0x0E7F | 0x0E80..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007 | 0x3040..=0x30FF
        | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF66..=0xFF9F | 0x20000..=0x3FFFF)
}

/// Whether the character modifies the one before it: a combining mark, a joiner, a variation selector, a skin tone.
pub(crate) fn is_mark(character: char) -> bool {
    let code = u32::from(character);
    code >= 0x0300
        && matches!(code,
        0x0300..=0x036F | 0x0483..=0x0489 | 0x0591..=0x05BD | 0x064B..=0x065F | 0x0670 | 0x06D6..=0x06DC
        | 0x0900..=0x0903 | 0x093A..=0x094D | 0x0E31 | 0x0E34..=0x0E3A | 0x0E47..=0x0E4E | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x200C..=0x200D | 0x20D0..=0x20FF | 0x3099..=0x309A | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F
        | 0x1F3FB..=0x1F3FF | 0xE0100..=0xE01EF)
}

/// Whether nothing is seen of the character, which only says how others are set: a soft hyphen, a joiner, a mark of
/// direction. Models know nothing of them.
pub(crate) fn is_unseen(character: char) -> bool {
    let code = u32::from(character);
    code >= 0xAD
        && matches!(code,
        0xAD | 0x061C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x206F | 0xFEFF
        | 0xFFF9..=0xFFFB)
}

/// Whether the character is one of those of [`is_unseen`] that belong to the spelling of a word that has it inside.
pub(crate) fn is_spelling(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = units(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn words_and_signs_are_apart() {
        check("Hello, world!", &["Hello", ",", "world", "!"]);
        check(
            "  don't re-enter 1,234.56 (e.g. x).",
            &["don't", "re-enter", "1,234.56", "(", "e", ".", "g", ".", "x", ")", "."],
        );
        check("", &[]);
        check(" ", &[]);
        check("-x-", &["-", "x", "-"]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_at_each_letter_and_marks_stay() {
        check("日本 go語", &["日", "本", "go", "語"]);
        check("cafe\u{301}s", &["cafe\u{301}s"]);
        check("ok 👍🏽!", &["ok", "👍🏽", "!"]);
    }
}
