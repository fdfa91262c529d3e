//! Tests of the filter for spreadsheets.

mod build;
mod cells;
mod corpus;
mod hostile;
mod names;
mod notes;
