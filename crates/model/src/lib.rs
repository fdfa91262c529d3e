//! The vocabulary of Terjuman: identifiers, language tags, statuses and their transitions, tagged text, failures.
//!
//! Pure data. No I/O, no clock, no async: every other crate depends on this one and it depends on none of them.

mod failure;
mod hexadecimal;
mod ids;
mod language;
mod status;
mod summary;
mod text;
mod timestamp;

pub use failure::{Failure, FailureCode, Place};
pub use hexadecimal::hexadecimal;
pub use ids::{DocumentId, JobId, ResourceId};
pub use language::{Direction, LanguagePair, LanguageTag, LanguageTagError, languages};
pub use status::{DocumentEvent, DocumentStatus, JobStatus, ParseStatusError};
pub use summary::Summary;
pub use text::{Edge, Mark, Piece, Segment, Tag, TagId, TagKind, TaggedText};
pub use timestamp::{Timestamp, TimestampError};
