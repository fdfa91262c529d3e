//! A storage server that does what a test tells it to, down to the bytes.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What to do with a request.
pub(crate) enum Answer {
    /// Status and headers (each line ended), and a body with its true length.
    Whole(u16, String, Vec<u8>),
    /// These bytes, then the connection closes.
    Raw(Vec<u8>),
    /// These bytes, then nothing more ever.
    Hang(Vec<u8>),
    /// These bytes, then one more each time this long has passed, as long as anybody listens.
    Drip(Vec<u8>, std::time::Duration),
    /// These bytes over and over, as long as anybody listens.
    Endless(Vec<u8>, Vec<u8>),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Scripted {
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Script = dyn Fn(usize, &Asked) -> Answer + Send + Sync;

impl Scripted {
    /// `script` gets the number of the request, from 0, and the request.
    pub(crate) async fn start(script: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { host, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The URL of a container here, with a SAS that a server must not mind.
    pub(crate) fn container(&self) -> String {
        format!("http://{}/account/container?sv=2021-12-02&sr=c&sig=CANARY%2Bcanary%2F%3D", self.host)
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Asked>>>) -> Option<()> {
    let asked = receive(&mut stream).await?;
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    match script(number, &asked) {
        Answer::Whole(status, headers, body) => {
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            if asked.method != "HEAD" {
                stream.write_all(&body).await.ok()?;
            }
        }
        Answer::Raw(bytes) => stream.write_all(&bytes).await.ok()?,
        Answer::Hang(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            // Until the other side leaves.
            let _ = stream.read(&mut [0; 1]).await;
        }
        Answer::Drip(head, pause) => {
            stream.write_all(&head).await.ok()?;
            let mut drops = tokio::time::interval(pause);
            while stream.write_all(b"x").await.is_ok() {
                drops.tick().await;
            }
        }
        Answer::Endless(head, again) => {
            stream.write_all(&head).await.ok()?;
            while stream.write_all(&again).await.is_ok() {}
        }
    }
    stream.shutdown().await.ok()
}

pub(crate) async fn receive(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:").map(|text| text.trim().parse().unwrap())
        })
        .unwrap_or(0);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split(' ');
    Some(Asked { method: words.next()?.to_owned(), target: words.next()?.to_owned(), head: head.clone(), body })
}

/// A page of a listing: names with their metadata, and the marker of the next.
pub(crate) fn page(blobs: &[(&str, &str)], next: &str) -> Answer {
    let items: String = blobs
        .iter()
        .map(|(name, metadata)| {
            format!(
                "<Blob><Name>{name}</Name><Properties><Etag>0x1</Etag><Content-Length>5</Content-Length>\
                 <BlobType>BlockBlob</BlobType></Properties><Metadata>{metadata}</Metadata></Blob>"
            )
        })
        .collect();
    xml(&format!(
        "<EnumerationResults ContainerName=\"container\"><Blobs>{items}</Blobs><NextMarker>{next}</NextMarker>\
         </EnumerationResults>"
    ))
}

pub(crate) fn xml(body: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{body}");
    Answer::Whole(200, "Content-Type: application/xml\r\n".to_owned(), body.into_bytes())
}

pub(crate) fn error(status: u16, code: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    Answer::Whole(status, format!("x-ms-error-code: {code}\r\nContent-Type: application/xml\r\n"), body.into_bytes())
}

/// A file, whole.
pub(crate) fn file(content: &str) -> Answer {
    Answer::Whole(200, "ETag: \"0x1\"\r\nx-ms-blob-type: BlockBlob\r\n".to_owned(), content.as_bytes().to_vec())
}
