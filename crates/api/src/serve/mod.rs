//! The accept loop: HTTP/1.1 over TCP, with a time-out for everything a peer can be slow at, and a cap on connections.
//!
//! HTTP/2 is not spoken: no client of this API asks for it, and its floods are a class of attacks of their own.

mod bare;
mod idle;
mod linger;
mod watched;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::EXPECT;
use hyper::body::Body as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use self::idle::Idle;
use self::linger::Lingering;
use self::watched::{Counted, Phase, Watched};
use crate::request::base::Secure;
use crate::{App, HttpConfig};

/// After a failed accept: the process has no file descriptors left, which takes a moment to pass.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a server that stops accepts on for those who ask whether it is ready, unless `http.drain_ms` says it.
const DRAIN: Duration = Duration::from_secs(3);

/// How long a connection that was made just before a stop may take to send its first request.
const FIRST_REQUEST: Duration = Duration::from_millis(500);

/// Serves until `stop`: then the server is not ready, accepts on for `http.drain_ms`, and finishes what is in flight.
///
/// # Errors
/// If the system refuses what it never refuses; failed accepts are waited out.
pub async fn serve(listener: TcpListener, app: App, stop: CancellationToken) -> io::Result<()> {
    let router = crate::router(app.clone());
    serve_with(listener, app, router, None, stop).await
}

/// [`serve`] for a process that only works on documents: `/healthz`, `/readyz` and `/metrics`.
///
/// # Errors
/// As [`serve`].
pub async fn serve_health(listener: TcpListener, app: App, stop: CancellationToken) -> io::Result<()> {
    let router = crate::router::health_router(app.clone());
    serve_with(listener, app, router, None, stop).await
}

/// [`serve`] over TLS. Certificate, key and versions are those of `tls`; HTTP/1.1 is spoken whatever it offers.
///
/// # Errors
/// As [`serve`].
pub async fn serve_tls(
    listener: TcpListener,
    app: App,
    tls: Arc<ServerConfig>,
    stop: CancellationToken,
) -> io::Result<()> {
    let router = crate::router(app.clone());
    serve_with(listener, app, router, Some(tls.into()), stop).await
}

async fn serve_with(
    listener: TcpListener,
    app: App,
    router: Router,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) -> io::Result<()> {
    let http = app.http().clone();
    let slots = Arc::new(Semaphore::new(http.max_connections));
    let (idle, connections, close) = (Idle::default(), TaskTracker::new(), CancellationToken::new());
    let welcome = |stream: TcpStream, slot: OwnedSemaphorePermit| {
        let (http, router, idle, close) = (http.clone(), router.clone(), idle.clone(), close.clone());
        let tls = tls.clone();
        connections.spawn(async move {
            // Without it, the last packet of an answer waits for an acknowledgement.
            let _ = stream.set_nodelay(true);
            match tls {
                None => connection(stream, false, http, router, idle, close).await,
                Some(tls) => match timeout(http.header_timeout(), tls.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, true, http, router, idle, close).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                },
            }
            drop(slot);
        });
    };
    let closing = async {
        stop.cancelled().await;
        app.stop();
        // A balancer that asks has to hear that it shall send nobody here any more, and nobody else has to wait.
        let drain = match http.drain_ms {
            0 if app.is_asked() => DRAIN,
            milliseconds => Duration::from_millis(milliseconds),
        };
        tokio::time::sleep(drain).await;
    };
    let accepting = async {
        while let Some((stream, slot)) = next(&listener, &slots, &idle).await {
            welcome(stream, slot);
        }
    };
    tokio::select! {
        () = closing => {}
        () = accepting => {}
        () = crate::ops::keep_metrics_small(&app) => {}
    }
    // The system has accepted for us who came in the meantime: without this they would be turned away unheard.
    let listener = listener.into_std()?;
    while let Ok((stream, _)) = listener.accept() {
        stream.set_nonblocking(true)?;
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else { break };
        welcome(TcpStream::from_std(stream)?, slot);
    }
    drop(listener);
    close.cancel();
    connections.close();
    if timeout(Duration::from_millis(http.shutdown_ms), connections.wait()).await.is_err() {
        tracing::warn!("requests were still in flight at the end of http.shutdown_ms; they are cut off");
    }
    Ok(())
}

/// The next connection, with its place. `None` if there are no places any more, which never happens.
async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    idle: &Idle,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let stream = loop {
        match listener.accept().await {
            Ok((stream, _)) => break stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    };
    if let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
        return Some((stream, slot));
    }
    // One more than there is room for: somebody waits, so the one who has been idle longest makes way.
    idle.evict_oldest();
    Some((stream, Arc::clone(slots).acquire_owned().await.ok()?))
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    secure: bool,
    http: HttpConfig,
    router: Router,
    idle: Idle,
    close: CancellationToken,
) {
    let phase = Phase::new(&http, idle);
    let evicted = phase.evicted().clone();
    let asked = CancellationToken::new();
    let heard = asked.clone();
    let stream = Watched::new(stream, phase.clone(), http.body_idle());
    let http_of_bodies = http.clone();
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        if secure {
            request.extensions_mut().insert(Secure);
        }
        let (router, busy) = (router.clone(), phase.busy());
        heard.cancel();
        let asks_first = request.headers().contains_key(EXPECT);
        let request = request.map(|body| match body.is_end_stream() {
            true => Body::empty(),
            false => Body::new(Lingering::new(body, asks_first, phase.busy(), &http_of_bodies)),
        });
        async move { router.oneshot(request).await.map(|answer| answer.map(|body| Counted::new(body, busy))) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .max_headers(http.max_headers)
        .max_buf_size(http.max_header_bytes)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let closed = async {
        close.cancelled().await;
        // A connection made just before the end: its first request is on its way.
        let _ = timeout(FIRST_REQUEST, asked.cancelled()).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { tokio::select! { () = closed => {}, () = evicted.cancelled() => {} } } => {
            connection.as_mut().graceful_shutdown();
            let in_time = timeout(Duration::from_millis(http.shutdown_ms), connection).await;
            in_time.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        // A peer that went away or spoke no HTTP: nothing that an operator could mend.
        tracing::debug!(%error, "a connection ended early");
    }
}
