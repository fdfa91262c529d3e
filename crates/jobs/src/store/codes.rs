//! The integers that stand for statuses in the database, and the JSON that stands for reports. They are for ever: old
//! files must stay readable.

use terjuman_model::{DocumentStatus, JobStatus};
use terjuman_pipeline::Report;

use super::position::Queue;
use crate::JobsError;

/// From here on a status is final, for jobs and for documents; the partial indexes and triggers rely on it.
#[cfg(test)]
const FIRST_FINAL: i64 = 3;

/// The code of a job's status.
pub(crate) fn job_code(status: JobStatus) -> i64 {
    match status {
        JobStatus::NotStarted => 0,
        JobStatus::Running => 1,
        JobStatus::Cancelling => 2,
        JobStatus::Succeeded => 3,
        JobStatus::Failed => 4,
        JobStatus::Cancelled => 5,
        JobStatus::ValidationFailed => 6,
    }
}

/// The job status of a code.
pub(crate) fn job_status(code: i64) -> Result<JobStatus, JobsError> {
    JobStatus::ALL.into_iter().find(|s| job_code(*s) == code).ok_or(JobsError::Invalid("job status"))
}

/// The code of a document's status.
pub(crate) fn document_code(status: DocumentStatus) -> i64 {
    match status {
        DocumentStatus::NotStarted => 0,
        DocumentStatus::Running => 1,
        DocumentStatus::Cancelling => 2,
        DocumentStatus::Succeeded => 3,
        DocumentStatus::Failed => 4,
        DocumentStatus::Cancelled => 5,
    }
}

/// The document status of a code.
pub(crate) fn document_status(code: i64) -> Result<DocumentStatus, JobsError> {
    DocumentStatus::ALL.into_iter().find(|s| document_code(*s) == code).ok_or(JobsError::Invalid("document status"))
}

/// The code of a place in the queue.
pub(crate) fn queue_code(queue: Queue) -> i64 {
    match queue {
        Queue::Waiting => 0,
        Queue::Leased => 1,
        Queue::Done => 2,
    }
}

/// The place in the queue of a code.
pub(crate) fn queue(code: i64) -> Result<Queue, JobsError> {
    let all = [Queue::Waiting, Queue::Leased, Queue::Done];
    all.into_iter().find(|queue| queue_code(*queue) == code).ok_or(JobsError::Invalid("place in the queue"))
}

/// A report as it is stored.
pub(crate) fn report_body(report: &Report) -> Result<String, JobsError> {
    serde_json::to_string(report).map_err(|error| JobsError::Store(Box::new(error)))
}

/// A stored report.
pub(crate) fn report(body: &str) -> Result<Report, JobsError> {
    serde_json::from_str(body).map_err(|_| JobsError::Invalid("report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back_and_split_open_from_final() {
        for status in JobStatus::ALL {
            assert_eq!(job_status(job_code(status)).unwrap(), status);
            assert_eq!(job_code(status) >= FIRST_FINAL, status.is_final(), "{status}");
        }
        for status in DocumentStatus::ALL {
            assert_eq!(document_status(document_code(status)).unwrap(), status);
            assert_eq!(document_code(status) >= FIRST_FINAL, status.is_final(), "{status}");
        }
        assert!(job_status(7).is_err());
        assert!(document_status(-1).is_err());
    }
}
