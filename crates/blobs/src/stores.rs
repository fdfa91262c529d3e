//! Opens locations under the access policy.

use std::sync::Arc;
use std::time::SystemTime;

use crate::azure::{AzureContainer, Place};
use crate::guard::Guard;
use crate::local::{self, Roots};
use crate::{BlobError, ConfigError, Container, Location, StorageConfig};

/// All storage this server may reach. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Stores {
    /// `None` if the settings cannot be used: then nothing is reached.
    open: Option<Arc<Open>>,
}

struct Open {
    config: StorageConfig,
    guard: Arc<Guard>,
    roots: Roots,
}

impl Stores {
    /// Storage under this policy. With settings that cannot be used (see [`Stores::open`]) every location is refused,
    /// and the reason is logged.
    #[must_use]
    pub fn new(config: StorageConfig) -> Self {
        Self::open(config).unwrap_or_else(|error| {
            tracing::error!("no storage can be reached: {error}");
            Self { open: None }
        })
    }

    /// Storage under this policy; for a server that shall not start with settings that cannot be used.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key.
    pub fn open(config: StorageConfig) -> Result<Self, ConfigError> {
        let guard = Arc::new(Guard::new(&config)?);
        let roots = Roots::new(&config.file_roots)?;
        Ok(Self { open: Some(Arc::new(Open { config, guard, roots })) })
    }

    /// Opens a container, a virtual directory in one, or a folder. Does not connect yet, and the folder need not exist.
    ///
    /// # Errors
    /// [`BlobError::Refused`] if the policy forbids it, [`BlobError::BadName`] if it names no container.
    pub fn folder(&self, location: &Location) -> Result<Arc<dyn Container>, BlobError> {
        let open = self.opened()?;
        if location.url().scheme() == "file" {
            return Ok(Arc::new(open.roots.folder(location.url())?));
        }
        let place = open.place(location)?;
        let folder = place.prefix();
        Ok(Arc::new(AzureContainer::new(&open.guard, &open.config, place, folder)?))
    }

    /// Opens the place of one file: what holds it, and its name there. Does not connect yet.
    ///
    /// # Errors
    /// As [`Stores::folder`]; [`BlobError::BadName`] if the URL names no file.
    pub fn file(&self, location: &Location) -> Result<(Arc<dyn Container>, String), BlobError> {
        let open = self.opened()?;
        if location.url().scheme() == "file" {
            let (container, name) = open.roots.file(location.url())?;
            return Ok((Arc::new(container), name));
        }
        let place = open.place(location)?;
        let name = place.below.clone();
        if name.is_empty() || name.ends_with('/') {
            return Err(BlobError::BadName("the URL names no file"));
        }
        let container = AzureContainer::new(&open.guard, &open.config, place, String::new())?;
        Ok((Arc::new(container), name))
    }

    /// Removes unfinished files that crashed writes left below the file roots and that were last written before
    /// `before`; gives their number. Leave room for writes in progress: an hour is plenty.
    ///
    /// # Errors
    /// [`BlobError`] if a root cannot be read.
    pub async fn sweep(&self, before: SystemTime) -> Result<usize, BlobError> {
        local::sweep(&self.opened()?.roots, before).await
    }

    fn opened(&self) -> Result<&Open, BlobError> {
        self.open.as_deref().ok_or(BlobError::Refused("the storage settings cannot be used"))
    }
}

impl Open {
    fn place(&self, location: &Location) -> Result<Place, BlobError> {
        let reach = self.guard.check(location.url())?;
        Place::parse(location.url(), reach)
    }
}
