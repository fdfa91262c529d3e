//! `_xHHHH_`: how spreadsheets spell characters that XML does not allow (ECMA-376 part 1, 22.9.2.19).

use std::borrow::Cow;

/// The text behind the escapes. Halves of surrogate pairs stay spelled.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match escaped(rest).and_then(|code| char::from_u32(u32::from(code))) {
            Some(character) => {
                out.push(character);
                7
            }
            None => {
                out.push('_');
                1
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The text with every character spelled that XML does not allow, or that a line of `spelled` holds; and every text that
/// looks like an escape.
pub(super) fn encode<'a>(text: &'a str, spelled: &[char]) -> Cow<'a, str> {
    let is_odd = |c: char| (c < ' ' && !matches!(c, '\t' | '\n')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains(|c: char| is_odd(c) || spelled.contains(&c)) && !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        if is_odd(character) || spelled.contains(&character) {
            out.push_str(&format!("_x{:04X}_", u32::from(character)));
        } else if character == '_' && escaped(&text[at..]).is_some_and(|code| !(0xd800..0xe000).contains(&code)) {
            out.push_str("_x005F_");
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// The code of the escape that the text begins with.
fn escaped(text: &str) -> Option<u16> {
    let bytes = text.as_bytes().get(..7)?;
    let digits = &bytes[2..6];
    (bytes.starts_with(b"_x") && bytes[6] == b'_' && digits.iter().all(u8::is_ascii_hexdigit))
        .then(|| u16::from_str_radix(&text[2..6], 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back() {
        for (spelled, text) in [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x0041_", "_x0041_"),
            ("snake_xyz_", "snake_xyz_"),
            ("_xD83D__xDE00_", "_xD83D__xDE00_"),
            ("_x", "_x"),
            ("é_x0007_", "é\u{7}"),
        ] {
            assert_eq!(decode(spelled), text);
            assert_eq!(encode(text, &[]), spelled);
        }
        assert_eq!(encode("a\nb", &['\n']), "a_x000A_b");
        assert_eq!(decode("_x00e9_"), "é");
    }
}
