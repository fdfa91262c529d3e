//! A server in memory: the real router over a fresh store, and requests to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use terjuman_api::{App, AuthConfig, HttpConfig, Parts};
use terjuman_jobs::{
    AdmissionConfig, AtWork, Jobs, QueueOptions, RandomIds, Sealer, SealingKey, SqliteOptions, SqliteStore, SystemClock,
};
use terjuman_model::LanguagePair;
use terjuman_nmt::{Identity, Pseudo, Source, Translated, Unit};
use terjuman_pipeline::{Engines, Limits, Options, Pairs, TranslateError, Translator, Watch};
use tower::ServiceExt;

pub(crate) const VERSION: &str = "api-version=2026-03-01";
pub(crate) const BATCHES: &str = "/translator/document/batches";
/// The key of the resource that most tests are.
pub(crate) const KEY: &str = "the-first-key";
/// The key of another resource.
pub(crate) const OTHER_KEY: &str = "the-other-key";

/// The router over a store of its own.
pub(crate) struct Server {
    pub(crate) router: Router,
    pub(crate) app: App,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) directory: TempDir,
    pub(crate) engines: Arc<Engines>,
    pub(crate) jobs: Jobs,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Server {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut HttpConfig)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sealer = Sealer::new(&SealingKey::random().unwrap(), &[]);
        let options = SqliteOptions { path: directory.path().join("jobs.db"), queue: QueueOptions::default(), sealer };
        let store = SqliteStore::open(options, Arc::new(SystemClock), Arc::new(RandomIds)).await.unwrap();
        let store = Arc::new(store);
        let mut http = HttpConfig::default();
        change(&mut http);
        let (engines, jobs) = (Arc::new(engines()), Jobs::new(store.clone()));
        let app = app(&jobs, &engines, http, Limits::default());
        Self { router: terjuman_api::router(app.clone()), app, store, directory, engines, jobs }
    }

    /// From now on it lets in what these settings do.
    pub(crate) fn admit(&mut self, admission: AdmissionConfig) {
        self.jobs = Jobs::new(self.store.clone()).admitting(admission, Some(self.directory.path().to_owned()));
        self.app = app(&self.jobs, &self.engines, HttpConfig::default(), Limits::default());
        self.router = terjuman_api::router(self.app.clone());
    }

    /// From now on documents have these limits.
    pub(crate) fn limit(&mut self, limits: Limits) {
        self.app = app(&self.jobs, &self.engines, HttpConfig::default(), limits);
        self.router = terjuman_api::router(self.app.clone());
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// A GET with the key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// A GET as another resource.
    pub(crate) async fn get_as_other(&self, path: &str) -> Answer {
        let request = Request::get(path).header("Ocp-Apim-Subscription-Key", OTHER_KEY);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(request("DELETE", path).body(Body::empty()).unwrap()).await
    }

    /// A start request with this body.
    pub(crate) async fn start(&self, body: impl Into<Body>) -> Answer {
        let request = request("POST", &format!("{BATCHES}?{VERSION}")).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// A job that was accepted; its id.
    pub(crate) async fn accepted(&self) -> String {
        let answer = self.start(minimal().to_string()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

fn app(jobs: &Jobs, engines: &Arc<Engines>, http: HttpConfig, limits: Limits) -> App {
    let keys = [KEY, OTHER_KEY, "named=the-third-key"];
    let parts = Parts {
        jobs: jobs.clone(),
        engines: Arc::clone(engines),
        http,
        auth: AuthConfig { keys: keys.map(|key| key.to_owned().into()).to_vec(), tokens: Vec::new() },
        options: Options::default(),
        limits,
        at_work: AtWork::default(),
        metrics: terjuman_api::install_metrics(),
    };
    App::new(parts).unwrap()
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    /// Refused with this status, inner code and target.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, inner: &str, target: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        let error = &self.json()["error"];
        let found = (error["innerError"]["code"].as_str(), error["target"].as_str().unwrap_or(""));
        assert_eq!(found, (Some(inner), target), "{error}");
        assert_eq!(self.header("x-ms-error-code"), error["code"].as_str().unwrap());
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
    }
}

pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("Ocp-Apim-Subscription-Key", KEY)
        .header("host", "localhost:5000")
}

/// The smallest start request; its URLs carry a key that must show up nowhere.
pub(crate) fn minimal() -> Value {
    json!({ "inputs": [ {
        "source": { "sourceUrl": "https://a.blob.core.windows.net/in?sig=SECRET" },
        "targets": [ { "targetUrl": "https://a.blob.core.windows.net/out?sig=SECRET", "language": "fr" } ]
    } ] })
}

fn engines() -> Engines {
    let by_name: BTreeMap<String, Arc<dyn Translator>> = BTreeMap::from([
        ("pseudo".to_owned(), Arc::new(Pseudo::default()) as _),
        ("identity".to_owned(), Arc::new(Identity) as _),
        ("few".to_owned(), Arc::new(Few) as _),
        ("endless".to_owned(), Arc::new(Endless) as _),
        ("broken".to_owned(), Arc::new(Broken) as _),
    ]);
    Engines::new(by_name, "pseudo").unwrap()
}

/// Knows en-pt and pt-en only.
struct Few;

impl Translator for Few {
    fn pairs(&self) -> Pairs {
        let pair = |source: &str, target: &str| LanguagePair {
            source: source.parse().unwrap(),
            target: target.parse().unwrap(),
        };
        Pairs::Only(vec![pair("en", "pt"), pair("pt", "en")])
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(&self, p: &LanguagePair, s: &[Source], w: &dyn Watch) -> Result<Vec<Translated>, TranslateError> {
        Identity.translate(p, s, w)
    }
}

/// Works until it is cancelled.
struct Endless;

impl Translator for Endless {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(&self, _: &LanguagePair, _: &[Source], watch: &dyn Watch) -> Result<Vec<Translated>, TranslateError> {
        while !watch.is_cancelled() {
            std::thread::yield_now();
        }
        Err(TranslateError::Cancelled)
    }
}

/// A bug.
struct Broken;

impl Translator for Broken {
    fn pairs(&self) -> Pairs {
        panic!("a bug that quotes SECRET")
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(&self, _: &LanguagePair, _: &[Source], _: &dyn Watch) -> Result<Vec<Translated>, TranslateError> {
        panic!("a bug that quotes SECRET")
    }
}

/// Ids and times come out the same in every run.
pub(crate) fn redacted(mut value: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "id" || name.ends_with("DateTimeUtc") {
                        assert!(value.is_string());
                        *value = Value::String(format!("[{name}]"));
                    } else {
                        walk(value);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut value);
    value
}
