//! Figures by format, and the register of known divergences.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use terjuman_formats::Format;

use super::check::Findings;
use super::open::Opened;

#[derive(Default)]
struct Row {
    files: usize,
    refused: usize,
    late: usize,
    failed: BTreeMap<&'static str, usize>,
    words: usize,
    left: usize,
    segments: usize,
    tags: usize,
    crowded: usize,
    borders: usize,
    /// Documents that LibreOffice opened as they were given; of these, those it opened as they were written, those on as
    /// many pages when forced, and through `pseudo`.
    given: usize,
    opened: usize,
    same_pages: usize,
    same_pages_in_pseudo: usize,
}

/// The results of a run.
#[derive(Default)]
pub(crate) struct Report {
    rows: BTreeMap<String, Row>,
    /// One line for each divergence, known or not.
    pub(crate) divergences: Vec<String>,
    /// One line for each refusal.
    pub(crate) refused: Vec<String>,
    /// How many are not in the register.
    pub(crate) new: usize,
    used: Vec<&'static str>,
}

impl Report {
    pub(crate) fn add(&mut self, format: Format, name: &str, findings: &Findings, time: Duration) {
        let row = self.rows.entry(kind(format, name)).or_default();
        row.files += 1;
        if findings.refused.is_some() {
            row.refused += 1;
            row.late += usize::from(time > Duration::from_secs(2));
            self.refused.extend(findings.refused.as_ref().map(|code| format!("refused\t{name}\t{code}")));
            return;
        }
        row.words += findings.words;
        row.left += findings.left.len();
        row.segments += findings.segments;
        row.tags += findings.tags;
        row.crowded += findings.crowded;
        row.borders += findings.borders;
        let seen = findings.divergences();
        let mut checks: Vec<&'static str> = seen.iter().map(|(check, _)| *check).collect();
        checks.dedup();
        for check in checks {
            *row.failed.entry(check).or_default() += 1;
        }
        for (check, what) in seen {
            self.diverges(name, check, &what);
        }
    }

    /// What LibreOffice made of a document.
    pub(crate) fn add_opened(&mut self, opened: &Opened) {
        let Some(source) = opened.source else { return };
        let row = self.rows.entry(kind(opened.format, &opened.name)).or_default();
        row.given += 1;
        row.opened += usize::from(opened.forced.is_some() && opened.pseudo.is_some());
        row.same_pages += usize::from(opened.forced == Some(source));
        row.same_pages_in_pseudo += usize::from(opened.pseudo == Some(source));
        let said = |pages: Option<usize>| pages.map_or("none".to_owned(), |pages| pages.to_string());
        if opened.forced.is_none() || opened.pseudo.is_none() {
            let what = format!("pages: {source} given, {} forced, {} pseudo", said(opened.forced), said(opened.pseudo));
            self.diverges(&opened.name, "opens", &what);
        }
        if opened.forced.is_some_and(|pages| pages != source) {
            self.diverges(&opened.name, "pages", &format!("{} for {source}", said(opened.forced)));
        }
    }

    fn diverges(&mut self, name: &str, check: &str, what: &str) {
        let known = super::register::known(name, check);
        self.new += usize::from(known.is_none());
        self.used.extend(known);
        self.divergences.push(format!("{}\t{name}\t{check}\t{what}", if known.is_some() { "known" } else { "NEW" }));
    }

    /// The page of documentation.
    pub(crate) fn page(&self) -> String {
        let mut out = String::from(HEAD);
        for (format, row) in &self.rows {
            let failed = |check: &str| row.failed.get(check).copied().unwrap_or(0);
            let read = row.files - row.refused;
            let covered = match row.words {
                0 => "–".to_owned(),
                words => format!("{:.2} %", 100.0 - row.left as f64 * 100.0 / words as f64),
            };
            let opened = match row.given {
                0 => "–".to_owned(),
                given => {
                    format!("{} of {given}, {} ({})", row.opened, row.same_pages, row.same_pages_in_pseudo)
                }
            };
            let a_segment = |count: usize| count as f64 / row.segments.max(1) as f64;
            let mut tags = format!("{:.2}", a_segment(row.tags));
            if row.borders > 0 {
                let _ = write!(tags, " of {:.2}", a_segment(row.borders));
            }
            let _ = write!(tags, ", {:.1} %", a_segment(row.crowded) * 100.0);
            let _ = writeln!(
                out,
                "| `{format}` | {} | {} ({}) | {} of {read} | {} | {} | {} | {} | {covered} of {} | {tags} | {opened} |",
                row.files,
                row.refused,
                row.late,
                read - failed("identity"),
                failed("forced"),
                failed("twice"),
                failed("structure") + failed("pseudo"),
                failed("looks") + failed("sound") + failed("language"),
                row.words,
            );
        }
        let mut used = self.used.clone();
        used.sort_unstable();
        used.dedup();
        let _ = writeln!(
            out,
            "\n## Known divergences\n\n{} that the run met are in the register; {} are not.\n",
            used.len(),
            self.new
        );
        for line in used {
            let fields: Vec<_> = line.split('\t').collect();
            if let [file, check, severity, reason] = fields[..] {
                let _ = writeln!(out, "- `{file}`, {check} ({severity}): {reason}");
            }
        }
        out
    }
}

/// The row of a document: its format, or the kind of it that the extension tells of, where kinds are packed in another way or
/// are read for something else.
pub(crate) fn kind(format: Format, name: &str) -> String {
    let entry = format.entry();
    let name = name.to_lowercase();
    let of_name = entry.extensions.iter().find(|extension| name.ends_with(**extension));
    let has_kinds = [Format::Docx, Format::Pptx, Format::Xlsx, Format::Odt, Format::Ods, Format::Odp].contains(&format);
    of_name.filter(|_| has_kinds).unwrap_or(&entry.extensions[0]).to_string()
}

const HEAD: &str = "# Fidelity

Written by `make fidelity`; `make fidelity OFFICE=DIR` adds a folder of office documents. Documents of JSON and
DITA are made up (300 of each, the same in every run), as no folder of other people's is at hand. Every file goes through these
checks:

- **identity**: the output has the bytes of the input.
- **forced**: an engine that is its own inverse writes every segment twice. The parts must have the elements and the text
  that they had; runs may have been merged and white space spelled in another way.
- **twice**: the segments of a written document are those that were written, with their tags.
- **structure**: a document through `pseudo` has the elements and attributes that it had, in the order that they had, but for
  runs and attributes with text.
- **looks**: in texts and presentations that were forced, as many characters have each look (font, size, colour, style,
  weight) as had.
- **sound**: every part has a content type, every relationship leads somewhere, no number of a picture, bookmark, note or
  comment is used twice, and properties of runs, paragraphs, tables and sections stand in their order, where that was so
  before.
- **language**: what was written names its language, and a translation into Arabic turns each paragraph and run that it wrote
  (of OpenDocument, the default styles).
- **coverage**: words of ASCII letters that a reader of the specification sees, which knows nothing of the filters, and
  the share that `pseudo` changed. What is hidden, computed or a name for a program (`camelCase`) is no word. What has no
  figure is not measured here. Of XLIFF, the units that waited for a target.
- **tags a segment**: how many tags the segments have on average, of how many they would have if each border between two runs
  (in OpenDocument, each span) were one; and how many segments in a hundred have more than six.
- **opens, pages same**: LibreOffice opened so many of the documents, forced and through `pseudo`, that it opened as they
  were given, and laid out so many on as many pages when they were forced (and when they went through `pseudo`, whose text is
  longer). It opens a sample of each format, taken evenly (`OPEN=N`), when it is installed; – says that it did not.

A divergence marked *open* has not been judged yet: it may be a fault of a filter, of the reader, or of the inverse engine.
*by rule* is what the pages of the formats promise, *low* shows little, *medium* is a known limit.

| format | files | refused (after 2 s) | identity | forced | twice | structure | looks, sound, language | coverage | tags a segment (of borders), over 6 | opens, pages same (pseudo) |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";
