//! Documents in a few lines, and every document of the corpus.

mod build;
mod canonical;
mod cells;
mod corpus;
mod hostile;
mod inline;
mod packages;
mod retargeted;

#[path = "../../docx/tests/engine.rs"]
mod engine;
