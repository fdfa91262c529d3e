//! Engines: clean sentences in, translations with word links out.
//!
//! **Invariant:** synchronous and CPU-bound; knows nothing of documents, tags, jobs or HTTP. Of the library crates
//! only this one may hold `unsafe` code.

mod engines;
mod identity;
pub mod marian;
mod models;
mod neural;
mod pseudo;
mod translator;

pub use engines::{EngineError, Engines};
pub use identity::Identity;
pub use models::{
    Catalogue, Fetch, FetchError, Fetched, Manifest, ModelFile, Models, ModelsError, Progress, Role, parse_pair,
};
pub use neural::{Kernel, Neural, NeuralConfig, StartError};
pub use pseudo::Pseudo;
pub use translator::{Fixed, Link, Pairs, Score, Source, TranslateError, Translated, Translator, Unit, Watch};
