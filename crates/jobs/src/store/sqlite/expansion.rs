//! What an enumeration found.

use sqlx::{Row, SqliteConnection};
use terjuman_model::Failure;

use super::{Context, jobs};
use crate::store::sql::signed;
use crate::{JobsError, Lease, NewDocument, Subject};

/// Stores the documents and the job's counters.
pub(super) async fn record(
    connection: &mut SqliteConnection,
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
    let now = context.stamps.now();
    let first = context.stamps.take(documents.len());
    for (position, document) in documents.iter().enumerate() {
        let created = first.plus_micros(signed(position));
        let target = document.target_in(&request)?;
        // At once, whatever becomes of the clock.
        let sql = "INSERT INTO documents (id, job, resource, position, input, target, source_name, source_url, \
            source_etag, size, target_name, target_url, language, deployment, created, last_action, \
            twin, run_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, 0)";
        sqlx::query(sql)
            .bind(context.ids.next())
            .bind(job)
            .bind(&resource)
            .bind(signed(position))
            .bind(signed(document.input))
            .bind(signed(document.target))
            .bind(&document.source_name)
            .bind(&document.source_url)
            .bind(&document.source_etag)
            .bind(signed(document.size))
            .bind(&document.target_name)
            .bind(&document.target_url)
            .bind(target.language.to_string())
            .bind(&target.deployment)
            .bind(created.0)
            .bind(document.twin)
            .execute(&mut *connection)
            .await?;
    }
    let count = u32::try_from(documents.len()).map_err(|_| JobsError::Invalid("document count"))?;
    ledger.enumerated(count);
    jobs::save(connection, job, &ledger, now).await?;
    Ok(true)
}

/// Ends the job before it has documents.
pub(super) async fn refuse(
    connection: &mut SqliteConnection,
    context: &Context,
    lease: &Lease,
    failure: Failure,
) -> Result<bool, JobsError> {
    let Some(job) = held(connection, lease).await? else { return Ok(false) };
    let (_, mut ledger) = jobs::ledger(connection, job).await?;
    ledger.refused(failure);
    jobs::save(connection, job, &ledger, context.stamps.now()).await?;
    Ok(true)
}

/// The job's row number, if the lease holds.
pub(super) async fn held(connection: &mut SqliteConnection, lease: &Lease) -> Result<Option<i64>, JobsError> {
    let Subject::Expansion(job) = lease.subject() else { return Ok(None) };
    let sql = "SELECT row FROM jobs WHERE id = $1 AND queue = 1 AND lease_token = $2";
    let found = sqlx::query(sql).bind(job.0).bind(lease.token()).fetch_optional(connection).await?;
    Ok(found.map(|row| row.try_get("row")).transpose()?)
}
