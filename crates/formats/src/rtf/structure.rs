//! The gate before a document is handed out: every group ends, and nothing was lost or doubled but looks.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::scanner::{Lexeme, Scanner};
use super::walk::is_character_word;
use crate::FormatError;

/// A sum over what a document holds, the same for documents that hold the same in any order, and the depth at its end.
/// Text and its look do not count: they are written anew.
///
/// # Errors
/// As the scanner finds them.
pub(super) fn fingerprint(source: &str) -> Result<(u64, i64), FormatError> {
    let (mut sum, mut depth) = (0u64, 0i64);
    let mut scanner = Scanner::new(source);
    while let Some(item) = scanner.next()? {
        match item.lexeme {
            Lexeme::Open => depth += 1,
            Lexeme::Close => depth -= 1,
            Lexeme::Word { name, number } if !is_character_word(name) && !REWRITTEN.contains(&name) => {
                sum = sum.wrapping_add(hash((name, number)));
            }
            _ => {}
        }
        // What stands behind the end is kept as it is, whatever it is.
        if depth <= 0 && item.lexeme == Lexeme::Close {
            sum = sum.wrapping_add(hash(&source[item.span.end..]));
            break;
        }
    }
    Ok((sum, depth))
}

fn hash(thing: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    thing.hash(&mut hasher);
    hasher.finish()
}

/// Words that are written anew or changed.
const REWRITTEN: &[&str] = &[
    "u",
    "tab",
    "emdash",
    "endash",
    "lquote",
    "rquote",
    "ldblquote",
    "rdblquote",
    "bullet",
    "emspace",
    "enspace",
    "qmspace",
    "zwj",
    "zwnj",
    "zwbo",
    "zwnbo",
    "ltrmark",
    "rtlmark",
    "deflang",
    "deflangfe",
    "adeflang",
    "ltrpar",
    "rtlpar",
    "ltrsect",
    "rtlsect",
    "ltrrow",
    "rtlrow",
];
