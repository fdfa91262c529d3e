//! The promises that every storage keeps, asked of each: folders, Azurite, a server that speaks S3, one that keeps objects
//! as Google does.

#![expect(clippy::print_stdout, reason = "a test says which promise it asks, and what came of it")]

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use terjuman_blobs::{BlobError, Container, Created, Stamp, StorageConfig, StoreConfig, StoreKind, Stores};

use crate::azurite::{self, Azurite};
use crate::gcs::Gcs;
use crate::s3::S3;
use crate::{HELLO_SHA256, location, reaching, sha256, stamp};

/// A place in some storage, empty at first.
#[async_trait]
trait Stage: Send + Sync {
    /// An empty container of this name, by the way that is tested.
    async fn open(&self, name: &str) -> Arc<dyn Container>;
    /// A file in it that somebody else writes, over whatever is there.
    async fn put(&self, name: &str, path: &str, content: &str);
    /// Names that this storage keeps.
    fn names(&self) -> &'static [&'static str];
    /// Whether every output carries whose it is; where a file without a stamp may be ours, equal bytes count.
    fn always_stamps(&self) -> bool {
        true
    }
}

const PLAIN: [&str; 9] = [
    " in front.txt",
    "two  spaces",
    "what?.txt",
    "no#1.txt",
    "100%.txt",
    "%41.txt",
    "a+b.txt",
    "é/日本.txt",
    "'q'!*();:@&=,$.txt",
];
const ODD: [&str; 13] = [
    " in front.txt",
    "two  spaces",
    "what?.txt",
    "no#1.txt",
    "100%.txt",
    "%41.txt",
    "a+b.txt",
    "é/日本.txt",
    "'q'!*();:@&=,$.txt",
    "a//b.txt",
    "e\u{301}.txt",
    "a&b<c>\".txt",
    "...",
];

async fn keeps_every_promise(stage: &dyn Stage) {
    names_are_kept(stage).await;
    listings_are_by_raw_prefix(stage).await;
    pages_are_followed(stage).await;
    reads_are_bounded(stage).await;
    a_write_happens_once(stage).await;
    earlier_leases_are_replaced(stage).await;
    one_of_many_writes(stage).await;
}

/// Names go out and come back byte for byte.
async fn names_are_kept(stage: &dyn Stage) {
    println!("names are kept");
    let container = stage.open("names").await;
    for name in stage.names() {
        assert_eq!(create(&container, name, 1).await.unwrap(), Created::Now, "{name}");
        assert_eq!(container.read(name, None, 5).await.unwrap(), "hello", "{name}");
        assert_eq!(container.head(name).await.unwrap().size, 5, "{name}");
    }
    let mut expected = stage.names().to_vec();
    expected.sort_unstable();
    assert_eq!(names(&container, "").await, expected);
    let shown: HashSet<String> = stage.names().iter().map(|name| container.public_url(name)).collect();
    assert_eq!(shown.len(), expected.len());
    for impossible in ["", ".", "..", "a\0b"] {
        assert!(matches!(create(&container, impossible, 1).await, Err(BlobError::BadName(_))), "{impossible:?}");
    }
}

/// Listings are by raw prefix, in order, and end at their limit.
async fn listings_are_by_raw_prefix(stage: &dyn Stage) {
    println!("listings are by raw prefix, in order, and end at their limit");
    let container = stage.open("listings").await;
    for path in ["doc.txt", "docs/a.txt", "docs/b.txt", "do.txt"] {
        stage.put("listings", path, "x").await;
    }
    assert_eq!(names(&container, "doc").await, ["doc.txt", "docs/a.txt", "docs/b.txt"]);
    assert_eq!(names(&container, "docs/").await, ["docs/a.txt", "docs/b.txt"]);
    assert_eq!(names(&container, "x").await, [""; 0]);
    assert!(matches!(container.list("", 3).await, Err(BlobError::TooMany { limit: 3 })));
    assert_eq!(container.list("", 4).await.unwrap().len(), 4);
}

/// A listing of several pages is one, and ends where enough is found.
async fn pages_are_followed(stage: &dyn Stage) {
    println!("pages are followed");
    let container = stage.open("pages").await;
    let puts = (0..2003).map(|i| async move { stage.put("pages", &format!("{i:04}.txt"), "").await });
    futures::stream::iter(puts).buffer_unordered(8).collect::<Vec<()>>().await;
    let listed = names(&container, "").await;
    assert_eq!(listed.len(), 2003);
    assert!(listed.is_sorted());
    let fives = |name: &str| name.ends_with("5.txt");
    let found = async |limit, most| container.list_wanted("", limit, most, &fives).await;
    assert_eq!(found(10_000, 1_000).await.unwrap().len(), 200);
    let few: Vec<String> = found(10_000, 3).await.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(few, ["0005.txt", "0015.txt", "0025.txt"]);
    assert!(matches!(found(1_500, 1_000).await, Err(BlobError::TooMany { limit: 1_500 })));
}

/// Reads are bounded, and pinned to the version that was listed.
async fn reads_are_bounded(stage: &dyn Stage) {
    println!("reads are bounded, and pinned to the version that was listed");
    let container = stage.open("reads").await;
    stage.put("reads", "a.txt", "hello").await;
    stage.put("reads", "empty.txt", "").await;
    let listed = container.list("a", 1).await.unwrap().remove(0);
    assert_eq!(container.read("a.txt", listed.etag.as_deref(), 5).await.unwrap(), "hello");
    let head = container.head("a.txt").await.unwrap();
    assert_eq!(container.read("a.txt", head.etag.as_deref(), u64::MAX).await.unwrap(), "hello");
    assert!(matches!(container.read("a.txt", None, 4).await, Err(BlobError::TooLarge { limit: 4 })));
    assert_eq!(container.read("empty.txt", None, 0).await.unwrap(), "");
    stage.put("reads", "a.txt", "something else").await;
    assert!(matches!(container.read("a.txt", listed.etag.as_deref(), 99).await, Err(BlobError::Changed)));
    assert!(matches!(container.read("none.txt", None, 5).await, Err(BlobError::NotFound)));
    assert!(matches!(container.head("none.txt").await, Err(BlobError::NotFound)));
}

/// A write happens once, and never over somebody else's file.
async fn a_write_happens_once(stage: &dyn Stage) {
    println!("a write happens once, and never over somebody else's file");
    let container = stage.open("writes").await;
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Now);
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Before);
    assert!(matches!(create(&container, "a.txt", 2).await, Err(BlobError::Exists)));
    if stage.always_stamps() {
        stage.put("writes", "equal.txt", "hello").await;
        assert!(matches!(create(&container, "equal.txt", 1).await, Err(BlobError::Exists)));
    }
    stage.put("writes", "foreign.txt", "theirs").await;
    assert!(matches!(create(&container, "foreign.txt", 1).await, Err(BlobError::Exists)));
    assert_eq!(container.read("foreign.txt", None, 9).await.unwrap(), "theirs");
}

/// What an earlier lease of the same document wrote is replaced, and nothing else.
async fn earlier_leases_are_replaced(stage: &dyn Stage) {
    println!("what an earlier lease of the same document wrote is replaced, and nothing else");
    let container = stage.open("fences").await;
    let put = async |document: u128, fence: i64, text: &'static str| {
        let stamp = Stamp { fence, sha256: sha256(text.as_bytes()), ..stamp(document) };
        container.create("a.txt", Bytes::from_static(text.as_bytes()), "text/plain", &stamp).await
    };
    assert_eq!(container.stamp("a.txt").await.unwrap(), None);
    assert_eq!(put(1, 3, "first").await.unwrap(), Created::Now);
    let first = Stamp { fence: 3, sha256: sha256(b"first"), ..stamp(1) };
    assert_eq!(container.stamp("a.txt").await.unwrap(), Some(first));
    assert_eq!(put(1, 4, "first").await.unwrap(), Created::Before);
    assert_eq!(put(1, 4, "second").await.unwrap(), Created::Instead);
    assert_eq!(put(1, 4, "second").await.unwrap(), Created::Before);
    for (document, fence, text) in [(1, 3, "first"), (1, 4, "other"), (2, 9, "third"), (2, 9, "second")] {
        let refused = put(document, fence, text).await;
        assert!(matches!(refused, Err(BlobError::Exists)), "{document} {fence} {text}: {refused:?}");
    }
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "second");
    let racers = (5..13_i64).map(|fence| {
        let container = Arc::clone(&container);
        tokio::spawn(async move {
            let content = Bytes::from(format!("by {fence}"));
            let stamp = Stamp { fence, sha256: sha256(&content), ..stamp(1) };
            container.create("a.txt", content, "text/plain", &stamp).await.is_ok().then_some(fence)
        })
    });
    let wrote = futures::future::join_all(racers).await.into_iter().filter_map(|wrote| wrote.unwrap()).max().unwrap();
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), format!("by {wrote}"), "the latest lease has the word");
    assert_eq!(container.list("", 9).await.unwrap().len(), 1);
    stage.put("fences", "a.txt", "theirs").await;
    assert!(matches!(put(1, 99, "late").await, Err(BlobError::Exists)), "what somebody wrote over ours is theirs");
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "theirs");
}

/// Of many at once, one writes.
async fn one_of_many_writes(stage: &dyn Stage) {
    println!("of many at once, one writes");
    let container = stage.open("races").await;
    let racers = (0..12_u8).map(|i| {
        let container = Arc::clone(&container);
        tokio::spawn(async move {
            let content = Bytes::from(vec![b'a' + i; 100_000]);
            let sha256 = sha256(&content);
            container.create("race", content, "text/plain", &Stamp { sha256, ..stamp(u128::from(i)) }).await.is_ok()
        })
    });
    let won = futures::future::join_all(racers).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!(won, 1);
    let content = container.read("race", None, 100_000).await.unwrap();
    assert!(content.len() == 100_000 && content.iter().all(|byte| *byte == content[0]));
}

async fn names(container: &Arc<dyn Container>, prefix: &str) -> Vec<String> {
    container.list(prefix, 10_000).await.unwrap().into_iter().map(|entry| entry.name).collect()
}

async fn create(container: &Arc<dyn Container>, name: &str, document: u128) -> Result<Created, BlobError> {
    container.create(name, Bytes::from_static(b"hello"), "text/plain", &stamp(document)).await
}

struct Folders(tempfile::TempDir);

#[async_trait]
impl Stage for Folders {
    async fn open(&self, name: &str) -> Arc<dyn Container> {
        let root = self.0.path().canonicalize().unwrap();
        std::fs::create_dir(root.join(name)).unwrap();
        let config = StorageConfig { file_roots: vec![root.clone()], ..StorageConfig::default() };
        let url = format!("file://{}/{name}", root.display());
        Stores::open(config).unwrap().folder(&location(&url)).unwrap()
    }

    async fn put(&self, name: &str, path: &str, content: &str) {
        let path = self.0.path().join(name).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn names(&self) -> &'static [&'static str] {
        &PLAIN
    }

    fn always_stamps(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn folders() {
    keeps_every_promise(&Folders(tempfile::tempdir().unwrap())).await;
}

/// Azurite, by the caller's SAS or by this server's account key.
struct Blobs {
    azurite: Azurite,
    key: bool,
}

#[async_trait]
impl Stage for Blobs {
    async fn open(&self, name: &str) -> Arc<dyn Container> {
        let name = format!("{name}-{}", self.key);
        self.azurite.container(&name).await;
        if !self.key {
            let url = location(&self.azurite.container_url(&name, "rwl"));
            return Stores::open(reaching(&self.azurite.host)).unwrap().folder(&url).unwrap();
        }
        let stores = Stores::open(with_key(&self.azurite, azurite::KEY)).unwrap();
        stores.folder(&location(&format!("store://mine/{name}"))).unwrap()
    }

    async fn put(&self, name: &str, path: &str, content: &str) {
        self.azurite.put(&format!("{name}-{}", self.key), path, content, &[]).await;
    }

    fn names(&self) -> &'static [&'static str] {
        &ODD
    }
}

fn with_key(azurite: &Azurite, key: &str) -> StorageConfig {
    let store = StoreConfig {
        endpoint: format!("http://{}/{}", azurite.host, azurite::ACCOUNT),
        secret: key.to_owned().into(),
        ..StoreConfig::new(StoreKind::Azure)
    };
    StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() }
}

#[tokio::test]
async fn azurite_by_sas_and_by_key() {
    let Some(azurite) = Azurite::start().await else { return };
    let mut stage = Blobs { azurite, key: false };
    keeps_every_promise(&stage).await;
    stage.key = true;
    keeps_every_promise(&stage).await;

    println!("a URL without a SAS is served with the account's key, one with a SAS is not");
    let stores = Stores::open(with_key(&stage.azurite, azurite::KEY)).unwrap();
    let bare = format!("http://{}/{}/reads-true", stage.azurite.host, azurite::ACCOUNT);
    assert_eq!(stores.folder(&location(&bare)).unwrap().list("a", 9).await.unwrap().len(), 1);
    assert!(matches!(stores.folder(&location(&format!("{bare}?sig=x"))), Err(BlobError::Refused(_))));

    println!("the emulator checks signatures");
    let stores = Stores::open(with_key(&stage.azurite, "d3Jvbmc=")).unwrap();
    let container = stores.folder(&location("store://mine/reads-true")).unwrap();
    assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)));
    assert!(matches!(create(&container, "b.txt", 1).await, Err(BlobError::Forbidden)));
}

#[async_trait]
impl Stage for S3 {
    async fn open(&self, name: &str) -> Arc<dyn Container> {
        self.bucket(name).await;
        let stores = Stores::open(self.config("key", "secret", "")).unwrap();
        stores.folder(&location(&format!("s3://{name}/in/here"))).unwrap()
    }

    async fn put(&self, name: &str, path: &str, content: &str) {
        S3::put(self, name, &format!("in/here/{path}"), content).await;
    }

    fn names(&self) -> &'static [&'static str] {
        &ODD
    }
}

#[tokio::test]
async fn s3() {
    let Some(s3) = S3::start(None).await else { return };
    keeps_every_promise(&s3).await;

    println!("a root is not left");
    s3.bucket("secrets").await;
    s3.put("listings", "outside.txt", "x").await;
    let stores = Stores::open(s3.config("key", "secret", "listings/in")).unwrap();
    let open = |url: &str| stores.folder(&location(url));
    assert_eq!(names(&open("store://mine/").unwrap(), "").await.len(), 4);
    assert_eq!(names(&open("s3://listings/in/here/docs").unwrap(), "").await, ["a.txt", "b.txt"]);
    assert_eq!(open("store://mine/here").unwrap().public_url("a b#.txt"), "store://mine/here/a%20b%23.txt");
    for outside in ["s3://listings", "s3://listings/inside", "s3://secrets/in", "store://other/x"] {
        assert!(matches!(open(outside), Err(BlobError::Refused(_))), "{outside}");
    }
    let up = open("store://mine/%2e%2e%2fup").unwrap();
    assert!(matches!(create(&up, "x", 1).await, Err(BlobError::BadName(_))));
    let (file, name) = stores.file(&location("store://mine/here/doc.txt")).unwrap();
    assert_eq!(file.read(&name, None, 9).await.unwrap(), "x");
    let missing = Stores::open(s3.config("key", "secret", "")).unwrap().folder(&location("s3://no-such")).unwrap();
    assert!(matches!(missing.list("", 9).await, Err(BlobError::NotFound)));
    assert!(matches!(create(&missing, "x", 1).await, Err(BlobError::NotFound)));
    assert_eq!(HELLO_SHA256, sha256(b"hello"));
}

#[tokio::test]
async fn s3_that_checks_signatures() {
    let Some(s3) = S3::start(Some(3)).await else { return };
    let (id, secret) = s3.user().await;
    let open = |id: &str, secret: &str, url: &str| {
        Stores::open(s3.config(id, secret, "")).unwrap().folder(&location(url)).unwrap()
    };
    s3.signed_bucket(&id, &secret, "signed").await;
    let container = open(&id, &secret, "s3://signed/a folder");
    for name in ODD {
        assert_eq!(create(&container, name, 1).await.unwrap(), Created::Now, "{name}");
        assert_eq!(create(&container, name, 1).await.unwrap(), Created::Before, "{name}");
        assert_eq!(container.read(name, None, 5).await.unwrap(), "hello", "{name}");
    }
    assert_eq!(names(&container, "").await.len(), ODD.len());
    for (id, secret) in [(id.as_str(), "wrong"), ("AKIAUNKNOWN", secret.as_str())] {
        let container = open(id, secret, "s3://signed");
        assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)), "{id}");
        assert!(matches!(container.read("...", None, 9).await, Err(BlobError::Forbidden)), "{id}");
        assert!(matches!(create(&container, "b", 1).await, Err(BlobError::Forbidden)), "{id}");
    }
}

#[async_trait]
impl Stage for Gcs {
    async fn open(&self, name: &str) -> Arc<dyn Container> {
        self.bucket(name).await;
        Stores::open(self.config()).unwrap().folder(&location(&format!("gs://{name}/in/here"))).unwrap()
    }

    async fn put(&self, name: &str, path: &str, content: &str) {
        Gcs::put(self, name, &format!("in/here/{path}"), content).await;
    }

    fn names(&self) -> &'static [&'static str] {
        &ODD
    }
}

#[tokio::test]
async fn gcs() {
    let Some(gcs) = Gcs::start().await else { return };
    keeps_every_promise(&gcs).await;
    let missing = Stores::open(gcs.config()).unwrap().folder(&location("gs://no-such")).unwrap();
    assert!(matches!(missing.list("", 9).await, Err(BlobError::NotFound)));
    assert!(matches!(create(&missing, "x", 1).await, Err(BlobError::NotFound)));
}
