//! Jobs in memory: a model of a shared database, for tests that simulate everything around it.
//!
//! Each operation is one transaction: it happens at once and whole. What is decided is decided by the functions that all
//! stores share; what is looked up, compared and set is written here once more, so that the suite of promises checks two
//! things against each other. A model can be told to have a [`Bug`]: whoever checks it must find out.

mod bug;
mod page;
mod tables;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use terjuman_model::{
    DocumentEvent, DocumentId, DocumentStatus, Failure, JobId, JobStatus, ResourceId, Summary, Timestamp,
};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;

pub use self::bug::Bug;
use self::page::page;
use self::tables::{DocumentRow, JobRow, Submission, Tables, Waiting};
use super::crashes::{Crashed, crashed, lost_too_often, never_listed, tell};
use super::fair::{Head, Ready, Turns};
use super::ledger::Ledger;
use super::position::{Position, Queue};
use super::repeat::FORGET_AFTER;
use super::settling::Sent;
use super::{JobStore, LOOKS, QueueOptions, earlier};
use crate::stamps::Stamps;
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Clock, Depth, Document, DocumentQuery,
    DocumentReport, Forgotten, Heartbeat, Holder, Ids, Job, JobQuery, JobRequest, JobsError, Lease, NewDocument, News,
    Open, Outcome, Page, Released, Repeat, Repeated, Return, Standing, Subject,
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

/// What changes beside the position.
#[derive(Default)]
struct Change {
    characters: u64,
    failure: Option<Failure>,
    report: Option<Report>,
    run_at: Option<Timestamp>,
    unbegun: bool,
    lost: bool,
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

    /// The row of a document that this lease holds.
    fn held(&self, tables: &Tables, lease: &Lease) -> Option<usize> {
        let Subject::Document(id) = lease.subject() else { return None };
        let row = *tables.document_rows.get(&id)?;
        let document = &tables.documents[row];
        let fenced = self.has(Bug::NoFence) || document.waits.token == lease.token();
        (fenced && document.waits.queue == Queue::Leased || self.has(Bug::EndsAgain)).then_some(row)
    }

    /// The row of a job whose enumeration this lease holds.
    fn held_job(tables: &Tables, lease: &Lease) -> Option<usize> {
        let Subject::Expansion(id) = lease.subject() else { return None };
        let row = *tables.job_rows.get(&id)?;
        let waits = &tables.jobs[row].waits;
        (waits.queue == Queue::Leased && waits.token == lease.token()).then_some(row)
    }

    /// Moves a document, and its job's counters.
    fn apply(&self, tables: &mut Tables, row: usize, to: Position, change: Change) {
        let now = self.now();
        let document = &mut tables.documents[row];
        let (job, from) = (document.job, document.shown);
        document.shown = to.shown;
        document.waits.queue = to.queue;
        document.sent = document.sent.ended(document.waits.token, now, self.database.queue.settles);
        if to.queue == Queue::Leased {
            document.waits.leave(change.run_at);
            document.looks = document.looks.saturating_sub(u32::from(change.unbegun && !change.lost));
        }
        document.characters = change.characters;
        // A cancel turns a failure into the end that was asked for.
        document.error = change.failure.filter(|_| to.shown == DocumentStatus::Failed);
        document.progress = match to.shown {
            DocumentStatus::Succeeded => 1.0,
            status if status.is_final() => 0.0,
            _ => document.progress,
        };
        document.waits.run_at = change.run_at.unwrap_or(document.waits.run_at);
        document.waits.attempt = document.waits.attempt.saturating_sub(u32::from(change.unbegun));
        document.lost += u32::from(change.lost);
        if to.shown.is_final() {
            document.report = change.report;
        }
        if from != to.shown {
            document.last_action = document.last_action.plus_micros(1).max(now);
            let job = &mut tables.jobs[job];
            job.ledger.moved(from, to.shown, 1, change.characters);
            if to.shown == DocumentStatus::Succeeded {
                job.ledger.summary.success += u32::from(self.has(Bug::CountsTwice));
                if self.has(Bug::ChargesTwice) {
                    job.ledger.summary.characters_charged += change.characters;
                }
            }
        }
        if self.has(Bug::GoesBack) && to.queue == Queue::Waiting && to.shown == DocumentStatus::Running {
            tables.documents[row].shown = DocumentStatus::NotStarted;
            tables.jobs[job].ledger.moved(DocumentStatus::Running, DocumentStatus::NotStarted, 1, 0);
        }
        Self::save(tables, job, now);
    }

    /// A ledger was changed: what follows from it.
    fn save(tables: &mut Tables, row: usize, now: Timestamp) {
        tables.changes += 1;
        let failure = match tables.jobs[row].ledger.status {
            JobStatus::Failed => {
                let failed = tables.documents.iter().filter(|document| document.job == row && document.error.is_some());
                failed.min_by_key(|document| (document.created, document.id)).and_then(|first| first.error.clone())
            }
            JobStatus::ValidationFailed => tables.jobs[row].ledger.refusal.clone(),
            _ => None,
        };
        let job = &mut tables.jobs[row];
        job.error = failure;
        job.last_action = job.last_action.plus_micros(1).max(now);
        if job.ledger.expanded {
            job.waits.queue = Queue::Done;
        }
        if job.ledger.status.is_final() {
            // The keys in it are no longer needed.
            job.request = None;
        }
    }

    /// Writes the lease of a document that waits.
    fn take(&self, tables: &mut Tables, row: usize, holder: &Holder, now: Timestamp) -> Option<ClaimedDocument> {
        let document = &mut tables.documents[row];
        let (from, to) = (document.shown, document.position().after(DocumentEvent::Claimed)?);
        if document.waits.queue == Queue::Leased {
            document.sent = document.sent.ended(document.waits.token, now, self.database.queue.settles);
        }
        document.waits.take(now.plus(holder.lease));
        document.looks += u32::from(to.shown == DocumentStatus::Cancelling);
        document.shown = to.shown;
        let job = document.job;
        let claimed = ClaimedDocument {
            lease: Lease::new(Subject::Document(document.id), document.waits.token),
            id: document.id,
            job: tables.jobs[job].id,
            resource: tables.jobs[job].resource.clone(),
            input: document.found.input,
            target: document.found.target,
            source_name: document.found.source_name.clone(),
            source_etag: document.found.source_etag.clone(),
            size: document.found.size,
            target_name: document.found.target_name.clone(),
            twin: document.found.twin,
            attempt: document.waits.attempt,
            lost: document.lost,
            looks: document.looks,
            unsettled: document.sent.unsettled(now).filter(|_| !self.has(Bug::ForgetsWrites)),
        };
        if from != to.shown {
            document.last_action = document.last_action.plus_micros(1).max(now);
            tables.jobs[job].ledger.moved(from, to.shown, 1, 0);
            Self::save(tables, job, now);
        }
        Some(claimed)
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
        let (mut tables, now) = (self.tables(), self.now());
        if let Some(before) = repeat.and_then(|repeat| tables.repeated(now, resource, repeat)) {
            return Ok(Accepted::Before(before));
        }
        let (id, created) = (JobId(self.database.ids.next()), self.database.stamps.take(1));
        let delay = self.database.queue.start_delay;
        // Without a delay it can be taken at once, even if the clock is set back meanwhile.
        let run_at = if delay.is_zero() { Timestamp(0) } else { self.now().plus(delay) };
        let row = tables.jobs.len();
        let ledger = Ledger {
            status: JobStatus::NotStarted,
            cancel_requested: false,
            has_run: false,
            expanded: false,
            summary: Summary::default(),
            refusal: None,
        };
        tables.jobs.push(JobRow {
            id,
            resource: resource.clone(),
            created,
            last_action: created,
            ledger,
            error: None,
            request: Some(request.clone()),
            lost: 0,
            waits: Waiting::new(run_at),
        });
        tables.job_rows.insert(id, row);
        tables.changes += 1;
        let job = tables.job(row);
        if self.has(Bug::ForgetsJobs) && row % 3 == 2 {
            tables.jobs.pop();
            tables.job_rows.remove(&id);
        }
        if let Some(repeat) = repeat.filter(|_| !self.has(Bug::ForgetsNames)) {
            let submission = Submission { body: repeat.body, job: id, accepted: now };
            tables.submissions.insert((resource.clone(), repeat.name.clone()), submission);
        }
        self.tell(News::Work);
        Ok(Accepted::New(job))
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
        let mut tables = self.tables();
        let Some(row) = tables.find(resource, id) else { return Ok(None) };
        if tables.jobs[row].ledger.status.is_final() || tables.jobs[row].ledger.cancel_requested {
            return Ok(Some(tables.job(row)));
        }
        let now = self.now();
        // Before the documents are moved: the last of them would end the job, and not as a cancelled one.
        tables.jobs[row].ledger.cancel();
        let documents: Vec<usize> = tables.documents_of(row).collect();
        for document in documents {
            let document = &mut tables.documents[document];
            let from = document.shown;
            let Some(mut to) = document.position().after(DocumentEvent::CancelRequested) else { continue };
            let unheld = document.waits.queue == Queue::Waiting;
            if self.has(Bug::CancelsBlindly) || self.has(Bug::NeverLooks) && unheld {
                to = Position { shown: DocumentStatus::Cancelled, queue: Queue::Done };
            }
            document.shown = to.shown;
            if document.waits.queue == Queue::Waiting && to.queue == Queue::Leased {
                document.waits.leave(None);
            }
            document.waits.queue = to.queue;
            document.last_action = document.last_action.plus_micros(1).max(now);
            if to.queue == Queue::Done {
                document.progress = 0.0;
            }
            tables.jobs[row].ledger.moved(from, to.shown, 1, 0);
        }
        Self::save(&mut tables, row, now);
        self.tell(News::Cancelled(id));
        Ok(Some(tables.job(row)))
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        let tables = self.tables();
        let documents = tables.documents.iter().map(|document| (&tables.jobs[document.job].resource, &document.waits));
        let jobs = tables.jobs.iter().map(|job| (&job.resource, &job.waits));
        let mut open = Open::default();
        for (owner, _) in documents.chain(jobs).filter(|(_, waits)| waits.queue != Queue::Done) {
            open.of_all += 1;
            open.of_resource += u64::from(owner == resource);
        }
        Ok(open)
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let mut tables = self.tables();
        let Some(row) = tables.find(resource, id) else { return Ok(Forgotten::Unknown) };
        if !tables.jobs[row].ledger.status.is_final() {
            return Ok(Forgotten::StillOpen);
        }
        tables.forget(row);
        Ok(Forgotten::Gone)
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let known_since = earlier(now, FORGET_AFTER);
        tables.submissions.retain(|_, submission| submission.accepted >= known_since);
        let Some(age) = age else { return Ok(0) };
        let before = earlier(now, age);
        let ended = |row: &usize| tables.jobs[*row].ledger.status.is_final() && tables.jobs[*row].last_action < before;
        let mut ended: Vec<usize> = tables.job_rows.values().copied().filter(ended).collect();
        ended.sort_by_key(|row| (tables.jobs[*row].last_action, *row));
        let (mut forgotten, mut gone) = (0, 0);
        for row in ended {
            if gone >= documents {
                break;
            }
            gone += tables.jobs[row].ledger.summary.total();
            forgotten += 1;
            tables.forget(row);
        }
        Ok(forgotten)
    }

    async fn ping(&self) -> Result<(), JobsError> {
        Ok(())
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        Some(self.database.news.subscribe())
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let mut listings: BTreeMap<&ResourceId, (i64, Option<(Timestamp, usize)>)> = BTreeMap::new();
        for (row, job) in tables.jobs.iter().enumerate() {
            let (running, oldest) = listings.entry(&job.resource).or_default();
            *running += i64::from(job.waits.queue == Queue::Leased);
            if job.waits.is_ready(now) {
                let waits = (job.waits.run_at, row);
                *oldest = Some(oldest.map_or(waits, |oldest| oldest.min(waits)));
            }
        }
        let heads = listings.into_iter().filter_map(|(ResourceId(resource), (running, oldest))| {
            Some(Head { resource: resource.clone(), running, oldest: oldest? })
        });
        let Some(next) = self.database.listing_turns.first(heads.collect(), 1).pop() else { return Ok(None) };
        let row = next.oldest.1;
        self.database.listing_turns.taken([&tables.jobs[row].resource]);
        let job = &mut tables.jobs[row];
        let request = job.request.clone().ok_or(JobsError::Invalid("request"))?;
        job.waits.take(now.plus(holder.lease));
        let lease = Lease::new(Subject::Expansion(job.id), job.waits.token);
        Ok(Some(ClaimedExpansion {
            lease,
            job: job.id,
            resource: job.resource.clone(),
            request,
            attempt: job.waits.attempt,
        }))
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let mut ready: BTreeMap<&ResourceId, (i64, Vec<usize>)> = BTreeMap::new();
        for (row, document) in tables.documents.iter().enumerate() {
            let (running, waiting) = ready.entry(&tables.jobs[document.job].resource).or_default();
            *running += i64::from(document.waits.queue == Queue::Leased);
            if document.waits.is_ready(now) && document.lost == 0 {
                waiting.push(row);
            }
        }
        let mut first: Vec<(&ResourceId, i64, VecDeque<usize>)> = Vec::new();
        for (resource, (running, mut waiting)) in ready {
            waiting.sort_by_key(|row| (tables.documents[*row].job, tables.documents[*row].found.size, *row));
            first.push((resource, running, waiting.into()));
        }
        let job = |row: &usize| i64::try_from(tables.documents[*row].job).unwrap_or(i64::MAX);
        let ready = first.iter().map(|(ResourceId(resource), running, rows)| Ready {
            resource: resource.clone(),
            running: *running,
            jobs: rows.iter().map(job).collect(),
        });
        let turns = self.database.turns.plan(ready.collect(), limit);
        let picked: Vec<usize> = turns.into_iter().filter_map(|index| first[index].2.pop_front()).collect();
        let taken = picked.into_iter().filter_map(|row| self.take(&mut tables, row, holder, now));
        let documents: Vec<_> = taken.collect();
        self.database.turns.taken(documents.iter().map(|document| &document.resource));
        let suspects = tables.documents.iter().any(|document| document.waits.is_ready(now) && document.lost > 0);
        Ok(ClaimedDocuments { documents, suspects })
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let waiting = tables.documents.iter().enumerate();
        let suspects = waiting.filter(|(_, document)| document.waits.is_ready(now) && document.lost > 0);
        let next = suspects.min_by_key(|(row, document)| (document.lost, document.waits.run_at, *row));
        let next = next.map(|(row, _)| row);
        Ok(next.and_then(|row| self.take(&mut tables, row, holder, now)))
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let left = |document: &DocumentRow| {
            document.shown == DocumentStatus::Cancelling && document.waits.is_expired(now) && document.looks < LOOKS
        };
        let mut left: Vec<usize> = (0..tables.documents.len()).filter(|row| left(&tables.documents[*row])).collect();
        left.sort_by_key(|row| (tables.documents[*row].waits.until, *row));
        Ok(left.into_iter().take(limit).filter_map(|row| self.take(&mut tables, row, holder, now)).collect())
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        let tables = self.tables();
        Ok(tables.job_rows.get(&job).and_then(|row| tables.jobs[*row].request.clone()))
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        let (mut tables, until) = (self.tables(), self.now().plus(holder.lease));
        let mut found = Heartbeat::default();
        for lease in leases {
            if let Some(row) = self.held(&tables, lease) {
                tables.documents[row].waits.until = until;
                if tables.documents[row].shown == DocumentStatus::Cancelling {
                    found.cancelled.push(lease.subject());
                }
            } else if let Some(row) = Self::held_job(&tables, lease) {
                tables.jobs[row].waits.until = until;
            } else {
                found.lost.push(lease.subject());
            }
        }
        Ok(found)
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let (tables, now) = (self.tables(), self.now());
        if let Some(row) = self.held(&tables, lease) {
            let document = &tables.documents[row];
            return Ok(match document.shown {
                _ if document.waits.until < now => Standing::Lost,
                DocumentStatus::Cancelling => Standing::Cancelled,
                _ => Standing::Held,
            });
        }
        let held = Self::held_job(&tables, lease).is_some_and(|row| tables.jobs[row].waits.until >= now);
        Ok(if held { Standing::Held } else { Standing::Lost })
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let standing = self.standing(lease).await?;
        let mut tables = self.tables();
        if standing == Standing::Held
            && let Some(row) = self.held(&tables, lease)
        {
            tables.documents[row].sent.under = lease.token();
        }
        Ok(standing)
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        let mut tables = self.tables();
        let held = self.held(&tables, lease);
        if let Some(row) = held {
            tables.documents[row].input_sha256 = Some(sha256.to_owned());
        }
        Ok(held.is_some())
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        let mut tables = self.tables();
        for (lease, progress) in documents {
            if let Some(row) = self.held(&tables, lease) {
                let document = &mut tables.documents[row];
                // 1 is for the end alone.
                document.progress = document.progress.max(progress.clamp(0.0, 0.99));
            }
        }
        Ok(())
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        let mut tables = self.tables();
        let Some(job) = Self::held_job(&tables, lease) else { return Ok(false) };
        let request = tables.jobs[job].request.clone().ok_or(JobsError::Invalid("request"))?;
        let (now, first) = (self.now(), self.database.stamps.take(documents.len()));
        let count = u32::try_from(documents.len()).map_err(|_| JobsError::Invalid("document count"))?;
        for (index, found) in documents.into_iter().enumerate() {
            let target = request.inputs.get(found.input).and_then(|input| input.targets.get(found.target));
            let target = target.ok_or(JobsError::Invalid("target index"))?;
            let created = first.plus_micros(i64::try_from(index).unwrap_or(i64::MAX));
            let (id, row) = (DocumentId(self.database.ids.next()), tables.documents.len());
            tables.documents.push(DocumentRow {
                id,
                job,
                found,
                language: target.language.clone(),
                deployment: target.deployment.clone(),
                created,
                last_action: created,
                shown: DocumentStatus::NotStarted,
                progress: 0.0,
                characters: 0,
                error: None,
                report: None,
                input_sha256: None,
                lost: 0,
                crashes: 0,
                crash_token: 0,
                looks: 0,
                sent: Sent { under: 0, settles: Timestamp(0) },
                waits: Waiting::new(Timestamp(0)),
            });
            tables.document_rows.insert(id, row);
        }
        tables.jobs[job].ledger.enumerated(count);
        Self::save(&mut tables, job, now);
        self.tell(News::Work);
        Ok(true)
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let Some(job) = Self::held_job(&tables, lease) else { return Ok(false) };
        tables.jobs[job].ledger.refused(failure);
        Self::save(&mut tables, job, now);
        Ok(true)
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        let mut tables = self.tables();
        let Some(row) = self.held(&tables, lease) else { return Ok(false) };
        let (event, mut change) = match outcome {
            Outcome::Succeeded { characters, .. } => {
                (DocumentEvent::Translated, Change { characters, ..Change::default() })
            }
            // What it wrote before it failed is for another worker to look at.
            Outcome::Failed(_) if tables.documents[row].shown == DocumentStatus::Cancelling => return Ok(false),
            Outcome::Failed(failure) => (DocumentEvent::GaveUp, Change { failure: Some(failure), ..Change::default() }),
            Outcome::Cancelled => (DocumentEvent::Stopped, Change::default()),
        };
        change.report = Some(report);
        let mut from = tables.documents[row].position();
        if self.has(Bug::EndsAgain) {
            from = Position { shown: DocumentStatus::Running, queue: Queue::Leased };
        }
        let Some(to) = from.after(event) else { return Ok(false) };
        self.apply(&mut tables, row, to, change);
        Ok(true)
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        for lease in leases {
            let (run_at, unbegun) = match how {
                Return::Unbegun => (None, true),
                Return::After(delay) => (Some(now.plus(delay)), false),
            };
            if let Some(row) = self.held(&tables, lease) {
                if let Some(to) = tables.documents[row].position().after(DocumentEvent::LeaseEnded) {
                    self.apply(&mut tables, row, to, Change { run_at, unbegun, ..Change::default() });
                }
            } else if let Some(row) = Self::held_job(&tables, lease) {
                let waits = &mut tables.jobs[row].waits;
                waits.queue = Queue::Waiting;
                waits.run_at = run_at.unwrap_or(waits.run_at);
                waits.attempt = waits.attempt.saturating_sub(u32::from(unbegun));
            }
        }
        self.tell(News::Work);
        Ok(())
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let mut released = Released::default();
        if self.has(Bug::KeepsLeases) {
            return Ok(released);
        }
        for row in 0..tables.documents.len() {
            let document = &tables.documents[row];
            if !document.waits.is_expired(now) {
                continue;
            }
            let (lost, mut failure) = (document.lost + 1, None);
            if document.shown == DocumentStatus::Cancelling {
                // It is taken over, until that was tried often enough.
                if document.looks >= LOOKS
                    && let Some(to) = document.position().after(DocumentEvent::GaveUp)
                {
                    released.crashed += 1;
                    self.apply(&mut tables, row, to, Change::default());
                }
                continue;
            }
            let Some(mut to) = document.position().after(DocumentEvent::LeaseEnded) else { continue };
            match to.after(DocumentEvent::GaveUp) {
                Some(failed) if lost >= limit => {
                    to = failed;
                    let lost = lost_too_often(lost);
                    tell(document.id, &lost, document.input_sha256.as_deref());
                    failure = Some(lost);
                    released.crashed += 1;
                }
                _ => released.released += 1,
            }
            let report = failure.clone().map(Report::of_failure);
            let change = Change { failure, report, lost: true, unbegun: true, ..Change::default() };
            self.apply(&mut tables, row, to, change);
        }
        for row in 0..tables.jobs.len() {
            let job = &mut tables.jobs[row];
            if !job.waits.is_expired(now) {
                continue;
            }
            if job.lost + 1 >= limit {
                job.ledger.refused(never_listed(limit));
                Self::save(&mut tables, row, now);
                released.crashed += 1;
            } else {
                job.waits.queue = Queue::Waiting;
                job.waits.attempt = job.waits.attempt.saturating_sub(1);
                job.lost += 1;
                released.released += 1;
            }
        }
        if released != Released::default() {
            self.tell(News::Work);
        }
        Ok(released)
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        let (mut tables, mut released) = (self.tables(), Released::default());
        for lease in leases {
            let Subject::Document(id) = lease.subject() else { continue };
            let Some(row) = tables.document_rows.get(&id).copied() else { continue };
            let document = &mut tables.documents[row];
            let (newest, told) = (document.waits.token, lease.token());
            if document.shown.is_final() || document.crash_token >= told || newest < told {
                continue;
            }
            let crashed = crashed(document.position(), newest, document.crashes, told, limit);
            document.crashes += 1;
            document.crash_token = told;
            let (to, change) = match crashed {
                Crashed::Ends(to, failure) => {
                    tell(id, &failure, document.input_sha256.as_deref());
                    let report = Some(Report::of_failure(failure.clone()));
                    (to, Change { failure: Some(failure), report, ..Change::default() })
                }
                Crashed::Waits(to) => (to, Change { lost: true, unbegun: true, ..Change::default() }),
                Crashed::Counts => continue,
            };
            if to.queue == Queue::Done {
                released.crashed += 1;
            } else {
                released.released += 1;
            }
            self.apply(&mut tables, row, to, change);
        }
        Ok(released)
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        let (mut tables, now) = (self.tables(), self.now());
        let mut mended = 0;
        for row in 0..tables.jobs.len() {
            let ledger = &tables.jobs[row].ledger;
            if ledger.status.is_final() || !ledger.expanded || self.has(Bug::CountsTwice) || self.has(Bug::ChargesTwice)
            {
                continue;
            }
            let mut counted = Summary::default();
            for document in tables.documents_of(row) {
                counted.add(tables.documents[document].shown);
                counted.characters_charged += tables.documents[document].characters;
            }
            if tables.jobs[row].ledger.recounted(counted) {
                Self::save(&mut tables, row, now);
                mended += 1;
            }
        }
        Ok(mended)
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        let tables = self.tables();
        let count =
            |queue: Queue| tables.documents.iter().filter(|document| document.waits.queue == queue).count() as u64;
        Ok(Depth { waiting: count(Queue::Waiting), running: count(Queue::Leased) })
    }
}
