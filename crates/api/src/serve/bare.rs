//! hyper's own answers to what it cannot read as a request. They have no body and no id; ours take their place.

use uuid::Uuid;

use crate::error::{ApiError, Refusal};

/// hyper's are no longer: a status line and two or three headers.
const LONGEST: usize = 256;

/// What is sent instead of these bytes, if they are such an answer. Only to be asked when the bytes begin an answer.
pub(super) fn instead_of(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > LONGEST || !bytes.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = std::str::from_utf8(bytes).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.get(9..12)?;
    let empty = lines.any(|line| line.eq_ignore_ascii_case("content-length: 0"));
    // Every answer of ours has its id.
    if !empty || head.contains("x-ms-request-id") {
        return None;
    }
    let error = match status {
        "414" => ApiError::new(Refusal::UriTooLong, "The request's path is too long."),
        "431" => {
            let message = "The request's headers are too long, or there are too many of them.";
            ApiError::new(Refusal::HeadersTooLarge, message)
        }
        "400" => {
            let message =
                "This is no request of HTTP/1.1, or its head is malformed. Over TLS the URL begins with https.";
            ApiError::new(Refusal::BadRequest, message)
        }
        _ => return None,
    };
    Some(whole(&error))
}

fn whole(error: &ApiError) -> Vec<u8> {
    let (status, code, body) = error.parts();
    let (id, route) = (Uuid::new_v4(), "none");
    let labels = [("method", "other".to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    metrics::counter!("terjuman_http_requests_total", &labels).increment(1);
    tracing::debug!(request.id = %id, http.status = status.as_u16(), "answered what is no request");
    let reason = status.canonical_reason().unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json; charset=utf-8\r\nx-ms-error-code: {code}\r\n\
         apim-request-id: {id}\r\nx-requestid: {id}\r\nx-ms-request-id: {id}\r\nx-content-type-options: nosniff\r\n\
         cache-control: no-store\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        status.as_u16(),
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_without_body_and_id_is_replaced() {
        let bare = "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        let ours = String::from_utf8(instead_of(bare.as_bytes()).unwrap()).unwrap();
        assert!(ours.starts_with("HTTP/1.1 431 ") && ours.contains("\"RequestHeaderFieldsTooLarge\""), "{ours}");
        let (head, body) = ours.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{head}");
        for other in [
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 400 Bad Request\r\nx-ms-request-id: 1\r\ncontent-length: 0\r\n\r\n",
            &bare[..40],
            "",
        ] {
            assert_eq!(instead_of(other.as_bytes()), None, "{other}");
        }
    }
}
