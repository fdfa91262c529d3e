//! Opening the database file: settings of the connections, and the lock that keeps a second server out.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};

use super::spare::Spare;
use crate::JobsError;

/// Connections that read for callers. Reads are short, so few serve many.
pub(super) const READERS: u32 = 4;
/// Connections that read for the workers, whatever callers do with theirs.
pub(super) const WORK_READERS: u32 = 1;
/// How long a connection waits for another program (a backup, a shell) that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database file.
#[derive(Clone)]
pub(super) struct Database {
    path: PathBuf,
}

impl Database {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The room that is kept for opening it.
    pub(super) fn spare(&self) -> Spare {
        Spare::beside(&self.path)
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit survives a power failure: the promise behind every 202.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("mmap_size", "268435456")
            .pragma("temp_store", "MEMORY")
            // Keys in deleted requests are overwritten, not just unlinked.
            .pragma("secure_delete", "ON")
            .disable_statement_logging()
    }

    /// The connection that writes.
    pub(super) async fn connect_writer(&self) -> Result<SqliteConnection, JobsError> {
        let options = self
            .options()
            .create_if_missing(true)
            .pragma("wal_autocheckpoint", "4000")
            .pragma("journal_size_limit", "67108864");
        Ok(options.connect().await?)
    }

    /// The pool of connections that read, and cannot do anything else.
    pub(super) async fn connect_readers(&self, count: u32) -> Result<SqlitePool, JobsError> {
        let options = self.options().pragma("query_only", "ON");
        let pool = SqlitePoolOptions::new()
            .max_connections(count)
            .acquire_timeout(BUSY_TIMEOUT)
            .test_before_acquire(false)
            .max_lifetime(None)
            .idle_timeout(None);
        Ok(pool.connect_with(options).await?)
    }
}

/// Holds the data directory for this process: SQLite's own locks would let two servers take each other's leases.
/// The operating system lets go of it when the process ends, however it ends.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock beside the database file, creating the directory if need be.
    pub(super) fn take(database: &Path) -> Result<Self, JobsError> {
        let directory = database.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let failed = |error: std::io::Error| JobsError::Store(Box::new(error));
        std::fs::create_dir_all(directory).map_err(failed)?;
        let path = directory.join("terjuman.lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(JobsError::Locked(path)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
