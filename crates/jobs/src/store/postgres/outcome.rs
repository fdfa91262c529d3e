//! What becomes of a document: each change compares and sets its row, and moves the job's counters with it.

use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use terjuman_model::Timestamp;
use terjuman_pipeline::Report;

use super::text::text;
use super::{Context, jobs, leases};
use crate::store::crashes::never_listed;
use crate::store::sql::held::{Change, HELD, Held, Move};
use crate::store::sql::words::{self, move_document};
use crate::store::sql::{Columns as _, signed};
use crate::store::{LOOKS, codes};
use crate::{JobsError, Lease, Outcome, Released, Return, Subject};

/// Expired leases that are ended in one transaction.
const BATCH: i64 = 500;

/// Those of these rows, in the order in which their jobs are locked.
fn read_all(rows: &[PgRow]) -> Result<Vec<Held>, JobsError> {
    let mut all = rows.iter().map(Held::read).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|held| (held.job, held.row));
    Ok(all)
}

/// Ends a document.
pub(super) async fn finish(
    connection: &mut PgConnection,
    context: &Context,
    lease: &Lease,
    outcome: &Outcome,
    report: &Report,
) -> Result<bool, JobsError> {
    let Subject::Document(document) = lease.subject() else { return Ok(false) };
    let sql =
        format!("SELECT {HELD} FROM documents AS d WHERE id = $1 AND queue = 1 AND lease_token = $2 FOR NO KEY UPDATE");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(document.0)
        .bind(lease.token())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(held) = found.as_ref().map(Held::read).transpose()? else { return Ok(false) };
    let Some(moved) = held.finished(outcome, report)? else { return Ok(false) };
    let now = context.time.now(connection).await?;
    apply(connection, context, now, &held, &moved).await?;
    Ok(true)
}

/// Hands leases on documents back.
pub(super) async fn hand_documents_back(
    connection: &mut PgConnection,
    context: &Context,
    leases: &[&Lease],
    how: Return,
) -> Result<(), JobsError> {
    let (ids, tokens) = leases::documents(leases.iter().copied());
    let sql = format!(
        "SELECT {HELD} FROM documents AS d \
        JOIN unnest($1::uuid[], $2::bigint[]) AS l (id, token) ON d.id = l.id AND d.lease_token = l.token \
        WHERE d.queue = 1 ORDER BY d.row FOR NO KEY UPDATE OF d"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ids).bind(tokens).fetch_all(&mut *connection).await?;
    let now = context.time.now(connection).await?;
    for held in read_all(&found)? {
        if let Some(moved) = held.handed_back(how, now) {
            apply(connection, context, now, &held, &moved).await?;
        }
    }
    Ok(())
}

/// Hands leases on enumerations back.
pub(super) async fn hand_expansions_back(
    connection: &mut PgConnection,
    context: &Context,
    leases: &[&Lease],
    how: Return,
) -> Result<(), JobsError> {
    let (ids, tokens) = leases::expansions(leases.iter().copied());
    let now = context.time.now(connection).await?;
    let change = Change::of_return(how, now);
    let sql = "WITH held AS (SELECT j.row FROM jobs AS j \
            JOIN unnest($1::uuid[], $2::bigint[]) AS l (id, token) ON j.id = l.id AND j.lease_token = l.token \
            WHERE j.queue = 1 ORDER BY j.row FOR NO KEY UPDATE OF j) \
        UPDATE jobs AS j SET queue = 0, lease_until = NULL, attempt = greatest(j.attempt + $3, 0), \
            run_at = coalesce($4, j.run_at) FROM held WHERE j.row = held.row";
    let update = sqlx::query(sql).bind(ids).bind(tokens).bind(change.attempts).bind(change.run_at);
    update.execute(connection).await?;
    Ok(())
}

/// Ends leases on documents that expired. What another process is ending, or finishing after all, is left to it.
pub(super) async fn release_documents(
    connection: &mut PgConnection,
    context: &Context,
    limit: u32,
) -> Result<Released, JobsError> {
    let now = context.time.now(connection).await?;
    let mut released = Released::default();
    let sql = format!(
        "SELECT {HELD} FROM documents AS d WHERE queue = 1 AND lease_until < $1 AND (status <> 2 OR looks >= $3) \
        ORDER BY row LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED"
    );
    // Those that are cancelled are taken over, until that was tried often enough.
    let expired = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).bind(BATCH).bind(i64::from(LOOKS));
    let found = expired.fetch_all(&mut *connection).await?;
    for held in read_all(&found)? {
        if let Some(moved) = held.expired(limit, &mut released)? {
            apply(connection, context, now, &held, &moved).await?;
        }
    }
    Ok(released)
}

/// Ends leases on enumerations that expired.
pub(super) async fn release_expansions(
    connection: &mut PgConnection,
    context: &Context,
    limit: u32,
) -> Result<Released, JobsError> {
    let now = context.time.now(connection).await?;
    let mut released = Released::default();
    let sql = "SELECT row, lost FROM jobs WHERE queue = 1 AND lease_until < $1 \
        ORDER BY row LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED";
    for row in sqlx::query(sql).bind(now.0).bind(BATCH).fetch_all(&mut *connection).await? {
        let job = row.number("row")?;
        if row.count("lost")? + 1 >= limit {
            let (_, mut ledger) = jobs::ledger(connection, job).await?;
            ledger.refused(never_listed(limit));
            jobs::save(connection, job, &ledger, now).await?;
            released.crashed += 1;
        } else {
            let sql = "UPDATE jobs SET queue = 0, lease_until = NULL, lost = lost + 1, \
                attempt = greatest(attempt - 1, 0) WHERE row = $1";
            sqlx::query(sql).bind(job).execute(&mut *connection).await?;
            released.released += 1;
        }
    }
    Ok(released)
}

/// Counts the crashes of these leases, and ends those that are still held.
pub(super) async fn record_crashes(
    connection: &mut PgConnection,
    context: &Context,
    crashes: &[&Lease],
    limit: u32,
) -> Result<Released, JobsError> {
    let mut released = Released::default();
    let (ids, tokens) = leases::documents(crashes.iter().copied());
    let sql = format!(
        "SELECT {HELD}, l.token AS told FROM documents AS d \
        JOIN unnest($1::uuid[], $2::bigint[]) AS l (id, token) ON d.id = l.id AND d.lease_token >= l.token \
        WHERE d.status < 3 AND d.crash_token < l.token ORDER BY d.row FOR NO KEY UPDATE OF d"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ids).bind(tokens).fetch_all(&mut *connection).await?;
    let now = context.time.now(connection).await?;
    let mut all = found.iter().map(|row| Ok((Held::read(row)?, row.number("told")?)));
    let mut all = all.by_ref().collect::<Result<Vec<(Held, i64)>, JobsError>>()?;
    all.sort_by_key(|(held, _)| (held.job, held.row));
    for (held, told) in all {
        match held.crashed(told, limit, &mut released)? {
            Some(moved) => apply(connection, context, now, &held, &moved).await?,
            None => {
                sqlx::query(words::COUNT_CRASH).bind(held.row).bind(told).execute(&mut *connection).await?;
            }
        }
    }
    Ok(released)
}

/// Moves a document that is held and locked, and its job's counters.
async fn apply(
    connection: &mut PgConnection,
    context: &Context,
    now: Timestamp,
    held: &Held,
    moved: &Move,
) -> Result<(), JobsError> {
    let (to, change, failure) = (moved.to, &moved.change, moved.failure());
    let done = sqlx::query(move_document!("greatest"))
        .bind(held.row)
        .bind(codes::document_code(to.shown))
        .bind(codes::queue_code(to.queue))
        .bind(signed(change.characters))
        .bind(&change.sha256)
        .bind(failure.map(|failure| failure.code.as_str()))
        .bind(failure.map(|failure| text(&failure.message)))
        .bind(moved.progress())
        .bind(change.run_at)
        .bind(change.attempts)
        .bind(change.lost)
        .bind(now.0)
        .bind(codes::document_code(held.position.shown))
        .bind(held.token)
        .bind(codes::queue_code(held.position.queue))
        .bind(change.crashed)
        .bind(held.sent.ended(held.token, now, context.queue.settles).settles.0)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() != 1 {
        return Err(JobsError::Invalid("locked row"));
    }
    if let Some(report) = moved.report() {
        let sql = "INSERT INTO reports (document, body) VALUES ($1, $2)";
        sqlx::query(sql).bind(held.row).bind(report).execute(&mut *connection).await?;
    }
    if held.position.shown != to.shown {
        let (_, mut ledger) = jobs::ledger(connection, held.job).await?;
        ledger.moved(held.position.shown, to.shown, 1, change.characters);
        jobs::save(connection, held.job, &ledger, now).await?;
    }
    Ok(())
}
