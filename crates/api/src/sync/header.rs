//! Header values with parameters: `form-data; name="document"; filename*=UTF-8''a.txt`.

use percent_encoding::percent_decode_str;

/// A header's value, in lower case, and its parameters, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Value {
    pub(super) essence: String,
    parameters: Vec<(String, String)>,
}

impl Value {
    /// Takes what is usually sent: parameters quoted or not, names in any case, blanks anywhere.
    pub(super) fn parse(text: &str) -> Self {
        let mut pieces = split(text).into_iter();
        let essence = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parameters = pieces.filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
        });
        Self { essence, parameters: parameters.collect() }
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The file name: the extended spelling (RFC 8187) wins over the plain one.
    pub(super) fn file_name(&self) -> Option<String> {
        let extended = self.parameter("filename*").and_then(|value| {
            let mut pieces = value.splitn(3, '\'');
            let (charset, _, encoded) = (pieces.next()?, pieces.next()?, pieces.next()?);
            let decoded = percent_decode_str(encoded);
            charset.eq_ignore_ascii_case("utf-8").then(|| decoded.decode_utf8_lossy().into_owned())
        });
        extended.or_else(|| self.parameter("filename").map(str::to_owned))
    }
}

/// The pieces between semicolons that stand outside of quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                pieces.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text)) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        // A backslash before anything else is one: `C:\note.txt`.
        let escapes = character == '\\' && matches!(characters.peek(), Some('"' | '\\'));
        out.extend(if escapes { characters.next() } else { Some(character) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: Option<&str>, file: Option<&str>) {
        let value = Value::parse(text);
        assert_eq!(value.essence, "form-data");
        assert_eq!((value.parameter("name"), value.file_name().as_deref()), (name, file));
    }

    #[test]
    fn parameters_come_quoted_bare_and_extended() {
        check("form-data; name=\"document\"; filename=\"a.txt\"", Some("document"), Some("a.txt"));
        check("Form-Data;NAME=document ; FileName=a.txt", Some("document"), Some("a.txt"));
        check("form-data; filename*=UTF-8''na%C3%AFve.txt; filename=x", None, Some("naïve.txt"));
        check("form-data; name=\"a;\\\"b\"; filename=\"C:\\x.txt\"", Some("a;\"b"), Some("C:\\x.txt"));
        check("form-data; name=\"open; filename=x", Some("open; filename=x"), None);
        check("form-data", None, None);
        check("form-data; filename*=latin1''x; name=", Some(""), None);
    }
}
