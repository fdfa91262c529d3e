//! Jobs and documents as they are read.

use terjuman_model::{DocumentId, DocumentStatus, Failure, JobId, JobStatus, LanguageTag, Summary, Timestamp};
use terjuman_pipeline::Report;

/// A job at one moment: status and counters come from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// When it was accepted.
    pub created: Timestamp,
    /// When its status or a counter last changed.
    pub last_action: Timestamp,
    /// Where it stands.
    pub status: JobStatus,
    /// Its counters; all zero until the documents are enumerated.
    pub summary: Summary,
    /// Why it is `ValidationFailed` or `Failed`.
    pub error: Option<Failure>,
}

impl Job {
    /// A new one.
    pub(crate) fn accepted(id: JobId, created: Timestamp) -> Self {
        let (status, summary) = (JobStatus::NotStarted, Summary::default());
        Self { id, created, last_action: created, status, summary, error: None }
    }
}

/// A document at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its job.
    pub job: JobId,
    /// Where it comes from, without SAS.
    pub source_url: String,
    /// Where it goes, without SAS.
    pub target_url: String,
    /// Into which language, as the request spelled it.
    pub target: LanguageTag,
    /// When it was enumerated; documents of a job differ by at least a microsecond.
    pub created: Timestamp,
    /// When its status last changed.
    pub last_action: Timestamp,
    /// Where it stands.
    pub status: DocumentStatus,
    /// From 0 to 1; exactly 1 when succeeded, 0 when not started or failed.
    pub progress: f32,
    /// Source characters charged; 0 unless succeeded.
    pub characters: u64,
    /// Why it failed.
    pub error: Option<Failure>,
    /// The named engine that was asked for.
    pub deployment: Option<String>,
}

/// What became of the work on a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentReport {
    /// The document.
    pub id: DocumentId,
    /// Its job.
    pub job: JobId,
    /// Where it stands.
    pub status: DocumentStatus,
    /// SHA-256 of what was read of it, hexadecimal; known if a worker died under it.
    pub input_sha256: Option<String>,
    /// What happened; there once a worker has come to an end with it.
    pub report: Option<Report>,
}
