//! The accept loop over real sockets: what a peer can be slow, rude or wrong at.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use terjuman_api::HttpConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{KEY, Server, minimal};

/// Nothing here takes as long; a test that would hang fails instead.
const LIMIT: Duration = Duration::from_secs(20);

struct Listening {
    _server: Server,
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

async fn listening(change: impl FnOnce(&mut HttpConfig)) -> Listening {
    let server = Server::with(change).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let served = tokio::spawn(terjuman_api::serve(listener, server.app.clone(), stop.clone()));
    Listening { _server: server, address, stop, served }
}

impl Listening {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Everything that comes back until the server closes.
    async fn exchange(&self, sent: &[u8]) -> String {
        let mut stream = self.connect().await;
        // The server may close while there is still something to send.
        let _ = stream.write_all(sent).await;
        read_all(&mut stream).await
    }
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(LIMIT, stream.read_to_end(&mut bytes)).await;
    assert!(read.is_ok(), "the server did not close; it sent {:?}", String::from_utf8_lossy(&bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until `end` has come.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !text.contains(end) {
        let read = tokio::time::timeout(LIMIT, stream.read(&mut piece)).await.expect("an answer").unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    text
}

fn answers(text: &str) -> Vec<&str> {
    text.match_indices("HTTP/1.1 ").map(|(at, _)| &text[at + 9..at + 12]).collect()
}

fn start(headers: &str, body: &str) -> String {
    format!(
        "POST /translator/document/batches?api-version=2026-03-01 HTTP/1.1\r\nHost: a\r\n\
         Ocp-Apim-Subscription-Key: {KEY}\r\nContent-Type: application/json\r\n{headers}\r\n{body}"
    )
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = listening(|_| {}).await;
    let mut sent = String::new();
    for index in 0..300 {
        sent.push_str(&format!("GET /healthz HTTP/1.1\r\nHost: a\r\nx-ms-client-request-id: id-{index}\r\n\r\n"));
    }
    sent.push_str("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let text = server.exchange(sent.as_bytes()).await;
    assert_eq!(answers(&text), ["200"; 301]);
    let ids: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("x-ms-client-request-id: id-")).collect();
    assert_eq!(ids, (0..300).map(|index| index.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_slow_head_is_cut_off_and_an_idle_connection_lives_longer() {
    let server = listening(|http| (http.header_timeout_ms, http.keep_alive_ms) = (150, 600)).await;
    let begun = Instant::now();
    // Nothing at all, half a head, and half a head behind an answer.
    assert_eq!(server.exchange(b"").await, "");
    assert_eq!(server.exchange(b"GET /healthz HTTP/1.1\r\nHo").await, "");
    assert!(begun.elapsed() < Duration::from_secs(5));
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    read_until(&mut stream, "alive").await;
    let begun = Instant::now();
    assert_eq!(read_all(&mut stream).await, "");
    assert!(begun.elapsed() >= Duration::from_millis(550), "{:?}", begun.elapsed());
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    read_until(&mut stream, "alive").await;
    stream.write_all(b"GET /he").await.unwrap();
    let begun = Instant::now();
    assert_eq!(read_all(&mut stream).await, "");
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_slow_body_is_answered_408() {
    let server = listening(|http| http.body_idle_ms = 150).await;
    let text = server.exchange(start("Content-Length: 100\r\n", "{").as_bytes()).await;
    assert_eq!(answers(&text), ["408"], "{text}");
    assert!(text.contains("RequestTimedOut"));
}

#[tokio::test]
async fn a_body_is_asked_for_only_when_the_key_is_right() {
    let server = listening(|_| {}).await;
    let head = "Content-Length: 400000\r\nExpect: 100-continue\r\n";
    let without = start(head, "").replace(KEY, "wrong");
    assert_eq!(answers(&server.exchange(without.as_bytes()).await), ["401"]);
    // Nor is one that is announced to be too large.
    let large = start("Content-Length: 400000000\r\nExpect: 100-continue\r\n", "");
    assert_eq!(answers(&server.exchange(large.as_bytes()).await), ["413"]);
    let body = minimal().to_string();
    let mut stream = server.connect().await;
    let head = format!("Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n", body.len());
    stream.write_all(start(&head, "").as_bytes()).await.unwrap();
    let asked = read_until(&mut stream, "\r\n\r\n").await;
    assert_eq!(answers(&asked), ["100"]);
    stream.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(answers(&read_all(&mut stream).await), ["202"]);
}

#[tokio::test]
async fn bodies_that_are_too_large_are_answered_before_the_connection_ends() {
    let server = listening(|http| http.max_json_bytes = 10_000).await;
    let body = " ".repeat(3_000_000);
    let announced = start(&format!("Content-Length: {}\r\nConnection: close\r\n", body.len()), &body);
    assert_eq!(answers(&server.exchange(announced.as_bytes()).await), ["413"]);
    let chunk = format!("{:x}\r\n{}\r\n", 1_000_000, &body[..1_000_000]);
    let chunked =
        start("Transfer-Encoding: chunked\r\nConnection: close\r\n", &format!("{}0\r\n\r\n", chunk.repeat(3)));
    assert_eq!(answers(&server.exchange(chunked.as_bytes()).await), ["413"]);
}

#[tokio::test]
async fn ambiguous_framing_is_refused_and_never_answered_twice() {
    let server = listening(|http| (http.header_timeout_ms, http.body_idle_ms) = (300, 300)).await;
    let hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for head in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +4\r\n",
        "Content-Length : 4\r\n",
        "X: a\r\n Content-Length: 4\r\n",
    ] {
        let text = server.exchange(start(head, &format!("0\r\n\r\n{hidden}")).as_bytes()).await;
        assert_eq!(answers(&text).len(), 1, "{head:?} {text}");
        assert_eq!(answers(&text), ["400"], "{head:?} {text}");
    }
    for chunks in ["zz\r\n", "5\r\nabc", "ffffffffffffffffff\r\nx", "-1\r\n", "0x5\r\nhello\r\n"] {
        let text =
            server.exchange(start("Transfer-Encoding: chunked\r\n", &format!("{chunks}{hidden}")).as_bytes()).await;
        assert_eq!(answers(&text), ["400"], "{chunks:?} {text}");
    }
}

#[tokio::test]
async fn what_is_no_request_of_ours_is_refused_or_cut_off() {
    let server = listening(|http| http.header_timeout_ms = 300).await;
    let big = format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(500_000));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(10_000));
    let long = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(100_000));
    for (sent, expected) in [
        (&b"GET /\r\n"[..], &["400"][..]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", &["400"]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &["400", "505"]),
        (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n", &["400", "404", "405"]),
        (b"GET http://example.org/ HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n", &["200", "404"]),
        (b"GET /healthz HTTP/1.1\nHost: a\nConnection: close\n\n", &["200", "400"]),
        (big.as_bytes(), &["431"]),
        (many.as_bytes(), &["431"]),
        (long.as_bytes(), &["414", "431"]),
    ] {
        let text = server.exchange(sent).await;
        let answers = answers(&text);
        assert!(answers.len() <= 1 && answers.iter().all(|answer| expected.contains(answer)), "{sent:.40?} {text}");
        if answers.iter().any(|answer| answer.starts_with('4')) {
            assert!(text.contains("\r\nx-ms-request-id: ") && text.contains("\r\nx-ms-error-code: "), "{text}");
            assert!(text.contains("\r\n\r\n{\"error\":{\"code\":\""), "{text}");
        }
    }
    assert_eq!(answers(&server.exchange(b"GET /healthz HTTP/1.0\r\n\r\n").await), Vec::<&str>::new());
}

#[tokio::test]
async fn a_newcomer_takes_the_place_of_the_one_who_was_idle_longest() {
    let server = listening(|http| http.max_connections = 2).await;
    let ask = async |stream: &mut TcpStream| {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        read_until(stream, "alive").await;
    };
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    ask(&mut first).await;
    ask(&mut second).await;
    let mut third = server.connect().await;
    ask(&mut third).await;
    assert_eq!(read_all(&mut first).await, "");
    ask(&mut second).await;
}

#[tokio::test]
async fn a_client_that_takes_no_answers_is_cut_off() {
    let server = listening(|http| (http.max_connections, http.body_idle_ms) = (1, 150)).await;
    let mut deaf = server.connect().await;
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2_000);
    // More answers than all buffers between the two hold; the server stops reading before all is asked.
    let asking = tokio::spawn(async move {
        let _ = deaf.write_all(asked.as_bytes()).await;
        deaf
    });
    // There is room for one connection: this one is answered once the other is gone.
    let text = server.exchange(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answers(&text), ["200"]);
    drop(asking.await.unwrap());
}

#[tokio::test]
async fn a_stop_lets_requests_in_flight_finish() {
    let server = listening(|http| http.drain_ms = 300).await;
    let body = minimal().to_string();
    let mut stream = server.connect().await;
    stream.write_all(start(&format!("Content-Length: {}\r\n", body.len()), "{").as_bytes()).await.unwrap();
    let mut idle = server.connect().await;
    idle.write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert_eq!(answers(&read_until(&mut idle, "ready").await), ["200"]);
    server.stop.cancel();
    // While it drains, it says that it is not ready, and still takes requests.
    loop {
        idle.write_all(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        if answers(&read_until(&mut idle, "\"}").await) == ["503"] {
            break;
        }
    }
    assert_eq!(read_all(&mut idle).await, "");
    stream.write_all(&body.as_bytes()[1..]).await.unwrap();
    assert_eq!(answers(&read_all(&mut stream).await), ["202"]);
    tokio::time::timeout(LIMIT, server.served).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn whoever_asks_whether_the_server_is_ready_hears_that_it_stops() {
    let server = listening(|_| {}).await;
    let ask = async || server.exchange(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answers(&ask().await), ["200"]);
    server.stop.cancel();
    // Each of these is a connection of its own: the server accepts, though nothing was said about how long it shall.
    while answers(&ask().await) != ["503"] {}
    assert_eq!(answers(&ask().await), ["503"]);
    tokio::time::timeout(LIMIT, server.served).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn whoever_connected_before_a_stop_is_still_heard() {
    let server = listening(|_| {}).await;
    // The runtime has one thread: the server has not seen the connection when it is told to stop.
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    server.stop.cancel();
    stream.set_nonblocking(true).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut stream = TcpStream::from_std(stream).unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_is_on_its_way_when_the_server_stops_is_answered() {
    let server = listening(|_| {}).await;
    let mut stream = server.connect().await;
    // Until the server has taken the connection, and answered somebody who came later.
    let mut other = server.connect().await;
    other.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_until(&mut other, "\r\n\r\n").await;
    server.stop.cancel();
    // The other has been answered: it is let go at once. So the stop has come to where connections are.
    read_all(&mut other).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_that_keeps_coming_slowly_is_cut_off_all_the_same() {
    let server = listening(|http| (http.body_idle_ms, http.body_total_ms) = (10_000, 200)).await;
    let mut stream = server.connect().await;
    stream.write_all(start("Content-Length: 10000000\r\n", "").as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let mut first = [0; 12];
    let dripping = async {
        while writing.write_all(b" ").await.is_ok() {
            tokio::task::yield_now().await;
        }
        std::future::pending().await
    };
    tokio::select! {
        read = tokio::time::timeout(LIMIT, reading.read_exact(&mut first)) => { read.unwrap().unwrap(); }
        () = dripping => {}
    }
    assert_eq!(&first, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_stop_waits_for_no_peer_longer_than_it_has_to() {
    let server = listening(|http| http.shutdown_ms = 300).await;
    let mut kept = Vec::new();
    for sent in [
        String::new(),
        "GET /heal".to_owned(),
        start("Content-Length: 1000\r\n", "{"),
        // Refused, and its body is still awaited.
        start("Content-Length: 1000\r\n", "{").replace(KEY, "wrong"),
        "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(50),
        "\u{16}\u{3}\u{1}".to_owned(),
    ] {
        let mut stream = server.connect().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        kept.push(stream);
    }
    // Whoever came after them is answered: the server knows them all.
    let text = server.exchange(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answers(&text), ["200"]);
    server.stop.cancel();
    tokio::time::timeout(LIMIT, server.served).await.expect("it stops").unwrap().unwrap();
    drop(kept);
}

#[tokio::test]
async fn what_follows_an_answer_and_is_no_request_has_a_body_too() {
    let server = listening(|_| {}).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    read_until(&mut stream, "alive").await;
    stream.write_all(b"nonsense\r\n\r\n").await.unwrap();
    let text = read_all(&mut stream).await;
    assert!(text.contains("HTTP/1.1 400") && text.contains("\"BadRequest\""), "{text}");
    // A document that looks like such an answer is a document.
    let looks = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    let form =
        format!("--b1\r\nContent-Disposition: form-data; name=document; filename=a.txt\r\n\r\n{looks}\r\n--b1--\r\n");
    let sent = format!(
        "POST /translator/document:translate?api-version=2026-03-01&sourceLanguage=en&targetLanguage=en HTTP/1.1\r\n\
         Host: a\r\nConnection: close\r\nOcp-Apim-Subscription-Key: {KEY}\r\n\
         Content-Type: multipart/form-data; boundary=b1\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let text = server.exchange(sent.as_bytes()).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.ends_with(looks), "{text}");
}
