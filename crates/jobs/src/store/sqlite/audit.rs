//! Recounting, at the start: what the transactions promise is looked at once more.

use std::collections::HashMap;

use sqlx::{Row, SqliteConnection, SqliteExecutor};
use terjuman_model::{ResourceId, Summary};

use super::{Context, jobs};
use crate::store::codes;
use crate::store::sql::{Columns as _, rows, words};
use crate::{Depth, JobsError, Open};

/// Compares the counters of every open job with its documents, and mends them.
pub(super) async fn audit(connection: &mut SqliteConnection, context: &Context) -> Result<u32, JobsError> {
    let sql = "SELECT jobs.row AS job, documents.status AS status, count(documents.row) AS documents, \
            coalesce(sum(documents.characters), 0) AS characters \
        FROM jobs LEFT JOIN documents ON documents.job = jobs.row \
        WHERE jobs.status < 3 AND jobs.queue = 2 GROUP BY jobs.row, documents.status";
    let mut counted: HashMap<i64, Summary> = HashMap::new();
    for row in sqlx::query(sql).fetch_all(&mut *connection).await? {
        let summary = counted.entry(row.number("job")?).or_default();
        let Some(code) = row.try_get::<Option<i64>, _>("status")? else { continue };
        let status = codes::document_status(code)?;
        for _ in 0..row.unsigned::<u32>("documents")? {
            summary.add(status);
        }
        summary.characters_charged += row.unsigned::<u64>("characters")?;
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
pub(super) async fn depth(executor: impl SqliteExecutor<'_>) -> Result<Depth, JobsError> {
    rows::depth(&sqlx::query(words::DEPTH).fetch_one(executor).await?)
}

/// What has not ended, of one resource and of all.
pub(super) async fn open(executor: impl SqliteExecutor<'_>, resource: &ResourceId) -> Result<Open, JobsError> {
    rows::open(&sqlx::query(words::OPEN).bind(&resource.0).fetch_one(executor).await?)
}
