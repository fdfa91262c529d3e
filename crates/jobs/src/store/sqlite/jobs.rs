//! Job rows: accepting, reading one, cancelling, and writing a ledger back.

use sqlx::{SqliteConnection, SqliteExecutor};
use terjuman_model::{DocumentEvent, Failure, JobId, JobStatus, ResourceId, Timestamp};

use super::Context;
use crate::store::codes;
use crate::store::ledger::Ledger;
use crate::store::position::Position;
use crate::store::sql::words::{self, cancel_documents, save_ledger};
use crate::store::sql::{Columns as _, rows, signed};
use crate::{Job, JobsError};

/// Stores a new job with its request.
pub(super) async fn create(
    connection: &mut SqliteConnection,
    context: &Context,
    resource: &ResourceId,
    request: &str,
) -> Result<Job, JobsError> {
    let id = JobId(context.ids.next());
    let request = context.sealer.seal(id.0, request)?;
    let created = context.stamps.take(1);
    let run_at = context.queue.first_run(context.stamps.now());
    let insert = "INSERT INTO jobs (id, resource, created, last_action, run_at) VALUES ($1, $2, $3, $3, $4)";
    let inserted =
        sqlx::query(insert).bind(id.0).bind(&resource.0).bind(created.0).bind(run_at.0).execute(&mut *connection);
    let row = inserted.await?.last_insert_rowid();
    let insert = "INSERT INTO requests (job, body) VALUES ($1, $2)";
    sqlx::query(insert).bind(row).bind(request).execute(connection).await?;
    Ok(Job::accepted(id, created))
}

/// One job of this resource, with its row number.
pub(super) async fn find(
    executor: impl SqliteExecutor<'_>,
    resource: &ResourceId,
    id: JobId,
) -> Result<Option<(i64, Job)>, JobsError> {
    let sql = format!("SELECT {} FROM jobs AS entry WHERE id = $1 AND +resource = $2", rows::JOB);
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).bind(&resource.0).fetch_optional(executor).await?;
    found.map(|row| Ok((row.number("row")?, rows::job(&row)?))).transpose()
}

/// The standing of a job, by its row number.
pub(super) async fn ledger(connection: &mut SqliteConnection, job: i64) -> Result<(JobId, Ledger), JobsError> {
    let sql = format!("SELECT {} FROM jobs AS entry WHERE row = $1", rows::JOB);
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(job).fetch_one(connection).await?;
    Ok((JobId(row.id("id")?), rows::ledger(&row)?))
}

/// Writes a changed ledger back. With the job's end its request is deleted: the keys in it are no longer needed.
pub(super) async fn save(
    connection: &mut SqliteConnection,
    job: i64,
    ledger: &Ledger,
    now: Timestamp,
) -> Result<(), JobsError> {
    let failure = match ledger.status {
        JobStatus::Failed => first_failure(connection, job).await?,
        JobStatus::ValidationFailed => ledger.refusal.clone(),
        _ => None,
    };
    let summary = &ledger.summary;
    sqlx::query(save_ledger!("max"))
        .bind(job)
        .bind(codes::job_code(ledger.status))
        .bind(ledger.cancel_requested)
        .bind(ledger.has_run)
        .bind(summary.total())
        .bind(summary.failed)
        .bind(summary.success)
        .bind(summary.in_progress)
        .bind(summary.not_yet_started)
        .bind(summary.cancelled)
        .bind(signed(summary.characters_charged))
        .bind(failure.as_ref().map(|f| f.code.as_str()))
        .bind(failure.as_ref().map(|f| f.message.as_str()))
        .bind(now.0)
        .bind(ledger.expanded)
        .execute(&mut *connection)
        .await?;
    if ledger.status.is_final() {
        sqlx::query("DELETE FROM requests WHERE job = $1").bind(job).execute(connection).await?;
    }
    Ok(())
}

/// What a job whose documents all failed says: the first document's failure, in the order of enumeration.
async fn first_failure(connection: &mut SqliteConnection, job: i64) -> Result<Option<Failure>, JobsError> {
    let row = sqlx::query(words::FIRST_FAILURE).bind(job).fetch_optional(connection).await?;
    row.as_ref().map_or(Ok(None), rows::failure)
}

/// Asks a job to stop.
pub(super) async fn cancel(
    connection: &mut SqliteConnection,
    context: &Context,
    resource: &ResourceId,
    id: JobId,
) -> Result<Option<Job>, JobsError> {
    let Some((row, job)) = find(&mut *connection, resource, id).await? else { return Ok(None) };
    let (_, mut ledger) = ledger(connection, row).await?;
    if job.status.is_final() || ledger.cancel_requested {
        return Ok(Some(job));
    }
    let now = context.stamps.now();
    // Before the documents are moved: the last of them would end the job, and not as a cancelled one.
    ledger.cancel();
    for from in Position::OPEN {
        let Some(to) = from.after(DocumentEvent::CancelRequested) else { continue };
        let count = cancel_documents(connection, row, from, to, now).await?;
        if count > 0 {
            ledger.moved(from.shown, to.shown, count, 0);
        }
    }
    save(connection, row, &ledger, now).await?;
    Ok(find(connection, resource, id).await?.map(|(_, job)| job))
}

async fn cancel_documents(
    connection: &mut SqliteConnection,
    job: i64,
    from: Position,
    to: Position,
    now: Timestamp,
) -> Result<u32, JobsError> {
    let done = sqlx::query(cancel_documents!("max"))
        .bind(job)
        .bind(codes::document_code(from.shown))
        .bind(codes::queue_code(from.queue))
        .bind(codes::document_code(to.shown))
        .bind(codes::queue_code(to.queue))
        .bind(now.0)
        .execute(connection)
        .await?;
    u32::try_from(done.rows_affected()).map_err(|_| JobsError::Invalid("document count"))
}
