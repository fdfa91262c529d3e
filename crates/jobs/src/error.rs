//! What can go wrong in the job engine.

use std::path::PathBuf;

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
    /// Another server process works with this data directory.
    #[error("the data directory is in use by another server: {} is locked; stop that server or give another data_dir", .0.display())]
    Locked(PathBuf),
}

impl JobsError {
    /// A store failure that is told in words.
    pub(crate) fn store(message: impl Into<String>) -> Self {
        Self::Store(message.into().into())
    }

    /// The same failure for another caller: all operations of one failed commit hear of it.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Store(source) => Self::store(source.to_string()),
            Self::Busy => Self::Busy,
            Self::Invalid(what) => Self::Invalid(what),
            Self::Locked(path) => Self::Locked(path.clone()),
        }
    }
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|e| e.code().and_then(|code| code.parse::<i32>().ok()));
        match (&error, code.map(|code| code & 0xff)) {
            // SQLITE_BUSY and SQLITE_LOCKED with all their extended codes.
            (_, Some(5 | 6)) | (sqlx::Error::PoolTimedOut, _) => Self::Busy,
            (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_), _) => Self::Invalid("column"),
            _ => Self::Store(Box::new(error)),
        }
    }
}
