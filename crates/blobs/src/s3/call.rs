//! One request: signed, sent, and its refusal understood.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use percent_encoding::utf8_percent_encode;
use reqwest::{Method, Response};
use url::{Position, Url};

use super::BucketContainer;
use super::list::error_code;
use super::sign::{self, ENCODED, Unsigned};
use crate::failure::{Failure, Fault, from_status, retry_after};
use crate::http::{bounded, fault, signing_time};

/// The most of a refusal that is read.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// A request for a key; for the bucket itself, if the key is empty.
pub(super) struct Call {
    method: Method,
    path: String,
    pub(super) query: String,
    headers: BTreeMap<String, String>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn new(method: Method, key: &str) -> Self {
        let slash = if key.is_empty() { "" } else { "/" };
        let path = format!("{slash}{}", utf8_percent_encode(key, ENCODED));
        Self { method, path, query: String::new(), headers: BTreeMap::new(), body: Bytes::new() }
    }

    /// Names are in lower case.
    pub(super) fn header(&mut self, name: &str, value: String) {
        self.headers.insert(name.to_owned(), value);
    }
}

impl BucketContainer {
    /// The answer, if it is a good one; its body is still to be read.
    pub(super) async fn send(&self, call: Call) -> Result<Response, Failure> {
        let Call { method, path, query, mut headers, body } = call;
        let question = if query.is_empty() { "" } else { "?" };
        let url = Url::parse(&format!("{}{path}{question}{query}", self.bucket)).map_err(|_| Fault::Request)?;
        headers.insert("host".to_owned(), url[Position::BeforeHost..Position::AfterPort].to_owned());
        match &self.access.identity {
            Some(identity) => {
                headers.insert("authorization".to_owned(), format!("Bearer {}", identity.token().await?));
            }
            None => {
                let request = Unsigned {
                    method: method.as_str(),
                    path: url.path(),
                    query: &query,
                    headers: &mut headers,
                    body: &body,
                };
                sign::sign(&self.access, request, signing_time());
            }
        }
        // The head comes after the whole body has gone out, which an idle clock cannot see.
        let head_timeout = if body.is_empty() { self.idle } else { self.total };
        let writes = method == Method::PUT;
        let client = self.guard.operator();
        let mut builder = client.request(method, url);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            builder = builder.header(name, value);
        }
        if writes {
            builder = builder.header("content-length", body.len()).body(body);
        }
        let request = builder.build().map_err(|_| Fault::Request)?;
        let answer = tokio::time::timeout(head_timeout, client.execute(request))
            .await
            .map_err(|_| Fault::Idle)?
            .map_err(|error| fault(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let wait = retry_after(answer.headers().get("retry-after").and_then(|value| value.to_str().ok()));
        // A code that does not arrive changes little: the status has been said.
        let code = self.text(answer, MAX_ERROR_BYTES).await.map(|text| error_code(&text)).unwrap_or_default();
        Err(from_status(status, &code, wait))
    }

    /// A body as text, of at most `cap` bytes.
    pub(super) async fn text(&self, answer: Response, cap: u64) -> Result<String, Failure> {
        let mut body = bounded(answer.bytes_stream(), self.idle, cap);
        let mut bytes = BytesMut::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        String::from_utf8(bytes.into()).map_err(|_| Fault::Nonsense.into())
    }
}
