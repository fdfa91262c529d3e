//! Tokens for storage, renewed before they end: from the cloud that this server runs in, or for a service account's key.
//!
//! Metadata services are where no caller's URL may ever lead; this is the one place that asks them, at an address that
//! the operator chose, with a client that follows no redirects.

mod service_account;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::form_urlencoded;

use self::service_account::ServiceAccount;
use crate::failure::Fault;
use crate::http::{bounded, fault, signing_time};
use crate::{StoreConfig, StoreIdentity, StoreKind};

/// A token is renewed this long before it ends, and used to its end if that fails.
const EARLY: Duration = Duration::from_secs(300);
/// After a renewal in vain, calls go on with the token that still holds, and nobody asks for another for this long.
const PAUSE: Duration = Duration::from_secs(30);
/// Metadata services are near, and Entra answers within a second or two.
const PATIENCE: Duration = Duration::from_secs(10);
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// Who this server is.
pub(crate) struct Identity {
    /// Of the store that it is for.
    name: String,
    client: Client,
    source: Source,
    /// Held while a token is fetched: whoever comes meanwhile waits for it, and asks nobody.
    cached: Mutex<Cached>,
}

#[derive(Default)]
struct Cached {
    token: Option<Token>,
    /// When asking was last in vain, and why.
    failed: Option<(Instant, Fault)>,
    /// What the token service refused with and the log was told, so that it is told once.
    refusal: Option<(u16, String)>,
}

enum Source {
    /// A question, and the header without which a metadata service does not answer.
    Metadata { url: String, header: (&'static str, &'static str) },
    /// A token in a file, exchanged for one of Entra.
    Federated { url: String, client_id: String, file: PathBuf },
    /// A statement signed with a key, exchanged for one of Google.
    Signed { url: String, account: ServiceAccount },
}

#[derive(Clone)]
struct Token {
    text: Arc<str>,
    ends: Instant,
}

/// What a call does that needs a token.
enum Plan {
    Use(Arc<str>),
    Ask,
    GiveUp(Fault),
}

impl Cached {
    /// For a call that began to wait for its turn at `began`.
    fn plan(&self, began: Instant, now: Instant) -> Plan {
        let holds = self.token.as_ref().filter(|token| token.ends > now);
        match (holds, self.failed) {
            (Some(token), _) if token.ends > now + EARLY => Plan::Use(Arc::clone(&token.text)),
            (Some(token), Some((at, _))) if at + PAUSE > now => Plan::Use(Arc::clone(&token.text)),
            // What whoever was before in the queue was told a moment ago: a service that says nothing would have
            // everybody wait for everybody.
            (None, Some((at, fault))) if at >= began => Plan::GiveUp(fault),
            _ => Plan::Ask,
        }
    }
}

impl Identity {
    /// Who this server is to a store of this name; `None` if the store has no identity.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub(crate) fn new(name: &str, config: &StoreConfig, client: Client) -> Result<Option<Self>, &'static str> {
        let endpoint = |default: &str| {
            let given = config.identity_endpoint.trim_end_matches('/');
            if given.is_empty() { default.to_owned() } else { given.to_owned() }
        };
        let source = match (config.identity, config.kind) {
            (StoreIdentity::None, kind) => match &config.credentials_file {
                None => return Ok(None),
                Some(_) if kind != StoreKind::Gcs => return Err("credentials_file is for kind gcs"),
                Some(path) => {
                    let account = ServiceAccount::read(path)?;
                    let url = match config.identity_endpoint.trim_end_matches('/') {
                        "" => account.token_uri().to_owned(),
                        given => format!("{given}/token"),
                    };
                    Source::Signed { url, account }
                }
            },
            _ if config.credentials_file.is_some() => return Err("it has both a credentials_file and an identity"),
            (StoreIdentity::Managed, StoreKind::Gcs) => {
                let account = if config.client_id.is_empty() { "default" } else { &config.client_id };
                if !account.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@' | '_')) {
                    return Err("client_id is not a service account's address");
                }
                let base = endpoint("http://metadata.google.internal");
                let url = format!("{base}/computeMetadata/v1/instance/service-accounts/{account}/token");
                Source::Metadata { url, header: ("Metadata-Flavor", "Google") }
            }
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
        Ok(Some(Self { name: name.to_owned(), client, source, cached: Mutex::default() }))
    }

    /// A token that holds.
    pub(crate) async fn token(&self) -> Result<Arc<str>, Fault> {
        let began = Instant::now();
        let mut cached = self.cached.lock().await;
        match cached.plan(began, Instant::now()) {
            Plan::Use(text) => return Ok(text),
            Plan::GiveUp(fault) => return Err(fault),
            Plan::Ask => {}
        }
        let NoToken { fault, refusal } =
            match tokio::time::timeout(PATIENCE, self.fetch()).await.unwrap_or(Err(Fault::Idle.into())) {
                Ok(token) => {
                    let text = Arc::clone(&token.text);
                    *cached = Cached { token: Some(token), ..Cached::default() };
                    return Ok(text);
                }
                Err(none) => none,
            };
        if let Some((status, code)) = refusal.as_ref().filter(|_| refusal != cached.refusal) {
            let name = &self.name;
            tracing::warn!("no token for storage.stores.{name}: its token service answers {status} {code}");
            cached.refusal = refusal;
        }
        let now = Instant::now();
        cached.failed = Some((now, fault));
        let old = cached.token.as_ref().filter(|token| token.ends > now);
        old.map(|token| Arc::clone(&token.text)).ok_or(fault)
    }

    async fn fetch(&self) -> Result<Token, NoToken> {
        let asked = Instant::now();
        let answer = self.request().await?.send().await.map_err(|error| fault(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let mut chunks = bounded(answer.bytes_stream(), PATIENCE, MAX_TOKEN_BYTES);
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
        }
        let value: Result<Value, _> = serde_json::from_slice(&body);
        if status != 200 {
            let fault = match status {
                // The metadata service is being restarted, says its documentation: these come and go.
                404 | 408 | 410 | 429 | 500..=599 => Fault::Broken,
                _ => Fault::Credentials,
            };
            let code = value.ok().as_ref().map(refusal_code).unwrap_or_default();
            return Err(NoToken { fault, refusal: Some((status, code)) });
        }
        let value = value.map_err(|_| Fault::Nonsense)?;
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
                Ok(self.post(
                    url,
                    &[
                        ("grant_type", "client_credentials"),
                        ("client_id", client_id),
                        ("scope", "https://storage.azure.com/.default"),
                        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                        ("client_assertion", assertion.trim()),
                    ],
                ))
            }
            Source::Signed { url, account } => {
                let assertion = account.assertion(signing_time()).ok_or(Fault::Credentials)?;
                let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
                Ok(self.post(url, &[("grant_type", grant), ("assertion", &assertion)]))
            }
        }
    }

    fn post(&self, url: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
    }
}

/// Why there is no token.
struct NoToken {
    fault: Fault,
    /// Status and code, if the service answered with a refusal.
    refusal: Option<(u16, String)>,
}

impl From<Fault> for NoToken {
    fn from(fault: Fault) -> Self {
        Self { fault, refusal: None }
    }
}

/// The code of a refusal (RFC 6749, section 5.2), if it is the plain word that it should be. Descriptions are not for
/// the log: they may quote what was sent.
fn refusal_code(value: &Value) -> String {
    let plain = |code: &&str| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    value["error"].as_str().filter(plain).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(life: Option<u64>, failed: Option<u64>, began: u64, now: u64, expected: &str) {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let token = life.map(|life| Token { text: "token".into(), ends: at(life) });
        let failed = failed.map(|seconds| (at(seconds), Fault::Idle));
        let plan = match (Cached { token, failed, refusal: None }).plan(at(began), at(now)) {
            Plan::Use(_) => "use",
            Plan::Ask => "ask",
            Plan::GiveUp(_) => "give up",
        };
        assert_eq!(plan, expected);
    }

    #[test]
    fn a_token_is_renewed_early_and_what_is_in_vain_is_not_repeated_by_everybody() {
        check(None, None, 0, 0, "ask");
        check(Some(3600), None, 0, 0, "use");
        check(Some(3600), None, 3299, 3299, "use");
        check(Some(3600), None, 3301, 3301, "ask");
        // Renewed in vain: the token that holds is used, and half a minute later another is asked for.
        check(Some(3600), Some(3310), 3305, 3311, "use");
        check(Some(3600), Some(3310), 3339, 3339, "use");
        check(Some(3600), Some(3310), 3341, 3341, "ask");
        // At its end there is nothing left to use; who waited while another asked in vain has been told.
        check(Some(3600), Some(3595), 3601, 3601, "ask");
        check(Some(3600), Some(3611), 3605, 3611, "give up");
        check(None, Some(10), 0, 10, "give up");
        check(None, Some(10), 11, 11, "ask");
    }
}
