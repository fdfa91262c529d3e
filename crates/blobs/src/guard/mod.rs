//! The guarded way out: which URLs may be reached at all, and the only HTTP clients that reach them.
//!
//! URLs come from callers, so this is where server-side request forgery ends: no redirects, no proxy, every address
//! checked before the socket opens and the socket opened to the checked address, so that a second DNS answer has
//! nothing to win. Address literals never reach a resolver and are therefore checked on each request's URL.

mod address;
mod client;
mod hosts;
mod resolver;

use std::net::IpAddr;

use reqwest::Client;
use url::{Host, Url};

use self::hosts::{HostRule, normal};
use crate::{BlobError, ConfigError, StorageConfig};

pub(crate) use self::resolver::Denied;
#[cfg(test)]
pub(crate) use self::resolver::Resolver;

/// The policy and its clients, which differ only in which resolved addresses they accept.
pub(crate) struct Guard {
    allow: Vec<HostRule>,
    only: Vec<HostRule>,
    /// For any URL: public addresses only.
    public: Client,
    /// For listed hosts: private addresses too, metadata services never.
    listed: Client,
    /// For endpoints that the operator wrote into the configuration.
    operator: Client,
}

/// What the policy says of a URL it lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As anybody's URL.
    Public,
    /// Because the operator listed its host.
    Listed,
    /// Because the operator named the store.
    Operator,
}

impl Guard {
    pub(crate) fn new(config: &StorageConfig) -> Result<Self, ConfigError> {
        let rules = |key: &'static str, entries: &[String]| {
            entries
                .iter()
                .map(|entry| HostRule::parse(entry).ok_or_else(|| ConfigError::Host { key, entry: entry.clone() }))
                .collect::<Result<Vec<_>, _>>()
        };
        let roots = client::root_certificates(config.ca_file.as_deref())?;
        Ok(Self {
            allow: rules("allow_hosts", &config.allow_hosts)?,
            only: rules("only_hosts", &config.only_hosts)?,
            public: client::build(config, &roots, Reach::Public)?,
            listed: client::build(config, &roots, Reach::Listed)?,
            operator: client::build(config, &roots, Reach::Operator)?,
        })
    }

    /// Whether a URL may be asked for, as far as can be told without resolving its name.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with the rule that forbids it.
    pub(crate) fn check(&self, url: &Url) -> Result<Reach, BlobError> {
        check(&self.allow, &self.only, url).map_err(BlobError::Refused)
    }

    /// The client for a URL that is about to be asked for.
    ///
    /// # Errors
    /// As [`Guard::check`], which it repeats: nothing goes out on an earlier promise.
    pub(crate) fn client(&self, url: &Url) -> Result<&Client, &'static str> {
        Ok(match check(&self.allow, &self.only, url)? {
            Reach::Public => &self.public,
            Reach::Listed => &self.listed,
            Reach::Operator => &self.operator,
        })
    }

    /// The client for the endpoint of a named store, which no caller chose.
    pub(crate) fn operator(&self) -> &Client {
        &self.operator
    }
}

fn check(allow: &[HostRule], only: &[HostRule], url: &Url) -> Result<Reach, &'static str> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err("its scheme is not https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password");
    }
    let host = normal(url.host().ok_or("it has no host")?);
    let port = url.port_or_known_default().unwrap_or(0);
    if matches!(&host, Host::Domain(name) if name.is_empty()) {
        return Err("it has no host");
    }
    if !only.is_empty() && !only.iter().any(|rule| rule.covers(&host, port)) {
        return Err("its host is not among those allowed by storage.only_hosts");
    }
    let literal = match &host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address)),
    };
    // By name too: what the name leads to on this machine is not for a caller to find out.
    let named = matches!(&host, Host::Domain(name) if hosts::is_metadata(name));
    if named || literal.is_some_and(address::is_never) {
        return Err("its address is never reached");
    }
    if port != 0 && allow.iter().any(|rule| rule.matches(&host, port)) {
        return Ok(Reach::Listed);
    }
    if literal.is_some_and(|address| !address::is_public(address)) {
        return Err("its address is not public; an operator can list it in storage.allow_hosts");
    }
    if matches!(&host, Host::Domain(name) if name == "localhost" || name.ends_with(".localhost")) {
        return Err("its address is not public; an operator can list it in storage.allow_hosts");
    }
    if url.scheme() != "https" {
        return Err("its scheme is not https; an operator can list its host in storage.allow_hosts");
    }
    if port != 443 {
        return Err("its port is not 443; an operator can list its host in storage.allow_hosts");
    }
    Ok(Reach::Public)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(entries: &[&str]) -> Vec<HostRule> {
        entries.iter().map(|entry| HostRule::parse(entry).unwrap()).collect()
    }

    /// `None` for refused.
    #[track_caller]
    fn check_url(allow: &[&str], only: &[&str], url: &str, expected: Option<Reach>) {
        let parsed = Url::parse(url).unwrap();
        assert_eq!(check(&rules(allow), &rules(only), &parsed).ok(), expected, "{url}");
    }

    #[test]
    fn public_https_only() {
        let open = |url| check_url(&[], &[], url, Some(Reach::Public));
        let shut = |url| check_url(&[], &[], url, None);
        open("https://account.blob.core.windows.net/c?sig=x");
        open("https://account.blob.core.windows.net:443/c");
        open("https://account.blob.core.windows.net./c");
        open("https://20.60.1.1/c");
        open("https://[2603:1030::1]/c");
        shut("http://account.blob.core.windows.net/c");
        shut("https://account.blob.core.windows.net:8443/c");
        shut("https://account.blob.core.windows.net:22/c");
        shut("https://account.blob.core.windows.net:0/c");
        shut("https://user@account.blob.core.windows.net/c");
        shut("https://:secret@account.blob.core.windows.net/c");
        shut("https://localhost/c");
        shut("https://localhost./c");
        shut("https://LOCALHOST/c");
        shut("https://a.localhost/c");
        shut("file:///etc/passwd");
        shut("ftp://account/c");
    }

    #[test]
    fn every_spelling_of_an_address() {
        for host in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
            "0",
            "0.0.0.0",
            "%31%32%37.0.0.1",
            "１２７.０.０.１",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "10.1.2.3",
            "167838211",
            "192.168.0.1",
            "172.16.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "169.254.169.254.",
            "2852039166",
            "0xa9fea9fe",
            "0xa9.0xfe.0xa9.0xfe",
            "0251.0376.0251.0376",
            "169.16689662",
            "168.63.129.16",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:a9fe:a9fe]",
            "[::127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:a9fe:a9fe::]",
            "[2001:0:a9fe:a9fe::]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fc00::1]",
            "[ff02::1]",
        ] {
            check_url(&[], &[], &format!("https://{host}/c"), None);
        }
    }

    #[test]
    fn listed_hosts_may_be_private_and_plain() {
        let allow = ["127.0.0.1:10000", "azurite", "[::1]", "10.0.0.5", "169.254.169.254", "::ffff:169.254.169.254"];
        let listed = |url| check_url(&allow, &[], url, Some(Reach::Listed));
        let shut = |url| check_url(&allow, &[], url, None);
        listed("http://127.0.0.1:10000/a/c");
        listed("http://2130706433:10000/a/c");
        listed("http://azurite:10000/a/c");
        listed("http://azurite./a/c");
        listed("https://azurite/a/c");
        listed("http://[::1]:1/a/c");
        listed("http://10.0.0.5/a/c");
        shut("http://127.0.0.1:10001/a/c");
        shut("http://azurite:0/a/c");
        shut("http://notazurite:10000/a/c");
        shut("http://sub.azurite:10000/a/c");
        shut("http://10.0.0.6/a/c");
        // Metadata services stay shut even when an operator lists them.
        shut("http://169.254.169.254/metadata");
        shut("http://[::ffff:169.254.169.254]/metadata");
        shut("http://0xa9fea9fe/metadata");
    }

    #[test]
    fn metadata_services_are_shut_by_name() {
        let allow = ["metadata.google.internal", "metadata.goog", "metadata", "metadata.example"];
        for host in ["metadata.google.internal", "METADATA.google.internal.", "metadata.goog", "a.metadata.goog"] {
            check_url(&allow, &[], &format!("http://{host}/computeMetadata/v1/"), None);
            check_url(&[], &[], &format!("https://{host}/computeMetadata/v1/"), None);
        }
        // A name of one's own network, which leads where its addresses may be reached.
        check_url(&allow, &[], "http://metadata/c", Some(Reach::Listed));
        check_url(&allow, &[], "http://metadata.example/c", Some(Reach::Listed));
    }

    #[test]
    fn only_hosts_narrows() {
        let only = ["blob.core.windows.net", "azurite:10000"];
        let allow = ["azurite:10000", "other"];
        check_url(&allow, &only, "https://a.blob.core.windows.net/c", Some(Reach::Public));
        check_url(&allow, &only, "http://azurite:10000/a/c", Some(Reach::Listed));
        check_url(&allow, &only, "https://evilblob.core.windows.net/c", None);
        check_url(&allow, &only, "https://example.com/blob.core.windows.net", None);
        check_url(&allow, &only, "http://other/a/c", None);
    }
}
