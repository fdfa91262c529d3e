//! One suite for all databases: a promise is a function of a [`Bench`], and [`conformance!`] makes it a test of each.

use std::sync::Arc;

use terjuman_jobs::{JobStore, MemoryStore};

use crate::database::TestDatabase;
use crate::support::{CountingIds, FakeClock, Fresh, queue};

/// A store, whichever it is.
pub(crate) struct Bench {
    pub(crate) store: Arc<dyn JobStore>,
    pub(crate) clock: Arc<FakeClock>,
    /// What has to live as long.
    _keep: Box<dyn Send>,
}

pub(crate) async fn fresh_sqlite() -> Option<Bench> {
    let fresh = Fresh::new().await;
    Some(Bench { store: fresh.store.clone(), clock: fresh.clock.clone(), _keep: Box::new(fresh) })
}

/// The model that the simulation works on.
pub(crate) async fn fresh_memory() -> Option<Bench> {
    let clock = FakeClock::new();
    let store = MemoryStore::with(clock.clone(), Arc::new(CountingIds::default()), queue(), None);
    Some(Bench { store: Arc::new(store), clock, _keep: Box::new(()) })
}

/// `None`, said aloud, without a server.
pub(crate) async fn fresh_postgres() -> Option<Bench> {
    let database = TestDatabase::new().await?;
    let clock = FakeClock::new();
    let store = Arc::new(database.open(Some(clock.clone())).await);
    Some(Bench { store, clock, _keep: Box::new(database) })
}

/// Makes a test of each promise for each database: another one is one more line here.
macro_rules! conformance {
    ([$($promise:ident),* $(,)?]) => {
        conformance!(sqlite, fresh_sqlite, [$($promise),*]);
        conformance!(postgres, fresh_postgres, [$($promise),*]);
        conformance!(memory, fresh_memory, [$($promise),*]);
    };
    ($database:ident, $fresh:ident, [$($promise:ident),*]) => {
        mod $database {
            $(
                #[tokio::test]
                async fn $promise() {
                    if let Some(bench) = crate::bench::$fresh().await {
                        super::$promise(bench).await;
                    }
                }
            )*
        }
    };
}
