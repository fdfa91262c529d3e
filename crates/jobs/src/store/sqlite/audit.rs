//! Recounting, at the start: what the transactions promise is looked at once more.

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection};
use terjuman_model::Summary;

use super::rows::unsigned;
use super::{Context, jobs};
use crate::JobsError;
use crate::store::codes;

/// Compares the counters of every open job with its documents, and mends them.
pub(super) async fn audit(connection: &mut SqliteConnection, context: &Context) -> Result<u32, JobsError> {
    let sql = "SELECT jobs.row AS job, documents.status AS status, count(documents.row) AS documents, \
            coalesce(sum(documents.characters), 0) AS characters \
        FROM jobs LEFT JOIN documents ON documents.job = jobs.row \
        WHERE jobs.status < 3 AND jobs.queue = 2 GROUP BY jobs.row, documents.status";
    let mut counted: HashMap<i64, Summary> = HashMap::new();
    for row in sqlx::query(sql).fetch_all(&mut *connection).await? {
        let summary = counted.entry(row.try_get("job")?).or_default();
        let Some(code) = row.try_get::<Option<i64>, _>("status")? else { continue };
        let status = codes::document_status(code)?;
        for _ in 0..unsigned::<u32>(&row, "documents")? {
            summary.add(status);
        }
        summary.characters_charged += unsigned::<u64>(&row, "characters")?;
    }
    let mut mended = 0;
    for (row, summary) in counted {
        let (job, mut ledger) = jobs::ledger(connection, row).await?;
        if ledger.recounted(summary) {
            tracing::error!(job.id = %job, "the counters of job {job} were wrong and have been recounted");
            jobs::save(connection, row, &ledger, context.stamps.now()).await?;
            mended += 1;
        }
    }
    Ok(mended)
}

/// How long the queue is.
pub(super) async fn depth(executor: impl sqlx::SqliteExecutor<'_>) -> Result<crate::Depth, JobsError> {
    let sql = "SELECT (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0) + \
            (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0) AS waiting, \
        (SELECT count(*) FROM documents WHERE queue = 1) AS running";
    let row = sqlx::query(sql).fetch_one(executor).await?;
    Ok(crate::Depth { waiting: unsigned(&row, "waiting")?, running: unsigned(&row, "running")? })
}

/// What has not ended, of one resource and of all.
pub(super) async fn open(
    executor: impl sqlx::SqliteExecutor<'_>,
    resource: &terjuman_model::ResourceId,
) -> Result<crate::Open, JobsError> {
    // Each part counts the rows of an index that holds nothing else.
    let sql = "SELECT \
            (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0 AND resource = $1) \
            + (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0 AND resource = $1) \
            + (SELECT count(*) FROM documents WHERE queue = 1 AND resource = $1) \
            + (SELECT count(*) FROM jobs WHERE queue = 0 AND resource = $1) \
            + (SELECT count(*) FROM jobs WHERE queue = 1 AND resource = $1) AS own, \
            (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0) \
            + (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0) \
            + (SELECT count(*) FROM documents WHERE queue = 1) \
            + (SELECT count(*) FROM jobs WHERE queue = 0) \
            + (SELECT count(*) FROM jobs WHERE queue = 1) AS every";
    let row = sqlx::query(sql).bind(&resource.0).fetch_one(executor).await?;
    Ok(crate::Open { of_resource: unsigned(&row, "own")?, of_all: unsigned(&row, "every")? })
}
