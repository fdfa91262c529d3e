//! Rows to values. Every column is checked on the way: a value that makes no sense is an error, never a guess.

use std::borrow::Cow;

use sqlx::Row;
use sqlx::postgres::PgRow;
use terjuman_model::{DocumentId, DocumentStatus, Failure, FailureCode, JobId, JobStatus, Summary, Timestamp};

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
pub(super) fn job(row: &PgRow) -> Result<Job, JobsError> {
    Ok(Job {
        id: JobId(row.try_get("id")?),
        created: Timestamp(row.try_get("created")?),
        last_action: Timestamp(row.try_get("last_action")?),
        status: job_status(row)?,
        summary: summary(row)?,
        error: failure(row)?,
    })
}

/// A job's standing.
pub(super) fn ledger(row: &PgRow) -> Result<Ledger, JobsError> {
    Ok(Ledger {
        status: job_status(row)?,
        cancel_requested: row.try_get("cancel_requested")?,
        has_run: row.try_get("has_run")?,
        expanded: i64::from(row.try_get::<i16, _>("queue")?) == codes::queue_code(Queue::Done),
        summary: summary(row)?,
        refusal: failure(row)?,
    })
}

/// What was sent for a document.
pub(super) fn sent(row: &PgRow) -> Result<Sent, JobsError> {
    Ok(Sent { under: row.try_get("write_token")?, settles: Timestamp(row.try_get("settles")?) })
}

/// A document as it is read; its job is known by the one who asks.
pub(super) fn document(row: &PgRow, job: JobId) -> Result<Document, JobsError> {
    let language: &str = row.try_get("language")?;
    Ok(Document {
        id: DocumentId(row.try_get("id")?),
        job,
        source_url: row.try_get("source_url")?,
        target_url: row.try_get("target_url")?,
        target: language.parse().map_err(|_| JobsError::Invalid("language"))?,
        created: Timestamp(row.try_get("created")?),
        last_action: Timestamp(row.try_get("last_action")?),
        status: document_status(row)?,
        progress: row.try_get("progress")?,
        characters: unsigned(row, "characters")?,
        error: failure(row)?,
        deployment: row.try_get("deployment")?,
    })
}

/// What became of the work on a document.
pub(super) fn report(row: &PgRow, id: DocumentId) -> Result<DocumentReport, JobsError> {
    Ok(DocumentReport {
        id,
        job: JobId(row.try_get("job_id")?),
        status: document_status(row)?,
        input_sha256: row.try_get("input_sha256")?,
        report: row.try_get::<Option<&str>, _>("body")?.map(codes::report).transpose()?,
    })
}

/// The column `status` of a document.
pub(super) fn document_status(row: &PgRow) -> Result<DocumentStatus, JobsError> {
    codes::document_status(row.try_get::<i16, _>("status")?.into())
}

/// The column `status` of a job.
pub(super) fn job_status(row: &PgRow) -> Result<JobStatus, JobsError> {
    codes::job_status(row.try_get::<i16, _>("status")?.into())
}

/// A `BIGINT` that is never negative.
pub(super) fn unsigned<T: TryFrom<i64>>(row: &PgRow, column: &'static str) -> Result<T, JobsError> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| JobsError::Invalid(column))
}

/// An `INTEGER` that is never negative.
pub(super) fn count(row: &PgRow, column: &'static str) -> Result<u32, JobsError> {
    u32::try_from(row.try_get::<i32, _>(column)?).map_err(|_| JobsError::Invalid(column))
}

/// A number for a column; no column takes one above `i64::MAX`.
pub(super) fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A text for a column: the database takes every character but one.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

fn summary(row: &PgRow) -> Result<Summary, JobsError> {
    let summary = Summary {
        failed: count(row, "failed")?,
        success: count(row, "success")?,
        in_progress: count(row, "in_progress")?,
        not_yet_started: count(row, "not_yet_started")?,
        cancelled: count(row, "cancelled")?,
        characters_charged: unsigned(row, "characters")?,
    };
    if summary.total() == count(row, "total")? { Ok(summary) } else { Err(JobsError::Invalid("total")) }
}

/// The failure of a job or document. A code that this version does not know (a newer one works beside it) reads as our
/// own fault rather than making the row unreadable.
pub(super) fn failure(row: &PgRow) -> Result<Option<Failure>, JobsError> {
    let Some(code) = row.try_get::<Option<&str>, _>("error_code")? else { return Ok(None) };
    let message: String = row.try_get("error_message")?;
    Ok(Some(Failure::new(FailureCode::from_name(code).unwrap_or(FailureCode::InternalServerError), message)))
}
