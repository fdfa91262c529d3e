//! The job engine from outside: what every store promises, and what a worker does with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test says what it measured and what it passed over")]

#[macro_use]
mod bench;

mod crash;
mod database;
mod documented;
mod enumeration;
mod gate;
mod lists;
mod postgres;
mod promises;
mod random;
mod simulation;
mod sqlite;
mod storage;
mod support;
mod told;
mod worker;
mod world;
