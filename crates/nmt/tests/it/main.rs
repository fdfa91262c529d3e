//! The engine `neural` with real models, and the model store against a server on loopback.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files fails")]

mod ciphers;
mod fixed;
mod hostile;
mod labels;
mod neural;
mod store;
mod support;
