//! What becomes of what was asked for.

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
