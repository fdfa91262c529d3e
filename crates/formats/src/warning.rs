//! Flaws that were worked around, as data.

use terjuman_model::Place;

use crate::kinds::kinds;

/// One flaw, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which.
    pub kind: WarningKind,
    /// Where.
    pub place: Place,
}

kinds! {
    /// What was worked around.
    WarningKind {
    /// Bytes that are not legal in the text's encoding were kept as they are.
    UndecodableBytes,
    /// A digital signature no longer holds and was left out.
    SignatureRemoved,
    /// A digital signature no longer holds; it was kept.
    SignatureBroken,
    /// A part could not be read as its type says and was kept as it is.
    PartKept,
    /// The target's characters do not fit the source's encoding: the document is now UTF-8.
    EncodingChanged,
    /// The text did not tell its language, and the likeliest one was taken.
    LanguageGuessed,
    /// The engine gave nothing that could be used for a sentence, which kept its source text.
    KeptAsSource,
    /// A translation is longer than the document says that it may be.
    TooLong,
    }
}
