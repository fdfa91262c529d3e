//! Taking work: which row is next is a question to the database, what becomes of it is not.
//!
//! Rows that another process is just taking are skipped, never waited for.

use std::collections::VecDeque;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgExecutor};
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
/// Resources whose next job is asked for, when others are just taking those of the first ones.
const ASKED: usize = 16;

/// The job that has waited longest for its enumeration, of the resource whose turn it is.
pub(super) async fn expansion(
    connection: &mut PgConnection,
    context: &Context,
    holder: &Holder,
) -> Result<Option<ClaimedExpansion>, JobsError> {
    let now = context.time.now(connection).await?;
    for _ in 0..UNREADABLE {
        let Some(found) = next_listing(connection, context, now).await? else { return Ok(None) };
        let row = found.number("row")?;
        let job = JobId(found.id("id")?);
        let Some(request) = stored::readable(&context.sealer, job, found.text_if_any("body")?)? else {
            let (_, mut ledger) = jobs::ledger(connection, row).await?;
            ledger.refused(stored::unreadable());
            jobs::save(connection, row, &ledger, now).await?;
            continue;
        };
        let token = found.number("lease_token")? + 1;
        let attempt = found.count("attempt")?.saturating_add(1);
        let update = sqlx::query(words::TAKE_JOB).bind(row).bind(i64::from(attempt)).bind(&holder.name).bind(token);
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

/// The job that is next, locked.
async fn next_listing(
    connection: &mut PgConnection,
    context: &Context,
    now: Timestamp,
) -> Result<Option<PgRow>, JobsError> {
    let sql = format!(
        "{READY_JOBS} SELECT ready.resource, coalesce(busy.running, 0) AS running, head.run_at, head.row \
        FROM ready LEFT JOIN busy USING (resource) CROSS JOIN LATERAL ( \
            SELECT j.row, j.run_at FROM jobs AS j WHERE j.queue = 0 AND j.resource = ready.resource \
                AND j.run_at <= $1 ORDER BY j.run_at, j.row LIMIT 1 \
        ) AS head"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *connection).await?;
    let head = |row: &PgRow| Head::read(row, (row.number("run_at")?, row.number("row")?));
    let heads = found.iter().map(head).collect::<Result<_, JobsError>>()?;
    for head in context.listing_turns.first(heads, ASKED) {
        let sql = "SELECT j.row, j.id, j.resource, j.attempt, j.lease_token, requests.body FROM ( \
                SELECT row, id, resource, attempt, lease_token FROM jobs \
                WHERE queue = 0 AND resource = $1 AND run_at <= $2 \
                ORDER BY run_at, row LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED \
            ) AS j LEFT JOIN requests ON requests.job = j.row";
        let found = sqlx::query(sql).bind(&head.resource).bind(now.0).fetch_optional(&mut *connection).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The documents that are next.
pub(super) async fn documents(
    connection: &mut PgConnection,
    context: &Context,
    holder: &Holder,
    limit: usize,
) -> Result<ClaimedDocuments, JobsError> {
    let now = context.time.now(connection).await?;
    let heads = context.turns.first(ready(connection, now).await?, limit);
    let resources: Vec<String> = heads.iter().map(|head| head.resource.clone()).collect();
    let turns = match resources.len() {
        0 => Vec::new(),
        // As a rule, and nothing has to be asked for it.
        1 => vec![0; limit],
        _ => context.turns.plan(waiting(connection, now, heads, limit).await?, limit),
    };
    let mut first = lock(connection, now, &resources, &turns).await?;
    let picked = turns.into_iter().filter_map(|resource| first.get_mut(resource)?.pop_front()).collect();
    let documents = take(connection, holder, now, picked).await?;
    context.turns.taken(documents.iter().map(|document| &document.resource));
    let suspects = sqlx::query_scalar(words::SUSPECTS).bind(now.0).fetch_one(connection).await?;
    Ok(ClaimedDocuments { documents, suspects })
}

/// One document under which a worker died. Those that fewer workers died of come first: a process that is killed over
/// and over does not bring the same one down each time.
pub(super) async fn suspect(
    connection: &mut PgConnection,
    context: &Context,
    holder: &Holder,
) -> Result<Option<ClaimedDocument>, JobsError> {
    let now = context.time.now(connection).await?;
    let sql = format!(
        "SELECT {CANDIDATE} FROM documents AS d WHERE queue = 0 AND lost > 0 AND run_at <= $1 \
        ORDER BY lost, run_at, row LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *connection).await?;
    let picked = found.iter().map(|row| Candidate::read(row, now)).collect::<Result<_, _>>()?;
    Ok(take(connection, holder, now, picked).await?.pop())
}

/// Documents that are cancelled and that nobody holds any more; those that wait longest first.
pub(super) async fn cancelled(
    connection: &mut PgConnection,
    context: &Context,
    holder: &Holder,
    limit: usize,
) -> Result<Vec<ClaimedDocument>, JobsError> {
    let now = context.time.now(connection).await?;
    let sql = format!(
        "SELECT {CANDIDATE}, (SELECT jobs.id FROM jobs WHERE jobs.row = d.job) AS job_id FROM documents AS d \
        WHERE d.queue = 1 AND d.lease_until < $1 AND d.status = 2 AND d.looks < $2 \
        ORDER BY d.lease_until LIMIT $3 FOR NO KEY UPDATE OF d SKIP LOCKED"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now.0).bind(i64::from(LOOKS)).bind(signed(limit));
    let mut taken = Vec::new();
    for found in query.fetch_all(&mut *connection).await? {
        let candidate = Candidate::read(&found, now)?;
        let row = candidate.row;
        let (document, settles) = candidate.taken_over(JobId(found.id("job_id")?), now, context.queue.settles);
        sqlx::query(words::TAKE_OVER)
            .bind(row)
            .bind(i64::from(document.attempt))
            .bind(i64::from(document.looks))
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

/// The resources with documents that wait: what each has at work, and its oldest job. Nothing is locked.
async fn ready(connection: &mut PgConnection, now: Timestamp) -> Result<Vec<Head<i64>>, JobsError> {
    let sql = format!(
        "{READY_DOCUMENTS} SELECT ready.resource, coalesce(busy.running, 0) AS running, head.job AS oldest \
        FROM ready LEFT JOIN busy USING (resource) CROSS JOIN LATERAL ( \
            SELECT d.job FROM documents AS d WHERE d.queue = 0 AND d.lost = 0 AND d.resource = ready.resource \
                AND d.run_at <= $1 ORDER BY d.job, d.size, d.position LIMIT 1 \
        ) AS head"
    );
    let found = sqlx::query(AssertSqlSafe(sql)).bind(now.0).fetch_all(connection).await?;
    let head = |row: &PgRow| Head::read(row, row.number("oldest")?);
    found.iter().map(head).collect()
}

/// What waits of these resources, as far as may be asked of each.
async fn waiting(
    connection: &mut PgConnection,
    now: Timestamp,
    heads: Vec<Head<i64>>,
    limit: usize,
) -> Result<Vec<Ready>, JobsError> {
    let resources: Vec<String> = heads.iter().map(|head| head.resource.clone()).collect();
    let ready = |head: Head<i64>| Ready { resource: head.resource, running: head.running, jobs: VecDeque::new() };
    let mut ready: Vec<Ready> = heads.into_iter().map(ready).collect();
    let sql = "SELECT want.place, waiting.job FROM unnest($1::text[]) WITH ORDINALITY AS want (resource, place) \
        CROSS JOIN LATERAL ( \
            SELECT d.job, d.size, d.position FROM documents AS d WHERE d.queue = 0 AND d.lost = 0 \
                AND d.resource = want.resource AND d.run_at <= $2 ORDER BY d.job, d.size, d.position LIMIT $3 \
        ) AS waiting ORDER BY want.place, waiting.job, waiting.size, waiting.position";
    for row in sqlx::query(sql).bind(resources).bind(now.0).bind(signed(limit)).fetch_all(connection).await? {
        let place = row.unsigned::<usize>("place")?;
        let ready = place.checked_sub(1).and_then(|place| ready.get_mut(place));
        ready.ok_or(JobsError::Invalid("place"))?.jobs.push_back(row.number("job")?);
    }
    Ok(ready)
}

/// Locks as many documents of each resource as it has turns, passing over those that another process is taking.
async fn lock(
    connection: &mut PgConnection,
    now: Timestamp,
    resources: &[String],
    turns: &[usize],
) -> Result<Vec<VecDeque<Candidate>>, JobsError> {
    let mut locked: Vec<VecDeque<Candidate>> = resources.iter().map(|_| VecDeque::new()).collect();
    if turns.is_empty() {
        return Ok(locked);
    }
    let mut wanted = vec![0_i64; resources.len()];
    for turn in turns {
        wanted[*turn] += 1;
    }
    let sql = format!(
        "SELECT want.resource, taken.* \
        FROM unnest($1::text[], $2::bigint[]) AS want (resource, documents) CROSS JOIN LATERAL ( \
            SELECT {CANDIDATE} FROM documents AS d WHERE d.queue = 0 AND d.lost = 0 AND d.resource = want.resource \
                AND d.run_at <= $3 ORDER BY d.job, d.size, d.position LIMIT want.documents FOR NO KEY UPDATE SKIP LOCKED \
        ) AS taken"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(resources).bind(wanted).bind(now.0);
    for row in query.fetch_all(connection).await? {
        let resource = row.text("resource")?;
        let index = resources.iter().position(|known| known == resource).ok_or(JobsError::Invalid("resource"))?;
        locked[index].push_back(Candidate::read(&row, now)?);
    }
    for candidates in &mut locked {
        candidates.make_contiguous().sort_by_key(|candidate| (candidate.job, candidate.document.size, candidate.place));
    }
    Ok(locked)
}

/// Writes the leases of locked documents, and the counters of the jobs concerned.
async fn take(
    connection: &mut PgConnection,
    holder: &Holder,
    now: Timestamp,
    picked: Vec<Candidate>,
) -> Result<Vec<ClaimedDocument>, JobsError> {
    let mut taken = Taken::default();
    let (mut numbers, mut statuses, mut queues, mut attempts, mut tokens) = (vec![], vec![], vec![], vec![], vec![]);
    for candidate in picked {
        let Some(to) = claimed(&candidate) else { continue };
        numbers.push(candidate.row);
        statuses.push(codes::document_code(to.shown));
        queues.push(codes::queue_code(to.queue));
        attempts.push(i64::from(candidate.document.attempt));
        tokens.push(candidate.document.lease.token());
        taken.add(candidate, to);
    }
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "UPDATE documents AS d SET status = t.status, queue = t.queue, attempt = t.attempt, lease_owner = $6, \
            lease_token = t.token, lease_until = $7, \
            last_action = CASE WHEN d.status = t.status THEN d.last_action ELSE greatest(d.last_action + 1, $8) END \
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) \
            AS t (row, status, queue, attempt, token) \
        WHERE d.row = t.row AND d.queue = 0 AND d.lease_token = t.token - 1";
    let done = sqlx::query(sql)
        .bind(numbers)
        .bind(statuses)
        .bind(queues)
        .bind(attempts)
        .bind(tokens)
        .bind(&holder.name)
        .bind(now.plus(holder.lease).0)
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() != taken.len() as u64 {
        return Err(JobsError::Invalid("locked row"));
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
    executor: impl PgExecutor<'_>,
    sealer: &Sealer,
    job: JobId,
) -> Result<Option<JobRequest>, JobsError> {
    let Some(row) = sqlx::query(words::REQUEST).bind(job.0).fetch_optional(executor).await? else { return Ok(None) };
    stored::opened(sealer, job, row.text("body")?).map(Some)
}
