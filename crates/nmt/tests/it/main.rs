//! The engine `neural` with real models, and the model store against a server on loopback.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

mod neural;
mod store;
mod support;
