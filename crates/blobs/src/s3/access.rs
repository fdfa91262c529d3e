//! What lets this server into a store's buckets, and which of the two dialects it speaks.

use std::fmt;
use std::sync::Arc;

use crate::identity::Identity;
use crate::{Secret, StoreConfig};

/// The two speak the same calls with different words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Amazon,
    Google,
}

impl Dialect {
    /// What headers of its own begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Amazon => "x-amz-",
            Self::Google => "x-goog-",
        }
    }

    /// The header by which a write happens only if there is no such file.
    pub(super) fn absent(self) -> (&'static str, &'static str) {
        match self {
            Self::Amazon => ("if-none-match", "*"),
            Self::Google => ("x-goog-if-generation-match", "0"),
        }
    }

    /// The header by which a write happens only over one version, and the answer's header that names the version.
    pub(super) fn present(self) -> (&'static str, &'static str) {
        match self {
            Self::Amazon => ("if-match", "etag"),
            Self::Google => ("x-goog-if-generation-match", "x-goog-generation"),
        }
    }
}

/// Everything that a signature needs.
pub(crate) struct Access {
    dialect: Dialect,
    pub(super) region: String,
    pub(super) key_id: String,
    pub(super) secret: Secret,
    pub(super) session_token: Secret,
    pub(super) identity: Option<Arc<Identity>>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access(..)")
    }
}

impl Access {
    pub(crate) fn new(
        dialect: Dialect,
        region: &str,
        config: &StoreConfig,
        secret: &str,
        identity: Option<Arc<Identity>>,
    ) -> Self {
        Self {
            dialect,
            region: region.to_owned(),
            key_id: config.access_key_id.clone(),
            secret: Secret::from(secret.to_owned()),
            session_token: config.session_token.clone(),
            identity,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }
}
