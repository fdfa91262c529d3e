//! What happened to a document: the one account that the worker, the synchronous call and the command line give.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use terjuman_formats::{Tally, Untranslated, WarningKind};
use terjuman_model::Failure;

/// The account of one document. Never holds its text; its size is bounded whatever the document is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// How far the document came.
    pub stage: Stage,
    /// Why it came no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// The format, by its name in the API, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The kind of engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The engine's model, if it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The language it was in, stated or detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_language: Option<String>,
    /// The language wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_language: Option<String>,
    /// Whether the source language was told from the text.
    pub detected: bool,
    /// Source characters (Unicode code points) of the segments.
    pub characters: u64,
    /// Source words of the segments.
    pub words: usize,
    /// Segments with something to translate.
    pub segments: usize,
    /// Sentences that the engine was given, after equal ones were folded.
    pub sentences: usize,
    /// Tags of the segments: formatting, links, pictures and the like that were put in their places.
    pub tags: usize,
    /// Segments whose tags could not be projected by word links and were placed by the fallback.
    pub repaired: usize,
    /// Units that kept their source text because the engine could not do better.
    pub kept_as_source: usize,
    /// Occurrences of glossary terms in the source that stand in the translation.
    pub glossary_hits: usize,
    /// Occurrences of glossary terms that could not be enforced.
    pub glossary_misses: usize,
    /// Flaws of the document that were worked around.
    pub warnings: Tally<WarningKind>,
    /// What was left as it is, and why.
    pub untranslated: Untranslated,
    /// How long it took.
    pub durations: Durations,
}

/// The steps of a document's way, in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Preparing: engine, document and glossaries are fetched.
    Read,
    /// Its format is told and its text taken out.
    Extract,
    /// Its language is told, and whether it can be translated.
    Language,
    /// The glossaries are read.
    Glossary,
    /// The engine translates.
    Translate,
    /// The translation is put in and checked.
    Merge,
    /// The target is written.
    Write,
    /// Finished.
    Done,
    /// Nobody knows: the worker died, or a later version has steps that this one has not.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Milliseconds of each step; what was not reached is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Durations {
    /// Fetching the document and its glossaries.
    pub read_ms: u64,
    /// Taking the text out.
    pub extract_ms: u64,
    /// Translating, and telling the language.
    pub translate_ms: u64,
    /// Putting the translation in, and checking it.
    pub merge_ms: u64,
    /// Writing the target.
    pub write_ms: u64,
    /// From the beginning of the last attempt to its end.
    pub total_ms: u64,
}

impl Report {
    /// The report of a document that failed while nobody can say more.
    #[must_use]
    pub fn of_failure(failure: Failure) -> Self {
        Self { error: Some(failure), ..Self::default() }
    }

    /// As a person reads it: one line for each thing there is to say, the name of the document not among them.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(error) = &self.error {
            lines.push(format!("failed at {}: {}: {}", self.stage.as_str(), error.code, error.message));
        }
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
        if self.format.is_some() {
            let model = self.model.as_ref().map(|model| format!(" ({model})")).unwrap_or_default();
            let told = if self.detected { " (detected)" } else { "" };
            lines.push(format!(
                "{} {}{told} -> {}, engine {}{model}",
                known(&self.format),
                known(&self.source_language),
                known(&self.target_language),
                known(&self.engine),
            ));
            lines.push(format!(
                "{} segments, {} sentences, {} words, {} characters",
                self.segments, self.sentences, self.words, self.characters
            ));
            lines.push(format!(
                "{} tags, {} segments repaired, {} kept as source; glossary: {} hits, {} misses",
                self.tags, self.repaired, self.kept_as_source, self.glossary_hits, self.glossary_misses
            ));
        }
        lines.extend(self.warnings.iter().map(|counted| counted_line("warning", counted.kind.as_str(), counted)));
        lines.extend(
            self.untranslated.iter().map(|counted| counted_line("not translated", counted.kind.as_str(), counted)),
        );
        let Durations { read_ms, extract_ms, translate_ms, merge_ms, write_ms, total_ms } = self.durations;
        lines.push(format!(
            "{total_ms} ms: read {read_ms}, extract {extract_ms}, translate {translate_ms}, merge {merge_ms}, \
            write {write_ms}"
        ));
        lines
    }
}

/// Places that a line names.
const SHOWN: usize = 3;

fn counted_line<K>(what: &str, code: &str, counted: &terjuman_formats::Counted<K>) -> String {
    let places: Vec<_> = counted.places.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if counted.count > places.len() as u64 && !places.is_empty() { ", ..." } else { "" };
    let places = if places.is_empty() { String::new() } else { format!(" ({}{more})", places.join("; ")) };
    format!("{what}: {} x {code}{places}", counted.count)
}

impl Stage {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Extract => "Extract",
            Self::Language => "Language",
            Self::Glossary => "Glossary",
            Self::Translate => "Translate",
            Self::Merge => "Merge",
            Self::Write => "Write",
            Self::Done => "Done",
            Self::Unknown => "Unknown",
        }
    }
}

/// A duration in the unit of the reports.
#[must_use]
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use terjuman_formats::Reason;
    use terjuman_model::FailureCode;

    use super::*;

    #[test]
    fn a_report_reads_as_lines_and_goes_through_json() {
        let mut report = Report {
            stage: Stage::Merge,
            error: Some(Failure::new(FailureCode::VerificationFailed, "it did not pass")),
            format: Some("OpenXmlWord".into()),
            words: 7,
            ..Report::default()
        };
        for offset in 1..6 {
            report.untranslated.add(Reason::Formula, "word/document.xml", offset);
        }
        report.warnings.add(WarningKind::SignatureRemoved, "_xmlsignatures", 0);
        let lines = report.lines();
        assert_eq!(lines[0], "failed at Merge: VerificationFailed: it did not pass");
        assert_eq!(lines[4], "warning: 1 x SignatureRemoved (_xmlsignatures)");
        let places = "word/document.xml, byte 1; word/document.xml, byte 2; word/document.xml, byte 3, ...";
        assert_eq!(lines[5], format!("not translated: 5 x Formula ({places})"));
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        // A report of another version is read as far as it is known.
        let other: Report = serde_json::from_str(r#"{"stage":"Paint","holograms":3,"words":2}"#).unwrap();
        assert_eq!((other.stage, other.words), (Stage::Unknown, 2));
    }
}
