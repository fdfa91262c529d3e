//! Text values of TOML and JSON: strings on one line.

use std::ops::Range;

use super::Found;
use super::scalar::Style;

pub(super) fn read(inner: Range<usize>, separator: char, found: &mut Found<'_>) {
    let text = found.text;
    let mut at = inner.start;
    while at < inner.end {
        let end = text[at..inner.end].find('\n').map_or(inner.end, |n| at + n);
        let line = at..end;
        at = end + 1;
        let Some((name, value)) = text[line.clone()].split_once(separator) else { continue };
        let value = value.trim_start();
        let start = line.end - value.len();
        if let Some(fence) = ["\"\"\"", "'''"].into_iter().find(|fence| value.starts_with(fence)) {
            // A text of several lines is passed over.
            at = text[start + 3..inner.end].find(fence).map_or(inner.end, |n| start + 3 + n + 3);
            continue;
        }
        let style = match value.chars().next() {
            Some('"') => Style::Double,
            Some('\'') => Style::Literal,
            _ => continue,
        };
        match closing(value, style) {
            Some(length) if found.is_wanted(name) => found.add(start..start + length, style),
            Some(length) => found.leave(start..start + length),
            None => {}
        }
    }
}

fn closing(value: &str, style: Style) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in value.bytes().enumerate().skip(1) {
        match (style, byte) {
            (Style::Double, b'"') if !escaped => return Some(at + 1),
            (Style::Literal, b'\'') => return Some(at + 1),
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}
