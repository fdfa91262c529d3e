//! What an enumeration found.

use terjuman_model::{DocumentId, DocumentStatus, Failure, Timestamp};

use super::MemoryStore;
use super::tables::{DocumentRow, Waiting};
use crate::store::settling::Sent;
use crate::{JobsError, Lease, NewDocument, News};

pub(super) fn record(store: &MemoryStore, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
    let mut tables = store.tables();
    let Some(job) = MemoryStore::held_job(&tables, lease) else { return Ok(false) };
    let request = tables.jobs[job].request.clone().ok_or(JobsError::Invalid("request"))?;
    let (now, first) = (store.now(), store.database.stamps.take(documents.len()));
    let count = u32::try_from(documents.len()).map_err(|_| JobsError::Invalid("document count"))?;
    for (index, found) in documents.into_iter().enumerate() {
        let target = request.inputs.get(found.input).and_then(|input| input.targets.get(found.target));
        let target = target.ok_or(JobsError::Invalid("target index"))?;
        let created = first.plus_micros(i64::try_from(index).unwrap_or(i64::MAX));
        let (id, row) = (DocumentId(store.database.ids.next()), tables.documents.len());
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
    MemoryStore::save(&mut tables, job, now);
    store.tell(News::Work);
    Ok(true)
}

pub(super) fn refuse(store: &MemoryStore, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
    let (mut tables, now) = (store.tables(), store.now());
    let Some(job) = MemoryStore::held_job(&tables, lease) else { return Ok(false) };
    tables.jobs[job].ledger.refused(failure);
    MemoryStore::save(&mut tables, job, now);
    Ok(true)
}
