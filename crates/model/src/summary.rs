//! The counters of a job.

use crate::{DocumentStatus, JobStatus};

/// How many documents of a job stand where. [`Summary::total`] is derived, so the counters always add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Documents that ended `Failed`.
    pub failed: u32,
    /// Documents that ended `Succeeded`.
    pub success: u32,
    /// Documents `Running` or `Cancelling`.
    pub in_progress: u32,
    /// Documents `NotStarted`.
    pub not_yet_started: u32,
    /// Documents that ended `Cancelled`.
    pub cancelled: u32,
    /// Source characters (Unicode code points) of all succeeded documents.
    pub characters_charged: u64,
}

impl Summary {
    /// All documents of the job.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.failed + self.success + self.in_progress + self.not_yet_started + self.cancelled
    }

    /// Whether no document can change any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.in_progress == 0 && self.not_yet_started == 0
    }

    /// Counts one more document in `status`.
    pub fn add(&mut self, status: DocumentStatus) {
        match status {
            DocumentStatus::NotStarted => self.not_yet_started += 1,
            DocumentStatus::Running | DocumentStatus::Cancelling => self.in_progress += 1,
            DocumentStatus::Succeeded => self.success += 1,
            DocumentStatus::Failed => self.failed += 1,
            DocumentStatus::Cancelled => self.cancelled += 1,
        }
    }

    /// The status of a job whose documents have been enumerated, from its counters alone.
    ///
    /// `has_run` keeps a job `Running` between two documents: what clients see only goes forward.
    #[must_use]
    pub fn job_status(&self, cancel_requested: bool, has_run: bool) -> JobStatus {
        match (self.is_settled(), cancel_requested) {
            (true, true) => JobStatus::Cancelled,
            (false, true) => JobStatus::Cancelling,
            (true, false) if self.success > 0 => JobStatus::Succeeded,
            (true, false) if self.total() > 0 => JobStatus::Failed,
            (true, false) => JobStatus::NotStarted,
            (false, false) if has_run || self.in_progress > 0 || self.success + self.failed > 0 => JobStatus::Running,
            (false, false) => JobStatus::NotStarted,
        }
    }
}
