//! A signature that went in never comes out, not in the most talkative log.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use terjuman_blobs::Stores;
use tracing_subscriber::fmt::MakeWriter;

use crate::scripted::{Answer, Scripted, error};
use crate::{location, reaching, stamp};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

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
    let stores = Stores::open(config).unwrap();
    for url in [busy.container(), refused, unlisted] {
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
            let list = container.list("", 9).await.map(drop).unwrap_err();
            let head = container.head("a").await.map(drop).unwrap_err();
            let read = container.read("a", None, 9).await.map(drop).unwrap_err();
            let content = Bytes::from_static(b"DOCUMENT-TEXT");
            let create = container.create("a", content, "text/plain", &stamp(1)).await.map(drop).unwrap_err();
            for error in [list, head, read, create] {
                write!(said, "{error} {error:?} {:?}", std::error::Error::source(&error)).unwrap();
            }
        }
        said.push_str(&container.public_url("a"));
    }
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("hyper"), "the log caught nothing: the test is blind");
    for secret in ["CANARY", "canary", "DOCUMENT-TEXT"] {
        assert!(!said.contains(secret), "{secret} in what errors and locations say");
        let line = logged.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} in a log line: {line:?}");
    }
}
