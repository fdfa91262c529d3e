//! How text is spelled in XML.

use std::borrow::Cow;

/// The text behind references and line ends (XML 1.0, sections 2.11 and 4.1). What is no reference stays as it is: the
/// scanner has refused it.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\r']) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\r']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('\r') {
            if !after.starts_with('\n') {
                out.push('\n');
            }
            rest = after;
        } else if let Some((character, length)) = reference(rest) {
            out.push(character);
            rest = &rest[length..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of the reference that `raw` begins with, and the reference's length.
pub(super) fn reference(raw: &str) -> Option<(char, usize)> {
    // The longest legal reference is `&#x10FFFF;` with leading zeros, of which there are never many.
    let end = raw.bytes().take(32).position(|b| b == b';')?;
    let name = raw.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hexadecimal| (hexadecimal, 16));
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|c| is_allowed(*c))?
        }
    };
    Some((character, end + 1))
}

/// Whether XML 1.0 allows the character (section 2.2).
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Writes text between tags. Characters that XML does not allow are left out.
pub(crate) fn escape_text(text: &str, out: &mut String) {
    let mut clean = 0;
    for (at, character) in text.char_indices() {
        let spelled = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\r' => "&#13;",
            character if is_allowed(character) => continue,
            _ => "",
        };
        out.push_str(&text[clean..at]);
        out.push_str(spelled);
        clean = at + character.len_utf8();
    }
    out.push_str(&text[clean..]);
}

/// Writes the value of an attribute, for either quote.
pub(crate) fn escape_attribute(value: &str, out: &mut String) {
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            character if is_allowed(character) => out.push(character),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_comes_back() {
        for text in ["a", "a & b < c > d \"e\" 'f'", "é日\u{1f600}", "tab\tline\nreturn\r", ""] {
            let (mut between, mut inside) = (String::new(), String::new());
            escape_text(text, &mut between);
            escape_attribute(text, &mut inside);
            assert_eq!((unescape(&between).as_ref(), unescape(&inside).as_ref()), (text, text));
        }
    }

    #[test]
    fn references_and_line_ends_are_read_and_bad_characters_dropped() {
        assert_eq!(unescape("&#65;&#x1F600;&lt;\r\nb\rc"), "A\u{1f600}<\nb\nc");
        for bad in ["&", "&nbsp;", "&#0;", "&#xFFFF;", "&#x110000;", "&#+65;", "&;", "&#;", "&#xD800;"] {
            assert_eq!(reference(bad), None, "{bad}");
        }
        let mut out = String::new();
        escape_text("a\u{0}\u{b}\u{fffe}b", &mut out);
        assert_eq!(out, "ab");
    }
}
