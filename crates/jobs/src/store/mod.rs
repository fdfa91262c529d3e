//! The seam to the database. One implementation a database, one conformance suite for all.

pub(crate) mod codes;
pub(crate) mod crashes;
pub(crate) mod fair;
#[cfg(test)]
mod lease_model;
pub(crate) mod ledger;
pub(crate) mod listing;
#[cfg(feature = "testing")]
mod memory;
mod options;
pub(crate) mod position;
mod postgres;
pub(crate) mod repeat;
pub(crate) mod settling;
mod sql;
mod sqlite;
mod timely;
mod work;

use std::time::Duration;

use async_trait::async_trait;
use terjuman_model::{DocumentId, Failure, JobId, ResourceId, Timestamp};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;

pub use self::fair::Weights;
#[cfg(feature = "testing")]
pub use self::memory::{Bug, MemoryStore};
pub use self::options::QueueOptions;
pub use self::postgres::{PostgresOptions, PostgresStore};
pub use self::repeat::{Accepted, Forgotten, Repeat, Repeated};
pub use self::sqlite::{SqliteOptions, SqliteStore, backup};
/// Times that a worker looks for the output of a cancelled document, before it ends as cancelled whatever may be there:
/// with the pauses between, about four minutes.
#[doc(hidden)]
pub const LOOKS: u32 = 8;

pub use self::settling::{SETTLES, Unsettled};
pub use self::timely::Timely;
pub use self::work::{
    ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Heartbeat, Holder, Lease, NewDocument, News, Outcome,
    Released, Return, Standing, Subject,
};
use crate::{Document, DocumentQuery, DocumentReport, Job, JobQuery, JobRequest, JobsError, Open, Page};

/// Jobs and documents, durably.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Stores a new job; when this returns it survives a power failure. A request with a name that came before becomes no
    /// second job, however many come at once.
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError>;

    /// What became of a request when it came before; `None` if it did not.
    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError>;

    /// [`accept`](Self::accept) of a request without a name.
    async fn create_job(&self, resource: &ResourceId, request: &JobRequest) -> Result<Job, JobsError> {
        match self.accept(resource, request, None).await? {
            Accepted::New(job) => Ok(job),
            Accepted::Before(_) => Err(JobsError::Invalid("submission")),
        }
    }

    /// One job of this resource; a foreign job is `None`.
    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError>;

    /// One page of this resource's jobs.
    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError>;

    /// One page of a job's documents; `None` if the job is not this resource's.
    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError>;

    /// One document of a job; `None` if either is not there or not this resource's.
    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError>;

    /// What became of the work on a document; `None` if it is not there or not this resource's.
    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError>;

    /// Asks a job to stop: what was never begun is `Cancelled` at once, everything else is `Cancelling`. A finished job
    /// stays as it is. Returns the job after that; `None` if it is not this resource's.
    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError>;

    /// How much of this resource, and of all, has not ended.
    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError>;

    /// Forgets a job of this resource that has ended, with its documents.
    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError>;

    /// Forgets jobs that ended longer ago than that, oldest first, until about `documents` documents are gone; the number
    /// of jobs. Several processes may do so at once.
    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError>;

    /// Whether the database answers: what `/readyz` asks.
    async fn ping(&self) -> Result<(), JobsError>;

    /// What other processes do on the same database; `None` where there cannot be any. May be missed: it makes things
    /// quick, and nothing depends on it.
    fn news(&self) -> Option<broadcast::Receiver<News>> {
        None
    }

    // What follows is for the workers.

    /// Takes a job whose documents are to be enumerated; the attempt is counted before it begins.
    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError>;

    /// Takes up to `limit` documents, the attempts counted before they begin. Fair: a weighted round robin over the
    /// resources, then the oldest job, then the smallest document. Documents under which a worker died are left to
    /// [`JobStore::claim_suspect`].
    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError>;

    /// Takes a document under which a worker died; first those of which the fewest did. To be worked on alone, so that
    /// its next crash is counted against no other.
    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError>;

    /// Takes over up to `limit` documents that are cancelled and have no worker any more, to look whether one of their
    /// workers left an output behind; each look is counted before it begins.
    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError>;

    /// What a job is asked to do; `None` once it has ended.
    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError>;

    /// Extends all leases of a worker from now on, and tells which are worth nothing any more.
    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError>;

    /// What a lease is worth now, without extending it.
    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError>;

    /// An output of the document may be sent from now on if the lease holds: until the document ends, or
    /// [`Unsettled`] after the end of the lease, one may be in its target or appear there. Otherwise nothing is noted, and
    /// nothing may be sent.
    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError>;

    /// Stores what was read of a document under which a worker died, as SHA-256, before the work on it begins: if it ends as
    /// crashed, somebody may want to know whether they have the same. `false` if the lease is lost.
    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError>;

    /// Stores how far documents are, from 0 to 1, the end excepted. Never goes back; lost leases are passed over.
    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError>;

    /// The enumeration is done: stores the documents, in this order, with the job's counters. `false` if the lease is
    /// lost: then nothing changed.
    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError>;

    /// The enumeration refused the job: it is `ValidationFailed` without documents. `false` if the lease is lost.
    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError>;

    /// The work on a document is done: outcome, report and the job's counters in one transaction. `false` if the lease
    /// is lost, or the outcome cannot happen where the document stands: then nothing changed. A failure cannot happen
    /// to a document that is cancelled: what it wrote before it failed is not known, so that it is handed back.
    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError>;

    /// Hands leases back before the work is done; a document of a cancelled job stays to be looked at, see
    /// [`claim_cancelled`](Self::claim_cancelled). Lost ones are passed over.
    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError>;

    /// Ends leases that expired. Nobody knows why: as a rule the worker was killed, so no attempt is counted, and the
    /// document is worked on alone from now on. One that lost its worker `limit` times is not tried again. One that is
    /// cancelled stays to be looked at, unless that was tried [`LOOKS`] times.
    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError>;

    /// The work under these leases on documents brought its process down by its own doing. Each is counted once,
    /// however late and however often it is told, and whoever holds the document by now; a lease that is still held is
    /// ended. A document that did so `limit` times fails.
    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError>;

    /// Recounts every open job; the number of those whose counters were wrong and are right now.
    async fn audit(&self) -> Result<u32, JobsError>;

    /// How long the queue is.
    async fn depth(&self) -> Result<Depth, JobsError>;
}

/// The moment that was so long ago.
pub(crate) fn earlier(now: Timestamp, age: Duration) -> Timestamp {
    now.plus_micros(i64::try_from(age.as_micros()).unwrap_or(i64::MAX).saturating_neg())
}
