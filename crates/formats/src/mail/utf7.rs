//! UTF-7 (RFC 2152): old mail programs wrote it. It is read, and never written.

use super::transfer::base64_value;

/// Whether the label names UTF-7.
pub(super) fn is_utf7(label: &str) -> bool {
    ["utf-7", "unicode-1-1-utf-7", "csunicode11utf7", "x-unicode-2-0-utf-7"]
        .iter()
        .any(|known| label.eq_ignore_ascii_case(known))
}

/// The text; `None` if the bytes are not UTF-7.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'+') {
        push_ascii(&rest[..at], &mut out)?;
        rest = &rest[at + 1..];
        let length = rest.iter().take_while(|byte| base64_value(**byte).is_some()).count();
        let (digits, after) = rest.split_at(length);
        if digits.is_empty() {
            // `+-` is a plus sign; a plus sign before anything else is a mistake that means itself.
            out.push('+');
        } else {
            let units = units(digits)?;
            for character in char::decode_utf16(units) {
                out.push(character.ok()?);
            }
        }
        rest = after.strip_prefix(b"-").unwrap_or(after);
    }
    push_ascii(rest, &mut out)?;
    Some(out)
}

fn push_ascii(bytes: &[u8], out: &mut String) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii())?;
    out.push_str(text);
    Some(())
}

/// Sixteen bits each; what is left over must be less than a digit.
fn units(digits: &[u8]) -> Option<Vec<u16>> {
    let mut units = Vec::with_capacity(digits.len() * 6 / 16);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in digits {
        bits = bits << 6 | base64_value(*byte)?;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push(((bits >> count) & 0xffff) as u16);
            bits &= (1 << count) - 1;
        }
    }
    (count < 6 && bits == 0).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_in_utf_7_is_read() {
        for (bytes, text) in [
            ("Plain words.", Some("Plain words.")),
            ("Fr+APY-sche", Some("Frösche")),
            ("Hi Mom +Jjo--!", Some("Hi Mom ☺-!")),
            ("+ZeVnLIqe-", Some("日本語")),
            ("1 +- 1 = 2", Some("1 + 1 = 2")),
            ("+2D3eAA-.", Some("\u{1f600}.")),
            ("a +AOk, b", Some("a é, b")),
            ("+A", None),
            ("+APZ-", None),
            ("+2D0-", None),
            ("caf\u{e9}", None),
            ("", Some("")),
        ] {
            assert_eq!(decode(bytes.as_bytes()).as_deref(), text, "{bytes}");
        }
    }
}
