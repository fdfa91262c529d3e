//! What of scripts matters to words: which are written without spaces, and what joins to the character before it.

/// Scripts that put no space between words. Korean does.
pub(crate) fn is_spaceless(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{312f}'
        | '\u{31a0}'..='\u{4dbf}' | '\u{4e00}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff9f}' | '\u{20000}'..='\u{3fffd}')
}

/// Whether the character is part of a word in a script with spaces between words.
pub(crate) fn is_word(character: char) -> bool {
    (character.is_alphanumeric() || character == '_') && !is_spaceless(character)
}

/// Whether the character belongs to the one before it: combining marks, joiners, variation selectors.
pub(crate) fn is_joined(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
        || matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}
