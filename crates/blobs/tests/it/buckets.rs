//! Buckets on servers that misbehave to order, and the dialect of Google. Each test names its fault.

use std::sync::Arc;

use bytes::Bytes;
use terjuman_blobs::{
    BlobError, Container, Created, Stamp, StorageConfig, StoreConfig, StoreIdentity, StoreKind, Stores,
};

use crate::scripted::{Answer, Asked, Scripted, file, xml};
use crate::{HELLO_SHA256, location, sha256, stamp};

fn store(kind: StoreKind, server: &Scripted) -> StoreConfig {
    StoreConfig {
        endpoint: format!("http://{}", server.host),
        access_key_id: "id".to_owned(),
        secret: "CANARY-KEY".to_owned().into(),
        session_token: "CANARY-TOKEN".to_owned().into(),
        root: "bucket".to_owned(),
        ..StoreConfig::new(kind)
    }
}

fn open(store: StoreConfig) -> Arc<dyn Container> {
    let stores = [("mine".to_owned(), store)].into();
    let config = StorageConfig { stores, pause_ms: 1, ..StorageConfig::default() };
    Stores::open(config).unwrap().folder(&location("store://mine/in")).unwrap()
}

fn page(keys: &[&str], next: &str) -> Answer {
    let entries: String =
        keys.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>5</Size></Contents>")).collect();
    let more = !next.is_empty();
    xml(&format!(
        "<ListBucketResult>{entries}<IsTruncated>{more}</IsTruncated>\
         <NextContinuationToken>{next}</NextContinuationToken></ListBucketResult>"
    ))
}

fn refusal(status: u16, code: &str) -> Answer {
    Answer::Whole(status, String::new(), format!("<Error><Code>{code}</Code></Error>").into_bytes())
}

async fn create(container: &Arc<dyn Container>) -> Result<Created, BlobError> {
    container.create("a.txt", Bytes::from_static(b"hello"), "text/plain", &stamp(1)).await
}

#[tokio::test]
async fn listings_that_do_not_end_or_do_not_fit_are_failures() {
    for kind in [StoreKind::S3, StoreKind::Gcs] {
        let endless = Scripted::start(|number, _| page(&[], &format!("token-{number}"))).await;
        assert!(matches!(open(store(kind, &endless)).list("", 9).await, Err(BlobError::Invalid)));
        assert_eq!(endless.asked().len(), 1000);
        let growing = Scripted::start(|number, _| page(&[&format!("in/{number}")], &format!("token-{number}"))).await;
        assert!(matches!(open(store(kind, &growing)).list("", 9).await, Err(BlobError::TooMany { limit: 9 })));
        let same = Scripted::start(|_, _| page(&[], "token")).await;
        assert!(matches!(open(store(kind, &same)).list("", 9).await, Err(BlobError::Invalid)));
        assert_eq!(same.asked().len(), 2);
        let foreign = Scripted::start(|_, _| page(&["elsewhere"], "")).await;
        assert!(matches!(open(store(kind, &foreign)).list("", 9).await, Err(BlobError::Invalid)));
        let huge =
            Scripted::start(|_, _| Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'<'; 1 << 16])).await;
        assert!(matches!(open(store(kind, &huge)).list("", 9).await, Err(BlobError::Invalid)));
    }
}

#[tokio::test]
async fn a_file_that_is_listed_twice_is_one_file() {
    let twice = Scripted::start(|number, _| match number {
        0 => page(&["in/a", "in/b"], "next"),
        _ => page(&["in/b", "in/c"], ""),
    })
    .await;
    let listed = open(store(StoreKind::S3, &twice)).list("", 9).await.unwrap();
    assert_eq!(listed.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn six_tries_for_what_may_pass_and_one_for_what_does_not() {
    for (status, code, tries) in [
        (503, "SlowDown", 6),
        (500, "InternalError", 6),
        (429, "", 6),
        (409, "ConditionalRequestConflict", 6),
        (403, "AccessDenied", 1),
        (403, "SignatureDoesNotMatch", 1),
        (404, "NoSuchBucket", 1),
        (400, "ExpiredToken", 1),
        (301, "PermanentRedirect", 1),
    ] {
        let server = Scripted::start(move |_, _| refusal(status, code)).await;
        let container = open(store(StoreKind::S3, &server));
        assert!(create(&container).await.is_err());
        assert_eq!(server.asked().len(), tries, "{status} {code}");
        assert!(container.list("", 9).await.is_err());
        assert_eq!(server.asked().len(), 2 * tries, "{status} {code}");
    }
}

#[tokio::test]
async fn what_an_answer_says_of_its_bytes_must_be_true() {
    let sum = "x-amz-checksum-sha256: LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\r\n";
    let parts = "x-amz-checksum-sha256: AAAA-2\r\n";
    let stamp = format!("x-amz-meta-terjuman-sha256: {HELLO_SHA256}\r\n");
    for (headers, tries) in [(sum, 2), (parts, 1), (&stamp, 2)] {
        let headers = headers.to_owned();
        let server = Scripted::start(move |number, _| match number {
            0 => Answer::Whole(200, headers.clone(), b"hallo".to_vec()),
            _ => Answer::Whole(200, headers.clone(), b"hello".to_vec()),
        })
        .await;
        let read = open(store(StoreKind::S3, &server)).read("a", None, 9).await.unwrap();
        assert_eq!(
            (read.as_ref(), server.asked().len()),
            if tries == 2 { (&b"hello"[..], 2) } else { (&b"hallo"[..], 1) }
        );
    }
    let google = Scripted::start(|number, _| {
        let hash = "x-goog-hash: crc32c=n03x6A==,md5=XUFAKrxLKna5cZ2REBfFkg==\r\n".to_owned();
        Answer::Whole(200, hash, if number == 0 { b"hallo" } else { b"hello" }.to_vec())
    })
    .await;
    assert_eq!(open(store(StoreKind::Gcs, &google)).read("a", None, 9).await.unwrap(), "hello");
    assert_eq!(google.asked().len(), 2);
    let other = Scripted::start(|_, _| Answer::Whole(200, "ETag: \"2\"\r\n".to_owned(), b"hello".to_vec())).await;
    let read = open(store(StoreKind::S3, &other)).read("a", Some("\"1\""), 9).await;
    assert!(matches!(read, Err(BlobError::Changed)));
    let part = Scripted::start(|_, _| Answer::Whole(206, String::new(), b"hel".to_vec())).await;
    assert!(matches!(open(store(StoreKind::S3, &part)).read("a", None, 9).await, Err(BlobError::Invalid)));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised() {
    let server = Scripted::start(|number, asked: &Asked| match asked.method.as_str() {
        "PUT" if number == 0 => refusal(500, "InternalError"),
        "PUT" => refusal(412, "PreconditionFailed"),
        _ => {
            let document = stamp(1).document;
            let meta = "x-amz-meta-terjuman-";
            let headers = format!("{meta}document: {document}\r\n{meta}sha256: {HELLO_SHA256}\r\n");
            Answer::Whole(200, headers, b"hello".to_vec())
        }
    })
    .await;
    assert_eq!(create(&open(store(StoreKind::S3, &server))).await.unwrap(), Created::Before);
    assert_eq!(server.asked().len(), 3);
}

/// What lies at a name: its generation, bytes, and metadata headers.
#[derive(Default)]
struct Generations {
    last: u64,
    there: Option<(u64, Vec<u8>, String)>,
}

/// A stand-in, since the emulators that there are speak Google's JSON, and this server its XML. It imitates one thing: a
/// write happens only over the generation that it names, and 0 names nothing.
async fn with_generations() -> Scripted {
    let state = std::sync::Mutex::new(Generations::default());
    Scripted::start(move |_, asked: &Asked| {
        let mut state = state.lock().unwrap();
        let now = state.there.as_ref().map_or(0, |(generation, ..)| *generation);
        if asked.method == "PUT" {
            let wanted = asked.head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("x-goog-if-generation-match").then(|| value.trim().parse::<u64>().unwrap())
            });
            if wanted != Some(now) {
                return refusal(412, "PreconditionFailed");
            }
            let is_meta = |line: &&str| line.to_ascii_lowercase().starts_with("x-goog-meta-");
            let meta = asked.head.lines().filter(is_meta).map(|line| format!("{line}\r\n")).collect();
            state.last += 1_000;
            state.there = Some((state.last, asked.body.clone(), meta));
            return Answer::Whole(200, String::new(), Vec::new());
        }
        match &state.there {
            None => refusal(404, "NoSuchKey"),
            Some((generation, body, meta)) => {
                let headers = format!("{meta}x-goog-generation: {generation}\r\nETag: \"{generation}\"\r\n");
                Answer::Whole(200, headers, body.clone())
            }
        }
    })
    .await
}

#[tokio::test]
async fn google_writes_over_the_generation_that_was_looked_at_and_no_other() {
    let server = with_generations().await;
    let container = open(store(StoreKind::Gcs, &server));
    let put = async |document: u128, fence: i64, text: &'static str| {
        let stamp = Stamp { fence, sha256: sha256(text.as_bytes()), ..stamp(document) };
        container.create("a.txt", Bytes::from_static(text.as_bytes()), "text/plain", &stamp).await
    };
    assert_eq!(put(1, 3, "first").await.unwrap(), Created::Now);
    assert_eq!(put(1, 4, "first").await.unwrap(), Created::Before);
    assert_eq!(put(1, 4, "second").await.unwrap(), Created::Instead);
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "second");
    assert!(matches!(put(1, 3, "third").await, Err(BlobError::Exists)), "an earlier lease");
    assert!(matches!(put(2, 9, "third").await, Err(BlobError::Exists)), "another document");
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "second");
    assert_eq!(container.stamp("a.txt").await.unwrap().map(|stamp| stamp.fence), Some(4));
}

#[tokio::test]
async fn google_is_spoken_to_in_its_own_words() {
    let server = Scripted::start(|_, asked: &Asked| match asked.method.as_str() {
        "PUT" => Answer::Whole(200, String::new(), Vec::new()),
        _ if asked.target.contains("list-type") => page(&["in/a.txt"], ""),
        _ => file("hello"),
    })
    .await;
    let container = open(store(StoreKind::Gcs, &server));
    assert_eq!(create(&container).await.unwrap(), Created::Now);
    assert_eq!(container.list("", 9).await.unwrap().len(), 1);
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "hello");
    let asked = server.asked();
    let put = asked[0].head.to_lowercase();
    assert!(put.starts_with("put /bucket/in/a.txt "), "{put}");
    for part in [
        "x-goog-if-generation-match: 0\r\n",
        &format!("x-goog-meta-terjuman-sha256: {HELLO_SHA256}\r\n"),
        "authorization: goog4-hmac-sha256 credential=id/",
        "/auto/storage/goog4_request,",
    ] {
        assert!(put.contains(part), "{part} {put}");
    }
    assert!(asked.iter().all(|asked| !asked.head.contains("x-amz-") && !asked.head.contains("CANARY-KEY")));

    let metadata = Scripted::start(|_, asked| match asked.head.to_lowercase().contains("metadata-flavor: google") {
        true => Answer::Whole(200, String::new(), br#"{"access_token":"ya29","expires_in":3599}"#.to_vec()),
        false => Answer::Whole(403, String::new(), Vec::new()),
    })
    .await;
    let identity = StoreConfig {
        identity: StoreIdentity::Managed,
        identity_endpoint: format!("http://{}", metadata.host),
        root: "bucket".to_owned(),
        endpoint: format!("http://{}", server.host),
        ..StoreConfig::new(StoreKind::Gcs)
    };
    assert_eq!(open(identity).list("", 9).await.unwrap().len(), 1);
    assert_eq!(metadata.asked()[0].target, "/computeMetadata/v1/instance/service-accounts/default/token");
    assert!(server.asked().pop().unwrap().head.to_lowercase().contains("authorization: bearer ya29\r\n"));
}
