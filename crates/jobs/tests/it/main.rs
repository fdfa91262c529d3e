//! The job engine from outside: what every store promises, and what a worker does with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "a test says what it measured and what it passed over")]

#[macro_use]
mod bench;

#[expect(dead_code, reason = "shared with the tests of `blobs`, which use the rest of it")]
#[path = "../../../blobs/tests/it/azurite.rs"]
mod azurite;
mod crash;
mod database;
mod documented;
#[path = "../../../blobs/tests/it/emulator.rs"]
mod emulator;
mod enumeration;
mod gate;
mod lists;
#[path = "../../../blobs/tests/it/log.rs"]
mod log;
mod mid_job;
mod postgres;
mod promises;
#[expect(dead_code, reason = "shared with the tests of `blobs`, which use the rest of it")]
#[path = "../../../blobs/tests/it/proxy.rs"]
mod proxy;
mod random;
#[expect(dead_code, reason = "shared with the tests of `blobs`, which use the rest of it")]
#[path = "../../../blobs/tests/it/scripted.rs"]
mod scripted;
mod simulation;
mod sqlite;
mod storage;
mod support;
mod told;
mod vanished;
mod worker;
mod world;
