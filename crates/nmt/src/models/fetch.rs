//! The network, as the store sees it. The caller brings it.

use std::io::Read;

/// Gets things from the network.
pub trait Fetch {
    /// Begins to read what a URL names, at this byte of it if the server can. Blocks.
    ///
    /// # Errors
    /// If nothing comes back, or something other than the content.
    fn get(&self, url: &str, from: u64) -> Result<Fetched, FetchError>;
}

/// An answer that has begun.
pub struct Fetched {
    /// The first byte that `body` gives: what was asked for, or 0 from a server that cannot resume.
    pub from: u64,
    /// The content. An error while reading is a broken connection.
    pub body: Box<dyn Read>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The server cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// The server answered with this status.
    #[error("the server answered with status {0}")]
    Status(u16),
}

/// How far a model is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The file being fetched.
    pub file: &'a str,
    /// Bytes of all files that are here.
    pub done: u64,
    /// Bytes of all files.
    pub total: u64,
}
