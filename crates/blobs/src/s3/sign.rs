//! Signatures of version 4: over the whole request, its body included.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use terjuman_model::hexadecimal;
use time::OffsetDateTime;
use time::macros::format_description;

use super::access::{Access, Dialect};

/// Everything but the unreserved characters, and slashes kept: how a key stands in a path.
pub(super) const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// The same without slashes: how a value stands in a query.
const ENCODED_VALUE: &AsciiSet = &ENCODED.add(b'/');

/// A request as the signature sees it.
pub(super) struct Unsigned<'a> {
    pub(super) method: &'a str,
    /// Encoded.
    pub(super) path: &'a str,
    /// Encoded and in order.
    pub(super) query: &'a str,
    /// Names in lower case; `host` among them.
    pub(super) headers: &'a mut BTreeMap<String, String>,
    pub(super) body: &'a [u8],
}

/// Adds the headers that let the request in; nothing, for a store that is open to all.
pub(super) fn sign(access: &Access, request: Unsigned<'_>, now: OffsetDateTime) {
    if access.key_id.is_empty() {
        return;
    }
    let dialect = access.dialect();
    let (algorithm, start, end, service) = match dialect {
        Dialect::Amazon => ("AWS4-HMAC-SHA256", "AWS4", "aws4_request", "s3"),
        Dialect::Google => ("GOOG4-HMAC-SHA256", "GOOG4", "goog4_request", "storage"),
    };
    let now = now.to_offset(time::UtcOffset::UTC);
    let day = now.format(format_description!("[year][month][day]")).unwrap_or_default();
    let second = now.format(format_description!("[year][month][day]T[hour][minute][second]Z")).unwrap_or_default();
    let digest = hex_sha256(request.body);
    let prefix = dialect.prefix();
    request.headers.insert(format!("{prefix}content-sha256"), digest.clone());
    request.headers.insert(format!("{prefix}date"), second.clone());
    let token = access.session_token.expose();
    if !token.is_empty() {
        request.headers.insert(format!("{prefix}security-token"), token.to_owned());
    }
    let names = request.headers.keys().map(String::as_str).collect::<Vec<_>>().join(";");
    let lines: String = request.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let canonical = format!("{}\n{}\n{}\n{lines}\n{names}\n{digest}", request.method, request.path, request.query);
    let scope = format!("{day}/{}/{service}/{end}", access.region);
    let text = format!("{algorithm}\n{second}\n{scope}\n{}", hex_sha256(canonical.as_bytes()));
    let mut key = format!("{start}{}", access.secret.expose()).into_bytes();
    for part in [day.as_str(), &access.region, service, end] {
        key = hmac(&key, part);
    }
    let signature = hexadecimal(&hmac(&key, &text));
    let value =
        format!("{algorithm} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", access.key_id);
    request.headers.insert("authorization".to_owned(), value);
}

/// A query in order, encoded as signatures want it.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED_VALUE).to_string();
    let mut pairs: Vec<_> = pairs.iter().map(|(key, value)| (encode(key), encode(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

fn hex_sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{StoreConfig, StoreKind};

    #[test]
    fn the_vendors_own_example() {
        let config =
            StoreConfig { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), ..StoreConfig::new(StoreKind::S3) };
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let access = Access::new(Dialect::Amazon, "us-east-1", &config, secret, None);
        let mut headers = BTreeMap::from([
            ("host".to_owned(), "examplebucket.s3.amazonaws.com".to_owned()),
            ("range".to_owned(), "bytes=0-9".to_owned()),
        ]);
        let request = Unsigned { method: "GET", path: "/test.txt", query: "", headers: &mut headers, body: b"" };
        sign(&access, request, datetime!(2013-05-24 00:00 UTC));
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert!(headers["authorization"].ends_with(&format!("Signature={signature}")), "{headers:?}");
        assert!(!format!("{access:?} {config:?}").contains("wJalr"));
    }

    #[test]
    fn queries_are_in_order_and_encoded() {
        assert_eq!(query(&[("prefix", "a b/ü+"), ("list-type", "2")]), "list-type=2&prefix=a%20b%2F%C3%BC%2B");
    }
}
