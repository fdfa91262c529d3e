//! A server that keeps objects as Google Cloud Storage does: `fake-gcs-server`, from the Python registry, in a process of
//! its own.
//!
//! It honours conditions on the generation for uploads by Google's JSON alone, and pages its listings there alone, while
//! this server speaks Google's XML. So writes and listings pass through a translator here, which decides nothing: what a
//! condition is worth, which of many writers wins, what a generation is, what is listed after which, and every read, are
//! the server's.

use percent_encoding::percent_decode_str;
use reqwest::{Client, Response};
use serde_json::{Map, Value, json};
use terjuman_blobs::{StorageConfig, StoreConfig, StoreKind};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use url::form_urlencoded;

use crate::emulator::Emulator;
use crate::scripted::{Asked, receive};

/// A running server with nothing in it; it ends with this value.
pub(crate) struct Gcs {
    /// Itself, which speaks JSON.
    emulator: Emulator,
    /// Where it speaks XML.
    pub(crate) host: String,
}

impl Gcs {
    /// Starts the executable that `TERJUMAN_TEST_GCS` names; `None`, said aloud, without it.
    pub(crate) async fn start() -> Option<Self> {
        let start = Emulator::start("TERJUMAN_TEST_GCS", |command, port| {
            command.args(["-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", port]);
            command.args(["-public-host", &format!("127.0.0.1:{port}"), "-log-level", "error"]);
        });
        let emulator = start.await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gcs = Self { emulator, host: listener.local_addr().unwrap().to_string() };
        let (http, straight) = (gcs.emulator.http.clone(), gcs.emulator.host.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(translate(stream, http.clone(), straight.clone()));
            }
        });
        Some(gcs)
    }

    /// A store `mine` with an HMAC key.
    pub(crate) fn config(&self) -> StorageConfig {
        let store = StoreConfig {
            endpoint: format!("http://{}", self.host),
            access_key_id: "id".to_owned(),
            secret: "secret".to_owned().into(),
            ..StoreConfig::new(StoreKind::Gcs)
        };
        StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() }
    }

    pub(crate) async fn bucket(&self, name: &str) {
        let url = format!("http://{}/storage/v1/b?project=p", self.emulator.host);
        let body = json!({ "name": name }).to_string();
        let answer =
            self.emulator.http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// An object as somebody else would write it, over whatever is there.
    pub(crate) async fn put(&self, bucket: &str, name: &str, content: &str) {
        let answer =
            upload(&self.emulator.http, &self.emulator.host, bucket, json!({ "name": name }), content.as_bytes(), "")
                .await;
        assert_eq!(answer.unwrap().status(), 200, "{name}");
    }
}

/// An upload by JSON; `condition` is what follows in the query.
async fn upload(
    http: &Client,
    host: &str,
    bucket: &str,
    object: Value,
    content: &[u8],
    condition: &str,
) -> reqwest::Result<Response> {
    let boundary = uuid::Uuid::from_u128(u128::MAX).simple().to_string();
    let mut body = format!("--{boundary}\r\nContent-Type: application/json\r\n\r\n{object}\r\n--{boundary}\r\n");
    let content_type = object["contentType"].as_str().unwrap_or("application/octet-stream");
    body.push_str(&format!("Content-Type: {content_type}\r\n\r\n"));
    let mut body = body.into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    let url = format!("http://{host}/upload/storage/v1/b/{bucket}/o?uploadType=multipart{condition}");
    let kind = format!("multipart/related; boundary={boundary}");
    http.post(url).header("content-type", kind).body(body).send().await
}

async fn translate(mut stream: TcpStream, http: Client, host: String) -> Option<()> {
    let asked = receive(&mut stream).await?;
    assert!(header(&asked, "authorization").is_some_and(|value| value.starts_with("GOOG4-HMAC-SHA256 ")));
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((&path[1..], ""));
    let (status, headers, body) = match asked.method.as_str() {
        "PUT" => {
            let generation = header(&asked, "x-goog-if-generation-match");
            let condition = generation.map(|generation| format!("&ifGenerationMatch={generation}")).unwrap_or_default();
            let metadata: Map<String, Value> = headers(&asked)
                .filter_map(|(name, value)| Some((name.strip_prefix("x-goog-meta-")?.to_owned(), json!(value))))
                .collect();
            let name = percent_decode_str(key).decode_utf8().unwrap();
            let kind = header(&asked, "content-type").unwrap_or_default();
            let object = json!({ "name": name, "contentType": kind, "metadata": metadata });
            let answer = upload(&http, &host, bucket, object, &asked.body, &condition).await.ok()?;
            let code = match answer.status().as_u16() {
                200 => String::new(),
                404 => "<Error><Code>NoSuchBucket</Code></Error>".to_owned(),
                412 => "<Error><Code>PreconditionFailed</Code></Error>".to_owned(),
                other => panic!("{other}"),
            };
            (answer.status().as_u16(), String::new(), code.into_bytes())
        }
        _ if key.is_empty() => list(&http, &host, bucket, query).await?,
        _ => {
            let method = reqwest::Method::from_bytes(asked.method.as_bytes()).unwrap();
            let answer = http.request(method, format!("http://{host}{path}")).send().await.ok()?;
            let passed = ["etag", "content-length", "content-type"];
            let is_passed = |name: &str| passed.contains(&name) || name.starts_with("x-goog-");
            let lines = answer.headers().iter().filter(|(name, _)| is_passed(name.as_str()));
            let lines = lines.map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap())).collect();
            (answer.status().as_u16(), lines, answer.bytes().await.ok()?.to_vec())
        }
    };
    let length = match headers.contains("content-length:") {
        true => String::new(),
        false => format!("Content-Length: {}\r\n", body.len()),
    };
    let head = format!("HTTP/1.1 {status} Translated\r\nConnection: close\r\n{length}{headers}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body).await.ok()?;
    stream.shutdown().await.ok()
}

async fn list(http: &Client, host: &str, bucket: &str, query: &str) -> Option<(u16, String, Vec<u8>)> {
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "list-type");
    let asked: Vec<(&str, String)> = pairs
        .map(|(name, value)| match name.as_ref() {
            "max-keys" => ("maxResults", value.into_owned()),
            "continuation-token" => ("pageToken", value.into_owned()),
            "prefix" => ("prefix", value.into_owned()),
            other => panic!("{other}"),
        })
        .collect();
    let asked = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    let url = format!("http://{host}/storage/v1/b/{bucket}/o?{asked}");
    let answer = http.get(url).send().await.ok()?;
    if answer.status() != 200 {
        return Some((404, String::new(), b"<Error><Code>NoSuchBucket</Code></Error>".to_vec()));
    }
    let found: Value = serde_json::from_slice(&answer.bytes().await.ok()?).unwrap();
    let text = |value: &Value| {
        let encode = |c: char| if c.is_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) };
        value.as_str().unwrap().chars().map(encode).collect::<String>()
    };
    let mut xml = String::from("<?xml version='1.0' encoding='UTF-8'?><ListBucketResult>");
    for item in found["items"].as_array().into_iter().flatten() {
        let (key, size, etag) = (text(&item["name"]), text(&item["size"]), text(&item["etag"]));
        xml.push_str(&format!("<Contents><Key>{key}</Key><Size>{size}</Size><ETag>\"{etag}\"</ETag></Contents>"));
    }
    let next = found.get("nextPageToken").map(text);
    xml.push_str(&format!("<IsTruncated>{}</IsTruncated>", next.is_some()));
    xml.push_str(
        &next.map(|next| format!("<NextContinuationToken>{next}</NextContinuationToken>")).unwrap_or_default(),
    );
    Some((200, "Content-Type: application/xml\r\n".to_owned(), format!("{xml}</ListBucketResult>").into_bytes()))
}

/// Names in lower case.
fn headers(asked: &Asked) -> impl Iterator<Item = (String, &str)> {
    asked.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim()))
    })
}

fn header<'a>(asked: &'a Asked, wanted: &str) -> Option<&'a str> {
    headers(asked).find_map(|(name, value)| (name == wanted).then_some(value))
}
