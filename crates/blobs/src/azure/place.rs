//! What an Azure URL names: the container, the name below it, and the SAS.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::{Host, Url};

use crate::BlobError;
use crate::guard::Reach;

/// What a URL's path may not hold literally, `/` excepted.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'%')
    .add(b'\\')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'|')
    .add(b'+');

/// A parsed Azure URL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The container's URL, without a query.
    pub(crate) container: Url,
    /// What follows the container in the path, decoded; no slash at its start. Empty if there is nothing.
    pub(crate) below: String,
    /// The query as given.
    pub(crate) sas: String,
}

impl Place {
    /// Reads a URL that the policy let through.
    ///
    /// # Errors
    /// [`BlobError::BadName`] if it names no container, or its path is not UTF-8.
    pub(crate) fn parse(url: &Url, reach: Reach) -> Result<Self, BlobError> {
        let skip = if account_in_path(url, reach) { 2 } else { 1 };
        let mut rest = url.path().strip_prefix('/').unwrap_or(url.path());
        let mut path = String::new();
        for _ in 0..skip {
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            if segment.is_empty() {
                return Err(BlobError::BadName("the URL names no container"));
            }
            path.push('/');
            path.push_str(segment);
            rest = after;
        }
        let below = percent_decode_str(rest)
            .decode_utf8()
            .map_err(|_| BlobError::BadName("the URL's path is not UTF-8"))?
            .into_owned();
        let mut container = url.clone();
        container.set_query(None);
        container.set_fragment(None);
        container.set_path(&path);
        // `host.` and `host` are one host; certificates and virtual hosts know the second only.
        if let Some(Host::Domain(name)) = url.host()
            && let Some(trimmed) = name.strip_suffix('.')
        {
            container.set_host(Some(trimmed)).map_err(|_| BlobError::BadName("the URL's host is malformed"))?;
        }
        Ok(Self { container, below, sas: url.query().unwrap_or("").to_owned() })
    }

    /// The name below as a folder: what every name in it starts with.
    pub(crate) fn prefix(&self) -> String {
        let trimmed = self.below.trim_end_matches('/');
        if trimmed.is_empty() { String::new() } else { format!("{trimmed}/") }
    }

    /// A blob's URL for people, slashes kept.
    pub(crate) fn public_url(&self, blob: &str) -> String {
        format!("{}/{}", self.container.as_str().trim_end_matches('/'), utf8_percent_encode(blob, PATH))
    }
}

/// Emulators have one host for all accounts, so the account comes first in the path. A listed name that still has the
/// `blob` label is a private end point of a real account.
fn account_in_path(url: &Url, reach: Reach) -> bool {
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || name.ends_with(".localhost")
                || (reach != Reach::Public && !name.split('.').skip(1).any(|label| label == "blob"))
        }
        None => false,
    }
}

/// What the wire cannot carry as a blob's name: URLs drop such segments, and a request for another blob would go out.
pub(crate) fn check_name(name: &str) -> Result<(), BlobError> {
    if name.is_empty() {
        return Err(BlobError::BadName("it is empty"));
    }
    if name.chars().count() > 1024 {
        return Err(BlobError::BadName("it is longer than 1024 characters"));
    }
    // URLs silently drop tabs and line ends; no storage takes the other ones.
    if name.chars().any(|c| c.is_ascii_control()) {
        return Err(BlobError::BadName("it holds a control character"));
    }
    // The name travels as one path segment with its slashes encoded; only these two would vanish.
    if matches!(name, "." | "..") {
        return Err(BlobError::BadName("it is a dot segment"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, reach: Reach, expected: Option<(&str, &str, &str)>) {
        let place = Place::parse(&Url::parse(url).unwrap(), reach).ok();
        let parts = place.as_ref().map(|place| (place.container.as_str(), place.below.as_str(), place.sas.as_str()));
        assert_eq!(parts, expected, "{url}");
    }

    #[test]
    fn containers_and_what_lies_below() {
        use Reach::{Listed, Public};
        let core = "https://a.blob.core.windows.net";
        check(&format!("{core}/c"), Public, Some((&format!("{core}/c"), "", "")));
        check(&format!("{core}/c/"), Public, Some((&format!("{core}/c"), "", "")));
        check(&format!("{core}/c?sig=a+b%2B"), Public, Some((&format!("{core}/c"), "", "sig=a+b%2B")));
        check(&format!("{core}/c/d%20e/f%2Fg?x#y"), Public, Some((&format!("{core}/c"), "d e/f/g", "x")));
        check(&format!("{core}/c//d/"), Public, Some((&format!("{core}/c"), "/d/", "")));
        check("https://a.blob.core.windows.net./c", Public, Some((&format!("{core}/c"), "", "")));
        check(core, Public, None);
        check(&format!("{core}//c"), Public, None);
        check(&format!("{core}/c/%ff"), Public, None);
        check("http://127.0.0.1:1/acc/c/d", Listed, Some(("http://127.0.0.1:1/acc/c", "d", "")));
        check("http://127.0.0.1:1/acc", Listed, None);
        check("http://localhost:1/acc/c", Listed, Some(("http://localhost:1/acc/c", "", "")));
        check("http://azurite:1/acc/c", Listed, Some(("http://azurite:1/acc/c", "", "")));
        check("https://a.blob.lan/c/d", Listed, Some(("https://a.blob.lan/c", "d", "")));
        check("https://files.example/c/d", Public, Some(("https://files.example/c", "d", "")));
        check("http://[::1]:1/acc/c", Listed, Some(("http://[::1]:1/acc/c", "", "")));
    }

    #[test]
    fn folders_end_with_one_slash() {
        let prefix = |path: &str| {
            let url = Url::parse(&format!("https://a.blob.core.windows.net/c{path}")).unwrap();
            Place::parse(&url, Reach::Public).unwrap().prefix()
        };
        assert_eq!(prefix(""), "");
        assert_eq!(prefix("/"), "");
        assert_eq!(prefix("/d"), "d/");
        assert_eq!(prefix("/d/e//"), "d/e/");
    }

    #[test]
    fn public_urls_can_be_used_and_hold_no_sas() {
        let url = Url::parse("https://a.blob.core.windows.net/c?sig=SECRET").unwrap();
        let place = Place::parse(&url, Reach::Public).unwrap();
        let public = place.public_url("d/é ?#%+.txt");
        assert_eq!(public, "https://a.blob.core.windows.net/c/d/%C3%A9%20%3F%23%25%2B.txt");
        assert_eq!(Place::parse(&Url::parse(&public).unwrap(), Reach::Public).unwrap().below, "d/é ?#%+.txt");
    }
}
