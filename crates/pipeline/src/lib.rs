//! One document from bytes to bytes: detect, extract, segment, translate, project tags, merge, verify.
//!
//! The way of the data: `detection` tells the language, `foreign` and `code` what is in another or in none; `asked` is what an
//! engine is given in another form (`wraps`: a sentence broken by hand is one line; `mnemonics`: a menu's letter has no sign);
//! `plan` takes segments apart into `sentences`, `choices`, `messages` and `notes` with what is `fixed` in them (`protect`,
//! [`Glossary`]), equal ones once; `mentions` of titles are fixed, too; `drive` hands them to the engine and looks at the
//! answers; `mend` puts right what the engine lost; `assemble` puts segments together again and `project` the tags into them;
//! the filter merges.
//!
//! **Invariant:** no database, no blobs, no HTTP. The worker, the synchronous endpoint and the command line call the
//! same function, [`translate`].

mod abbreviations;
mod asked;
mod assemble;
mod choices;
mod code;
mod detection;
mod drive;
mod fixed;
mod foreign;
mod glossary;
mod limits;
mod mend;
mod mentions;
mod messages;
mod mnemonics;
mod notes;
mod plan;
mod project;
mod protect;
mod report;
mod script;
mod sentences;
mod translate;
mod wraps;

pub use glossary::{Glossary, GlossaryFile};
pub use limits::EngineLimits;
pub use report::{Durations, Report, Stage, millis};
pub use translate::{Failed, Output, Request, translate, translate_within};

pub use terjuman_formats::{
    Changes, Counted, Format, FormatEntry, FormatError, GlossaryEntry, GlossaryFormat, Limits, OptionError, Options,
    PLACES, Reason, Tally, Untranslated, WarningKind, detect, formats, glossary_formats,
};
pub use terjuman_nmt::{EngineError, Engines, Pairs, TranslateError, Translator, Watch};
