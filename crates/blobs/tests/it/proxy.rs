//! Proxies in front of a storage: one that breaks a share of what passes through it, the way to a storage on a bad day, and
//! one that holds requests until a test has done what they shall meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::scripted::{Asked, receive};

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer comes late.
    Slow,
    /// Not passed on; 429 with `Retry-After`.
    TooMany,
    /// Not passed on; 503.
    Busy,
    /// Not passed on; the connection closes without a byte.
    Reset,
    /// Passed on; the answer breaks off within its body, or within its head.
    CutAt(usize),
    /// Passed on and done; the answer is 500.
    DoneButError,
    /// Passed on and done; the connection closes without a byte.
    DoneButReset,
    /// Passed on; the version in the answer is another one.
    WrongVersion,
    /// Passed on; a byte of the body is another one.
    WrongByte,
    /// Not passed on; leads to this machine.
    Redirect,
}

pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) broken: Arc<AtomicU64>,
}

impl Proxy {
    /// Breaks 30 of 100 requests to `upstream`, each with one of these faults.
    pub(crate) async fn start(upstream: &str, faults: &'static [Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let upstream = upstream.to_owned();
        let broken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&broken);
        tokio::spawn(async move {
            let mut random = 0x9E37_79B9_7F4A_7C15_u64;
            while let Ok((stream, _)) = listener.accept().await {
                // Xorshift: the same faults in each run.
                for shift in [13, -7, 17] {
                    random ^= if shift > 0 { random << shift } else { random >> -shift };
                }
                let fault = (random % 100 < 30).then(|| faults[(random >> 32) as usize % faults.len()]);
                count.fetch_add(u64::from(fault.is_some()), Ordering::Relaxed);
                tokio::spawn(pass(stream, upstream.clone(), fault));
            }
        });
        Self { host, broken }
    }
}

async fn pass(mut client: TcpStream, upstream: String, fault: Option<Fault>) -> Option<()> {
    let asked = receive(&mut client).await?;
    let short =
        |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n");
    let refusal = match fault {
        Some(Fault::TooMany) => Some(short("429 Too Many Requests", "Retry-After: 0\r\n")),
        Some(Fault::Busy) => Some(short("503 Service Unavailable", "")),
        Some(Fault::Redirect) => Some(short("307 Temporary Redirect", "Location: http://127.0.0.1:1/secret\r\n")),
        Some(Fault::Reset) => return None,
        _ => None,
    };
    if let Some(refusal) = refusal {
        client.write_all(refusal.as_bytes()).await.ok()?;
        return client.shutdown().await.ok();
    }
    let mut answer = answer(&asked, &upstream).await?;
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    match fault {
        Some(Fault::Slow) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        Some(Fault::CutAt(at)) => answer.truncate((body + at).min(answer.len().saturating_sub(1))),
        Some(Fault::DoneButError) => answer = short("500 Internal Server Error", "").into_bytes(),
        Some(Fault::DoneButReset) => return None,
        Some(Fault::WrongVersion) => {
            let head = String::from_utf8_lossy(&answer[..body]).into_owned();
            let changed: Vec<String> = head
                .split("\r\n")
                .map(|line| match line.to_ascii_lowercase().starts_with("etag:") {
                    true => "ETag: \"another\"".to_owned(),
                    false => line.to_owned(),
                })
                .collect();
            answer.splice(..body, changed.join("\r\n").into_bytes());
        }
        Some(Fault::WrongByte) if body < answer.len() => {
            let middle = body + (answer.len() - body) / 2;
            answer[middle] ^= 1;
        }
        _ => {}
    }
    client.write_all(&answer).await.ok()?;
    client.shutdown().await.ok()
}

/// What the storage answers, whole.
async fn answer(asked: &Asked, upstream: &str) -> Option<Vec<u8>> {
    let mut server = TcpStream::connect(upstream).await.ok()?;
    let head = asked.head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = head.collect::<Vec<_>>().join("\r\n") + "\r\nConnection: close\r\n\r\n";
    server.write_all(head.as_bytes()).await.ok()?;
    server.write_all(&asked.body).await.ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await.ok()?;
    Some(answer)
}

/// A proxy that passes everything on, and holds some of it for a while.
pub(crate) struct Gate {
    pub(crate) host: String,
    held: mpsc::UnboundedReceiver<Held>,
}

/// A request that the storage has not seen yet.
pub(crate) struct Held(oneshot::Sender<()>);

impl Gate {
    /// Holds what `wanted` says of each request, in the order in which they come.
    pub(crate) async fn start(upstream: &str, wanted: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (upstream, wanted) = (upstream.to_owned(), Arc::new(wanted));
        let (tell, held) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (upstream, wanted, tell) = (upstream.clone(), Arc::clone(&wanted), tell.clone());
                tokio::spawn(async move {
                    let asked = receive(&mut client).await?;
                    if wanted(&asked) {
                        let (let_on, wait) = oneshot::channel();
                        tell.send(Held(let_on)).ok()?;
                        wait.await.ok()?;
                    }
                    client.write_all(&answer(&asked, &upstream).await?).await.ok()?;
                    client.shutdown().await.ok()
                });
            }
        });
        Self { host, held }
    }

    /// The next request that is held, as soon as it is there.
    pub(crate) async fn held(&mut self) -> Held {
        self.held.recv().await.unwrap()
    }
}

impl Held {
    pub(crate) fn let_on(self) {
        let _ = self.0.send(());
    }
}
