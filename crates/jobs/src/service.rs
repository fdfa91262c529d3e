//! What the API talks to.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use terjuman_model::{DocumentId, JobId, ResourceId};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::admission::Admission;
use crate::{
    Accepted, AdmissionConfig, Document, DocumentQuery, DocumentReport, Forgotten, Job, JobQuery, JobRequest, JobStore,
    JobsError, Page, Repeat,
};

/// The jobs of this installation. Cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    store: Arc<dyn JobStore>,
    wake: Arc<Notify>,
    cancels: broadcast::Sender<JobId>,
    changes: Arc<watch::Sender<u64>>,
    admission: Arc<Admission>,
}

/// Between two looks at what other processes do.
const FOLLOW: Duration = Duration::from_secs(1);
/// Cancels that a worker may be behind with; past that it asks the store.
const CANCELS: usize = 256;

impl Jobs {
    /// Jobs in this store, as many as the defaults let in.
    #[must_use]
    pub fn new(store: Arc<dyn JobStore>) -> Self {
        let (cancels, changes) = (broadcast::Sender::new(CANCELS), Arc::new(watch::Sender::new(0)));
        Self { store, wake: Arc::new(Notify::new()), cancels, changes, admission: Arc::default() }
    }

    /// The same, and no more are let in than there is room for. `folder` is where the database file is, if it is one.
    #[must_use]
    pub fn admitting(mut self, config: AdmissionConfig, folder: Option<PathBuf>) -> Self {
        self.admission = Arc::new(Admission::new(config, folder));
        self
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

    /// Changes whenever a job or document may have changed in this process: for whoever shows them live.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Says that something changed.
    pub(crate) fn announce(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Lets [`changes`](Self::changes) tell of what other processes do, until `stop`. Without others it ends at once.
    pub async fn follow(self, stop: CancellationToken) {
        let Some(mut news) = self.store.news() else { return };
        loop {
            // Only some of what happens is told; the rest is looked at now and then.
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                heard = news.recv() => if heard == Err(RecvError::Closed) { return },
                () = sleep(FOLLOW) => {}
            }
            self.announce();
        }
    }

    /// Wakes a worker.
    pub(crate) fn ring(&self) {
        self.wake.notify_one();
    }

    /// The jobs that are cancelled in this process from now on.
    pub(crate) fn cancels(&self) -> broadcast::Receiver<JobId> {
        self.cancels.subscribe()
    }

    /// Accepts a job; it is durable when this returns.
    ///
    /// # Errors
    /// If the store fails: then there is no job.
    pub async fn submit(&self, resource: &ResourceId, request: &JobRequest) -> Result<Job, JobsError> {
        match self.accept(resource, request, None).await? {
            Accepted::New(job) => Ok(job),
            Accepted::Before(_) => Err(JobsError::Invalid("submission")),
        }
    }

    /// [`submit`](Self::submit) of a request that may have come before.
    ///
    /// # Errors
    /// [`JobsError::QueueFull`] and [`JobsError::DiskFull`] if there is no room for it; or if the store fails. Then there
    /// is no job.
    pub async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        if let Err(full) = self.admission.check(&*self.store, resource).await {
            // What was let in before is told so, however full it is by now.
            let Some(repeat) = repeat else { return Err(full) };
            return self.store.repeated(resource, repeat).await?.map(Accepted::Before).ok_or(full);
        }
        let accepted = self.store.accept(resource, request, repeat).await?;
        if matches!(accepted, Accepted::New(_)) {
            self.admission.count(resource);
            self.announce();
            self.ring();
        }
        Ok(accepted)
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

    /// What became of the work on a document; `None` if it is not this resource's.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        self.store.report(resource, id).await
    }

    /// Asks a job to stop; the job after that.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let job = self.store.cancel(resource, id).await?;
        if job.is_some() {
            // Without a worker in this process nobody listens, which is no error.
            let _ = self.cancels.send(id);
            self.announce();
            self.ring();
        }
        Ok(job)
    }

    /// Forgets a job that has ended, with its documents.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let forgotten = self.store.forget(resource, id).await?;
        if forgotten == Forgotten::Gone {
            self.announce();
        }
        Ok(forgotten)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), JobsError> {
        self.store.ping().await
    }
}
