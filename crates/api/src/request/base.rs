//! The URL under which the client reaches the server: what links in answers start with.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

use crate::HttpConfig;

/// The request came over TLS that ends in this process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Secure;

/// The configured public URL; else what a trusted proxy says; else the request's own host; without a slash at its end.
pub(crate) fn public_base(config: &HttpConfig, headers: &HeaderMap, uri: &Uri, secure: bool) -> String {
    if let Some(url) = &config.public_url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let forwarded =
        |name: &str| header(name).filter(|_| config.trust_forwarded).and_then(|value| value.split(',').next());
    let scheme = match forwarded("x-forwarded-proto").map(str::trim) {
        Some(proto) if proto.eq_ignore_ascii_case("https") => "https",
        Some(_) => "http",
        None if secure => "https",
        None => "http",
    };
    let host = forwarded("x-forwarded-host")
        .and_then(host)
        .or_else(|| uri.authority().and_then(|authority| host(authority.as_str())))
        .or_else(|| header(header::HOST.as_str()).and_then(host))
        // A client that speaks HTTP/1.0 names no host.
        .unwrap_or_else(|| config.listen.to_string());
    format!("{scheme}://{host}")
}

/// The text, if it is a host and perhaps a port, and nothing else.
fn host(text: &str) -> Option<String> {
    let authority: Authority = text.trim().parse().ok()?;
    (!authority.as_str().contains('@') && !authority.host().is_empty()).then(|| authority.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(config: &HttpConfig, headers: &[(&'static str, &str)], expected: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        assert_eq!(public_base(config, &map, &"/x".parse().unwrap(), false), expected);
    }

    #[test]
    fn the_most_trusted_source_wins() {
        let plain = HttpConfig::default();
        let proxied = HttpConfig { trust_forwarded: true, ..HttpConfig::default() };
        let public = Some("https://translate.example.org/base/".parse().unwrap());
        let public = HttpConfig { public_url: public, ..proxied.clone() };
        let forwarded =
            [("host", "in:5000"), ("x-forwarded-host", "out.example.org, x"), ("x-forwarded-proto", "https")];
        check(&plain, &forwarded, "http://in:5000");
        check(&proxied, &forwarded, "https://out.example.org");
        check(&public, &forwarded, "https://translate.example.org/base");
        check(&plain, &[("host", "[::1]:5000")], "http://[::1]:5000");
        assert_eq!(public_base(&plain, &HeaderMap::new(), &"/".parse().unwrap(), true), "https://127.0.0.1:5000");
        for odd in ["", "a b", "user@a", "a/b", "a\"b"] {
            check(&plain, &[("host", odd)], "http://127.0.0.1:5000");
        }
    }
}
