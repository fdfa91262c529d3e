//! Words that are kept together: formulas, and rows of tables of bytes.

use std::ops::Range;

/// What stands between the letters and numbers of a formula.
const OPERATORS: &[&str] = &[
    "=", "==", "!=", "<=", ">=", "<", ">", "&&", "||", "+", "*", "×", "÷", "±", "≈", "≠", "≤", "≥", "∩", "∪", "∈", "∉",
    "⊂", "⊃", "⊆", "∧", "∨", "→", "⇒", "⇔", "↔",
];

/// Letters and numbers with signs between them, `a && b`, `x = y + 1`: engines take `a` for a word.
pub(super) fn formulas(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.split_whitespace().any(|word| OPERATORS.contains(&word)) {
        return;
    }
    // From where to where, how many signs, and whether one was last.
    let mut run: Option<(Range<usize>, usize, bool)> = None;
    for word in text.split_whitespace().chain([""]) {
        let start = word.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        let operand = operand(word).map(|within| within.start + start..within.end + start);
        let goes_on = |range: &Range<usize>| !text[range.end..].starts_with(|c: char| !c.is_whitespace());
        run = match (run.take(), operand) {
            (Some((range, signs, true)), Some(operand)) if operand.start == start => {
                Some((range.start..operand.end, signs, false))
            }
            (Some((range, signs, false)), None) if OPERATORS.contains(&word) && goes_on(&range) => {
                Some((range, signs + 1, true))
            }
            (before, operand) => {
                if let Some((range, 1.., false)) = before {
                    found.push(range);
                }
                operand.map(|operand| (operand, 0, false))
            }
        };
    }
}

/// A letter or a number, and where in its word it stands, without brackets and stops.
fn operand(word: &str) -> Option<Range<usize>> {
    let bare = word.trim_start_matches(['(', '"']);
    let start = word.len() - bare.len();
    let bare = bare.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"']);
    let rest = bare.strip_prefix(|c: char| c.is_ascii_alphabetic()).unwrap_or(bare);
    let is_short = !bare.is_empty() && rest.len() <= 20;
    (is_short && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '²' | '³')))
        .then_some(start..start + bare.len())
}

/// So many words of digits in a row are data.
const DUMP_WORDS: usize = 4;

/// Rows of a table of bytes, `00000060H  FF FF 1E B1`: engines lose count of what repeats.
pub(super) fn dumps(text: &str, found: &mut Vec<Range<usize>>) {
    let mut run: Option<(Range<usize>, usize, bool)> = None;
    for word in text.split_whitespace().chain([""]) {
        let start = word.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        if is_dumped(word) {
            let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
            run = Some(match run {
                Some((range, count, digits)) => (range.start..start + word.len(), count + 1, digits || has_digit),
                None => (start..start + word.len(), 1, has_digit),
            });
        } else if let Some((range, count, true)) = run.take()
            && count >= DUMP_WORDS
        {
            found.push(range);
        }
    }
}

/// Two, four or eight digits in hexadecimal, perhaps with `H` or a colon behind them.
fn is_dumped(word: &str) -> bool {
    let digits = word.trim_end_matches([':', 'H', 'h']);
    matches!(digits.len(), 2 | 4 | 8)
        && word.len() <= digits.len() + 2
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F' | b'a'..=b'f'))
}

/// Numbers of telephones whose area stands in brackets, `(11) 93677-2009`: engines take the brackets for a sentence's.
pub(super) fn telephones(text: &str, found: &mut Vec<Range<usize>>) {
    let digits = |text: &str| text.bytes().take(6).take_while(u8::is_ascii_digit).count();
    for (at, _) in text.match_indices('(') {
        let area = digits(&text[at + 1..]);
        let Some(rest) = text[at + 1 + area..].strip_prefix(") ").filter(|_| (2..=4).contains(&area)) else { continue };
        let first = digits(rest);
        let Some(last) = rest[first..].strip_prefix('-').map(digits).filter(|_| (3..=5).contains(&first)) else {
            continue;
        };
        if (3..=5).contains(&last) {
            found.push(at..at + 1 + area + 2 + first + 1 + last);
        }
    }
}
