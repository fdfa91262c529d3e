//! The access policy.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What storage may be reached, and how patiently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageConfig {
    /// `host` or `host:port` that may be reached although its address is private or its scheme plain http. Default none.
    pub allow_hosts: Vec<String>,
    /// If not empty, only these hosts (and their subdomains) may be reached at all. Default empty.
    pub only_hosts: Vec<String>,
    /// Directories that `file://` URLs may name. Default none: no `file://` at all.
    pub file_roots: Vec<PathBuf>,
    /// A PEM file with further root certificates to trust, for private storage. Default none: the system's alone.
    pub ca_file: Option<PathBuf>,
    /// Milliseconds to connect. Default 5,000.
    pub connect_timeout_ms: u64,
    /// Milliseconds without a byte before a transfer is given up. Default 30,000.
    pub idle_timeout_ms: u64,
    /// Milliseconds for one whole transfer. Default 300,000.
    pub total_timeout_ms: u64,
    /// Tries of one call on 429, 5xx and broken connections. Default 4.
    pub tries: u32,
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            allow_hosts: Vec::new(),
            only_hosts: Vec::new(),
            file_roots: Vec::new(),
            ca_file: None,
            connect_timeout_ms: 5_000,
            idle_timeout_ms: 30_000,
            total_timeout_ms: 300_000,
            tries: 4,
        }
    }
}

impl StorageConfig {
    /// Time to connect: look-up, TCP and TLS together.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// Time without a byte.
    #[must_use]
    pub fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.idle_timeout_ms)
    }

    /// Time for one whole call, its repetitions included.
    #[must_use]
    pub fn total_timeout(&self) -> Duration {
        Duration::from_millis(self.total_timeout_ms)
    }
}

/// Settings that cannot be used; each says which key to mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not `host` or `host:port`.
    #[error("storage.{key}: `{entry}` is not a host or host:port")]
    Host {
        /// `allow_hosts` or `only_hosts`.
        key: &'static str,
        /// The entry.
        entry: String,
    },
    /// A root that is missing or no directory.
    #[error("storage.file_roots: `{path}` is not a directory that can be opened")]
    FileRoot {
        /// The entry.
        path: PathBuf,
    },
    /// Certificates that cannot be read.
    #[error("storage.ca_file: `{path}` holds no readable PEM certificates")]
    CaFile {
        /// The file.
        path: PathBuf,
    },
    /// The HTTP client could not be built.
    #[error("the storage client could not be built")]
    Client,
}
