//! A blob storage in memory, over a real socket, with faults to order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;
use terjuman_jobs::Location;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request as far as it matters.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) container: String,
    /// Empty for the container itself.
    pub(crate) name: String,
    pub(crate) query: BTreeMap<String, String>,
    head: String,
}

impl Asked {
    pub(crate) fn is_listing(&self) -> bool {
        self.query.get("comp").is_some_and(|value| value == "list")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// A status and error code instead of the true answer; the status 0 breaks the connection without one.
type Fault = dyn Fn(&Asked) -> Option<(u16, &'static str)> + Send + Sync;

#[derive(Default)]
struct Containers {
    by_name: BTreeMap<String, BTreeMap<String, Blob>>,
    asked: Vec<Asked>,
    fault: Option<Arc<Fault>>,
}

#[derive(Clone, Default)]
struct Blob {
    body: Vec<u8>,
    content_type: String,
    etag: u64,
    metadata: Vec<(String, String)>,
}

pub(crate) struct Storage {
    pub(crate) host: String,
    containers: Arc<Mutex<Containers>>,
}

impl Storage {
    /// With the containers `in` and `out`.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let containers = Arc::new(Mutex::new(Containers::default()));
        for name in ["in", "out"] {
            containers.lock().unwrap().by_name.insert(name.into(), BTreeMap::new());
        }
        let shared = Arc::clone(&containers);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { host, containers }
    }

    /// A URL here, with a key.
    pub(crate) fn location(&self, path: &str, permissions: &str) -> Location {
        let sas = format!("sv=2021-12-02&sr=c&sp={permissions}&sig=CANARY");
        format!("http://{}/account/{path}?{sas}", self.host).parse().unwrap()
    }

    pub(crate) fn put(&self, container: &str, name: &str, text: &str) {
        let mut containers = self.containers.lock().unwrap();
        let blobs = containers.by_name.get_mut(container).unwrap();
        let etag = blobs.get(name).map_or(1, |blob| blob.etag + 1);
        blobs.insert(name.into(), Blob { body: text.into(), etag, ..Blob::default() });
    }

    /// Text and content type.
    pub(crate) fn get(&self, container: &str, name: &str) -> Option<(String, String)> {
        let containers = self.containers.lock().unwrap();
        let blob = containers.by_name[container].get(name)?;
        Some((String::from_utf8(blob.body.clone()).unwrap(), blob.content_type.clone()))
    }

    /// What is answered instead: a status and code; 0 closes the connection, 1 never answers.
    pub(crate) fn fault(&self, fault: impl Fn(&Asked) -> Option<(u16, &'static str)> + Send + Sync + 'static) {
        self.containers.lock().unwrap().fault = Some(Arc::new(fault));
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.containers.lock().unwrap().asked.clone()
    }
}

async fn serve(mut stream: TcpStream, containers: Arc<Mutex<Containers>>) -> Option<()> {
    let (asked, body) = receive(&mut stream).await?;
    let fault = {
        let mut containers = containers.lock().unwrap();
        containers.asked.push(asked.clone());
        containers.fault.clone()
    };
    let (status, headers, body) = match fault.and_then(|fault| fault(&asked)) {
        Some((0, _)) => return None,
        Some((1, _)) => std::future::pending().await,
        Some((status, code)) => error(status, code),
        None => answer(&asked, body, &mut containers.lock().unwrap().by_name),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    if asked.method != "HEAD" {
        stream.write_all(&body).await.ok()?;
    }
    stream.shutdown().await.ok()
}

type Answer = (u16, String, Vec<u8>);

fn answer(asked: &Asked, body: Vec<u8>, containers: &mut BTreeMap<String, BTreeMap<String, Blob>>) -> Answer {
    let Some(blobs) = containers.get_mut(&asked.container) else { return error(404, "ContainerNotFound") };
    if asked.is_listing() {
        return list(asked, blobs);
    }
    match asked.method.as_str() {
        "PUT" if blobs.contains_key(&asked.name) && asked.header("if-none-match") == Some("*") => {
            error(409, "BlobAlreadyExists")
        }
        "PUT" => {
            let metadata = asked.head.lines().filter_map(|line| {
                let (key, value) = line.split_once(':')?;
                let key = key.to_ascii_lowercase();
                Some((key.strip_prefix("x-ms-meta-")?.to_owned(), value.trim().to_owned()))
            });
            let content_type = asked.header("x-ms-blob-content-type").unwrap_or_default().to_owned();
            let blob = Blob { body, content_type, etag: 1, metadata: metadata.collect() };
            blobs.insert(asked.name.clone(), blob);
            (201, "ETag: \"1\"\r\n".into(), Vec::new())
        }
        _ => {
            let Some(blob) = blobs.get(&asked.name) else { return error(404, "BlobNotFound") };
            let etag = format!("\"{}\"", blob.etag);
            if asked.header("if-match").is_some_and(|wanted| wanted.trim_matches('"') != etag.trim_matches('"')) {
                return error(412, "ConditionNotMet");
            }
            (200, format!("ETag: {etag}\r\nx-ms-blob-type: BlockBlob\r\n"), blob.body.clone())
        }
    }
}

fn list(asked: &Asked, blobs: &BTreeMap<String, Blob>) -> Answer {
    let prefix = asked.query.get("prefix").map_or("", String::as_str);
    let limit = asked.query.get("maxresults").map_or(5000, |text| text.parse().unwrap());
    let start = asked.query.get("marker").map_or(prefix, String::as_str).to_owned();
    let mut found = blobs.range(start..).take_while(|(name, _)| name.starts_with(prefix));
    let mut items = String::new();
    for (name, blob) in found.by_ref().take(limit) {
        let metadata: String = blob.metadata.iter().map(|(key, value)| format!("<{key}>{value}</{key}>")).collect();
        items.push_str(&format!(
            "<Blob><Name>{name}</Name><Properties><Etag>{}</Etag><Content-Length>{}</Content-Length>\
             <BlobType>BlockBlob</BlobType></Properties><Metadata>{metadata}</Metadata></Blob>",
            blob.etag,
            blob.body.len()
        ));
    }
    let next = found.next().map_or("", |(name, _)| name.as_str());
    let body = format!(
        "<?xml version=\"1.0\"?><EnumerationResults ContainerName=\"{}\"><Blobs>{items}</Blobs>\
         <NextMarker>{next}</NextMarker></EnumerationResults>",
        asked.container
    );
    (200, "Content-Type: application/xml\r\n".into(), body.into_bytes())
}

fn error(status: u16, code: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    (status, format!("x-ms-error-code: {code}\r\nContent-Type: application/xml\r\n"), body.into_bytes())
}

async fn receive(stream: &mut TcpStream) -> Option<(Asked, Vec<u8>)> {
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
    let mut words = head.split(' ');
    let method = words.next()?.to_owned();
    let target = words.next()?.to_owned();
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut parts = path.trim_start_matches('/').splitn(3, '/').skip(1);
    let container = parts.next().unwrap_or_default().to_owned();
    let name = decode(parts.next().unwrap_or_default());
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), decode(v)));
    let asked = Asked { method, container, name, query: query.collect(), head };
    let length = asked.header("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = bytes.split_off(end);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((asked, body))
}
