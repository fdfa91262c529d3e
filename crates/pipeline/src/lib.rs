//! One document from bytes to bytes: detect, extract, segment, translate, project tags, merge, verify.
//!
//! **Invariant:** no database, no blobs, no HTTP. The worker, the synchronous endpoint and the command line call the
//! same function, [`translate`].

mod glossary;
mod project;
mod report;
mod translate;

pub use glossary::{Glossary, GlossaryFile};
pub use report::Report;
pub use translate::{Output, Request, translate};

pub use terjuman_formats::{
    Format, FormatEntry, FormatError, GlossaryEntry, GlossaryFormat, Limits, Options, detect, formats, glossary_formats,
};
pub use terjuman_nmt::{EngineError, Engines, Pairs, TranslateError, Translator, Watch};
