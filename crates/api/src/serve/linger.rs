//! The body of a request whose answer does not need it: read on and thrown away, within bounds.
//!
//! A client that sends everything before it reads would otherwise find its connection broken, and never see why it was
//! refused. The answer does not wait for this.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, timeout_at};

use super::watched::Busy;
use crate::HttpConfig;

/// A body that ends well even if nobody reads it.
pub(super) struct Lingering {
    /// `None` once it has ended, or is thrown away.
    body: Option<Incoming>,
    /// A client that asks before it sends has sent nothing, and is not going to.
    asks_first: bool,
    read: bool,
    busy: Option<Busy>,
    bounds: Bounds,
}

struct Bounds {
    bytes: usize,
    idle: Duration,
    total: Duration,
}

impl Lingering {
    /// `busy` keeps the connection from being taken for an idle one.
    pub(super) fn new(body: Incoming, asks_first: bool, busy: Busy, http: &HttpConfig) -> Self {
        let bounds = Bounds { bytes: http.max_discarded_bytes, idle: http.body_idle(), total: http.body_total() };
        Self { body: Some(body), asks_first, read: false, busy: Some(busy), bounds }
    }
}

impl Body for Lingering {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        this.read = true;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            this.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        if self.asks_first && !self.read {
            return;
        }
        let bounds = Bounds { ..self.bounds };
        let busy = self.busy.take();
        // Ends with its connection, and at the latest when its time is over.
        tokio::spawn(async move {
            discard(body, &bounds).await;
            drop(busy);
        });
    }
}

async fn discard(mut body: Incoming, bounds: &Bounds) {
    let end = Instant::now() + bounds.total;
    let mut discarded = 0;
    while discarded <= bounds.bytes {
        let until = end.min(Instant::now() + bounds.idle);
        let frame = timeout_at(until, std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))).await;
        let Ok(Some(Ok(frame))) = frame else { return };
        discarded += frame.data_ref().map_or(0, Bytes::len);
    }
}
