//! What a lease is worth, and what is said under it.

use terjuman_model::DocumentStatus;

use super::tables::Tables;
use super::{Bug, MemoryStore};
use crate::store::position::Queue;
use crate::{Heartbeat, Holder, JobsError, Lease, Standing, Subject};

pub(super) fn heartbeat(store: &MemoryStore, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
    let (mut tables, until) = (store.tables(), store.now().plus(holder.lease));
    let mut found = Heartbeat::default();
    for lease in leases {
        if let Some(row) = store.held(&tables, lease) {
            tables.documents[row].waits.until = until;
            if tables.documents[row].shown == DocumentStatus::Cancelling {
                found.cancelled.push(lease.subject());
            }
        } else if let Some(row) = MemoryStore::held_job(&tables, lease) {
            tables.jobs[row].waits.until = until;
        } else {
            found.lost.push(lease.subject());
        }
    }
    Ok(found)
}

pub(super) fn standing(store: &MemoryStore, lease: &Lease) -> Result<Standing, JobsError> {
    let (tables, now) = (store.tables(), store.now());
    if let Some(row) = store.held(&tables, lease) {
        let document = &tables.documents[row];
        return Ok(match document.shown {
            _ if document.waits.until < now => Standing::Lost,
            DocumentStatus::Cancelling => Standing::Cancelled,
            _ => Standing::Held,
        });
    }
    let held = MemoryStore::held_job(&tables, lease).is_some_and(|row| tables.jobs[row].waits.until >= now);
    Ok(if held { Standing::Held } else { Standing::Lost })
}

pub(super) fn begin_write(store: &MemoryStore, lease: &Lease) -> Result<Standing, JobsError> {
    let standing = standing(store, lease)?;
    let mut tables = store.tables();
    if standing == Standing::Held
        && let Some(row) = store.held(&tables, lease)
    {
        tables.documents[row].sent.under = lease.token();
    }
    Ok(standing)
}

pub(super) fn note_input(store: &MemoryStore, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
    let mut tables = store.tables();
    let held = store.held(&tables, lease);
    if let Some(row) = held {
        tables.documents[row].input_sha256 = Some(sha256.to_owned());
    }
    Ok(held.is_some())
}

pub(super) fn progress(store: &MemoryStore, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
    let mut tables = store.tables();
    for (lease, progress) in documents {
        if let Some(row) = store.held(&tables, lease) {
            let document = &mut tables.documents[row];
            // 1 is for the end alone.
            document.progress = document.progress.max(progress.clamp(0.0, 0.99));
        }
    }
    Ok(())
}

impl MemoryStore {
    /// The row of a document that this lease holds.
    pub(super) fn held(&self, tables: &Tables, lease: &Lease) -> Option<usize> {
        let Subject::Document(id) = lease.subject() else { return None };
        let row = *tables.document_rows.get(&id)?;
        let document = &tables.documents[row];
        let fenced = self.has(Bug::NoFence) || document.waits.token == lease.token();
        (fenced && document.waits.queue == Queue::Leased || self.has(Bug::EndsAgain)).then_some(row)
    }

    /// The row of a job whose enumeration this lease holds.
    pub(super) fn held_job(tables: &Tables, lease: &Lease) -> Option<usize> {
        let Subject::Expansion(id) = lease.subject() else { return None };
        let row = *tables.job_rows.get(&id)?;
        let waits = &tables.jobs[row].waits;
        (waits.queue == Queue::Leased && waits.token == lease.token()).then_some(row)
    }
}
