//! The HTTP side against the real router, with the SQLite store in a folder of its own.

mod support;

mod abilities;
mod documents;
mod front;
mod jobs;
mod paging;
mod sockets;
mod start;
mod sync;
