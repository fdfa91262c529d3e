//! What becomes of a document: each change compares and sets its row, and moves the job's counters with it.

use sqlx::SqliteConnection;
use terjuman_pipeline::Report;

use super::{Context, expansion, jobs};
use crate::store::crashes::never_listed;
use crate::store::sql::held::{Change, HELD, Held, Move};
use crate::store::sql::words::{self, move_document};
use crate::store::sql::{Columns as _, signed};
use crate::store::{LOOKS, codes};
use crate::{JobsError, Lease, Outcome, Released, Return, Subject};

/// Expired leases that are ended in one transaction.
const BATCH: i64 = 500;

/// Ends a document.
pub(super) async fn finish(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    outcome: &Outcome,
    report: &Report,
) -> Result<bool, JobsError> {
    let Some(held) = held(connection, lease).await? else { return Ok(false) };
    let Some(moved) = held.finished(outcome, report)? else { return Ok(false) };
    apply(connection, context, &held, &moved).await
}

/// Hands one lease back.
pub(super) async fn hand_back(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    how: Return,
) -> Result<(), JobsError> {
    let now = context.stamps.now();
    match lease.subject() {
        Subject::Expansion(_) => {
            let Some(job) = expansion::held(connection, lease).await? else { return Ok(()) };
            let change = Change::of_return(how, now);
            let sql = "UPDATE jobs SET queue = 0, lease_until = NULL, attempt = max(attempt + $2, 0), \
                run_at = coalesce($3, run_at) WHERE row = $1 AND queue = 1";
            sqlx::query(sql).bind(job).bind(change.attempts).bind(change.run_at).execute(connection).await?;
        }
        Subject::Document(_) => {
            let Some(held) = held(connection, lease).await? else { return Ok(()) };
            if let Some(moved) = held.handed_back(how, now) {
                apply(connection, context, &held, &moved).await?;
            }
        }
    }
    Ok(())
}

/// Ends leases that expired.
pub(super) async fn release_expired(
    connection: &mut SqliteConnection,
    context: &Context,
    limit: u32,
) -> Result<Released, JobsError> {
    let now = context.stamps.now();
    let mut released = Released::default();
    // Those that are cancelled are taken over, until that was tried often enough.
    let sql = format!(
        "SELECT {HELD} FROM documents AS d WHERE queue = 1 AND lease_until < $1 AND (status <> 2 OR looks >= $3) LIMIT $2"
    );
    let expired = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).bind(BATCH).bind(LOOKS);
    for row in expired.fetch_all(&mut *connection).await? {
        let held = Held::read(&row)?;
        if let Some(moved) = held.expired(limit, &mut released)? {
            apply(connection, context, &held, &moved).await?;
        }
    }
    let sql = "SELECT row, lost FROM jobs WHERE queue = 1 AND lease_until < $1 LIMIT $2";
    for row in sqlx::query(sql).bind(now.0).bind(BATCH).fetch_all(&mut *connection).await? {
        let job = row.number("row")?;
        if row.count("lost")? + 1 >= limit {
            let (_, mut ledger) = jobs::ledger(connection, job).await?;
            ledger.refused(never_listed(limit));
            jobs::save(connection, job, &ledger, now).await?;
            released.crashed += 1;
        } else {
            let sql = "UPDATE jobs SET queue = 0, lease_until = NULL, lost = lost + 1, attempt = max(attempt - 1, 0) \
                WHERE row = $1 AND queue = 1";
            sqlx::query(sql).bind(job).execute(&mut *connection).await?;
            released.released += 1;
        }
    }
    Ok(released)
}

/// Counts the crashes of one lease, and ends it if it is still held.
pub(super) async fn record_crash(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    limit: u32,
    released: &mut Released,
) -> Result<(), JobsError> {
    let Subject::Document(document) = lease.subject() else { return Ok(()) };
    let sql = format!(
        "SELECT {HELD} FROM documents AS d WHERE id = $1 AND status < 3 AND crash_token < $2 AND lease_token >= $2"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(document.0).bind(lease.token());
    let Some(row) = found.fetch_optional(&mut *connection).await? else { return Ok(()) };
    let held = Held::read(&row)?;
    match held.crashed(lease.token(), limit, released)? {
        Some(moved) => {
            apply(connection, context, &held, &moved).await?;
        }
        None => {
            sqlx::query(words::COUNT_CRASH).bind(held.row).bind(lease.token()).execute(connection).await?;
        }
    }
    Ok(())
}

async fn held(connection: &mut SqliteConnection, lease: &Lease) -> Result<Option<Held>, JobsError> {
    let Subject::Document(document) = lease.subject() else { return Ok(None) };
    let sql = format!("SELECT {HELD} FROM documents AS d WHERE id = $1 AND queue = 1 AND lease_token = $2");
    let found =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(document.0).bind(lease.token()).fetch_optional(connection).await?;
    found.as_ref().map(Held::read).transpose()
}

/// Moves a document that is held, and its job's counters. `false` if somebody else moved it first.
async fn apply(
    connection: &mut SqliteConnection,
    context: &Context,
    held: &Held,
    moved: &Move,
) -> Result<bool, JobsError> {
    let now = context.stamps.now();
    let (to, change, failure) = (moved.to, &moved.change, moved.failure());
    let done = sqlx::query(move_document!("max"))
        .bind(held.row)
        .bind(codes::document_code(to.shown))
        .bind(codes::queue_code(to.queue))
        .bind(signed(change.characters))
        .bind(&change.sha256)
        .bind(failure.map(|failure| failure.code.as_str()))
        .bind(failure.map(|failure| failure.message.as_str()))
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
        return Ok(false);
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
    Ok(true)
}
