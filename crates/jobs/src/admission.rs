//! Whether there is room for another job.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use terjuman_model::ResourceId;
use tokio::time::Instant;

use crate::{JobStore, JobsError};

/// How long a count of what is open is believed. Jobs that are accepted meanwhile are added to it.
const BELIEVED: Duration = Duration::from_secs(1);
/// Resources whose counts are remembered.
const REMEMBERED: usize = 10_000;

/// How much may wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionConfig {
    /// Documents of one resource that may be open. Further jobs are refused until some have ended. A job counts as one
    /// document until its documents are listed. Default 10,000.
    pub max_open_documents_per_resource: u64,
    /// The same for all resources together. Default 100,000.
    pub max_open_documents: u64,
    /// No job is accepted while less than this is free where the database file is. 0 switches it off: on a small disk that
    /// never has as much. Default 1 GiB.
    pub min_free_bytes: u64,
    /// The same in percent of what may be used, as `df` counts. 0 switches it off: on a large disk, where few percent are
    /// plenty. Default 5.
    pub min_free_percent: u8,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self {
            max_open_documents_per_resource: 10_000,
            max_open_documents: 100_000,
            min_free_bytes: 1 << 30,
            min_free_percent: 5,
        }
    }
}

/// What is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Documents of one resource that have not ended, and its jobs whose documents are not listed yet.
    pub of_resource: u64,
    /// The same of all resources.
    pub of_all: u64,
}

/// Lets jobs in while there is room.
#[derive(Default)]
pub(crate) struct Admission {
    config: AdmissionConfig,
    /// Where the database file is, if it is one.
    folder: Option<PathBuf>,
    counts: Mutex<HashMap<ResourceId, (Instant, Open)>>,
}

impl Admission {
    pub(crate) fn new(config: AdmissionConfig, folder: Option<PathBuf>) -> Self {
        Self { config, folder, counts: Mutex::default() }
    }

    /// Whether another job of this resource may come in.
    pub(crate) async fn check(&self, store: &dyn JobStore, resource: &ResourceId) -> Result<(), JobsError> {
        self.check_disk()?;
        let known = self.counts().get(resource).copied().filter(|(since, _)| since.elapsed() < BELIEVED);
        let open = match known {
            Some((_, open)) => open,
            None => {
                let open = store.open_documents(resource).await?;
                let mut counts = self.counts();
                if counts.len() >= REMEMBERED {
                    counts.clear();
                }
                counts.insert(resource.clone(), (Instant::now(), open));
                open
            }
        };
        let (own, all) = (self.config.max_open_documents_per_resource, self.config.max_open_documents);
        if open.of_resource >= own {
            return Err(JobsError::QueueFull { limit: own, shared: false });
        }
        if open.of_all >= all {
            return Err(JobsError::QueueFull { limit: all, shared: true });
        }
        Ok(())
    }

    /// One more has come in.
    pub(crate) fn count(&self, resource: &ResourceId) {
        if let Some((_, open)) = self.counts().get_mut(resource) {
            open.of_resource += 1;
            open.of_all += 1;
        }
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, HashMap<ResourceId, (Instant, Open)>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_disk(&self) -> Result<(), JobsError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        // What cannot be found out is left to the database, which will say so.
        let Ok(disk) = rustix::fs::statvfs(folder) else { return Ok(()) };
        let free = u128::from(disk.f_bavail);
        // What is kept for the superuser is neither free nor used.
        let whole = u128::from(disk.f_blocks.saturating_sub(disk.f_bfree)) + free;
        let bytes = free * u128::from(disk.f_frsize);
        let few = bytes < u128::from(self.config.min_free_bytes);
        let low = free * 100 < whole * u128::from(self.config.min_free_percent);
        if few || low { Err(JobsError::DiskFull) } else { Ok(()) }
    }
}
