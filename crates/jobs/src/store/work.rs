//! What the store hands to workers, and what they hand back.

use std::time::Duration;

use terjuman_model::{DocumentId, Failure, JobId, ResourceId};

use super::settling::Unsettled;
use crate::{JobRequest, JobTarget, JobsError};

/// A worker that takes work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name, for people who look at the database. Leases are told apart by their tokens.
    pub name: String,
    /// How long a lease holds without a heartbeat.
    pub lease: Duration,
}

/// What a lease is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The enumeration of a job's documents.
    Expansion(JobId),
    /// The work on a document.
    Document(DocumentId),
}

/// Proof that a worker holds something. Only the store makes one. The token is another at each claim, so what a worker
/// that came back too late has to say changes nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Lease {
    subject: Subject,
    token: i64,
}

impl Lease {
    pub(crate) fn new(subject: Subject, token: i64) -> Self {
        Self { subject, token }
    }

    /// The same lease, for an operation that outlives its caller.
    #[doc(hidden)]
    #[must_use]
    pub fn again(&self) -> Self {
        Self { subject: self.subject, token: self.token }
    }

    /// What it is for.
    #[must_use]
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// What tells it from every other lease of the same subject.
    pub(crate) fn token(&self) -> i64 {
        self.token
    }
}

/// A job whose documents are to be enumerated.
#[derive(Debug)]
pub struct ClaimedExpansion {
    /// The claim.
    pub lease: Lease,
    /// Which job.
    pub job: JobId,
    /// Whose it is.
    pub resource: ResourceId,
    /// What it is asked to do.
    pub request: JobRequest,
    /// How often its enumeration was begun, this time included.
    pub attempt: u32,
}

/// A document to work on.
#[derive(Debug)]
pub struct ClaimedDocument {
    /// The claim.
    pub lease: Lease,
    /// Which document.
    pub id: DocumentId,
    /// Its job.
    pub job: JobId,
    /// Whose it is.
    pub resource: ResourceId,
    /// Index of its input in the job's request.
    pub input: usize,
    /// Index of its target in that input.
    pub target: usize,
    /// The source's name in its container.
    pub source_name: String,
    /// The source's version when it was listed.
    pub source_etag: Option<String>,
    /// The source's length when it was listed.
    pub size: u64,
    /// The target's name in its container.
    pub target_name: String,
    /// Whether an earlier document of the job has the same target.
    pub twin: bool,
    /// How often it was begun, this time included.
    pub attempt: u32,
    /// How many workers died while they held it.
    pub lost: u32,
    /// How often its target was looked at since it was cancelled, this time included; 0 for one to work on.
    pub looks: u32,
    /// Whether an output that an earlier worker sent may appear yet.
    pub unsettled: Option<Unsettled>,
}

/// Documents that one worker takes at a time.
#[derive(Debug, Default)]
pub struct ClaimedDocuments {
    /// No more than asked for.
    pub documents: Vec<ClaimedDocument>,
    /// Whether a document waits under which a worker died: it is claimed with
    /// [`claim_suspect`](crate::JobStore::claim_suspect), when nothing else is at work.
    pub suspects: bool,
}

/// A document found by the enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// Index of its input in the job's request.
    pub input: usize,
    /// Index of its target in that input.
    pub target: usize,
    /// The source's name in its container.
    pub source_name: String,
    /// The source's URL without SAS.
    pub source_url: String,
    /// The source's version.
    pub source_etag: Option<String>,
    /// The source's length in bytes.
    pub size: u64,
    /// The target's name in its container.
    pub target_name: String,
    /// The target's URL without SAS.
    pub target_url: String,
    /// Whether an earlier document of the job has the same target: this one fails when its turn comes.
    pub twin: bool,
}

impl NewDocument {
    /// Its target in the job's request.
    pub(crate) fn target_in<'r>(&self, request: &'r JobRequest) -> Result<&'r JobTarget, JobsError> {
        let target = request.inputs.get(self.input).and_then(|input| input.targets.get(self.target));
        target.ok_or(JobsError::Invalid("target index"))
    }
}

/// How the work on a document ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The target file is there.
    Succeeded {
        /// Source characters charged.
        characters: u64,
        /// SHA-256 of the file, hexadecimal.
        sha256: String,
    },
    /// It cannot be translated.
    Failed(Failure),
    /// The work stopped because the job was cancelled, and nothing of it is in the target.
    Cancelled,
}

/// How leases are handed back before the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// The worker shuts down: as if the work had never been begun.
    Unbegun,
    /// The attempt counts; the next one starts after this long.
    After(Duration),
}

/// What a heartbeat finds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heartbeat {
    /// Still held, but the job was cancelled.
    pub cancelled: Vec<Subject>,
    /// No longer held: somebody else has it, or it ended.
    pub lost: Vec<Subject>,
}

/// What a lease is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The work may go on.
    Held,
    /// The work shall stop.
    Cancelled,
    /// Nothing that this worker does counts.
    Lost,
}

/// Leases whose workers were not heard of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Released {
    /// They wait for another worker.
    pub released: u32,
    /// Too many workers died of them: they failed, or ended as cancelled.
    pub crashed: u32,
}

/// What another process did on the same database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// There may be something to claim.
    Work,
    /// This job was cancelled.
    Cancelled(JobId),
    /// Something was said that nobody heard: all of it may be so.
    Missed,
}

/// How long the queue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Documents that wait for a worker.
    pub waiting: u64,
    /// Documents that a worker holds.
    pub running: u64,
}
