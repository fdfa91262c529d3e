//! Opening the database with the keys at hand: a missing one shows at the start, and what an older key sealed, or none, is
//! sealed again. Processes with different keys cannot work on one database: the second one is told so.

use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::{JobsError, Sealer};

/// Requests that are sealed in one statement's wake: a bound on what is held in memory.
const BATCH: i64 = 500;

/// Checks the keys and seals what the current one has not, in the transaction of the caller.
pub(super) async fn adopt(connection: &mut PgConnection, sealer: &Sealer) -> Result<(), JobsError> {
    // Whoever comes second waits here for the first.
    let sql = "INSERT INTO sealing (one, key) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET key = sealing.key \
        RETURNING key";
    let known: String = sqlx::query_scalar(sql).bind(sealer.current()).fetch_one(&mut *connection).await?;
    if !sealer.knows(&known) {
        return Err(JobsError::Sealed(known));
    }
    sqlx::query("UPDATE sealing SET key = $1").bind(sealer.current()).execute(&mut *connection).await?;
    let mut after = 0_i64;
    loop {
        let sql = "SELECT requests.job, jobs.id, requests.body FROM requests JOIN jobs ON jobs.row = requests.job \
            WHERE requests.job > $2 AND left(requests.body, length($1)) <> $1 ORDER BY requests.job LIMIT $3";
        let found = sqlx::query(sql).bind(sealer.prefix()).bind(after).bind(BATCH).fetch_all(&mut *connection).await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = last.try_get("job")?;
        for row in &found {
            let id: Uuid = row.try_get("id")?;
            let sealed = sealer.seal(id, &sealer.open(id, row.try_get("body")?)?)?;
            let update = sqlx::query("UPDATE requests SET body = $2 WHERE job = $1");
            update.bind(row.try_get::<i64, _>("job")?).bind(sealed).execute(&mut *connection).await?;
        }
    }
}
