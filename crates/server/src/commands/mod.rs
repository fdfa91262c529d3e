//! One module a command.

pub(crate) mod backup;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod jobs;
pub(crate) mod models;
pub(crate) mod serve;
pub(crate) mod translate;
