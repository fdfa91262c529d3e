//! Taking work.

use std::collections::{BTreeMap, VecDeque};

use terjuman_model::{DocumentEvent, DocumentStatus, ResourceId, Timestamp};

use super::tables::{DocumentRow, Tables};
use super::{Bug, MemoryStore};
use crate::store::LOOKS;
use crate::store::fair::{Head, Ready};
use crate::store::position::Queue;
use crate::{ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Holder, JobsError, Lease, Subject};

/// Since when a job waits, and its row.
type Oldest = (Timestamp, usize);

pub(super) fn expansion(store: &MemoryStore, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let mut listings: BTreeMap<&ResourceId, (i64, Option<Oldest>)> = BTreeMap::new();
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
    let Some(next) = store.database.listing_turns.first(heads.collect(), 1).pop() else { return Ok(None) };
    let row = next.oldest.1;
    store.database.listing_turns.taken([&tables.jobs[row].resource]);
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

pub(super) fn documents(store: &MemoryStore, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
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
    let turns = store.database.turns.plan(ready.collect(), limit);
    let picked: Vec<usize> = turns.into_iter().filter_map(|index| first[index].2.pop_front()).collect();
    let taken = picked.into_iter().filter_map(|row| store.take(&mut tables, row, holder, now));
    let documents: Vec<_> = taken.collect();
    store.database.turns.taken(documents.iter().map(|document| &document.resource));
    let suspects = tables.documents.iter().any(|document| document.waits.is_ready(now) && document.lost > 0);
    Ok(ClaimedDocuments { documents, suspects })
}

pub(super) fn suspect(store: &MemoryStore, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let waiting = tables.documents.iter().enumerate();
    let suspects = waiting.filter(|(_, document)| document.waits.is_ready(now) && document.lost > 0);
    let next = suspects.min_by_key(|(row, document)| (document.lost, document.waits.run_at, *row));
    let next = next.map(|(row, _)| row);
    Ok(next.and_then(|row| store.take(&mut tables, row, holder, now)))
}

pub(super) fn cancelled(store: &MemoryStore, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let left = |document: &DocumentRow| {
        document.shown == DocumentStatus::Cancelling && document.waits.is_expired(now) && document.looks < LOOKS
    };
    let mut left: Vec<usize> = (0..tables.documents.len()).filter(|row| left(&tables.documents[*row])).collect();
    left.sort_by_key(|row| (tables.documents[*row].waits.until, *row));
    Ok(left.into_iter().take(limit).filter_map(|row| store.take(&mut tables, row, holder, now)).collect())
}

impl MemoryStore {
    /// Writes the lease of a document that waits.
    pub(super) fn take(
        &self,
        tables: &mut Tables,
        row: usize,
        holder: &Holder,
        now: Timestamp,
    ) -> Option<ClaimedDocument> {
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
