//! Documents in a few lines, and every document of the corpus.

mod build;
mod canonical;
mod cells;
mod corpus;
mod flat;
mod hostile;
mod inline;
mod packages;
mod retargeted;
mod sequences;

use crate::docx::tests::engine;
