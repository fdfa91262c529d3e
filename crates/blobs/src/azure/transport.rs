//! The last step of every request: policy, SAS, time-outs, size caps.
//!
//! The SDK never sees the SAS. It builds and logs URLs without it; here, past all of that, the query is appended byte
//! for byte as the caller gave it (the SDK's own query builder would decode and re-encode it). So an SDK error cannot
//! hold a signature, and what `reqwest` says is reduced to a [`Fault`] before it leaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{HeaderName, HeaderValue, Headers};
use azure_core::http::request::Body;
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request, StatusCode};
use futures::TryStreamExt as _;
use url::Url;

use super::credential::Credential;
use crate::failure::Fault;
use crate::guard::Guard;
use crate::http::{MAX_ANSWER_BYTES, bounded, fault};

/// One container's way out: the shared clients, and its own key.
pub(super) struct Transport {
    pub(super) guard: Arc<Guard>,
    pub(super) credential: Credential,
    /// Whether the operator chose where it goes.
    pub(super) operator: bool,
    pub(super) idle: Duration,
    pub(super) total: Duration,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport(..)")
    }
}

#[async_trait]
impl HttpClient for Transport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.send(request).await.map_err(azure_error)
    }
}

impl Transport {
    async fn send(&self, request: &Request) -> Result<AsyncRawResponse, Fault> {
        let listing = request.url().query_pairs().any(|(key, value)| key == "comp" && value == "list");
        let client = if self.operator {
            self.guard.operator()
        } else {
            self.guard.client(request.url()).map_err(Fault::Refused)?
        };
        let (sas, token) = self.credential.for_request(request.url()).await?;
        let mut builder = client.request(method(request.method())?, signed(request.url(), &sas));
        if let Some(token) = token {
            builder = builder.header(reqwest::header::AUTHORIZATION, token);
        }
        for (name, value) in request.headers().iter() {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let mut head_timeout = self.idle;
        if let Body::Bytes(bytes) = request.body() {
            if !bytes.is_empty() {
                // The head comes after the whole body has gone out, which an idle clock cannot see.
                head_timeout = self.total;
            }
            builder = builder.body(bytes.clone());
        } else {
            return Err(Fault::Request);
        }
        let built = builder.build().map_err(|_| Fault::Request)?;
        let answer = tokio::time::timeout(head_timeout, client.execute(built))
            .await
            .map_err(|_| Fault::Idle)?
            .map_err(|error| fault(&error))?;

        let status = StatusCode::from(answer.status().as_u16());
        let mut headers = headers(answer.headers());
        if status == StatusCode::PartialContent {
            check_range(request.headers(), &mut headers)?;
        }
        let cap = if listing || !status.is_success() { MAX_ANSWER_BYTES } else { u64::MAX };
        let body = bounded(answer.bytes_stream(), self.idle, cap).map_err(azure_error);
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}

/// A part is exactly the part that was asked for, or all there is of it. Otherwise the SDK would fetch the rest by
/// itself, into buffers of the size that was asked for.
fn check_range(asked: &Headers, answered: &mut Headers) -> Result<(), Fault> {
    let content_range = HeaderName::from_static("content-range");
    let range = asked
        .get_optional_str(&HeaderName::from_static("x-ms-range"))
        .or_else(|| asked.get_optional_str(&HeaderName::from_static("range")))
        .and_then(|text| numbers(text.strip_prefix("bytes=")?));
    let text = answered.get_optional_str(&content_range).unwrap_or("");
    let (part, total) = text.strip_prefix("bytes ").and_then(|text| text.split_once('/')).ok_or(Fault::Nonsense)?;
    let total: u64 = total.parse().map_err(|_| Fault::Nonsense)?;
    if total == 0 {
        // Azurite answers thus for an empty blob, with a range that no parser takes.
        answered.remove(content_range);
        return Ok(());
    }
    let (Some((first, last)), Some((part_first, part_last))) = (range, numbers(part)) else {
        return Err(Fault::Nonsense);
    };
    if (part_first, part_last) == (first, last.min(total - 1)) { Ok(()) } else { Err(Fault::Nonsense) }
}

fn numbers(range: &str) -> Option<(u64, u64)> {
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The URL with the SAS as the caller wrote it, after whatever the call itself asks for.
fn signed(url: &Url, sas: &str) -> Url {
    let mut url = url.clone();
    if !sas.is_empty() {
        let query = match url.query() {
            Some(own) if !own.is_empty() => format!("{own}&{sas}"),
            _ => sas.to_owned(),
        };
        url.set_query(Some(&query));
    }
    url
}

fn azure_error(fault: Fault) -> Error {
    Error::new(ErrorKind::Io, fault)
}

/// The three methods that the calls made here need.
fn method(method: Method) -> Result<reqwest::Method, Fault> {
    match method {
        Method::Get => Ok(reqwest::Method::GET),
        Method::Head => Ok(reqwest::Method::HEAD),
        Method::Put => Ok(reqwest::Method::PUT),
        _ => Err(Fault::Request),
    }
}

/// Headers that are not ASCII are dropped: none that is read here may be.
fn headers(map: &reqwest::header::HeaderMap) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in map {
        if let Ok(value) = value.to_str() {
            headers.insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, sas: &str, expected: &str) {
        assert_eq!(signed(&Url::parse(url).unwrap(), sas).as_str(), expected);
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_and_never_connected_to() {
        use crate::guard::{Reach, Resolver};
        let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = inside.local_addr().unwrap().port();
        let ask = async |reach, answers: &[&str]| {
            let resolver = Resolver::always(reach, answers);
            // Plain http needs no TLS, but a client without settings for it cannot be built.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let client = reqwest::Client::builder().no_proxy().dns_resolver(resolver).build().unwrap();
            let url = format!("http://rebound.example:{port}/account/container?sig=CANARY");
            fault(&client.get(url).send().await.unwrap_err())
        };
        let refused = Fault::Refused("none of its host's addresses is public");
        assert_eq!(ask(Reach::Public, &["127.0.0.1", "::1", "10.0.0.1"]).await, refused);
        assert_eq!(ask(Reach::Listed, &["169.254.169.254"]).await, refused);
        assert_eq!(ask(Reach::Public, &[]).await, Fault::Connect);
        let idle = tokio::time::timeout(Duration::from_millis(50), inside.accept()).await;
        assert!(idle.is_err(), "something connected");
    }

    #[test]
    fn the_sas_is_appended_byte_for_byte() {
        let sas = "sv=2021-12-02&sr=c&sig=a+b%2Bc%2fd%3D&sp=rl&se=2030-01-01T00:00:00Z";
        check("https://a/c/x%20y", sas, &format!("https://a/c/x%20y?{sas}"));
        check("https://a/c?comp=list", sas, &format!("https://a/c?comp=list&{sas}"));
        check("https://a/c?comp=list", "", "https://a/c?comp=list");
        check("https://a/c", "", "https://a/c");
    }
}
