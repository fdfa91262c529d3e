//! The one writer of the database: operations of concurrent callers share a transaction and its disk flush.
//!
//! SQLite has one writer and flushes once a commit. So callers hand their operations to one task, which gathers what
//! is waiting into one `BEGIN IMMEDIATE … COMMIT`, each operation behind a savepoint of its own: one that fails takes
//! nothing with it. Nobody is answered before the commit is on disk.

use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::connect::{Database, Lock};
use crate::{FailPoints, JobsError};

/// Operations that may wait for the writer; more wait for room.
const QUEUE: usize = 1024;
/// Operations in one transaction: a bound on how long the first of them waits for its answer.
const GROUP: usize = 256;

/// Hands operations to the writer task.
pub(super) struct Writer {
    sender: mpsc::Sender<Box<dyn Operation>>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the task. It holds the lock on the data directory until the connection is closed.
    pub(super) fn start(database: Database, connection: SqliteConnection, lock: Lock, points: FailPoints) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let task = Task { database, connection: Some(connection), points, stop: stop.clone(), _lock: lock };
        Self { sender, stop, task: Mutex::new(Some(tokio::spawn(task.run(receiver)))) }
    }

    /// Runs one operation and answers when it is durable. If the caller goes away, the operation is done all the same.
    pub(super) async fn run<T, F>(&self, operation: F) -> Result<T, JobsError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, JobsError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { operation: Some(operation), result: None, reply };
        self.sender.send(Box::new(waiting)).await.map_err(|_| JobsError::store("the store is closed"))?;
        answer.await.map_err(|_| JobsError::store("the store was closed"))?
    }

    /// Finishes what waits, closes the connection and lets go of the directory. What comes later is refused.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        if let Some(task) = self.take_task() {
            drop(task.await);
        }
    }

    /// Ends the task where it stands: what is not committed never happened.
    pub(super) async fn kill(&self) {
        if let Some(task) = self.take_task() {
            task.abort();
            drop(task.await);
        }
    }

    fn take_task(&self) -> Option<JoinHandle<()>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An operation that waits for its turn, for its commit, and for its answer.
trait Operation: Send {
    /// Runs it. `false` if it failed and must be undone.
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, bool>;
    /// Answers its caller; `failure` is that of the whole group.
    fn answer(self: Box<Self>, failure: Option<&JobsError>);
}

struct Waiting<T, F> {
    operation: Option<F>,
    result: Option<Result<T, JobsError>>,
    reply: oneshot::Sender<Result<T, JobsError>>,
}

impl<T, F> Operation for Waiting<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, JobsError>> + Send + 'static,
{
    fn run<'a>(&'a mut self, connection: &'a mut SqliteConnection) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let Some(operation) = self.operation.take() else { return false };
            let result = operation(connection).await;
            let kept = result.is_ok();
            self.result = Some(result);
            kept
        })
    }

    fn answer(self: Box<Self>, failure: Option<&JobsError>) {
        let result = match (failure, self.result) {
            (None, Some(result)) => result,
            (_, Some(Err(own))) => Err(own),
            (Some(failure), _) => Err(failure.again()),
            (None, None) => Err(JobsError::store("the operation did not run")),
        };
        // A caller that went away is no error.
        drop(self.reply.send(result));
    }
}

struct Task {
    database: Database,
    connection: Option<SqliteConnection>,
    points: FailPoints,
    stop: CancellationToken,
    _lock: Lock,
}

impl Task {
    async fn run(mut self, mut receiver: mpsc::Receiver<Box<dyn Operation>>) {
        while let Some(first) = self.next(&mut receiver).await {
            let mut group = Group { done: Vec::new(), next: Some(first), receiver: &mut receiver };
            let result = self.transaction(&mut group).await;
            let failure = result.err();
            if let Some(error) = &failure {
                tracing::error!(error = %error, operations = group.done.len(), "a transaction failed: {error}");
            }
            // If the transaction could not even begin, the first operation has not been taken.
            for operation in group.done.into_iter().chain(group.next) {
                operation.answer(failure.as_ref());
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(error = %error, "closing the database failed: {error}");
        }
        // The log and its index are gone: what they took may serve the next start.
        self.database.spare().keep_what_there_is().await;
    }

    /// The next operation; after a stop only those that wait already.
    async fn next(&self, receiver: &mut mpsc::Receiver<Box<dyn Operation>>) -> Option<Box<dyn Operation>> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {
                receiver.close();
                receiver.recv().await
            }
            operation = receiver.recv() => operation,
        }
    }

    async fn transaction(&mut self, group: &mut Group<'_>) -> Result<(), JobsError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connect_writer().await?,
        };
        match self.attempt(&mut connection, group).await {
            Ok(()) => {
                self.connection = Some(connection);
                Ok(())
            }
            Err(error) => {
                // A connection that cannot even roll back is replaced.
                if execute(&mut connection, "ROLLBACK").await.is_ok() || is_idle(&mut connection).await {
                    self.connection = Some(connection);
                }
                Err(error)
            }
        }
    }

    async fn attempt(&self, connection: &mut SqliteConnection, group: &mut Group<'_>) -> Result<(), JobsError> {
        execute(connection, "BEGIN IMMEDIATE").await?;
        while let Some(mut operation) = group.take() {
            execute(connection, "SAVEPOINT operation").await?;
            let kept = operation.run(connection).await;
            group.done.push(operation);
            if !kept {
                execute(connection, "ROLLBACK TO operation").await?;
            }
            execute(connection, "RELEASE operation").await?;
        }
        self.points.pass("before commit").await;
        execute(connection, "COMMIT").await?;
        self.points.pass("after commit").await;
        Ok(())
    }
}

/// Operations of one transaction; those that arrive while it runs still come along.
struct Group<'a> {
    done: Vec<Box<dyn Operation>>,
    next: Option<Box<dyn Operation>>,
    receiver: &'a mut mpsc::Receiver<Box<dyn Operation>>,
}

impl Group<'_> {
    fn take(&mut self) -> Option<Box<dyn Operation>> {
        if self.done.len() >= GROUP {
            return None;
        }
        self.next.take().or_else(|| self.receiver.try_recv().ok())
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), JobsError> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

/// Whether a transaction can be begun: SQLite ends one by itself on some errors, and then ROLLBACK is an error too.
async fn is_idle(connection: &mut SqliteConnection) -> bool {
    execute(connection, "BEGIN").await.is_ok() && execute(connection, "ROLLBACK").await.is_ok()
}
