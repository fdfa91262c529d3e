//! Notifications between the processes on one database. They make things quick, and nothing depends on them: who misses
//! one finds out by looking.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{PgPool, postgres::PgListener};
use terjuman_model::JobId;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::connect::Database;
use crate::News;

/// The name that processes call and listen to.
const CHANNEL: &str = "terjuman";
/// News that a subscriber may be behind with; past that it is told that it missed some.
const BEHIND: usize = 256;
/// Between two tries to listen.
const AGAIN: Duration = Duration::from_secs(1);
/// After so much silence the connection is tried: one that broke without a word would be silent for ever.
const SILENCE: Duration = Duration::from_secs(15);

/// What a process tells the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// There is something to claim.
    Work,
    /// A job was cancelled.
    Cancelled(JobId),
}

impl Call {
    fn payload(self) -> String {
        match self {
            Self::Work => "work".to_owned(),
            Self::Cancelled(job) => format!("cancelled {}", job.0),
        }
    }

    /// What a newer version says beside this is not for us.
    fn read(payload: &str) -> Option<News> {
        match payload.split_once(' ') {
            None if payload == "work" => Some(News::Work),
            Some(("cancelled", job)) => Some(News::Cancelled(JobId(job.parse().ok()?))),
            _ => None,
        }
    }
}

/// Calls the other processes.
pub(super) async fn call(pool: &PgPool, call: Call) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(call.payload()).execute(pool).await?;
    Ok(())
}

/// Listens to the other processes.
pub(super) struct Listener {
    news: broadcast::Sender<News>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Listener {
    pub(super) fn start(database: &Database) -> Self {
        let news = broadcast::Sender::new(BEHIND);
        let task = tokio::spawn(listen(database.clone(), news.clone()));
        Self { news, task: Mutex::new(Some(task)) }
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    pub(super) async fn close(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            drop(task.await);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn listen(database: Database, news: broadcast::Sender<News>) {
    loop {
        if let Err(error) = hear(&database, &news).await {
            // Whether the database can be reached is told by those who need it.
            tracing::debug!(%error, "the connection for notifications is lost: {error}");
        }
        sleep(AGAIN).await;
    }
}

/// Until the connection fails. Nobody listens to what is sent without a subscriber, which is no error.
async fn hear(database: &Database, news: &broadcast::Sender<News>) -> Result<(), sqlx::Error> {
    let mut listener: PgListener = database.listener().await?;
    timeout(SILENCE, listener.listen(CHANNEL)).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    // Whatever was said before.
    let _ = news.send(News::Missed);
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(heard) => match heard? {
                Some(notification) => {
                    if let Some(heard) = Call::read(notification.payload()) {
                        let _ = news.send(heard);
                    }
                }
                // Connected anew: what was said in between is lost.
                None => drop(news.send(News::Missed)),
            },
            Err(_) => match timeout(SILENCE, sqlx::query("SELECT 1").execute(&mut listener)).await {
                Ok(answered) => {
                    answered?;
                }
                Err(_) => return Err(sqlx::Error::PoolTimedOut),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_back_and_strange_ones_are_passed_over() {
        let job = JobId(uuid::Uuid::from_u128(7));
        assert_eq!(Call::read(&Call::Work.payload()), Some(News::Work));
        assert_eq!(Call::read(&Call::Cancelled(job).payload()), Some(News::Cancelled(job)));
        for strange in ["", "work 1", "cancelled", "cancelled x", "drained 00000000-0000-0000-0000-000000000007"] {
            assert_eq!(Call::read(strange), None, "{strange}");
        }
    }
}
