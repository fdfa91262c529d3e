//! Tokens for storage from the cloud that this server runs in, renewed before they end.
//!
//! Metadata services are where no caller's URL may ever lead; this is the one place that asks them, at an address that
//! the operator chose, with a client that follows no redirects.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::form_urlencoded;

use crate::failure::Fault;
use crate::http::{bounded, fault};
use crate::{StoreConfig, StoreIdentity, StoreKind};

/// A token is renewed this long before it ends, and used to its end if that fails.
const EARLY: Duration = Duration::from_secs(300);
/// Metadata services are near, and Entra answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// Who this server is.
pub(crate) struct Identity {
    client: Client,
    source: Source,
    /// Held while a token is fetched: whoever comes meanwhile waits for it, and asks nobody.
    cached: Mutex<Option<Token>>,
}

enum Source {
    /// A question, and the header without which a metadata service does not answer.
    Metadata { url: String, header: (&'static str, &'static str) },
    /// A token in a file, exchanged for one of Entra.
    Federated { url: String, client_id: String, file: PathBuf },
}

#[derive(Clone)]
struct Token {
    text: Arc<str>,
    ends: Instant,
}

impl Identity {
    pub(crate) fn new(config: &StoreConfig, client: Client) -> Result<Self, &'static str> {
        let endpoint = |default: &str| {
            let given = config.identity_endpoint.trim_end_matches('/');
            if given.is_empty() { default.to_owned() } else { given.to_owned() }
        };
        let source = match (config.identity, config.kind) {
            (StoreIdentity::Managed, StoreKind::Gcs) => Source::Metadata {
                url: format!(
                    "{}/computeMetadata/v1/instance/service-accounts/default/token",
                    endpoint("http://metadata.google.internal")
                ),
                header: ("Metadata-Flavor", "Google"),
            },
            (StoreIdentity::Managed, _) => {
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.extend_pairs([("api-version", "2018-02-01"), ("resource", "https://storage.azure.com/")]);
                if !config.client_id.is_empty() {
                    query.append_pair("client_id", &config.client_id);
                }
                let base = endpoint("http://169.254.169.254");
                let url = format!("{base}/metadata/identity/oauth2/token?{}", query.finish());
                Source::Metadata { url, header: ("Metadata", "true") }
            }
            (StoreIdentity::Workload, StoreKind::Azure) => {
                let file = config.token_file.clone().ok_or("identity workload needs token_file")?;
                let plain = |text: &str| {
                    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
                };
                if !plain(&config.client_id) || !plain(&config.tenant_id) {
                    return Err("identity workload needs client_id and tenant_id");
                }
                let base = endpoint("https://login.microsoftonline.com");
                let url = format!("{base}/{}/oauth2/v2.0/token", config.tenant_id);
                Source::Federated { url, client_id: config.client_id.clone(), file }
            }
            _ => return Err("this identity does not exist for this kind"),
        };
        Ok(Self { client, source, cached: Mutex::new(None) })
    }

    /// A token that holds.
    pub(crate) async fn token(&self) -> Result<Arc<str>, Fault> {
        let mut cached = self.cached.lock().await;
        let now = Instant::now();
        if let Some(token) = cached.as_ref().filter(|token| token.ends > now + EARLY) {
            return Ok(Arc::clone(&token.text));
        }
        match tokio::time::timeout(PATIENCE, self.fetch()).await.unwrap_or(Err(Fault::Idle)) {
            Ok(token) => {
                let text = Arc::clone(&token.text);
                *cached = Some(token);
                Ok(text)
            }
            Err(fault) => {
                let old = cached.as_ref().filter(|token| token.ends > now);
                old.map(|token| Arc::clone(&token.text)).ok_or(fault)
            }
        }
    }

    async fn fetch(&self) -> Result<Token, Fault> {
        let asked = Instant::now();
        let answer = self.request().await?.send().await.map_err(|error| fault(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let mut chunks = bounded(answer.bytes_stream(), PATIENCE, MAX_TOKEN_BYTES);
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
        }
        match status {
            200 => {}
            // The metadata service is being restarted, says its documentation: these come and go.
            404 | 408 | 410 | 429 | 500..=599 => return Err(Fault::Broken),
            _ => return Err(Fault::Credentials),
        }
        let value: Value = serde_json::from_slice(&body).map_err(|_| Fault::Nonsense)?;
        let text = value["access_token"].as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
        // One service says it as a number, another as text.
        let seconds = &value["expires_in"];
        let seconds = seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()).ok_or(Fault::Nonsense)?;
        let life = Duration::from_secs(seconds.min(24 * 60 * 60));
        Ok(Token { text: text.filter(|text| !text.is_empty()).ok_or(Fault::Nonsense)?.into(), ends: asked + life })
    }

    async fn request(&self) -> Result<RequestBuilder, Fault> {
        match &self.source {
            Source::Metadata { url, header: (name, value) } => Ok(self.client.get(url).header(*name, *value)),
            Source::Federated { url, client_id, file } => {
                let assertion = tokio::fs::read_to_string(file).await.map_err(|_| Fault::Credentials)?;
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs([
                        ("grant_type", "client_credentials"),
                        ("client_id", client_id),
                        ("scope", "https://storage.azure.com/.default"),
                        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                        ("client_assertion", assertion.trim()),
                    ])
                    .finish();
                let kind = "application/x-www-form-urlencoded";
                Ok(self.client.post(url).header("content-type", kind).body(form))
            }
        }
    }
}
