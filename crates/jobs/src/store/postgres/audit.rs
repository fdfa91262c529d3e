//! Recounting, at the start: what the transactions promise is looked at once more.

use std::collections::HashMap;

use sqlx::{PgConnection, PgExecutor, PgPool, Row};
use terjuman_model::{ResourceId, Summary};

use super::{Context, jobs};
use crate::store::codes;
use crate::store::sql::{Columns as _, rows, words};
use crate::{Depth, JobsError, Open};

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
        let (_, summary) = match all.entry(row.number("row")?) {
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
    let status = codes::document_status(code.into())?;
    for _ in 0..row.unsigned::<u32>("documents")? {
        summary.add(status);
    }
    summary.characters_charged += row.unsigned::<u64>("counted_characters")?;
    Ok(())
}

/// How long the queue is.
pub(super) async fn depth(executor: impl PgExecutor<'_>) -> Result<Depth, JobsError> {
    rows::depth(&sqlx::query(words::DEPTH).fetch_one(executor).await?)
}

/// What has not ended, of one resource and of all.
pub(super) async fn open(executor: impl PgExecutor<'_>, resource: &ResourceId) -> Result<Open, JobsError> {
    rows::open(&sqlx::query(words::OPEN).bind(&resource.0).fetch_one(executor).await?)
}
