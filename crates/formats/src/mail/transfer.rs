//! Encodings for transfer (RFC 2045 section 6): quoted-printable and base64, read leniently and written as the RFC says.

use std::borrow::Cow;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    /// As it is, ASCII only.
    SevenBit,
    /// As it is.
    EightBit,
    QuotedPrintable,
    Base64,
    /// As it is, although its header says that it is in base64.
    NoBase64,
}

/// Longer lines are not allowed without an encoding (RFC 5322 section 2.1.1).
const LONGEST_LINE: usize = 998;

impl Transfer {
    /// By its name in lower case.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        match name {
            "" | "7bit" => Some(Self::SevenBit),
            "8bit" | "binary" => Some(Self::EightBit),
            "quoted-printable" => Some(Self::QuotedPrintable),
            "base64" => Some(Self::Base64),
            _ => None,
        }
    }

    /// How the body is written, where that is not as its header says: text is sent with a header of base64 that was never
    /// put into it. Digits alone would make letters at random of it.
    pub(super) fn of(self, body: &[u8]) -> Self {
        if self != Self::Base64 {
            return self;
        }
        let lines = body.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let is_digits = |line: &[u8]| line.iter().all(|b| *b == b'=' || base64_value(*b).is_some());
        let (digits, others) =
            lines.fold(
                (0, 0),
                |(digits, others), line| {
                    if is_digits(line) { (digits + 1, others) } else { (digits, others + 1) }
                },
            );
        if others > digits { Self::NoBase64 } else { self }
    }

    /// Whether the header does not say how the body is written.
    pub(super) fn is_mislabelled(self) -> bool {
        self == Self::NoBase64
    }

    /// The content of a body.
    pub(super) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::SevenBit | Self::EightBit | Self::NoBase64 => body.into(),
            Self::QuotedPrintable => decode_quoted_printable(body).into(),
            Self::Base64 => decode_base64(body).into(),
        }
    }

    /// The body of a content.
    pub(super) fn encode(self, content: Vec<u8>, newline: &str) -> Vec<u8> {
        match self {
            Self::SevenBit | Self::EightBit | Self::NoBase64 => content,
            Self::QuotedPrintable => encode_quoted_printable(&content, newline),
            Self::Base64 => encode_base64(&content, newline),
        }
    }

    /// Whether the content can be written so.
    pub(super) fn fits(self, content: &[u8]) -> bool {
        let is_short = || content.split(|b| *b == b'\n').all(|line| line.len() <= LONGEST_LINE);
        match self {
            Self::SevenBit => content.is_ascii() && is_short(),
            Self::EightBit => is_short(),
            Self::QuotedPrintable | Self::Base64 => true,
            Self::NoBase64 => false,
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

fn decode_quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| *b == b'\n') {
        let content = line.trim_ascii_end();
        let line_end = if line.ends_with(b"\r\n") {
            &b"\r\n"[..]
        } else if line.ends_with(b"\n") {
            &b"\n"[..]
        } else {
            // Blanks at the end of the last line may be the content's.
            &line[content.len()..]
        };
        let soft = content.ends_with(b"=");
        let mut rest = if soft { &content[..content.len() - 1] } else { content };
        while let Some(at) = rest.iter().position(|b| *b == b'=') {
            out.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            match (rest.get(1).copied().and_then(digit), rest.get(2).copied().and_then(digit)) {
                (Some(high), Some(low)) => {
                    out.push(high * 16 + low);
                    rest = &rest[3..];
                }
                // Not an escape: it stands for itself.
                _ => {
                    out.push(b'=');
                    rest = &rest[1..];
                }
            }
        }
        out.extend_from_slice(rest);
        if !soft {
            out.extend_from_slice(line_end);
        }
    }
    out
}

/// Characters in a line of quoted-printable, the `=` of a soft break included.
const LINE: usize = 76;

fn encode_quoted_printable(content: &[u8], newline: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + content.len() / 4);
    for line in content.split_inclusive(|b| *b == b'\n') {
        let (text, line_end) = match line {
            [text @ .., b'\r', b'\n'] => (text, &b"\r\n"[..]),
            [text @ .., b'\n'] => (text, &b"\n"[..]),
            text => (text, &b""[..]),
        };
        let mut column = 0;
        for (index, byte) in text.iter().copied().enumerate() {
            let is_last = index + 1 == text.len();
            let plain = match byte {
                b' ' | b'\t' => !is_last,
                b'=' => false,
                // What begins with these could be taken for a delimiter, or for a mailbox's separator.
                b'-' | b'F' | b'.' if column == 0 => false,
                b'!'..=b'~' => true,
                _ => false,
            };
            let width = if plain { 1 } else { 3 };
            // The last character may take the place of the `=`.
            if column + width > LINE - usize::from(!is_last) {
                out.push(b'=');
                out.extend_from_slice(newline.as_bytes());
                column = 0;
            }
            if plain {
                out.push(byte);
            } else {
                out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
            column += width;
        }
        out.extend_from_slice(line_end);
    }
    out
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The content; what is no digit is passed over.
pub(crate) fn decode_base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body {
        // Padding ends a run of its own, and another may follow.
        if *byte == b'=' {
            (bits, count) = (0, 0);
            continue;
        }
        let Some(value) = base64_value(*byte) else { continue };
        bits = (bits << 6) | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

/// What a digit stands for, in six bits; `None` for what is none.
pub(super) fn base64_value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Digits without line ends.
pub(super) fn base64_digits(content: &[u8]) -> String {
    let mut out = String::with_capacity(content.len().div_ceil(3) * 4);
    for group in content.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = BASE64[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

pub(crate) fn encode_base64(content: &[u8], newline: &str) -> Vec<u8> {
    let digits = base64_digits(content);
    let mut out = Vec::with_capacity(digits.len() + digits.len() / 38 + 2);
    for line in digits.as_bytes().chunks(LINE) {
        out.extend_from_slice(line);
        out.extend_from_slice(newline.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(transfer: Transfer, body: &str, content: &[u8]) {
        assert_eq!(transfer.decode(body.as_bytes()), content);
        assert_eq!(String::from_utf8(transfer.encode(content.to_vec(), "\r\n")).unwrap(), body);
    }

    #[test]
    fn quoted_printable_is_read_and_written() {
        let check = |body: &str, content: &str| check(Transfer::QuotedPrintable, body, content.as_bytes());
        check("caf=C3=A9 =3D=20\r\n=2D-b\nx", "café = \r\n--b\nx");
        check(&format!("{}=\r\nxx", "x".repeat(75)), &"x".repeat(77));
        check(&"x".repeat(76), &"x".repeat(76));
        let lenient = Transfer::QuotedPrintable.decode(b"a=ZZ=4 b  \r\nc=\r\n=c3=a9=");
        assert_eq!(lenient, "a=ZZ=4 b\r\ncé".as_bytes());
    }

    #[test]
    fn base64_is_read_and_written() {
        check(Transfer::Base64, "TWFu\r\n", b"Man");
        check(Transfer::Base64, "TWE=\r\n", b"Ma");
        check(Transfer::Base64, "TQ==\r\n", b"M");
        check(Transfer::Base64, &format!("{}\r\nAAAA\r\n", "A".repeat(76)), &[0; 60]);
        assert_eq!(&*Transfer::Base64.decode(b"TW\nFu=TQ==!"), b"ManM");
    }

    #[test]
    fn what_is_no_base64_is_told() {
        for body in ["TWFu\r\nTWE=\r\n", "TWFu\n  \n___\n", "", "Hello\n"] {
            assert_eq!(Transfer::Base64.of(body.as_bytes()), Transfer::Base64, "{body}");
        }
        let text = b"Hello, world.\nThis is a text\nthat nobody\nencoded\n";
        assert_eq!(Transfer::Base64.of(text), Transfer::NoBase64);
        assert_eq!(&*Transfer::NoBase64.decode(text), text);
        assert_eq!(Transfer::QuotedPrintable.of(text), Transfer::QuotedPrintable);
    }
}
