//! What can go wrong in the job engine.

use std::path::PathBuf;

use sqlx::postgres::PgDatabaseError;

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
    /// Too many documents are open.
    #[error("there are {limit} open documents, which is the most there may be")]
    QueueFull {
        /// How many there may be.
        limit: u64,
        /// Whether all resources share them.
        shared: bool,
    },
    /// The disk is full, or nearly.
    #[error("the disk of the job database is full, or nearly")]
    DiskFull,
    /// A request is sealed with a key that is not at hand.
    #[error(
        "requests in the job database are sealed with the key {0}, which is not configured: all processes on a database \
         need the same [secrets], and a key that was replaced has to stay on the list of older keys"
    )]
    Sealed(String),
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
            Self::QueueFull { limit, shared } => Self::QueueFull { limit: *limit, shared: *shared },
            Self::DiskFull => Self::DiskFull,
            Self::Sealed(key) => Self::Sealed(key.clone()),
            Self::Locked(path) => Self::Locked(path.clone()),
        }
    }
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Invalid("column"),
            sqlx::Error::Database(told) => match told.try_downcast_ref::<PgDatabaseError>() {
                Some(told) => of_postgres(told),
                None => match told.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff) {
                    // SQLITE_BUSY, SQLITE_LOCKED and SQLITE_FULL, with all their extended codes.
                    Some(5 | 6) => Self::Busy,
                    Some(13) => Self::DiskFull,
                    _ => Self::Store(Box::new(error)),
                },
            },
            _ => Self::Store(Box::new(error)),
        }
    }
}

/// Without the details: they quote the row that was refused.
fn of_postgres(error: &PgDatabaseError) -> JobsError {
    match error.code() {
        // Serialization failure, deadlock, lock not available, statement time-out, time-outs of transactions (this process
        // got no processor), too many connections.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" | "25P04" | "53300" => JobsError::Busy,
        "53100" => JobsError::DiskFull,
        code => JobsError::store(format!("{} ({code})", error.message())),
    }
}
