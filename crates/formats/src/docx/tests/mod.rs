//! Small documents made in code, one for each thing that can go wrong; and every document of the corpus.

mod canonical;
mod corpus;
mod engine;
