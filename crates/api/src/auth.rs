//! Who is asking: subscription keys and the resources they stand for.
//!
//! Keys are compared by their SHA-256, in constant time and always with every key there is: neither the time nor the
//! answer tells how close a guess was.

use std::fmt;
use std::net::SocketAddr;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use terjuman_model::{ResourceId, hexadecimal};

use crate::ConfigError;
use crate::error::ApiError;

/// The key that a server without configured keys accepts, on loopback only.
pub const DEVELOPMENT_KEY: &str = "terjuman-dev-key";

const KEY_HEADER: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Serialize for Secret {
    /// Hidden: configuration is written only to be shown.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

/// The `[auth]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// `KEY`, a resource of its own, or `RESOURCE=KEY`: keys of one resource see the same jobs, so that one can be
    /// replaced while the other works. A resource's name is letters, digits, `-`, `_` and `.`. Default none: the server
    /// listens on loopback only and accepts `terjuman-dev-key`.
    pub keys: Vec<Secret>,
    /// `TOKEN` or `RESOURCE=TOKEN`, as with keys: what clients that have a credential in place of a key send as
    /// `Authorization: Bearer TOKEN`. Tokens are compared, not decoded. Default none: bearer tokens are not accepted.
    pub tokens: Vec<Secret>,
}

/// The credentials in force. Keys come before tokens.
pub(crate) struct Keys {
    known: Vec<([u8; 32], ResourceId)>,
    keys: usize,
}

impl AuthConfig {
    /// Whether these keys can be used on that address.
    ///
    /// # Errors
    /// If there are none and the address is open to others, or an entry is no key.
    pub fn check(&self, listen: SocketAddr) -> Result<(), ConfigError> {
        self.resolve(listen).map(drop)
    }

    /// A key that these settings accept: what a client with the same configuration sends.
    #[must_use]
    pub fn any_key(&self) -> &str {
        self.keys.first().map_or(DEVELOPMENT_KEY, |entry| split(entry.expose()).1)
    }

    pub(crate) fn resolve(&self, listen: SocketAddr) -> Result<Keys, ConfigError> {
        if self.keys.is_empty() && self.tokens.is_empty() {
            if !listen.ip().is_loopback() {
                return Err(ConfigError::NoKeys(listen));
            }
            let known = vec![(hash(DEVELOPMENT_KEY), ResourceId("development".to_owned()))];
            return Ok(Keys { known, keys: 1 });
        }
        let mut known = credentials("keys", &self.keys)?;
        let keys = known.len();
        known.extend(credentials("tokens", &self.tokens)?);
        Ok(Keys { known, keys })
    }
}

fn credentials(list: &'static str, entries: &[Secret]) -> Result<Vec<([u8; 32], ResourceId)>, ConfigError> {
    let mut credentials: Vec<([u8; 32], ResourceId)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let (resource, key) = split(entry.expose());
        if key.is_empty() || !key.bytes().all(|b| matches!(b, b' '..=b'~')) || key.trim() != key {
            return Err(ConfigError::Key(list, index + 1));
        }
        let hash = hash(key);
        let resource = resource.map_or_else(|| derived(&hash), |name| ResourceId(format!("named-{name}")));
        match credentials.iter().find(|(known, _)| *known == hash) {
            Some((_, owner)) if *owner != resource => return Err(ConfigError::KeyTwice(list, index + 1)),
            Some(_) => {}
            None => credentials.push((hash, resource)),
        }
    }
    Ok(credentials)
}

impl Keys {
    /// The resource of the request's credential: its key, or, if it has none, its token.
    ///
    /// # Errors
    /// One and the same for a key that is missing, wrong, doubled or no text.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<ResourceId, ApiError> {
        let is_token = !headers.contains_key(KEY_HEADER);
        let mut values = headers.get_all(if is_token { AUTHORIZATION } else { KEY_HEADER }).iter();
        let (first, second) = (values.next(), values.next());
        let first =
            first.map(HeaderValue::as_bytes).and_then(|value| if is_token { bearer(value) } else { Some(value) });
        // A missing key takes the same way as a wrong one.
        let given = hash_bytes(first.unwrap_or_default());
        let mut found = 0_u32;
        for (index, (known, _)) in self.known.iter().enumerate() {
            let equal: Choice = known.ct_eq(&given) & Choice::from(u8::from((index >= self.keys) == is_token));
            found.conditional_assign(&u32::try_from(index + 1).unwrap_or(0), equal);
        }
        let usable = first.is_some() && second.is_none() && found > 0;
        let resource = if usable { self.known.get(found as usize - 1) } else { None };
        resource.map(|(_, resource)| resource.clone()).ok_or_else(ApiError::unauthorized)
    }
}

/// The token of `Bearer TOKEN`; the scheme's name is spelled in any case.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

/// `RESOURCE=KEY` or just a key. A base64 key ends with `=` or `==`, which is no resource's name before it.
fn split(entry: &str) -> (Option<&str>, &str) {
    let is_name = |name: &str| {
        (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    match entry.split_once('=') {
        Some((name, key)) if is_name(name) && !key.bytes().all(|b| b == b'=') => (Some(name), key),
        _ => (None, entry),
    }
}

/// A resource that depends on its key alone: reordering the keys changes nothing.
fn derived(hash: &[u8; 32]) -> ResourceId {
    let mut id = Sha256::new();
    // Not the key's own hash: what is stored in the database must not serve to test guesses against other records.
    id.update(b"terjuman resource\0");
    id.update(hash);
    let id = id.finalize();
    ResourceId("key-".to_owned() + &hexadecimal(&id[..16]))
}

fn hash(text: &str) -> [u8; 32] {
    hash_bytes(text.as_bytes())
}

fn hash_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn config(keys: &[&str]) -> AuthConfig {
        AuthConfig { keys: keys.iter().map(|key| Secret((*key).to_owned())).collect(), tokens: Vec::new() }
    }

    fn local() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 5000))
    }

    #[track_caller]
    fn who(config: &AuthConfig, key: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.append(KEY_HEADER, HeaderValue::from_str(key).unwrap());
        config.resolve(local()).unwrap().authenticate(&headers).ok().map(|resource| resource.0)
    }

    #[test]
    fn a_key_is_a_resource_whatever_its_place_and_named_keys_share_one() {
        let one = config(&["first-key", "second-key", "legal=third-key", "legal=fourth-key"]);
        let other = config(&["legal=fourth-key", "second-key", "first-key"]);
        assert!(who(&one, "first-key").unwrap().starts_with("key-"));
        assert_eq!(who(&one, "first-key"), who(&other, "first-key"));
        assert_ne!(who(&one, "first-key"), who(&one, "second-key"));
        assert_eq!(who(&one, "third-key").as_deref(), Some("named-legal"));
        assert_eq!((config(&["a=k"]).any_key(), config(&[]).any_key()), ("k", DEVELOPMENT_KEY));
        assert_eq!(who(&one, "fourth-key").as_deref(), Some("named-legal"));
        for wrong in ["", "first-ke", "first-key ", "legal=third-key", DEVELOPMENT_KEY] {
            assert_eq!(who(&one, wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn base64_keys_are_whole_keys() {
        for key in ["c2VjcmV0a2V5MQ==", "c2VjcmV0a2V5MTI="] {
            assert!(who(&config(&[key]), key).unwrap().starts_with("key-"), "{key}");
        }
        assert_eq!(who(&config(&["r=c2VjcmV0a2V5MQ=="]), "c2VjcmV0a2V5MQ==").as_deref(), Some("named-r"));
    }

    #[test]
    fn without_keys_only_loopback_will_do() {
        let none = AuthConfig::default();
        assert_eq!(who(&none, DEVELOPMENT_KEY).as_deref(), Some("development"));
        let open = SocketAddr::from(([0, 0, 0, 0], 5000));
        assert_eq!(none.check(open), Err(ConfigError::NoKeys(open)));
        assert_eq!(config(&["a-key"]).check(open), Ok(()));
        assert_eq!(config(&["a-key", " b"]).check(open), Err(ConfigError::Key("keys", 2)));
        assert_eq!(config(&["a=key", "b=key"]).check(open), Err(ConfigError::KeyTwice("keys", 2)));
    }

    #[test]
    fn tokens_are_no_keys_and_keys_no_tokens() {
        let tokens = ["legal=eyJ0.a-token.c2ln", "another-token"].map(|token| Secret(token.to_owned()));
        let with = AuthConfig { tokens: tokens.to_vec(), ..config(&["legal=the-key"]) };
        let keys = with.resolve(local()).unwrap();
        let who = |name: HeaderName, value: &str| {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
            keys.authenticate(&headers).ok().map(|resource| resource.0)
        };
        assert_eq!(who(AUTHORIZATION, "Bearer eyJ0.a-token.c2ln").as_deref(), Some("named-legal"));
        assert_eq!(who(KEY_HEADER, "the-key").as_deref(), Some("named-legal"));
        assert!(who(AUTHORIZATION, "bEARER  another-token").unwrap().starts_with("key-"));
        for wrong in ["", "Bearer", "Bearer ", "Basic another-token", "Bearer the-key", "another-token", "Bearer legal"]
        {
            assert_eq!(who(AUTHORIZATION, wrong), None, "{wrong}");
        }
        assert_eq!(who(KEY_HEADER, "another-token"), None);
        // Without tokens none is accepted; with tokens alone the well-known key is not.
        let none = config(&[]).resolve(local()).unwrap();
        let known = HeaderValue::from_static("Bearer terjuman-dev-key");
        assert!(none.authenticate(&HeaderMap::from_iter([(AUTHORIZATION, known)])).is_err());
        let alone = AuthConfig { tokens: tokens.to_vec(), ..config(&[]) }.resolve(([0, 0, 0, 0], 1).into()).unwrap();
        let known = HeaderValue::from_static(DEVELOPMENT_KEY);
        assert!(alone.authenticate(&HeaderMap::from_iter([(KEY_HEADER, known)])).is_err());
    }

    #[test]
    fn missing_and_doubled_keys_are_refused_and_secrets_are_not_shown() {
        let keys = config(&["first-key"]).resolve(local()).unwrap();
        let mut headers = HeaderMap::new();
        assert!(keys.authenticate(&headers).is_err());
        headers.append(KEY_HEADER, HeaderValue::from_static("first-key"));
        assert!(keys.authenticate(&headers).is_ok());
        headers.append(KEY_HEADER, HeaderValue::from_static("first-key"));
        assert!(keys.authenticate(&headers).is_err());
        let shown = format!("{:?} {}", config(&["first-key"]), serde_json::to_string(&config(&["first-key"])).unwrap());
        assert!(!shown.contains("first-key"), "{shown}");
    }
}
