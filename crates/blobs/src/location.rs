//! URLs of containers, folders and files: a type that hides its query.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// A storage URL as the caller gave it, byte for byte. Shows itself without its query, which holds the SAS.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Location {
    raw: String,
    url: Url,
}

/// The text is no URL that could name storage. Whether the server may reach it is decided later, by
/// [`Stores`](crate::Stores).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Not an absolute URL.
    #[error("not an absolute URL")]
    Malformed,
    /// A scheme that never names storage here.
    #[error("the scheme must be https, http, s3, gs, store or file")]
    Scheme,
    /// User name or password in the URL.
    #[error("user name and password are not allowed in the URL")]
    Credentials,
    /// Longer than 4 KiB.
    #[error("longer than 4096 characters")]
    TooLong,
}

impl Location {
    /// The URL without query and fragment: what may be shown and logged.
    #[must_use]
    pub fn public(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }

    /// The whole URL, SAS included, as it was given. Only for the storage client and the job row.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.raw
    }

    /// Whether the URL's SAS says that it may list a container. One that says nothing about permissions, or no SAS at
    /// all, may.
    #[must_use]
    pub fn grants_listing(&self) -> bool {
        let value = |key: &str| self.url.query_pairs().find(|(name, _)| name == key).map(|(_, value)| value);
        let one_file = value("sr").is_some_and(|kind| kind == "b");
        !one_file && value("sp").is_none_or(|permissions| permissions.contains('l'))
    }

    /// The parsed URL, SAS included. Only for the storage client.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text.len() > 4096 {
            return Err(LocationError::TooLong);
        }
        if text.chars().any(|c| c.is_control()) {
            return Err(LocationError::Malformed);
        }
        let url = Url::parse(text.trim()).map_err(|_| LocationError::Malformed)?;
        if !matches!(url.scheme(), "https" | "http" | "file" | "s3" | "gs" | "store") {
            return Err(LocationError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LocationError::Credentials);
        }
        Ok(Self { raw: text.trim().to_owned(), url })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({})", self.public())
    }
}

impl Serialize for Location {
    /// With the SAS: job rows need it. Wire types use [`Location::public`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.raw)
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The parse error quotes nothing: a broken URL may still hold a key.
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_never_shown() {
        let location: Location = "https://a.blob.core.windows.net/in/x%20y?sv=1&sig=SECRET#f".parse().unwrap();
        assert_eq!(location.to_string(), "https://a.blob.core.windows.net/in/x%20y");
        assert!(!format!("{location:?}").contains("SECRET"));
        assert!(location.expose().ends_with("sig=SECRET#f"));
    }

    #[test]
    fn a_sas_says_whether_it_lists() {
        let grants = |query: &str| {
            let location: Location = format!("https://a.blob.core.windows.net/c?{query}").parse().unwrap();
            location.grants_listing()
        };
        assert!(grants("sv=1&sp=rwl&sr=c&sig=x"));
        assert!(grants("sv=1&si=policy&sr=c&sig=x"));
        assert!(grants(""));
        assert!(!grants("sv=1&sp=cw&sr=c&sig=x"));
        assert!(!grants("sv=1&sp=rl&sr=b&sig=x"));
    }

    #[test]
    fn what_cannot_name_storage_is_refused() {
        let error = |text: &str| text.parse::<Location>().unwrap_err();
        assert_eq!(error("container/x"), LocationError::Malformed);
        assert_eq!(error(""), LocationError::Malformed);
        assert_eq!(error("https://a/\r\nx"), LocationError::Malformed);
        assert_eq!(error("gopher://a/x"), LocationError::Scheme);
        assert_eq!(error("javascript:alert(1)"), LocationError::Scheme);
        assert_eq!(error("https://user:secret@a/x"), LocationError::Credentials);
        assert_eq!(error(&format!("https://a/{}", "x".repeat(5000))), LocationError::TooLong);
    }
}
