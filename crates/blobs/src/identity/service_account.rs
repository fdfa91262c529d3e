//! A service account of Google's, by the JSON file with its key: a statement of who asks, signed with the key and
//! exchanged for a token (RFC 7523, section 2.1).

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::SigningKey;
use serde::Deserialize;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use url::Url;

/// What the token is for: files, not buckets and their policies.
const SCOPE: &str = "https://www.googleapis.com/auth/devstorage.read_write";
/// A statement may be good for an hour at most.
const LIFE: Duration = Duration::hours(1);
/// It is dated back, so that a clock that is ahead does no harm.
const AHEAD: Duration = Duration::minutes(5);

/// An account and its key.
pub(super) struct ServiceAccount {
    email: String,
    key_id: String,
    /// To whom the statement is made: what the file calls `token_uri`.
    audience: String,
    key: Arc<dyn SigningKey>,
}

/// The file, as far as it matters here.
#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: String,
    #[serde(default = "default_token_uri")]
    token_uri: String,
}

fn default_token_uri() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

impl ServiceAccount {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, without a word of it.
    pub(super) fn read(path: &Path) -> Result<Self, &'static str> {
        let text = std::fs::read_to_string(path).map_err(|_| "credentials_file cannot be read")?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        // The parser's message may quote the text.
        let file: KeyFile =
            serde_json::from_str(text).map_err(|_| "credentials_file is not the JSON key of a service account")?;
        if file.kind != "service_account" {
            return Err("credentials_file is of another type than service_account");
        }
        let place = Url::parse(&file.token_uri).ok();
        let plain = |url: &Url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        if !place.as_ref().is_some_and(plain) {
            return Err("token_uri in credentials_file is not a plain https URL");
        }
        let unusable = "private_key in credentials_file is not an RSA key of 2048 bits or more";
        let der = PrivateKeyDer::from_pem_slice(file.private_key.as_bytes()).map_err(|_| unusable)?;
        let key = rustls::crypto::ring::sign::any_supported_type(&der).map_err(|_| unusable)?;
        if key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).is_none() {
            return Err(unusable);
        }
        Ok(Self { email: file.client_email, key_id: file.private_key_id, audience: file.token_uri, key })
    }

    /// Where statements are exchanged.
    pub(super) fn token_uri(&self) -> &str {
        &self.audience
    }

    /// The statement, signed; `None` if it cannot be.
    pub(super) fn assertion(&self, now: OffsetDateTime) -> Option<String> {
        let from = (now - AHEAD).unix_timestamp();
        let head = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.audience,
            "iat": from,
            "exp": from + LIFE.whole_seconds(),
        });
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let text = format!("{}.{}", encode(head.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
        let signature = signer.sign(text.as_bytes()).ok()?;
        Some(format!("{text}.{}", encode(&signature)))
    }
}
