//! Too much to do: who is let in, who is told to come back, and that no resource keeps another out.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use sqlx::Connection as _;
use terjuman_api::HttpConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{Answer, BATCHES, KEY, OTHER_KEY, Server, VERSION, minimal, request};

const SYNC: &str = "/translator/document:translate";
const FORM: &str =
    "--b1\r\nContent-Disposition: form-data; name=document; filename=note.txt\r\n\r\nGood day.\r\n--b1--\r\n";
/// Nothing here takes as long; a test that would hang fails instead.
const LIMIT: Duration = Duration::from_secs(20);

async fn listening(change: impl FnOnce(&mut HttpConfig)) -> (Server, SocketAddr) {
    let server = Server::with(change).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(terjuman_api::serve(listener, server.app.clone(), CancellationToken::new()));
    (server, address)
}

/// Starts a job whose body does not come.
async fn start_without_body(address: SocketAddr, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {BATCHES}?{VERSION} HTTP/1.1\r\nHost: a\r\nOcp-Apim-Subscription-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

async fn head(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.contains("\r\n\r\n") {
        let mut piece = [0; 1024];
        let read = tokio::time::timeout(LIMIT, stream.read(&mut piece)).await.expect("an answer").unwrap();
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
    text
}

#[tokio::test]
async fn requests_beyond_the_bound_are_refused_unread_and_others_have_their_share() {
    let (_server, address) = listening(|http| http.max_requests = 2).await;
    let mut inside = Vec::new();
    for _ in 0..2 {
        let mut stream = start_without_body(address, KEY).await;
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 100"));
        inside.push(stream);
    }
    let refused = head(&mut start_without_body(address, KEY).await).await;
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(
        refused.contains("retry-after: 1\r\n") && refused.contains("x-ms-error-code: RequestRateTooHigh"),
        "{refused}"
    );
    assert!(head(&mut start_without_body(address, OTHER_KEY).await).await.starts_with("HTTP/1.1 100"));
    // Reading has a bound of its own.
    let mut reader = TcpStream::connect(address).await.unwrap();
    let list = format!("GET {BATCHES}?{VERSION} HTTP/1.1\r\nHost: a\r\nOcp-Apim-Subscription-Key: {KEY}\r\n\r\n");
    reader.write_all(list.as_bytes()).await.unwrap();
    assert!(head(&mut reader).await.starts_with("HTTP/1.1 200"));
    // Whoever leaves makes room.
    drop(inside);
    while !head(&mut start_without_body(address, KEY).await).await.starts_with("HTTP/1.1 100") {}
}

#[tokio::test]
async fn a_refusal_is_seen_by_those_who_send_everything_first() {
    let (_server, address) = listening(|_| {}).await;
    let body = "x".repeat(5_000_000);
    let whole = |path: &str, key: &str, kind: &str| {
        format!(
            "POST {path}?{VERSION} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOcp-Apim-Subscription-Key: {key}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    for (sent, expected) in [
        (whole(BATCHES, "wrong", "application/json"), "401"),
        (whole(BATCHES, KEY, "text/plain"), "415"),
        (whole(SYNC, KEY, "multipart/form-data; boundary=b1"), "400"),
        (whole("/nowhere", KEY, "text/plain"), "404"),
        (whole("/healthz", KEY, "text/plain"), "405"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.expect("all of it is taken");
        let mut answer = String::new();
        tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await.unwrap().expect("no reset");
        assert_eq!(answer.get(9..12), Some(expected), "{answer}");
    }
}

async fn translate(server: &Server, key: &str, engine: &str) -> Answer {
    let path = format!("{SYNC}?{VERSION}&targetLanguage=pt&category={engine}");
    let mut request = request("POST", &path).header("content-type", "multipart/form-data; boundary=b1");
    request.headers_mut().unwrap().insert("ocp-apim-subscription-key", key.parse().unwrap());
    server.send(request.body(Body::from(FORM)).unwrap()).await
}

#[tokio::test]
async fn two_hundred_calls_of_one_resource_do_not_keep_another_waiting() {
    let server = Server::with(|http| (http.sync_slots, http.sync_waiting) = (2, 300)).await;
    let greedy = futures::future::join_all((0..200).map(|_| translate(&server, KEY, "endless")));
    let small = async {
        // All of the others are polled first: two of them translate, for ever, and the rest stands in line.
        for _ in 0..5 {
            assert_eq!(translate(&server, OTHER_KEY, "pseudo").await.status, StatusCode::OK);
        }
    };
    tokio::select! {
        biased;
        answers = greedy => panic!("nothing ends them but their callers: {answers:?}"),
        () = small => {}
    }
}

#[tokio::test]
async fn when_all_places_are_taken_calls_are_refused_before_their_body_is_read() {
    let server = Server::with(|http| (http.sync_slots, http.sync_waiting, http.sync_wait_ms) = (1, 1, 60_000)).await;
    let busy = futures::future::join_all((0..2).map(|_| translate(&server, KEY, "endless")));
    let refused = async {
        let path = format!("{SYNC}?{VERSION}&targetLanguage=pt");
        let request = request("POST", &path).header("content-type", "multipart/form-data; boundary=b1");
        let never = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let answer = server.send(request.body(never).unwrap()).await;
        answer.refused(429, "RequestRateTooHigh", "");
        assert_eq!(answer.header("retry-after"), "1");
    };
    tokio::select! {
        biased;
        answers = busy => panic!("nothing ends them but their callers: {answers:?}"),
        () = refused => {}
    }
}

#[tokio::test]
async fn slow_uploads_of_one_resource_leave_room_for_another() {
    let change = |http: &mut HttpConfig| {
        (http.max_json_bytes, http.sync_max_body_bytes, http.max_bytes_in_memory) = (128 << 10, 1, 256 << 10);
        http.sync_wait_ms = 50;
    };
    let server = Server::with(change).await;
    let start = |key: &str, body: Body| {
        let mut request = request("POST", &format!("{BATCHES}?{VERSION}")).header("content-type", "application/json");
        request.headers_mut().unwrap().insert("ocp-apim-subscription-key", key.parse().unwrap());
        server.send(request.body(body).unwrap())
    };
    // Two of them would take all there is; the second is refused, and another resource's is not.
    let holding = || {
        let piece = futures::stream::iter([Ok::<_, std::io::Error>(vec![b' '; 120 << 10])]);
        Body::from_stream(futures::StreamExt::chain(piece, futures::stream::pending()))
    };
    let large = || Body::from(" ".repeat(120 << 10) + &minimal().to_string());
    tokio::select! {
        biased;
        answer = start(KEY, holding()) => panic!("it never ends: {answer:?}"),
        () = async {
            start(KEY, large()).await.refused(429, "RequestRateTooHigh", "");
            assert_eq!(start(OTHER_KEY, large()).await.status, StatusCode::ACCEPTED);
        } => {}
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_waited_for() {
    let server = Server::with(|http| (http.answer_ms, http.body_total_ms) = (100, 100)).await;
    let url = format!("sqlite://{}", server.directory.path().join("jobs.db").display());
    let mut other = sqlx::SqliteConnection::connect(&url).await.unwrap();
    // Somebody else holds the lock that every change needs.
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let answer = server.start(minimal().to_string()).await;
    answer.refused(503, "ServiceTemporaryUnavailable", "");
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("Repeatability-Request-ID"));
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    while server.start(minimal().to_string()).await.status != StatusCode::ACCEPTED {}
}
