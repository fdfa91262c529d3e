//! Forgetting what has ended. What belongs to a job goes with it. Nobody else locks rows of a job that has ended, so it
//! does not matter that documents go after their job.

use sqlx::PgConnection;
use terjuman_model::{JobId, ResourceId, Timestamp};

use crate::store::sql::Columns as _;
use crate::{Forgotten, JobsError};

/// Jobs that are looked at in one transaction.
const BATCH: i64 = 100;

/// Deletes jobs that ended before that, until about `documents` documents are gone. What another process is deleting is
/// passed over.
pub(super) async fn forget_ended(
    connection: &mut PgConnection,
    before: Timestamp,
    documents: u32,
) -> Result<u32, JobsError> {
    let sql = "SELECT row, total FROM jobs WHERE status >= 3 AND last_action + 0 < $1 ORDER BY last_action + 0 LIMIT $2 \
        FOR UPDATE SKIP LOCKED";
    let (mut doomed, mut gone) = (Vec::new(), 0_u32);
    for row in sqlx::query(sql).bind(before.0).bind(BATCH).fetch_all(&mut *connection).await? {
        if gone >= documents {
            break;
        }
        doomed.push(row.number("row")?);
        gone = gone.saturating_add(row.count("total")?);
    }
    if doomed.is_empty() {
        return Ok(0);
    }
    let deleted = sqlx::query("DELETE FROM jobs WHERE row = ANY($1)").bind(&doomed).execute(connection).await?;
    u32::try_from(deleted.rows_affected()).map_err(|_| JobsError::Invalid("job count"))
}

/// Deletes one job, if it has ended.
pub(super) async fn forget(
    connection: &mut PgConnection,
    resource: &ResourceId,
    id: JobId,
) -> Result<Forgotten, JobsError> {
    let sql = "SELECT row, status FROM jobs WHERE id = $1 AND resource = $2 FOR UPDATE";
    let found = sqlx::query(sql).bind(id.0).bind(&resource.0).fetch_optional(&mut *connection).await?;
    let Some(row) = found else { return Ok(Forgotten::Unknown) };
    if !row.job_status()?.is_final() {
        return Ok(Forgotten::StillOpen);
    }
    let delete = sqlx::query("DELETE FROM jobs WHERE row = $1").bind(row.number("row")?);
    delete.execute(connection).await?;
    Ok(Forgotten::Gone)
}
