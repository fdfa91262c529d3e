//! A signature that went in never comes out, not in the most talkative log.

use std::fmt::Write as _;

use bytes::Bytes;
use terjuman_blobs::{StoreConfig, StoreKind, Stores};

use crate::log::Log;
use crate::scripted::{Answer, Scripted, error};
use crate::{location, reaching, service_account, stamp};

#[tokio::test]
async fn no_signature_in_errors_or_logs() {
    let log = Log::default();
    // Everything, from every crate below, and what comes through the `log` crate too.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).with_ansi(false).init();

    let mut said = String::new();
    let busy = Scripted::start(|number, _| match number % 5 {
        0 => error(403, "AuthenticationFailed"),
        1 => error(409, "BlobAlreadyExists"),
        2 => Answer::Whole(307, "Location: http://127.0.0.1/?sig=elsewhere\r\n".to_owned(), Vec::new()),
        3 => Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<Enum".to_vec()),
        _ => Answer::Raw(b"nonsense\r\n\r\n".to_vec()),
    })
    .await;
    let closed =
        format!("127.0.0.1:{}", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
    let refused = format!("http://{closed}/account/container?sv=1&sig=CANARY%2Bcanary");
    let unlisted = "https://127.0.0.1/account/container?sig=CANARY%2Bcanary".to_owned();
    let mut config = reaching(&busy.host);
    config.allow_hosts.push(closed);
    config.tries = 2;
    // Stores with keys, in front of the same servers.
    for (kind, name) in [(StoreKind::S3, "s"), (StoreKind::Gcs, "g"), (StoreKind::Azure, "a")] {
        let mut store = StoreConfig::new(kind);
        store.endpoint = format!("http://{}/account", busy.host);
        store.access_key_id = "id".to_owned();
        // `CANARYcanary` in base64, and as it is.
        store.secret = "Q0FOQVJZY2FuYXJ5".to_owned().into();
        store.session_token = "CANARY-TOKEN".to_owned().into();
        config.stores.insert(name.to_owned(), store);
    }
    // One whose token and key would be worth having.
    let tokens = Scripted::start(|_, _| {
        let body = br#"{"access_token":"ya29.CANARY-canary","expires_in":3599}"#.to_vec();
        Answer::Whole(200, String::new(), body)
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut account = StoreConfig::new(StoreKind::Gcs);
    account.endpoint = format!("http://{}/account", busy.host);
    account.credentials_file = Some(service_account::key_file(&folder, |_| ()));
    account.identity_endpoint = format!("http://{}", tokens.host);
    config.stores.insert("k".to_owned(), account);
    config.pause_ms = 1;
    write!(said, "{config:?} {}", serde_json::to_string(&config).unwrap()).unwrap();
    let stores = Stores::open(config).unwrap();
    let named =
        ["store://s/bucket/x", "store://g/bucket", "store://a/container", "store://k/bucket"].map(str::to_owned);
    for url in [busy.container(), refused, unlisted].into_iter().chain(named) {
        let location = location(&url);
        write!(said, "{location} {location:?}").unwrap();
        let container = match stores.folder(&location) {
            Ok(container) => container,
            Err(error) => {
                write!(said, "{error} {error:?}").unwrap();
                continue;
            }
        };
        for _ in 0..5 {
            let list = container.list("", 9).await.map(drop);
            let head = container.head("a").await.map(drop);
            let read = container.read("a", None, 9).await.map(drop);
            let content = Bytes::from_static(b"DOCUMENT-TEXT");
            let create = container.create("a", content, "text/plain", &stamp(1)).await.map(drop);
            // A head that is well formed is no failure, whatever its body would have been.
            let errors: Vec<_> = [list, head, read, create].into_iter().filter_map(Result::err).collect();
            assert!(errors.len() >= 3, "{errors:?}");
            for error in errors {
                write!(said, "{error} {error:?} {:?}", std::error::Error::source(&error)).unwrap();
            }
        }
        said.push_str(&container.public_url("a"));
    }
    let logged = log.text();
    assert!(logged.contains("hyper"), "the log caught nothing: the test is blind");
    assert_eq!(tokens.asked().len(), 1);
    let statement = String::from_utf8(tokens.asked()[0].body.clone()).unwrap();
    let (_, statement) = statement.split_once("assertion=").unwrap();
    let key = service_account::private_key();
    let key = key.lines().nth(3).unwrap();
    for secret in ["CANARY", "canary", "Q0FOQVJZY2FuYXJ5", "DOCUMENT-TEXT", "ya29", key, &statement[..60]] {
        assert!(!said.contains(secret), "{secret} in what errors and locations say");
        let line = logged.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} in a log line: {line:?}");
    }
}
