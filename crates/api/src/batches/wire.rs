//! Jobs and documents as they stand on the wire. What a version does not know is absent, never null.

use serde::Serialize;
use terjuman_jobs::{Document, Job};
use terjuman_model::{DocumentStatus, Summary};
use utoipa::ToSchema;

use crate::error::{ErrorBody, failure_body};
use crate::request::version::ApiVersion;

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranslationStatus)]
pub(crate) struct JobBody {
    /// A GUID.
    id: String,
    #[schema(format = DateTime)]
    created_date_time_utc: String,
    #[schema(format = DateTime)]
    last_action_date_time_utc: String,
    /// `NotStarted`, `Running`, `Succeeded`, `Failed`, `Cancelling`, `Cancelled` or `ValidationFailed`.
    status: &'static str,
    summary: SummaryBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<ErrorBody>,
}

/// A job's counters: `total` is the sum of the five others at every moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusSummary)]
pub(crate) struct SummaryBody {
    total: u32,
    failed: u32,
    success: u32,
    in_progress: u32,
    not_yet_started: u32,
    cancelled: u32,
    total_character_charged: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_image_scans_succeeded: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_image_scans_failed: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_image_charged: Option<u64>,
}

/// A document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DocumentStatus)]
pub(crate) struct DocumentBody {
    /// A GUID.
    id: String,
    /// Without its query.
    source_path: String,
    /// Where the translation is, without its query; only once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    path: Option<String>,
    #[schema(format = DateTime)]
    created_date_time_utc: String,
    #[schema(format = DateTime)]
    last_action_date_time_utc: String,
    /// `NotStarted`, `Running`, `Succeeded`, `Failed`, `Cancelling` or `Cancelled`.
    status: &'static str,
    /// The target language as the request spelled it.
    to: String,
    /// From 0 to 1.
    #[schema(value_type = f32)]
    progress: serde_json::Number,
    character_charged: u64,
    /// The engine that was asked for by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    deployment_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<ErrorBody>,
}

impl JobBody {
    pub(crate) fn new(job: &Job, version: ApiVersion) -> Self {
        Self {
            id: job.id.to_string(),
            created_date_time_utc: job.created.to_string(),
            last_action_date_time_utc: job.last_action.to_string(),
            status: job.status.as_str(),
            summary: SummaryBody::new(&job.summary, version),
            error: job.error.as_ref().map(|failure| failure_body(failure, "Operation")),
        }
    }
}

impl SummaryBody {
    fn new(summary: &Summary, version: ApiVersion) -> Self {
        // Text within images is never translated here: none is scanned, none is charged, whether asked for or not.
        let images = version.is_newer().then_some(0);
        Self {
            total: summary.total(),
            failed: summary.failed,
            success: summary.success,
            in_progress: summary.in_progress,
            not_yet_started: summary.not_yet_started,
            cancelled: summary.cancelled,
            total_character_charged: summary.characters_charged,
            total_image_scans_succeeded: images,
            total_image_scans_failed: images,
            total_image_charged: images.map(u64::from),
        }
    }
}

impl DocumentBody {
    pub(crate) fn new(document: &Document, version: ApiVersion) -> Self {
        let succeeded = document.status == DocumentStatus::Succeeded;
        Self {
            id: document.id.to_string(),
            source_path: document.source_url.clone(),
            path: succeeded.then(|| document.target_url.clone()),
            created_date_time_utc: document.created.to_string(),
            last_action_date_time_utc: document.last_action.to_string(),
            status: document.status.as_str(),
            to: document.target.to_string(),
            progress: progress(document.progress),
            character_charged: document.characters,
            deployment_name: document.deployment.clone().filter(|_| version.is_newer()),
            error: document.error.as_ref().map(|failure| failure_body(failure, "Document")),
        }
    }
}

/// `1`, not `1.0`, and no digits that a 32-bit float does not have.
fn progress(progress: f32) -> serde_json::Number {
    let thousandths = (f64::from(progress.clamp(0.0, 1.0)) * 1000.0).round();
    match thousandths {
        0.0 => 0.into(),
        1000.0 => 1.into(),
        thousandths => serde_json::Number::from_f64(thousandths / 1000.0).unwrap_or_else(|| 0.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_short_number_from_0_to_1() {
        let shown = [-1.0, 0.0, 0.3, 0.123_456_79, 0.9999, 1.0, 2.0, f32::NAN].map(|p| progress(p).to_string());
        assert_eq!(shown, ["0", "0", "0.3", "0.123", "1", "1", "1", "0"]);
    }
}
