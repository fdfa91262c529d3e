//! Small documents made in code, one for each thing that can go wrong; and every document of the corpus.

mod blocks;
mod build;
mod canonical;
mod corpus;
pub(crate) mod engine;
mod fields;
mod hostile;
mod inline;
mod parts;
mod retargeted;
