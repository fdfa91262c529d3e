//! What becomes of a document: each change compares and sets its row, and moves the job's counters with it.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use terjuman_model::{DocumentEvent, DocumentId, DocumentStatus, Failure, Timestamp};
use terjuman_pipeline::Report;

use super::rows::{self, count, signed, text};
use super::{Context, jobs, leases};
use crate::store::crashes::{Crashed, crashed, lost_too_often, never_listed, tell};
use crate::store::position::{Position, Queue};
use crate::store::settling::Sent;
use crate::store::{LOOKS, codes};
use crate::{JobsError, Lease, Outcome, Released, Return, Subject};

/// Expired leases that are ended in one transaction.
const BATCH: i64 = 500;

/// A document that a worker holds, or held; its row is locked.
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

/// The columns of a [`Held`], of the table aliased `d`.
const HELD: &str = "d.row, d.id, d.job, d.status, d.queue, d.lease_token, d.lost, d.crashes, d.looks, \
    d.write_token, d.settles, d.input_sha256";

impl Held {
    fn read(row: &PgRow) -> Result<Self, JobsError> {
        Ok(Self {
            row: row.try_get("row")?,
            id: DocumentId(row.try_get("id")?),
            job: row.try_get("job")?,
            position: Position {
                shown: rows::document_status(row)?,
                queue: codes::queue(row.try_get::<i16, _>("queue")?.into())?,
            },
            token: row.try_get("lease_token")?,
            lost: count(row, "lost")?,
            crashes: count(row, "crashes")?,
            looks: count(row, "looks")?,
            sent: rows::sent(row)?,
            input_sha256: row.try_get("input_sha256")?,
        })
    }

    /// In the order in which their jobs are locked.
    fn read_all(rows: &[PgRow]) -> Result<Vec<Self>, JobsError> {
        let mut all = rows.iter().map(Self::read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by_key(|held| (held.job, held.row));
        Ok(all)
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

impl Change {
    fn of_return(how: Return, now: Timestamp) -> Self {
        match how {
            Return::Unbegun => Self { attempts: -1, ..Self::default() },
            Return::After(delay) => Self { run_at: Some(now.plus(delay).0), ..Self::default() },
        }
    }
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
    let now = context.time.now(connection).await?;
    apply(connection, context, now, &held, to, &change).await?;
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
    for held in Held::read_all(&found)? {
        if let Some(to) = held.position.after(DocumentEvent::LeaseEnded) {
            apply(connection, context, now, &held, to, &Change::of_return(how, now)).await?;
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
    for held in Held::read_all(&found)? {
        if held.position.shown == DocumentStatus::Cancelling {
            give_up(connection, context, now, &held).await?;
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
        apply(connection, context, now, &held, to, &change).await?;
    }
    Ok(released)
}

/// A cancelled document ends, although nobody could say whether an output of it is there.
async fn give_up(
    connection: &mut PgConnection,
    context: &Context,
    now: Timestamp,
    held: &Held,
) -> Result<(), JobsError> {
    let Some(to) = held.position.after(DocumentEvent::GaveUp) else { return Ok(()) };
    tracing::warn!(
        looks = held.looks,
        "a document ends as cancelled, and whether its output is there is not known: no worker came to look"
    );
    apply(connection, context, now, held, to, &Change::default()).await
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
        let job: i64 = row.try_get("row")?;
        if count(&row, "lost")? + 1 >= limit {
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
    let mut all = found.iter().map(|row| Ok((Held::read(row)?, row.try_get("told")?)));
    let mut all = all.by_ref().collect::<Result<Vec<(Held, i64)>, JobsError>>()?;
    all.sort_by_key(|(held, _)| (held.job, held.row));
    for (held, told) in all {
        let (to, change) = match crashed(held.position, held.token, held.crashes, told, limit) {
            Crashed::Ends(to, failure) => {
                tell(held.id, &failure, held.input_sha256.as_deref());
                let report = Some(codes::report_body(&Report::of_failure(failure.clone()))?);
                (to, Change { failure: Some(failure), report, ..Change::default() })
            }
            Crashed::Waits(to) => (to, Change { lost: 1, attempts: -1, ..Change::default() }),
            Crashed::Counts => {
                let sql = "UPDATE documents SET crashes = crashes + 1, crash_token = $2 WHERE row = $1";
                sqlx::query(sql).bind(held.row).bind(told).execute(&mut *connection).await?;
                continue;
            }
        };
        if to.queue == Queue::Done {
            released.crashed += 1
        } else {
            released.released += 1
        }
        apply(connection, context, now, &held, to, &Change { crashed: Some(told), ..change }).await?;
    }
    Ok(released)
}

/// Moves a document that is held and locked, and its job's counters.
async fn apply(
    connection: &mut PgConnection,
    context: &Context,
    now: Timestamp,
    held: &Held,
    to: Position,
    change: &Change,
) -> Result<(), JobsError> {
    // A cancel turns a failure into the end that was asked for.
    let failure = change.failure.as_ref().filter(|_| to.shown == DocumentStatus::Failed);
    let progress: Option<f32> = match to.shown {
        DocumentStatus::Succeeded => Some(1.0),
        status if status.is_final() => Some(0.0),
        _ => None,
    };
    let sql = "UPDATE documents SET status = $2, queue = $3, lease_until = CASE WHEN $3 = 1 THEN coalesce($9, 0) END, \
        lease_token = lease_token + CASE WHEN $3 = 1 THEN 1 ELSE 0 END, \
        looks = looks - CASE WHEN $3 = 1 AND $10 < 0 AND $11 = 0 AND looks > 0 THEN 1 ELSE 0 END, \
        characters = $4, output_sha256 = $5, \
        error_code = $6, error_message = $7, progress = coalesce($8, progress), run_at = coalesce($9, run_at), \
        attempt = greatest(attempt + $10, 0), lost = lost + $11, \
        last_action = CASE WHEN status = $2 THEN last_action ELSE greatest(last_action + 1, $12) END, \
        crashes = crashes + CASE WHEN $16::bigint IS NULL THEN 0 ELSE 1 END, crash_token = coalesce($16, crash_token), \
        settles = $17 WHERE row = $1 AND queue = $15 AND status = $13 AND lease_token = $14";
    let done = sqlx::query(sql)
        .bind(held.row)
        .bind(codes::document_code(to.shown))
        .bind(codes::queue_code(to.queue))
        .bind(signed(change.characters))
        .bind(&change.sha256)
        .bind(failure.map(|failure| failure.code.as_str()))
        .bind(failure.map(|failure| text(&failure.message)))
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
        return Err(JobsError::Invalid("locked row"));
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
    Ok(())
}
