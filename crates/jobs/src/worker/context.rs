//! What all documents of a job share: its request, and its glossaries, read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use terjuman_blobs::{BlobError, Stores};
use terjuman_model::{Failure, FailureCode, JobId};
use terjuman_pipeline::GlossaryFile;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::{JobRequest, JobStore, JobTarget, JobsError};

/// How long a context stays after its last use. It holds keys: not longer than the next documents need it.
const IDLE: Duration = Duration::from_secs(10);

/// A job at work.
pub(super) struct Context {
    pub(super) request: JobRequest,
    glossaries: Mutex<HashMap<TargetIndex, Arc<OnceCell<Glossaries>>>>,
}

/// Index of an input, and of a target in it.
type TargetIndex = (usize, usize);

/// The glossaries of a target, or why its documents fail.
pub(super) type Glossaries = Result<Arc<Vec<GlossaryFile>>, Failure>;

impl Context {
    /// The glossaries of a target. They are read by the first document that needs them while the others wait.
    ///
    /// # Errors
    /// A storage error that may pass: nobody remembers it.
    pub(super) async fn glossaries(
        &self,
        stores: &Stores,
        index: TargetIndex,
        target: &JobTarget,
        limit: u64,
    ) -> Result<Glossaries, BlobError> {
        let cell = {
            let mut cells = self.glossaries.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(index).or_default())
        };
        cell.get_or_try_init(|| read(stores, target, limit)).await.cloned()
    }
}

async fn read(stores: &Stores, target: &JobTarget, limit: u64) -> Result<Glossaries, BlobError> {
    let mut files = Vec::with_capacity(target.glossaries.len());
    for glossary in &target.glossaries {
        let read = async {
            let (container, name) = stores.file(&glossary.location)?;
            container.read(&name, None, limit).await
        };
        match read.await {
            Ok(bytes) => files.push(GlossaryFile { bytes: bytes.into(), format: glossary.format }),
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => return Ok(Err(unreadable(&error))),
        }
    }
    Ok(Ok(Arc::new(files)))
}

/// Why documents fail whose glossary cannot be had.
pub(super) fn unreadable(error: &BlobError) -> Failure {
    let message = format!("the glossary cannot be read: {error}; check its URL and its read permission");
    Failure::new(FailureCode::InvalidGlossary, message)
}

/// The jobs at work.
#[derive(Default)]
pub(super) struct Contexts {
    by_job: Mutex<HashMap<JobId, Entry>>,
}

struct Entry {
    context: Arc<OnceCell<Arc<Context>>>,
    used: Instant,
}

impl Contexts {
    /// The context of a job; `None` if the job has ended.
    ///
    /// # Errors
    /// If the store fails.
    pub(super) async fn get(&self, store: &dyn JobStore, job: JobId) -> Result<Option<Arc<Context>>, JobsError> {
        let cell = {
            let mut jobs = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = jobs.entry(job).or_insert_with(|| Entry { context: Arc::default(), used: Instant::now() });
            entry.used = Instant::now();
            Arc::clone(&entry.context)
        };
        let load = || async {
            let request = store.request(job).await.map_err(Some)?.ok_or(None)?;
            Ok(Arc::new(Context { request, glossaries: Mutex::default() }))
        };
        match cell.get_or_try_init(load).await {
            Ok(context) => Ok(Some(Arc::clone(context))),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// Forgets jobs that nobody works on any more.
    pub(super) fn sweep(&self) {
        let mut jobs = self.by_job.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, entry| {
            entry.context.get().is_some_and(|context| Arc::strong_count(context) > 1) || entry.used.elapsed() < IDLE
        });
    }
}
