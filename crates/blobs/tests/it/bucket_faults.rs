//! The faults of `faults`, from buckets, in both dialects. Each test names its fault.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use terjuman_blobs::{BlobError, Container, Created, StorageConfig, StoreConfig, StoreIdentity, StoreKind, Stores};

use crate::scripted::{Answer, Scripted, file, xml};
use crate::{location, stamp};

const KINDS: [StoreKind; 2] = [StoreKind::S3, StoreKind::Gcs];

fn open(kind: StoreKind, server: &Scripted) -> Arc<dyn Container> {
    let store = StoreConfig {
        endpoint: format!("http://{}", server.host),
        access_key_id: "id".to_owned(),
        secret: "secret".to_owned().into(),
        root: "bucket".to_owned(),
        ..StoreConfig::new(kind)
    };
    open_store(store)
}

fn open_store(store: StoreConfig) -> Arc<dyn Container> {
    let stores = [("mine".to_owned(), store)].into();
    let config = StorageConfig { stores, pause_ms: 1, tries: 3, ..StorageConfig::default() };
    Stores::open(config).unwrap().folder(&location("store://mine/in")).unwrap()
}

async fn create(container: &Arc<dyn Container>) -> Result<Created, BlobError> {
    container.create("a.txt", Bytes::from_static(b"hello"), "text/plain", &stamp(1)).await
}

fn raw(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[tokio::test]
async fn no_bucket_and_no_token_service_redirects_this_server() {
    let secret = Scripted::start(|_, _| file("secret")).await;
    let place = format!("Location: http://{}/bucket/in/a.txt\r\n", secret.host);
    for kind in KINDS {
        let place = place.clone();
        let server = Scripted::start(move |_, _| Answer::Whole(307, place.clone(), Vec::new())).await;
        let container = open(kind, &server);
        assert!(matches!(container.list("", 9).await, Err(BlobError::Refused(_))));
        assert!(matches!(container.read("a.txt", None, 9).await, Err(BlobError::Refused(_))));
        assert!(matches!(container.head("a.txt").await, Err(BlobError::Refused(_))));
        assert!(matches!(create(&container).await, Err(BlobError::Refused(_))));
        assert_eq!(server.asked().len(), 4, "a redirect is no reason to try again");
    }
    let server = Scripted::start(|_, _| file("hello")).await;
    let tokens = Scripted::start(move |_, _| Answer::Whole(302, place.clone(), Vec::new())).await;
    let store = StoreConfig {
        endpoint: format!("http://{}", server.host),
        root: "bucket".to_owned(),
        identity: StoreIdentity::Managed,
        identity_endpoint: format!("http://{}", tokens.host),
        ..StoreConfig::new(StoreKind::Gcs)
    };
    assert!(matches!(open_store(store).read("a.txt", None, 9).await, Err(BlobError::Forbidden)));
    assert!(secret.asked().is_empty() && server.asked().is_empty());
}

#[tokio::test]
async fn a_giant_bucket_is_left_as_soon_as_enough_is_found() {
    for kind in KINDS {
        let giant = Scripted::start(|number, _| {
            let key = |i| format!("<Contents><Key>in/{:07}.txt</Key><Size>5</Size></Contents>", 1000 * number + i);
            let keys: String = (0..1000).map(key).collect();
            let more =
                format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{number}</NextContinuationToken>");
            xml(&format!("<ListBucketResult>{keys}{more}</ListBucketResult>"))
        })
        .await;
        let found = open(kind, &giant).list_wanted("", 500_000, 1001, &|_| true).await.unwrap();
        assert_eq!((found.len(), found[1000].name.as_str(), giant.asked().len()), (1001, "0001000.txt", 2));
    }
}

#[tokio::test]
async fn hostile_listings_of_buckets_are_invalid() {
    let entry = |key: &str, size: &str| {
        format!("<ListBucketResult><Contents><Key>{key}</Key><Size>{size}</Size></Contents></ListBucketResult>")
    };
    let bomb = format!("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>{}", entry("in/&b;", "5"));
    let file = format!("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}", entry("in/&f;", "5"));
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let endless = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>".to_owned();
    let bodies = [
        bomb,
        file,
        deep,
        endless,
        entry("in/a", "-5"),
        entry("in/a", "99999999999999999999"),
        entry("in/a", "5 "),
        entry("other/a", "5"),
        "<ListBucketResult><Contents><Size>5</Size></Contents></ListBucketResult>".to_owned(),
        "<html></html>".to_owned(),
        "\u{0}".to_owned(),
        String::new(),
    ];
    for kind in KINDS {
        for body in bodies.clone() {
            let shown = body[..body.len().min(90)].to_owned();
            let server = Scripted::start(move |_, _| xml(&body)).await;
            let result = open(kind, &server).list("", 9).await;
            assert!(matches!(result, Err(BlobError::Invalid)), "{result:?} {shown}");
        }
    }
}

#[tokio::test]
async fn names_of_a_bucket_are_kept_and_those_that_no_url_carries_are_not_asked_for() {
    let hostile = ["../x", "a/../../x", "..", ".", "/x", "a//b", "a\\..\\b", "a.", "a ", "x\u{85}"];
    for kind in KINDS {
        let server = Scripted::start(move |_, asked| match asked.target.contains("list-type") {
            true => {
                let key = |name: &&str| format!("<Contents><Key>in/{name}</Key><Size>5</Size></Contents>");
                xml(&format!("<ListBucketResult>{}</ListBucketResult>", hostile.iter().map(key).collect::<String>()))
            }
            false => file("hello"),
        })
        .await;
        let container = open(kind, &server);
        let mut expected = hostile.to_vec();
        expected.sort_unstable();
        let listed = container.list("", 99).await.unwrap();
        assert_eq!(listed.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), expected);
        let mut asked = server.asked().len();
        for entry in listed {
            let dots = entry.name.split('/').any(|segment| matches!(segment, "." | ".."));
            let read = container.read(&entry.name, None, 9).await;
            assert_eq!(matches!(read, Err(BlobError::BadName(_))), dots, "{:?}", entry.name);
            asked += usize::from(!dots);
            assert_eq!(server.asked().len(), asked, "{:?}", entry.name);
        }
        assert!(server.asked().iter().all(|asked| asked.target.starts_with("/bucket")));
        assert!(matches!(container.read(&"x".repeat(1025), None, 9).await, Err(BlobError::BadName(_))));
        assert!(matches!(container.read("a\0b", None, 9).await, Err(BlobError::BadName(_))));
    }
}

#[tokio::test]
async fn lengths_of_files_in_buckets_must_be_true_and_have_an_end() {
    for kind in KINDS {
        let short = Scripted::start(|number, _| match number {
            0 => Answer::Raw(raw("HTTP/1.1 200 OK\nContent-Length: 5\n\nhel")),
            _ => file("hello"),
        })
        .await;
        assert_eq!(open(kind, &short).read("a", None, 9).await.unwrap(), "hello");
        assert_eq!(short.asked().len(), 2);
        let stays = Scripted::start(|_, _| Answer::Raw(raw("HTTP/1.1 200 OK\nContent-Length: 5\n\nhel"))).await;
        assert!(matches!(open(kind, &stays).read("a", None, 9).await, Err(BlobError::Unreachable)));
        assert_eq!(stays.asked().len(), 3);
        let head = "HTTP/1.1 200 OK\nConnection: close\n\n";
        let endless = Scripted::start(move |_, _| Answer::Endless(raw(head), vec![b'x'; 1 << 16])).await;
        assert!(matches!(open(kind, &endless).read("a", None, 1 << 20).await, Err(BlobError::TooLarge { .. })));
        let long = Scripted::start(|_, _| Answer::Hang(raw("HTTP/1.1 200 OK\nContent-Length: 900\n\nx"))).await;
        let start = Instant::now();
        assert!(matches!(open(kind, &long).read("a", None, 9).await, Err(BlobError::TooLarge { limit: 9 })));
        assert!(start.elapsed() < Duration::from_secs(5), "waited for a body it would not take");
        // One that says less than it sends: the rest is nobody's.
        let more =
            Scripted::start(|_, _| Answer::Raw(raw("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello and more"))).await;
        assert_eq!(open(kind, &more).read("a", None, 99).await.unwrap(), "hello");
    }
}

#[tokio::test]
async fn content_encoding_of_buckets_is_left_alone() {
    let body = b"\x1f\x8b\x08not really".to_vec();
    for kind in KINDS {
        let sent = body.clone();
        let server =
            Scripted::start(move |_, _| Answer::Whole(200, "Content-Encoding: gzip\r\n".to_owned(), sent.clone()))
                .await;
        let container = open(kind, &server);
        assert_eq!(container.read("a", None, 99).await.unwrap(), body);
        assert!(!server.asked()[0].head.to_lowercase().contains("gzip"), "it is not asked for either");
    }
}

#[tokio::test]
async fn what_google_unpacks_on_the_way_is_not_measured_by_the_sum_of_what_it_stored() {
    let sum = "x-goog-hash: crc32c=n03x6A==,md5=AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (stored, sent, holds) in
        [("gzip", "", true), ("gzip", "Content-Encoding: gzip\r\n", false), ("identity", "", false)]
    {
        let headers = format!("x-goog-stored-content-encoding: {stored}\r\n{sent}{sum}");
        let server = Scripted::start(move |_, _| Answer::Whole(200, headers.clone(), b"hello".to_vec())).await;
        let read = open(StoreKind::Gcs, &server).read("a", None, 9).await;
        assert_eq!(read.is_ok(), holds, "{stored} {sent} {read:?}");
    }
}

#[tokio::test]
async fn a_bucket_that_wants_a_billion_seconds_of_patience_gets_a_minute() {
    for kind in KINDS {
        let headers = "Retry-After: 1000000000\r\n".to_owned();
        let server = Scripted::start(move |_, _| Answer::Whole(429, headers.clone(), Vec::new())).await;
        let answer = terjuman_blobs::within(Duration::from_secs(8), open(kind, &server).list("", 9)).await;
        let Err(BlobError::Throttled { retry_after }) = answer else { panic!("{answer:?}") };
        assert_eq!((retry_after, server.asked().len()), (Some(Duration::from_secs(60)), 1));
    }
}

#[tokio::test]
async fn giant_headers_of_buckets_are_a_failure() {
    let many = (0..1000).map(|i| format!("x-{i}: 1\r\n")).collect::<String>();
    let long = format!("x-long: {}\r\n", "y".repeat(2 << 20));
    for kind in KINDS {
        for headers in [many.clone(), long.clone()] {
            let server = Scripted::start(move |_, _| Answer::Whole(200, headers.clone(), b"hello".to_vec())).await;
            let read = open(kind, &server).read("a", None, 9).await;
            assert!(matches!(read, Err(BlobError::Unreachable)), "{read:?}");
            assert_eq!(server.asked().len(), 3);
        }
    }
}
