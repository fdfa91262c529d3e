//! The few calls of the API that the command line makes.

use anyhow::{Context, anyhow, bail};
use reqwest::{Method, StatusCode, Url};
use serde_json::Value;

use crate::cli::JobsArguments;
use crate::config::Config;

const API_VERSION: &str = "2026-03-01";

/// Talks to one server with one key.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    key: String,
}

impl Client {
    pub(super) fn new(config: &Config, arguments: &JobsArguments) -> anyhow::Result<Self> {
        let server = arguments.server.clone().unwrap_or_else(|| format!("http://{}", config.http.listen));
        let base = Url::parse(&server).with_context(|| format!("--server {server}"))?;
        let key = config.auth.any_key().to_owned();
        // Talks to the server that was named and to nobody else.
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { http, base, key })
    }

    pub(super) async fn job(&self, id: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, self.url(&["batches", id], &[])?).await
    }

    pub(super) async fn cancel(&self, id: &str) -> anyhow::Result<Value> {
        self.call(Method::DELETE, self.url(&["batches", id], &[])?).await
    }

    pub(super) async fn forget(&self, id: &str) -> anyhow::Result<()> {
        let url = self.below(&["terjuman", "v1", "jobs", id])?;
        self.call(Method::DELETE, url).await.map(drop)
    }

    pub(super) async fn jobs(&self, statuses: &[String], top: u32) -> anyhow::Result<Vec<Value>> {
        let mut query = vec![("top", top.to_string())];
        if !statuses.is_empty() {
            query.push(("statuses", statuses.join(",")));
        }
        self.pages(self.url(&["batches"], &query)?).await
    }

    pub(super) async fn documents(&self, id: &str) -> anyhow::Result<Vec<Value>> {
        let query = [("orderby", "createdDateTimeUtc asc".to_owned())];
        self.pages(self.url(&["batches", id, "documents"], &query)?).await
    }

    /// A document's report, or the code that says why there is none.
    pub(super) async fn report(&self, document: &str) -> anyhow::Result<Result<Value, String>> {
        let url = self.below(&["terjuman", "v1", "documents", document, "report"])?;
        let (status, body) = self.ask(Method::GET, url).await?;
        match (status.is_success(), body["error"]["innerError"]["code"].as_str()) {
            (true, _) => Ok(Ok(body)),
            (false, Some(code @ ("ResourceNotFound" | "ReportNotReady" | "NoReport"))) => Ok(Err(code.to_owned())),
            _ => Err(refused(status, &body)),
        }
    }

    async fn pages(&self, first: Url) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next.take() {
            let mut page = self.call(Method::GET, url).await?;
            if let Some(Value::Array(value)) = page.get_mut("value").map(Value::take) {
                items.extend(value);
            }
            next = page.get("nextLink").and_then(Value::as_str).map(|link| self.own(link)).transpose()?;
        }
        Ok(items)
    }

    /// The link on the server that was named: its public name may not be reachable from here, and the key goes to
    /// nobody else.
    fn own(&self, link: &str) -> anyhow::Result<Url> {
        let link = Url::parse(link).context("the server's nextLink is not a URL")?;
        let mut url = self.base.clone();
        url.set_path(link.path());
        url.set_query(link.query());
        Ok(url)
    }

    fn url(&self, path: &[&str], query: &[(&str, String)]) -> anyhow::Result<Url> {
        let mut url = self.below(&[&["translator", "document"], path].concat())?;
        url.query_pairs_mut().append_pair("api-version", API_VERSION).extend_pairs(query);
        Ok(url)
    }

    fn below(&self, path: &[&str]) -> anyhow::Result<Url> {
        let mut url = self.base.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => segments.pop_if_empty().extend(path),
            Err(()) => bail!("--server: not a URL of a server"),
        };
        Ok(url)
    }

    async fn call(&self, method: Method, url: Url) -> anyhow::Result<Value> {
        let (status, body) = self.ask(method, url).await?;
        if status.is_success() { Ok(body) } else { Err(refused(status, &body)) }
    }

    async fn ask(&self, method: Method, url: Url) -> anyhow::Result<(StatusCode, Value)> {
        let request = self.http.request(method, url).header("Ocp-Apim-Subscription-Key", &self.key);
        let answer = request.send().await.map_err(reqwest::Error::without_url);
        let answer = answer.with_context(|| {
            format!(
                "nobody answers at {}: start a server, or name one with --server",
                self.base.origin().ascii_serialization()
            )
        })?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(reqwest::Error::without_url).context("the answer broke off")?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

fn refused(status: StatusCode, body: &Value) -> anyhow::Error {
    let message = body["error"]["message"].as_str().unwrap_or("no reason given");
    anyhow!("the server answered {status}: {message}")
}
