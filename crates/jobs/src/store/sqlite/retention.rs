//! Forgetting what has ended. What belongs to a job goes with it.

use sqlx::SqliteConnection;
use terjuman_model::{JobId, ResourceId, Timestamp};

use super::jobs;
use crate::store::sql::Columns as _;
use crate::{Forgotten, JobsError};

/// Jobs, and records of submissions, that are looked at in one transaction.
const BATCH: i64 = 100;

/// Deletes jobs that ended before that, until about `documents` documents are gone.
pub(super) async fn forget_ended(
    connection: &mut SqliteConnection,
    before: Timestamp,
    documents: u32,
) -> Result<u32, JobsError> {
    let sql = "SELECT row, total FROM jobs WHERE status >= 3 AND last_action < $1 ORDER BY last_action LIMIT $2";
    let (mut forgotten, mut gone) = (0, 0_u32);
    for row in sqlx::query(sql).bind(before.0).bind(BATCH).fetch_all(&mut *connection).await? {
        if gone >= documents {
            break;
        }
        delete(connection, row.number("row")?).await?;
        gone = gone.saturating_add(row.count("total")?);
        forgotten += 1;
    }
    Ok(forgotten)
}

/// Deletes one job, if it has ended.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    resource: &ResourceId,
    id: JobId,
) -> Result<Forgotten, JobsError> {
    match jobs::find(&mut *connection, resource, id).await? {
        None => Ok(Forgotten::Unknown),
        Some((_, job)) if !job.status.is_final() => Ok(Forgotten::StillOpen),
        Some((row, _)) => {
            delete(connection, row).await?;
            Ok(Forgotten::Gone)
        }
    }
}

async fn delete(connection: &mut SqliteConnection, job: i64) -> Result<(), JobsError> {
    sqlx::query("DELETE FROM jobs WHERE row = $1").bind(job).execute(connection).await?;
    Ok(())
}
