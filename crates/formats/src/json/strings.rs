//! The text that a JSON string spells, and how new text is spelled.

use std::borrow::Cow;

/// How a document spells its strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    /// Nothing but ASCII, everything else as `\u`.
    pub(super) ascii: bool,
    /// `\/`
    pub(super) escaped_slash: bool,
}

impl Spelling {
    /// The spelling of a document.
    pub(super) fn of(text: &str) -> Self {
        Self { ascii: text.is_ascii() && text.contains("\\u"), escaped_slash: text.contains("\\/") }
    }
}

/// What the string means. `None` if it spells half a surrogate pair or something that is no escape.
pub(super) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('\\') {
        return Some(raw.into());
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let kind = rest.chars().next()?;
        rest = &rest[kind.len_utf8()..];
        out.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = unit(&mut rest)?;
                if (0xd800..0xdc00).contains(&high) {
                    rest = rest.strip_prefix("\\u")?;
                    let low = unit(&mut rest)?;
                    char::decode_utf16([high, low]).next()?.ok()?
                } else {
                    char::from_u32(u32::from(high))?
                }
            }
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(out.into())
}

fn unit(rest: &mut &str) -> Option<u16> {
    let digits = rest.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    *rest = &rest[4..];
    u16::from_str_radix(digits, 16).ok()
}

/// Spells `text`.
pub(super) fn encode(text: &str, spelling: Spelling) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if spelling.escaped_slash => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || (spelling.ascii && !c.is_ascii()) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_written() {
        let text = "a\"\\/\n\t\u{1}é😀";
        assert_eq!(decode(r#"a\"\\\/\n\t\u0001\u00e9\ud83d\uDE00"#).as_deref(), Some(text));
        assert_eq!(
            encode(text, Spelling { ascii: true, escaped_slash: true }),
            r#"a\"\\\/\n\t\u0001\u00e9\ud83d\ude00"#
        );
        assert_eq!(encode(text, Spelling { ascii: false, escaped_slash: false }), "a\\\"\\\\/\\n\\t\\u0001é😀");
        for broken in [r"\ud83d", r"\udc00", r"\ud83d\u0041", r"\x", r"\u12", r"\u+123", "\\"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
