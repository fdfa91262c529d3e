//! Where documents lie: container and file URLs to listing, reading and conditional writing, under an access policy.
//!
//! **Invariants:** every URL that a caller supplied goes through one guarded client, unless it lies in a store that the
//! operator named; a URL's query (its SAS) is in no message, log or Debug output; a write replaces nothing but what an
//! earlier lease of the same document left behind.

mod azure;
mod config;
mod container;
mod error;
mod failure;
mod guard;
mod http;
mod identity;
mod local;
mod location;
mod named;
mod retry;
mod s3;
mod secret;
mod stamp;
mod stores;

pub use config::{ConfigError, StorageConfig, StoreConfig, StoreIdentity, StoreKind};
pub use container::{BlobEntry, Container, Created, Wanted};
pub use error::BlobError;
pub use location::{Location, LocationError};
pub use retry::within;
pub use secret::Secret;
pub use stamp::Stamp;
pub use stores::{StandIn, Stores};
