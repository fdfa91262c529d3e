//! Requests that may come twice: who asked under which name, for what, and which job it became.

use sqlx::{PgConnection, PgExecutor, Row};
use terjuman_model::{JobId, ResourceId, Timestamp};

use crate::store::earlier;
use crate::store::repeat::FORGET_AFTER;
use crate::{JobsError, Repeat, Repeated};

/// Old records that are deleted in one transaction.
const BATCH: i64 = 500;

/// What became of the request when it came before.
pub(super) async fn find(
    executor: impl PgExecutor<'_>,
    now: Timestamp,
    resource: &ResourceId,
    repeat: &Repeat,
) -> Result<Option<Repeated>, JobsError> {
    if repeat.is_outside(now) {
        return Ok(Some(Repeated::OutsideWindow));
    }
    let sql = "SELECT body, job FROM submissions WHERE resource = $1 AND name = $2";
    let row = sqlx::query(sql).bind(&resource.0).bind(&repeat.name).fetch_optional(executor).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(repeat.of(row.try_get("body")?, JobId(row.try_get("job")?))))
}

/// Remembers the request; in the transaction of its job. `false` if another one did meanwhile: if that one is still in its
/// transaction, this waits for the end of it.
pub(super) async fn remember(
    connection: &mut PgConnection,
    now: Timestamp,
    resource: &ResourceId,
    repeat: &Repeat,
    job: JobId,
) -> Result<bool, JobsError> {
    let sql = "INSERT INTO submissions (resource, name, body, job, created) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (resource, name) DO NOTHING";
    let insert = sqlx::query(sql).bind(&resource.0).bind(&repeat.name).bind(&repeat.body[..]).bind(job.0).bind(now.0);
    Ok(insert.execute(connection).await?.rows_affected() == 1)
}

/// Deletes records that nobody can ask for any more.
pub(super) async fn forget(connection: &mut PgConnection, now: Timestamp) -> Result<(), JobsError> {
    let sql = "DELETE FROM submissions WHERE (resource, name) IN (SELECT resource, name FROM submissions \
        WHERE created < $1 ORDER BY created LIMIT $2 FOR UPDATE SKIP LOCKED)";
    sqlx::query(sql).bind(earlier(now, FORGET_AFTER).0).bind(BATCH).execute(connection).await?;
    Ok(())
}
