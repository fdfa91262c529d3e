//! Tables as text: CSV, TSV, TAB (`formats.md` B.8).
//!
//! A segment is a cell. The scanner of [`scan`] gives each cell's bytes, [`cells`] decides which cells are words, and
//! the merge writes only cells that changed, quoted as they were, or quoted anew when the translation needs it.

pub(crate) mod cells;
mod dialect;
mod scan;

use std::borrow::Cow;
use std::ops::Range;

use terjuman_model::{Piece, Segment, TagId, TagKind, TaggedText};

use crate::text_file::TextFile;
use crate::{Extracted, FormatError, Limits, Options, Skeleton, Target};

use dialect::Dialect;
use scan::Field;

/// The longest cell, in bytes: beyond it, a quotation mark was not closed or the file is no table.
const LONGEST_CELL: usize = 1 << 20;

pub(crate) fn extract_csv(bytes: &[u8], _options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let file = TextFile::read(bytes)?;
    let dialect = Dialect::sniff(file.text());
    extract(file, dialect, limits)
}

pub(crate) fn extract_tsv(bytes: &[u8], _options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    extract(TextFile::read(bytes)?, Dialect::tabs(), limits)
}

fn extract(file: TextFile, dialect: Dialect, limits: &Limits) -> Result<Extracted, FormatError> {
    let text = file.text();
    let records = scan::records(text, &dialect, limits.columns)?;
    let fields = cells::translatable(text, records);
    if fields.iter().any(|field| field.content().len() > LONGEST_CELL) {
        return Err(FormatError::TooComplex { limit: LONGEST_CELL as u64, unit: "bytes in a cell" });
    }
    if fields.len() > limits.segments {
        return Err(FormatError::TooComplex { limit: limits.segments as u64, unit: "segments" });
    }
    let segments = fields.iter().map(|field| Cell::read(text, *field).segment(text)).collect();
    Ok(Extracted { segments, skeleton: Box::new(TableSkeleton { file, dialect, fields }), warnings: Vec::new() })
}

/// A cell that is translated. It is read again from its field when it is written.
struct Cell {
    field: Field,
    /// The words, in bytes of the text: the field without blanks at either end.
    body: Range<usize>,
    /// Line ends inside, with the blanks around them.
    breaks: Vec<Range<usize>>,
}

impl Cell {
    fn read(text: &str, field: Field) -> Self {
        let content = &text[field.content()];
        let mut start = field.content().start + content.len() - content.trim_start().len();
        let body = &text[start..field.content().end];
        // `- a point`: the mark is not a word, and a spreadsheet takes a cell that begins with it for a formula.
        if body.starts_with(['-', '+']) {
            start += body.len() - body[1..].trim_start().len();
        }
        let body = start..field.content().start + content.trim_end().len();
        let mut breaks: Vec<Range<usize>> = Vec::new();
        let words = &text[body.clone()];
        let mut from = 0;
        while let Some(line_end) = words[from..].find(['\n', '\r']) {
            let begin = words[..from + line_end].trim_end().len();
            let end = words.len() - words[from + line_end..].trim_start().len();
            breaks.push(body.start + begin..body.start + end);
            from = end;
        }
        Self { field, body, breaks }
    }

    fn segment(&self, text: &str) -> Segment {
        if self.breaks.is_empty() {
            return Segment::plain(self.value(text, self.body.clone()));
        }
        let mut segment = Segment::default();
        let mut at = self.body.start;
        for place in &self.breaks {
            segment.source.push_str(&self.value(text, at..place.start));
            let tag = segment.add_tag(TagKind::Break);
            segment.source.point(tag);
            at = place.end;
        }
        segment.source.push_str(&self.value(text, at..self.body.end));
        segment.shrink_to_fit();
        segment
    }

    /// Whether a translation is what the cell says.
    fn is_same(&self, text: &str, translation: &TaggedText) -> bool {
        if self.breaks.is_empty() {
            return translation.marks().is_empty() && translation.text() == self.value(text, self.body.clone());
        }
        *translation == self.segment(text).source
    }

    fn value<'a>(&self, text: &'a str, range: Range<usize>) -> Cow<'a, str> {
        let spelled = &text[range];
        if self.field.quoted && spelled.contains('"') { spelled.replace("\"\"", "\"").into() } else { spelled.into() }
    }

    /// The cell's new value, blanks around it included, not yet quoted.
    fn translated(&self, text: &str, translation: &TaggedText, dialect: &Dialect) -> String {
        let mut value = String::new();
        for piece in translation.pieces() {
            match piece {
                Piece::Text(words) => value.push_str(words),
                Piece::Mark(_, TagId(tag)) => {
                    if let Some(place) = self.breaks.get(tag as usize) {
                        value.push_str(&text[place.clone()]);
                    }
                }
            }
        }
        if !dialect.quotes_lines && !self.field.quoted {
            value = value.replace(['\t', '\n', '\r'], " ");
        }
        let before = self.value(text, self.field.content().start..self.body.start);
        let after = self.value(text, self.body.end..self.field.content().end);
        // A spreadsheet runs what begins like a formula: a translation must not become one.
        let is_new_formula = before.trim().is_empty() && cells::is_formula(&value);
        let guard = if is_new_formula { "'" } else { "" };
        format!("{before}{guard}{value}{after}")
    }

    /// Whether an unquoted cell has to be quoted to hold this value.
    fn needs_quotes(&self, text: &str, value: &str, dialect: &Dialect) -> bool {
        let had_quote = text[self.field.content()].contains('"');
        value.contains([dialect.delimiter, '\n', '\r'])
            || value.starts_with('"')
            || (value.contains('"') && !had_quote && dialect.quotes_lines)
    }
}

struct TableSkeleton {
    file: TextFile,
    dialect: Dialect,
    /// Those that are translated.
    fields: Vec<Field>,
}

impl Skeleton for TableSkeleton {
    fn merge(&self, translations: &[TaggedText], _target: &Target) -> Result<Vec<u8>, FormatError> {
        if translations.len() != self.fields.len() {
            return Err(FormatError::Verification("translations and segments differ in number".into()));
        }
        let text = self.file.text();
        let mut rewriting = self.file.rewriting();
        for (field, translation) in self.fields.iter().zip(translations) {
            let cell = Cell::read(text, *field);
            if cell.is_same(text, translation) {
                continue;
            }
            let mut value = cell.translated(text, translation, &self.dialect);
            if cell.field.quoted {
                value = value.replace('"', "\"\"");
            } else if cell.needs_quotes(text, &value, &self.dialect) {
                if self.dialect.quotes_lines {
                    value = format!("\"{}\"", value.replace('"', "\"\""));
                } else {
                    // Without a convention for quoting, a quotation mark in front would be taken for one.
                    value.insert(0, ' ');
                }
            }
            rewriting.replace(field.content(), &value);
        }
        Ok(self.file.write_anew(rewriting))
    }
}
