//! What callers ask for.

use std::time::Duration;

use terjuman_model::{DocumentEvent, DocumentStatus, JobId, ResourceId};

use super::tables::{JobRow, Submission, Waiting};
use super::{Bug, MemoryStore};
use crate::store::earlier;
use crate::store::ledger::Ledger;
use crate::store::position::{Position, Queue};
use crate::store::repeat::FORGET_AFTER;
use crate::{Accepted, Forgotten, Job, JobRequest, JobsError, News, Open, Repeat};

pub(super) fn accept(
    store: &MemoryStore,
    resource: &ResourceId,
    request: &JobRequest,
    repeat: Option<&Repeat>,
) -> Result<Accepted, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    if let Some(before) = repeat.and_then(|repeat| tables.repeated(now, resource, repeat)) {
        return Ok(Accepted::Before(before));
    }
    let (id, created) = (JobId(store.database.ids.next()), store.database.stamps.take(1));
    let run_at = store.database.queue.first_run(store.now());
    let row = tables.jobs.len();
    tables.jobs.push(JobRow {
        id,
        resource: resource.clone(),
        created,
        last_action: created,
        ledger: Ledger::new(),
        error: None,
        request: Some(request.clone()),
        lost: 0,
        waits: Waiting::new(run_at),
    });
    tables.job_rows.insert(id, row);
    tables.changes += 1;
    let job = tables.job(row);
    if store.has(Bug::ForgetsJobs) && row % 3 == 2 {
        tables.jobs.pop();
        tables.job_rows.remove(&id);
    }
    if let Some(repeat) = repeat.filter(|_| !store.has(Bug::ForgetsNames)) {
        let submission = Submission { body: repeat.body, job: id, accepted: now };
        tables.submissions.insert((resource.clone(), repeat.name.clone()), submission);
    }
    store.tell(News::Work);
    Ok(Accepted::New(job))
}

pub(super) fn cancel(store: &MemoryStore, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
    let mut tables = store.tables();
    let Some(row) = tables.find(resource, id) else { return Ok(None) };
    if tables.jobs[row].ledger.status.is_final() || tables.jobs[row].ledger.cancel_requested {
        return Ok(Some(tables.job(row)));
    }
    let now = store.now();
    // Before the documents are moved: the last of them would end the job, and not as a cancelled one.
    tables.jobs[row].ledger.cancel();
    let documents: Vec<usize> = tables.documents_of(row).collect();
    for document in documents {
        let document = &mut tables.documents[document];
        let from = document.shown;
        let Some(mut to) = document.position().after(DocumentEvent::CancelRequested) else { continue };
        let unheld = document.waits.queue == Queue::Waiting;
        if store.has(Bug::CancelsBlindly) || store.has(Bug::NeverLooks) && unheld {
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
    MemoryStore::save(&mut tables, row, now);
    store.tell(News::Cancelled(id));
    Ok(Some(tables.job(row)))
}

pub(super) fn open_documents(store: &MemoryStore, resource: &ResourceId) -> Result<Open, JobsError> {
    let tables = store.tables();
    let documents = tables.documents.iter().map(|document| (&tables.jobs[document.job].resource, &document.waits));
    let jobs = tables.jobs.iter().map(|job| (&job.resource, &job.waits));
    let mut open = Open::default();
    for (owner, _) in documents.chain(jobs).filter(|(_, waits)| waits.queue != Queue::Done) {
        open.of_all += 1;
        open.of_resource += u64::from(owner == resource);
    }
    Ok(open)
}

pub(super) fn forget(store: &MemoryStore, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
    let mut tables = store.tables();
    let Some(row) = tables.find(resource, id) else { return Ok(Forgotten::Unknown) };
    if !tables.jobs[row].ledger.status.is_final() {
        return Ok(Forgotten::StillOpen);
    }
    tables.forget(row);
    Ok(Forgotten::Gone)
}

pub(super) fn forget_ended(store: &MemoryStore, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
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
