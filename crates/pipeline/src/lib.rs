//! One document from bytes to bytes: detect, extract, segment, translate, project tags, merge, verify.
//!
//! **Invariant:** no database, no blobs, no HTTP. The worker, the synchronous endpoint and the command line call the
//! same function, [`translate`].

mod abbreviations;
mod assemble;
mod detection;
mod drive;
mod fixed;
mod glossary;
mod limits;
mod plan;
mod project;
mod protect;
mod report;
mod script;
mod sentences;
mod translate;

pub use glossary::{Glossary, GlossaryFile};
pub use limits::EngineLimits;
pub use report::Report;
pub use translate::{Output, Request, translate, translate_within};

pub use terjuman_formats::{
    Format, FormatEntry, FormatError, GlossaryEntry, GlossaryFormat, Limits, Options, Warning, WarningKind, detect,
    formats, glossary_formats,
};
pub use terjuman_nmt::{EngineError, Engines, Pairs, TranslateError, Translator, Watch};
