//! Why a document cannot be read or written.

use terjuman_model::{Failure, FailureCode, Place};

/// What is wrong with a document. Messages say what and where, never quote the document's text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Zero bytes, or nothing but blanks.
    #[error("there is no text to translate in this document")]
    Empty,
    /// No format of the table fits.
    #[error("the format {0} is not supported")]
    Unsupported(String),
    /// A format that is known and not read.
    #[error("the format .{extension} is not supported: {advice}")]
    Refused {
        /// Of its name, in lower case and without the dot.
        extension: String,
        /// What can be done.
        advice: &'static str,
    },
    /// The bytes are not text in any encoding that can be told.
    #[error("the text cannot be decoded: {0}")]
    Encoding(&'static str),
    /// Password-protected, encrypted or rights-managed.
    #[error("the document is encrypted or protected by a password; remove the protection and send it again")]
    Encrypted,
    /// Damaged, or nothing that its name says.
    #[error("the document is damaged: {what} ({place})")]
    Corrupt {
        /// What is wrong.
        what: String,
        /// Where.
        place: Place,
    },
    /// A sound document of another format.
    #[error("the document is not what its name says: it is {is}, not {says}")]
    Misnamed {
        /// What its bytes are.
        is: &'static str,
        /// What its name or its content type says.
        says: &'static str,
    },
    /// A limit of [`Limits`](crate::Limits) was passed.
    #[error("the document goes past the limit of {limit} {unit}")]
    TooComplex {
        /// The limit's value.
        limit: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// The glossary cannot be used.
    #[error("the glossary cannot be read: {0}")]
    Glossary(String),
    /// A merged document did not pass its own checks: a bug of ours, caught before the document is handed out.
    #[error("the translated document did not pass its checks: {0}")]
    Verification(String),
    /// There is no way to write one translation so that it is read as it is meant; its source can be written.
    #[error("the translated document did not pass its checks: segment {segment} would not be read as it is meant")]
    Unwritable {
        /// Which segment, from 0.
        segment: usize,
    },
}

impl FormatError {
    /// A [`FormatError::Corrupt`].
    pub(crate) fn corrupt(what: impl Into<String>, part: &str, offset: usize) -> Self {
        Self::Corrupt { what: what.into(), place: Place { part: part.to_owned(), offset: offset as u64 } }
    }

    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        match self {
            Self::Empty => FailureCode::NoTranslatableText,
            Self::Unsupported(_) | Self::Refused { .. } => FailureCode::InvalidFormat,
            Self::Encoding(_) => FailureCode::WrongDocumentEncoding,
            Self::Encrypted => FailureCode::DocumentEncrypted,
            Self::Corrupt { .. } | Self::Misnamed { .. } => FailureCode::CorruptDocument,
            Self::TooComplex { .. } => FailureCode::DocumentTooComplex,
            Self::Glossary(_) => FailureCode::InvalidGlossary,
            Self::Verification(_) | Self::Unwritable { .. } => FailureCode::VerificationFailed,
        }
    }
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        Failure::new(error.code(), error.to_string())
    }
}
