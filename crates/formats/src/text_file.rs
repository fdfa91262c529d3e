//! A document that is plain text: decoded once, edited by ranges of its text, written in the encoding it came in.

use crate::FormatError;
use crate::encoding::{Decoded, decode};
use crate::rewriting::Rewriting;

/// The text and the bytes it was decoded from.
pub(crate) struct TextFile {
    decoded: Decoded,
    /// If they are not the text's own.
    original: Option<Vec<u8>>,
}

impl TextFile {
    /// Decodes the document.
    ///
    /// # Errors
    /// [`FormatError::Empty`] if there is nothing but blanks, [`FormatError::Encoding`] if it is not text.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let decoded = decode(bytes)?;
        if decoded.text.chars().all(|c| c.is_whitespace() || c == '\u{feff}') {
            return Err(FormatError::Empty);
        }
        let original = (decoded.text.as_bytes() != bytes).then(|| bytes.to_vec());
        Ok(Self { decoded, original })
    }

    /// The decoded text, without its byte-order mark.
    pub(crate) fn text(&self) -> &str {
        &self.decoded.text
    }

    /// The text, to be written anew.
    pub(crate) fn rewriting(&self) -> Rewriting<'_> {
        Rewriting::new(self.text())
    }

    /// The document with its text written anew.
    pub(crate) fn write_anew(&self, rewriting: Rewriting<'_>) -> Vec<u8> {
        match rewriting.finish() {
            None => self.untouched(),
            Some(text) => self.encode(text),
        }
    }

    /// Decoding and encoding again is not always the identity (Shift-JIS has characters with two codes), so an untouched
    /// document is the original.
    fn untouched(&self) -> Vec<u8> {
        self.original.as_deref().unwrap_or(self.decoded.text.as_bytes()).to_vec()
    }

    fn encode(&self, text: String) -> Vec<u8> {
        // Its bytes were those of its text, so it is UTF-8.
        if self.original.is_none() { text.into_bytes() } else { self.decoded.encode(&text).0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_documents_are_empty_and_untouched_ones_come_back() {
        for blank in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe \0"] {
            assert!(matches!(TextFile::read(blank), Err(FormatError::Empty)));
        }
        let file = TextFile::read(b"a\r\n").unwrap();
        assert_eq!(file.write_anew(file.rewriting()), b"a\r\n");
    }
}
