//! Connections: their settings, and the pools they are in.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::time::timeout;

use crate::JobsError;

/// How long a statement, a wait for a lock or for a connection may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection has to show that the database is still behind it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
/// For the work a connection is not asked that was used so recently: whatever fails there is done again.
const RECENT: Duration = Duration::from_millis(50);
/// How long a connection for migrations may take to come about.
const CONNECT: Duration = Duration::from_secs(30);
/// How long the database lets a process hold locks without a word from it.
const SILENCE_MS: &str = "15000";
/// Connections for the work, beside those for requests.
const WORK: u32 = 4;
/// Connections for what need not be flushed.
const CASUAL: u32 = 2;

/// The database.
#[derive(Clone)]
pub(super) struct Database {
    options: PgConnectOptions,
}

impl Database {
    pub(super) fn new(url: &str) -> Result<Self, JobsError> {
        // The parser's message may quote the URL, which holds a password.
        let options: PgConnectOptions =
            url.parse().map_err(|_| JobsError::store("the database's URL cannot be understood"))?;
        Ok(Self { options: options.application_name("terjuman").disable_statement_logging() })
    }

    fn settings(&self, synchronous_commit: &'static str) -> PgConnectOptions {
        self.options.clone().options([
            ("statement_timeout", TIMEOUT.as_millis().to_string().as_str()),
            ("idle_in_transaction_session_timeout", SILENCE_MS),
            ("default_transaction_isolation", "read committed"),
            ("synchronous_commit", synchronous_commit),
        ])
    }

    /// Connections behind which the database has vanished leave the pool. It asks them itself before and after each use,
    /// and would wait as long as TCP does: its place would be taken for a quarter of an hour.
    fn pool(max_connections: u32, recent: Duration) -> PgPoolOptions {
        PgPoolOptions::new()
            .max_connections(max_connections.max(1))
            .acquire_timeout(TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(move |connection, about| {
                Box::pin(async move {
                    match about.idle_for < recent {
                        true => Ok(true),
                        false => alive(connection).await,
                    }
                })
            })
            .after_release(|connection, _| Box::pin(alive(connection)))
    }

    /// The pool whose commits survive a power failure: the promise behind every 202. Connects, so that a wrong address
    /// shows at once.
    pub(super) async fn durable(&self, max_connections: u32) -> Result<PgPool, JobsError> {
        Ok(Self::pool(max_connections, Duration::ZERO).connect_with(self.settings("on")).await?)
    }

    /// A pool of the same kind for the workers, which opens nothing before it is needed.
    pub(super) fn work(&self) -> PgPool {
        Self::pool(WORK, RECENT).connect_lazy_with(self.settings("on"))
    }

    /// The pool for what is repeated anyway.
    pub(super) fn casual(&self) -> PgPool {
        Self::pool(CASUAL, RECENT).connect_lazy_with(self.settings("off"))
    }

    /// A connection for migrations, which may take their time.
    pub(super) async fn migrator(&self) -> Result<PgConnection, JobsError> {
        Ok(timeout(CONNECT, self.options.connect()).await.map_err(|_| sqlx::Error::PoolTimedOut)??)
    }

    /// A connection that hears notifications.
    pub(super) async fn listener(&self) -> Result<PgListener, sqlx::Error> {
        // One that is idle is not in the way: it listens.
        let pool =
            Self::pool(1, RECENT).max_lifetime(None).idle_timeout(None).connect_with(self.settings("off")).await?;
        PgListener::connect_with(&pool).await
    }
}

/// An error closes the connection without a word to the other side.
async fn alive(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    timeout(SIGN_OF_LIFE, connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    Ok(true)
}
