//! Documents that a worker holds, or held, and what becomes of them.

use terjuman_model::{DocumentEvent, DocumentId, DocumentStatus, Failure, Timestamp};
use terjuman_pipeline::Report;

use super::{Columns, rows};
use crate::store::codes;
use crate::store::crashes::{Crashed, crashed, lost_too_often, tell};
use crate::store::position::{Position, Queue};
use crate::store::settling::Sent;
use crate::{JobsError, Outcome, Released, Return};

/// The columns of a [`Held`], of the table aliased `d`.
pub(crate) const HELD: &str = "d.row, d.id, d.job, d.status, d.queue, d.lease_token, d.lost, d.crashes, d.looks, \
    d.write_token, d.settles, d.input_sha256";

/// A document that a worker holds, or held.
pub(crate) struct Held {
    pub(crate) row: i64,
    id: DocumentId,
    pub(crate) job: i64,
    pub(crate) position: Position,
    pub(crate) token: i64,
    lost: u32,
    crashes: u32,
    looks: u32,
    pub(crate) sent: Sent,
    input_sha256: Option<String>,
}

/// Where a document goes, and what changes beside its position.
pub(crate) struct Move {
    pub(crate) to: Position,
    pub(crate) change: Change,
}

/// What changes beside the position.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) characters: u64,
    pub(crate) sha256: Option<String>,
    failure: Option<Failure>,
    /// What happened, as JSON; stored if this is the document's end.
    report: Option<String>,
    /// Moves the next attempt.
    pub(crate) run_at: Option<i64>,
    /// Added to the attempts begun.
    pub(crate) attempts: i64,
    /// Added to the workers lost.
    pub(crate) lost: i64,
    /// The lease under which the document brought its process down.
    pub(crate) crashed: Option<i64>,
}

impl Held {
    pub(crate) fn read(row: &impl Columns) -> Result<Self, JobsError> {
        Ok(Self {
            row: row.number("row")?,
            id: DocumentId(row.id("id")?),
            job: row.number("job")?,
            position: Position { shown: row.document_status()?, queue: row.queue()? },
            token: row.number("lease_token")?,
            lost: row.count("lost")?,
            crashes: row.count("crashes")?,
            looks: row.count("looks")?,
            sent: rows::sent(row)?,
            input_sha256: row.text_if_any("input_sha256")?.map(str::to_owned),
        })
    }

    /// The work on it is done. `None` if that cannot happen where it stands.
    pub(crate) fn finished(&self, outcome: &Outcome, report: &Report) -> Result<Option<Move>, JobsError> {
        let (event, mut change) = match outcome.clone() {
            Outcome::Succeeded { characters, sha256 } => {
                (DocumentEvent::Translated, Change { characters, sha256: Some(sha256), ..Change::default() })
            }
            // What it wrote before it failed is for another worker to look at.
            Outcome::Failed(_) if self.position.shown == DocumentStatus::Cancelling => return Ok(None),
            Outcome::Failed(failure) => (DocumentEvent::GaveUp, Change { failure: Some(failure), ..Change::default() }),
            Outcome::Cancelled => (DocumentEvent::Stopped, Change::default()),
        };
        change.report = Some(codes::report_body(report)?);
        Ok(self.position.after(event).map(|to| Move { to, change }))
    }

    /// Its worker hands it back.
    pub(crate) fn handed_back(&self, how: Return, now: Timestamp) -> Option<Move> {
        self.position.after(DocumentEvent::LeaseEnded).map(|to| Move { to, change: Change::of_return(how, now) })
    }

    /// Its lease expired.
    pub(crate) fn expired(&self, limit: u32, released: &mut Released) -> Result<Option<Move>, JobsError> {
        if self.position.shown == DocumentStatus::Cancelling {
            released.crashed += 1;
            return Ok(self.given_up());
        }
        let Some(to) = self.position.after(DocumentEvent::LeaseEnded) else { return Ok(None) };
        let (lost, change) = (self.lost + 1, Change { lost: 1, attempts: -1, ..Change::default() });
        match to.after(DocumentEvent::GaveUp).filter(|_| lost >= limit) {
            Some(failed) => {
                released.crashed += 1;
                Ok(Some(Move { to: failed, change: self.failed(lost_too_often(lost), change)? }))
            }
            None => {
                released.released += 1;
                Ok(Some(Move { to, change }))
            }
        }
    }

    /// It ends as cancelled, although nobody could say whether an output of it is there.
    fn given_up(&self) -> Option<Move> {
        let to = self.position.after(DocumentEvent::GaveUp)?;
        tracing::warn!(
            looks = self.looks,
            "a document ends as cancelled, and whether its output is there is not known: no worker came to look"
        );
        Some(Move { to, change: Change::default() })
    }

    /// It brought its process down, under the lease `told`. `None` if nothing but the count changes.
    pub(crate) fn crashed(&self, told: i64, limit: u32, released: &mut Released) -> Result<Option<Move>, JobsError> {
        let change = Change { crashed: Some(told), ..Change::default() };
        let (to, change) = match crashed(self.position, self.token, self.crashes, told, limit) {
            Crashed::Ends(to, failure) => (to, self.failed(failure, change)?),
            Crashed::Waits(to) => (to, Change { lost: 1, attempts: -1, ..change }),
            Crashed::Counts => return Ok(None),
        };
        if to.queue == Queue::Done {
            released.crashed += 1;
        } else {
            released.released += 1;
        }
        Ok(Some(Move { to, change }))
    }

    /// It fails because of what became of its workers: the log is told.
    fn failed(&self, failure: Failure, change: Change) -> Result<Change, JobsError> {
        tell(self.id, &failure, self.input_sha256.as_deref());
        let report = Some(codes::report_body(&Report::of_failure(failure.clone()))?);
        Ok(Change { failure: Some(failure), report, ..change })
    }
}

impl Change {
    /// A lease is handed back.
    pub(crate) fn of_return(how: Return, now: Timestamp) -> Self {
        match how {
            Return::Unbegun => Self { attempts: -1, ..Self::default() },
            Return::After(delay) => Self { run_at: Some(now.plus(delay).0), ..Self::default() },
        }
    }
}

impl Move {
    /// The failure to be stored. A cancel turns a failure into the end that was asked for.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.change.failure.as_ref().filter(|_| self.to.shown == DocumentStatus::Failed)
    }

    /// The report to be stored.
    pub(crate) fn report(&self) -> Option<&str> {
        self.change.report.as_deref().filter(|_| self.to.shown.is_final())
    }

    /// How far the document is shown to be; `None` for as far as before.
    pub(crate) fn progress(&self) -> Option<f32> {
        match self.to.shown {
            DocumentStatus::Succeeded => Some(1.0),
            status if status.is_final() => Some(0.0),
            _ => None,
        }
    }
}
