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
            connect_timeout_ms: 5_000,
            idle_timeout_ms: 30_000,
            total_timeout_ms: 300_000,
            tries: 4,
        }
    }
}

impl StorageConfig {
    /// Time to connect.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }
}
