//! JSON from strangers: bounded in depth and number of values, no member twice, names in any case.
//!
//! Members that are not known are checked and dropped, and so is `null`: what is left is small, and names are spelled
//! as the API spells them, so that a path into it can be shown to the caller.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::ApiError;

/// Values of one body: what is kept of each is small, yet not nothing.
const MAX_VALUES: usize = 200_000;

/// Reads a body whose members are named as in `names`.
///
/// # Errors
/// 400 naming `body`. The message never quotes the body: it may hold keys.
pub(crate) fn read(bytes: &[u8], names: &'static [&'static str], max_depth: usize) -> Result<Value, ApiError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut left = MAX_VALUES;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let seed = Reader { names, depth: max_depth, left: &mut left, keep: true };
    let value = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let what = if error.is_data() { error.to_string() } else { "it is not valid JSON".to_owned() };
        let what = what.split(" at line ").next().unwrap_or_default().to_owned();
        let place = (error.line() > 0).then(|| format!(", at line {} column {}", error.line(), error.column()));
        ApiError::invalid("body", format!("The request body cannot be read: {what}{}.", place.unwrap_or_default()))
    })
}

struct Reader<'a> {
    names: &'static [&'static str],
    depth: usize,
    left: &'a mut usize,
    keep: bool,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| de::Error::custom("it has too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(if self.keep { value.into() } else { Value::Null })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut out = Vec::new();
        while let Some(value) =
            items.next_element_seed(Reader { names: self.names, depth, left: self.left, keep: self.keep })?
        {
            if self.keep {
                out.push(value);
            }
        }
        Ok(out.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut seen = std::collections::HashSet::new();
        let mut out = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let known = self.names.iter().find(|name| name.eq_ignore_ascii_case(&key));
            if !seen.insert(known.map_or(key, |name| (*name).to_owned())) {
                return Err(de::Error::custom("a member occurs twice in one object"));
            }
            let keep = self.keep && known.is_some();
            let value = members.next_value_seed(Reader { names: self.names, depth, left: self.left, keep })?;
            if let (true, Some(name)) = (keep && !value.is_null(), known) {
                out.insert((*name).to_owned(), value);
            }
        }
        Ok(out.into())
    }
}

fn deeper<E: de::Error>(depth: usize) -> Result<usize, E> {
    depth.checked_sub(1).ok_or_else(|| de::Error::custom("it is nested too deeply"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(read(text.as_bytes(), &["inputs", "sourceUrl"], 4).unwrap().to_string(), expected);
    }

    #[track_caller]
    fn refused(bytes: &[u8], expected: &str) {
        let error = format!("{:?}", read(bytes, &["inputs"], 4).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn names_are_spelled_as_known_and_the_rest_is_dropped() {
        check(r#"{"Inputs":[{"SOURCEURL":"x","other":[1]}],"inputsX":null}"#, r#"{"inputs":[{"sourceUrl":"x"}]}"#);
        check("\u{feff}{\"inputs\":null}", "{}");
        check("[1]", "[1]");
    }

    #[test]
    fn what_is_not_plain_json_is_refused_without_being_quoted() {
        refused(br#"{"inputs":1,"INPUTS":2}"#, "occurs twice");
        refused(br#"{"other":1,"other":2}"#, "occurs twice");
        refused(&[b'['; 100_000], "too deeply");
        refused(br#"{"other":[[[[[1]]]]]}"#, "too deeply");
        refused(format!("[{}1]", "1,".repeat(MAX_VALUES)).as_bytes(), "too many values");
        for bad in [
            &br#"{"inputs":"SECRET"#[..],
            b"{'inputs':1}",
            b"{} {}",
            b"",
            b"NaN",
            b"/* c */ {}",
            br#""\ud800""#,
            b"\"\xff\"",
            b"1e400",
            b"{\"a\":\"\xc0\x80\"}",
            b"\xff\xfe{\0}\0",
        ] {
            refused(bad, "not valid JSON");
        }
        let error = format!("{:?}", read(br#"{"inputs":"SECRET"#, &["inputs"], 4).unwrap_err());
        assert!(!error.contains("SECRET") && error.contains("line 1"), "{error}");
        refused("9".repeat(200_000).as_bytes(), "not valid JSON");
    }
}
