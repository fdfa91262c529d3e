//! The structure of a message (RFC 2045, RFC 2046): its parts by byte range, found line by line in one pass.

use std::ops::Range;
use std::sync::Arc;

use super::fields::{self, Fields};
use crate::{FormatError, Limits};

/// A message or a body part.
#[derive(Debug)]
pub(super) struct Entity {
    /// Its header fields.
    pub(super) fields: Fields,
    /// Its content, without the line end that belongs to the delimiter behind it. Empty for what holds other entities.
    pub(super) body: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
    /// The boundaries of the multiparts it stands in, outermost first. Nobody bounds their length, so the parts share them.
    pub(super) inside: Boundaries,
}

/// Boundaries of multiparts in each other.
pub(super) type Boundaries = Arc<[Arc<[u8]>]>;

/// Parts of one message, at most: one takes forty times the room of the shortest delimiter.
const PARTS: usize = 100_000;

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A message: the document itself, or one inside it.
    Message,
    /// A part of a multipart.
    Part,
}

/// Finds all entities, the outer ones first.
///
/// # Errors
/// [`FormatError::TooComplex`] past the limits of depth, parts and header fields, [`FormatError::Corrupt`] for a multipart none
/// of whose parts can be found.
pub(super) fn scan(bytes: &[u8], limits: &Limits) -> Result<Vec<Entity>, FormatError> {
    let mut scanner =
        Scanner { bytes, limits, open: Vec::new(), inside: Arc::default(), depth: 0, entities: Vec::new(), leaf: None };
    let mut at = scanner.entity(0, Kind::Message)?;
    while at < bytes.len() {
        at = scanner.line(at)?;
    }
    scanner.close_leaf(bytes.len());
    scanner.close(0)?;
    Ok(scanner.entities)
}

/// A multipart that has not ended.
struct Multipart {
    boundary: Arc<[u8]>,
    /// How deep it is, counting messages, too.
    depth: usize,
    start: usize,
    has_parts: bool,
    /// `multipart/digest`: its parts are messages unless they say otherwise.
    digest: bool,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    open: Vec<Multipart>,
    /// Their boundaries.
    inside: Boundaries,
    depth: usize,
    entities: Vec<Entity>,
    /// The entity whose content is being passed.
    leaf: Option<usize>,
}

impl Scanner<'_> {
    /// Reads the header of an entity, and of the messages directly inside it; returns where its content begins.
    fn entity(&mut self, start: usize, kind: Kind) -> Result<usize, FormatError> {
        let (mut at, mut kind) = (start, kind);
        loop {
            let (fields, body) = fields::read(self.bytes, at, &self.open_boundaries(), self.limits.mime_headers)?;
            at = body;
            let content_type = fields.content_type(self.bytes);
            let is_attachment = fields.is_attachment(self.bytes);
            let is_plain = matches!(fields.transfer_encoding(self.bytes).as_str(), "" | "7bit" | "8bit" | "binary");
            if self.entities.len() >= PARTS {
                return Err(FormatError::TooComplex { limit: PARTS as u64, unit: "parts of one message" });
            }
            self.entities.push(Entity { fields, body: body..body, kind, inside: self.inside.clone() });
            let multipart = content_type.essence.starts_with("multipart/") && !is_attachment;
            let is_digest = kind == Kind::Part && self.open.last().is_some_and(|multipart| multipart.digest);
            let is_message = content_type.essence == "message/rfc822" || (is_digest && content_type.essence.is_empty());
            let message = is_message && is_plain && !is_attachment;
            match content_type.boundary {
                Some(boundary) if multipart && !boundary.is_empty() => {
                    self.deeper()?;
                    let depth = self.depth;
                    let digest = content_type.essence == "multipart/digest";
                    self.open.push(Multipart {
                        boundary: boundary.into(),
                        depth,
                        start: body,
                        has_parts: false,
                        digest,
                    });
                    self.note_boundaries();
                    return Ok(at);
                }
                _ if message => {
                    self.deeper()?;
                    kind = Kind::Message;
                }
                _ => {
                    self.leaf = Some(self.entities.len() - 1);
                    return Ok(at);
                }
            }
        }
    }

    /// What is open has changed.
    fn note_boundaries(&mut self) {
        self.inside = self.open.iter().map(|multipart| multipart.boundary.clone()).collect();
    }

    fn deeper(&mut self) -> Result<(), FormatError> {
        self.depth += 1;
        if self.depth > self.limits.mime_depth {
            return Err(FormatError::TooComplex { limit: self.limits.mime_depth as u64, unit: "nested parts" });
        }
        Ok(())
    }

    fn open_boundaries(&self) -> Vec<&[u8]> {
        self.open.iter().map(|multipart| &*multipart.boundary).collect()
    }

    /// Looks at the line at `at`; returns where the next one begins.
    fn line(&mut self, at: usize) -> Result<usize, FormatError> {
        let end = line_end(self.bytes, at);
        if !self.bytes[at..end].starts_with(b"--") {
            return Ok(end);
        }
        let Some((index, is_last)) = delimiter(&self.bytes[at..end], &self.open_boundaries()) else { return Ok(end) };
        self.close_leaf(at);
        self.close(index + 1)?;
        self.depth = self.open[index].depth;
        self.open[index].has_parts = true;
        if is_last {
            self.close(index)?;
            self.depth = self.open.last().map_or(0, |multipart| multipart.depth);
            return Ok(end);
        }
        self.entity(end, Kind::Part)
    }

    /// The line end before a delimiter is the delimiter's.
    fn close_leaf(&mut self, at: usize) {
        if let Some(leaf) = self.leaf.take() {
            let body = &mut self.entities[leaf].body;
            let mut end = at;
            if end < self.bytes.len() {
                end -= usize::from(self.bytes[body.start..end].ends_with(b"\n"));
                end -= usize::from(self.bytes[body.start..end].ends_with(b"\r"));
            }
            body.end = end;
        }
    }

    fn close(&mut self, from: usize) -> Result<(), FormatError> {
        if from == self.open.len() {
            return Ok(());
        }
        for multipart in self.open.drain(from..) {
            if !multipart.has_parts && self.bytes[multipart.start..].iter().any(|b| !b.is_ascii_whitespace()) {
                return Err(FormatError::corrupt("the parts of a multipart cannot be found", "", multipart.start));
            }
        }
        self.note_boundaries();
        Ok(())
    }
}

/// Where the line at `at` ends, its terminator included.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |length| at + length + 1)
}

/// Which boundary the line is a delimiter of, the innermost first, and whether it is the closing one.
pub(super) fn delimiter(line: &[u8], boundaries: &[&[u8]]) -> Option<(usize, bool)> {
    let line = line.strip_prefix(b"--")?.trim_ascii_end();
    boundaries.iter().enumerate().rev().find_map(|(index, boundary)| match line.strip_prefix(*boundary)? {
        b"" => Some((index, false)),
        b"--" => Some((index, true)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(message: &str, bodies: &[&str]) {
        let entities = scan(message.as_bytes(), &Limits::default()).unwrap();
        let found: Vec<_> = entities.iter().map(|e| &message[e.body.clone()]).filter(|body| !body.is_empty()).collect();
        assert_eq!(found, bodies);
    }

    #[test]
    fn parts_end_before_the_line_end_of_their_delimiter() {
        check("Subject: x\n\nOne\n", &["One\n"]);
        check(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\r\n--b\r\n\r\nOne\r\n\r\n--b \r\nX: y\r\n\r\nTwo\r\n--b--\r\npost",
            &["One\r\n", "Two"],
        );
    }

    #[test]
    fn outer_delimiters_end_inner_parts() {
        let message = "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\nContent-Type: multipart/alternative; \
                       boundary=\"aa\"\n\n--aa\n\nOne\n--a\nContent-Type: message/rfc822\n\nSubject: s\n\nTwo\n--a--\n";
        check(message, &["One", "Two"]);
    }

    #[test]
    fn parts_of_a_digest_are_messages() {
        let message = "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\nOne\n--b\nContent-Type: \
                       text/plain\n\nTwo\n--b--\n";
        check(message, &["One", "Two"]);
        let entities = scan(message.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(entities.iter().filter(|entity| entity.kind == Kind::Message).count(), 2);
    }

    #[test]
    fn parts_share_a_long_boundary_and_are_not_without_end() {
        let long = "x".repeat(100_000);
        let message = |parts: usize| {
            format!(
                "Content-Type: multipart/mixed; boundary={long}\n\n--{long}\nContent-Type: multipart/mixed; boundary=b\n\n{}",
                "--b\n\n".repeat(parts)
            )
        };
        let entities = scan(message(50_000).as_bytes(), &Limits::default()).unwrap();
        assert_eq!((entities.len(), entities[9].inside.len()), (50_002, 2));
        assert!(Arc::ptr_eq(&entities[2].inside, &entities[50_001].inside));
        let refused = scan(message(100_000).as_bytes(), &Limits::default()).unwrap_err();
        assert!(matches!(refused, FormatError::TooComplex { limit: 100_000, .. }));
    }

    #[test]
    fn depth_and_lost_parts_are_refused() {
        let refused = |message: &str| scan(message.as_bytes(), &Limits::default()).unwrap_err();
        let nested: String =
            (0..5000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        assert!(matches!(refused(&nested), FormatError::TooComplex { limit: 20, .. }));
        let nested = "Content-Type: message/rfc822\n\n".repeat(5000);
        assert!(matches!(refused(&nested), FormatError::TooComplex { limit: 20, .. }));
        assert!(matches!(refused(&"A: b\n".repeat(50_000)), FormatError::TooComplex { limit: 1000, .. }));
        let lost = "Content-Type: multipart/mixed; boundary=b\n\n--c\n\nOne\n";
        assert!(matches!(refused(lost), FormatError::Corrupt { .. }));
    }
}
