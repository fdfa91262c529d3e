//! Taking work: which row is next is a question to the database, what becomes of it is not.

use std::collections::{BTreeMap, HashMap, VecDeque};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use terjuman_model::{DocumentEvent, DocumentId, Failure, FailureCode, JobId, ResourceId, Timestamp};

use super::rows::{self, signed, unsigned};
use super::{Context, jobs};
use crate::store::fair::{Head, Ready};
use crate::store::position::{Position, Queue};
use crate::store::{LOOKS, codes};
use crate::{ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Holder, JobsError, Lease, Sealer, Subject};

/// Requests that cannot be read in one look for work: a bound, as each of them is written.
const UNREADABLE: usize = 16;

/// The job that has waited longest for its enumeration, of the resource whose turn it is.
pub(super) async fn expansion(
    connection: &mut SqliteConnection,
    context: &Context,
    holder: &Holder,
) -> Result<Option<ClaimedExpansion>, JobsError> {
    let now = context.stamps.now();
    for _ in 0..UNREADABLE {
        let heads = listings(connection, now).await?;
        let Some(Head { oldest: (_, row), .. }) = context.listing_turns.first(heads, 1).pop() else { return Ok(None) };
        let sql = "SELECT jobs.id, jobs.resource, jobs.attempt, jobs.lease_token, requests.body FROM jobs \
            LEFT JOIN requests ON requests.job = jobs.row WHERE jobs.row = $1";
        let found = sqlx::query(sql).bind(row).fetch_one(&mut *connection).await?;
        let body = found.try_get::<Option<&str>, _>("body")?;
        let job = JobId(found.try_get("id")?);
        let request = match body.map(|body| context.sealer.open(job.0, body)).transpose() {
            Ok(body) => body.and_then(|body| serde_json::from_str(&body).ok()),
            // With the right key it can be read: this process must leave it alone, and say so.
            Err(error @ JobsError::Sealed(_)) => return Err(error),
            Err(_) => None,
        };
        let Some(request) = request else {
            // Written by another version, or damaged. It must not stand in the way of the others.
            let (_, mut ledger) = jobs::ledger(connection, row).await?;
            ledger.refused(Failure::new(FailureCode::InternalServerError, "the stored request cannot be read"));
            jobs::save(connection, row, &ledger, now).await?;
            continue;
        };
        let token = found.try_get::<i64, _>("lease_token")? + 1;
        let attempt: u32 = unsigned::<u32>(&found, "attempt")?.saturating_add(1);
        let sql = "UPDATE jobs SET queue = 1, attempt = $2, lease_owner = $3, lease_token = $4, lease_until = $5 \
            WHERE row = $1 AND queue = 0";
        let update = sqlx::query(sql).bind(row).bind(attempt).bind(&holder.name).bind(token);
        update.bind(now.plus(holder.lease).0).execute(&mut *connection).await?;
        let resource = ResourceId(found.try_get("resource")?);
        context.listing_turns.taken([&resource]);
        return Ok(Some(ClaimedExpansion {
            lease: Lease::new(Subject::Expansion(job), token),
            job,
            resource,
            request,
            attempt,
        }));
    }
    Ok(None)
}

/// The resources with jobs that wait to be enumerated: what each has at work, and which waits longest.
async fn listings(connection: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Head<(i64, i64)>>, JobsError> {
    let sql = "WITH RECURSIVE ready (resource) AS ( \
            SELECT min(resource) FROM jobs WHERE queue = 0 \
            UNION ALL \
            SELECT (SELECT min(j.resource) FROM jobs AS j WHERE j.queue = 0 AND j.resource > ready.resource) \
            FROM ready WHERE ready.resource IS NOT NULL \
        ), busy (resource, running) AS ( \
            SELECT resource, count(*) FROM jobs WHERE queue = 1 GROUP BY resource \
        ), heads (running, head) AS ( \
            SELECT coalesce(busy.running, 0), \
                (SELECT j.row FROM jobs AS j WHERE j.queue = 0 AND j.resource = ready.resource \
                    AND j.run_at <= $1 ORDER BY j.run_at, j.row LIMIT 1) \
            FROM ready LEFT JOIN busy ON busy.resource = ready.resource WHERE ready.resource IS NOT NULL \
        ) SELECT jobs.resource, running, jobs.run_at, jobs.row \
        FROM (SELECT running, head FROM heads WHERE head IS NOT NULL) CROSS JOIN jobs ON jobs.row = head";
    let found = sqlx::query(sql).bind(now.0).fetch_all(connection).await?;
    let head = |row: &SqliteRow| -> Result<_, JobsError> {
        let oldest = (row.try_get("run_at")?, row.try_get("row")?);
        Ok(Head { resource: row.try_get("resource")?, running: row.try_get("running")?, oldest })
    };
    found.iter().map(head).collect()
}

/// The documents that are next.
pub(super) async fn documents(
    connection: &mut SqliteConnection,
    context: &Context,
    holder: &Holder,
    limit: usize,
) -> Result<ClaimedDocuments, JobsError> {
    let now = context.stamps.now();
    let heads = context.turns.first(ready(connection, now).await?, limit);
    let (mut ready, mut first) = (Vec::with_capacity(heads.len()), Vec::with_capacity(heads.len()));
    for Head { resource, running, .. } in heads {
        let candidates = candidates(connection, now, &resource, limit).await?;
        ready.push(Ready { resource, running, jobs: candidates.iter().map(|candidate| candidate.job).collect() });
        first.push(candidates);
    }
    let turns = context.turns.plan(ready, limit);
    let picked = turns.into_iter().filter_map(|resource| first[resource].pop_front()).collect();
    let documents = take(connection, holder, now, picked).await?;
    context.turns.taken(documents.iter().map(|document| &document.resource));
    let sql = "SELECT EXISTS (SELECT 1 FROM documents WHERE queue = 0 AND lost > 0 AND run_at <= $1)";
    let suspects = sqlx::query_scalar::<_, i64>(sql).bind(now.0).fetch_one(connection).await? != 0;
    Ok(ClaimedDocuments { documents, suspects })
}

/// One document under which a worker died. Those that fewer workers died of come first: a process that is killed over
/// and over does not bring the same one down each time.
pub(super) async fn suspect(
    connection: &mut SqliteConnection,
    context: &Context,
    holder: &Holder,
) -> Result<Option<ClaimedDocument>, JobsError> {
    let now = context.stamps.now();
    let sql = format!(
        "SELECT {CANDIDATE} FROM documents WHERE queue = 0 AND lost > 0 AND run_at <= $1 \
        ORDER BY lost, run_at, row LIMIT 1"
    );
    let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *connection).await?;
    let picked = found.iter().map(|row| Candidate::read(row, now)).collect::<Result<_, _>>()?;
    Ok(take(connection, holder, now, picked).await?.pop())
}

/// Documents that are cancelled and that nobody holds any more; those that wait longest first.
pub(super) async fn cancelled(
    connection: &mut SqliteConnection,
    context: &Context,
    holder: &Holder,
    limit: usize,
) -> Result<Vec<ClaimedDocument>, JobsError> {
    let now = context.stamps.now();
    let sql = format!(
        "SELECT {CANDIDATE}, (SELECT jobs.id FROM jobs WHERE jobs.row = documents.job) AS job_id FROM documents \
        WHERE queue = 1 AND lease_until < $1 AND status = 2 AND looks < $2 ORDER BY lease_until LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.0).bind(LOOKS).bind(signed(limit));
    let mut taken = Vec::new();
    for row in query.fetch_all(&mut *connection).await? {
        let candidate = Candidate::read(&row, now)?;
        let looks = candidate.document.looks + 1;
        // Its lease is over, and nobody said what became of the work.
        let sent = rows::sent(&row)?.ended(row.try_get("lease_token")?, now, context.queue.settles);
        let sql = "UPDATE documents SET attempt = $2, looks = $3, lease_owner = $4, lease_token = $5, lease_until = $6, \
            settles = $7 WHERE row = $1 AND queue = 1 AND status = 2";
        sqlx::query(sql)
            .bind(candidate.row)
            .bind(candidate.document.attempt)
            .bind(looks)
            .bind(&holder.name)
            .bind(candidate.document.lease.token())
            .bind(now.plus(holder.lease).0)
            .bind(sent.settles.0)
            .execute(&mut *connection)
            .await?;
        taken.push(ClaimedDocument {
            job: JobId(row.try_get("job_id")?),
            looks,
            unsettled: sent.unsettled(now),
            ..candidate.document
        });
    }
    Ok(taken)
}

/// The columns of a [`Candidate`].
const CANDIDATE: &str = "row, resource, id, job, input, target, source_name, source_etag, size, target_name, twin, status, attempt, \
    lost, looks, lease_token, write_token, settles";

struct Candidate {
    row: i64,
    job: i64,
    position: Position,
    token: i64,
    /// As it will be handed out; the job's id is not known yet.
    document: ClaimedDocument,
}

impl Candidate {
    fn read(row: &SqliteRow, now: Timestamp) -> Result<Self, JobsError> {
        let id = DocumentId(row.try_get("id")?);
        let token: i64 = row.try_get("lease_token")?;
        Ok(Self {
            row: row.try_get("row")?,
            job: row.try_get("job")?,
            position: Position { shown: codes::document_status(row.try_get("status")?)?, queue: Queue::Waiting },
            token,
            document: ClaimedDocument {
                lease: Lease::new(Subject::Document(id), token + 1),
                id,
                job: JobId(uuid::Uuid::nil()),
                resource: ResourceId(row.try_get("resource")?),
                input: unsigned(row, "input")?,
                target: unsigned(row, "target")?,
                source_name: row.try_get("source_name")?,
                source_etag: row.try_get("source_etag")?,
                size: unsigned(row, "size")?,
                target_name: row.try_get("target_name")?,
                twin: row.try_get("twin")?,
                attempt: unsigned::<u32>(row, "attempt")?.saturating_add(1),
                lost: unsigned(row, "lost")?,
                looks: unsigned(row, "looks")?,
                unsettled: rows::sent(row)?.unsettled(now),
            },
        })
    }
}

/// The resources with documents that wait: what each has at work, and its oldest job. The index is skipped through from
/// resource to resource: a long queue costs no more than a short one.
async fn ready(connection: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Head<i64>>, JobsError> {
    let sql = "WITH RECURSIVE ready (resource) AS ( \
            SELECT min(resource) FROM documents WHERE queue = 0 AND lost = 0 \
            UNION ALL \
            SELECT (SELECT min(d.resource) FROM documents AS d \
                WHERE d.queue = 0 AND d.lost = 0 AND d.resource > ready.resource) \
            FROM ready WHERE ready.resource IS NOT NULL \
        ), busy (resource, running) AS ( \
            SELECT resource, count(*) FROM documents WHERE queue = 1 GROUP BY resource \
        ), heads (resource, running, head) AS ( \
            SELECT ready.resource, coalesce(busy.running, 0), \
                (SELECT d.job FROM documents AS d WHERE d.queue = 0 AND d.lost = 0 AND d.resource = ready.resource \
                    AND d.run_at <= $1 ORDER BY d.job, d.size, d.position LIMIT 1) \
            FROM ready LEFT JOIN busy ON busy.resource = ready.resource WHERE ready.resource IS NOT NULL \
        ) SELECT resource, running, head FROM heads WHERE head IS NOT NULL";
    let found = sqlx::query(sql).bind(now.0).fetch_all(connection).await?;
    let head = |row: &SqliteRow| -> Result<_, JobsError> {
        let (resource, running) = (row.try_get("resource")?, row.try_get("running")?);
        Ok(Head { resource, running, oldest: row.try_get("head")? })
    };
    found.iter().map(head).collect()
}

/// What waits of a resource, as far as may be asked of it.
async fn candidates(
    connection: &mut SqliteConnection,
    now: Timestamp,
    resource: &str,
    limit: usize,
) -> Result<VecDeque<Candidate>, JobsError> {
    let sql = format!(
        "SELECT {CANDIDATE} FROM documents WHERE queue = 0 AND lost = 0 AND resource = $1 AND run_at <= $2 \
        ORDER BY job, size, position LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(resource).bind(now.0).bind(signed(limit));
    query.fetch_all(connection).await?.iter().map(|row| Candidate::read(row, now)).collect()
}

/// Writes the leases, and the counters of the jobs concerned.
async fn take(
    connection: &mut SqliteConnection,
    holder: &Holder,
    now: Timestamp,
    picked: Vec<Candidate>,
) -> Result<Vec<ClaimedDocument>, JobsError> {
    let mut taken = Vec::with_capacity(picked.len());
    let mut moves: BTreeMap<i64, Vec<(Position, Position)>> = BTreeMap::new();
    for candidate in picked {
        let Some(to) = candidate.position.after(DocumentEvent::Claimed) else { continue };
        let sql = "UPDATE documents SET status = $2, queue = $3, attempt = $4, lease_owner = $5, lease_token = $6, \
            lease_until = $7, last_action = CASE WHEN status = $2 THEN last_action ELSE max(last_action + 1, $8) END \
            WHERE row = $1 AND queue = 0 AND status = $9 AND lease_token = $10";
        let done = sqlx::query(sql)
            .bind(candidate.row)
            .bind(codes::document_code(to.shown))
            .bind(codes::queue_code(to.queue))
            .bind(candidate.document.attempt)
            .bind(&holder.name)
            .bind(candidate.document.lease.token())
            .bind(now.plus(holder.lease).0)
            .bind(now.0)
            .bind(codes::document_code(candidate.position.shown))
            .bind(candidate.token)
            .execute(&mut *connection)
            .await?;
        if done.rows_affected() == 1 {
            moves.entry(candidate.job).or_default().push((candidate.position, to));
            taken.push((candidate.job, candidate.document));
        }
    }
    let mut ids = HashMap::new();
    for (job, moves) in moves {
        let (id, mut ledger) = jobs::ledger(connection, job).await?;
        let before = ledger.clone();
        for (from, to) in moves {
            ledger.moved(from.shown, to.shown, 1, 0);
        }
        if ledger != before {
            jobs::save(connection, job, &ledger, now).await?;
        }
        ids.insert(job, id);
    }
    Ok(taken
        .into_iter()
        .filter_map(|(job, document)| Some(ClaimedDocument { job: *ids.get(&job)?, ..document }))
        .collect())
}

/// The stored request of a job.
pub(super) async fn request(
    executor: impl sqlx::SqliteExecutor<'_>,
    sealer: &Sealer,
    job: JobId,
) -> Result<Option<crate::JobRequest>, JobsError> {
    let sql = "SELECT requests.body FROM jobs JOIN requests ON requests.job = jobs.row WHERE jobs.id = $1";
    let Some(row) = sqlx::query(sql).bind(job.0).fetch_optional(executor).await? else { return Ok(None) };
    // The parser's message may quote the body, which holds keys.
    let body = sealer.open(job.0, row.try_get("body")?)?;
    serde_json::from_str(&body).map(Some).map_err(|_| JobsError::Invalid("request"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[tokio::test]
    async fn every_claim_is_read_from_an_index() {
        use sqlx::Connection;
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        schema::migrate(&mut connection).await.unwrap();
        for (sql, index) in [
            (
                "SELECT row FROM documents WHERE queue = 0 AND lost = 0 AND resource = $1 AND run_at <= $2 \
                ORDER BY job, size, position LIMIT 3",
                "documents_waiting (resource=?)",
            ),
            (
                "SELECT row FROM documents WHERE queue = 0 AND lost > 0 AND run_at <= $1 \
                ORDER BY lost, run_at, row LIMIT 1",
                "documents_suspect (lost>?)",
            ),
            (
                "SELECT row FROM jobs WHERE queue = 0 AND resource = $1 AND run_at <= $2 ORDER BY run_at, row LIMIT 1",
                "jobs_waiting (resource=? AND run_at<?)",
            ),
            (
                "SELECT row FROM documents WHERE queue = 1 AND lease_until < $1 LIMIT 9",
                "documents_leased (lease_until<?)",
            ),
        ] {
            let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
            let rows = rows.fetch_all(&mut connection).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            assert!(plan.len() == 1 && plan[0].contains(index), "{sql}: {plan:?}");
        }
    }
}
