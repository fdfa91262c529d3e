//! Requests as they are stored: sealed JSON.

use terjuman_model::{Failure, FailureCode, JobId};

use crate::{JobRequest, JobsError, Sealer};

/// The request of a job that is worked on.
pub(crate) fn opened(sealer: &Sealer, job: JobId, body: &str) -> Result<JobRequest, JobsError> {
    let body = sealer.open(job.0, body)?;
    // The parser's message may quote the body, which holds keys.
    serde_json::from_str(&body).map_err(|_| JobsError::Invalid("request"))
}

/// The request of a job that is claimed. `None` if it was written by another version, or is damaged: then the job ends as
/// [`unreadable`], so that it does not stand in the way of the others.
pub(crate) fn readable(sealer: &Sealer, job: JobId, body: Option<&str>) -> Result<Option<JobRequest>, JobsError> {
    match body.map(|body| opened(sealer, job, body)).transpose() {
        // With the right key it can be read: this process must leave it alone, and say so.
        Err(error @ JobsError::Sealed(_)) => Err(error),
        request => Ok(request.unwrap_or(None)),
    }
}

/// Why a job is refused whose request cannot be read.
pub(crate) fn unreadable() -> Failure {
    Failure::new(FailureCode::InternalServerError, "the stored request cannot be read")
}
