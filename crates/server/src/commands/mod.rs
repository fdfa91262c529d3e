//! One module a command.

pub(crate) mod config;
pub(crate) mod translate;
