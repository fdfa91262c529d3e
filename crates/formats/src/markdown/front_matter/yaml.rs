//! Text values of YAML, found line by line.

use std::ops::Range;

use super::Found;
use super::scalar::Style;

/// Whether the text between two lines of `---` is data rather than a document between two rules.
pub(super) fn is_plausible(inner: &str) -> bool {
    let first = inner.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    first.is_none_or(|line| key(line.trim_start()).is_some() || line.starts_with("- ") || line.starts_with('{'))
}

/// A line, as ranges of the document.
struct Line {
    /// Without its line end and what is white space before it.
    range: Range<usize>,
    indent: usize,
}

fn lines(text: &str, inner: Range<usize>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at = inner.start;
    for line in text[inner].split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start_matches(' ').len();
        lines.push(Line { range: at..at + content.len(), indent });
        at += line.len();
    }
    lines
}

pub(super) fn read(inner: Range<usize>, found: &mut Found<'_>) {
    let text = found.text;
    let lines = lines(text, inner.clone());
    let mut index = 0;
    while index < lines.len() {
        let line = &lines[index];
        index += 1;
        let mut start = line.range.start + line.indent;
        while let Some(rest) = text[start..line.range.end].strip_prefix("- ") {
            start = line.range.end - rest.trim_start().len();
        }
        let indent = start - line.range.start;
        let content = &text[start..line.range.end];
        let Some((name, value)) = key(content) else { continue };
        let is_wanted = found.is_wanted(name);
        let value = line.range.end - value.len()..line.range.end;
        if !is_wanted {
            found.leave(value.clone());
        }
        // What is indented deeper belongs to the value, if it has begun on this line.
        let deeper = lines[index..]
            .iter()
            .take_while(|next| next.range.is_empty() || next.indent > line.indent.min(indent))
            .count();
        let more = &lines[index..index + deeper];
        match text[value.clone()].chars().next() {
            // A mapping or a list: its lines are looked at like others.
            None | Some('#') => {}
            Some(mark @ ('|' | '>')) => {
                index += deeper;
                if is_wanted {
                    block(mark == '>', more, found);
                }
            }
            Some(mark @ ('"' | '\'')) => {
                let end = more.last().map_or(value.end, |last| last.range.end);
                if let Some(close) = closing(&text[value.start..end], mark) {
                    let close = value.start + close;
                    index += more.iter().take_while(|next| next.range.start < close).count();
                    if is_wanted {
                        found.add(value.start..close, if mark == '"' { Style::Double } else { Style::Single });
                    }
                }
            }
            Some('&' | '*' | '!' | '[' | '{' | '@' | '`' | '%') => index += deeper,
            Some(_) => {
                let comment = text[value.clone()].find(" #").map(|at| value.start + at);
                let last = more.iter().rev().find(|next| !next.range.is_empty());
                let end = comment.or(last.map(|next| next.range.end)).unwrap_or(value.end);
                index += deeper;
                if is_wanted {
                    found.add(value.start..value.start + text[value.start..end].trim_end().len(), Style::Plain);
                }
            }
        }
    }
}

/// `key: value` taken apart.
fn key(content: &str) -> Option<(&str, &str)> {
    let (name, value) = content.split_once(':')?;
    let bare = name.trim_end().trim_matches(['"', '\'']);
    let is_name = !bare.is_empty() && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
    // A sentence with a colon is no key.
    let is_short = bare.split(' ').count() <= 3;
    (is_name && is_short && (value.is_empty() || value.starts_with([' ', '\t']))).then(|| (name, value.trim_start()))
}

/// The paragraphs of a folded block, the lines of a literal one.
fn block(is_folded: bool, lines: &[Line], found: &mut Found<'_>) {
    let mut paragraph: Option<Range<usize>> = None;
    for line in lines {
        let words = line.range.start + line.indent..line.range.end;
        match &mut paragraph {
            Some(open) if is_folded && !words.is_empty() => open.end = words.end,
            _ => {
                if let Some(done) = paragraph.take() {
                    found.add(done, Style::Block);
                }
                paragraph = (!words.is_empty()).then_some(words);
            }
        }
    }
    if let Some(done) = paragraph {
        found.add(done, Style::Block);
    }
}

/// The end of a value in quotation marks, if nothing but a comment comes behind it on its line.
fn closing(value: &str, mark: char) -> Option<usize> {
    let bytes = value.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if mark == '"' => at += 1,
            b'\'' if mark == '\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if byte == mark as u8 => {
                let rest = value[at + 1..].lines().next().unwrap_or_default().trim_start();
                return (rest.is_empty() || rest.starts_with('#')).then_some(at + 1);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a plain value would be read as something else than text.
pub(super) fn is_typed(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | ".nan" | ".inf"
    ) || value
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b':' | b'_' | b'e' | b'E' | b'T' | b'Z' | b' '))
}

/// Whether the text can stand without quotation marks.
pub(super) fn is_plain(value: &str) -> bool {
    let is_indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`=~".contains(c);
    !is_typed(value)
        && !value.starts_with(is_indicator)
        && !value.starts_with("0x")
        && !value.ends_with(':')
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.contains(char::is_control)
}
