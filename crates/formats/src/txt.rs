//! Plain text: one segment a line, everything else as it was.
//!
//! Line ends of every kind, blank lines, indentation and trailing blanks are skeleton. A line without a letter (a
//! rule, a number) is not touched.

use std::ops::Range;

use terjuman_model::{Segment, TaggedText};

use crate::document::{Skeleton, Target};
use crate::edits::Edits;
use crate::encoding::{Decoded, decode};
use crate::{Extracted, FormatError, Limits, Options};

/// Every character that ends a line: CR, LF, VT, FF, NEL, LINE and PARAGRAPH SEPARATOR.
const LINE_ENDS: [char; 7] = ['\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

struct Text {
    decoded: Decoded,
    /// Where each segment stands in the decoded text.
    ranges: Vec<Range<usize>>,
}

pub(crate) fn extract(bytes: &[u8], _options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let decoded = decode(bytes)?;
    if decoded.text.trim().is_empty() {
        return Err(FormatError::Empty);
    }
    let mut segments = Vec::new();
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in decoded.text.split(LINE_ENDS) {
        let trimmed = line.trim();
        if trimmed.chars().any(char::is_alphabetic) {
            let from = start + (line.len() - line.trim_start().len());
            ranges.push(from..from + trimmed.len());
            segments.push(Segment::plain(trimmed));
            if segments.len() > limits.segments {
                return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
            }
        }
        start += line.len();
        // The terminator that ended this line; the last line has none.
        start += decoded.text[start..].chars().next().map_or(0, char::len_utf8);
    }
    Ok(Extracted { segments, skeleton: Box::new(Text { decoded, ranges }), warnings: Vec::new() })
}

impl Skeleton for Text {
    fn merge(&self, translations: &[TaggedText], _target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.ranges.len() {
            return Err(FormatError::Verification("a segment has no translation".into()));
        }
        let mut edits = Edits::default();
        for (range, translation) in self.ranges.iter().zip(translations) {
            // A line end in a translation would make two lines of one.
            let line: String =
                translation.text().chars().map(|c| if LINE_ENDS.contains(&c) { ' ' } else { c }).collect();
            edits.replace(range.clone(), line);
        }
        let out = String::from_utf8(edits.apply(self.decoded.text.as_bytes()))
            .map_err(|_| FormatError::Verification("an edit cut a character".into()))?;
        Ok(self.decoded.encode(&out).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Target = Target { source_language: None, language: None };

    fn open(bytes: &[u8]) -> Result<Extracted, FormatError> {
        extract(bytes, &Options::default(), &Limits::default())
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &[&str]) {
        let extracted = open(bytes).unwrap();
        let texts: Vec<_> = extracted.segments.iter().map(|s| s.source.text().to_owned()).collect();
        assert_eq!(texts, expected);
        let sources: Vec<_> = extracted.segments.iter().map(|s| s.source.clone()).collect();
        assert_eq!(extracted.skeleton.merge(&sources, &NOWHERE).unwrap(), bytes, "identity gives the bytes back");
    }

    #[test]
    fn lines_are_segments_and_the_rest_comes_back_byte_for_byte() {
        check(b"This is written in english.", &["This is written in english."]);
        check(b"  One\r\n\r\n--- 42 ---\nTwo \t\rThree", &["One", "Two", "Three"]);
        check("a\u{2028}b\u{85}c\n".as_bytes(), &["a", "b", "c"]);
        check(b"\xef\xbb\xbfOl\xc3\xa1\n", &["Olá"]);
        check(b"12 + 3", &[]);
    }

    #[test]
    fn nothing_to_translate_and_binary_data_are_errors() {
        assert!(matches!(open(b""), Err(FormatError::Empty)));
        assert!(matches!(open(b" \r\n\t"), Err(FormatError::Empty)));
        assert!(matches!(open(b"\xef\xbb\xbf"), Err(FormatError::Empty)));
        assert!(matches!(open(b"\x89PNG\0\0\0\x01\xff"), Err(FormatError::Encoding(_))));
    }

    #[test]
    fn a_translation_never_adds_a_line() {
        let extracted = open(b"one\ntwo").unwrap();
        let translations = [TaggedText::plain("a\nb"), TaggedText::plain("c")];
        assert_eq!(extracted.skeleton.merge(&translations, &NOWHERE).unwrap(), b"a b\nc");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_refused_or_come_back(bytes: Vec<u8>) {
            if let Ok(extracted) = open(&bytes) {
                let sources: Vec<_> = extracted.segments.iter().map(|s| s.source.clone()).collect();
                extracted.skeleton.merge(&sources, &NOWHERE).unwrap();
            }
        }

        #[test]
        fn any_text_comes_back_byte_for_byte(text in "[^\\x00]*") {
            if let Ok(extracted) = open(text.as_bytes()) {
                let sources: Vec<_> = extracted.segments.iter().map(|s| s.source.clone()).collect();
                proptest::prop_assert_eq!(extracted.skeleton.merge(&sources, &NOWHERE).unwrap(), text.as_bytes());
            }
        }
    }
}
