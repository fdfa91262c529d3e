//! What can go wrong with storage, and whether trying again helps.

use std::time::Duration;

/// A storage failure. No message holds a query, a key or a local path outside its root.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// The container, folder or file is not there.
    #[error("not found")]
    NotFound,
    /// The storage refused: signature wrong or expired, permission missing.
    #[error("access denied by the storage")]
    Forbidden,
    /// Our own policy refused: scheme, host or address not allowed. Nothing was connected to.
    #[error("this server does not reach that address: {0}")]
    Refused(&'static str),
    /// A file of that name is there already, and it is not ours.
    #[error("the file exists already")]
    Exists,
    /// The file changed between listing and reading.
    #[error("the file changed while it was read")]
    Changed,
    /// More bytes than allowed.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// More entries than allowed.
    #[error("the listing goes past {limit} entries")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The storage asked to slow down.
    #[error("the storage is throttling")]
    Throttled {
        /// How long it asked to wait, capped.
        retry_after: Option<Duration>,
    },
    /// Not reached: name not resolved, connection refused, broken or timed out.
    #[error("the storage cannot be reached")]
    Unreachable,
    /// It is there, and answers that it fails: 5xx.
    #[error("the storage answers with failures")]
    Failing {
        /// How long it asked to wait, capped.
        retry_after: Option<Duration>,
    },
    /// No room is left: its disk is full, or what its owner may use of it.
    #[error("the storage is full")]
    Full,
    /// A name or URL that cannot name a file there: it could leave its folder, or no such name can be stored.
    #[error("that name cannot be used: {0}")]
    BadName(&'static str),
    /// An answer that makes no sense.
    #[error("the storage gave an invalid answer")]
    Invalid,
}

impl BlobError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Failing { .. } | Self::Unreachable | Self::Full | Self::Invalid => true,
            Self::NotFound
            | Self::Forbidden
            | Self::Refused(_)
            | Self::Exists
            | Self::Changed
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::BadName(_) => false,
        }
    }
}
