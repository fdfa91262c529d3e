//! Named stores: storage that the operator vouches for, with credentials of this server.
//!
//! A store is used for URLs that name it (`store://NAME/…`), that name its kind and bucket (`s3://BUCKET/…`,
//! `gs://BUCKET/…`), or that lie at its endpoint and bring no key of their own. Nothing outside its `root` is reached
//! with its credentials.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::azure::{AccountKey, Credential};
use crate::guard::Guard;
use crate::identity::Identity;
use crate::s3::{Access, Dialect};
use crate::{BlobError, ConfigError, Location, StorageConfig, StoreConfig, StoreKind};

/// All of them, in name order.
pub(crate) struct NamedStores(Vec<NamedStore>);

/// One of them, ready to be used.
pub(crate) struct NamedStore {
    name: String,
    kind: StoreKind,
    pub(crate) endpoint: Url,
    /// The one bucket it may reach; any, if there is none.
    bucket: Option<String>,
    /// What every key must start with: empty, or ends with a slash.
    prefix: String,
    /// The resources that it is for; all, if there are none.
    resources: Vec<String>,
    pub(crate) way: Way,
}

/// How it is spoken to.
pub(crate) enum Way {
    Bucket(Arc<Access>),
    Azure(Credential),
}

/// What a location means in a named store.
pub(crate) struct Spot<'a> {
    pub(crate) store: &'a NamedStore,
    pub(crate) bucket: String,
    /// The root's part of the key that the location does not spell out.
    pub(crate) hidden: String,
    /// The key after that, decoded.
    pub(crate) below: String,
    /// What stands before `below` in URLs that are shown; ends with a slash.
    pub(crate) shown: String,
}

impl NamedStores {
    /// Reads keys from their files and checks what can be checked without a connection.
    pub(crate) fn new(config: &StorageConfig, guard: &Arc<Guard>) -> Result<Self, ConfigError> {
        let stores = config.stores.iter().map(|(name, store)| NamedStore::new(name, store, guard));
        Ok(Self(stores.collect::<Result<_, _>>()?))
    }

    /// Where a location lies for a resource; `None` if it is no matter of named stores. Stores that are not for this
    /// resource do not exist for it; for nobody in particular, those exist that are for all.
    pub(crate) fn spot<'a>(&'a self, location: &Location, who: Option<&str>) -> Option<Result<Spot<'a>, BlobError>> {
        let url = location.url();
        let mine = Mine { all: &self.0, who };
        match url.scheme() {
            "store" => Some(mine.by_name(url)),
            "s3" => Some(mine.by_bucket(url, StoreKind::S3)),
            "gs" => Some(mine.by_bucket(url, StoreKind::Gcs)),
            // A URL with a key of its own is its caller's affair.
            "http" | "https" if url.query().is_none() => mine.by_endpoint(url),
            _ => None,
        }
    }
}

/// The stores that exist for one resource.
struct Mine<'a, 'w> {
    all: &'a [NamedStore],
    who: Option<&'w str>,
}

impl<'a, 'w> Mine<'a, 'w> {
    fn stores(&self) -> impl Iterator<Item = &'a NamedStore> + use<'a, 'w> {
        let who = self.who;
        self.all.iter().filter(move |store| store.is_for(who))
    }

    fn by_name(&self, url: &Url) -> Result<Spot<'a>, BlobError> {
        let name = url.host_str().unwrap_or("");
        let store = self.stores().find(|store| store.name == name).ok_or(BlobError::Refused("no such named store"))?;
        let path = decoded(url.path().trim_start_matches('/'))?;
        let (bucket, below, shown) = match &store.bucket {
            Some(bucket) => (bucket.clone(), path, format!("store://{name}/")),
            None => {
                let (bucket, below) = split(&path);
                (bucket.to_owned(), below.to_owned(), format!("store://{name}/{bucket}/"))
            }
        };
        named(&bucket)?;
        Ok(Spot { store, bucket, hidden: store.prefix.clone(), below, shown })
    }

    fn by_bucket(&self, url: &Url, kind: StoreKind) -> Result<Spot<'a>, BlobError> {
        let bucket = url.host_str().unwrap_or("").to_owned();
        let below = decoded(url.path().strip_prefix('/').unwrap_or(""))?;
        named(&bucket)?;
        let shown = format!("{}://{bucket}/", url.scheme());
        self.covering(&bucket, below, shown, |store| store.kind == kind)
    }

    fn by_endpoint(&self, url: &Url) -> Option<Result<Spot<'a>, BlobError>> {
        let base = |store: &NamedStore| store.endpoint.path().trim_end_matches('/').to_owned();
        let at = |store: &NamedStore| {
            let rest = url.path().strip_prefix(&base(store))?;
            (store.endpoint.origin() == url.origin() && rest.starts_with('/')).then(|| rest[1..].to_owned())
        };
        let (store, path) = self.stores().find_map(|store| Some((store, at(store)?)))?;
        let (bucket, below) = path.split_once('/').unwrap_or((&path, ""));
        let shown = format!("{}/{bucket}/", store.endpoint.as_str().trim_end_matches('/'));
        Some(decoded(bucket).and_then(|bucket| {
            named(&bucket)?;
            self.covering(&bucket, decoded(below)?, shown, |store| at(store).is_some())
        }))
    }

    /// The store whose root is nearest to the place.
    fn covering(
        &self,
        bucket: &str,
        below: String,
        shown: String,
        fits: impl Fn(&NamedStore) -> bool,
    ) -> Result<Spot<'a>, BlobError> {
        let store = self
            .stores()
            .filter(|store| fits(store) && store.covers(bucket, &below))
            .max_by_key(|store| (store.bucket.is_some(), store.prefix.len()))
            .ok_or(BlobError::Refused("no named store of this server covers it"))?;
        Ok(Spot { store, bucket: bucket.to_owned(), hidden: String::new(), below, shown })
    }
}

impl NamedStore {
    fn new(name: &str, config: &StoreConfig, guard: &Arc<Guard>) -> Result<Self, ConfigError> {
        let wrong = |what: &'static str| ConfigError::Store { name: name.to_owned(), what };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(wrong("a store's name has lower-case letters, digits and hyphens only"));
        }
        let region = if config.region.is_empty() { "us-east-1" } else { &config.region };
        let endpoint = match (config.endpoint.as_str(), config.kind) {
            ("", StoreKind::S3) => format!("https://s3.{region}.amazonaws.com"),
            ("", StoreKind::Gcs) => "https://storage.googleapis.com".to_owned(),
            ("", StoreKind::Azure) => return Err(wrong("endpoint is missing: https://ACCOUNT.blob.core.windows.net")),
            (given, _) => given.to_owned(),
        };
        let endpoint = Url::parse(&endpoint).map_err(|_| wrong("endpoint is not a URL"))?;
        let bare = endpoint.query().is_none() && endpoint.username().is_empty() && endpoint.password().is_none();
        if !matches!(endpoint.scheme(), "https" | "http") || !bare {
            return Err(wrong("endpoint is not a plain http or https URL"));
        }
        let (bucket, prefix) = split(config.root.trim_matches('/'));
        let secret = match &config.secret_file {
            Some(path) => std::fs::read_to_string(path).map_err(|_| wrong("secret_file cannot be read"))?,
            None => config.secret.expose().to_owned(),
        };
        let secret = secret.trim();
        let identity = Identity::new(name, config, guard.operator().clone()).map_err(wrong)?.map(Arc::new);
        if identity.is_some() && !secret.is_empty() {
            return Err(wrong("it has both a secret and an identity or credentials_file"));
        }
        let way = match config.kind {
            StoreKind::Azure => Way::Azure(match identity {
                Some(identity) => Credential::Token(identity),
                None if secret.is_empty() => Credential::Sas("".into()),
                None => Credential::Key(Arc::new(
                    AccountKey::new(&config.access_key_id, secret).ok_or_else(|| wrong("secret is not base64"))?,
                )),
            }),
            kind => {
                let dialect = if kind == StoreKind::Gcs { Dialect::Google } else { Dialect::Amazon };
                if kind == StoreKind::S3 && identity.is_some() {
                    return Err(wrong("kind s3 takes access_key_id and secret, not an identity"));
                }
                if config.access_key_id.is_empty() != secret.is_empty() {
                    return Err(wrong("access_key_id and secret belong together"));
                }
                let region = if kind == StoreKind::Gcs && config.region.is_empty() { "auto" } else { region };
                Way::Bucket(Arc::new(Access::new(dialect, region, config, secret, identity)))
            }
        };
        let bucket = (!bucket.is_empty()).then(|| bucket.to_owned());
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self {
            name: name.to_owned(),
            kind: config.kind,
            endpoint,
            bucket,
            prefix,
            resources: config.resources.clone(),
            way,
        })
    }

    fn is_for(&self, who: Option<&str>) -> bool {
        self.resources.is_empty() || self.resources.iter().any(|own| Some(own.as_str()) == who)
    }

    fn covers(&self, bucket: &str, below: &str) -> bool {
        // The root itself may be spelled without its last slash.
        let inside = below.starts_with(&self.prefix) || format!("{below}/") == self.prefix;
        self.bucket.as_deref().is_none_or(|own| own == bucket) && inside
    }
}

fn split(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

fn decoded(path: &str) -> Result<String, BlobError> {
    let text = percent_decode_str(path).decode_utf8();
    Ok(text.map_err(|_| BlobError::BadName("the URL's path is not UTF-8"))?.into_owned())
}

/// A bucket's name goes into a URL as it is.
fn named(bucket: &str) -> Result<(), BlobError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '$');
    if bucket.is_empty() || bucket.starts_with('.') || !bucket.chars().all(plain) {
        return Err(BlobError::BadName("the URL names no container or bucket"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stores() -> NamedStores {
        let store = |kind, endpoint: &str, root: &str| StoreConfig {
            endpoint: endpoint.to_owned(),
            root: root.to_owned(),
            ..StoreConfig::new(kind)
        };
        let stores = [
            ("all", store(StoreKind::S3, "https://minio.example:9000/s3", "")),
            ("team", store(StoreKind::S3, "", "docs/team/")),
            ("other", store(StoreKind::Gcs, "", "docs")),
            ("blue", store(StoreKind::Azure, "https://blue.blob.core.windows.net", "in")),
        ];
        let stores = stores.map(|(name, store)| (name.to_owned(), store)).into();
        let config = StorageConfig { stores, ..StorageConfig::default() };
        NamedStores::new(&config, &Arc::new(Guard::new(&config).unwrap())).unwrap()
    }

    /// Store, bucket, key and what is shown; the refusal; or nothing.
    fn spot(url: &str) -> String {
        match stores().spot(&url.parse().unwrap(), None) {
            None => "none".to_owned(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(spot)) => {
                format!("{} {} {}{} {}", spot.store.name, spot.bucket, spot.hidden, spot.below, spot.shown)
            }
        }
    }

    #[test]
    fn a_store_of_other_resources_does_not_exist() {
        let open = StoreConfig { root: "docs".to_owned(), ..StoreConfig::new(StoreKind::S3) };
        let limited = StoreConfig {
            root: "docs/legal".to_owned(),
            endpoint: "https://minio.example".to_owned(),
            resources: vec!["legal".to_owned(), "board".to_owned()],
            ..StoreConfig::new(StoreKind::S3)
        };
        let stores = [("open".to_owned(), open), ("limited".to_owned(), limited)].into();
        let config = StorageConfig { stores, ..StorageConfig::default() };
        let stores = NamedStores::new(&config, &Arc::new(Guard::new(&config).unwrap())).unwrap();
        let found = |who, url: &str| match stores.spot(&url.parse().unwrap(), who) {
            None => "none".to_owned(),
            Some(Err(error)) => error.to_string(),
            Some(Ok(spot)) => spot.store.name.clone(),
        };
        let missing = found(Some("legal"), "store://nobody/x");
        for who in [Some("legal"), Some("board")] {
            assert_eq!(found(who, "store://limited/x"), "limited");
            assert_eq!(found(who, "s3://docs/legal/x"), "limited");
            assert_eq!(found(who, "https://minio.example/docs/legal/x"), "limited");
        }
        for who in [Some("sales"), Some("Legal"), Some(""), None] {
            assert_eq!(found(who, "store://limited/x"), missing, "{who:?}");
            assert_eq!(found(who, "s3://docs/legal/x"), "open", "{who:?}");
            assert_eq!(found(who, "https://minio.example/docs/legal/x"), "none", "{who:?}");
            assert_eq!(found(who, "store://open/x"), "open", "{who:?}");
        }
    }

    #[test]
    fn urls_find_their_store_and_stay_in_its_root() {
        assert_eq!(spot("store://team/a%20b/c"), "team docs team/a b/c store://team/");
        assert_eq!(spot("store://team/../../c"), "team docs team/c store://team/");
        assert_eq!(spot("store://all/bucket/c"), "all bucket c store://all/bucket/");
        assert_eq!(spot("s3://docs/team/x"), "team docs team/x s3://docs/");
        assert_eq!(spot("s3://docs/team"), "team docs team s3://docs/");
        assert_eq!(spot("s3://docs/teams/x"), "all docs teams/x s3://docs/");
        assert_eq!(spot("gs://docs/x"), "other docs x gs://docs/");
        let refused = "this server does not reach that address: no named store of this server covers it";
        assert_eq!(spot("gs://secret/x"), refused);
        assert_eq!(spot("https://minio.example:9000/s3/b/x"), "all b x https://minio.example:9000/s3/b/");
        assert_eq!(spot("https://minio.example:9000/s3x/b/x"), "none");
        assert_eq!(spot("https://minio.example/s3/b/x"), "none");
        assert_eq!(spot("https://blue.blob.core.windows.net/in/x"), "blue in x https://blue.blob.core.windows.net/in/");
        assert_eq!(spot("https://blue.blob.core.windows.net/secret/x"), refused);
        assert_eq!(spot("https://blue.blob.core.windows.net/in/x?sig=1"), "none");
        assert_eq!(spot("store://none/x"), "this server does not reach that address: no such named store");
    }
}
