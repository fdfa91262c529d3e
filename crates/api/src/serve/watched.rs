//! A connection that gives up on a peer who is slow: with a head, with its next request, or with taking an answer.
//!
//! hyper's own head time-out also runs between requests, which would make every keep-alive as short as it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::bare::instead_of;
use super::idle::{Idle, Place};
use crate::HttpConfig;

/// What a connection is doing. Shared by its stream, its service and its answers' bodies.
#[derive(Clone)]
pub(super) struct Phase(Arc<Shared>);

struct Shared {
    header_timeout: Duration,
    keep_alive: Duration,
    idle: Idle,
    evicted: CancellationToken,
    /// Nothing of an answer is on its way: what is written next begins one.
    clean: AtomicBool,
    now: Mutex<Now>,
}

enum Now {
    /// Nothing of the next request has come.
    Waiting { until: Instant, _place: Place },
    /// A head is coming.
    Head { until: Instant },
    /// So many requests are being answered; the reading of their bodies has time-outs of its own.
    Busy { requests: usize },
}

/// A request is being answered as long as this lives.
pub(super) struct Busy(Phase);

impl Phase {
    /// A connection just made. Its first request has less time than later ones: nothing is known of this peer.
    pub(super) fn new(http: &HttpConfig, idle: Idle) -> Self {
        let evicted = CancellationToken::new();
        let until = Instant::now() + http.header_timeout();
        let now = Mutex::new(Now::Waiting { until, _place: idle.enter(&evicted) });
        let (header_timeout, keep_alive) = (http.header_timeout(), http.keep_alive());
        Self(Arc::new(Shared { header_timeout, keep_alive, idle, evicted, clean: AtomicBool::new(true), now }))
    }

    /// Cancelled when this connection has to make way for another.
    pub(super) fn evicted(&self) -> &CancellationToken {
        &self.0.evicted
    }

    /// A request's head is complete.
    pub(super) fn busy(&self) -> Busy {
        self.0.clean.store(false, Ordering::Release);
        let mut now = self.now();
        *now = match *now {
            Now::Busy { requests } => Now::Busy { requests: requests + 1 },
            Now::Waiting { .. } | Now::Head { .. } => Now::Busy { requests: 1 },
        };
        Busy(self.clone())
    }

    /// All that was to be written is: the end of the answer too, if nobody is at one.
    fn all_written(&self) {
        if !matches!(*self.now(), Now::Busy { .. }) {
            self.0.clean.store(true, Ordering::Release);
        }
    }

    fn bytes_came(&self) {
        let mut now = self.now();
        if matches!(*now, Now::Waiting { .. }) {
            *now = Now::Head { until: Instant::now() + self.0.header_timeout };
        }
    }

    fn until(&self) -> Option<Instant> {
        match *self.now() {
            Now::Waiting { until, .. } | Now::Head { until } => Some(until),
            Now::Busy { .. } => None,
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let shared = &self.0.0;
        let mut now = self.0.now();
        *now = match *now {
            Now::Busy { requests } if requests > 1 => Now::Busy { requests: requests - 1 },
            _ => {
                let until = Instant::now() + shared.keep_alive;
                Now::Waiting { until, _place: shared.idle.enter(&shared.evicted) }
            }
        };
    }
}

/// The stream of a connection.
pub(super) struct Watched<S> {
    stream: S,
    phase: Phase,
    reading: Timer,
    writing: Timer,
    write_idle: Duration,
    /// What is written in place of what was handed in, and how much of it was.
    instead: Option<(Vec<u8>, usize)>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, phase: Phase, write_idle: Duration) -> Self {
        Self { stream, phase, reading: Timer::default(), writing: Timer::default(), write_idle, instead: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if polled.is_ready() {
            if buf.filled().len() > before {
                this.phase.bytes_came();
            }
            return polled;
        }
        match this.phase.until() {
            // The timer wakes this task when its time has come, whatever the stream does.
            Some(until) => this.reading.poll(until, cx),
            None => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    fn written<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing.stop();
            return polled;
        }
        let until = self.writing.until.unwrap_or_else(|| Instant::now() + self.write_idle);
        match self.writing.poll(until, cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    /// Writes ours, if these bytes are an answer that is not; `None` if they are.
    fn poll_write_instead(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if self.instead.is_none() && self.phase.0.clean.load(Ordering::Acquire) {
            self.instead = instead_of(bytes).map(|ours| (ours, 0));
        }
        let (ours, mut at) = self.instead.take()?;
        while at < ours.len() {
            let polled = Pin::new(&mut self.stream).poll_write(cx, &ours[at..]);
            match self.written(polled, cx) {
                Poll::Ready(Ok(0)) => return Some(Poll::Ready(Err(io::ErrorKind::WriteZero.into()))),
                Poll::Ready(Ok(written)) => at += written,
                Poll::Ready(Err(error)) => return Some(Poll::Ready(Err(error))),
                Poll::Pending => {
                    self.instead = Some((ours, at));
                    return Some(Poll::Pending);
                }
            }
        }
        Some(Poll::Ready(Ok(bytes.len())))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(polled) = self.poll_write_instead(cx, buf) {
            return polled;
        }
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(polled, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [only] = bufs
            && let Some(polled) = self.poll_write_instead(cx, only)
        {
            return polled;
        }
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(polled, Poll::Ready(Ok(()))) {
            self.phase.all_written();
        }
        self.written(polled, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.written(polled, cx)
    }
}

/// A time-out that is set again and again.
#[derive(Default)]
struct Timer {
    until: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// An error once `until` has come.
    fn poll(&mut self, until: Instant, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if self.until != Some(until) {
            self.until = Some(until);
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn stop(&mut self) {
        self.until = None;
    }
}

/// An answer's body that keeps its connection busy until it is sent.
pub(super) struct Counted {
    body: Body,
    _busy: Busy,
}

impl Counted {
    pub(super) fn new(body: Body, busy: Busy) -> Self {
        Self { body, _busy: busy }
    }
}

impl hyper::body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
