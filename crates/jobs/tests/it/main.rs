//! The job engine from outside: what every store promises, and what a worker does with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod lists;
mod promises;
mod support;
mod worker;
mod world;
