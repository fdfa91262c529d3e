//! The durable job engine: jobs and documents in a database whose documents table is the queue.
//!
//! **Invariants:** a job is on disk before its id is given out; outcome and counters change in one transaction; no
//! status is ever decided in SQL, only compared and set; nothing here knows HTTP; nothing deletes a source.

mod clock;
mod config;
mod error;
mod fail_points;
mod ids;
mod job;
mod query;
mod request;
mod service;
mod stamps;
mod store;

pub use clock::{Clock, SystemClock};
pub use config::WorkerConfig;
pub use error::JobsError;
pub use fail_points::FailPoints;
pub use ids::{Ids, RandomIds};
pub use job::{Document, Job};
pub use query::{Cursor, DocumentQuery, JobQuery, ListQuery, Order, OrderField, Page};
pub use request::{GlossarySource, JobInput, JobRequest, JobSource, JobTarget, StorageKind};
pub use service::Jobs;
pub use store::{JobStore, SqliteOptions, SqliteStore};

pub use terjuman_blobs::{Location, LocationError, StorageConfig, Stores};
