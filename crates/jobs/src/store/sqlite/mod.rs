//! Jobs in one SQLite file: one server process, one writer, many readers.

mod audit;
mod backup;
mod claim;
mod connect;
mod expansion;
mod jobs;
mod leases;
mod list;
mod operations;
mod outcome;
mod retention;
mod schema;
mod sealing;
mod spare;
mod submissions;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{SqliteConnection, SqlitePool};
use terjuman_model::Timestamp;

pub use self::backup::backup;
use self::connect::{Database, Lock, READERS, WORK_READERS};
use self::writer::Writer;
use super::QueueOptions;
use super::fair::Turns;
use crate::stamps::Stamps;
use crate::{Clock, FailPoints, Ids, JobsError, Sealer};

/// Where the database is and what it needs to know.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The database file. Its directory is created, and locked for this process.
    pub path: PathBuf,
    /// How the queue is kept.
    pub queue: QueueOptions,
    /// What requests are sealed with.
    pub sealer: Sealer,
}

/// Jobs in a SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    readers: SqlitePool,
    /// For what workers read.
    work_readers: SqlitePool,
    writer: Writer,
    context: Arc<Context>,
}

/// What operations need besides the connection.
struct Context {
    stamps: Stamps,
    ids: Arc<dyn Ids>,
    queue: QueueOptions,
    /// Whose turn it is to have a document worked on, and a job's documents listed.
    turns: Turns,
    listing_turns: Turns,
    sealer: Sealer,
}

impl SqliteStore {
    /// Opens the database, bringing its schema up to date.
    ///
    /// # Errors
    /// [`JobsError::Locked`] if another process has the directory; otherwise if the file cannot be opened or migrated.
    pub async fn open(options: SqliteOptions, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, JobsError> {
        Self::open_with(options, clock, ids, FailPoints::default()).await
    }

    /// [`SqliteStore::open`] with points at which a test lets the process die.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn open_with(
        options: SqliteOptions,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        points: FailPoints,
    ) -> Result<Self, JobsError> {
        let lock = Lock::take(&options.path)?;
        let database = Database::new(&options.path);
        let mut connection = match opened(&database, &options.sealer).await {
            Err(error) if database.spare().give_up() => {
                tracing::warn!(%error, "the job database cannot be opened; once more, with the room that was kept for it");
                opened(&database, &options.sealer).await?
            }
            done => done?,
        };
        match forget_leases(&mut connection, clock.now().plus(options.queue.settles)).await {
            // They expire by themselves; what is there can be read meanwhile.
            Err(JobsError::DiskFull) => {
                tracing::warn!("the disk of the job database is full: old leases have to expire")
            }
            done => done?,
        }
        let newest = sqlx::query_scalar("SELECT created FROM jobs ORDER BY row DESC LIMIT 1");
        let newest: Option<i64> = newest.fetch_optional(&mut connection).await?;
        let stamps = Stamps::after(Timestamp(newest.unwrap_or(0)), clock);
        let context = Arc::new(Context {
            stamps,
            ids,
            turns: Turns::new(options.queue.weights.clone()),
            listing_turns: Turns::new(options.queue.weights.clone()),
            queue: options.queue,
            sealer: options.sealer,
        });
        let readers = database.connect_readers(READERS).await?;
        let work_readers = database.connect_readers(WORK_READERS).await?;
        database.spare().keep().await;
        let writer = Writer::start(database, connection, lock, points);
        Ok(Self { inner: Arc::new(Inner { readers, work_readers, writer, context }) })
    }

    /// Closes the database: what is being written is finished, the log is folded in, and the directory is free again.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.work_readers.close().await;
        self.inner.writer.close().await;
    }

    /// Lets the file grow to so many pages and no further, as a full disk would. For tests.
    ///
    /// # Errors
    /// If the store fails.
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages: u32) -> Result<(), JobsError> {
        self.write(move |c, _| {
            Box::pin(async move {
                let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
                sqlx::query(sql).execute(c).await?;
                Ok(())
            })
        })
        .await
    }

    /// Holds every connection that reads for callers, as slow questions would, until the value is dropped. For tests.
    ///
    /// # Errors
    /// If the store fails.
    #[doc(hidden)]
    pub async fn occupy_readers(&self) -> Result<impl Send + use<>, JobsError> {
        let mut held = Vec::new();
        for _ in 0..READERS {
            held.push(self.inner.readers.acquire().await?);
        }
        Ok(held)
    }

    /// Lets the store die as the process would: nothing that is not committed happens. For tests.
    #[doc(hidden)]
    pub async fn kill(&self) {
        self.inner.writer.kill().await;
        self.inner.readers.close().await;
        self.inner.work_readers.close().await;
    }
}

/// The connection that writes, to a database that is up to date and sealed with our keys.
async fn opened(database: &Database, sealer: &Sealer) -> Result<SqliteConnection, JobsError> {
    let mut connection = database.connect_writer().await?;
    schema::migrate(&mut connection).await?;
    sealing::adopt(&mut connection, sealer).await?;
    Ok(connection)
}

/// Whoever held a lease before is gone: the lock on the directory is ours. Nobody has to wait for such leases to expire.
async fn forget_leases(connection: &mut SqliteConnection, settles: Timestamp) -> Result<(), JobsError> {
    // What was sent under them may appear yet.
    let sql = "UPDATE documents SET settles = $1 WHERE queue = 1 AND lease_until > 0 AND write_token = lease_token";
    sqlx::query(sql).bind(settles.0).execute(&mut *connection).await?;
    for sql in
        ["UPDATE documents SET lease_until = 0 WHERE queue = 1", "UPDATE jobs SET lease_until = 0 WHERE queue = 1"]
    {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    Ok(())
}

impl SqliteStore {
    /// Runs one operation in the writer's next transaction.
    async fn write<T, F>(&self, operation: F) -> Result<T, JobsError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection, &'c Context) -> BoxFuture<'c, Result<T, JobsError>>
            + Send
            + 'static,
    {
        let context = Arc::clone(&self.inner.context);
        self.inner.writer.run(move |c| Box::pin(async move { operation(c, &context).await })).await
    }
}
