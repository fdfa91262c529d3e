//! Where documents lie: container and file URLs to listing, reading and conditional writing, under an access policy.
//!
//! **Invariants:** every URL that a caller supplied goes through one guarded client; a URL's query (its SAS) is in no
//! message, log or Debug output; no write ever replaces a file.

mod azure;
mod config;
mod container;
mod error;
mod guard;
mod local;
mod location;
mod stores;

pub use config::{ConfigError, StorageConfig};
pub use container::{BlobEntry, Container, Created, Stamp};
pub use error::BlobError;
pub use location::{Location, LocationError};
pub use stores::Stores;
