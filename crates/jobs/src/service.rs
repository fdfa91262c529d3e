//! What the API talks to.

use std::sync::Arc;

use terjuman_model::{DocumentId, JobId, ResourceId};
use tokio::sync::Notify;

use crate::{Document, DocumentQuery, Job, JobQuery, JobRequest, JobStore, JobsError, Page};

/// The jobs of this installation. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    store: Arc<dyn JobStore>,
    wake: Arc<Notify>,
}

impl Jobs {
    /// Jobs in this store.
    #[must_use]
    pub fn new(store: Arc<dyn JobStore>) -> Self {
        Self { store, wake: Arc::new(Notify::new()) }
    }

    /// The store, for the workers.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn JobStore> {
        &self.store
    }

    /// Rings when there may be new work in this process.
    #[must_use]
    pub fn wake(&self) -> &Arc<Notify> {
        &self.wake
    }

    /// Accepts a job; it is durable when this returns.
    ///
    /// # Errors
    /// If the store fails: then there is no job.
    pub async fn submit(&self, resource: &ResourceId, request: &JobRequest) -> Result<Job, JobsError> {
        let job = self.store.create_job(resource, request).await?;
        self.wake.notify_one();
        Ok(job)
    }

    /// One job; `None` if it is not this resource's.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        self.store.job(resource, id).await
    }

    /// One page of jobs.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        self.store.jobs(resource, query).await
    }

    /// One page of a job's documents; `None` if the job is not this resource's.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        self.store.documents(resource, job, query).await
    }

    /// One document.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn document(
        &self,
        resource: &ResourceId,
        job: JobId,
        id: DocumentId,
    ) -> Result<Option<Document>, JobsError> {
        self.store.document(resource, job, id).await
    }

    /// Asks a job to stop; the job after that.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let job = self.store.cancel(resource, id).await?;
        self.wake.notify_one();
        Ok(job)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), JobsError> {
        self.store.ping().await
    }
}
