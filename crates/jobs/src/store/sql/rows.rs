//! Rows to what callers are told.

use terjuman_model::{DocumentId, Failure, FailureCode, JobId, Summary};

use super::Columns;
use crate::store::codes;
use crate::store::ledger::Ledger;
use crate::store::position::Queue;
use crate::store::settling::Sent;
use crate::{Depth, Document, DocumentReport, Job, JobsError, Open};

/// The columns that [`job`] and [`ledger`] read, of the table aliased `entry`.
pub(crate) const JOB: &str = "entry.row, entry.id, entry.resource, entry.created, entry.last_action, entry.status, \
    entry.cancel_requested, entry.has_run, entry.queue, entry.total, entry.failed, entry.success, entry.in_progress, \
    entry.not_yet_started, entry.cancelled, entry.characters, entry.error_code, entry.error_message";

/// The columns that [`document`] reads, of the table aliased `entry`.
pub(crate) const DOCUMENT: &str = "entry.row, entry.id, entry.source_url, entry.target_url, entry.language, \
    entry.deployment, entry.created, entry.last_action, entry.status, entry.progress, entry.characters, \
    entry.error_code, entry.error_message";

/// A job as it is read.
pub(crate) fn job(row: &impl Columns) -> Result<Job, JobsError> {
    Ok(Job {
        id: JobId(row.id("id")?),
        created: row.moment("created")?,
        last_action: row.moment("last_action")?,
        status: row.job_status()?,
        summary: summary(row)?,
        error: failure(row)?,
    })
}

/// A job's standing.
pub(crate) fn ledger(row: &impl Columns) -> Result<Ledger, JobsError> {
    Ok(Ledger {
        status: row.job_status()?,
        cancel_requested: row.flag("cancel_requested")?,
        has_run: row.flag("has_run")?,
        expanded: row.queue()? == Queue::Done,
        summary: summary(row)?,
        refusal: failure(row)?,
    })
}

/// What was sent for a document.
pub(super) fn sent(row: &impl Columns) -> Result<Sent, JobsError> {
    Ok(Sent { under: row.number("write_token")?, settles: row.moment("settles")? })
}

/// A document as it is read; its job is known by the one who asks.
pub(crate) fn document(row: &impl Columns, job: JobId) -> Result<Document, JobsError> {
    Ok(Document {
        id: DocumentId(row.id("id")?),
        job,
        source_url: row.text("source_url")?.to_owned(),
        target_url: row.text("target_url")?.to_owned(),
        target: row.text("language")?.parse().map_err(|_| JobsError::Invalid("language"))?,
        created: row.moment("created")?,
        last_action: row.moment("last_action")?,
        status: row.document_status()?,
        progress: row.fraction("progress")?,
        characters: row.unsigned("characters")?,
        error: failure(row)?,
        deployment: row.text_if_any("deployment")?.map(str::to_owned),
    })
}

/// What became of the work on a document.
pub(crate) fn report(row: &impl Columns, id: DocumentId) -> Result<DocumentReport, JobsError> {
    Ok(DocumentReport {
        id,
        job: JobId(row.id("job_id")?),
        status: row.document_status()?,
        input_sha256: row.text_if_any("input_sha256")?.map(str::to_owned),
        report: row.text_if_any("body")?.map(codes::report).transpose()?,
    })
}

/// The answer to [`DEPTH`](super::words::DEPTH).
pub(crate) fn depth(row: &impl Columns) -> Result<Depth, JobsError> {
    Ok(Depth { waiting: row.unsigned("waiting")?, running: row.unsigned("running")? })
}

/// The answer to [`OPEN`](super::words::OPEN).
pub(crate) fn open(row: &impl Columns) -> Result<Open, JobsError> {
    Ok(Open { of_resource: row.unsigned("own")?, of_all: row.unsigned("every")? })
}

fn summary(row: &impl Columns) -> Result<Summary, JobsError> {
    let summary = Summary {
        failed: row.count("failed")?,
        success: row.count("success")?,
        in_progress: row.count("in_progress")?,
        not_yet_started: row.count("not_yet_started")?,
        cancelled: row.count("cancelled")?,
        characters_charged: row.unsigned("characters")?,
    };
    if summary.total() == row.count("total")? { Ok(summary) } else { Err(JobsError::Invalid("total")) }
}

/// The failure of a job or document. A code that this version does not know (a newer one wrote it) reads as our own fault
/// rather than making the row unreadable.
pub(crate) fn failure(row: &impl Columns) -> Result<Option<Failure>, JobsError> {
    let Some(code) = row.text_if_any("error_code")? else { return Ok(None) };
    let code = FailureCode::from_name(code).unwrap_or(FailureCode::InternalServerError);
    Ok(Some(Failure::new(code, row.text("error_message")?)))
}
