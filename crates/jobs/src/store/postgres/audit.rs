//! Recounting, at the start: what the transactions promise is looked at once more.

use std::collections::HashMap;

use sqlx::{PgConnection, PgExecutor, PgPool, Row};
use terjuman_model::Summary;

use super::rows::{self, unsigned};
use super::{Context, jobs};
use crate::JobsError;

/// The open jobs whose counters differ from their documents. One statement sees one moment, and at every moment they
/// agree, however many workers are busy.
pub(super) async fn suspects(pool: &PgPool) -> Result<Vec<i64>, JobsError> {
    let sql = format!(
        "SELECT {}, counted.status AS counted_status, counted.documents, counted.sum AS counted_characters \
        FROM jobs AS entry LEFT JOIN LATERAL ({COUNTED} WHERE d.job = entry.row GROUP BY d.status) AS counted ON TRUE \
        WHERE entry.status < 3 AND entry.queue = 2",
        rows::JOB
    );
    let mut all = HashMap::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await? {
        let (_, summary) = match all.entry(row.try_get::<i64, _>("row")?) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => new.insert((rows::ledger(&row)?, Summary::default())),
        };
        add(summary, &row)?;
    }
    let wrong = all.into_iter().filter_map(|(job, (mut ledger, counted))| ledger.recounted(counted).then_some(job));
    let mut wrong: Vec<i64> = wrong.collect();
    wrong.sort_unstable();
    Ok(wrong)
}

/// Recounts one job and mends its counters. Whether they were wrong.
pub(super) async fn mend(connection: &mut PgConnection, context: &Context, job: i64) -> Result<bool, JobsError> {
    let (id, mut ledger) = jobs::ledger(connection, job).await?;
    if ledger.status.is_final() {
        return Ok(false);
    }
    let sql = format!(
        "SELECT counted.status AS counted_status, counted.documents, counted.sum AS counted_characters \
        FROM ({COUNTED} WHERE d.job = $1 GROUP BY d.status) AS counted"
    );
    let mut counted = Summary::default();
    for row in sqlx::query(sqlx::AssertSqlSafe(sql)).bind(job).fetch_all(&mut *connection).await? {
        add(&mut counted, &row)?;
    }
    if !ledger.recounted(counted) {
        return Ok(false);
    }
    tracing::error!(job.id = %id, "the counters of job {id} were wrong and have been recounted");
    let now = context.time.now(connection).await?;
    jobs::save(connection, job, &ledger, now).await?;
    Ok(true)
}

const COUNTED: &str = "SELECT d.status, count(*) AS documents, sum(d.characters)::bigint AS sum FROM documents AS d";

/// Adds the documents of one status; there may be none at all.
fn add(summary: &mut Summary, row: &sqlx::postgres::PgRow) -> Result<(), JobsError> {
    let Some(code) = row.try_get::<Option<i16>, _>("counted_status")? else { return Ok(()) };
    let status = crate::store::codes::document_status(code.into())?;
    for _ in 0..unsigned::<u32>(row, "documents")? {
        summary.add(status);
    }
    summary.characters_charged += unsigned::<u64>(row, "counted_characters")?;
    Ok(())
}

/// How long the queue is.
pub(super) async fn depth(executor: impl PgExecutor<'_>) -> Result<crate::Depth, JobsError> {
    let sql = "SELECT (SELECT count(*) FROM documents WHERE queue = 0 AND lost = 0) + \
            (SELECT count(*) FROM documents WHERE queue = 0 AND lost > 0) AS waiting, \
        (SELECT count(*) FROM documents WHERE queue = 1) AS running";
    let row = sqlx::query(sql).fetch_one(executor).await?;
    Ok(crate::Depth { waiting: unsigned(&row, "waiting")?, running: unsigned(&row, "running")? })
}

/// What has not ended, of one resource and of all.
pub(super) async fn open(
    executor: impl PgExecutor<'_>,
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
