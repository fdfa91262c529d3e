//! Statuses of jobs and documents, and the one function that owns their transitions.

use std::fmt;
use std::str::FromStr;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentStatus {
    /// Waiting for a worker.
    NotStarted,
    /// A worker holds its lease.
    Running,
    /// It was begun, and has been asked to stop: by the worker that holds its lease, or, if that one is gone, by the next
    /// one, which looks whether an output was left behind.
    Cancelling,
    /// The target file is written.
    Succeeded,
    /// Not translated; the error says why.
    Failed,
    /// Stopped, and nothing of it is in the target.
    Cancelled,
}

/// What can happen to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentEvent {
    /// A worker took the lease.
    Claimed,
    /// The caller cancelled the job.
    CancelRequested,
    /// The lease ran out, or its worker gave it back: the document waits for another worker.
    LeaseEnded,
    /// The target file is written.
    Translated,
    /// It cannot be translated, or its attempts are used up.
    GaveUp,
    /// A worker stopped because of the cancel, and knows that no output is there.
    Stopped,
}

impl DocumentStatus {
    /// Every status, in the order of a document's life.
    pub const ALL: [Self; 6] =
        [Self::NotStarted, Self::Running, Self::Cancelling, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// The status after `event`, or `None` if the event cannot happen here.
    #[must_use]
    pub fn after(self, event: DocumentEvent) -> Option<Self> {
        use {DocumentEvent as E, DocumentStatus as S};
        match (self, event) {
            (S::NotStarted, E::Claimed) => Some(S::Running),
            (S::NotStarted, E::CancelRequested) => Some(S::Cancelled),
            // The attempts are used up: found when the document would be claimed once more.
            (S::NotStarted, E::GaveUp) => Some(S::Failed),
            (S::Running, E::LeaseEnded) => Some(S::NotStarted),
            (S::Running, E::CancelRequested) => Some(S::Cancelling),
            // On `Cancelling` too: the work won the race, and the file is there.
            (S::Running | S::Cancelling, E::Translated) => Some(S::Succeeded),
            (S::Running, E::GaveUp) => Some(S::Failed),
            // Whoever held it may have written: another worker looks before it ends.
            (S::Cancelling, E::LeaseEnded | E::Claimed) => Some(S::Cancelling),
            (S::Cancelling, E::Stopped | E::GaveUp) => Some(S::Cancelled),
            // No wildcard on the left: a new status has to be thought through here.
            (S::NotStarted | S::Running | S::Cancelling | S::Succeeded | S::Failed | S::Cancelled, _) => None,
        }
    }

    /// Whether nothing can change it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }

    /// The spelling on the wire (British double l).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "NotStarted",
            Self::Running => "Running",
            Self::Cancelling => "Cancelling",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }
}

/// Where a job stands. Derived from its documents once they are enumerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Accepted; being validated, enumerated, or waiting.
    NotStarted,
    /// At least one document has been worked on.
    Running,
    /// Finished, at least one document succeeded.
    Succeeded,
    /// Finished, no document succeeded.
    Failed,
    /// Cancel requested, running documents are still stopping.
    Cancelling,
    /// The cancel is complete.
    Cancelled,
    /// Refused before any document began.
    ValidationFailed,
}

impl JobStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::NotStarted,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelling,
        Self::Cancelled,
        Self::ValidationFailed,
    ];

    /// Whether nothing can change it any more.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled | Self::ValidationFailed)
    }

    /// The spelling on the wire (British double l).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "NotStarted",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::ValidationFailed => "ValidationFailed",
        }
    }
}

/// The text names no status.
#[derive(Debug, thiserror::Error)]
#[error("not a status")]
pub struct ParseStatusError;

/// Compares without regard to case, and takes the American spelling that the SDKs show their users.
fn same_status(text: &str, wire: &str) -> bool {
    let american = wire.replace("ll", "l");
    text.eq_ignore_ascii_case(wire) || (wire.starts_with("Cancel") && text.eq_ignore_ascii_case(&american))
}

impl FromStr for DocumentStatus {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Self, ParseStatusError> {
        Self::ALL.into_iter().find(|s| same_status(text, s.as_str())).ok_or(ParseStatusError)
    }
}

impl FromStr for JobStatus {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Self, ParseStatusError> {
        Self::ALL.into_iter().find(|s| same_status(text, s.as_str())).ok_or(ParseStatusError)
    }
}

impl fmt::Display for DocumentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [DocumentEvent; 6] = [
        DocumentEvent::Claimed,
        DocumentEvent::CancelRequested,
        DocumentEvent::LeaseEnded,
        DocumentEvent::Translated,
        DocumentEvent::GaveUp,
        DocumentEvent::Stopped,
    ];

    #[test]
    fn nothing_leaves_a_final_status() {
        for status in DocumentStatus::ALL.into_iter().filter(|s| s.is_final()) {
            for event in EVENTS {
                assert_eq!(status.after(event), None, "{status} after {event:?}");
            }
        }
    }

    #[test]
    fn the_wire_spelling_is_pinned_and_read_back_in_both_spellings() {
        let names: Vec<_> = JobStatus::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(
            names,
            ["NotStarted", "Running", "Succeeded", "Failed", "Cancelling", "Cancelled", "ValidationFailed"]
        );
        assert_eq!("canceled".parse::<JobStatus>().ok(), Some(JobStatus::Cancelled));
        assert_eq!("CANCELLING".parse::<JobStatus>().ok(), Some(JobStatus::Cancelling));
        assert_eq!("canceling".parse::<DocumentStatus>().ok(), Some(DocumentStatus::Cancelling));
        assert!("ValidationFailed".parse::<DocumentStatus>().is_err());
    }
}
