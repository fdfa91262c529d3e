//! What an enumeration found.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use terjuman_model::Failure;

use super::text::text;
use super::{Context, jobs};
use crate::store::sql::signed;
use crate::{JobsError, Lease, NewDocument, Subject};

/// Documents of one statement: a statement takes 65,535 values.
const BATCH: usize = 500;

/// Stores the documents and the job's counters.
pub(super) async fn record(
    connection: &mut PgConnection,
    context: &Context,
    lease: &Lease,
    documents: &[NewDocument],
) -> Result<bool, JobsError> {
    let Some(job) = held(connection, lease).await? else { return Ok(false) };
    let (id, mut ledger) = jobs::ledger(connection, job).await?;
    let request =
        super::claim::request(&mut *connection, &context.sealer, id).await?.ok_or(JobsError::Invalid("request"))?;
    let resource: String =
        sqlx::query_scalar("SELECT resource FROM jobs WHERE row = $1").bind(job).fetch_one(&mut *connection).await?;
    let now = context.time.now(connection).await?;
    let mut created = context.stamps.take_at(now, documents.len());
    let mut position = 0;
    for batch in documents.chunks(BATCH) {
        let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
            "INSERT INTO documents (id, job, resource, position, input, target, source_name, source_url, source_etag, \
            size, target_name, target_url, language, deployment, created, last_action, twin, run_at) ",
        );
        let targets = batch.iter().map(|document| document.target_in(&request));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        sql.push_values(batch.iter().zip(targets), |mut row, (document, target)| {
            row.push_bind(context.ids.next())
                .push_bind(job)
                .push_bind(resource.clone())
                .push_bind(position)
                .push_bind(signed(document.input))
                .push_bind(signed(document.target))
                .push_bind(text(&document.source_name))
                .push_bind(text(&document.source_url))
                .push_bind(document.source_etag.as_deref().map(text))
                .push_bind(signed(document.size))
                .push_bind(text(&document.target_name))
                .push_bind(text(&document.target_url))
                .push_bind(target.language.to_string())
                .push_bind(target.deployment.as_deref().map(text))
                .push_bind(created.0)
                .push_bind(created.0)
                .push_bind(document.twin)
                // At once, whatever becomes of the clock.
                .push_bind(0_i64);
            position += 1;
            created = created.plus_micros(1);
        });
        // The statement is another for each number of documents: not worth keeping.
        sql.build().persistent(false).execute(&mut *connection).await?;
    }
    let count = u32::try_from(documents.len()).map_err(|_| JobsError::Invalid("document count"))?;
    ledger.enumerated(count);
    jobs::save(connection, job, &ledger, now).await?;
    Ok(true)
}

/// Ends the job before it has documents.
pub(super) async fn refuse(
    connection: &mut PgConnection,
    context: &Context,
    lease: &Lease,
    failure: Failure,
) -> Result<bool, JobsError> {
    let Some(job) = held(connection, lease).await? else { return Ok(false) };
    let (_, mut ledger) = jobs::ledger(connection, job).await?;
    ledger.refused(failure);
    let now = context.time.now(connection).await?;
    jobs::save(connection, job, &ledger, now).await?;
    Ok(true)
}

/// The job's row number, if the lease holds; then it does until the commit.
async fn held(connection: &mut PgConnection, lease: &Lease) -> Result<Option<i64>, JobsError> {
    let Subject::Expansion(job) = lease.subject() else { return Ok(None) };
    let sql = "SELECT row FROM jobs WHERE id = $1 AND queue = 1 AND lease_token = $2 FOR NO KEY UPDATE";
    Ok(sqlx::query_scalar(sql).bind(job.0).bind(lease.token()).fetch_optional(connection).await?)
}
