//! What the values of JSON texts say, one text after the other, by another parser.

use serde_json::Value;

use super::Seen;

pub(super) fn read(bytes: &[u8], seen: &mut Seen) {
    let text = String::from_utf8_lossy(bytes);
    let values = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>();
    for value in values.map_while(Result::ok) {
        let mut open = vec![(String::new(), value)];
        while let Some((path, value)) = open.pop() {
            match value {
                Value::String(text) => {
                    seen.element(format!("{path} string"));
                    seen.texts.extend(is_prose(&text).then(|| without_syntax(&text)));
                }
                Value::Array(items) => open.extend(items.into_iter().rev().map(|item| (format!("{path}[]"), item))),
                Value::Object(fields) => {
                    open.extend(fields.into_iter().rev().map(|(name, item)| (format!("{path}/{name}"), item)));
                }
                other => seen.element(format!("{path} {other}")),
            }
        }
    }
}

/// Text of more than one word: what a single word in a file of data is for, its file alone does not tell.
fn is_prose(text: &str) -> bool {
    text.split_whitespace().count() > 1
}

/// Without the names, kinds and selectors of messages for a formatter: `{n, plural, one {…}}`.
pub(crate) fn without_syntax(text: &str) -> String {
    if !["plural", "select", "date", "number", "time"].iter().any(|kind| text.contains(&format!(", {kind}"))) {
        return text.to_owned();
    }
    let mut out = String::new();
    for (index, part) in text.split('{').enumerate() {
        // What stands in front of a brace inside of an argument is a selector.
        let words = match text.match_indices('{').nth(index) {
            Some((at, _)) if is_in_argument(&text[..at]) => {
                let selector =
                    part.trim_end().rsplit(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
                part.trim_end().strip_suffix(selector).unwrap_or(part)
            }
            _ => part,
        };
        let words = match words.split_once(", ") {
            Some((name, rest)) if index > 0 && !name.contains(' ') => {
                let kind = rest.split([',', '}']).next().unwrap_or_default();
                let is_kind = ["plural", "select", "selectordinal", "date", "number", "time"].contains(&kind);
                if is_kind { rest[kind.len()..].trim_start_matches(", short") } else { words }
            }
            _ => words,
        };
        out.push_str(words);
        out.push(' ');
    }
    out
}

/// Whether the innermost open brace is one of an argument with branches.
fn is_in_argument(before: &str) -> bool {
    let mut depth = 0_usize;
    for (at, byte) in before.bytes().enumerate().rev() {
        match byte {
            b'}' => depth += 1,
            b'{' if depth == 0 => {
                let inner = &before[at + 1..];
                return [", plural,", ", select,", ", selectordinal,"]
                    .iter()
                    .any(|kind| inner.split_once(kind).is_some_and(|(name, _)| !name.contains(' ')));
            }
            b'{' => depth -= 1,
            _ => {}
        }
    }
    false
}
