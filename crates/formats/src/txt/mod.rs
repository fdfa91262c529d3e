//! Plain text (`formats.md` B.8).
//!
//! A segment is a line, or the lines of a paragraph that was wrapped by hand, joined; a cell of a table drawn with
//! blanks or bars. Indentation, list markers, quote marks, rules and time stamps are not text. A segment whose text
//! did not change keeps its bytes; a wrapped paragraph that did is filled to the width it had.

mod lines;
mod paragraphs;

use terjuman_model::{Segment, TaggedText};

use crate::text_file::TextFile;
use crate::{Extracted, FormatError, Limits, Options, Skeleton, Target};

use paragraphs::Unit;

pub(crate) fn extract(bytes: &[u8], _options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let file = TextFile::read(bytes)?;
    let lines = lines::read(file.text());
    let units = paragraphs::units(file.text(), &lines);
    if units.len() > limits.segments {
        return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
    }
    let segments = units.iter().map(|unit| Segment::plain(unit.joined(file.text()))).collect();
    Ok(Extracted { segments, skeleton: Box::new(TextSkeleton { file, units }), warnings: Vec::new() })
}

struct TextSkeleton {
    file: TextFile,
    units: Vec<Unit>,
}

impl Skeleton for TextSkeleton {
    fn merge(&self, translations: &[TaggedText], _target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.units.len() {
            return Err(FormatError::Verification("translations and segments differ in number".into()));
        }
        let text = self.file.text();
        let mut rewriting = self.file.rewriting();
        for (unit, translation) in self.units.iter().zip(translations) {
            if translation.text() != unit.joined(text) {
                unit.write(text, translation.text(), &mut rewriting);
            }
        }
        Ok(self.file.write_anew(rewriting))
    }
}
