//! Small decks made in code, one for each thing that can go wrong.

mod build;
pub(crate) mod charts;
mod hostile;
mod parts;
mod slides;
mod turned;
