//! The rows, and what is looked up in them.

use std::collections::BTreeMap;

use terjuman_model::{DocumentId, DocumentStatus, Failure, JobId, LanguageTag, ResourceId, Timestamp};
use terjuman_pipeline::Report;

use crate::store::ledger::Ledger;
use crate::store::position::{Position, Queue};
use crate::store::settling::Sent;
use crate::{Document, Job, JobRequest, NewDocument, Repeat, Repeated};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) jobs: Vec<JobRow>,
    pub(super) documents: Vec<DocumentRow>,
    pub(super) job_rows: BTreeMap<JobId, usize>,
    pub(super) document_rows: BTreeMap<DocumentId, usize>,
    pub(super) submissions: BTreeMap<(ResourceId, String), Submission>,
    /// Grows with each change that a caller can see.
    pub(super) changes: u64,
}

/// A request with a name of its own.
pub(super) struct Submission {
    pub(super) body: [u8; 32],
    pub(super) job: JobId,
    pub(super) accepted: Timestamp,
}

pub(super) struct JobRow {
    pub(super) id: JobId,
    pub(super) resource: ResourceId,
    pub(super) created: Timestamp,
    pub(super) last_action: Timestamp,
    pub(super) ledger: Ledger,
    pub(super) error: Option<Failure>,
    pub(super) request: Option<JobRequest>,
    pub(super) lost: u32,
    pub(super) waits: Waiting,
}

pub(super) struct DocumentRow {
    pub(super) id: DocumentId,
    pub(super) job: usize,
    pub(super) found: NewDocument,
    pub(super) language: LanguageTag,
    pub(super) deployment: Option<String>,
    pub(super) created: Timestamp,
    pub(super) last_action: Timestamp,
    pub(super) shown: DocumentStatus,
    pub(super) progress: f32,
    pub(super) characters: u64,
    pub(super) error: Option<Failure>,
    pub(super) report: Option<Report>,
    pub(super) input_sha256: Option<String>,
    pub(super) lost: u32,
    pub(super) crashes: u32,
    /// The newest lease that was told of as crashed.
    pub(super) crash_token: i64,
    /// How often its target was looked at since it was cancelled.
    pub(super) looks: u32,
    pub(super) sent: Sent,
    pub(super) waits: Waiting,
}

/// A row's place in a queue.
pub(super) struct Waiting {
    pub(super) queue: Queue,
    pub(super) run_at: Timestamp,
    pub(super) attempt: u32,
    pub(super) token: i64,
    pub(super) until: Timestamp,
}

impl Waiting {
    pub(super) fn new(run_at: Timestamp) -> Self {
        Self { queue: Queue::Waiting, run_at, attempt: 0, token: 0, until: Timestamp(0) }
    }

    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        self.queue == Queue::Waiting && self.run_at <= now
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.queue == Queue::Leased && self.until < now
    }

    /// It is for whoever comes first, from this moment on; the lease that there was is worth nothing.
    pub(super) fn leave(&mut self, from: Option<Timestamp>) {
        self.token += 1;
        self.until = from.unwrap_or(Timestamp(0));
    }

    pub(super) fn take(&mut self, until: Timestamp) {
        self.queue = Queue::Leased;
        self.attempt += 1;
        self.token += 1;
        self.until = until;
    }
}

impl DocumentRow {
    pub(super) fn position(&self) -> Position {
        Position { shown: self.shown, queue: self.waits.queue }
    }
}

impl Tables {
    pub(super) fn repeated(&self, now: Timestamp, resource: &ResourceId, repeat: &Repeat) -> Option<Repeated> {
        if repeat.is_outside(now) {
            return Some(Repeated::OutsideWindow);
        }
        let submission = self.submissions.get(&(resource.clone(), repeat.name.clone()))?;
        Some(repeat.of(&submission.body, submission.job))
    }

    /// Its rows stay, and nobody finds them.
    pub(super) fn forget(&mut self, job: usize) {
        self.job_rows.remove(&self.jobs[job].id);
        let documents = &self.documents;
        self.document_rows.retain(|_, row| documents[*row].job != job);
        self.changes += 1;
    }

    pub(super) fn find(&self, resource: &ResourceId, id: JobId) -> Option<usize> {
        self.job_rows.get(&id).copied().filter(|row| self.jobs[*row].resource == *resource)
    }

    pub(super) fn job(&self, row: usize) -> Job {
        let job = &self.jobs[row];
        Job {
            id: job.id,
            created: job.created,
            last_action: job.last_action,
            status: job.ledger.status,
            summary: job.ledger.summary,
            error: job.error.clone(),
        }
    }

    pub(super) fn document(&self, row: usize) -> Document {
        let document = &self.documents[row];
        let job = &self.jobs[document.job];
        Document {
            id: document.id,
            job: job.id,
            source_url: document.found.source_url.clone(),
            target_url: document.found.target_url.clone(),
            target: document.language.clone(),
            created: document.created,
            last_action: document.last_action,
            status: document.shown,
            progress: document.progress,
            characters: document.characters,
            error: document.error.clone(),
            deployment: document.deployment.clone(),
        }
    }

    pub(super) fn documents_of(&self, job: usize) -> impl Iterator<Item = usize> + '_ {
        self.documents.iter().enumerate().filter(move |(_, document)| document.job == job).map(|(row, _)| row)
    }
}
