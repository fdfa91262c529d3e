//! The seam to the database. One implementation a database, one conformance suite for all.

pub(crate) mod codes;
pub(crate) mod ledger;
mod sqlite;

use async_trait::async_trait;
use terjuman_model::{DocumentId, JobId, ResourceId};

pub use self::sqlite::{SqliteOptions, SqliteStore};
use crate::{Document, DocumentQuery, Job, JobQuery, JobRequest, JobsError, Page};

/// Jobs and documents, durably.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Stores a new job; when this returns it survives a power failure.
    async fn create_job(&self, resource: &ResourceId, request: &JobRequest) -> Result<Job, JobsError>;

    /// One job of this resource; a foreign job is `None`.
    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError>;

    /// One page of this resource's jobs.
    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError>;

    /// One page of a job's documents; `None` if the job is not this resource's.
    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError>;

    /// One document of a job; `None` if either is not there or not this resource's.
    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError>;

    /// Asks a job to stop: what waits is `Cancelled` at once, what runs is `Cancelling`. A finished job stays as it
    /// is. Returns the job after that; `None` if it is not this resource's.
    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError>;

    /// Whether the database answers: what `/readyz` asks.
    async fn ping(&self) -> Result<(), JobsError>;
}
