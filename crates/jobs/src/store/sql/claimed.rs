//! Documents on their way from the queue to a worker.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use terjuman_model::{DocumentEvent, DocumentId, JobId, ResourceId, Timestamp};

use super::{Columns, rows};
use crate::store::ledger::Ledger;
use crate::store::position::{Position, Queue};
use crate::store::settling::Sent;
use crate::{ClaimedDocument, JobsError, Lease, Subject};

/// The columns of a [`Candidate`], of the table aliased `d`.
pub(crate) const CANDIDATE: &str = "d.row, d.resource, d.id, d.job, d.position, d.input, d.target, d.source_name, \
    d.source_etag, d.size, d.target_name, d.twin, d.status, d.attempt, d.lost, d.looks, d.lease_token, d.write_token, d.settles";

/// A document that may be taken.
pub(crate) struct Candidate {
    pub(crate) row: i64,
    pub(crate) job: i64,
    pub(crate) position: Position,
    /// In the order of enumeration.
    pub(crate) place: i64,
    /// That of its newest lease, before this one.
    pub(crate) token: i64,
    sent: Sent,
    /// As it will be handed out; the job's id is not known yet.
    pub(crate) document: ClaimedDocument,
}

impl Candidate {
    pub(crate) fn read(row: &impl Columns, now: Timestamp) -> Result<Self, JobsError> {
        let id = DocumentId(row.id("id")?);
        let (token, sent) = (row.number("lease_token")?, rows::sent(row)?);
        Ok(Self {
            row: row.number("row")?,
            job: row.number("job")?,
            position: Position { shown: row.document_status()?, queue: Queue::Waiting },
            place: row.number("position")?,
            token,
            sent,
            document: ClaimedDocument {
                lease: Lease::new(Subject::Document(id), token + 1),
                id,
                job: JobId(uuid::Uuid::nil()),
                resource: ResourceId(row.text("resource")?.to_owned()),
                input: row.unsigned("input")?,
                target: row.unsigned("target")?,
                source_name: row.text("source_name")?.to_owned(),
                source_etag: row.text_if_any("source_etag")?.map(str::to_owned),
                size: row.unsigned("size")?,
                target_name: row.text("target_name")?.to_owned(),
                twin: row.flag("twin")?,
                attempt: row.count("attempt")?.saturating_add(1),
                lost: row.count("lost")?,
                looks: row.count("looks")?,
                unsettled: sent.unsettled(now),
            },
        })
    }

    /// The claim of a cancelled document, to look at its target. Its lease is over, and nobody said what became of the work:
    /// also, when what was sent has settled.
    pub(crate) fn taken_over(self, job: JobId, now: Timestamp, settles: Duration) -> (ClaimedDocument, Timestamp) {
        let sent = self.sent.ended(self.token, now, settles);
        let looks = self.document.looks + 1;
        (ClaimedDocument { job, looks, unsettled: sent.unsettled(now), ..self.document }, sent.settles)
    }
}

/// Documents that are taken in one transaction, and what that does to the counters of their jobs.
#[derive(Default)]
pub(crate) struct Taken {
    documents: Vec<(i64, ClaimedDocument)>,
    /// By the jobs' row numbers: in the order in which jobs are locked.
    jobs: BTreeMap<i64, OfJob>,
}

struct OfJob {
    moves: Vec<(Position, Position)>,
    id: JobId,
}

impl Taken {
    /// The lease of this one is written.
    pub(crate) fn add(&mut self, candidate: Candidate, to: Position) {
        let moved = (candidate.position, to);
        match self.jobs.entry(candidate.job) {
            Entry::Vacant(new) => {
                new.insert(OfJob { moves: vec![moved], id: candidate.document.job });
            }
            Entry::Occupied(mut known) => known.get_mut().moves.push(moved),
        }
        self.documents.push((candidate.job, candidate.document));
    }

    pub(crate) fn len(&self) -> usize {
        self.documents.len()
    }

    /// The jobs concerned, by row number, in the order in which they are locked.
    pub(crate) fn jobs(&self) -> Vec<i64> {
        self.jobs.keys().copied().collect()
    }

    /// Counts what was taken of this job; whether that changed its ledger.
    pub(crate) fn count(&mut self, job: i64, id: JobId, ledger: &mut Ledger) -> bool {
        let Some(of_job) = self.jobs.get_mut(&job) else { return false };
        of_job.id = id;
        let before = ledger.clone();
        for (from, to) in &of_job.moves {
            ledger.moved(from.shown, to.shown, 1, 0);
        }
        *ledger != before
    }

    /// The documents, each with the id of its job: [`count`](Self::count) told it.
    pub(crate) fn documents(self) -> Vec<ClaimedDocument> {
        let jobs = self.jobs;
        let documents = self.documents.into_iter();
        documents.filter_map(|(job, document)| Some(ClaimedDocument { job: jobs.get(&job)?.id, ..document })).collect()
    }
}

/// Where a claim leads a document.
pub(crate) fn claimed(candidate: &Candidate) -> Option<Position> {
    candidate.position.after(DocumentEvent::Claimed)
}
