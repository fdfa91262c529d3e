//! Plain text (`formats.md` B.8).
//!
//! A segment is a line, or the lines of a paragraph that was wrapped by hand, joined; a cell of a table drawn with
//! blanks or bars. Indentation, list markers, quote marks, marks of comments, rules, time stamps, keys and encoded files
//! ([`coded`]) are not text. A segment whose text did not change keeps its bytes; a wrapped paragraph that did is filled to
//! the width it had, and what is as long as words (`shapes`) follows them.

mod coded;
mod lines;
mod paragraphs;
mod shapes;

use std::ops::Range;

use terjuman_model::{Segment, TaggedText};

use crate::fill::width;
use crate::text_file::TextFile;
use crate::{Extracted, FormatError, Limits, Options, Reason, Skeleton, Target, Untranslated};

use lines::Line;
use paragraphs::Unit;
use shapes::{Shapes, has_shapes, shapes};

pub(crate) fn extract(bytes: &[u8], _options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let file = TextFile::read(bytes)?;
    let (lines, coded) = read(file.text());
    let mut untranslated = Untranslated::default();
    coded.iter().for_each(|block| untranslated.add(Reason::ProtectedRange, "", block.start));
    let units = paragraphs::units(file.text(), &lines);
    if units.len() > limits.segments {
        return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
    }
    let segments = units.iter().map(|unit| Segment::plain(unit.joined(file.text()))).collect();
    let has_shapes = has_shapes(file.text(), &lines);
    let skeleton = Box::new(TextSkeleton { file, units, has_shapes, untranslated });
    Ok(Extracted { segments, skeleton, warnings: Vec::new() })
}

/// Where a text has keys, signatures and encoded files, in order.
pub(crate) fn coded_blocks(text: &str) -> Vec<Range<usize>> {
    read(text).1
}

/// The lines of a text, and where those that programs read stand.
fn read(text: &str) -> (Vec<Line>, Vec<Range<usize>>) {
    let mut lines = lines::read(text);
    let coded = coded::skip(text, &mut lines);
    (lines, coded)
}

struct TextSkeleton {
    file: TextFile,
    units: Vec<Unit>,
    /// Whether something is as long as words.
    has_shapes: bool,
    untranslated: Untranslated,
}

impl Skeleton for TextSkeleton {
    fn untranslated(&self) -> Untranslated {
        self.untranslated.clone()
    }

    fn merge(&self, translations: &[TaggedText], _target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.units.len() {
            return Err(FormatError::Verification("translations and segments differ in number".into()));
        }
        let text = self.file.text();
        let mut rewriting = self.file.rewriting();
        let is_changed = |unit: &Unit, translation: &TaggedText| translation.text() != unit.joined(text);
        // The lines are read again, for the few texts that need them: kept, they would be most of what all others take.
        let Shapes { edits, growth } = if self.has_shapes {
            let both = self.units.iter().zip(translations);
            let widths = both.map(|(unit, new)| is_changed(unit, new).then(|| width(new.text())));
            shapes(text, &read(text).0, &self.units, &widths.collect::<Vec<_>>())
        } else {
            Shapes::default()
        };
        let mut edits = edits.into_iter().peekable();
        for (index, (unit, translation)) in self.units.iter().zip(translations).enumerate() {
            let growth = growth.get(&index).copied().unwrap_or_default();
            while let Some((range, new)) = edits.next_if(|(range, _)| range.start <= unit.start()) {
                rewriting.replace(range, &new);
            }
            if growth > 0 || is_changed(unit, translation) {
                unit.write(text, translation.text(), growth, &mut rewriting);
            }
        }
        edits.for_each(|(range, new)| rewriting.replace(range, &new));
        Ok(self.file.write_anew(rewriting))
    }
}
