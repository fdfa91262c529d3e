//! Rows to values. Every column is checked on the way: a value that makes no sense is an error, never a guess.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use terjuman_model::{DocumentId, Failure, FailureCode, JobId, Summary, Timestamp};
use uuid::Uuid;

use crate::store::codes;
use crate::store::ledger::Ledger;
use crate::store::position::Queue;
use crate::store::settling::Sent;
use crate::{Document, DocumentReport, Job, JobsError};

/// The columns that [`job`] and [`ledger`] read, of the table aliased `entry`.
pub(super) const JOB: &str = "entry.row, entry.id, entry.resource, entry.created, entry.last_action, entry.status, \
    entry.cancel_requested, entry.has_run, entry.queue, entry.total, entry.failed, entry.success, entry.in_progress, \
    entry.not_yet_started, entry.cancelled, entry.characters, entry.error_code, entry.error_message";

/// The columns that [`document`] reads, of the table aliased `entry`.
pub(super) const DOCUMENT: &str = "entry.row, entry.id, entry.source_url, entry.target_url, entry.language, \
    entry.deployment, entry.created, entry.last_action, entry.status, entry.progress, entry.characters, \
    entry.error_code, entry.error_message";

/// A job as it is read.
pub(super) fn job(row: &SqliteRow) -> Result<Job, JobsError> {
    Ok(Job {
        id: JobId(row.try_get("id")?),
        created: Timestamp(row.try_get("created")?),
        last_action: Timestamp(row.try_get("last_action")?),
        status: codes::job_status(row.try_get("status")?)?,
        summary: summary(row)?,
        error: failure(row)?,
    })
}

/// A job's standing.
pub(super) fn ledger(row: &SqliteRow) -> Result<Ledger, JobsError> {
    Ok(Ledger {
        status: codes::job_status(row.try_get("status")?)?,
        cancel_requested: row.try_get::<i64, _>("cancel_requested")? != 0,
        has_run: row.try_get::<i64, _>("has_run")? != 0,
        expanded: row.try_get::<i64, _>("queue")? == codes::queue_code(Queue::Done),
        summary: summary(row)?,
        refusal: failure(row)?,
    })
}

/// What was sent for a document.
pub(super) fn sent(row: &SqliteRow) -> Result<Sent, JobsError> {
    Ok(Sent { under: row.try_get("write_token")?, settles: Timestamp(row.try_get("settles")?) })
}

/// A document as it is read; its job is known by the one who asks.
pub(super) fn document(row: &SqliteRow, job: JobId) -> Result<Document, JobsError> {
    let language: &str = row.try_get("language")?;
    Ok(Document {
        id: DocumentId(row.try_get::<Uuid, _>("id")?),
        job,
        source_url: row.try_get("source_url")?,
        target_url: row.try_get("target_url")?,
        target: language.parse().map_err(|_| JobsError::Invalid("language"))?,
        created: Timestamp(row.try_get("created")?),
        last_action: Timestamp(row.try_get("last_action")?),
        status: codes::document_status(row.try_get("status")?)?,
        progress: row.try_get::<f32, _>("progress")?,
        characters: unsigned(row, "characters")?,
        error: failure(row)?,
        deployment: row.try_get("deployment")?,
    })
}

/// What became of the work on a document.
pub(super) fn report(row: &SqliteRow, id: DocumentId) -> Result<DocumentReport, JobsError> {
    Ok(DocumentReport {
        id,
        job: JobId(row.try_get("job_id")?),
        status: codes::document_status(row.try_get("status")?)?,
        input_sha256: row.try_get("input_sha256")?,
        report: row.try_get::<Option<&str>, _>("body")?.map(codes::report).transpose()?,
    })
}

/// A number that is never negative.
pub(super) fn unsigned<T: TryFrom<i64>>(row: &SqliteRow, column: &'static str) -> Result<T, JobsError> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| JobsError::Invalid(column))
}

/// A number for a column; SQLite has none above `i64::MAX`.
pub(super) fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

fn summary(row: &SqliteRow) -> Result<Summary, JobsError> {
    let summary = Summary {
        failed: unsigned(row, "failed")?,
        success: unsigned(row, "success")?,
        in_progress: unsigned(row, "in_progress")?,
        not_yet_started: unsigned(row, "not_yet_started")?,
        cancelled: unsigned(row, "cancelled")?,
        characters_charged: unsigned(row, "characters")?,
    };
    if summary.total() == unsigned::<u32>(row, "total")? { Ok(summary) } else { Err(JobsError::Invalid("total")) }
}

/// The failure of a job or document. A code that this version does not know (the file was used by a newer one) reads as
/// our own fault rather than making the row unreadable.
fn failure(row: &SqliteRow) -> Result<Option<Failure>, JobsError> {
    let Some(code) = row.try_get::<Option<&str>, _>("error_code")? else { return Ok(None) };
    let message: String = row.try_get("error_message")?;
    Ok(Some(Failure::new(FailureCode::from_name(code).unwrap_or(FailureCode::InternalServerError), message)))
}
