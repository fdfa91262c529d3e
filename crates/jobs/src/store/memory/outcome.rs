//! How leases end, and what that does to documents and jobs.

use terjuman_model::{DocumentEvent, DocumentStatus, Failure, JobStatus, Summary, Timestamp};
use terjuman_pipeline::Report;

use super::tables::Tables;
use super::{Bug, MemoryStore};
use crate::store::LOOKS;
use crate::store::crashes::{Crashed, crashed, lost_too_often, never_listed, tell};
use crate::store::position::{Position, Queue};
use crate::{JobsError, Lease, News, Outcome, Released, Return, Subject};

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

pub(super) fn finish(store: &MemoryStore, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
    let mut tables = store.tables();
    let Some(row) = store.held(&tables, lease) else { return Ok(false) };
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
    if store.has(Bug::EndsAgain) {
        from = Position { shown: DocumentStatus::Running, queue: Queue::Leased };
    }
    let Some(to) = from.after(event) else { return Ok(false) };
    store.apply(&mut tables, row, to, change);
    Ok(true)
}

pub(super) fn hand_back(store: &MemoryStore, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    for lease in leases {
        let (run_at, unbegun) = match how {
            Return::Unbegun => (None, true),
            Return::After(delay) => (Some(now.plus(delay)), false),
        };
        if let Some(row) = store.held(&tables, lease) {
            if let Some(to) = tables.documents[row].position().after(DocumentEvent::LeaseEnded) {
                store.apply(&mut tables, row, to, Change { run_at, unbegun, ..Change::default() });
            }
        } else if let Some(row) = MemoryStore::held_job(&tables, lease) {
            let waits = &mut tables.jobs[row].waits;
            waits.queue = Queue::Waiting;
            waits.run_at = run_at.unwrap_or(waits.run_at);
            waits.attempt = waits.attempt.saturating_sub(u32::from(unbegun));
        }
    }
    store.tell(News::Work);
    Ok(())
}

pub(super) fn release_expired(store: &MemoryStore, limit: u32) -> Result<Released, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let mut released = Released::default();
    if store.has(Bug::KeepsLeases) {
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
                store.apply(&mut tables, row, to, Change::default());
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
        store.apply(&mut tables, row, to, change);
    }
    for row in 0..tables.jobs.len() {
        let job = &mut tables.jobs[row];
        if !job.waits.is_expired(now) {
            continue;
        }
        if job.lost + 1 >= limit {
            job.ledger.refused(never_listed(limit));
            MemoryStore::save(&mut tables, row, now);
            released.crashed += 1;
        } else {
            job.waits.queue = Queue::Waiting;
            job.waits.attempt = job.waits.attempt.saturating_sub(1);
            job.lost += 1;
            released.released += 1;
        }
    }
    if released != Released::default() {
        store.tell(News::Work);
    }
    Ok(released)
}

pub(super) fn record_crashes(store: &MemoryStore, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
    let (mut tables, mut released) = (store.tables(), Released::default());
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
        store.apply(&mut tables, row, to, change);
    }
    Ok(released)
}

pub(super) fn audit(store: &MemoryStore) -> Result<u32, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let mut mended = 0;
    for row in 0..tables.jobs.len() {
        let ledger = &tables.jobs[row].ledger;
        if ledger.status.is_final() || !ledger.expanded || store.has(Bug::CountsTwice) || store.has(Bug::ChargesTwice) {
            continue;
        }
        let mut counted = Summary::default();
        for document in tables.documents_of(row) {
            counted.add(tables.documents[document].shown);
            counted.characters_charged += tables.documents[document].characters;
        }
        if tables.jobs[row].ledger.recounted(counted) {
            MemoryStore::save(&mut tables, row, now);
            mended += 1;
        }
    }
    Ok(mended)
}

impl MemoryStore {
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
    pub(super) fn save(tables: &mut Tables, row: usize, now: Timestamp) {
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
}
