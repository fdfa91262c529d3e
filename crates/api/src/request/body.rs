//! Reading a body: a bound on its size, on the time between two pieces, on the whole time, and on the memory of all
//! bodies together. Compressed bodies are refused, never inflated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use futures::StreamExt;
use terjuman_model::ResourceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::HttpConfig;
use crate::error::{ApiError, Refusal};

/// The grain in which memory is counted.
const GRAIN: usize = 64 << 10;

/// Room for the bodies of all requests. One resource has half of it, so that its slow uploads keep nobody else from sending.
pub(crate) struct Room {
    all: Arc<Semaphore>,
    share: usize,
    /// There are no more of them than configured resources.
    own: Mutex<HashMap<ResourceId, Arc<Semaphore>>>,
}

impl Room {
    /// `largest` is what a single body may take: a share holds one at least.
    pub(crate) fn new(bytes: usize, largest: usize) -> Self {
        let grains = (bytes / GRAIN).clamp(1, Semaphore::MAX_PERMITS);
        let share = grains.div_ceil(2).max(largest.div_ceil(GRAIN)).min(grains);
        Self { all: Arc::new(Semaphore::new(grains)), share, own: Mutex::default() }
    }

    /// Waits for so many grains; of the resource's own first, so that it waits for itself and nobody else does.
    async fn take(&self, resource: &ResourceId, grains: u32) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(own.entry(resource.clone()).or_insert_with(|| Arc::new(Semaphore::new(self.share))))
        };
        // Never closed, so they fail never.
        let own = own.acquire_many_owned(grains).await.ok()?;
        Some([own, Arc::clone(&self.all).acquire_many_owned(grains).await.ok()?])
    }
}

/// A body in memory. Its room is free again when it is dropped.
pub(crate) struct Collected {
    pub(crate) bytes: Vec<u8>,
    _room: Vec<[OwnedSemaphorePermit; 2]>,
}

/// # Errors
/// 415 if the body is compressed.
pub(crate) fn refuse_encoded(headers: &HeaderMap) -> Result<(), ApiError> {
    let plain =
        headers.get_all(header::CONTENT_ENCODING).iter().all(|v| v.as_bytes().eq_ignore_ascii_case(b"identity"));
    let message = "Compressed request bodies are not accepted; send the body as it is.";
    if plain { Ok(()) } else { Err(ApiError::new(Refusal::UnsupportedContentEncoding, message)) }
}

/// Reads the whole body of a resource's request. `too_large` is what more than `limit` bytes are refused with.
///
/// # Errors
/// If it is too large, too slow, broken off, or there is no room for it.
pub(crate) async fn collect(
    config: &HttpConfig,
    room: &Room,
    resource: &ResourceId,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    too_large: impl FnOnce() -> ApiError,
) -> Result<Collected, ApiError> {
    let mut pieces = Pieces { body: body.into_data_stream(), idle: config.body_idle(), end: end(config) };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // The rest of a body that is refused is the connection's to deal with.
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut collected = Collected { bytes: Vec::new(), _room: Vec::new() };
    let mut reserved = 0;
    while let Some(piece) = pieces.next().await? {
        if collected.bytes.len() + piece.len() > limit {
            return Err(too_large());
        }
        let needed = (collected.bytes.len() + piece.len()).div_ceil(GRAIN);
        if needed > reserved {
            let more = u32::try_from(needed - reserved).unwrap_or(u32::MAX);
            let Ok(Some(permit)) = timeout(config.sync_wait(), room.take(resource, more)).await else {
                return Err(ApiError::rate_too_high("The server is reading too many large requests. Try again."));
            };
            collected._room.push(permit);
            reserved = needed;
        }
        collected.bytes.extend_from_slice(&piece);
    }
    Ok(collected)
}

fn end(config: &HttpConfig) -> Instant {
    Instant::now() + config.body_total()
}

struct Pieces {
    body: axum::body::BodyDataStream,
    idle: Duration,
    end: Instant,
}

impl Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let until = self.end.min(Instant::now() + self.idle);
        match timeout_at(until, self.body.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(Some(Err(_))) => {
                Err(ApiError::invalid("body", "The request body broke off or is not framed as HTTP asks for."))
            }
            Err(_) => Err(ApiError::new(Refusal::RequestTimedOut, "The request body came too slowly.")),
        }
    }
}
