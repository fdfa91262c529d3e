//! The options of a request: headers that any client can send, also one that knows nothing of them but their names.

use axum::http::HeaderMap;
use terjuman_pipeline::Changes;

use crate::error::{ApiError, Refusal};

/// What the names of these headers begin with, in lower case.
pub(crate) const OPTION: &str = "terjuman-option-";

/// What the headers change of the options.
///
/// # Errors
/// The first header that names no option, has a value that the option has not, or is given twice.
pub(crate) fn changes(headers: &HeaderMap) -> Result<Changes, ApiError> {
    let mut changes = Changes::default();
    for header in headers.keys() {
        let Some(name) = header.as_str().strip_prefix(OPTION) else { continue };
        let mut values = headers.get_all(header).iter();
        let refused = |message: String| ApiError::new(Refusal::InvalidOption, message).at(spelled(name));
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(refused("The option is given more than once.".to_owned()));
        };
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
            return Err(refused("The value of the option is no text.".to_owned()));
        };
        changes.set(name, value).map_err(|error| refused(format!("The option cannot be set: {error}.")))?;
    }
    Ok(changes)
}

/// The header's name as the documentation writes it.
pub(crate) fn spelled(name: &str) -> String {
    let mut out = String::from("Terjuman-Option");
    for word in name.split(['-', '_']) {
        let (first, rest) = word.split_at(word.len().min(1));
        out.push('-');
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<Changes, ApiError> {
        let pairs = headers.iter().map(|(name, value)| {
            (name.to_ascii_lowercase().parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        });
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name, value);
        }
        changes(&map)
    }

    #[test]
    fn headers_change_options_and_only_options_do() {
        let mut wanted = Changes::default();
        wanted.set("hidden_text", "true").unwrap();
        wanted.set("json_keys", "title,body").unwrap();
        let headers = [("Terjuman-Option-Hidden-Text", "True"), ("terjuman-option-json-keys", "title, body")];
        assert_eq!(read(&headers), Ok(wanted));
        assert_eq!(read(&[("X-Terjuman-Option-Comments", "x")]), Ok(Changes::default()));
        let target = |headers: &[(&str, &str)]| read(headers).unwrap_err();
        let expected = |name: &str, message: &str| ApiError::new(Refusal::InvalidOption, message).at(name);
        assert_eq!(
            target(&[("Terjuman-Option-Colour", "red")]),
            expected("Terjuman-Option-Colour", "The option cannot be set: there is no such option.")
        );
        let message = "The option cannot be set: the value of alt_text must be true or false.";
        assert_eq!(target(&[("terjuman-option-alt-text", "1")]), expected("Terjuman-Option-Alt-Text", message));
        let twice = [("terjuman-option-notes", "true"), ("terjuman-option-notes", "true")];
        let message = "The option is given more than once.";
        assert_eq!(target(&twice), expected("Terjuman-Option-Notes", message));
    }
}
