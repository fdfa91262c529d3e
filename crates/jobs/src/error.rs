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
                None if told.code().is_some_and(|code| is_busy_sqlite(&code)) => Self::Busy,
                None => Self::Store(Box::new(error)),
            },
            _ => Self::Store(Box::new(error)),
        }
    }
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED` with all their extended codes.
fn is_busy_sqlite(code: &str) -> bool {
    code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Without the details: they quote the row that was refused.
fn of_postgres(error: &PgDatabaseError) -> JobsError {
    match error.code() {
        // Serialization failure, deadlock, lock not available, statement time-out, time-outs of transactions (this process
        // got no processor), too many connections.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" | "25P04" | "53300" => JobsError::Busy,
        code => JobsError::store(format!("{} ({code})", error.message())),
    }
}
