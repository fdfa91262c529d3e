//! The network for the model store: one request at a time, read as it comes.

use std::io::{self, Read};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use terjuman_nmt::{Fetch, FetchError, Fetched};
use tokio::runtime::{Builder, Runtime};

/// Fetches over HTTP, blocking. A proxy that the system names is used: the operator asked for this download.
pub(super) struct Http {
    client: Client,
    runtime: Rc<Runtime>,
}

impl Http {
    /// `timeout` is for connecting and for each piece of an answer, not for all of it: models are large.
    pub(super) fn new(timeout: Duration) -> anyhow::Result<Self> {
        let client = Client::builder().connect_timeout(timeout).read_timeout(timeout).build();
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            client: client.context("the HTTP client cannot be made")?,
            runtime: Rc::new(runtime.context("the HTTP client cannot be started")?),
        })
    }
}

impl Fetch for Http {
    fn get(&self, url: &str, from: u64) -> Result<Fetched, FetchError> {
        let mut request = self.client.get(url);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        // Time-outs are begun inside the runtime, not before it.
        let answer = self.runtime.block_on(async { request.send().await });
        let response = answer.map_err(|error| FetchError::Unreachable(reason(error)))?;
        let from = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if begins_at(&response, from) => from,
            status => return Err(FetchError::Status(status.as_u16())),
        };
        let body = Body { response, runtime: Rc::clone(&self.runtime), piece: Vec::new(), at: 0 };
        Ok(Fetched { from, body: Box::new(body) })
    }
}

/// Whether the answer is what was asked for: bytes put in the wrong place would only show at the end.
fn begins_at(response: &Response, from: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

/// The error and what is behind it, without the URL, which the caller names.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// An answer's content.
struct Body {
    response: Response,
    runtime: Rc<Runtime>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            let response = &mut self.response;
            let next = self.runtime.block_on(async { response.chunk().await });
            match next.map_err(|error| io::Error::other(reason(error)))? {
                Some(piece) => (self.piece, self.at) = (piece.to_vec(), 0),
                None => return Ok(0),
            }
        }
        let length = buffer.len().min(self.piece.len() - self.at);
        buffer[..length].copy_from_slice(&self.piece[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
