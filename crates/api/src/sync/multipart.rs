//! `multipart/form-data` (RFC 7578) over a body in memory: parts as ranges of it, nothing copied, one pass.
//!
//! The whole body is bounded before it gets here; this bounds the number of parts and the headers of each.

use std::ops::Range;

use memchr::memmem::Finder;

use super::header::Value;

/// RFC 2046: a boundary is at most as long.
const MAX_BOUNDARY: usize = 70;

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    /// Where its content stands in the body.
    pub(super) content: Range<usize>,
}

/// Why a body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FormError {
    #[error("the content type names no boundary, or one that cannot be")]
    Boundary,
    #[error("the boundary does not stand where it should")]
    Framing,
    #[error("the form breaks off before its last boundary")]
    Cut,
    #[error("it has too many parts")]
    Parts,
    #[error("a part's headers are too long")]
    HeaderTooLong,
    #[error("a part's headers are malformed")]
    Header,
}

/// The boundary that a content type names.
pub(super) fn boundary(content_type: &Value) -> Result<&str, FormError> {
    let usable = |b: &&str| {
        (1..=MAX_BOUNDARY).contains(&b.len())
            && !b.ends_with(' ')
            && b.bytes().all(|c| c.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&c))
    };
    content_type.parameter("boundary").filter(usable).ok_or(FormError::Boundary)
}

/// The parts of a body.
///
/// # Errors
/// If it is not framed as it should be, or goes past a limit.
pub(super) fn parts(
    body: &[u8],
    boundary: &str,
    max_parts: usize,
    max_header_bytes: usize,
) -> Result<Vec<Part>, FormError> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = Finder::new(&delimiter);
    let first = &delimiter.as_bytes()[2..];
    // The first boundary has no line end before it if nothing stands before it.
    let mut at = match next_delimiter(body, 0, &finder) {
        _ if body.starts_with(first) && ends_line(&body[first.len()..]) => first.len(),
        Some(found) => found + delimiter.len(),
        None => return Err(FormError::Framing),
    };
    let mut parts = Vec::new();
    loop {
        if body[at..].starts_with(b"--") {
            return Ok(parts);
        }
        if parts.len() == max_parts {
            return Err(FormError::Parts);
        }
        let blanks = body[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let headers = at + blanks + 2;
        if body.get(at + blanks..headers) != Some(b"\r\n") {
            return Err(FormError::Framing);
        }
        let content = headers + header_bytes(&body[headers..], max_header_bytes)?;
        // The line end that ends the headers may be the one before the boundary, if there is no content.
        let end = next_delimiter(body, content - 2, &finder).ok_or(FormError::Cut)?;
        parts.push(part(&body[headers..content], content..end.max(content))?);
        at = end + delimiter.len();
    }
}

/// The next place where a line is the boundary and not merely begins like it.
fn next_delimiter(body: &[u8], from: usize, finder: &Finder<'_>) -> Option<usize> {
    let length = finder.needle().len();
    let mut found = finder.find_iter(&body[from..]).map(|at| from + at);
    found.find(|at| ends_line(&body[at + length..]))
}

/// Whether a boundary is complete here: a line end, blanks, or the two hyphens of the last one.
fn ends_line(rest: &[u8]) -> bool {
    rest.starts_with(b"--") || rest.starts_with(b"\r\n") || matches!(rest.first(), Some(b' ' | b'\t'))
}

/// How long the headers are, with the empty line behind them.
fn header_bytes(rest: &[u8], limit: usize) -> Result<usize, FormError> {
    if rest.starts_with(b"\r\n") {
        return Ok(2);
    }
    let window = &rest[..rest.len().min(limit)];
    match memchr::memmem::find(window, b"\r\n\r\n") {
        Some(end) => Ok(end + 4),
        None if rest.len() > limit => Err(FormError::HeaderTooLong),
        None => Err(FormError::Cut),
    }
}

fn part(headers: &[u8], content: Range<usize>) -> Result<Part, FormError> {
    let mut part = Part { name: None, file_name: None, content_type: None, content };
    for line in String::from_utf8_lossy(headers).split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(FormError::Header)?;
        if name.trim().eq_ignore_ascii_case("content-disposition") {
            let value = Value::parse(value);
            part.name = value.parameter("name").map(str::to_owned);
            part.file_name = value.file_name();
        } else if name.trim().eq_ignore_ascii_case("content-type") {
            part.content_type = Some(value.trim().to_owned());
        }
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn contents(body: &str) -> Result<Vec<String>, FormError> {
        let parts = parts(body.as_bytes(), "b1", 3, 60)?;
        Ok(parts.into_iter().map(|part| body[part.content].to_owned()).collect())
    }

    #[test]
    fn parts_are_what_stands_between_the_boundaries() {
        let ok = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(contents("--b1\r\nA: b\r\n\r\none\r\n--b1\r\n\r\ntwo\r\n\r\n--b1--\r\n"), ok(&["one", "two\r\n"]));
        assert_eq!(contents("preamble\r\n--b1 \t\r\n\r\n\r\n--b1--"), ok(&[""]));
        assert_eq!(contents("--b1\r\nA: b\r\n\r\n--b1--"), ok(&[""]));
        assert_eq!(contents("--b1\r\n\r\nx\r\n--b1x\r\n--b2\r\n--b1--epilogue"), ok(&["x\r\n--b1x\r\n--b2"]));
        assert_eq!(contents("--b1--"), ok(&[]));
    }

    #[test]
    fn what_is_framed_otherwise_is_refused() {
        assert_eq!(contents(""), Err(FormError::Framing));
        assert_eq!(contents("no boundary here"), Err(FormError::Framing));
        assert_eq!(contents("--b1x\r\n\r\n"), Err(FormError::Framing));
        assert_eq!(contents("--b1 x\r\n\r\n"), Err(FormError::Framing));
        assert_eq!(contents("--b1\r\nA: b\r\n"), Err(FormError::Cut));
        assert_eq!(contents("--b1\r\n\r\nhalf"), Err(FormError::Cut));
        assert_eq!(contents("--b1\r\nnonsense\r\n\r\nx\r\n--b1--"), Err(FormError::Header));
        assert_eq!(
            contents(&format!("--b1\r\nA: {}\r\n\r\nx\r\n--b1--", "x".repeat(100))),
            Err(FormError::HeaderTooLong)
        );
        assert_eq!(contents(&format!("{}--b1--", "--b1\r\n\r\nx\r\n".repeat(4))), Err(FormError::Parts));
    }

    #[test]
    fn a_boundary_is_quoted_or_bare_and_never_odd() {
        let of = |text: &str| boundary(&Value::parse(text)).map(str::to_owned);
        assert_eq!(of("multipart/form-data; boundary=b1").as_deref(), Ok("b1"));
        assert_eq!(of("multipart/form-data; Boundary=\"b 1\"").as_deref(), Ok("b 1"));
        for odd in ["", "boundary=", "boundary=\"\r\n\"", &format!("boundary={}", "b".repeat(71))] {
            assert_eq!(of(&format!("multipart/form-data; {odd}")), Err(FormError::Boundary), "{odd}");
        }
    }

    proptest! {
        #[test]
        fn contents_come_back_as_they_were(
            contents in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..5)
        ) {
            let mut body = Vec::new();
            for content in &contents {
                body.extend_from_slice(b"--the-boundary\r\nContent-Disposition: form-data; name=x\r\n\r\n");
                body.extend_from_slice(content);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"--the-boundary--\r\n");
            let found = parts(&body, "the-boundary", 10, 100).unwrap();
            let found: Vec<_> = found.into_iter().map(|part| body[part.content].to_vec()).collect();
            prop_assert_eq!(found, contents);
        }

        #[test]
        fn nothing_makes_it_panic(body in "(--b|\r\n|--b--|:|A: b| |x|\"){0,40}") {
            let _ = parts(body.as_bytes(), "b", 3, 20);
        }
    }
}
