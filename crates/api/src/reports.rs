//! What happened to a document, for its owner. Not of the Azure API, so it lives under `/terjuman/v1`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use terjuman_pipeline::{Counted, Report};

use crate::App;
use crate::error::{ApiError, Refusal};
use crate::paths::DocumentOf;
use crate::reply::Json;
use crate::request::Caller;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportBody<'a> {
    id: String,
    job_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_sha256: Option<&'a str>,
    #[serde(flatten)]
    report: &'a Report,
}

/// `GET /terjuman/v1/documents/{id}/report`.
pub(crate) async fn report(
    State(app): State<App>,
    Caller(resource): Caller,
    DocumentOf(id): DocumentOf,
) -> Result<Response, ApiError> {
    let found = app.jobs().report(&resource, id).await?.ok_or_else(ApiError::not_found)?;
    let Some(report) = &found.report else {
        return Err(if found.status.is_final() {
            ApiError::new(Refusal::NoReport, "Nobody worked on this document to an end, so there is no report.")
        } else {
            ApiError::new(Refusal::ReportNotReady, "The document is not finished. Its report is there when it is.")
        });
    };
    let body = ReportBody {
        id: id.to_string(),
        job_id: found.job.to_string(),
        status: found.status.as_str(),
        input_sha256: found.input_sha256.as_deref(),
        report,
    };
    Ok(Json(&body).into_response())
}

/// The counts of a report as a structured field (RFC 9651): what a synchronous answer has room for.
pub(crate) fn in_short(report: &Report) -> String {
    fn kinds<K>(counted: impl Iterator<Item = Counted<K>>, code: fn(K) -> &'static str) -> String {
        let kinds: Vec<_> = counted.map(|one| format!("{};count={}", code(one.kind), one.count)).collect();
        format!("({})", kinds.join(" "))
    }
    format!(
        "segments={}, sentences={}, words={}, tags={}, repaired={}, kept-as-source={}, glossary-hits={}, \
        glossary-misses={}, warnings={}, untranslated={}",
        report.segments,
        report.sentences,
        report.words,
        report.tags,
        report.repaired,
        report.kept_as_source,
        report.glossary_hits,
        report.glossary_misses,
        kinds(report.warnings.iter().cloned(), |kind| kind.as_str()),
        kinds(report.untranslated.iter().cloned(), |kind| kind.as_str()),
    )
}
