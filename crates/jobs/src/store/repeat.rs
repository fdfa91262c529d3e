//! Requests that may come twice. Pure: the store keeps who asked for what, and answers with what is said here.

use std::time::Duration;

use terjuman_model::{JobId, Timestamp};

use super::earlier;
use crate::Job;

/// How far from now a request's first sending may lie, on either side: clocks differ.
const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// How long records are kept: longer than anybody can ask for them, by the worst of clocks.
pub(crate) const FORGET_AFTER: Duration = Duration::from_secs(2 * 24 * 3600 + 3600);

/// A request with a name of its own: if it comes again, it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The name, among those of its resource.
    pub name: String,
    /// SHA-256 of the body.
    pub body: [u8; 32],
    /// When it was sent for the first time, by the client's clock.
    pub first_sent: Option<Timestamp>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is a new job.
    New(Job),
    /// It came before.
    Before(Repeated),
}

/// What became of a request when it came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// This job.
    Same(JobId),
    /// The name was used for another body: nothing was done.
    OtherBody,
    /// It was first sent too long ago to know whether it came before: nothing was done.
    OutsideWindow,
}

/// What became of a job that is to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// It is gone, and its documents with it.
    Gone,
    /// It has not ended, and stays.
    StillOpen,
    /// The resource has no such job.
    Unknown,
}

impl Repeat {
    pub(crate) fn is_outside(&self, now: Timestamp) -> bool {
        self.first_sent.is_some_and(|sent| sent < earlier(now, WINDOW) || sent > now.plus(WINDOW))
    }

    /// The request came before, with this body, and became this job.
    pub(crate) fn of(&self, body: &[u8], job: JobId) -> Repeated {
        if body == self.body { Repeated::Same(job) } else { Repeated::OtherBody }
    }
}
