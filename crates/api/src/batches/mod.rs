//! The batch operations: start, list, read and cancel jobs, and read their documents.

mod body;
mod check;
mod documents;
mod jobs;
mod languages;
mod start;
pub(crate) mod wire;

pub(crate) use documents::{document, documents};
pub(crate) use jobs::{cancel, job, jobs};
pub(crate) use start::start;
