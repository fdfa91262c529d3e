//! The access policy.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Secret;

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
    /// Tries of one call on 429, 5xx and broken connections. Default 6.
    pub tries: u32,
    /// Milliseconds of the longest first pause between tries, doubled for each further one up to a minute. Default 200: six
    /// tries in a row then take less than the eight seconds in which a job's first look at a storage must end.
    pub pause_ms: u64,
    /// Milliseconds that an output may take to appear which was sent and not answered for: a cancelled document does not
    /// end before. Too low: an output may stay beside `Cancelled`. Default 30,000.
    pub settle_ms: u64,
    /// Storage by name, with credentials of this server. Default none.
    pub stores: BTreeMap<String, StoreConfig>,
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
            tries: 6,
            pause_ms: 200,
            settle_ms: 30_000,
            stores: BTreeMap::new(),
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

/// What a named store speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// S3, and servers that speak it.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
}

/// Who this server is to a store that it has no key for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreIdentity {
    /// Nobody in particular: it has a key, or the store is open to all.
    #[default]
    None,
    /// Who the machine is, by the metadata service of its cloud.
    Managed,
    /// Who a token in a file says it is: Entra workload identity federation.
    Workload,
}

/// A named store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `s3`, `gcs` or `azure`.
    pub kind: StoreKind,
    /// Where it is. By default the cloud's own endpoint; for `azure`, `https://ACCOUNT.blob.core.windows.net`.
    #[serde(default)]
    pub endpoint: String,
    /// S3's region. Default `us-east-1`.
    #[serde(default)]
    pub region: String,
    /// `BUCKET` or `BUCKET/FOLDER` (container, for `azure`): nothing outside is reached. Default empty: any bucket.
    #[serde(default)]
    pub root: String,
    /// The resources whose jobs may use it; for those of others it does not exist. Default empty: those of all.
    #[serde(default)]
    pub resources: Vec<String>,
    /// The id of the key; for `azure` the account's name, if the endpoint does not tell it.
    #[serde(default)]
    pub access_key_id: String,
    /// The key.
    #[serde(default)]
    pub secret: Secret,
    /// A file with the key, in place of `secret`.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The JSON file with a service account's key, for `gcs`, in place of `secret`.
    #[serde(default)]
    pub credentials_file: Option<PathBuf>,
    /// S3's token of temporary keys.
    #[serde(default)]
    pub session_token: Secret,
    /// `none`, `managed` or `workload`, in place of a key.
    #[serde(default)]
    pub identity: StoreIdentity,
    /// Where tokens come from. By default the metadata service's address, Entra's, or what `credentials_file` says.
    #[serde(default)]
    pub identity_endpoint: String,
    /// Which of several identities (for `gcs` a service account's address); needed for `workload`.
    #[serde(default)]
    pub client_id: String,
    /// Entra's tenant, for `workload`.
    #[serde(default)]
    pub tenant_id: String,
    /// The file with the token, for `workload`; read anew each time.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
}

impl StoreConfig {
    /// A store of this kind, everything else at its default.
    #[must_use]
    pub fn new(kind: StoreKind) -> Self {
        Self {
            kind,
            endpoint: String::new(),
            region: String::new(),
            root: String::new(),
            resources: Vec::new(),
            access_key_id: String::new(),
            secret: Secret::default(),
            secret_file: None,
            credentials_file: None,
            session_token: Secret::default(),
            identity: StoreIdentity::None,
            identity_endpoint: String::new(),
            client_id: String::new(),
            tenant_id: String::new(),
            token_file: None,
        }
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
    /// A named store that cannot work.
    #[error("storage.stores.{name}: {what}")]
    Store {
        /// Its name.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The HTTP client could not be built.
    #[error("the storage client could not be built")]
    Client,
}
