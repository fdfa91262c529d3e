//! Opens locations under the access policy.

use std::sync::Arc;
use std::time::SystemTime;

use terjuman_model::ResourceId;

use crate::azure::{AzureContainer, Place};
use crate::guard::{Guard, Reach};
use crate::local::{self, Roots};
use crate::named::{NamedStores, Spot, Way};
use crate::s3::BucketContainer;
use crate::{BlobError, ConfigError, Container, Location, StorageConfig};

/// All storage this server may reach. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Stores {
    /// `None` if the settings cannot be used: then nothing is reached.
    open: Option<Arc<Open>>,
    /// For whom it is opened; nobody in particular, if this is `None`.
    who: Option<Arc<str>>,
    /// What is opened instead.
    stand_in: Option<Arc<dyn StandIn>>,
}

/// A storage in the place of the real one, for tests that simulate it. No policy applies to it.
#[doc(hidden)]
pub trait StandIn: Send + Sync {
    /// See [`Stores::folder`].
    ///
    /// # Errors
    /// As [`Stores::folder`].
    fn folder(&self, location: &Location) -> Result<Arc<dyn Container>, BlobError>;

    /// See [`Stores::file`].
    ///
    /// # Errors
    /// As [`Stores::file`].
    fn file(&self, location: &Location) -> Result<(Arc<dyn Container>, String), BlobError>;
}

struct Open {
    config: StorageConfig,
    guard: Arc<Guard>,
    roots: Roots,
    named: NamedStores,
}

impl Stores {
    /// Storage under this policy. With settings that cannot be used (see [`Stores::open`]) every location is refused,
    /// and the reason is logged.
    #[must_use]
    pub fn new(config: StorageConfig) -> Self {
        Self::open(config).unwrap_or_else(|error| {
            tracing::error!("no storage can be reached: {error}");
            Self { open: None, who: None, stand_in: None }
        })
    }

    /// Opens everything in a stand-in. For tests.
    #[doc(hidden)]
    #[must_use]
    pub fn standing_in(stand_in: Arc<dyn StandIn>) -> Self {
        Self { open: None, who: None, stand_in: Some(stand_in) }
    }

    /// Storage under this policy; for a server that shall not start with settings that cannot be used.
    ///
    /// # Errors
    /// [`ConfigError`], which names the key.
    pub fn open(config: StorageConfig) -> Result<Self, ConfigError> {
        let guard = Arc::new(Guard::new(&config)?);
        let roots = Roots::new(&config.file_roots)?;
        let named = NamedStores::new(&config, &guard)?;
        Ok(Self { open: Some(Arc::new(Open { config, guard, roots, named })), who: None, stand_in: None })
    }

    /// The same as a resource sees it: with the named stores that are for it.
    #[must_use]
    pub fn of(&self, resource: &ResourceId) -> Self {
        Self { who: Some(resource.0.as_str().into()), ..self.clone() }
    }

    /// Opens a container, a virtual directory in one, or a folder. Does not connect yet, and the folder need not exist.
    ///
    /// # Errors
    /// [`BlobError::Refused`] if the policy forbids it, [`BlobError::BadName`] if it names no container.
    pub fn folder(&self, location: &Location) -> Result<Arc<dyn Container>, BlobError> {
        if let Some(stand_in) = &self.stand_in {
            return stand_in.folder(location);
        }
        let open = self.opened()?;
        if location.url().scheme() == "file" {
            return Ok(Arc::new(open.roots.folder(location.url())?));
        }
        if let Some(spot) = open.named.spot(location, self.who.as_deref()) {
            let spot = spot?;
            let trimmed = spot.below.trim_end_matches('/');
            let folder = if trimmed.is_empty() { String::new() } else { format!("{trimmed}/") };
            return open.named_container(&spot, &folder);
        }
        let place = open.place(location)?;
        let folder = place.prefix();
        Ok(Arc::new(AzureContainer::new(&open.guard, &open.config, place, folder, None)?))
    }

    /// Opens the place of one file: what holds it, and its name there. Does not connect yet.
    ///
    /// # Errors
    /// As [`Stores::folder`]; [`BlobError::BadName`] if the URL names no file.
    pub fn file(&self, location: &Location) -> Result<(Arc<dyn Container>, String), BlobError> {
        if let Some(stand_in) = &self.stand_in {
            return stand_in.file(location);
        }
        let open = self.opened()?;
        if location.url().scheme() == "file" {
            let (container, name) = open.roots.file(location.url())?;
            return Ok((Arc::new(container), name));
        }
        let named = |name: &str| match name.is_empty() || name.ends_with('/') {
            true => Err(BlobError::BadName("the URL names no file")),
            false => Ok(name.to_owned()),
        };
        if let Some(spot) = open.named.spot(location, self.who.as_deref()) {
            let spot = spot?;
            let name = named(&spot.below)?;
            return Ok((open.named_container(&spot, "")?, name));
        }
        let place = open.place(location)?;
        let name = named(&place.below)?;
        let container = AzureContainer::new(&open.guard, &open.config, place, String::new(), None)?;
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
    /// A place in a named store; `folder` is what its names stand below.
    fn named_container(&self, spot: &Spot<'_>, folder: &str) -> Result<Arc<dyn Container>, BlobError> {
        Ok(match &spot.store.way {
            Way::Bucket(access) => Arc::new(BucketContainer::new(&self.guard, &self.config, access, spot, folder)),
            Way::Azure(credential) => {
                let mut url = spot.store.endpoint.clone();
                url.path_segments_mut()
                    .map_err(|()| BlobError::BadName("the URL names no container"))?
                    .pop_if_empty()
                    .push(&spot.bucket);
                let place = Place::parse(&url, Reach::Operator)?;
                let folder = format!("{}{folder}", spot.hidden);
                Arc::new(AzureContainer::new(&self.guard, &self.config, place, folder, Some(credential))?)
            }
        })
    }

    fn place(&self, location: &Location) -> Result<Place, BlobError> {
        let reach = self.guard.check(location.url())?;
        Place::parse(location.url(), reach)
    }
}
