//! The work: what well-behaved clients ask for.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::rude;
use crate::server::Server;

const KEY: &str = "terjuman-dev-key";
const BATCHES: &str = "/translator/document/batches";

/// Everything that the clients share.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    root: PathBuf,
    documents: Vec<(String, Arc<[u8]>)>,
    neural: bool,
    http: reqwest::Client,
    counts: Mutex<BTreeMap<String, u64>>,
}

impl Load {
    pub(crate) fn new(server: &Server, documents: Vec<(String, Arc<[u8]>)>, neural: bool) -> Self {
        let folder = server.root().join("in");
        std::fs::create_dir(&folder).expect("a new folder");
        for (name, bytes) in &documents {
            std::fs::write(folder.join(name), bytes).expect("a new file");
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let root = server.root().to_owned();
        Self { address: server.address, root, documents, neural, http, counts: Mutex::default() }
    }

    pub(crate) fn count(&self, what: impl Into<String>) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(what.into()).or_default() += 1;
    }

    /// Whether each kind of work was done, and nothing was answered that must not be.
    pub(crate) fn is_as_expected(&self) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = ["job Succeeded", "job Cancelled", "sync 200", "poll 200", "list 200", "left in the middle"];
        let missing = wanted.into_iter().filter(|what| !counts.contains_key(*what));
        // A job that was cancelled too late is no fault.
        let wrong = counts
            .keys()
            .filter(|what| what.contains(" 5") || what.ends_with(" gone") || *what == "job Failed")
            .map(String::as_str);
        let faults: Vec<_> = missing.chain(wrong).collect();
        println!("{}", if faults.is_empty() { "All kinds of work were done." } else { "MISSING OR WRONG:" });
        faults.iter().for_each(|fault| println!("  {fault}"));
        faults.is_empty()
    }

    /// The answer's status and body, counted.
    async fn call(&self, what: &str, method: reqwest::Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("http://{}{path}{separator}api-version=2026-03-01", self.address);
        let mut request = self.http.request(method, url).header("Ocp-Apim-Subscription-Key", KEY);
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let answer = match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                answer.text().await.map(|text| (status, serde_json::from_str(&text).unwrap_or(Value::Null)))
            }
            Err(error) => Err(error),
        };
        let Ok((status, body)) = answer else {
            self.count(format!("{what} gone"));
            return (0, Value::Null);
        };
        self.count(format!("{what} {status}"));
        (status, body)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Work done:")?;
        counts.iter().try_for_each(|(what, count)| write!(f, "\n  {what}: {count}"))
    }
}

/// Starts all clients.
pub(crate) fn start(load: &Arc<Load>) -> Vec<JoinHandle<()>> {
    let mut running = Vec::new();
    for number in 0..2 {
        running.push(tokio::spawn(batches(Arc::clone(load), number)));
    }
    for start in 0..2 {
        running.push(tokio::spawn(synchronous(Arc::clone(load), start * 71)));
    }
    running.push(tokio::spawn(lists(Arc::clone(load))));
    running.extend(rude::start(load));
    running
}

/// Job after job over the whole folder; each third is cancelled. What it wrote is deleted, and so is its record.
async fn batches(load: Arc<Load>, client: u32) {
    for number in 0_u64.. {
        let out = format!("out-{client}-{number}");
        let url = |folder: &str| format!("file://{}", load.root.join(folder).display());
        let body = json!({"inputs": [{
            "source": {"sourceUrl": url("in"), "language": "en"},
            "targets": [{"targetUrl": url(&out), "language": "pt"}],
        }]});
        let (_, job) = load.call("submit", reqwest::Method::POST, BATCHES, Some(body)).await;
        let Some(id) = job["id"].as_str() else { continue };
        let path = format!("{BATCHES}/{id}");
        if number % 3 == 2 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            load.call("cancel", reqwest::Method::DELETE, &path, None).await;
        }
        loop {
            let (_, job) = load.call("poll", reqwest::Method::GET, &path, None).await;
            let status = job["status"].as_str().unwrap_or_default();
            if matches!(status, "Succeeded" | "Failed" | "Cancelled" | "ValidationFailed") {
                load.count(format!("job {status}"));
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        load.call("documents", reqwest::Method::GET, &format!("{path}/documents?maxpagesize=100"), None).await;
        load.call("forget", reqwest::Method::DELETE, &format!("/terjuman/v1/jobs/{id}"), None).await;
        // A cancelled job may not have begun it.
        let _ = std::fs::remove_dir_all(load.root.join(&out));
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// One document after the other, of every format, now and then by the real engine.
async fn synchronous(load: Arc<Load>, start: usize) {
    for number in start.. {
        let (name, bytes) = &load.documents[number % load.documents.len()];
        let boundary = "b1-soak";
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=document; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let engine = if load.neural && number % 8 == 0 && bytes.len() < 20_000 { "neural" } else { "pseudo" };
        let url = format!(
            "http://{}/translator/document:translate?sourceLanguage=en&targetLanguage=pt&category={engine}&api-version=2026-03-01",
            load.address
        );
        let request = load.http.post(url).header("Ocp-Apim-Subscription-Key", KEY);
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={boundary}"));
        match request.body(body).send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                load.count(format!("sync {status}"));
                if engine == "neural" {
                    load.count(format!("sync by the neural engine {status}"));
                }
                if answer.bytes().await.is_err() {
                    load.count("sync gone");
                }
            }
            Err(_) => load.count("sync gone"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What dashboards do. Nobody reads the metrics: what they keep has to be bounded without that.
async fn lists(load: Arc<Load>) {
    loop {
        let path = format!("{BATCHES}?top=50&statuses=Running,Succeeded&orderby=createdDateTimeUtc desc");
        load.call("list", reqwest::Method::GET, &path, None).await;
        load.call("formats", reqwest::Method::GET, "/translator/document/formats?type=document", None).await;
        load.call("unknown job", reqwest::Method::GET, &format!("{BATCHES}/{}", uuid::Uuid::new_v4()), None).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
