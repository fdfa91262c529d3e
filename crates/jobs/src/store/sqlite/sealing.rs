//! Opening the database with the keys at hand: a missing one shows at the start, and what an older key sealed, or none, is
//! sealed again.

use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use crate::{JobsError, Sealer};

/// Checks the keys and seals what the current one has not. Nothing changes if it fails.
pub(super) async fn adopt(connection: &mut SqliteConnection, sealer: &Sealer) -> Result<(), JobsError> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    match seal_all(connection, sealer).await {
        Ok(0) => execute(connection, "COMMIT").await,
        Ok(_) => {
            execute(connection, "COMMIT").await?;
            // The log still holds the pages as they were.
            execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)").await
        }
        Err(error) => {
            execute(connection, "ROLLBACK").await?;
            Err(error)
        }
    }
}

async fn seal_all(connection: &mut SqliteConnection, sealer: &Sealer) -> Result<usize, JobsError> {
    let known: Option<String> = sqlx::query_scalar("SELECT key FROM sealing").fetch_optional(&mut *connection).await?;
    // As a rule nothing has to be written, for which a full disk has no room.
    if known.as_deref() != Some(sealer.current()) {
        if let Some(name) = known.filter(|name| !sealer.knows(name)) {
            return Err(JobsError::Sealed(name));
        }
        let sql = "INSERT INTO sealing (one, key) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET key = excluded.key";
        sqlx::query(sql).bind(sealer.current()).execute(&mut *connection).await?;
    }
    let sql = "SELECT requests.job, jobs.id, requests.body FROM requests JOIN jobs ON jobs.row = requests.job \
        WHERE substr(requests.body, 1, length($1)) <> $1";
    let found = sqlx::query(sql).bind(sealer.prefix()).fetch_all(&mut *connection).await?;
    for row in &found {
        let id: Uuid = row.try_get("id")?;
        let sealed = sealer.seal(id, &sealer.open(id, row.try_get("body")?)?)?;
        let update = sqlx::query("UPDATE requests SET body = $2 WHERE job = $1");
        update.bind(row.try_get::<i64, _>("job")?).bind(sealed).execute(&mut *connection).await?;
    }
    Ok(found.len())
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), JobsError> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}
