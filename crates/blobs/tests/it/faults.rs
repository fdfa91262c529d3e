//! Faults that the emulator never shows. Each test names its fault.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use terjuman_blobs::{BlobError, Container, Created, StorageConfig, Stores, within};

use crate::scripted::{Answer, Asked, Scripted, error, file, page, xml};
use crate::{HELLO_SHA256, location, reaching, stamp};

fn open_with(server: &Scripted, config: StorageConfig) -> Arc<dyn Container> {
    Stores::open(config).unwrap().folder(&location(&server.container())).unwrap()
}

fn open(server: &Scripted) -> Arc<dyn Container> {
    open_with(server, reaching(&server.host))
}

async fn create(container: &Arc<dyn Container>) -> Result<Created, BlobError> {
    container.create("a.txt", Bytes::from_static(b"hello"), "text/plain", &stamp(1)).await
}

fn raw(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let secret = Scripted::start(|_, _| file("secret")).await;
    let place = format!("http://{}/account/container/a.txt", secret.host);
    let server = Scripted::start(move |_, _| Answer::Whole(307, format!("Location: {place}\r\n"), Vec::new())).await;
    // Even if the operator lists both.
    let mut config = reaching(&server.host);
    config.allow_hosts.push(secret.host.clone());
    let container = open_with(&server, config);
    assert!(matches!(container.list("", 9).await, Err(BlobError::Refused(_))));
    assert!(matches!(container.read("a.txt", None, 9).await, Err(BlobError::Refused(_))));
    assert!(matches!(container.head("a.txt").await, Err(BlobError::Refused(_))));
    assert!(matches!(create(&container).await, Err(BlobError::Refused(_))));
    assert!(secret.asked().is_empty());
    assert_eq!(server.asked().len(), 4, "a redirect is no reason to try again");
}

#[tokio::test]
async fn a_server_that_is_not_listed_hears_nothing() {
    let server = Scripted::start(|_, _| file("secret")).await;
    let stores = Stores::open(StorageConfig::default()).unwrap();
    assert!(matches!(stores.folder(&location(&server.container())), Err(BlobError::Refused(_))));
    assert!(matches!(stores.file(&location(&server.container())), Err(BlobError::Refused(_))));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_sas_arrives_byte_for_byte() {
    let server = Scripted::start(|_, asked: &Asked| match asked.method.as_str() {
        "GET" if asked.target.contains("comp=list") => page(&[], ""),
        "PUT" => Answer::Whole(201, String::new(), Vec::new()),
        _ => file("hello"),
    })
    .await;
    let sas = "sv=2021-12-02&sp=rl&se=2030-01-01T00:00:00Z&x=a+b&sig=a%2fb%2Bc%3d&empty=&sr=c";
    let url = format!("http://{}/account/container?{sas}", server.host);
    let container = Stores::open(reaching(&server.host)).unwrap().folder(&location(&url)).unwrap();
    container.list("do c", 9).await.unwrap();
    container.read("a.txt", None, 9).await.unwrap();
    container.head("a.txt").await.unwrap();
    create(&container).await.unwrap();
    for asked in server.asked() {
        assert!(asked.target.ends_with(sas), "{}", asked.target);
    }
}

#[tokio::test]
async fn a_short_body_is_read_again() {
    let server = Scripted::start(|number, _| match number {
        0 => Answer::Raw(raw("HTTP/1.1 200 OK\nContent-Length: 5\n\nhel")),
        1 => Answer::Raw(raw("HTTP/1.1 206 OK\nContent-Range: bytes 0-4/5\nConnection: close\n\nhel")),
        _ => file("hello"),
    })
    .await;
    assert_eq!(open(&server).read("a.txt", None, 9).await.unwrap(), "hello");
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_body_that_stays_short_is_a_failure() {
    let server = Scripted::start(|_, _| Answer::Raw(raw("HTTP/1.1 200 OK\nContent-Length: 5\n\nhel"))).await;
    let container = open_with(&server, StorageConfig { tries: 2, ..reaching(&server.host) });
    assert!(matches!(container.read("a.txt", None, 9).await, Err(BlobError::Unreachable)));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn broken_connections_and_5xx_are_tried_again() {
    let server = Scripted::start(|number, asked: &Asked| match number % 3 {
        // Broken, then busy, the next time broken and throttled.
        0 => Answer::Raw(Vec::new()),
        1 if number % 2 == 0 => error(503, "ServerBusy"),
        1 => Answer::Whole(429, "Retry-After: 0\r\n".to_owned(), Vec::new()),
        _ if asked.method == "PUT" => Answer::Whole(201, String::new(), Vec::new()),
        _ if asked.target.contains("comp=list") => page(&[("a.txt", "")], ""),
        _ => file("hello"),
    })
    .await;
    let container = open(&server);
    assert_eq!(container.list("", 9).await.unwrap().len(), 1);
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "hello");
    assert_eq!(container.head("a.txt").await.unwrap().size, 5);
    assert_eq!(create(&container).await.unwrap(), Created::Now);
    assert_eq!(server.asked().len(), 12);
}

#[tokio::test]
async fn throttling_to_the_end_is_told() {
    let server = Scripted::start(|_, _| Answer::Whole(429, "Retry-After: 900\r\n".to_owned(), Vec::new())).await;
    let container = open_with(&server, StorageConfig { tries: 1, ..reaching(&server.host) });
    let Err(BlobError::Throttled { retry_after }) = container.list("", 9).await else { panic!("not throttled") };
    assert_eq!(retry_after, Some(Duration::from_secs(60)), "capped");
}

#[tokio::test]
async fn refusals_are_not_tried_again() {
    let server = Scripted::start(|number, _| match number {
        0 => error(403, "AuthenticationFailed"),
        _ => error(404, "ContainerNotFound"),
    })
    .await;
    let container = open(&server);
    assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)));
    assert!(matches!(container.list("", 9).await, Err(BlobError::NotFound)));
    assert_eq!(server.asked().len(), 2);
}

/// A server that takes the write in, loses its answer, and afterwards shows a blob with this stamp.
async fn lost_answer(document: &str, sha256: &str) -> (Result<Created, BlobError>, Vec<Asked>) {
    let metadata =
        format!("<terjuman_document>{document}</terjuman_document><terjuman_sha256>{sha256}</terjuman_sha256>");
    let server = Scripted::start(move |number, asked: &Asked| match asked.method.as_str() {
        "PUT" if number == 0 => Answer::Raw(Vec::new()),
        "PUT" => error(409, "BlobAlreadyExists"),
        _ => page(&[("a.txt", &metadata), ("a.txt.more", "")], ""),
    })
    .await;
    (create(&open(&server)).await, server.asked())
}

#[tokio::test]
async fn a_lost_answer_ends_as_written_before() {
    let ours = stamp(1).document.to_string();
    let (result, asked) = lost_answer(&ours, HELLO_SHA256).await;
    assert_eq!(result.unwrap(), Created::Before);
    assert_eq!(asked[0].body, b"hello");
    for header in
        ["if-none-match: *", "x-ms-blob-content-type: text/plain", &format!("x-ms-meta-terjuman_document: {ours}")]
    {
        assert!(asked[0].head.to_ascii_lowercase().contains(header), "{header}");
    }
    let (result, _) = lost_answer(&stamp(2).document.to_string(), HELLO_SHA256).await;
    assert!(matches!(result, Err(BlobError::Exists)), "another document's");
    let (result, _) = lost_answer(&ours, "00").await;
    assert!(matches!(result, Err(BlobError::Exists)), "another content");
}

#[tokio::test]
async fn listings_that_never_end_are_given_up() {
    let same = Scripted::start(|_, _| page(&[], "again")).await;
    assert!(matches!(open(&same).list("", 9).await, Err(BlobError::Invalid)));
    assert_eq!(same.asked().len(), 2);
    let changing = Scripted::start(|number, _| page(&[], &format!("m{number}"))).await;
    assert!(matches!(open(&changing).list("", 9).await, Err(BlobError::Invalid)));
    assert_eq!(changing.asked().len(), 1000);
}

#[tokio::test]
async fn a_giant_container_is_left_as_soon_as_enough_is_found() {
    let giant = Scripted::start(|number, _| {
        let names: Vec<String> = (0..1000).map(|i| format!("{:07}.txt", 1000 * number + i)).collect();
        let names: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        page(&names, &format!("m{number}"))
    })
    .await;
    let found = open(&giant).list_wanted("", 500_000, 1001, &|_| true).await.unwrap();
    assert_eq!((found.len(), found[1000].name.as_str(), giant.asked().len()), (1001, "0001000.txt", 2));
    assert!(matches!(open(&giant).list("", 2000).await, Err(BlobError::TooMany { limit: 2000 })));
    assert_eq!(giant.asked().len(), 5);
    // A page that comes again counts once.
    let twice = Scripted::start(|number, _| page(&[("a", ""), ("b", "")], &format!("m{number}"))).await;
    assert!(matches!(open(&twice).list_wanted("", 5_000, 3, &|_| true).await, Err(BlobError::Invalid)));
}

#[tokio::test]
async fn hostile_listings_are_invalid() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
                <EnumerationResults><Blobs><Blob><Name>&b;</Name><Properties><Content-Length>5</Content-Length>\
                </Properties></Blob></Blobs></EnumerationResults>";
    let negative = "<EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Content-Length>-5</Content-Length>\
                    </Properties></Blob></Blobs></EnumerationResults>";
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let nameless = "<EnumerationResults><Blobs><Blob/></Blobs></EnumerationResults>";
    for body in [bomb, negative, &deep, nameless, "<html>", "<html></html>", "", "\u{0}"] {
        let answer = body.to_owned();
        let server = Scripted::start(move |_, _| xml(&answer)).await;
        let result = open(&server).list("", 9).await;
        assert!(matches!(result, Err(BlobError::Invalid)), "{result:?} {}", &body[..body.len().min(60)]);
    }
    let other = Scripted::start(|_, _| page(&[("elsewhere.txt", "")], "")).await;
    assert!(matches!(open(&other).list("docs/", 9).await, Err(BlobError::Invalid)), "not below the prefix");
}

#[tokio::test]
async fn a_page_without_end_is_cut() {
    let server = Scripted::start(|_, _| {
        Answer::Endless(raw("HTTP/1.1 200 OK\nConnection: close\n\n<EnumerationResults><Blobs>"), vec![b' '; 65536])
    })
    .await;
    assert!(matches!(open(&server).list("", 9).await, Err(BlobError::Invalid)));
}

#[tokio::test]
async fn a_file_without_end_is_cut() {
    let endless = || Answer::Endless(raw("HTTP/1.1 200 OK\nConnection: close\n\n"), vec![b'x'; 65536]);
    let server = Scripted::start(move |_, _| endless()).await;
    assert!(matches!(open(&server).read("a", None, 1 << 20).await, Err(BlobError::TooLarge { .. })));
}

#[tokio::test]
async fn a_long_file_is_refused_by_its_head() {
    let server = Scripted::start(|_, _| {
        Answer::Hang(raw("HTTP/1.1 206 OK\nContent-Length: 10\nContent-Range: bytes 0-9/900\n\nx"))
    })
    .await;
    let start = Instant::now();
    assert!(matches!(open(&server).read("a", None, 9).await, Err(BlobError::TooLarge { limit: 9 })));
    assert!(start.elapsed() < Duration::from_secs(5), "waited for a body it would not take");
}

#[tokio::test]
async fn another_part_than_asked_for_is_invalid() {
    for range in ["bytes 0-0/5", "bytes 1-4/5", "bytes 0-4/3", "bytes 0-9/5", "bytes 4-0/5", "bytes */5", "0-4/5", ""] {
        let headers = format!("Content-Range: {range}\r\n");
        let server = Scripted::start(move |_, _| Answer::Whole(206, headers.clone(), b"hello".to_vec())).await;
        let result = open(&server).read("a", None, u64::MAX).await;
        assert!(matches!(result, Err(BlobError::Invalid)), "{range} {result:?}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn silence_is_timed_out() {
    let config = |server: &Scripted| StorageConfig { tries: 1, idle_timeout_ms: 100, ..reaching(&server.host) };
    for head in ["", "HTTP/1.1 200 OK\nContent-Length: 5\n\nh"] {
        let server = Scripted::start(move |_, _| Answer::Hang(raw(head))).await;
        let result = open_with(&server, config(&server)).read("a", None, 9).await;
        assert!(matches!(result, Err(BlobError::Unreachable)), "{result:?}");
    }
    let server = Scripted::start(|_, _| Answer::Hang(Vec::new())).await;
    let config = StorageConfig { total_timeout_ms: 100, ..reaching(&server.host) };
    assert!(matches!(create(&open_with(&server, config)).await, Err(BlobError::Unreachable)));
}

/// Fault: never silent for long, and never done.
#[tokio::test]
async fn a_storage_that_sends_a_byte_at_a_time_has_its_time() {
    let head = "HTTP/1.1 200 OK\nContent-Length: 1000000\n\n";
    let server = Scripted::start(move |_, _| Answer::Drip(raw(head), Duration::from_millis(20))).await;
    let config = StorageConfig { idle_timeout_ms: 2_000, total_timeout_ms: 300, ..reaching(&server.host) };
    let container = open_with(&server, config);
    let start = Instant::now();
    let read = container.read("a.txt", None, 1_000_000).await;
    assert!(matches!(read, Err(BlobError::Unreachable)), "{read:?}");
    let listed = container.list("", 9).await;
    assert!(matches!(listed, Err(BlobError::Unreachable)), "{listed:?}");
    let created = create(&container).await;
    assert!(created.is_err(), "{created:?}");
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(600) && took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn a_closed_port_is_told_at_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("127.0.0.1:{port}");
    let url = location(&format!("http://{host}/account/container?sig=CANARY"));
    let start = Instant::now();
    let result = Stores::open(reaching(&host)).unwrap().folder(&url).unwrap().list("", 9).await;
    assert!(matches!(result, Err(BlobError::Unreachable)));
    assert!(start.elapsed() < Duration::from_secs(5), "tried again at first contact");
}

#[tokio::test]
async fn content_encoding_is_left_alone() {
    let body = b"\x1f\x8b\x08not really".to_vec();
    let expected = body.clone();
    let server =
        Scripted::start(move |_, _| Answer::Whole(200, "Content-Encoding: gzip\r\n".to_owned(), body.clone())).await;
    assert_eq!(open(&server).read("a", None, 99).await.unwrap(), expected);
}

#[tokio::test]
async fn giant_headers_are_a_failure() {
    let many = (0..1000).map(|i| format!("x-{i}: 1\r\n")).collect::<String>();
    let server = Scripted::start(move |_, _| Answer::Whole(200, many.clone(), b"hello".to_vec())).await;
    let container = open_with(&server, StorageConfig { tries: 2, ..reaching(&server.host) });
    assert!(matches!(container.read("a", None, 9).await, Err(BlobError::Unreachable)));
    let long = format!("x-long: {}\r\n", "y".repeat(2 << 20));
    let server = Scripted::start(move |_, _| Answer::Whole(200, long.clone(), b"hello".to_vec())).await;
    let container = open_with(&server, StorageConfig { tries: 2, ..reaching(&server.host) });
    assert!(matches!(container.read("a", None, 9).await, Err(BlobError::Unreachable)));
}

#[tokio::test]
async fn a_caller_in_a_hurry_hears_how_long_the_storage_wants_it_to_wait() {
    for (status, headers) in [(503, "x-ms-error-code: ServerBusy\r\n"), (429, ""), (500, "")] {
        let server =
            Scripted::start(move |_, _| Answer::Whole(status, format!("Retry-After: 30\r\n{headers}"), Vec::new()))
                .await;
        let begun = Instant::now();
        let answer = within(Duration::from_secs(8), open(&server).list("", 9)).await;
        assert!(begun.elapsed() < Duration::from_secs(8), "{status}");
        let (BlobError::Throttled { retry_after } | BlobError::Failing { retry_after }) = answer.unwrap_err() else {
            panic!("{status}");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(30)), "{status}");
        assert_eq!(server.asked().len(), 1, "{status}");
    }
    let silent = Scripted::start(|_, _| Answer::Hang(Vec::new())).await;
    let answer = within(Duration::from_millis(50), open(&silent).list("", 9)).await;
    assert!(matches!(answer, Err(BlobError::Unreachable)));
}
