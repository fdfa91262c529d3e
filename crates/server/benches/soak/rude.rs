//! Clients that do not behave: that break off, leave, crawl, or send what is no request.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::load::Load;

const HEAD: &str = "POST /translator/document:translate?targetLanguage=pt&api-version=2026-03-01 HTTP/1.1\r\nHost: a\r\n\
    Ocp-Apim-Subscription-Key: terjuman-dev-key\r\nContent-Type: multipart/form-data; boundary=b1\r\n";
const NOTE: &str =
    "--b1\r\nContent-Disposition: form-data; name=document; filename=note.txt\r\n\r\nGood day.\r\n--b1--\r\n";

pub(crate) fn start(load: &Arc<Load>) -> Vec<JoinHandle<()>> {
    let mut running = vec![
        tokio::spawn(broken(Arc::clone(load))),
        tokio::spawn(leaving(Arc::clone(load))),
        tokio::spawn(refused(Arc::clone(load))),
    ];
    for _ in 0..10 {
        running.push(tokio::spawn(slow_head(Arc::clone(load))));
        running.push(tokio::spawn(slow_body(Arc::clone(load))));
        running.push(tokio::spawn(deaf(Arc::clone(load))));
    }
    running
}

/// Requests that are none, and forms that break off.
async fn broken(load: Arc<Load>) {
    let whole = |body: &str| format!("{HEAD}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let sent = [
        whole(&NOTE[..60]),
        whole("no form"),
        whole(&NOTE.replace("note.txt", "note.docx")),
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "\u{16}\u{3}\u{1}\u{2} hello".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "x".repeat(40_000)),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(200_000)),
        "GET /%00%ff/../..//x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for text in sent.iter().cycle() {
        if let Ok(mut stream) = TcpStream::connect(load.address).await {
            let _ = stream.write_all(text.as_bytes()).await;
            let mut answer = Vec::new();
            let _ = timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
            let status = answer.get(9..12).map(|status| String::from_utf8_lossy(status).into_owned());
            load.count(format!("broken {}", status.as_deref().unwrap_or("closed")));
        }
        sleep(Duration::from_millis(150)).await;
    }
}

/// Whole requests whose senders do not wait for the answer, and halves of requests.
async fn leaving(load: Arc<Load>) {
    let whole = format!("{HEAD}Content-Length: {}\r\n\r\n{NOTE}", NOTE.len());
    for number in 0_usize.. {
        if let Ok(mut stream) = TcpStream::connect(load.address).await {
            let length = if number % 2 == 0 { whole.len() } else { number % whole.len() };
            let _ = stream.write_all(&whole.as_bytes()[..length]).await;
            if number % 3 == 0 {
                // The connection is reset instead of closed.
                let _ = stream.set_zero_linger();
            }
            load.count("left in the middle");
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Large bodies with a wrong key: refused, and thrown away.
async fn refused(load: Arc<Load>) {
    let body = vec![b'x'; 3_000_000];
    let head = HEAD.replace("terjuman-dev-key", "wrong");
    loop {
        if let Ok(mut stream) = TcpStream::connect(load.address).await {
            let head = format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
            let mut answer = Vec::new();
            let read = timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
            let good = matches!(read, Ok(Ok(_))) && answer.starts_with(b"HTTP/1.1 401");
            load.count(if good { "wrong key 401" } else { "wrong key gone" });
        }
        sleep(Duration::from_millis(500)).await;
    }
}

async fn slow_head(load: Arc<Load>) {
    crawl(load, "", HEAD, Duration::from_millis(400), "slow head").await;
}

async fn slow_body(load: Arc<Load>) {
    let head = format!("{HEAD}Content-Length: 100000\r\n\r\n");
    crawl(load, &head, NOTE, Duration::from_millis(100), "slow body").await;
}

/// What is sent at once, one byte after the other, then nothing, until the server has enough.
async fn crawl(load: Arc<Load>, first: &str, text: &str, pause: Duration, what: &str) {
    loop {
        let Ok(mut stream) = TcpStream::connect(load.address).await else { continue };
        let _ = stream.write_all(first.as_bytes()).await;
        for byte in text.as_bytes() {
            if stream.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(pause).await;
        }
        let mut answer = Vec::new();
        let ended = timeout(Duration::from_secs(120), stream.read_to_end(&mut answer)).await.is_ok();
        load.count(format!("{what} {}", if ended { "cut off" } else { "gone" }));
    }
}

/// Asks and asks, and takes no answer.
async fn deaf(load: Arc<Load>) {
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500);
    loop {
        let Ok(mut stream) = TcpStream::connect(load.address).await else { continue };
        let _ = timeout(Duration::from_secs(60), stream.write_all(asked.as_bytes())).await;
        sleep(Duration::from_secs(40)).await;
        load.count("deaf");
    }
}
