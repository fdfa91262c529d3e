//! Document filters: bytes in, segments out; segments in, bytes out.
//!
//! **Invariant:** pure. No async, clock, network, disk or environment; it can run on hostile bytes in a process of its
//! own. A skeleton is the original bytes plus byte-range edits: what is not text comes out byte for byte.
//!
//! [`formats`] is the one table; detection, the formats operation and the docs are derived from it.

mod csv;
mod culture;
mod detect;
mod dita;
mod document;
mod docx;
mod edits;
mod encoding;
mod error;
mod extent;
mod fed_workbook;
mod fill;
mod flat_opc;
mod glossary;
mod html;
mod inline;
mod json;
mod kinds;
mod limits;
mod mail;
mod markdown;
pub mod message;
mod msg;
mod odf;
mod options;
mod package;
mod pptx;
mod refused;
mod rewriting;
mod rtf;
mod runs;
mod small_range;
mod sources;
mod table;
mod tally;
mod text_file;
mod texts;
mod titles;
mod txt;
mod untranslated;
mod warning;
mod wording;
mod xliff;
mod xlsx;
mod xml;

pub use detect::detect;
pub use document::{Extracted, Skeleton, Target, extract};
pub use error::FormatError;
pub use glossary::{GlossaryFormat, read_glossary};
pub use limits::Limits;
pub use options::{Changes, OptionError, Options};
pub use table::{Format, FormatEntry, GlossaryEntry, formats, glossary_formats};
pub use tally::{Counted, PLACES, Tally};
pub use untranslated::{Reason, Untranslated};
pub use warning::{Warning, WarningKind};
