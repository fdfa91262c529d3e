//! Requests that clients may send twice without starting two jobs: `Repeatability-Request-ID` with
//! `Repeatability-First-Sent` (OASIS Repeatable Requests 1.0), or `Operation-Id`.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};
use terjuman_jobs::Repeat;
use terjuman_model::Timestamp;
use uuid::Uuid;

use super::options::OPTION;
use crate::error::ApiError;

const REQUEST_ID: HeaderName = HeaderName::from_static("repeatability-request-id");
const FIRST_SENT: HeaderName = HeaderName::from_static("repeatability-first-sent");
const OPERATION_ID: HeaderName = HeaderName::from_static("operation-id");
/// Whether the request was carried out, now or before.
pub(crate) const RESULT: HeaderName = HeaderName::from_static("repeatability-result");
pub(crate) const ACCEPTED: HeaderValue = HeaderValue::from_static("accepted");

/// Longest operation id.
const LONGEST: usize = 128;

/// The name that the client gave its request, if it did.
///
/// # Errors
/// If a header is given twice, is malformed, or its companion is missing.
pub(crate) fn repeat(headers: &HeaderMap, body: &[u8]) -> Result<Option<Repeat>, ApiError> {
    let (id, sent) = (one(headers, &REQUEST_ID)?, one(headers, &FIRST_SENT)?);
    let body = fingerprint(headers, body);
    match (id, sent) {
        (Some(id), Some(sent)) => {
            let id: Uuid = id.parse().map_err(|_| {
                ApiError::invalid("Repeatability-Request-ID", "The header Repeatability-Request-ID must be a GUID.")
            })?;
            let first_sent = Some(date(sent).ok_or_else(|| {
                let message = "The header Repeatability-First-Sent must be an HTTP date, \
                    such as Tue, 03 Mar 2026 08:00:00 GMT.";
                ApiError::invalid("Repeatability-First-Sent", message)
            })?);
            Ok(Some(Repeat { name: format!("repeatability {id}"), body, first_sent }))
        }
        (Some(_), None) => Err(ApiError::missing("Repeatability-First-Sent")),
        (None, Some(_)) => Err(ApiError::missing("Repeatability-Request-ID")),
        (None, None) => {
            let Some(id) = one(headers, &OPERATION_ID)? else { return Ok(None) };
            if id.is_empty() || id.len() > LONGEST || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
                let message = format!("The header Operation-Id must be 1 to {LONGEST} characters without blanks.");
                return Err(ApiError::invalid("Operation-Id", message));
            }
            Ok(Some(Repeat { name: format!("operation {id}"), body, first_sent: None }))
        }
    }
}

/// What a request asks for: its body, and the options in its headers. Without options it is that of the body alone, so
/// that an upgrade does not take a request for another one.
fn fingerprint(headers: &HeaderMap, body: &[u8]) -> [u8; 32] {
    let mut options: Vec<(&str, &[u8])> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with(OPTION))
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let body = Sha256::digest(body);
    if options.is_empty() {
        return body.into();
    }
    options.sort_unstable();
    let mut hasher = Sha256::new_with_prefix(body);
    for part in options.iter().flat_map(|(name, value)| [name.as_bytes(), *value]) {
        // With its length, so that no two requests come to the same bytes.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (value.to_str(), values.next()) {
        (Ok(value), None) => Ok(Some(value.trim())),
        _ => Err(ApiError::invalid(name.as_str(), format!("The header {name} must be given once, in plain ASCII."))),
    }
}

/// An HTTP date (RFC 9110 section 5.6.7).
fn date(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_micros()).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&'static str, &str)], expected: Result<Option<(&str, Option<i64>)>, &str>) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        let found = repeat(&headers, b"{}");
        let found = found
            .as_ref()
            .map(|found| found.as_ref().map(|repeat| (repeat.name.as_str(), repeat.first_sent.map(|sent| sent.0))));
        assert_eq!(found.map_err(|error| error.target().unwrap_or_default()), expected);
    }

    #[test]
    fn both_ways_of_naming_a_request_are_read() {
        const ID: &str = "6F9619FF-8B86-D011-B42D-00CF4FC964FF";
        const SENT: &str = "Thu, 01 Jan 1970 00:00:01 GMT";
        let (id, sent) = ("repeatability-request-id", "repeatability-first-sent");
        let name = "repeatability 6f9619ff-8b86-d011-b42d-00cf4fc964ff";
        check(&[], Ok(None));
        check(&[(id, ID), (sent, SENT)], Ok(Some((name, Some(1_000_000)))));
        check(&[(id, ID), (sent, SENT), ("operation-id", "x")], Ok(Some((name, Some(1_000_000)))));
        check(&[("operation-id", "my-job:7")], Ok(Some(("operation my-job:7", None))));
        check(&[(id, ID)], Err("Repeatability-First-Sent"));
        check(&[(sent, SENT)], Err("Repeatability-Request-ID"));
        check(&[(id, "7"), (sent, SENT)], Err("Repeatability-Request-ID"));
        check(&[(id, ID), (sent, "yesterday")], Err("Repeatability-First-Sent"));
        check(&[(id, ID), (id, ID), (sent, SENT)], Err("repeatability-request-id"));
        check(&[("operation-id", "a b")], Err("Operation-Id"));
        check(&[("operation-id", &"a".repeat(129))], Err("Operation-Id"));
    }

    #[test]
    fn options_make_another_request() {
        let print = |headers: &[(&str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
            }
            fingerprint(&map, b"{}")
        };
        let plain: [u8; 32] = Sha256::digest(b"{}").into();
        assert_eq!(print(&[]), plain);
        assert_eq!(print(&[("x-other", "true")]), plain);
        let (notes, keys) = (("terjuman-option-notes", "true"), ("terjuman-option-json-keys", "a"));
        assert_eq!(print(&[notes, keys]), print(&[keys, notes]), "their order says nothing");
        let mut all = vec![plain, print(&[notes]), print(&[keys]), print(&[notes, keys])];
        all.push(print(&[("terjuman-option-notes", "false")]));
        all.push(print(&[("terjuman-option-json-keys", "ab")]));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
