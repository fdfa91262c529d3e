//! Why a document or a job failed: a stable code, where in the document, and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A stable code. The spelling is the variant's name: it stands on the wire as inner error code, in the
        /// database, and before the colon in the command line's `error: CODE: message`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum FailureCode { $($(#[$doc])* $name,)* }

        impl FailureCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable spelling.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// The code of that spelling.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }
        }
    };
}

codes! {
    /// The document is empty or blank.
    NoTranslatableText,
    /// The text cannot be decoded.
    WrongDocumentEncoding,
    /// The format is not supported.
    InvalidFormat,
    /// The document is larger than the limit.
    MaxDocumentSizeExceeded,
    /// The document is password-protected or encrypted.
    DocumentEncrypted,
    /// The file is not what its extension says, or is damaged.
    CorruptDocument,
    /// The document goes past a limit on depth, entries or expanded size: a bomb, or as good as one.
    DocumentTooComplex,
    /// The glossary is unreadable, malformed, too large or unreachable.
    InvalidGlossary,
    /// `deploymentName` or `category` names no configured engine.
    InvalidDeployment,
    /// The target language is unknown, or no engine translates into it.
    InvalidToLanguage,
    /// The source language is unknown, or no engine translates from it.
    InvalidFromLanguage,
    /// The source cannot be reached, listed or read.
    InvalidDocumentAccessLevel,
    /// The target cannot be reached, listed or written.
    InvalidTargetDocumentAccessLevel,
    /// A file of the name to be produced is already in the target.
    TargetFileAlreadyExists,
    /// Nothing in the source folder can be translated.
    NoDocumentsFound,
    /// More documents than a job may have.
    MaxDocumentsExceeded,
    /// More bytes than a job may have.
    MaxTotalSizeExceeded,
    /// The source changed while it was read.
    SourceChanged,
    /// The storage kept failing.
    StorageUnavailable,
    /// The engine could not translate a large share of the document.
    TranslationFailed,
    /// The translated document did not pass the checks before it is handed out; nothing was written.
    VerificationFailed,
    /// The document brought its worker down more often than allowed.
    DocumentCrashed,
    /// The document took longer than allowed.
    DocumentTimedOut,
    /// The work was cancelled.
    Cancelled,
    /// Our fault.
    InternalServerError,
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in a document something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The part of the container (`word/document.xml`), empty for single-part formats.
    pub part: String,
    /// Byte offset in the part, 0 if unknown.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.part.as_str(), self.offset) {
            ("", offset) => write!(f, "byte {offset}"),
            (part, 0) => f.write_str(part),
            (part, offset) => write!(f, "{part}, byte {offset}"),
        }
    }
}

/// One failure, fit to be shown to the caller: no document text, no key, no path of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What went wrong, for programs.
    pub code: FailureCode,
    /// What went wrong and what to do, for people.
    pub message: String,
}

impl Failure {
    /// A failure with its code and message.
    #[must_use]
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
