//! The batch operations: start, list, read and cancel jobs, and read their documents.

mod body;
mod check;
mod documents;
mod jobs;
mod languages;
mod start;
pub(crate) mod wire;

pub(crate) use body::StartRequest;
pub(crate) use check::glossary_format_of;
pub(crate) use documents::{document, documents};
pub(crate) use jobs::{cancel, forget, job, jobs};
pub(crate) use languages::{check_pair, source_language, target_language};
pub(crate) use start::{Accepted, start};
