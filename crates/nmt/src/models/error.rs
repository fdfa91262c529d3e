//! What can go wrong with models.

use std::io;
use std::path::{Path, PathBuf};

/// Why a model could not be listed, added, removed, fetched or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelsError {
    /// There is no such model in the store.
    #[error("there is no model {0}; see `terjuman models list`")]
    Missing(String),
    /// The text is not `SRC-TRG`.
    #[error("{0} is not a pair of languages such as en-pt")]
    NotAPair(String),
    /// A file is damaged, missing or not what it should be.
    #[error("{file}: {reason}")]
    Damaged {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder or archive holds no model.
    #[error("{0} holds no model: there is no folder with model.*.bin and vocab.*.spm in it")]
    NoModel(PathBuf),
    /// A folder or archive does not tell its languages.
    #[error("{0}: its languages cannot be told; name the folder after them, as en-pt, or add a model.json")]
    NoLanguages(PathBuf),
    /// The catalogue has no such pair.
    #[error("the catalogue has no model {pair}{}", near(.similar))]
    NotInCatalogue {
        /// What was asked for.
        pair: String,
        /// What it has from or into these languages.
        similar: Vec<String>,
    },
    /// The network cannot be reached.
    #[error(
        "{url} cannot be reached: {reason}; without a network, copy the model's files here and use `terjuman models add`"
    )]
    Offline {
        /// What was asked for.
        url: String,
        /// What the client said.
        reason: String,
    },
    /// A server answered with something else.
    #[error("{url}: {reason}")]
    Catalogue {
        /// What was asked for.
        url: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn near(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; it has {}", similar.join(", ")) }
}

impl ModelsError {
    /// Turns an I/O error into one that names its path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(file: &str, reason: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), reason: reason.into() }
    }
}
