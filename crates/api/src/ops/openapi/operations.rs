//! The operations: paths, parameters and answers.

use serde_json::{Map, Value, json};
use terjuman_pipeline::Options;

use crate::request::options::spelled;

/// A reference to a schema.
pub(super) fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Every path of the description.
pub(super) fn paths() -> Map<String, Value> {
    let paths = [
        (
            "/translator/document/batches",
            json!({
                "post": operation("startTranslation", "Start a batch job", &[options(), repeatable()].concat(), 202, "The job is accepted and durable.", Some("TranslationAccepted"), |o| {
                    o["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": reference("StartTranslationDetails") } } });
                    o["responses"]["202"]["headers"] = json!({
                        "Operation-Location": { "description": "Where the job's status is.", "schema": { "type": "string", "format": "uri" } },
                        "Retry-After": { "description": "Seconds to wait before asking.", "schema": { "type": "integer" } }
                    });
                }),
                "get": operation("getTranslationsStatus", "List your jobs", &list("Jobs"), 200, "One page of jobs.", Some("TranslationsStatus"), |_| {}),
            }),
        ),
        (
            "/translator/document/batches/{id}",
            json!({
                "get": operation("getTranslationStatus", "Read a job", &[id("id")], 200, "The job.", Some("TranslationStatus"), |_| {}),
                "delete": operation("cancelTranslation", "Cancel a job", &[id("id")], 200, "The job after that; a finished job stays as it is.", Some("TranslationStatus"), |_| {}),
            }),
        ),
        (
            "/translator/document/batches/{id}/documents",
            json!({ "get": operation("getDocumentsStatus", "List the documents of a job", &with(id("id"), list("Documents")), 200, "One page of documents.", Some("DocumentsStatus"), |_| {}) }),
        ),
        (
            "/translator/document/batches/{id}/documents/{documentId}",
            json!({ "get": operation("getDocumentStatus", "Read a document", &[id("id"), id("documentId")], 200, "The document.", Some("DocumentStatus"), |_| {}) }),
        ),
        (
            "/translator/document/formats",
            json!({ "get": operation("getSupportedFormats", "List the formats", &[query("type", "string", "Document or Glossary; both if absent.")], 200, "The formats.", Some("SupportedFileFormats"), |_| {}) }),
        ),
        (
            "/translator/document:translate",
            json!({ "post": operation("translateDocument", "Translate one document", &sync(), 200, "The translated document, in the format it came in.", None, synchronous) }),
        ),
        (
            "/terjuman/v1/jobs/{id}",
            json!({ "delete": {
                "operationId": "forgetJob",
                "summary": "Forget a finished job and its documents; not in the cloud's API",
                "parameters": [id("id")],
                "responses": {
                    "204": { "description": "The job is gone." },
                    "default": {
                        "description": "Refused: 409 while the job has not ended, 404 if there is none.",
                        "content": { "application/json": { "schema": reference("ErrorResponse") } }
                    }
                }
            } }),
        ),
        ("/terjuman/v1/documents/{documentId}/report", json!({ "get": super::reports::operation() })),
        ("/languages", json!({ "get": public("getLanguages", "List the languages", "application/json") })),
        ("/healthz", json!({ "get": public("alive", "Whether the process runs", "application/json") })),
        ("/readyz", json!({ "get": public("ready", "Whether the server takes work", "application/json") })),
        ("/metrics", json!({ "get": public("metrics", "Metrics in Prometheus' text format", "text/plain") })),
    ];
    paths.into_iter().map(|(path, item)| (path.to_owned(), item)).collect()
}

fn operation(
    id: &str,
    summary: &str,
    parameters: &[Value],
    status: u16,
    answer: &str,
    schema: Option<&str>,
    more: impl FnOnce(&mut Value),
) -> Value {
    let versions = ["2024-05-01", "2024-11-01-preview", "2025-12-01-preview", "2026-03-01"];
    let version = json!({ "name": "api-version", "in": "query", "required": true, "schema": { "type": "string", "enum": versions } });
    let parameters: Vec<_> = std::iter::once(version).chain(parameters.iter().cloned()).collect();
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            status.to_string(): { "description": answer },
            "default": {
                "description": "Refused: the error says why.",
                "headers": { "x-ms-error-code": { "description": "The outer code.", "schema": { "type": "string" } } },
                "content": { "application/json": { "schema": reference("ErrorResponse") } }
            }
        }
    });
    if let Some(schema) = schema {
        operation["responses"][status.to_string()]["content"] =
            json!({ "application/json": { "schema": reference(schema) } });
    }
    more(&mut operation);
    operation
}

/// The headers by which a request may be sent twice.
fn repeatable() -> Vec<Value> {
    let header = |name: &str, description: &str| json!({ "name": name, "in": "header", "required": false, "description": description, "schema": { "type": "string" } });
    vec![
        header(
            "Repeatability-Request-ID",
            "A GUID: the same request sent again starts no second job, within 24 hours.",
        ),
        header("Repeatability-First-Sent", "When it was sent for the first time, as an HTTP date."),
        header("Operation-Id", "A name of your own to the same end, without a date."),
    ]
}

fn public(id: &str, summary: &str, media_type: &str) -> Value {
    json!({
        "operationId": id,
        "summary": summary,
        "security": [],
        "responses": { "200": { "description": summary, "content": { media_type: {} } }, "default": { "description": "Not now, or not here." } }
    })
}

fn synchronous(operation: &mut Value) {
    let file = json!({ "type": "string", "format": "binary" });
    operation["requestBody"] = json!({
        "required": true,
        "content": { "multipart/form-data": { "schema": {
            "type": "object", "required": ["document"], "properties": { "document": file, "glossary": file }
        } } }
    });
    let answer = &mut operation["responses"]["200"];
    answer["content"] = json!({ "application/octet-stream": { "schema": file } });
    answer["headers"] = json!({
        "x-metered-usage": { "description": "Source characters charged.", "schema": { "type": "integer" } },
        "terjuman-report": { "description": "The counts of the report, as a structured field.", "schema": { "type": "string" } }
    });
}

fn query(name: &str, kind: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": { "type": kind } })
}

fn number(name: &str, least: u32, description: &str) -> Value {
    let schema = json!({ "type": "integer", "format": "int32", "minimum": least });
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn items(name: &str, format: Option<&str>, description: &str) -> Value {
    let mut item = json!({ "type": "string" });
    if let Some(format) = format {
        item["format"] = format.into();
    }
    let schema = json!({ "type": "array", "items": item });
    json!({ "name": name, "in": "query", "description": description, "style": "form", "explode": false, "schema": schema })
}

pub(super) fn id(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })
}

fn with(first: Value, rest: Vec<Value>) -> Vec<Value> {
    std::iter::once(first).chain(rest).collect()
}

fn list(what: &str) -> Vec<Value> {
    let date = |name: &str, description: String| {
        let schema = json!({ "type": "string", "format": "date-time" });
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    };
    vec![
        number("top", 0, "Entries over all pages together."),
        number("skip", 0, "Entries passed over before the first page."),
        number("maxpagesize", 1, "Entries of a page: 50 if absent, 100 at most."),
        items("ids", Some("uuid"), &format!("{what} of these ids only.")),
        items("statuses", None, &format!("{what} in any of these statuses only.")),
        date("createdDateTimeUtcStart", format!("{what} created at or after.")),
        date("createdDateTimeUtcEnd", format!("{what} created at or before.")),
        items("orderby", None, "`createdDateTimeUtc` or `lastActionDateTimeUtc`, then `asc` or `desc`."),
    ]
}

fn sync() -> Vec<Value> {
    let mut target = query("targetLanguage", "string", "The language to translate into.");
    target["required"] = true.into();
    let own = vec![
        target,
        query("sourceLanguage", "string", "The language of the document; detected if absent."),
        query("category", "string", "An engine by its name; the standard one if there is none of that name."),
        query("allowFallback", "boolean", "Whether the standard engine may stand in for `category`; true if absent."),
        query("deploymentName", "string", "An engine by its name."),
        query("translateTextWithinImage", "boolean", "Accepted; text within images stays as it is."),
    ];
    own.into_iter().chain(options()).collect()
}

/// One header for each option.
fn options() -> Vec<Value> {
    let header = |(name, kind): &(&str, &str)| {
        let description = format!("{kind}; what is configured if absent.");
        json!({ "name": spelled(name), "in": "header", "description": description, "schema": { "type": "string" } })
    };
    Options::NAMES.iter().map(header).collect()
}
