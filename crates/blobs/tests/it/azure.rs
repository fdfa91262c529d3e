//! What the crate promises, against the real emulator. One test, because a start takes seconds; each promise has a
//! container of its own and a name in the output.

use std::sync::Arc;

use bytes::Bytes;
use terjuman_blobs::{BlobError, Container, Created, Stores};

use crate::azurite::Azurite;
use crate::{location, reaching, stamp};

/// Names that other clients would change on the way, and how they stand in a URL.
const ODD_NAMES: [(&str, &str); 15] = [
    (" in front.txt", "%20in%20front.txt"),
    ("behind ", "behind%20"),
    ("two  spaces", "two%20%20spaces"),
    ("a//b.txt", "a%2F%2Fb.txt"),
    ("what?.txt", "what%3F.txt"),
    ("no#1.txt", "no%231.txt"),
    ("100%.txt", "100%25.txt"),
    ("%41.txt", "%2541.txt"),
    ("a+b.txt", "a%2Bb.txt"),
    ("a b.txt", "a%20b.txt"),
    ("é/日本.txt", "%C3%A9%2F%E6%97%A5%E6%9C%AC.txt"),
    ("e\u{301}.txt", "e%CC%81.txt"),
    ("a&b<c>.txt", "a%26b%3Cc%3E.txt"),
    ("'q'!*().txt", "%27q%27%21%2A%28%29.txt"),
    ("...", "..."),
];

#[tokio::test]
async fn azurite_sees_every_promise_kept() {
    let Some(azurite) = Azurite::start().await else { return };
    macro_rules! promises {
        ($($name:ident),* $(,)?) => {$(
            println!("{}", stringify!($name));
            let name = stringify!($name).replace('_', "-");
            azurite.container(&name).await;
            $name(&azurite, &name).await;
        )*};
    }
    promises!(
        odd_names_are_kept,
        listings_are_by_raw_prefix,
        pages_are_followed,
        directories_are_no_files,
        a_virtual_directory_is_a_folder,
        reads_are_bounded_and_pinned,
        a_write_happens_once,
        a_writing_sas_is_enough,
        a_listing_sas_tells_what_is_there,
        a_blob_sas_is_enough_for_a_file,
        large_blobs_travel_in_blocks,
        refusals_have_names,
    );
}

fn stores(azurite: &Azurite) -> Stores {
    Stores::open(reaching(&azurite.host)).unwrap()
}

fn open(azurite: &Azurite, container: &str, permissions: &str) -> Arc<dyn Container> {
    stores(azurite).folder(&location(&azurite.container_url(container, permissions))).unwrap()
}

async fn names(container: &Arc<dyn Container>, prefix: &str) -> Vec<String> {
    container.list(prefix, 10_000).await.unwrap().into_iter().map(|entry| entry.name).collect()
}

async fn create(container: &Arc<dyn Container>, name: &str, document: u128) -> Result<Created, BlobError> {
    container.create(name, Bytes::from_static(b"hello"), "text/plain", &stamp(document)).await
}

async fn odd_names_are_kept(azurite: &Azurite, name: &str) {
    let container = open(azurite, name, "rwl");
    for (odd, encoded) in ODD_NAMES {
        assert_eq!(create(&container, odd, 1).await.unwrap(), Created::Now, "{odd}");
        assert_eq!(container.read(odd, None, 5).await.unwrap(), "hello", "{odd}");
        assert_eq!(container.head(odd).await.unwrap().size, 5, "{odd}");
        assert_eq!(azurite.get(name, encoded).await, ("text/plain".to_owned(), "hello".to_owned()), "{odd}");
    }
    let mut expected: Vec<_> = ODD_NAMES.iter().map(|(odd, _)| (*odd).to_owned()).collect();
    expected.sort_unstable();
    assert_eq!(names(&container, "").await, expected);
    for impossible in ["", ".", "..", "a\nb", "a\tb", "a\0b", &"x".repeat(1025)] {
        assert!(matches!(create(&container, impossible, 1).await, Err(BlobError::BadName(_))), "{impossible:?}");
    }
}

async fn listings_are_by_raw_prefix(azurite: &Azurite, name: &str) {
    for path in ["doc.txt", "docs/a.txt", "docs/b.txt", "do.txt", "Doc.txt"] {
        azurite.put(name, path, "x", &[]).await;
    }
    let container = open(azurite, name, "rl");
    assert_eq!(names(&container, "doc").await, ["doc.txt", "docs/a.txt", "docs/b.txt"]);
    assert_eq!(names(&container, "docs/").await, ["docs/a.txt", "docs/b.txt"]);
    assert_eq!(names(&container, "x").await, [""; 0]);
    assert!(matches!(container.list("", 4).await, Err(BlobError::TooMany { limit: 4 })));
    assert_eq!(container.list("", 5).await.unwrap().len(), 5);
}

async fn pages_are_followed(azurite: &Azurite, name: &str) {
    let puts = (0..1003).map(|i| async move { azurite.put(name, &format!("{i:04}.txt"), "", &[]).await });
    futures::StreamExt::collect::<Vec<()>>(futures::StreamExt::buffer_unordered(futures::stream::iter(puts), 16)).await;
    let listed = names(&open(azurite, name, "l"), "").await;
    assert_eq!(listed.len(), 1003);
    assert!(listed.is_sorted());
}

async fn directories_are_no_files(azurite: &Azurite, name: &str) {
    azurite.put(name, "folder/", "", &[]).await;
    azurite.put(name, "stub", "", &[("x-ms-meta-hdi_isfolder", "true")]).await;
    azurite.put(name, "folder/file.txt", "x", &[]).await;
    assert_eq!(names(&open(azurite, name, "rl"), "").await, ["folder/file.txt"]);
}

async fn a_virtual_directory_is_a_folder(azurite: &Azurite, name: &str) {
    azurite.put(name, "in%20here/a.txt", "x", &[]).await;
    azurite.put(name, "in%20here/sub/b.txt", "x", &[]).await;
    azurite.put(name, "in%20hereafter.txt", "x", &[]).await;
    let url = azurite.container_url(name, "rwl").replace(&format!("/{name}?"), &format!("/{name}/in%20here?"));
    let folder = stores(azurite).folder(&location(&url)).unwrap();
    assert_eq!(names(&folder, "").await, ["a.txt", "sub/b.txt"]);
    assert_eq!(names(&folder, "sub").await, ["sub/b.txt"]);
    create(&folder, "c#.txt", 1).await.unwrap();
    assert_eq!(azurite.get(name, "in%20here%2Fc%23.txt").await.1, "hello");
    let public = folder.public_url("c#.txt");
    assert!(public.ends_with(&format!("/{name}/in%20here/c%23.txt")), "{public}");
}

async fn reads_are_bounded_and_pinned(azurite: &Azurite, name: &str) {
    azurite.put(name, "a.txt", "hello", &[]).await;
    azurite.put(name, "empty.txt", "", &[]).await;
    let container = open(azurite, name, "rl");
    let listed = container.list("a", 1).await.unwrap().remove(0);
    assert_eq!(listed.size, 5);
    assert_eq!(container.read("a.txt", listed.etag.as_deref(), 5).await.unwrap(), "hello");
    let head = container.head("a.txt").await.unwrap();
    assert_eq!(container.read("a.txt", head.etag.as_deref(), u64::MAX).await.unwrap(), "hello");
    assert!(matches!(container.read("a.txt", None, 4).await, Err(BlobError::TooLarge { limit: 4 })));
    assert!(matches!(container.read("a.txt", None, 0).await, Err(BlobError::TooLarge { limit: 0 })));
    assert_eq!(container.read("empty.txt", None, 0).await.unwrap(), "");
    azurite.put(name, "a.txt", "other", &[]).await;
    assert!(matches!(container.read("a.txt", listed.etag.as_deref(), 5).await, Err(BlobError::Changed)));
    assert!(matches!(container.read("none.txt", None, 5).await, Err(BlobError::NotFound)));
    assert!(matches!(container.head("none.txt").await, Err(BlobError::NotFound)));
}

async fn a_write_happens_once(azurite: &Azurite, name: &str) {
    let container = open(azurite, name, "rwl");
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Now);
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Before);
    assert!(matches!(create(&container, "a.txt", 2).await, Err(BlobError::Exists)));
    azurite.put(name, "foreign.txt", "hello", &[]).await;
    assert!(matches!(create(&container, "foreign.txt", 1).await, Err(BlobError::Exists)));
    let empty = container.create("empty", Bytes::new(), "text/plain", &stamp(1)).await;
    assert_eq!(empty.unwrap(), Created::Now);
    assert_eq!(container.head("empty").await.unwrap().size, 0);
    // A longer name that sorts right after must not be taken for it.
    create(&container, "b.txt.more", 1).await.unwrap();
    assert_eq!(create(&container, "b.txt", 1).await.unwrap(), Created::Now);
}

async fn a_writing_sas_is_enough(azurite: &Azurite, name: &str) {
    let container = open(azurite, name, "wl");
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Now);
    assert_eq!(create(&container, "a.txt", 1).await.unwrap(), Created::Before);
    assert!(matches!(create(&container, "a.txt", 2).await, Err(BlobError::Exists)));
    // Without the right to list, a blob that is there is nobody's we know.
    let blind = open(azurite, name, "w");
    assert_eq!(create(&blind, "b.txt", 1).await.unwrap(), Created::Now);
    assert!(matches!(create(&blind, "b.txt", 1).await, Err(BlobError::Exists)));
    assert!(matches!(blind.list("", 9).await, Err(BlobError::Forbidden)));
    assert!(matches!(blind.head("b.txt").await, Err(BlobError::Forbidden)));
}

async fn a_listing_sas_tells_what_is_there(azurite: &Azurite, name: &str) {
    azurite.put(name, "a.txt", "hello", &[]).await;
    let container = open(azurite, name, "l");
    assert_eq!(container.head("a.txt").await.unwrap().size, 5);
    assert!(matches!(container.head("a").await, Err(BlobError::NotFound)));
    assert!(matches!(container.read("a.txt", None, 5).await, Err(BlobError::Forbidden)));
}

async fn a_blob_sas_is_enough_for_a_file(azurite: &Azurite, name: &str) {
    azurite.put(name, "in/a.txt", "hello", &[]).await;
    let far = "2099-01-01T00:00:00Z";
    let source = location(&azurite.sas_url(name, "in/a.txt", "r", far));
    let (container, file) = stores(azurite).file(&source).unwrap();
    assert_eq!(file, "in/a.txt");
    assert_eq!(container.read(&file, None, 5).await.unwrap(), "hello");
    assert_eq!(container.head(&file).await.unwrap().size, 5);

    let target = location(&azurite.sas_url(name, "out/a.txt", "rw", far));
    let (container, file) = stores(azurite).file(&target).unwrap();
    assert!(matches!(container.head(&file).await, Err(BlobError::NotFound)));
    assert_eq!(create(&container, &file, 1).await.unwrap(), Created::Now);
    // No listing with a blob's SAS: the stamp is read from the blob's own head.
    assert_eq!(create(&container, &file, 1).await.unwrap(), Created::Before);
    assert!(matches!(create(&container, &file, 2).await, Err(BlobError::Exists)));
    assert!(container.public_url(&file).ends_with(&format!("/{name}/out/a.txt")));
}

async fn large_blobs_travel_in_blocks(azurite: &Azurite, name: &str) {
    let container = open(azurite, name, "rwl");
    let content = Bytes::from((0..66 * 1024 * 1024_u32).map(|i| (i / 4099) as u8).collect::<Vec<_>>());
    let stamp = stamp(1);
    let write = || container.create("large", content.clone(), "application/octet-stream", &stamp);
    assert_eq!(write().await.unwrap(), Created::Now);
    assert_eq!(write().await.unwrap(), Created::Before);
    assert!(container.read("large", None, u64::MAX).await.unwrap() == content);
}

async fn refusals_have_names(azurite: &Azurite, name: &str) {
    azurite.put(name, "a.txt", "hello", &[]).await;
    let forbidden = |url: String| async move {
        let container = stores(azurite).folder(&location(&url)).unwrap();
        assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)), "list");
        assert!(matches!(container.read("a.txt", None, 9).await, Err(BlobError::Forbidden)), "read");
        assert!(matches!(container.head("a.txt").await, Err(BlobError::Forbidden)), "head");
        assert!(matches!(create(&container, "b.txt", 1).await, Err(BlobError::Forbidden)), "create");
    };
    forbidden(azurite.sas_url(name, "", "rwl", "2020-01-01T00:00:00Z")).await;
    forbidden(format!("{}x", azurite.container_url(name, "rwl"))).await;
    let (bare, _) =
        azurite.container_url(name, "rwl").split_once('?').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    forbidden(bare).await;
    let missing = open(azurite, "no-such-container", "rwl");
    assert!(matches!(missing.list("", 9).await, Err(BlobError::NotFound)));
    assert!(matches!(missing.read("a.txt", None, 9).await, Err(BlobError::NotFound)));
    assert!(matches!(create(&missing, "a.txt", 1).await, Err(BlobError::NotFound)));
    assert!(matches!(create(&open(azurite, name, "rl"), "b.txt", 1).await, Err(BlobError::Forbidden)));
}
