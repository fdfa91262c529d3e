//! The formats operation: the pipeline's table, as the version knows it (`api.md` section 12).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use terjuman_pipeline::{FormatEntry, GlossaryEntry};
use utoipa::ToSchema;

use crate::App;
use crate::error::ApiError;
use crate::reply::Json;
use crate::request::Call;
use crate::request::version::ApiVersion;

/// Every format.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SupportedFileFormats)]
pub(crate) struct FormatsBody {
    value: Vec<FormatBody>,
}

/// A format.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FileFormat)]
pub(crate) struct FormatBody {
    format: &'static str,
    /// With the dot.
    file_extensions: Vec<&'static str>,
    content_types: &'static [&'static str],
    /// Only for formats with versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    default_version: Option<&'static str>,
    /// Only for formats with versions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    versions: Vec<&'static str>,
    /// `Document` or `Glossary`.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// `GET /translator/document/formats`.
pub(crate) async fn formats(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let (documents, glossaries) = match call.query.one("type")? {
        None => (true, true),
        Some(kind) if kind.eq_ignore_ascii_case("document") => (true, false),
        Some(kind) if kind.eq_ignore_ascii_case("glossary") => (false, true),
        Some(_) => return Err(ApiError::invalid("type", "The type must be Document or Glossary.")),
    };
    let known = |format: &FormatBody| call.version.is_newer() || format.format != "DITA";
    let taken = |entry: &&FormatEntry| documents && app.limits().takes(entry.format);
    let documents = terjuman_pipeline::formats().iter().filter(taken).map(FormatBody::document).filter(known);
    let glossaries = terjuman_pipeline::glossary_formats().iter().filter(|_| glossaries).map(FormatBody::glossary);
    let value = documents.chain(glossaries).map(|format| format.known_to(call.version)).collect();
    Ok(Json(&FormatsBody { value }).into_response())
}

impl FormatBody {
    fn document(entry: &'static FormatEntry) -> Self {
        Self {
            format: entry.name,
            file_extensions: entry.extensions.to_vec(),
            content_types: entry.content_types,
            default_version: entry.default_version,
            versions: entry.versions.to_vec(),
            kind: "Document",
        }
    }

    fn glossary(entry: &'static GlossaryEntry) -> Self {
        Self {
            format: entry.name,
            file_extensions: entry.extensions.to_vec(),
            content_types: entry.content_types,
            default_version: entry.default_version,
            versions: entry.versions.to_vec(),
            kind: "Glossary",
        }
    }

    /// 2024-05-01 knows XLIFF 1.x only, under one extension.
    fn known_to(mut self, version: ApiVersion) -> Self {
        if self.format == "XLIFF" && !version.is_newer() {
            self.file_extensions.retain(|extension| *extension == ".xlf");
            self.versions.retain(|version| version.starts_with("1."));
            self.default_version = self.versions.last().copied();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_version_knows_the_older_xliff() {
        let xliff = || {
            let entry = terjuman_pipeline::glossary_formats().iter().find(|entry| entry.name == "XLIFF");
            FormatBody::glossary(entry.unwrap())
        };
        let older = xliff().known_to(ApiVersion::V2024_05_01);
        assert_eq!((older.file_extensions, older.default_version), (vec![".xlf"], Some("1.2")));
        assert_eq!(older.versions, ["1.0", "1.1", "1.2"]);
        assert_eq!(xliff().known_to(ApiVersion::V2026_03_01).file_extensions, [".xlf", ".xliff"]);
    }
}
