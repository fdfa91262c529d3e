//! The promises, each looked at after every transaction, at every answer to a caller, and at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use terjuman_blobs::Stamp;
use terjuman_jobs::{Document, Job, JobStore as _, LOOKS, Lease, Outcome, SETTLES, Standing, Subject};
use terjuman_model::{DocumentId, DocumentStatus, FailureCode, JobId, JobStatus, ResourceId, Summary};
use tokio::time::Instant;

use super::run::FOREIGN;
use super::storage::place;
use super::texts;
use super::world::{World, lock};
use crate::support::{all, document_rank, job_rank};

/// What was seen so far of jobs and documents: by somebody who sees everything, or by one caller.
#[derive(Default)]
pub(crate) struct Seen {
    jobs: BTreeMap<JobId, Job>,
    documents: BTreeMap<DocumentId, Document>,
}

impl Seen {
    /// P2 and P3, as far as a job shows them.
    pub(crate) fn job(&mut self, job: &Job, wrong: &mut Vec<String>) {
        let id = job.id;
        let Some(before) = self.jobs.insert(id, job.clone()) else { return };
        if before.status.is_final() && before != *job {
            wrong.push(format!("P2: job {id} changed after its end: {before:?} to {job:?}"));
        }
        if job_rank(before.status) > job_rank(job.status) {
            wrong.push(format!("P2: job {id} went back from {:?} to {:?}", before.status, job.status));
        }
        let (old, new) = (&before.summary, &job.summary);
        let falls = old.success > new.success
            || old.failed > new.failed
            || old.cancelled > new.cancelled
            || old.characters_charged > new.characters_charged
            || old.not_yet_started < new.not_yet_started && old.total() > 0;
        if falls || old.total() > 0 && old.total() != new.total() {
            wrong.push(format!("P3: the counters of job {id} went from {old:?} to {new:?}"));
        }
        if before.last_action > job.last_action {
            wrong.push(format!("P2: the last action of job {id} went back"));
        }
    }

    /// P2, as far as a document shows it.
    pub(crate) fn document(&mut self, document: &Document, wrong: &mut Vec<String>) {
        let id = document.id;
        if (document.progress >= 1.0) != (document.status == DocumentStatus::Succeeded) {
            wrong.push(format!("P2: document {id} is {:?} at {}", document.status, document.progress));
        }
        if document.characters > 0 && document.status != DocumentStatus::Succeeded {
            wrong.push(format!("P3: document {id} is {:?} and charged", document.status));
        }
        if document.error.is_some() != (document.status == DocumentStatus::Failed) {
            wrong.push(format!("P2: document {id} is {:?} with the error {:?}", document.status, document.error));
        }
        let Some(before) = self.documents.insert(id, document.clone()) else { return };
        if before.status.is_final() && before != *document {
            wrong.push(format!("P2: document {id} changed after its end: {before:?} to {document:?}"));
        }
        if document_rank(before.status) > document_rank(document.status) {
            wrong.push(format!("P2: document {id} went back from {:?} to {:?}", before.status, document.status));
        }
    }
}

/// Sees everything.
#[derive(Default)]
pub(crate) struct Checker {
    wrong: Mutex<Vec<String>>,
    seen: Mutex<Seen>,
    /// Jobs whose acceptance a caller heard of.
    accepted: Mutex<BTreeSet<(ResourceId, JobId)>>,
    /// Jobs whose requests had a name.
    named: Mutex<BTreeMap<(ResourceId, String), JobId>>,
    /// The newest lease of each subject.
    newest: Mutex<BTreeMap<Subject, Lease>>,
    /// What the documents ended as.
    ends: Mutex<BTreeMap<DocumentId, Outcome>>,
    /// When the database last told a process that its lease holds.
    stood: Mutex<BTreeMap<(String, Subject), Instant>>,
    jumped: Mutex<Option<Instant>>,
    /// Files that somebody else put where an output would go.
    foreign: Mutex<BTreeSet<(String, String)>>,
    /// Documents whose outputs appeared after their end and could not be kept from it.
    late: Mutex<BTreeSet<DocumentId>>,
    /// How often the targets of cancelled documents were looked at.
    looks: Mutex<BTreeMap<DocumentId, u32>>,
}

impl Checker {
    pub(crate) fn violated(&self, what: impl Into<String>) {
        lock(&self.wrong).push(what.into());
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        lock(&self.wrong).clone()
    }

    pub(crate) fn late(&self) -> u32 {
        u32::try_from(lock(&self.late).len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn accepted(&self, resource: &ResourceId, job: JobId) {
        lock(&self.accepted).insert((resource.clone(), job));
    }

    pub(crate) fn named(&self, resource: ResourceId, name: String, job: JobId) {
        let before = lock(&self.named).insert((resource, name), job);
        if let Some(before) = before {
            self.violated(format!("P17: one request became the jobs {before} and {job}"));
        }
    }

    pub(crate) fn claimed(&self, lease: &Lease) {
        let before = lock(&self.newest).insert(lease.subject(), lease.again());
        if before.is_some_and(|before| before == *lease) {
            self.violated(format!("P6: one lease of {:?} was given twice", lease.subject()));
        }
    }

    /// What a lease was truly worth then, when a process asked, and the process hears the answer.
    pub(crate) fn stands(&self, process: &str, subject: Subject, standing: Standing, at: Instant) {
        let (mut stood, key) = (lock(&self.stood), (process.to_owned(), subject));
        match standing {
            Standing::Held => stood.insert(key, at),
            Standing::Cancelled | Standing::Lost => stood.remove(&key),
        };
    }

    /// When the database last told this process that its lease on the document holds, if it holds as far as it knows.
    pub(crate) fn stood(&self, process: &str, document: DocumentId) -> Option<Instant> {
        lock(&self.stood).get(&(process.to_owned(), Subject::Document(document))).copied()
    }

    pub(crate) fn looked(&self, document: DocumentId, looks: u32) {
        lock(&self.looks).insert(document, looks);
    }

    pub(crate) fn intruded(&self, container: String, name: String) {
        lock(&self.foreign).insert((container, name));
    }

    pub(crate) fn jumped_forwards(&self) {
        *lock(&self.jumped) = Some(Instant::now());
    }

    /// The store said yes to an end.
    pub(crate) fn ended(&self, lease: &Lease, outcome: Option<&Outcome>) {
        let subject = lease.subject();
        if lock(&self.newest).get(&subject) != Some(lease) {
            self.violated(format!("P6: a late word on {subject:?} counted"));
        }
        if let (Subject::Document(document), Some(outcome)) = (subject, outcome)
            && let Some(before) = lock(&self.ends).insert(document, outcome.clone())
        {
            self.violated(format!("P2: document {document} ended twice: {before:?} and {outcome:?}"));
        }
    }

    /// After a transaction. P1, P2, P3.
    pub(crate) async fn look(&self, world: &World) {
        let (mut jobs, mut wrong) = (BTreeMap::new(), Vec::new());
        for resource in world.store.resources() {
            let Ok(page) = world.store.jobs(&resource, &all(1000)).await else { continue };
            for job in page.items {
                let documents = world.store.documents(&resource, job.id, &all(1000)).await;
                let documents = documents.ok().flatten().map(|page| page.items).unwrap_or_default();
                jobs.insert((resource.clone(), job.id), (job, documents));
            }
        }
        for key in &*lock(&self.accepted) {
            if !jobs.contains_key(key) {
                wrong.push(format!("P1: job {} was accepted and is gone", key.1));
            }
        }
        let mut seen = lock(&self.seen);
        for (job, documents) in jobs.values() {
            let mut counted = Summary::default();
            for document in documents {
                counted.add(document.status);
                counted.characters_charged += document.characters;
                seen.document(document, &mut wrong);
            }
            if counted != job.summary {
                wrong.push(format!("P3: job {} says {:?} and has {counted:?}", job.id, job.summary));
            }
            seen.job(job, &mut wrong);
        }
        lock(&self.wrong).append(&mut wrong);
    }

    fn status_of(&self, document: DocumentId) -> Option<DocumentStatus> {
        lock(&self.seen).documents.get(&document).map(|document| document.status)
    }

    /// An output appears that was sent then. P14: not after the end of its document.
    ///
    /// A write that is done so late that nobody waits for it any more, and a clock that jumps meanwhile, cannot be kept from
    /// it: the storage knows no leases. And what failed for want of an answer may find its output there.
    pub(crate) fn landed(&self, process: &str, stamp: &Stamp, sent: Instant, stood: Option<Instant>) {
        let document = stamp.document;
        let Some(stood) = stood else {
            return self.violated(format!("P14: {process} wrote {document} without a lease"));
        };
        let Some(status) = self.status_of(document).filter(|status| status.is_final()) else { return };
        let jumped = lock(&self.jumped).is_some_and(|jumped| jumped >= stood);
        if jumped || status == DocumentStatus::Failed || sent.elapsed() >= SETTLES {
            lock(&self.late).insert(document);
        } else {
            self.violated(format!("P14: the output of {document} appeared when it was {status:?}"));
        }
    }

    /// When everything is at rest. P1, P2, P4, and that failures have causes.
    pub(crate) async fn at_the_end(&self, world: &World) {
        self.look(world).await;
        let (jobs, documents) = {
            let seen = lock(&self.seen);
            (seen.jobs.clone(), seen.documents.clone())
        };
        for job in jobs.values() {
            self.job_at_the_end(world, job);
        }
        let mut outputs: BTreeMap<(String, String), DocumentId> = BTreeMap::new();
        for document in documents.values() {
            if let Some(other) = outputs.insert(place(&document.target_url), document.id) {
                self.violated(format!("P4: {} and {other} have one target", document.id));
            }
            self.document_at_the_end(world, document);
        }
        for (container, name) in &*lock(&self.foreign) {
            if world.storage.get(container, name).is_none_or(|file| &*file.bytes != FOREIGN) {
                self.violated(format!("P4: {container}/{name} was somebody else's and is gone"));
            }
        }
        for ((container, name), file) in world.storage.all() {
            let Some(stamp) = &file.stamp else { continue };
            if outputs.get(&(container.clone(), name.clone())) != Some(&stamp.document) {
                self.violated(format!("P4: {container}/{name} says that it is of {}", stamp.document));
            }
        }
    }

    fn job_at_the_end(&self, world: &World, job: &Job) {
        if !job.status.is_final() || !job.summary.is_settled() {
            self.violated(format!("liveness: job {} stays {:?}", job.id, job.status));
        }
        if job.status != JobStatus::ValidationFailed {
            return;
        }
        let (causes, code) = (world.causes().clone(), job.error.as_ref().map(|error| error.code));
        let fair = match code {
            Some(FailureCode::InvalidDocumentAccessLevel | FailureCode::InvalidTargetDocumentAccessLevel) => {
                // While a process stands still here, its time-outs run.
                causes.storage + causes.pauses + causes.expiries > 0
            }
            Some(FailureCode::TargetFileAlreadyExists) => causes.intruders > 0,
            // Enumerations whose workers were not heard of again.
            Some(FailureCode::InternalServerError) => causes.silences() > 2,
            _ => false,
        };
        if !fair {
            self.violated(format!("liveness: job {} was refused for no reason: {:?}", job.id, job.error));
        }
    }

    fn document_at_the_end(&self, world: &World, document: &Document) {
        let id = document.id;
        let (container, name) = place(&document.target_url);
        let file = world.storage.get(&container, &name);
        let ours = file.as_ref().filter(|file| file.stamp.is_some());
        let (source, source_name) = place(&document.source_url);
        // Whole: one of the source's versions, translated from the first to the last byte.
        let translated = ours.map(|file| texts::characters_of(&source, &source_name, &file.bytes));
        if translated == Some(None) {
            self.violated(format!("P4: the output of {id} is no whole translation of its source"));
        }
        let end = lock(&self.ends).get(&id).cloned();
        match document.status {
            DocumentStatus::Succeeded => {
                let Some(Outcome::Succeeded { characters, sha256 }) = end else {
                    return self.violated(format!("P2: document {id} succeeded and nobody said so"));
                };
                let stamp = ours.and_then(|file| file.stamp.as_ref());
                if stamp.is_none_or(|stamp| stamp.document != id || stamp.sha256 != sha256) {
                    self.violated(format!("P4: document {id} succeeded and its output is not there: {stamp:?}"));
                }
                if translated.flatten() != Some(characters) || document.characters != characters {
                    self.violated(format!(
                        "P3: document {id} charges {}, its output {translated:?}",
                        document.characters
                    ));
                }
            }
            DocumentStatus::Failed => self.failure(world, document),
            DocumentStatus::Cancelled => {
                let left = ours.and_then(|file| file.stamp.as_ref()).is_some_and(|stamp| stamp.document == id);
                let looks = lock(&self.looks).get(&id).copied().unwrap_or(0);
                if left && looks < LOOKS && !lock(&self.late).contains(&id) {
                    self.violated(format!(
                        "P14: document {id} is cancelled after {looks} looks, and its output is there"
                    ));
                }
            }
            other => self.violated(format!("liveness: document {id} stays {other:?}")),
        }
    }

    fn failure(&self, world: &World, document: &Document) {
        let (causes, code) = (world.causes().clone(), document.error.as_ref().map(|error| error.code));
        let fair = match code {
            Some(FailureCode::StorageUnavailable) => causes.storage > 0,
            Some(FailureCode::TargetFileAlreadyExists) => causes.intruders > 0,
            Some(FailureCode::InvalidDocumentAccessLevel | FailureCode::InvalidTargetDocumentAccessLevel) => {
                causes.expiries > 0
            }
            Some(FailureCode::SourceChanged) => causes.rewrites > 1,
            Some(FailureCode::DocumentTimedOut) => world.plan.document_timeout_ms < 900_000,
            // Leases that ended without a word.
            Some(FailureCode::DocumentCrashed) => causes.silences() > 2,
            _ => false,
        };
        if !fair {
            self.violated(format!("liveness: document {} failed for no reason: {:?}", document.id, document.error));
        }
    }
}
