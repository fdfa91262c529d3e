//! An engine for Marian binary models as Firefox Translations ships them.
//!
//! Models are transformers with a recurrent decoder (SSRU) and 8-bit weights, or floats that become such; vocabularies
//! are SentencePiece unigram models, and a lexical shortlist narrows the choice of target tokens. Architecture:
//! Junczys-Dowmunt et al., "Marian" (2018); Kim et al., "From Research to Production and Back" (2019) for the decoder and
//! the shortlist.
//!
//! **Invariant:** a translation depends on its sentence and the model alone: not on the batch, the order, the thread, or
//! the [`Kernel`].

mod activations;
mod common;
mod config;
mod decoder;
mod encoder;
mod engine;
mod error;
mod feed;
mod format;
#[cfg(fuzzing)]
pub mod fuzzing;
#[expect(unsafe_code, reason = "vector instructions, and nothing else")]
mod kernels;
#[cfg(feature = "measure")]
#[doc(hidden)]
pub mod measure;
mod sentencepiece;
mod shortlist;
#[cfg(any(test, feature = "measure"))]
#[cfg_attr(not(test), allow(dead_code, reason = "benches need less of it than tests do"))]
mod synthetic;
#[cfg(test)]
mod tests;
mod weights;

pub use engine::{Cancelled, Engine, Files, Hypothesis, Options, Part, Parts, Workspace};
pub use error::LoadError;
pub use feed::Feed;
pub use kernels::Kernel;
pub use sentencepiece::{Decoded, Tokens};
