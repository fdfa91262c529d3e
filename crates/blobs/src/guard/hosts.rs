//! Host names as the operator writes them in `storage.allow_hosts` and `storage.only_hosts`.

use std::net::Ipv6Addr;

use url::{Host, Url};

/// `host` or `host:port`, in the spelling that URLs are normalised to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostRule {
    host: Host<String>,
    port: Option<u16>,
}

impl HostRule {
    /// Reads an entry; `None` if it is not a host, or says more than a host and a port.
    pub(crate) fn parse(entry: &str) -> Option<Self> {
        let entry = entry.trim();
        let bracketed = match entry.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => entry.to_owned(),
        };
        if bracketed.contains(['/', '?', '#', '@', '\\']) || bracketed.is_empty() {
            return None;
        }
        // The scheme `ftp` so that neither :80 nor :443 is taken for a default and dropped.
        let url = Url::parse(&format!("ftp://{bracketed}/")).ok()?;
        Some(Self { host: normal(url.host()?), port: url.port() })
    }

    /// Exactly this host, and this port if the entry has one.
    pub(crate) fn matches(&self, host: &Host<String>, port: u16) -> bool {
        self.host == *host && self.port.is_none_or(|own| own == port)
    }

    /// This host or, if it is a name, one below it.
    pub(crate) fn covers(&self, host: &Host<String>, port: u16) -> bool {
        if self.matches(host, port) {
            return true;
        }
        let (Host::Domain(own), Host::Domain(other)) = (&self.host, host) else { return false };
        let below = other.strip_suffix(own.as_str()).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1);
        below && self.port.is_none_or(|own| own == port)
    }
}

/// The host without the dot that marks a name as complete: `localhost.` is `localhost`.
pub(crate) fn normal(host: Host<&str>) -> Host<String> {
    match host {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_ascii_lowercase()),
        Host::Ipv4(address) => Host::Ipv4(address),
        Host::Ipv6(address) => Host::Ipv6(address),
    }
}

/// Whether a name is that of a metadata service, which hands out credentials; in the spelling of [`normal`].
pub(crate) fn is_metadata(name: &str) -> bool {
    const NAMES: [&str; 2] = ["metadata.google.internal", "metadata.goog"];
    NAMES.iter().any(|own| name.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry: &str, url: &str, matches: bool, covers: bool) {
        let rule = HostRule::parse(entry).unwrap();
        let url = Url::parse(url).unwrap();
        let (host, port) = (normal(url.host().unwrap()), url.port_or_known_default().unwrap());
        assert_eq!((rule.matches(&host, port), rule.covers(&host, port)), (matches, covers), "{entry} {url}");
    }

    #[test]
    fn entries_match_hosts() {
        check("azurite", "http://azurite:10000/", true, true);
        check("azurite:10000", "http://azurite:10000/", true, true);
        check("azurite:10000", "http://azurite:10001/", false, false);
        check("azurite:10000", "http://azurite/", false, false);
        check("azurite:80", "http://azurite/", true, true);
        check("azurite:443", "https://azurite/", true, true);
        check("Azurite", "http://AZURITE./", true, true);
        check("blob.core.windows.net", "https://a.blob.core.windows.net/", false, true);
        check("blob.core.windows.net", "https://evilblob.core.windows.net/", false, false);
        check("127.0.0.1", "http://2130706433/", true, true);
        check("::1", "http://[::1]:9/", true, true);
        check("[::1]:9", "http://[0:0::1]:9/", true, true);
        check("münchen.example", "https://xn--mnchen-3ya.example/", true, true);
    }

    #[test]
    fn entries_that_are_no_host() {
        for entry in ["", "a/b", "user@a", "http://a", "a:99999", "a b", "a\\b", "?"] {
            assert_eq!(HostRule::parse(entry), None, "{entry}");
        }
    }
}
