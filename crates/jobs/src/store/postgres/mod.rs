//! Jobs in a PostgreSQL database: any number of server processes, for requests and for work.
//!
//! Every change is one short transaction at READ COMMITTED. Rows are locked before they are judged, documents before
//! jobs and each of them by row number, so that no two transactions wait for each other. The time is the database's:
//! the clocks of the machines that work may differ as they like.

mod audit;
mod claim;
mod connect;
mod expansion;
mod jobs;
mod leases;
mod list;
mod news;
mod operations;
mod outcome;
#[cfg(test)]
mod plans;
mod retention;
mod schema;
mod sealing;
mod submissions;
mod text;
mod time;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, PgTransaction};
use terjuman_model::Timestamp;
use tokio::time::timeout;

use self::connect::Database;
use self::news::{Call, Listener};
use self::time::Time;
use super::QueueOptions;
use super::fair::Turns;
use super::timely::LIMIT;
use crate::stamps::Stamps;
use crate::{Clock, FailPoints, Ids, JobsError, Sealer, SystemClock};

/// How long [`JobStore::ping`] waits: whoever asks whether the server is ready wants to know soon.
const PING: Duration = Duration::from_secs(2);

/// Where the database is and what it needs to know.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `sslmode` and the like behind a `?`.
    pub url: String,
    /// Connections for requests at a time. Up to four more are for the work, and three for heartbeats and notifications.
    pub max_connections: u32,
    /// How the queue is kept.
    pub queue: QueueOptions,
    /// What requests are sealed with.
    pub sealer: Sealer,
}

impl fmt::Debug for PostgresOptions {
    /// Without the URL, which holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("max_connections", &self.max_connections)
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

/// Jobs in a PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    /// What is promised to callers: a commit is on disk when it returns.
    requests: PgPool,
    /// The same for the workers. They have connections of their own, so that a crowd of requests, or slow ones, cannot
    /// keep them from taking documents and from ending them.
    work: PgPool,
    /// What is repeated anyway: heartbeats, progress, notifications.
    casual: PgPool,
    listener: Listener,
    context: Context,
    points: FailPoints,
}

/// What operations need besides the connection.
struct Context {
    time: Time,
    stamps: Stamps,
    ids: Arc<dyn Ids>,
    queue: QueueOptions,
    /// Whose turn it is to have a document worked on, and a job's documents listed.
    turns: Turns,
    listing_turns: Turns,
    sealer: Sealer,
}

impl PostgresStore {
    /// Connects, and brings the database's schema up to date; several processes may do so at once.
    ///
    /// # Errors
    /// If the URL cannot be read, or the database cannot be reached or migrated.
    pub async fn open(options: PostgresOptions, ids: Arc<dyn Ids>) -> Result<Self, JobsError> {
        Self::open_with(options, None, ids, FailPoints::default()).await
    }

    /// [`PostgresStore::open`] with a clock that a test moves instead of the database's, and points at which it lets
    /// the process die.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    #[doc(hidden)]
    pub async fn open_with(
        options: PostgresOptions,
        clock: Option<Arc<dyn Clock>>,
        ids: Arc<dyn Ids>,
        points: FailPoints,
    ) -> Result<Self, JobsError> {
        let database = Database::new(&options.url)?;
        schema::migrate(&database, &options.sealer).await?;
        let requests = database.durable(options.max_connections).await?;
        let newest = sqlx::query_scalar("SELECT created FROM jobs ORDER BY row DESC LIMIT 1");
        let newest: Option<i64> = newest.fetch_optional(&requests).await?;
        // Never asked for the time: moments are taken from the database's.
        let stamps = Stamps::after(Timestamp(newest.unwrap_or(0)), Arc::new(SystemClock));
        let context = Context {
            time: Time::new(clock),
            stamps,
            ids,
            turns: Turns::new(options.queue.weights.clone()),
            listing_turns: Turns::new(options.queue.weights.clone()),
            queue: options.queue,
            sealer: options.sealer,
        };
        let listener = Listener::start(&database);
        let (work, casual) = (database.work(), database.casual());
        Ok(Self { inner: Arc::new(Inner { requests, work, casual, listener, context, points }) })
    }

    /// Ends every connection; what is being written is finished.
    pub async fn close(&self) {
        self.inner.listener.close().await;
        self.inner.casual.close().await;
        self.inner.work.close().await;
        self.inner.requests.close().await;
    }

    /// Begins and commits are done even if the caller goes away: a connection must not come back to the pool with half
    /// of either.
    async fn begin(&self, pool: &PgPool) -> Result<PgTransaction<'static>, JobsError> {
        let pool = pool.clone();
        whole(async move { pool.begin().await }).await
    }

    /// When this returns, the changes are on disk.
    async fn commit(&self, transaction: PgTransaction<'static>) -> Result<(), JobsError> {
        self.inner.points.pass("before commit").await;
        whole(transaction.commit()).await?;
        self.inner.points.pass("after commit").await;
        Ok(())
    }

    /// Tells the other processes. If that fails they find out by looking, so it is no error; and it is not part of the
    /// transaction, because PostgreSQL commits those that notify one after the other.
    async fn call(&self, call: Call) {
        if let Err(error) = news::call(&self.inner.casual, call).await {
            tracing::debug!(%error, "other processes could not be notified: {error}");
        }
    }
}

/// Runs it to its end, whether or not somebody waits for it; but not for ever, if the database has vanished.
async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
) -> Result<T, JobsError> {
    let done = tokio::spawn(timeout(LIMIT, work)).await;
    let done = done.map_err(|_| JobsError::store("the server is ending"))?;
    Ok(done.map_err(|_| JobsError::Busy)??)
}
