//! The durable job engine: jobs and documents in a database whose documents table is the queue.
//!
//! **Invariants:** a job is on disk before its id is given out; outcome and counters change in one transaction; no
//! status is ever decided in SQL, only compared and set; nothing here knows HTTP; nothing deletes a source.
//!
//! [`Jobs`] is what the API talks to: submit, read, list, cancel, and [`Jobs::changes`] for whoever shows jobs live.
//! [`Worker`] is what the server runs beside it:
//!
//! ```text
//! let store = SqliteStore::open(SqliteOptions { path, queue, sealer }, Arc::new(SystemClock), Arc::new(RandomIds)).await?;
//! let jobs = Jobs::new(Arc::new(store.clone()));
//! let worker = Worker::new(jobs.clone(), stores, engines, config.worker, options, limits);
//! let task = tokio::spawn(worker.run(stop.clone()));
//! // at the end: stop.cancel(); task.await; store.close().await;
//! ```
//!
//! [`JobStore`] is the seam to the database: one module a database, one suite of promises for all.

mod admission;
mod at_work;
mod clock;
mod config;
mod error;
mod fail_points;
mod ids;
mod job;
mod query;
mod request;
mod retention;
mod seal;
mod service;
mod stamps;
mod store;
mod worker;

pub use admission::{AdmissionConfig, Open};
pub use at_work::{AtWork, Dead, Here, Working, cause_of_death};
pub use clock::{Clock, SystemClock};
pub use config::WorkerConfig;
pub use error::JobsError;
pub use fail_points::FailPoints;
pub use ids::{Ids, RandomIds};
pub use job::{Document, DocumentReport, Job};
pub use query::{Cursor, DocumentQuery, JobQuery, ListQuery, Order, OrderField, Page};
pub use request::{GlossarySource, JobInput, JobRequest, JobSource, JobTarget, StorageKind};
pub use retention::RetentionConfig;
pub use seal::{NotAKey, Sealer, SealingKey};
pub use service::Jobs;
pub use store::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Forgotten, Heartbeat, Holder, JobStore,
    Lease, NewDocument, News, Outcome, PostgresOptions, PostgresStore, QueueOptions, Released, Repeat, Repeated,
    Return, SqliteOptions, SqliteStore, Standing, Subject, Timely, Unsettled, Weights, backup,
};

#[cfg(feature = "testing")]
#[doc(hidden)]
pub use store::{Bug, MemoryStore};
#[doc(hidden)]
pub use store::{LOOKS, SETTLES};
#[doc(hidden)]
pub use worker::Threads;
pub use worker::Worker;

pub use terjuman_blobs::{Location, LocationError, StorageConfig, Stores};
