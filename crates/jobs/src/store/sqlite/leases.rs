//! Keeping leases alive, and asking what they are worth.

use sqlx::{SqliteConnection, SqliteExecutor};
use terjuman_model::{DocumentStatus, Timestamp};

use crate::store::sql::Columns as _;
use crate::{Heartbeat, JobsError, Lease, Standing, Subject};

/// Extends one lease, and notes what it found.
pub(super) async fn extend(
    connection: &mut SqliteConnection,
    lease: &Lease,
    until: Timestamp,
    found: &mut Heartbeat,
) -> Result<(), JobsError> {
    let (sql, id) = match lease.subject() {
        Subject::Document(id) => (
            "UPDATE documents SET lease_until = $3 WHERE id = $1 AND queue = 1 AND lease_token = $2 RETURNING status",
            id.0,
        ),
        Subject::Expansion(id) => {
            ("UPDATE jobs SET lease_until = $3 WHERE id = $1 AND queue = 1 AND lease_token = $2 RETURNING status", id.0)
        }
    };
    let row = sqlx::query(sql).bind(id).bind(lease.token()).bind(until.0).fetch_optional(connection).await?;
    match (row, lease.subject()) {
        (None, subject) => found.lost.push(subject),
        (Some(row), Subject::Document(_)) => {
            if row.document_status()? == DocumentStatus::Cancelling {
                found.cancelled.push(lease.subject());
            }
        }
        // A cancelled job is done: its enumeration would be lost.
        (Some(_), Subject::Expansion(_)) => {}
    }
    Ok(())
}

/// What a lease is worth at `now`. One that expired and was not taken yet is worth nothing: it may be, any moment.
pub(super) async fn standing(
    executor: impl SqliteExecutor<'_>,
    lease: &Lease,
    now: Timestamp,
) -> Result<Standing, JobsError> {
    let (sql, id) = match lease.subject() {
        Subject::Document(id) => (
            "SELECT status FROM documents WHERE id = $1 AND queue = 1 AND lease_token = $2 AND lease_until >= $3",
            id.0,
        ),
        Subject::Expansion(id) => {
            ("SELECT status FROM jobs WHERE id = $1 AND queue = 1 AND lease_token = $2 AND lease_until >= $3", id.0)
        }
    };
    let row = sqlx::query(sql).bind(id).bind(lease.token()).bind(now.0).fetch_optional(executor).await?;
    let Some(row) = row else { return Ok(Standing::Lost) };
    let cancelled =
        matches!(lease.subject(), Subject::Document(_)) && row.document_status()? == DocumentStatus::Cancelling;
    Ok(if cancelled { Standing::Cancelled } else { Standing::Held })
}

/// Notes that an output is sent, if the lease holds and may do so.
pub(super) async fn begin_write(
    connection: &mut SqliteConnection,
    lease: &Lease,
    now: Timestamp,
) -> Result<Standing, JobsError> {
    let standing = standing(&mut *connection, lease, now).await?;
    if let (Standing::Held, Subject::Document(id)) = (standing, lease.subject()) {
        let sql = "UPDATE documents SET write_token = lease_token WHERE id = $1 AND queue = 1 AND lease_token = $2";
        sqlx::query(sql).bind(id.0).bind(lease.token()).execute(connection).await?;
    }
    Ok(standing)
}

/// Stores what was read of a document.
pub(super) async fn note_input(
    connection: &mut SqliteConnection,
    lease: &Lease,
    sha256: &str,
) -> Result<bool, JobsError> {
    let Subject::Document(id) = lease.subject() else { return Ok(false) };
    let sql = "UPDATE documents SET input_sha256 = $3 WHERE id = $1 AND queue = 1 AND lease_token = $2";
    let done = sqlx::query(sql).bind(id.0).bind(lease.token()).bind(sha256).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Stores how far a document is.
pub(super) async fn progress(connection: &mut SqliteConnection, lease: &Lease, progress: f32) -> Result<(), JobsError> {
    let Subject::Document(document) = lease.subject() else { return Ok(()) };
    let sql = "UPDATE documents SET progress = max(progress, $3) WHERE id = $1 AND queue = 1 AND lease_token = $2";
    // 1 is for the end alone.
    let progress = f64::from(progress.clamp(0.0, 0.99));
    sqlx::query(sql).bind(document.0).bind(lease.token()).bind(progress).execute(connection).await?;
    Ok(())
}
