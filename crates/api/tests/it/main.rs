//! The HTTP side against the real router, with the SQLite store in a folder of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too, which clippy cannot see here")]

mod support;

mod abilities;
mod documents;
mod front;
mod jobs;
mod load;
mod operators;
mod paging;
mod secrets;
mod sockets;
mod start;
mod sync;
mod tls;
mod worker;
