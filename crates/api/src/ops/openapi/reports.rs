//! The description of a document's report. Its type is the pipeline's, which knows nothing of descriptions; a test walks
//! a full report through this.

use serde_json::{Value, json};
use terjuman_pipeline::{Reason, Stage, WarningKind};

use super::operations::reference;

/// The schema of a report.
pub(super) fn schema() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let number = |description: &str| json!({ "type": "integer", "minimum": 0, "description": description });
    let tally = |description: &str, kinds: Vec<&str>| {
        json!({ "type": "array", "description": description, "items": {
            "type": "object",
            "required": ["kind", "count", "places"],
            "properties": {
                "kind": { "type": "string", "enum": kinds },
                "count": number("How many."),
                "places": { "type": "array", "maxItems": terjuman_pipeline::PLACES, "items": {
                    "type": "object",
                    "required": ["part", "offset"],
                    "properties": {
                        "part": text("The part of the document, empty if it has one only."),
                        "offset": number("The byte in the part, 0 if unknown.")
                    }
                } }
            }
        } })
    };
    let stages = [
        Stage::Read,
        Stage::Extract,
        Stage::Language,
        Stage::Glossary,
        Stage::Translate,
        Stage::Merge,
        Stage::Write,
        Stage::Done,
        Stage::Unknown,
    ];
    json!({
        "type": "object",
        "description": "What happened to a document. It never holds the document's text.",
        "required": ["id", "jobId", "status", "stage"],
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "jobId": { "type": "string", "format": "uuid" },
            "status": text("As the document's."),
            "inputSha256": text("SHA-256 of the document, hexadecimal, if the work on it brought a process down."),
            "stage": { "type": "string", "enum": stages.map(Stage::as_str), "description": "How far it came." },
            "error": { "type": "object", "description": "Why it came no further.", "required": ["code", "message"],
                "properties": { "code": text("As the inner code of the document's error."), "message": text("For people.") } },
            "format": text("By its name in the list of formats."),
            "engine": text("The kind of engine."),
            "model": text("The engine's model."),
            "sourceLanguage": text("Stated or detected."),
            "targetLanguage": text("As asked for."),
            "detected": { "type": "boolean", "description": "Whether the source language was told from the text." },
            "characters": number("Source characters."),
            "words": number("Source words."),
            "segments": number("Paragraphs, cells, attributes and the like with something to translate."),
            "sentences": number("Sentences that the engine was given; equal ones once."),
            "tags": number("Formatting, links, pictures and the like inside segments, each put in its place."),
            "repaired": number("Segments whose tags were placed by proportion, not by words."),
            "keptAsSource": number("Sentences that the engine could not translate."),
            "glossaryHits": number("Occurrences of glossary terms that were enforced."),
            "glossaryMisses": number("Occurrences of glossary terms that could not be."),
            "warnings": tally("Flaws that were worked around.", WarningKind::ALL.iter().map(|kind| kind.as_str()).collect()),
            "untranslated": tally("What was left as it is, and why.", Reason::ALL.iter().map(|kind| kind.as_str()).collect()),
            "durations": { "type": "object", "description": "Milliseconds of each step.", "properties": {
                "readMs": number("Fetching the document and its glossaries."),
                "extractMs": number("Taking the text out."),
                "translateMs": number("Translating."),
                "mergeMs": number("Putting the translation in, and checking it."),
                "writeMs": number("Writing the target."),
                "totalMs": number("All of it, in the last attempt.")
            } }
        }
    })
}

/// The operation.
pub(super) fn operation() -> Value {
    json!({
        "operationId": "getDocumentReport",
        "summary": "Read what happened to a document",
        "parameters": [super::operations::id("documentId")],
        "responses": {
            "200": { "description": "The report.", "content": { "application/json": { "schema": reference("DocumentReport") } } },
            "default": {
                "description": "Refused: the error says why. ReportNotReady: the document is not finished; NoReport: nobody worked on it to an end.",
                "content": { "application/json": { "schema": reference("ErrorResponse") } }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use terjuman_model::{Failure, FailureCode};
    use terjuman_pipeline::Report;

    use super::*;

    fn members(value: &Value) -> BTreeSet<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn the_description_names_what_a_report_has() {
        let known = || Some(String::from("x"));
        let mut report = Report {
            error: Some(Failure::new(FailureCode::Cancelled, "x")),
            format: known(),
            engine: known(),
            model: known(),
            source_language: known(),
            target_language: known(),
            ..Report::default()
        };
        report.warnings.add(WarningKind::PartKept, "a", 1);
        let report = serde_json::to_value(report).unwrap();
        let schema = schema();
        let described = &schema["properties"];
        let mut own = members(described);
        ["id", "jobId", "status", "inputSha256"].iter().for_each(|name| assert!(own.remove(name)));
        assert_eq!(own, members(&report));
        assert_eq!(members(&described["durations"]["properties"]), members(&report["durations"]));
        assert_eq!(members(&described["error"]["properties"]), members(&report["error"]));
        let item = &described["warnings"]["items"]["properties"];
        assert_eq!(members(item), members(&report["warnings"][0]));
        assert_eq!(members(&item["places"]["items"]["properties"]), members(&report["warnings"][0]["places"][0]));
    }
}
