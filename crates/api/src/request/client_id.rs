//! The id that a client gives its request, fit to be sent back and logged.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

/// Bytes of an id that are kept.
const KEPT: usize = 128;

/// The client's id. What is not a letter, digit, `.`, `_`, `:` or `-` comes percent-encoded, and what is too long is cut:
/// it goes into logs and answers.
pub(crate) fn client_request_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let given = headers.get(CLIENT_REQUEST_ID)?.as_bytes();
    let mut out = String::new();
    for byte in given {
        if byte.is_ascii_alphanumeric() || b"._:-".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        if out.len() >= KEPT {
            break;
        }
    }
    out.truncate(KEPT);
    HeaderValue::try_from(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &[u8], expected: &str) {
        let headers = HeaderMap::from_iter([(CLIENT_REQUEST_ID, HeaderValue::from_bytes(given).unwrap())]);
        assert_eq!(client_request_id(&headers).unwrap(), expected);
    }

    #[test]
    fn an_id_comes_back_and_anything_else_is_defused() {
        check(b"9e7b3c1e-0000-4000-8000-000000000001", "9e7b3c1e-0000-4000-8000-000000000001");
        check(b"${jndi:ldap://x}", "%24%7Bjndi:ldap:%2F%2Fx%7D");
        check(b"a\xff\tb", "a%FF%09b");
        check(&[b'a'; 7000], &"a".repeat(128));
        assert_eq!(client_request_id(&HeaderMap::new()), None);
    }
}
