//! A job's counters and status while one transaction changes them. Pure: the store loads it, moves documents through
//! it, and writes it back.

use terjuman_model::{DocumentStatus, Failure, JobStatus, Summary};

/// What a job's row says about its standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// Where it stands.
    pub(crate) status: JobStatus,
    /// Whether the caller asked to stop.
    pub(crate) cancel_requested: bool,
    /// Whether a document was ever claimed.
    pub(crate) has_run: bool,
    /// Whether its documents have been enumerated.
    pub(crate) expanded: bool,
    /// Its counters.
    pub(crate) summary: Summary,
    /// Why it was refused.
    pub(crate) refusal: Option<Failure>,
}

impl Ledger {
    /// That of a new job. The databases have it from the defaults of their columns.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn new() -> Self {
        Self {
            status: JobStatus::NotStarted,
            cancel_requested: false,
            has_run: false,
            expanded: false,
            summary: Summary::default(),
            refusal: None,
        }
    }

    /// Moves `count` documents from one status to another; `characters` are what their success charges.
    pub(crate) fn moved(&mut self, from: DocumentStatus, to: DocumentStatus, count: u32, characters: u64) {
        let source = counter(&mut self.summary, from);
        debug_assert!(*source >= count, "more documents leave {from} than are there");
        *source = source.saturating_sub(count);
        *counter(&mut self.summary, to) += count;
        self.summary.characters_charged = self.summary.characters_charged.saturating_add(characters);
        self.has_run |= to == DocumentStatus::Running;
        self.settle();
    }

    /// The enumeration is done: so many documents wait.
    pub(crate) fn enumerated(&mut self, documents: u32) {
        self.summary.not_yet_started += documents;
        self.expanded = true;
        self.settle();
    }

    /// The validation refused the job: no document exists, every counter stays 0.
    pub(crate) fn refused(&mut self, failure: Failure) {
        self.expanded = true;
        self.status = JobStatus::ValidationFailed;
        self.refusal = Some(failure);
    }

    /// The caller asks to stop. Documents are moved by themselves.
    pub(crate) fn cancel(&mut self) {
        self.cancel_requested = true;
        // Nothing is enumerated any more: a job without documents is done at once.
        self.expanded = true;
        self.settle();
    }

    /// The documents were counted one by one: these are the counters. Whether any was wrong.
    pub(crate) fn recounted(&mut self, counted: Summary) -> bool {
        let before = self.clone();
        self.summary = counted;
        self.has_run |= counted.in_progress + counted.success + counted.failed > 0;
        self.settle();
        *self != before
    }

    fn settle(&mut self) {
        if self.expanded && !self.status.is_final() {
            self.status = self.summary.job_status(self.cancel_requested, self.has_run);
        }
    }
}

fn counter(summary: &mut Summary, status: DocumentStatus) -> &mut u32 {
    match status {
        DocumentStatus::NotStarted => &mut summary.not_yet_started,
        DocumentStatus::Running | DocumentStatus::Cancelling => &mut summary.in_progress,
        DocumentStatus::Succeeded => &mut summary.success,
        DocumentStatus::Failed => &mut summary.failed,
        DocumentStatus::Cancelled => &mut summary.cancelled,
    }
}

#[cfg(test)]
mod tests {
    use terjuman_model::FailureCode;

    use super::*;
    use DocumentStatus as D;

    fn ledger(documents: u32) -> Ledger {
        let mut ledger = Ledger::new();
        if documents > 0 {
            ledger.enumerated(documents);
        }
        ledger
    }

    #[track_caller]
    fn check(moves: &[(D, D)], expected: JobStatus) {
        let mut ledger = ledger(2);
        for (from, to) in moves {
            ledger.moved(*from, *to, 1, 0);
            assert_eq!(ledger.summary.total(), 2);
        }
        assert_eq!(ledger.status, expected);
    }

    #[test]
    fn the_status_follows_the_documents() {
        check(&[], JobStatus::NotStarted);
        check(&[(D::NotStarted, D::Running)], JobStatus::Running);
        check(&[(D::NotStarted, D::Running), (D::Running, D::Succeeded)], JobStatus::Running);
        check(&[(D::NotStarted, D::Succeeded), (D::NotStarted, D::Failed)], JobStatus::Succeeded);
        check(&[(D::NotStarted, D::Failed), (D::NotStarted, D::Failed)], JobStatus::Failed);
    }

    #[test]
    fn a_cancel_ends_what_waits_and_outlives_what_succeeds() {
        let mut ledger = ledger(2);
        ledger.moved(D::NotStarted, D::Running, 1, 0);
        ledger.cancel();
        assert_eq!(ledger.status, JobStatus::Cancelling);
        ledger.moved(D::NotStarted, D::Cancelled, 1, 0);
        ledger.moved(D::Running, D::Succeeded, 1, 27);
        assert_eq!((ledger.status, ledger.summary.characters_charged), (JobStatus::Cancelled, 27));
    }

    #[test]
    fn a_job_that_is_not_enumerated_is_cancelled_at_once_and_a_refused_one_counts_nothing() {
        let mut cancelled = ledger(0);
        cancelled.cancel();
        assert_eq!(cancelled.status, JobStatus::Cancelled);
        let mut refused = ledger(0);
        refused.refused(Failure::new(FailureCode::NoDocumentsFound, "nothing"));
        assert_eq!((refused.status, refused.summary.total()), (JobStatus::ValidationFailed, 0));
    }
}
