//! Text in header fields: encoded words (RFC 2047), and folding.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::transfer::{base64_digits, decode_base64};
use super::utf7;

/// The text of a field's value, unfolded.
pub(super) fn decode(value: &[u8]) -> String {
    let mut text = String::new();
    // Bytes of encoded words that follow each other: a character may be cut in two between them.
    let mut pending: Option<(&'static Encoding, Vec<u8>)> = None;
    let mut at = 0;
    // Blanks seen since the last word: they go when encoded words stand on both sides.
    let mut blanks = String::new();
    while at < value.len() {
        let length = value[at..].iter().position(|b| is_blank(*b)).unwrap_or(value.len() - at);
        if length == 0 {
            // A folded line goes on behind its line end.
            blanks.push_str(if matches!(value[at], b'\r' | b'\n') { "" } else { " " });
            at += 1;
            continue;
        }
        let mut word = &value[at..at + length];
        at += length;
        while !word.is_empty() {
            let (plain, encoded) = find_encoded(word);
            if !plain.is_empty() {
                flush(&mut pending, &mut text);
                text.push_str(&std::mem::take(&mut blanks));
                text.push_str(&raw(plain));
            }
            let Some((encoding, bytes, rest)) = encoded else { break };
            word = rest;
            match &mut pending {
                Some((before, all)) if *before == encoding => all.extend(bytes),
                _ => {
                    let is_first = pending.is_none();
                    flush(&mut pending, &mut text);
                    if is_first {
                        text.push_str(&blanks);
                    }
                    pending = Some((encoding, bytes));
                }
            }
            blanks.clear();
        }
    }
    flush(&mut pending, &mut text);
    text
}

/// Whether something that looks like an encoded word could not be read: its encoding is not known.
pub(super) fn has_unread(text: &str) -> bool {
    let mut words = text.split("=?").skip(1);
    words.any(|rest| rest.split_once("?=").is_some_and(|(word, _)| word.split('?').count() == 3 && !word.contains(' ')))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn flush(pending: &mut Option<(&'static Encoding, Vec<u8>)>, text: &mut String) {
    if let Some((encoding, bytes)) = pending.take() {
        text.push_str(&encoding.decode_without_bom_handling(&bytes).0);
    }
}

/// Bytes that should not be there are UTF-8 more often than not.
fn raw(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

type Encoded<'a> = (&'static Encoding, Vec<u8>, &'a [u8]);

/// What stands before the first encoded word, and its encoding, its bytes, and what stands behind it.
fn find_encoded(word: &[u8]) -> (&[u8], Option<Encoded<'_>>) {
    let mut from = 0;
    while let Some(offset) = word[from..].windows(2).position(|w| w == b"=?") {
        let start = from + offset;
        if let Some(encoded) = encoded_word(&word[start..]) {
            return (&word[..start], Some(encoded));
        }
        // Nothing that begins later in this word can be one either, unless it begins here.
        from = start + 2;
        if !word[from..].windows(2).any(|w| w == b"?=") {
            break;
        }
    }
    (word, None)
}

/// `=?charset*language?Q?text?=`
fn encoded_word(word: &[u8]) -> Option<Encoded<'_>> {
    let mut parts = word[2..].splitn(3, |b| *b == b'?');
    let (label, kind, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let label = label.split(|b| *b == b'*').next()?;
    let is_utf7 = std::str::from_utf8(label).is_ok_and(utf7::is_utf7);
    let encoding = if is_utf7 { UTF_8 } else { Encoding::for_label_no_replacement(label)? };
    let end = rest.windows(2).position(|w| w == b"?=")?;
    let text = &rest[..end];
    let bytes = match kind {
        b"Q" | b"q" => decode_q(text),
        b"B" | b"b" => decode_base64(text),
        _ => return None,
    };
    let bytes = if is_utf7 { utf7::decode(&bytes)?.into_bytes() } else { bytes };
    // Bytes that were not encoded need not be of the encoding that is named.
    let encoding = if !text.is_ascii() && std::str::from_utf8(&bytes).is_ok() { UTF_8 } else { encoding };
    Some((encoding, bytes, &rest[end + 2..]))
}

fn decode_q(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match (text[at], digit(text.get(at + 1)), digit(text.get(at + 2))) {
            (b'=', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'_', ..) => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    out
}

/// Columns of a line of a header.
const LINE: usize = 76;

/// The value of a field whose name and colon and blank take `used` columns: folded, and encoded where it has to be.
pub(super) fn encode(text: &str, used: usize, newline: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.is_ascii() && !text.contains("=?") && text.split(' ').all(|word| word.len() < LINE) {
        return fold(&text, used, newline);
    }
    let wide = text.chars().filter(|c| !c.is_ascii()).count() * 3 > text.chars().count();
    let mut out = String::new();
    let mut room = LINE.saturating_sub(used);
    let mut chunk = String::new();
    let mut cost = 0;
    for character in text.chars() {
        let length = character.len_utf8();
        let width = if wide { length } else { q_width(character) };
        // Base64 takes four columns for three bytes.
        let columns = |cost: usize| if wide { cost.div_ceil(3) * 4 } else { cost };
        if columns(cost + width) + OVERHEAD > room && (cost > 0 || room < LINE - 1) {
            if cost > 0 {
                push_encoded(&std::mem::take(&mut chunk), wide, &mut out);
            }
            out.push_str(newline);
            out.push(' ');
            (cost, room) = (0, LINE - 1);
        }
        chunk.push(character);
        cost += width;
    }
    push_encoded(&chunk, wide, &mut out);
    out
}

/// `=?utf-8?Q?` and `?=`
const OVERHEAD: usize = 12;

fn q_width(character: char) -> usize {
    if is_q_plain(character) || character == ' ' { 1 } else { character.len_utf8() * 3 }
}

fn is_q_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '!' | '*' | '+' | '-' | '/')
}

fn push_encoded(chunk: &str, wide: bool, out: &mut String) {
    if wide {
        out.push_str("=?utf-8?B?");
        out.push_str(&base64_digits(chunk.as_bytes()));
    } else {
        out.push_str("=?utf-8?Q?");
        for character in chunk.chars() {
            match character {
                ' ' => out.push('_'),
                c if is_q_plain(c) => out.push(c),
                c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push_str(&format!("={byte:02X}"))),
            }
        }
    }
    out.push_str("?=");
}

fn fold(text: &str, used: usize, newline: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut column = used;
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            if column + 1 + word.len() > LINE && !word.is_empty() && !out.ends_with(' ') {
                out.push_str(newline);
                column = 0;
            }
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_read() {
        for (value, text) in [
            ("Die =?iso-8859-1?Q?Fr=F6sche?= (x)", "Die Frösche (x)"),
            ("=?utf-8?B?w6k=?=\r\n =?utf-8?q?=C3=A9_x?=", "éé x"),
            ("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
            ("=?utf-8?Q?a?= =?iso-8859-1?Q?=E9?= b", "aé b"),
            ("a\r\n b  c", "a b  c"),
            ("=?nosuch?Q?a?= =?utf-8?X?a?= =? a?=", "=?nosuch?Q?a?= =?utf-8?X?a?= =? a?="),
            ("=?utf-8*en?Q?a=3Fb=ZZ?=", "a?b=ZZ"),
            ("=?utf-7?Q?Fr+APY-sche?= =?utf-7?B?K0FPaw==?=", "Fröscheé"),
            ("r\u{e9}sum\u{e9}", "résumé"),
        ] {
            assert_eq!(decode(value.as_bytes()), text);
        }
        assert_eq!(decode(b"caf\xe9"), "café");
        for (text, is_unread) in
            [("=?x-none?Q?a+APw-b?= c", true), ("=?x", false), ("=? a ?=", false), ("a =?x?Q?b c?=", false)]
        {
            assert_eq!(has_unread(text), is_unread, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_short_and_reads_the_same() {
        let long = "A subject that goes on for so long that it does not fit into a single line of a header at all";
        for text in [
            "Plain",
            "São Paulo, às 10 horas",
            "日本語の件名はとても長いので一行には収まりません、本当に長いのです",
            "=?x",
            long,
            &"é".repeat(100),
            &"x".repeat(100),
        ] {
            let value = encode(text, 9, "\r\n");
            assert_eq!(decode(value.as_bytes()), text, "{value}");
            let lines: Vec<_> = value.split("\r\n").collect();
            assert!(lines[0].len() + 9 <= LINE && lines.iter().all(|line| line.len() <= LINE), "{value}");
        }
        assert_eq!(encode("a\r\nBcc: b", 9, "\r\n"), "a  Bcc: b");
    }
}
