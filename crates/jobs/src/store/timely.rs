//! A store whose calls end.
//!
//! The database ends statements that take too long, and says when it ends a connection. One that vanishes without a word
//! (its machine is gone, a firewall has forgotten the connection, its processes are stopped) does neither, and the
//! system's TCP goes on hoping for a quarter of an hour. So each call has a limit of ours as well, well above what the
//! database allows its statements: whoever reaches it hears that the store is busy. What the call was about to change
//! may have been changed, as always when an answer is lost.

use std::time::Duration;

use async_trait::async_trait;
use terjuman_model::{DocumentId, Failure, JobId, ResourceId};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::JobStore;
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Document, DocumentQuery, DocumentReport,
    Forgotten, Heartbeat, Holder, Job, JobQuery, JobRequest, JobsError, Lease, NewDocument, News, Open, Outcome, Page,
    Released, Repeat, Repeated, Return, Standing,
};

/// How long a call may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);
/// How long counting everything may take, which is many small transactions.
const LONG: Duration = Duration::from_secs(120);

/// A store that answers in time, or says that it is busy.
#[derive(Clone)]
pub struct Timely<S>(S);

impl<S> Timely<S> {
    /// The same store, with an end to each call.
    pub fn new(store: S) -> Self {
        Self(store)
    }
}

async fn limited<T>(call: impl Future<Output = Result<T, JobsError>>) -> Result<T, JobsError> {
    timeout(LIMIT, call).await.unwrap_or(Err(JobsError::Busy))
}

#[async_trait]
impl<S: JobStore> JobStore for Timely<S> {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        limited(self.0.accept(resource, request, repeat)).await
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        limited(self.0.repeated(resource, repeat)).await
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        limited(self.0.job(resource, id)).await
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        limited(self.0.jobs(resource, query)).await
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        limited(self.0.documents(resource, job, query)).await
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        limited(self.0.document(resource, job, id)).await
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        limited(self.0.report(resource, id)).await
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        limited(self.0.cancel(resource, id)).await
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        limited(self.0.open_documents(resource)).await
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        limited(self.0.forget(resource, id)).await
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        limited(self.0.forget_ended(age, documents)).await
    }

    async fn ping(&self) -> Result<(), JobsError> {
        limited(self.0.ping()).await
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        self.0.news()
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        limited(self.0.claim_expansion(holder)).await
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        limited(self.0.claim_documents(holder, limit)).await
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        limited(self.0.claim_suspect(holder)).await
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        limited(self.0.claim_cancelled(holder, limit)).await
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        limited(self.0.request(job)).await
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        limited(self.0.heartbeat(holder, leases)).await
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        limited(self.0.standing(lease)).await
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        limited(self.0.begin_write(lease)).await
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        limited(self.0.note_input(lease, sha256)).await
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        limited(self.0.progress(documents)).await
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        limited(self.0.record_expansion(lease, documents)).await
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        limited(self.0.refuse(lease, failure)).await
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        limited(self.0.finish(lease, outcome, report)).await
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        limited(self.0.hand_back(leases, how)).await
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        limited(self.0.release_expired(limit)).await
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        limited(self.0.record_crashes(leases, limit)).await
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        timeout(LONG, self.0.audit()).await.unwrap_or(Err(JobsError::Busy))
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        limited(self.0.depth()).await
    }
}
