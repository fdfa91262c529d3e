//! Why a model's files cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// Why an engine cannot be loaded. Every variant but the last names the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file cannot be read.
    #[error("{}: cannot be read", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not what it should be: truncated, corrupt, or of another kind.
    #[error("{}: {reason}", file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// A file is sound, but asks for something this engine does not do.
    #[error("{}: unsupported: {reason}", file.display())]
    Unsupported {
        /// Which.
        file: PathBuf,
        /// What it asks for.
        reason: String,
    },
    /// This processor does not have the instructions that the kernel is made of.
    #[error("this processor cannot run the kernel {0}")]
    Kernel(&'static str),
}

/// What is wrong inside a file, before its name is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// See [`LoadError::Damaged`].
    Damaged(String),
    /// See [`LoadError::Unsupported`].
    Unsupported(String),
}

impl Flaw {
    pub(super) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged(reason.into())
    }

    pub(super) fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported(reason.into())
    }

    pub(super) fn within(self, file: &Path) -> LoadError {
        let file = file.to_owned();
        match self {
            Self::Damaged(reason) => LoadError::Damaged { file, reason },
            Self::Unsupported(reason) => LoadError::Unsupported { file, reason },
        }
    }
}
