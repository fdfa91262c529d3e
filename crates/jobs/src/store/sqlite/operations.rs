//! The operations, each in the next transaction of the writer.

use std::time::Duration;

use async_trait::async_trait;
use terjuman_model::{DocumentId, Failure, JobId, ResourceId};
use terjuman_pipeline::Report;

use super::{SqliteStore, audit, claim, expansion, jobs, leases, list, outcome, retention, submissions};
use crate::store::listing::Scope;
use crate::store::sql::{rows, words};
use crate::store::{JobStore, codes, earlier};
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Document, DocumentQuery, DocumentReport,
    Forgotten, Heartbeat, Holder, Job, JobQuery, JobRequest, JobsError, Lease, NewDocument, Open, Outcome, Page,
    Released, Repeat, Repeated, Return, Standing,
};

#[async_trait]
impl JobStore for SqliteStore {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        let (resource, repeat) = (resource.clone(), repeat.cloned());
        let body = serde_json::to_string(request).map_err(|error| JobsError::Store(Box::new(error)))?;
        self.write(move |c, context| {
            Box::pin(async move {
                let now = context.stamps.now();
                if let Some(repeat) = &repeat
                    && let Some(before) = submissions::find(&mut *c, now, &resource, repeat).await?
                {
                    return Ok(Accepted::Before(before));
                }
                let job = jobs::create(c, context, &resource, &body).await?;
                if let Some(repeat) = &repeat {
                    submissions::remember(c, now, &resource, repeat, job.id).await?;
                }
                Ok(Accepted::New(job))
            })
        })
        .await
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        submissions::find(&self.inner.readers, self.inner.context.stamps.now(), resource, repeat).await
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        Ok(jobs::find(&self.inner.readers, resource, id).await?.map(|(_, job)| job))
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        let scope = Scope::Jobs { resource: resource.0.clone() };
        list::page(&self.inner.readers, &scope, rows::JOB, query, codes::job_code, rows::job).await
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.readers, resource, job).await? else { return Ok(None) };
        let scope = Scope::Documents { job: row };
        let read = |row: &sqlx::sqlite::SqliteRow| rows::document(row, job);
        list::page(&self.inner.readers, &scope, rows::DOCUMENT, query, codes::document_code, read).await.map(Some)
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.readers, resource, job).await? else { return Ok(None) };
        let sql = format!("SELECT {} FROM documents AS entry WHERE id = $1 AND +job = $2", rows::DOCUMENT);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).bind(row);
        query.fetch_optional(&self.inner.readers).await?.map(|row| rows::document(&row, job)).transpose()
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        let query = sqlx::query(words::REPORT).bind(id.0).bind(&resource.0);
        query.fetch_optional(&self.inner.readers).await?.map(|row| rows::report(&row, id)).transpose()
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let resource = resource.clone();
        self.write(move |c, context| Box::pin(async move { jobs::cancel(c, context, &resource, id).await })).await
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        audit::open(&self.inner.readers, resource).await
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let resource = resource.clone();
        self.write(move |c, _| Box::pin(async move { retention::forget(c, &resource, id).await })).await
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        self.write(move |c, context| {
            Box::pin(async move {
                submissions::forget(c, context.stamps.now()).await?;
                let Some(age) = age else { return Ok(0) };
                retention::forget_ended(c, earlier(context.stamps.now(), age), documents).await
            })
        })
        .await
    }

    async fn ping(&self) -> Result<(), JobsError> {
        sqlx::query("SELECT 1").execute(&self.inner.readers).await?;
        // The writer too: a full disk or a stuck commit means that no work can be taken.
        self.inner.writer.run(|_| Box::pin(async { Ok(()) })).await
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::expansion(c, context, &holder).await })).await
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::documents(c, context, &holder, limit).await })).await
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::suspect(c, context, &holder).await })).await
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::cancelled(c, context, &holder, limit).await })).await
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        claim::request(&self.inner.work_readers, &self.inner.context.sealer, job).await
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        let lease = holder.lease;
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                let (until, mut found) = (context.stamps.now().plus(lease), Heartbeat::default());
                for lease in &leases {
                    leases::extend(c, lease, until, &mut found).await?;
                }
                Ok(found)
            })
        })
        .await
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::standing(&self.inner.work_readers, lease, self.inner.context.stamps.now()).await
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| {
            Box::pin(async move { leases::begin_write(c, &lease, context.stamps.now()).await })
        })
        .await
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        let (lease, sha256) = (lease.again(), sha256.to_owned());
        self.write(move |c, _| Box::pin(async move { leases::note_input(c, &lease, &sha256).await })).await
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        let documents: Vec<_> = documents.iter().map(|(lease, progress)| (lease.again(), *progress)).collect();
        self.write(move |c, _| {
            Box::pin(async move {
                for (lease, progress) in &documents {
                    leases::progress(c, lease, *progress).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| Box::pin(async move { expansion::record(c, context, &lease, &documents).await }))
            .await
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| Box::pin(async move { expansion::refuse(c, context, &lease, failure).await }))
            .await
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| {
            Box::pin(async move { outcome::finish(c, context, &lease, &outcome, &report).await })
        })
        .await
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                for lease in &leases {
                    outcome::hand_back(c, context, lease, how).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        self.write(move |c, context| Box::pin(async move { outcome::release_expired(c, context, limit).await })).await
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                let mut released = Released::default();
                for lease in &leases {
                    outcome::record_crash(c, context, lease, limit, &mut released).await?;
                }
                Ok(released)
            })
        })
        .await
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        self.write(move |c, context| Box::pin(async move { audit::audit(c, context).await })).await
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        audit::depth(&self.inner.work_readers).await
    }
}
