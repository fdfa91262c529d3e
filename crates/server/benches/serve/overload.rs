//! Three times the load that the server can carry, from clients that do not wait: what it still gets done, and what it
//! says to the others.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Connection;
use crate::figures::Figures;
use crate::server::Server;

const PEAK: Duration = Duration::from_secs(5);
const OVERLOAD: Duration = Duration::from_secs(10);
/// What a document for the synchronous call is looked for in.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/docx");

/// What came of one load.
#[derive(Default)]
struct Answers {
    good: Figures,
    /// By status, but for the good ones.
    others: BTreeMap<u16, usize>,
    /// Refusals that do not say when to come back.
    without_retry_after: usize,
    /// Connections that ended without an answer.
    broken: usize,
    /// Requests that were due while no connection was free.
    unsent: usize,
}

impl Answers {
    fn merge(&mut self, other: Self) {
        self.good.merge(other.good);
        for (status, count) in other.others {
            *self.others.entry(status).or_default() += count;
        }
        self.without_retry_after += other.without_retry_after;
        self.broken += other.broken;
        self.unsent += other.unsent;
    }
}

/// No bound on open documents: jobs are let in faster than they are found to have none.
pub(crate) const ANY_NUMBER: [(&str, &str); 2] =
    [("ADMISSION__MAX_OPEN_DOCUMENTS", "10000000"), ("ADMISSION__MAX_OPEN_DOCUMENTS_PER_RESOURCE", "10000000")];

pub(crate) async fn overload() {
    println!("\n| three times the peak | peak | offered | good | admitted | the others | processor | memory |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    polls().await;
    let server = Server::start(&ANY_NUMBER);
    let submit = submit(&server.absent());
    row("durable submits", &server, &submit, 64, 2_000).await;
    let server = Server::start(&[]);
    let submit = self::submit(&server.absent());
    load(server.address, &submit, 64, PEAK, None).await;
    row("durable submits, the queue is full", &server, &submit, 64, 2_000).await;
    sync().await;
    slow_database().await;
}

async fn polls() {
    let limited = [("HTTP__REQUESTS_PER_SECOND", "5000"), ("HTTP__REQUEST_BURST", "100")];
    for (what, settings) in [("status polls", &[][..]), ("status polls, limited to 5,000/s", &limited)] {
        let server = Server::start(settings);
        let id = Connection::open(server.address).await.submit(&server.absent(), &server.absent()).await;
        let poll = request("GET", &format!("/translator/document/batches/{id}?"), "", b"");
        row(what, &server, &poll, 64, 1_000).await;
    }
}

async fn sync() {
    let server = Server::start(&[("ENGINE__PSEUDO_DELAY_MS", "50")]);
    let text = document("note.txt", "text/plain", b"Good day. This is a short note, and it is soon read.");
    row("synchronous notes, 50 ms each", &server, &text, 16, 400).await;
    let largest = std::fs::read_dir(CORPUS).into_iter().flatten().flatten().map(|entry| entry.path());
    let fitting = largest.filter_map(|path| std::fs::read(path).ok()).filter(|bytes| bytes.len() < 100_000);
    let Some(bytes) = fitting.max_by_key(Vec::len) else { return };
    let docx = document("report.docx", "application/octet-stream", &bytes);
    let what = format!("synchronous docx of {} kB", bytes.len() / 1000);
    row(&what, &Server::start(&[]), &docx, 16, 1_000).await;
}

/// A database that takes 50 ms for each job: the queue before it is what has to be bounded.
#[expect(clippy::disallowed_methods, reason = "scripts/with-postgres says where the server is")]
async fn slow_database() {
    let Some(url) = std::env::var_os("TERJUMAN_TEST_POSTGRES") else { return };
    let url = crate::database(&url.into_string().expect("a URL"), "slow").await;
    let server = Server::start(&[("DATABASE__URL", url.as_str())]);
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("the server answers");
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$; \
        CREATE TRIGGER slow BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION slow()";
    sqlx::raw_sql(slow).execute(&mut connection).await.expect("a new trigger");
    let submit = submit(&server.absent());
    row("durable submits, a database that takes 50 ms", &server, &submit, 64, 2_000).await;
}

/// Measures the peak, then offers three times as much.
async fn row(what: &str, server: &Server, request: &Arc<[u8]>, closed: u32, open: u32) {
    let begun = server.processor();
    let peak = load(server.address, request, closed, PEAK, None).await;
    let (rate, between) = (3.0 * peak.good.rate(), server.processor());
    let over = load(server.address, request, open, OVERLOAD, Some(rate)).await;
    // Clients that are many take more of the shared processor themselves: this tells the server's part.
    let share = |length: Duration, taken: Duration| 100.0 * taken.as_secs_f64() / length.as_secs_f64();
    let (before, after) = (share(PEAK, between - begun), share(OVERLOAD, server.processor() - between));
    let mut others = String::new();
    for (status, count) in &over.others {
        let _ = write!(others, "{count} {status}, ");
    }
    println!(
        "| {what} | {:.0}/s | {rate:.0}/s | {:.0}/s, {:.0} % | {} | {others}{} without Retry-After, {} broken, {} unsent | {before:.0} %, then {after:.0} % | {:.0} MB |",
        peak.good.rate(),
        over.good.rate(),
        100.0 * over.good.rate() / peak.good.rate(),
        over.good,
        over.without_retry_after,
        over.broken,
        over.unsent,
        server.peak_bytes() as f64 / 1e6,
    );
}

fn submit(url: &str) -> Arc<[u8]> {
    let body = format!(
        r#"{{"inputs":[{{"source":{{"sourceUrl":"{url}","language":"en"}},"targets":[{{"targetUrl":"{url}","language":"pt"}}]}}]}}"#
    );
    request("POST", "/translator/document/batches?", "application/json", body.as_bytes())
}

fn document(name: &str, kind: &str, content: &[u8]) -> Arc<[u8]> {
    let head = format!(
        "--b1\r\nContent-Disposition: form-data; name=document; filename={name}\r\nContent-Type: {kind}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--b1--\r\n"].concat();
    let path = "/translator/document:translate?sourceLanguage=en&targetLanguage=pt&";
    request("POST", path, "multipart/form-data; boundary=b1", &body)
}

fn request(method: &str, path: &str, content_type: &str, body: &[u8]) -> Arc<[u8]> {
    let head = format!(
        "{method} {path}api-version=2026-03-01 HTTP/1.1\r\nHost: localhost\r\nOcp-Apim-Subscription-Key: terjuman-dev-key\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat().into()
}

/// The same request over so many connections; `rate` a second in all whatever comes back, or as fast as the answers come.
async fn load(
    address: SocketAddr,
    request: &Arc<[u8]>,
    connections: u32,
    length: Duration,
    rate: Option<f64>,
) -> Answers {
    let step = rate.map(|rate| Duration::from_secs_f64(f64::from(connections) / rate));
    let mut streams = Vec::new();
    for _ in 0..connections {
        streams.push(TcpStream::connect(address).await.expect("the server listens"));
    }
    let begun = Instant::now();
    let running = streams.into_iter().zip(0..).map(|(stream, index)| {
        let offset = step.map_or(Duration::ZERO, |step| step * index / connections);
        tokio::spawn(one(stream, address, Arc::clone(request), begun + offset, step, begun + length))
    });
    let mut all = Answers::default();
    for answers in futures::future::join_all(running.collect::<Vec<_>>()).await {
        all.merge(answers.expect("no task panics"));
    }
    all.good.lasted(length);
    all
}

async fn one(
    mut stream: TcpStream,
    address: SocketAddr,
    request: Arc<[u8]>,
    mut due: Instant,
    step: Option<Duration>,
    end: Instant,
) -> Answers {
    let mut answers = Answers::default();
    let mut buffer = Vec::with_capacity(64 << 10);
    loop {
        match step {
            Some(step) => {
                tokio::time::sleep_until(due.into()).await;
                while due + step < Instant::now() {
                    answers.unsent += 1;
                    due += step;
                }
            }
            None => due = Instant::now(),
        }
        if due >= end {
            return answers;
        }
        match exchange(&mut stream, &request, &mut buffer).await {
            // What comes after the end was not done in the time that is counted.
            Ok((200 | 202, _)) if Instant::now() < end => answers.good.add(due.elapsed()),
            Ok((200 | 202, _)) => {}
            Ok((status, retry_after)) => {
                *answers.others.entry(status).or_default() += 1;
                answers.without_retry_after += usize::from(!retry_after);
            }
            Err(_) => {
                answers.broken += 1;
                let Ok(again) = TcpStream::connect(address).await else { return answers };
                stream = again;
            }
        }
        due += step.unwrap_or_default();
    }
}

/// The answer's status, and whether it says when to come back.
async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> std::io::Result<(u16, bool)> {
    stream.write_all(request).await?;
    buffer.clear();
    let mut whole = None;
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if whole.is_none() {
            whole = buffer.windows(4).position(|window| window == b"\r\n\r\n").and_then(|head| {
                let text = std::str::from_utf8(&buffer[..head]).ok()?;
                let length = text.split("content-length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
                Some((head + 4 + length, text.get(9..12)?.parse().ok()?, text.contains("retry-after: ")))
            });
        }
        if let Some((length, status, retry_after)) = whole
            && buffer.len() >= length
        {
            return Ok((status, retry_after));
        }
    }
}
