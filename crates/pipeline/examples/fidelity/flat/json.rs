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
                    seen.texts.extend(is_prose(&text).then_some(text));
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
