//! Small decks made in code, one for each thing that can go wrong.

mod build;
mod charts;
mod hostile;
mod parts;
mod slides;
mod turned;
