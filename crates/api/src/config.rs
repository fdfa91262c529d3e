//! The `[http]` section: where the server listens, and what a request may cost.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// Settings of the HTTP side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port to listen on. Default `127.0.0.1:5000`.
    pub listen: SocketAddr,
    /// The URL under which clients reach the server, for links in answers. Default none: made from the request.
    pub public_url: Option<Url>,
    /// Believe `X-Forwarded-Proto` and `X-Forwarded-Host`. Only behind a proxy that sets them. Default off.
    pub trust_forwarded: bool,
    /// Milliseconds for the head of a request. Default 10,000.
    pub header_timeout_ms: u64,
    /// Milliseconds without a byte of a body, or without a byte of an answer being taken. Default 30,000.
    pub body_idle_ms: u64,
    /// Milliseconds for a whole body. Default 60,000.
    pub body_total_ms: u64,
    /// Milliseconds a connection may stand idle between requests. Default 75,000.
    pub keep_alive_ms: u64,
    /// Connections at a time; further ones wait to be accepted. Default 4,096.
    pub max_connections: usize,
    /// Requests at work at a time, those that read and those that change something counted apart, synchronous translations
    /// not at all. Further ones get a 429 at once, but for those of a resource that has less than its share. Default 256.
    pub max_requests: usize,
    /// Milliseconds that the answer to a request may take, once its body is there. Default 15,000.
    pub answer_ms: u64,
    /// Bytes of a request's path and query. Default 16 KiB.
    pub max_uri_bytes: usize,
    /// Headers of a request. Default 100.
    pub max_headers: usize,
    /// Bytes of a request's head. Default 64 KiB, at least 8 KiB.
    pub max_header_bytes: usize,
    /// Bytes of a JSON body. Default 16 MiB.
    pub max_json_bytes: usize,
    /// Depth of nested arrays and objects in a JSON body. Default 64.
    pub max_json_depth: usize,
    /// Bytes of all request bodies held at a time, half of it for one resource. Requests wait for room, then get a 429.
    /// Default 256 MiB.
    pub max_bytes_in_memory: usize,
    /// Bytes of a body that is too large which are still read and thrown away: a client that sends everything before it
    /// reads sees the answer instead of a broken connection. Default 64 MiB.
    pub max_discarded_bytes: usize,
    /// Inputs of one start request. Default 1,000.
    pub max_inputs: usize,
    /// Distinct target languages of one start request. Default 10.
    pub max_target_languages: usize,
    /// What `Retry-After` says, in seconds. Too low: clients poll often; too high: they learn late. Default 1.
    pub retry_after_seconds: u32,
    /// Answer 409 when a finished job is cancelled. Default off: 200 with the job as it is, as the cloud does.
    pub strict_cancel: bool,
    /// Requests per second of one resource; 0 for no limit. Default 0.
    pub requests_per_second: u32,
    /// Requests that one resource may make at once before the rate counts. Default 100.
    pub request_burst: u32,
    /// Milliseconds between "not ready" and the end of accepting, for load balancers. Default 0: three seconds if somebody
    /// asked `/readyz` within the last fifteen, and none otherwise. Too low: a balancer sends requests to nobody.
    pub drain_ms: u64,
    /// Milliseconds that requests in flight may take to finish after a stop. Default 30,000.
    pub shutdown_ms: u64,
    /// Synchronous translations at a time. Default: the number of processors, at least 2.
    pub sync_slots: usize,
    /// Synchronous calls that may wait for a slot. Further ones get a 429 at once, as with `max_requests`. Default 64.
    pub sync_waiting: usize,
    /// Milliseconds that a synchronous call waits for a slot, or a body for room, before its 429. Default 5,000.
    pub sync_wait_ms: u64,
    /// Milliseconds that a synchronous translation may take once it has a slot. Default 60,000.
    pub sync_deadline_ms: u64,
    /// Bytes of a whole synchronous request. Default 12 MiB.
    pub sync_max_body_bytes: usize,
    /// Bytes of a document that is translated synchronously. Default 10 MB.
    pub sync_max_document_bytes: usize,
    /// Bytes of its glossary. Default 1 MB.
    pub sync_max_glossary_bytes: usize,
    /// Parts of a synchronous request. Default 10.
    pub sync_max_parts: usize,
    /// Bytes of the headers of one part. Default 8 KiB.
    pub sync_max_part_header_bytes: usize,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 5000)),
            public_url: None,
            trust_forwarded: false,
            header_timeout_ms: 10_000,
            body_idle_ms: 30_000,
            body_total_ms: 60_000,
            keep_alive_ms: 75_000,
            max_connections: 4_096,
            max_requests: 256,
            answer_ms: 15_000,
            max_uri_bytes: 16 << 10,
            max_headers: 100,
            max_header_bytes: 64 << 10,
            max_json_bytes: 16 << 20,
            max_json_depth: 64,
            max_bytes_in_memory: 256 << 20,
            max_discarded_bytes: 64 << 20,
            max_inputs: 1_000,
            max_target_languages: 10,
            retry_after_seconds: 1,
            strict_cancel: false,
            requests_per_second: 0,
            request_burst: 100,
            drain_ms: 0,
            shutdown_ms: 30_000,
            sync_slots: std::thread::available_parallelism().map_or(2, usize::from).max(2),
            sync_waiting: 64,
            sync_wait_ms: 5_000,
            sync_deadline_ms: 60_000,
            sync_max_body_bytes: 12 << 20,
            sync_max_document_bytes: 10_000_000,
            sync_max_glossary_bytes: 1_000_000,
            sync_max_parts: 10,
            sync_max_part_header_bytes: 8 << 10,
        }
    }
}

/// Settings that cannot be used; each says which key to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number out of its range.
    #[error("http.{key}: must be {range}")]
    Range {
        /// Which.
        key: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// Not a URL that links can be made from.
    #[error("http.public_url: must be an http or https URL without query, fragment or user name")]
    PublicUrl,
    /// Open to the network without a key.
    #[error("auth.keys: {0} is not a loopback address, so at least one key is needed; or listen on 127.0.0.1")]
    NoKeys(SocketAddr),
    /// An entry that is no key.
    #[error("auth.{0}: entry {1} is empty, has blanks at its ends, or is not plain ASCII")]
    Key(&'static str, usize),
    /// One key, two resources.
    #[error("auth.{0}: entry {1} repeats one that another resource has")]
    KeyTwice(&'static str, usize),
}

impl HttpConfig {
    /// What types cannot say.
    ///
    /// # Errors
    /// The first key that is out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let positive = [
            ("header_timeout_ms", self.header_timeout_ms),
            ("body_idle_ms", self.body_idle_ms),
            ("body_total_ms", self.body_total_ms),
            ("keep_alive_ms", self.keep_alive_ms),
            ("max_connections", self.max_connections as u64),
            ("max_requests", self.max_requests as u64),
            ("answer_ms", self.answer_ms),
            ("max_uri_bytes", self.max_uri_bytes as u64),
            ("max_headers", self.max_headers as u64),
            ("max_json_depth", self.max_json_depth as u64),
            ("max_inputs", self.max_inputs as u64),
            ("max_target_languages", self.max_target_languages as u64),
            ("sync_slots", self.sync_slots as u64),
            ("sync_deadline_ms", self.sync_deadline_ms),
            ("sync_max_parts", self.sync_max_parts as u64),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, value)| *value == 0) {
            return Err(ConfigError::Range { key, range: "at least 1" });
        }
        if self.max_header_bytes < 8 << 10 {
            return Err(ConfigError::Range { key: "max_header_bytes", range: "at least 8192" });
        }
        if self.max_json_depth > 100 {
            return Err(ConfigError::Range { key: "max_json_depth", range: "at most 100" });
        }
        if self.max_bytes_in_memory < self.max_json_bytes.max(self.sync_max_body_bytes) {
            let range = "at least max_json_bytes and sync_max_body_bytes, or no body of that size could ever be read";
            return Err(ConfigError::Range { key: "max_bytes_in_memory", range });
        }
        if self.requests_per_second > 0 && self.request_burst == 0 {
            return Err(ConfigError::Range { key: "request_burst", range: "at least 1" });
        }
        let usable = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        };
        match &self.public_url {
            Some(url) if !usable(url) => Err(ConfigError::PublicUrl),
            _ => Ok(()),
        }
    }

    pub(crate) fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    pub(crate) fn body_idle(&self) -> Duration {
        Duration::from_millis(self.body_idle_ms)
    }

    pub(crate) fn body_total(&self) -> Duration {
        Duration::from_millis(self.body_total_ms)
    }

    pub(crate) fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.keep_alive_ms)
    }

    pub(crate) fn sync_wait(&self) -> Duration {
        Duration::from_millis(self.sync_wait_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_and_what_cannot_work_is_named() {
        assert_eq!(HttpConfig::default().check(), Ok(()));
        let refused = |change: fn(&mut HttpConfig)| {
            let mut config = HttpConfig::default();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        assert_eq!(refused(|c| c.sync_slots = 0), "http.sync_slots: must be at least 1");
        assert_eq!(refused(|c| c.max_header_bytes = 10), "http.max_header_bytes: must be at least 8192");
        assert!(refused(|c| c.max_bytes_in_memory = 10).starts_with("http.max_bytes_in_memory"));
        assert!(refused(|c| c.public_url = Some("https://u:p@a/".parse().unwrap())).starts_with("http.public_url"));
    }
}
