//! What a request shows to be let in: the caller's SAS, one that is minted from the account's key, or a token.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use url::{Host, Url, form_urlencoded};

use crate::failure::Fault;
use crate::http::signing_time;
use crate::identity::Identity;

/// The version of the service whose order of fields the signature follows.
const VERSION: &str = "2021-12-02";
/// What a minted key may do: read, create, write, list. Never delete.
const PERMISSIONS: &str = "rcwl";
/// Longer than any call; nothing is said about the start, so that a clock that is ahead does no harm.
const LIFE: Duration = Duration::hours(1);

#[derive(Clone)]
pub(crate) enum Credential {
    /// A query as given; empty for none.
    Sas(Arc<str>),
    /// The account's key. It signs a short-lived SAS of the one container, and stays here.
    Key(Arc<AccountKey>),
    Token(Arc<Identity>),
}

impl Credential {
    /// What is appended to the URL's query, and what stands in `Authorization`.
    pub(super) async fn for_request(&self, url: &Url) -> Result<(Arc<str>, Option<String>), Fault> {
        match self {
            Self::Sas(sas) => Ok((Arc::clone(sas), None)),
            Self::Key(key) => {
                let sas = key.mint(url, signing_time() + LIFE).ok_or(Fault::Credentials)?;
                Ok((sas.into(), None))
            }
            Self::Token(identity) => Ok(("".into(), Some(format!("Bearer {}", identity.token().await?)))),
        }
    }
}

/// An account's key, ready to sign.
pub(crate) struct AccountKey {
    /// Empty if the URL tells it.
    account: String,
    key: Vec<u8>,
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(..)")
    }
}

impl AccountKey {
    /// `None` if the key is not base64.
    pub(crate) fn new(account: &str, key: &str) -> Option<Self> {
        Some(Self { account: account.to_owned(), key: BASE64_STANDARD.decode(key).ok()? })
    }

    /// A SAS for the URL's container; `None` if the URL names none.
    fn mint(&self, url: &Url, expiry: OffsetDateTime) -> Option<String> {
        let decoded = |segment: &str| percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned());
        let mut segments = url.path_segments()?;
        let account = match url.host()? {
            Host::Domain(name) if name.contains('.') => name.split('.').next()?.to_owned(),
            // An emulator: the account stands in the path.
            _ => decoded(segments.next()?)?,
        };
        let account = if self.account.is_empty() { &account } else { &self.account };
        let container = decoded(segments.next()?)?;
        let expiry = expiry.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()?;
        let resource = format!("/blob/{account}/{container}");
        let fields = [PERMISSIONS, "", &expiry, &resource, "", "", "", VERSION, "c", "", "", "", "", "", "", ""];
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(fields.join("\n").as_bytes());
        let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let pairs = [("sv", VERSION), ("sr", "c"), ("sp", PERMISSIONS), ("se", &expiry), ("sig", &signature)];
        Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}
