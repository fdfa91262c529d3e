//! What can go wrong in the job engine.

/// An error of the job engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobsError {
    /// The database failed. The text is for the log, not for callers.
    #[error("the job store failed: {0}")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database is busy beyond its time-out; the same call may succeed later.
    #[error("the job store is busy")]
    Busy,
    /// A stored value makes no sense.
    #[error("the job store holds an invalid {0}")]
    Invalid(&'static str),
}
