//! Taking work: which row is next is a question to the database, what becomes of it is not.

use std::collections::VecDeque;

use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, SqliteConnection};
use terjuman_model::{JobId, ResourceId, Timestamp};

use super::{Context, jobs};
use crate::store::fair::{Head, Ready};
use crate::store::sql::claimed::{CANDIDATE, Candidate, Taken, claimed};
use crate::store::sql::words::{self, READY_DOCUMENTS, READY_JOBS};
use crate::store::sql::{Columns as _, request as stored, signed};
use crate::store::{LOOKS, codes};
use crate::{
    ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Holder, JobRequest, JobsError, Lease, Sealer, Subject,
};

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
        let job = JobId(found.id("id")?);
        let Some(request) = stored::readable(&context.sealer, job, found.text_if_any("body")?)? else {
            let (_, mut ledger) = jobs::ledger(connection, row).await?;
            ledger.refused(stored::unreadable());
            jobs::save(connection, row, &ledger, now).await?;
            continue;
        };
        let token = found.number("lease_token")? + 1;
        let attempt = found.count("attempt")?.saturating_add(1);
        let update = sqlx::query(words::TAKE_JOB).bind(row).bind(attempt).bind(&holder.name).bind(token);
        update.bind(now.plus(holder.lease).0).execute(&mut *connection).await?;
        let resource = ResourceId(found.text("resource")?.to_owned());
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
    let sql = format!(
        "{READY_JOBS}, heads (running, head) AS ( \
            SELECT coalesce(busy.running, 0), \
                (SELECT j.row FROM jobs AS j WHERE j.queue = 0 AND j.resource = ready.resource \
                    AND j.run_at <= $1 ORDER BY j.run_at, j.row LIMIT 1) \
            FROM ready LEFT JOIN busy ON busy.resource = ready.resource WHERE ready.resource IS NOT NULL \
        ) SELECT jobs.resource, running, jobs.run_at, jobs.row \
        FROM (SELECT running, head FROM heads WHERE head IS NOT NULL) CROSS JOIN jobs ON jobs.row = head"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(connection).await?;
    let head = |row: &SqliteRow| Head::read(row, (row.number("run_at")?, row.number("row")?));
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
    let suspects = sqlx::query_scalar(words::SUSPECTS).bind(now.0).fetch_one(connection).await?;
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
        "SELECT {CANDIDATE} FROM documents AS d WHERE queue = 0 AND lost > 0 AND run_at <= $1 \
        ORDER BY lost, run_at, row LIMIT 1"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *connection).await?;
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
        "SELECT {CANDIDATE}, (SELECT jobs.id FROM jobs WHERE jobs.row = d.job) AS job_id FROM documents AS d \
        WHERE queue = 1 AND lease_until < $1 AND status = 2 AND looks < $2 ORDER BY lease_until LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(LOOKS).bind(signed(limit));
    let mut taken = Vec::new();
    for found in query.fetch_all(&mut *connection).await? {
        let candidate = Candidate::read(&found, now)?;
        let row = candidate.row;
        let (document, settles) = candidate.taken_over(JobId(found.id("job_id")?), now, context.queue.settles);
        sqlx::query(words::TAKE_OVER)
            .bind(row)
            .bind(document.attempt)
            .bind(document.looks)
            .bind(&holder.name)
            .bind(document.lease.token())
            .bind(now.plus(holder.lease).0)
            .bind(settles.0)
            .execute(&mut *connection)
            .await?;
        taken.push(document);
    }
    Ok(taken)
}

/// The resources with documents that wait: what each has at work, and its oldest job.
async fn ready(connection: &mut SqliteConnection, now: Timestamp) -> Result<Vec<Head<i64>>, JobsError> {
    let sql = format!(
        "{READY_DOCUMENTS}, heads (resource, running, oldest) AS ( \
            SELECT ready.resource, coalesce(busy.running, 0), \
                (SELECT d.job FROM documents AS d WHERE d.queue = 0 AND d.lost = 0 AND d.resource = ready.resource \
                    AND d.run_at <= $1 ORDER BY d.job, d.size, d.position LIMIT 1) \
            FROM ready LEFT JOIN busy ON busy.resource = ready.resource WHERE ready.resource IS NOT NULL \
        ) SELECT resource, running, oldest FROM heads WHERE oldest IS NOT NULL"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(connection).await?;
    let head = |row: &SqliteRow| Head::read(row, row.number("oldest")?);
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
        "SELECT {CANDIDATE} FROM documents AS d WHERE queue = 0 AND lost = 0 AND resource = $1 AND run_at <= $2 \
        ORDER BY job, size, position LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(resource).bind(now.0).bind(signed(limit));
    query.fetch_all(connection).await?.iter().map(|row| Candidate::read(row, now)).collect()
}

/// Writes the leases, and the counters of the jobs concerned.
async fn take(
    connection: &mut SqliteConnection,
    holder: &Holder,
    now: Timestamp,
    picked: Vec<Candidate>,
) -> Result<Vec<ClaimedDocument>, JobsError> {
    let mut taken = Taken::default();
    for candidate in picked {
        let Some(to) = claimed(&candidate) else { continue };
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
            taken.add(candidate, to);
        }
    }
    for job in taken.jobs() {
        let (id, mut ledger) = jobs::ledger(connection, job).await?;
        if taken.count(job, id, &mut ledger) {
            jobs::save(connection, job, &ledger, now).await?;
        }
    }
    Ok(taken.documents())
}

/// The stored request of a job.
pub(super) async fn request(
    executor: impl sqlx::SqliteExecutor<'_>,
    sealer: &Sealer,
    job: JobId,
) -> Result<Option<JobRequest>, JobsError> {
    let Some(row) = sqlx::query(words::REQUEST).bind(job.0).fetch_optional(executor).await? else { return Ok(None) };
    stored::opened(sealer, job, row.text("body")?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[tokio::test]
    async fn every_claim_is_read_from_an_index() {
        use sqlx::{Connection, Row};
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
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
            let rows = rows.fetch_all(&mut connection).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
            assert!(plan.len() == 1 && plan[0].contains(index), "{sql}: {plan:?}");
        }
    }
}
