//! Jobs in memory: a model of a shared database, for tests that simulate everything around it.
//!
//! Each operation is one transaction: it happens at once and whole. What is decided is decided by the functions that all
//! stores share; what is looked up, compared and set is written here once more, so that the suite of promises checks two
//! things against each other. A model can be told to have a [`Bug`]: whoever checks it must find out.

mod bug;
mod claims;
mod expansion;
mod leases;
mod outcome;
mod page;
mod requests;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use terjuman_model::{DocumentId, Failure, JobId, ResourceId, Timestamp};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;

pub use self::bug::Bug;
use self::page::page;
use self::tables::Tables;
use super::fair::Turns;
use super::position::Queue;
use super::{JobStore, QueueOptions};
use crate::stamps::Stamps;
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Clock, Depth, Document, DocumentQuery,
    DocumentReport, Forgotten, Heartbeat, Holder, Ids, Job, JobQuery, JobRequest, JobsError, Lease, NewDocument, News,
    Open, Outcome, Page, Released, Repeat, Repeated, Return, Standing,
};

/// News that a listener may be behind with.
const BEHIND: usize = 64;

/// Jobs in memory. Clones are connections to the same database.
#[derive(Clone)]
pub struct MemoryStore {
    database: Arc<Database>,
}

struct Database {
    tables: Mutex<Tables>,
    stamps: Stamps,
    ids: Arc<dyn Ids>,
    queue: QueueOptions,
    turns: Turns,
    listing_turns: Turns,
    news: broadcast::Sender<News>,
    bug: Option<Bug>,
}

impl MemoryStore {
    /// An empty database.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self::with(clock, ids, QueueOptions::default(), None)
    }

    /// An empty database with a queue of its own kind, and a bug.
    #[must_use]
    pub fn with(clock: Arc<dyn Clock>, ids: Arc<dyn Ids>, queue: QueueOptions, bug: Option<Bug>) -> Self {
        let (news, stamps) = (broadcast::Sender::new(BEHIND), Stamps::after(Timestamp(0), clock));
        let turns = || Turns::new(queue.weights.clone());
        let (turns, listing_turns) = (turns(), turns());
        let database = Database { tables: Mutex::default(), stamps, ids, queue, turns, listing_turns, news, bug };
        Self { database: Arc::new(database) }
    }

    /// Grows with each change that a caller can see.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.tables().changes
    }

    /// The resources that have jobs.
    #[must_use]
    pub fn resources(&self) -> Vec<ResourceId> {
        let mut found: Vec<_> = self.tables().jobs.iter().map(|job| job.resource.clone()).collect();
        found.sort();
        found.dedup();
        found
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.database.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.database.stamps.now()
    }

    fn has(&self, bug: Bug) -> bool {
        self.database.bug == Some(bug)
    }

    /// Nobody listens, which is no error.
    fn tell(&self, news: News) {
        let _ = self.database.news.send(news);
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        requests::accept(self, resource, request, repeat)
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        Ok(self.tables().repeated(self.now(), resource, repeat))
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let tables = self.tables();
        Ok(tables.find(resource, id).map(|row| tables.job(row)))
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        let tables = self.tables();
        let mine = tables.job_rows.values().copied().filter(|row| tables.jobs[*row].resource == *resource);
        page(mine.map(|row| tables.job(row)), query, |job| job.status)
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        let tables = self.tables();
        let Some(row) = tables.find(resource, job) else { return Ok(None) };
        let documents = tables.documents_of(row).map(|row| tables.document(row));
        page(documents, query, |document| document.status).map(Some)
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        let tables = self.tables();
        let Some(row) = tables.find(resource, job) else { return Ok(None) };
        let document = tables.document_rows.get(&id).filter(|document| tables.documents[**document].job == row);
        Ok(document.map(|document| tables.document(*document)))
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        let tables = self.tables();
        let Some(document) = tables.document_rows.get(&id).map(|row| &tables.documents[*row]) else { return Ok(None) };
        let job = &tables.jobs[document.job];
        Ok((job.resource == *resource).then(|| DocumentReport {
            id,
            job: job.id,
            status: document.shown,
            input_sha256: document.input_sha256.clone(),
            report: document.report.clone(),
        }))
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        requests::cancel(self, resource, id)
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        requests::open_documents(self, resource)
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        requests::forget(self, resource, id)
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        requests::forget_ended(self, age, documents)
    }

    async fn ping(&self) -> Result<(), JobsError> {
        Ok(())
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        Some(self.database.news.subscribe())
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        claims::expansion(self, holder)
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        claims::documents(self, holder, limit)
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        claims::suspect(self, holder)
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        claims::cancelled(self, holder, limit)
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        let tables = self.tables();
        Ok(tables.job_rows.get(&job).and_then(|row| tables.jobs[*row].request.clone()))
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        leases::heartbeat(self, holder, leases)
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::standing(self, lease)
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::begin_write(self, lease)
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        leases::note_input(self, lease, sha256)
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        leases::progress(self, documents)
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        expansion::record(self, lease, documents)
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        expansion::refuse(self, lease, failure)
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        outcome::finish(self, lease, outcome, report)
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        outcome::hand_back(self, leases, how)
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        outcome::release_expired(self, limit)
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        outcome::record_crashes(self, leases, limit)
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        outcome::audit(self)
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        let tables = self.tables();
        let count =
            |queue: Queue| tables.documents.iter().filter(|document| document.waits.queue == queue).count() as u64;
        Ok(Depth { waiting: count(Queue::Waiting), running: count(Queue::Leased) })
    }
}
