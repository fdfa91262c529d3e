//! What becomes of a document: each change compares and sets its row, and moves the job's counters with it.

use sqlx::{Row, SqliteConnection};
use terjuman_model::{DocumentEvent, DocumentId, DocumentStatus, Failure};
use terjuman_pipeline::Report;

use super::rows::{self, signed, unsigned};
use super::{Context, expansion, jobs};
use crate::store::crashes::{Crashed, crashed, lost_too_often, never_listed, tell};
use crate::store::position::{Position, Queue};
use crate::store::settling::Sent;
use crate::store::{LOOKS, codes};
use crate::{JobsError, Lease, Outcome, Released, Return, Subject};

/// Expired leases that are ended in one transaction.
const BATCH: i64 = 500;

/// A document that a worker holds, or held.
struct Held {
    row: i64,
    id: DocumentId,
    job: i64,
    position: Position,
    token: i64,
    lost: u32,
    crashes: u32,
    looks: u32,
    sent: Sent,
    input_sha256: Option<String>,
}

/// The columns of a [`Held`].
const HELD: &str = "row, id, job, status, queue, lease_token, lost, crashes, looks, write_token, settles, input_sha256";

impl Held {
    fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Self, JobsError> {
        let shown = codes::document_status(row.try_get("status")?)?;
        Ok(Self {
            row: row.try_get("row")?,
            id: DocumentId(row.try_get("id")?),
            job: row.try_get("job")?,
            position: Position { shown, queue: codes::queue(row.try_get("queue")?)? },
            token: row.try_get("lease_token")?,
            lost: unsigned(row, "lost")?,
            crashes: unsigned(row, "crashes")?,
            looks: unsigned(row, "looks")?,
            sent: rows::sent(row)?,
            input_sha256: row.try_get("input_sha256")?,
        })
    }
}

/// What changes beside the position.
#[derive(Default)]
struct Change {
    characters: u64,
    sha256: Option<String>,
    failure: Option<Failure>,
    /// What happened, as JSON; stored if this is the document's end.
    report: Option<String>,
    /// Moves the next attempt.
    run_at: Option<i64>,
    /// Added to the attempts begun.
    attempts: i64,
    /// Added to the workers lost.
    lost: i64,
    /// The lease under which the document brought its process down.
    crashed: Option<i64>,
}

/// Ends a document.
pub(super) async fn finish(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    outcome: &Outcome,
    report: &Report,
) -> Result<bool, JobsError> {
    let Some(held) = held(connection, lease).await? else { return Ok(false) };
    let (event, mut change) = match outcome.clone() {
        Outcome::Succeeded { characters, sha256 } => {
            (DocumentEvent::Translated, Change { characters, sha256: Some(sha256), ..Change::default() })
        }
        // What it wrote before it failed is for another worker to look at.
        Outcome::Failed(_) if held.position.shown == DocumentStatus::Cancelling => return Ok(false),
        Outcome::Failed(failure) => (DocumentEvent::GaveUp, Change { failure: Some(failure), ..Change::default() }),
        Outcome::Cancelled => (DocumentEvent::Stopped, Change::default()),
    };
    change.report = Some(codes::report_body(report)?);
    let Some(to) = held.position.after(event) else { return Ok(false) };
    apply(connection, context, &held, to, &change).await
}

/// Hands one lease back.
pub(super) async fn hand_back(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    how: Return,
) -> Result<(), JobsError> {
    let change = match how {
        Return::Unbegun => Change { attempts: -1, ..Change::default() },
        Return::After(delay) => Change { run_at: Some(context.stamps.now().plus(delay).0), ..Change::default() },
    };
    match lease.subject() {
        Subject::Expansion(_) => {
            let Some(job) = expansion::held(connection, lease).await? else { return Ok(()) };
            let sql = "UPDATE jobs SET queue = 0, lease_until = NULL, attempt = max(attempt + $2, 0), \
                run_at = coalesce($3, run_at) WHERE row = $1 AND queue = 1";
            sqlx::query(sql).bind(job).bind(change.attempts).bind(change.run_at).execute(connection).await?;
        }
        Subject::Document(_) => {
            let Some(held) = held(connection, lease).await? else { return Ok(()) };
            if let Some(to) = held.position.after(DocumentEvent::LeaseEnded) {
                apply(connection, context, &held, to, &change).await?;
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
        "SELECT {HELD} FROM documents WHERE queue = 1 AND lease_until < $1 AND (status <> 2 OR looks >= $3) LIMIT $2"
    );
    let expired = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).bind(BATCH).bind(LOOKS);
    for row in expired.fetch_all(&mut *connection).await? {
        let held = Held::read(&row)?;
        if held.position.shown == DocumentStatus::Cancelling {
            give_up(connection, context, &held).await?;
            released.crashed += 1;
            continue;
        }
        let Some(mut to) = held.position.after(DocumentEvent::LeaseEnded) else { continue };
        let mut change = Change { lost: 1, attempts: -1, ..Change::default() };
        if held.lost + 1 >= limit
            && let Some(failed) = to.after(DocumentEvent::GaveUp)
        {
            to = failed;
            let failure = lost_too_often(held.lost + 1);
            tell(held.id, &failure, held.input_sha256.as_deref());
            change.report = Some(codes::report_body(&Report::of_failure(failure.clone()))?);
            change.failure = Some(failure);
            released.crashed += 1;
        } else {
            released.released += 1;
        }
        apply(connection, context, &held, to, &change).await?;
    }
    let sql = "SELECT row, lost FROM jobs WHERE queue = 1 AND lease_until < $1 LIMIT $2";
    for row in sqlx::query(sql).bind(now.0).bind(BATCH).fetch_all(&mut *connection).await? {
        let job: i64 = row.try_get("row")?;
        if unsigned::<u32>(&row, "lost")? + 1 >= limit {
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
    let sql =
        format!("SELECT {HELD} FROM documents WHERE id = $1 AND status < 3 AND crash_token < $2 AND lease_token >= $2");
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(document.0).bind(lease.token());
    let Some(row) = found.fetch_optional(&mut *connection).await? else { return Ok(()) };
    let held = Held::read(&row)?;
    let (to, change) = match crashed(held.position, held.token, held.crashes, lease.token(), limit) {
        Crashed::Ends(to, failure) => {
            tell(held.id, &failure, held.input_sha256.as_deref());
            let report = Some(codes::report_body(&Report::of_failure(failure.clone()))?);
            (to, Change { failure: Some(failure), report, ..Change::default() })
        }
        Crashed::Waits(to) => (to, Change { lost: 1, attempts: -1, ..Change::default() }),
        Crashed::Counts => {
            let sql = "UPDATE documents SET crashes = crashes + 1, crash_token = $2 WHERE row = $1";
            sqlx::query(sql).bind(held.row).bind(lease.token()).execute(connection).await?;
            return Ok(());
        }
    };
    if to.queue == Queue::Done {
        released.crashed += 1
    } else {
        released.released += 1
    }
    apply(connection, context, &held, to, &Change { crashed: Some(lease.token()), ..change }).await?;
    Ok(())
}

/// A cancelled document ends, although nobody could say whether an output of it is there.
async fn give_up(connection: &mut SqliteConnection, context: &Context, held: &Held) -> Result<(), JobsError> {
    let Some(to) = held.position.after(DocumentEvent::GaveUp) else { return Ok(()) };
    tracing::warn!(
        looks = held.looks,
        "a document ends as cancelled, and whether its output is there is not known: no worker came to look"
    );
    apply(connection, context, held, to, &Change::default()).await?;
    Ok(())
}

async fn held(connection: &mut SqliteConnection, lease: &Lease) -> Result<Option<Held>, JobsError> {
    let Subject::Document(document) = lease.subject() else { return Ok(None) };
    let sql = format!("SELECT {HELD} FROM documents WHERE id = $1 AND queue = 1 AND lease_token = $2");
    let found =
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(document.0).bind(lease.token()).fetch_optional(connection).await?;
    found.as_ref().map(Held::read).transpose()
}

/// Moves a document that is held, and its job's counters. `false` if somebody else moved it first.
async fn apply(
    connection: &mut SqliteConnection,
    context: &Context,
    held: &Held,
    to: Position,
    change: &Change,
) -> Result<bool, JobsError> {
    let now = context.stamps.now();
    // A cancel turns a failure into the end that was asked for.
    let failure = change.failure.as_ref().filter(|_| to.shown == DocumentStatus::Failed);
    let progress = match to.shown {
        DocumentStatus::Succeeded => Some(1.0),
        status if status.is_final() => Some(0.0),
        _ => None,
    };
    let sql = "UPDATE documents SET status = $2, queue = $3, lease_until = CASE WHEN $3 = 1 THEN coalesce($9, 0) END, \
        lease_token = lease_token + CASE WHEN $3 = 1 THEN 1 ELSE 0 END, \
        looks = looks - CASE WHEN $3 = 1 AND $10 < 0 AND $11 = 0 AND looks > 0 THEN 1 ELSE 0 END, \
        characters = $4, output_sha256 = $5, \
        error_code = $6, error_message = $7, progress = coalesce($8, progress), run_at = coalesce($9, run_at), \
        attempt = max(attempt + $10, 0), lost = lost + $11, \
        last_action = CASE WHEN status = $2 THEN last_action ELSE max(last_action + 1, $12) END, \
        crashes = crashes + ($16 IS NOT NULL), crash_token = coalesce($16, crash_token), \
        settles = $17 WHERE row = $1 AND queue = $15 AND status = $13 AND lease_token = $14";
    let done = sqlx::query(sql)
        .bind(held.row)
        .bind(codes::document_code(to.shown))
        .bind(codes::queue_code(to.queue))
        .bind(signed(change.characters))
        .bind(&change.sha256)
        .bind(failure.map(|failure| failure.code.as_str()))
        .bind(failure.map(|failure| failure.message.as_str()))
        .bind(progress)
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
    if let Some(report) = change.report.as_ref().filter(|_| to.shown.is_final()) {
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
