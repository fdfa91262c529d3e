//! Keeping leases alive, and asking what they are worth.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::PgPool;
use terjuman_model::DocumentStatus;
use uuid::Uuid;

use super::time::{Time, now};
use crate::store::codes;
use crate::store::sql::{Columns as _, signed};
use crate::{Heartbeat, JobsError, Lease, Standing, Subject};

/// Extends the leases, and tells what it found.
pub(super) async fn extend(
    pool: &PgPool,
    time: &Time,
    lease: Duration,
    leases: &[&Lease],
) -> Result<Heartbeat, JobsError> {
    let micros = signed(lease.as_micros());
    let mut held: HashMap<Uuid, Option<DocumentStatus>> = HashMap::new();
    let (ids, tokens) = documents(leases.iter().copied());
    if !ids.is_empty() {
        // Locked in the order in which everybody locks: a cancel may want the same rows.
        let sql = concat!(
            "WITH held AS (SELECT d.row FROM documents AS d JOIN unnest($1::uuid[], $2::bigint[]) AS l (id, token) \
                ON d.id = l.id AND d.lease_token = l.token WHERE d.queue = 1 ORDER BY d.row FOR NO KEY UPDATE OF d) \
            UPDATE documents AS d SET lease_until = coalesce($3, ",
            now!(),
            ") + $4 FROM held WHERE d.row = held.row RETURNING d.id, d.status"
        );
        let update = sqlx::query(sql).bind(ids).bind(tokens).bind(time.given()).bind(micros);
        for row in update.fetch_all(pool).await? {
            held.insert(row.id("id")?, Some(row.document_status()?));
        }
    }
    let (ids, tokens) = expansions(leases.iter().copied());
    if !ids.is_empty() {
        let sql = concat!(
            "WITH held AS (SELECT j.row FROM jobs AS j JOIN unnest($1::uuid[], $2::bigint[]) AS l (id, token) \
                ON j.id = l.id AND j.lease_token = l.token WHERE j.queue = 1 ORDER BY j.row FOR NO KEY UPDATE OF j) \
            UPDATE jobs AS j SET lease_until = coalesce($3, ",
            now!(),
            ") + $4 FROM held WHERE j.row = held.row RETURNING j.id"
        );
        let update = sqlx::query_scalar(sql).bind(ids).bind(tokens).bind(time.given()).bind(micros);
        // A cancelled job is done: its enumeration would be lost.
        held.extend(update.fetch_all(pool).await?.into_iter().map(|id| (id, None)));
    }
    let mut found = Heartbeat::default();
    for lease in leases {
        match held.get(&id(lease.subject())) {
            None => found.lost.push(lease.subject()),
            Some(Some(DocumentStatus::Cancelling)) => found.cancelled.push(lease.subject()),
            Some(_) => {}
        }
    }
    Ok(found)
}

/// What a lease is worth now. One that expired and was not taken yet is worth nothing: it may be, any moment.
pub(super) async fn standing(pool: &PgPool, time: &Time, lease: &Lease) -> Result<Standing, JobsError> {
    let sql = match lease.subject() {
        Subject::Document(_) => concat!(
            "SELECT status FROM documents WHERE id = $1 AND queue = 1 AND lease_token = $2 AND lease_until >= coalesce($3, ",
            now!(),
            ")"
        ),
        Subject::Expansion(_) => concat!(
            "SELECT status FROM jobs WHERE id = $1 AND queue = 1 AND lease_token = $2 AND lease_until >= coalesce($3, ",
            now!(),
            ")"
        ),
    };
    let query = sqlx::query(sql).bind(id(lease.subject())).bind(lease.token()).bind(time.given());
    let Some(row) = query.fetch_optional(pool).await? else { return Ok(Standing::Lost) };
    let cancelled =
        matches!(lease.subject(), Subject::Document(_)) && row.document_status()? == DocumentStatus::Cancelling;
    Ok(if cancelled { Standing::Cancelled } else { Standing::Held })
}

/// Notes that an output is sent, if the lease holds and may do so.
pub(super) async fn begin_write(pool: &PgPool, time: &Time, lease: &Lease) -> Result<Standing, JobsError> {
    let Subject::Document(id) = lease.subject() else { return standing(pool, time, lease).await };
    // One statement: a cancel that is committed meanwhile is waited for, and then seen.
    let sql = concat!(
        "UPDATE documents SET write_token = lease_token WHERE id = $1 AND queue = 1 AND status = $4 AND lease_token = $2 \
            AND lease_until >= coalesce($3, ",
        now!(),
        ")"
    );
    let running = codes::document_code(DocumentStatus::Running);
    let query = sqlx::query(sql).bind(id.0).bind(lease.token()).bind(time.given()).bind(running);
    if query.execute(pool).await?.rows_affected() == 1 {
        return Ok(Standing::Held);
    }
    match standing(pool, time, lease).await? {
        // It changed between the two questions.
        Standing::Held => Err(JobsError::Busy),
        standing => Ok(standing),
    }
}

/// Stores what was read of a document.
pub(super) async fn note_input(pool: &PgPool, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
    let Subject::Document(id) = lease.subject() else { return Ok(false) };
    let sql = "UPDATE documents SET input_sha256 = $3 WHERE id = $1 AND queue = 1 AND lease_token = $2";
    let done = sqlx::query(sql).bind(id.0).bind(lease.token()).bind(sha256).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}

/// Stores how far documents are. One that somebody has locked is passed over: its next progress says more.
pub(super) async fn progress(pool: &PgPool, moved: &[(&Lease, f32)]) -> Result<(), JobsError> {
    let (ids, tokens) = documents(moved.iter().map(|(lease, _)| *lease));
    let of_documents = moved.iter().filter(|(lease, _)| matches!(lease.subject(), Subject::Document(_)));
    // 1 is for the end alone.
    let progress: Vec<f32> = of_documents.map(|(_, progress)| progress.clamp(0.0, 0.99)).collect();
    let sql = "WITH held AS (SELECT d.row, l.progress FROM documents AS d \
            JOIN unnest($1::uuid[], $2::bigint[], $3::real[]) AS l (id, token, progress) \
            ON d.id = l.id AND d.lease_token = l.token WHERE d.queue = 1 FOR NO KEY UPDATE OF d SKIP LOCKED) \
        UPDATE documents AS d SET progress = greatest(d.progress, held.progress) FROM held WHERE d.row = held.row";
    sqlx::query(sql).bind(ids).bind(tokens).bind(progress).execute(pool).await?;
    Ok(())
}

fn id(subject: Subject) -> Uuid {
    match subject {
        Subject::Document(id) => id.0,
        Subject::Expansion(id) => id.0,
    }
}

/// Ids and tokens of the leases on documents.
pub(super) fn documents<'a>(leases: impl Iterator<Item = &'a Lease>) -> (Vec<Uuid>, Vec<i64>) {
    let of_documents = leases.filter(|lease| matches!(lease.subject(), Subject::Document(_)));
    of_documents.map(|lease| (id(lease.subject()), lease.token())).unzip()
}

/// Ids and tokens of the leases on enumerations.
pub(super) fn expansions<'a>(leases: impl Iterator<Item = &'a Lease>) -> (Vec<Uuid>, Vec<i64>) {
    let of_expansions = leases.filter(|lease| matches!(lease.subject(), Subject::Expansion(_)));
    of_expansions.map(|lease| (id(lease.subject()), lease.token())).unzip()
}
