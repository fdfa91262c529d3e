//! The operations, each in a transaction of its own.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use terjuman_model::{DocumentId, Failure, JobId, ResourceId};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::news::Call;
use super::{PING, PostgresStore, audit, claim, expansion, jobs, leases, list, outcome, retention, submissions};
use crate::store::listing::Scope;
use crate::store::sql::{rows, words};
use crate::store::{JobStore, codes, earlier};
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Document, DocumentQuery, DocumentReport,
    Forgotten, Heartbeat, Holder, Job, JobQuery, JobRequest, JobsError, Lease, NewDocument, News, Open, Outcome, Page,
    Released, Repeat, Repeated, Return, Standing, Subject,
};

#[async_trait]
impl JobStore for PostgresStore {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        let body = serde_json::to_string(request).map_err(|error| JobsError::Store(Box::new(error)))?;
        let context = &self.inner.context;
        let mut transaction = self.begin(&self.inner.requests).await?;
        let now = context.time.now(&mut transaction).await?;
        if let Some(repeat) = repeat
            && let Some(before) = submissions::find(&mut *transaction, now, resource, repeat).await?
        {
            return Ok(Accepted::Before(before));
        }
        let job = jobs::create(&mut transaction, context, resource, &body).await?;
        if let Some(repeat) = repeat
            && !submissions::remember(&mut transaction, now, resource, repeat, job.id).await?
        {
            // Another process was quicker, and its job is there by now. This one never was.
            transaction.rollback().await?;
            let before = submissions::find(&self.inner.requests, now, resource, repeat).await?;
            return before.map(Accepted::Before).ok_or(JobsError::Busy);
        }
        self.commit(transaction).await?;
        self.call(Call::Work).await;
        Ok(Accepted::New(job))
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        let mut connection = self.inner.requests.acquire().await?;
        let now = self.inner.context.time.now(&mut connection).await?;
        submissions::find(&mut *connection, now, resource, repeat).await
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        Ok(jobs::find(&self.inner.requests, resource, id).await?.map(|(_, job)| job))
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        let scope = Scope::Jobs { resource: resource.0.clone() };
        list::page(&self.inner.requests, &scope, rows::JOB, query, codes::job_code, rows::job).await
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.requests, resource, job).await? else { return Ok(None) };
        let scope = Scope::Documents { job: row };
        let read = |row: &PgRow| rows::document(row, job);
        list::page(&self.inner.requests, &scope, rows::DOCUMENT, query, codes::document_code, read).await.map(Some)
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.requests, resource, job).await? else { return Ok(None) };
        let sql = format!("SELECT {} FROM documents AS entry WHERE id = $1 AND job = $2", rows::DOCUMENT);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).bind(row);
        query.fetch_optional(&self.inner.requests).await?.map(|row| rows::document(&row, job)).transpose()
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        let query = sqlx::query(words::REPORT).bind(id.0).bind(&resource.0);
        query.fetch_optional(&self.inner.requests).await?.map(|row| rows::report(&row, id)).transpose()
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let mut transaction = self.begin(&self.inner.requests).await?;
        let job = jobs::cancel(&mut transaction, &self.inner.context, resource, id).await?;
        self.commit(transaction).await?;
        if job.is_some() {
            self.call(Call::Cancelled(id)).await;
        }
        Ok(job)
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        audit::open(&self.inner.requests, resource).await
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let mut transaction = self.begin(&self.inner.requests).await?;
        let forgotten = retention::forget(&mut transaction, resource, id).await?;
        self.commit(transaction).await?;
        Ok(forgotten)
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        let mut transaction = self.begin(&self.inner.requests).await?;
        let now = self.inner.context.time.now(&mut transaction).await?;
        submissions::forget(&mut transaction, now).await?;
        let forgotten = match age {
            Some(age) => retention::forget_ended(&mut transaction, earlier(now, age), documents).await?,
            None => 0,
        };
        self.commit(transaction).await?;
        Ok(forgotten)
    }

    async fn ping(&self) -> Result<(), JobsError> {
        // A standby answers, too, but takes no work.
        let sql = "SELECT current_setting('transaction_read_only') = 'off'";
        let asked = timeout(PING, sqlx::query_scalar::<_, bool>(sql).fetch_one(&self.inner.requests)).await;
        match asked.map_err(|_| JobsError::store("the database does not answer"))?? {
            true => Ok(()),
            false => Err(JobsError::store("the database can only be read")),
        }
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        Some(self.inner.listener.subscribe())
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let claimed = claim::expansion(&mut transaction, &self.inner.context, holder).await?;
        self.commit(transaction).await?;
        Ok(claimed)
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let claimed = claim::documents(&mut transaction, &self.inner.context, holder, limit).await?;
        self.commit(transaction).await?;
        Ok(claimed)
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let claimed = claim::suspect(&mut transaction, &self.inner.context, holder).await?;
        self.commit(transaction).await?;
        Ok(claimed)
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let claimed = claim::cancelled(&mut transaction, &self.inner.context, holder, limit).await?;
        self.commit(transaction).await?;
        Ok(claimed)
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        claim::request(&self.inner.work, &self.inner.context.sealer, job).await
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        leases::extend(&self.inner.casual, &self.inner.context.time, holder.lease, leases).await
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::standing(&self.inner.work, &self.inner.context.time, lease).await
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::begin_write(&self.inner.work, &self.inner.context.time, lease).await
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        leases::note_input(&self.inner.work, lease, sha256).await
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        leases::progress(&self.inner.casual, documents).await
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let recorded = expansion::record(&mut transaction, &self.inner.context, lease, &documents).await?;
        self.commit(transaction).await?;
        if recorded {
            self.call(Call::Work).await;
        }
        Ok(recorded)
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let refused = expansion::refuse(&mut transaction, &self.inner.context, lease, failure).await?;
        self.commit(transaction).await?;
        Ok(refused)
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let finished = outcome::finish(&mut transaction, &self.inner.context, lease, &outcome, &report).await?;
        self.commit(transaction).await?;
        Ok(finished)
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        let (documents, expansions): (Vec<&Lease>, Vec<&Lease>) =
            leases.iter().partition(|lease| matches!(lease.subject(), Subject::Document(_)));
        // One after the other: an expansion's job must not be locked behind that of a document.
        if !documents.is_empty() {
            let mut transaction = self.begin(&self.inner.work).await?;
            outcome::hand_documents_back(&mut transaction, &self.inner.context, &documents, how).await?;
            self.commit(transaction).await?;
        }
        if !expansions.is_empty() {
            let mut transaction = self.begin(&self.inner.work).await?;
            outcome::hand_expansions_back(&mut transaction, &self.inner.context, &expansions, how).await?;
            self.commit(transaction).await?;
        }
        if how == Return::Unbegun {
            self.call(Call::Work).await;
        }
        Ok(())
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let mut released = outcome::release_documents(&mut transaction, &self.inner.context, limit).await?;
        self.commit(transaction).await?;
        let mut transaction = self.begin(&self.inner.work).await?;
        let jobs = outcome::release_expansions(&mut transaction, &self.inner.context, limit).await?;
        self.commit(transaction).await?;
        released.released += jobs.released;
        released.crashed += jobs.crashed;
        if released.released > 0 {
            self.call(Call::Work).await;
        }
        Ok(released)
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        let mut transaction = self.begin(&self.inner.work).await?;
        let released = outcome::record_crashes(&mut transaction, &self.inner.context, leases, limit).await?;
        self.commit(transaction).await?;
        if released.released > 0 {
            self.call(Call::Work).await;
        }
        Ok(released)
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        let suspects = audit::suspects(&self.inner.work).await?;
        let mut mended = 0;
        for job in suspects {
            let mut transaction = self.begin(&self.inner.work).await?;
            mended += u32::from(audit::mend(&mut transaction, &self.inner.context, job).await?);
            self.commit(transaction).await?;
        }
        Ok(mended)
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        audit::depth(&self.inner.casual).await
    }
}
