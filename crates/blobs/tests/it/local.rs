//! Folders on disk, friendly and hostile.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tempfile::TempDir;
use terjuman_blobs::{BlobError, Container, Created, StorageConfig, Stores};
use url::Url;

use crate::{location, stamp};

struct Disk {
    directory: TempDir,
    stores: Stores,
}

impl Disk {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("root")).unwrap();
        fs::write(directory.path().join("secret.txt"), "secret").unwrap();
        let config = StorageConfig { file_roots: vec![directory.path().join("root")], ..StorageConfig::default() };
        Self { stores: Stores::open(config).unwrap(), directory }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join("root").join(below)
    }

    fn write(&self, below: &str, content: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn url(&self, below: &str) -> String {
        Url::from_file_path(self.path(below)).unwrap().into()
    }

    fn folder(&self, below: &str) -> Arc<dyn Container> {
        self.stores.folder(&location(&self.url(below))).unwrap()
    }
}

async fn names(container: &Arc<dyn Container>, prefix: &str) -> Vec<String> {
    container.list(prefix, 1000).await.unwrap().into_iter().map(|entry| entry.name).collect()
}

async fn create(container: &Arc<dyn Container>, name: &str) -> Result<Created, BlobError> {
    container.create(name, Bytes::from_static(b"hello"), "text/plain", &stamp(1)).await
}

/// All names below a directory, unfinished files too.
fn everything(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_folder_is_listed_in_name_order() {
    let disk = Disk::new();
    for name in ["b.txt", "a.txt", "docs/x.txt", "docs/deep/y é#%.txt", "docs.txt", "a/z"] {
        disk.write(name, "hello");
    }
    fs::create_dir(disk.path("empty")).unwrap();
    let folder = disk.folder("");
    let all = ["a.txt", "a/z", "b.txt", "docs.txt", "docs/deep/y é#%.txt", "docs/x.txt"];
    assert_eq!(names(&folder, "").await, all);
    assert_eq!(names(&folder, "doc").await, all[3..]);
    assert_eq!(names(&folder, "docs/").await, all[4..]);
    assert_eq!(names(&folder, "docs/deep/y").await, all[4..5]);
    assert_eq!(names(&disk.folder("docs"), "").await, ["deep/y é#%.txt", "x.txt"]);
    assert!(matches!(folder.list("", 5).await, Err(BlobError::TooMany { limit: 5 })));
    assert_eq!(folder.list("", 6).await.unwrap().len(), 6);
    assert!(matches!(disk.folder("missing").list("", 5).await, Err(BlobError::NotFound)));
    assert!(matches!(disk.folder("a.txt").list("", 5).await, Err(BlobError::NotFound)));
}

#[tokio::test]
async fn files_are_read_whole_and_pinned() {
    let disk = Disk::new();
    disk.write("a.txt", "hello");
    disk.write("empty", "");
    let folder = disk.folder("");
    let head = folder.head("a.txt").await.unwrap();
    assert_eq!(head, folder.list("a", 1).await.unwrap()[0]);
    assert_eq!(folder.read("a.txt", head.etag.as_deref(), 5).await.unwrap(), "hello");
    assert!(matches!(folder.read("a.txt", None, 4).await, Err(BlobError::TooLarge { limit: 4 })));
    assert_eq!(folder.read("empty", None, 0).await.unwrap(), "");
    assert_eq!(folder.read("a.txt", None, u64::MAX).await.unwrap(), "hello");
    disk.write("a.txt", "longer");
    assert!(matches!(folder.read("a.txt", head.etag.as_deref(), 9).await, Err(BlobError::Changed)));
    assert!(matches!(folder.read("none", None, 9).await, Err(BlobError::NotFound)));
    assert!(matches!(folder.head("a.txt/b").await, Err(BlobError::NotFound)));
    let (folder, name) = disk.stores.file(&location(&disk.url("a.txt"))).unwrap();
    assert_eq!(folder.read(&name, None, 9).await.unwrap(), "longer");
}

#[tokio::test]
async fn a_file_is_written_once_with_its_folders() {
    let disk = Disk::new();
    let folder = disk.folder("out/new");
    assert_eq!(create(&folder, "deep/é #.txt").await.unwrap(), Created::Now);
    assert_eq!(fs::read(disk.path("out/new/deep/é #.txt")).unwrap(), b"hello");
    assert_eq!(everything(&disk.path("out/new/deep")), ["é #.txt"]);
    assert_eq!(create(&folder, "deep/é #.txt").await.unwrap(), Created::Before);
    disk.write("out/new/foreign.txt", "foreign");
    assert!(matches!(create(&folder, "foreign.txt").await, Err(BlobError::Exists)));
    assert_eq!(fs::read(disk.path("out/new/foreign.txt")).unwrap(), b"foreign");
    assert!(matches!(create(&folder, "deep").await, Err(BlobError::Exists)), "a folder is there");
    assert!(matches!(create(&folder, "foreign.txt/x").await, Err(BlobError::BadName(_))));
    let public = folder.public_url("deep/é #.txt");
    assert!(public.ends_with("/root/out/new/deep/%C3%A9%20%23.txt"), "{public}");
    let (folder, name) = disk.stores.file(&location(&public)).unwrap();
    assert_eq!(folder.read(&name, None, 5).await.unwrap(), "hello");
}

#[tokio::test]
async fn of_many_writers_one_wins() {
    let disk = Disk::new();
    let folder = disk.folder("out");
    let writers = (0..16_u128).map(|document| {
        let folder = Arc::clone(&folder);
        tokio::spawn(async move {
            folder.create("a.txt", Bytes::from_static(b"hello"), "text/plain", &stamp(document)).await
        })
    });
    let mut now = 0;
    for writer in writers.collect::<Vec<_>>() {
        match writer.await.unwrap() {
            Ok(created) => now += usize::from(created == Created::Now),
            Err(error) => assert!(matches!(error, BlobError::Exists)),
        }
    }
    assert_eq!(now, 1);
    assert_eq!(everything(&disk.path("out")), ["a.txt"]);
}

#[tokio::test]
async fn hostile_names_leave_nothing_anywhere() {
    let disk = Disk::new();
    let folder = disk.folder("out");
    for name in ["../x", "a/../../x", "/etc/x", "..", ".", "", "a//b", "a\\..\\b", "a\0b", "a\nb", ".terjuman-x"] {
        assert!(matches!(create(&folder, name).await, Err(BlobError::BadName(_))), "{name:?}");
        assert!(matches!(folder.read(name, None, 9).await, Err(BlobError::BadName(_))), "{name:?}");
    }
    assert!(everything(&disk.path("")).is_empty());
    assert_eq!(everything(disk.directory.path()).len(), 2);
}

#[tokio::test]
async fn links_are_never_followed() {
    let disk = Disk::new();
    let secret = disk.directory.path().join("secret.txt");
    symlink(&secret, disk.path("link.txt")).unwrap();
    symlink(disk.directory.path(), disk.path("linked")).unwrap();
    symlink("nowhere", disk.path("dangling")).unwrap();
    disk.write("plain.txt", "hello");
    symlink("plain.txt", disk.path("inner.txt")).unwrap();
    let folder = disk.folder("");
    assert_eq!(names(&folder, "").await, ["plain.txt"]);
    for name in ["link.txt", "linked/secret.txt", "inner.txt"] {
        let read = folder.read(name, None, 9).await;
        assert!(matches!(read, Err(BlobError::Refused(_) | BlobError::NotFound)), "{name} {read:?}");
    }
    assert!(disk.folder("linked").list("", 9).await.is_err());
    for name in ["link.txt", "dangling", "inner.txt"] {
        assert!(matches!(create(&folder, name).await, Err(BlobError::Exists)), "{name}");
    }
    assert!(create(&folder, "linked/new.txt").await.is_err());
    assert!(create(&disk.folder("linked"), "new.txt").await.is_err());
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
    assert_eq!(everything(disk.directory.path()).len(), 2);
}

#[tokio::test]
async fn what_is_no_plain_file_is_passed_over() {
    let disk = Disk::new();
    disk.write("a.txt", "hello");
    let fifo = disk.path("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0)
        .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(disk.path("socket")).unwrap();
    let folder = disk.folder("");
    assert_eq!(names(&folder, "").await, ["a.txt"]);
    // Opening a FIFO for reading would block for ever.
    assert!(matches!(folder.read("fifo", None, 9).await, Err(BlobError::NotFound)));
    assert!(matches!(folder.head("socket").await, Err(BlobError::NotFound)));
    assert!(matches!(create(&folder, "fifo").await, Err(BlobError::Exists)));
}

#[tokio::test]
async fn devices_are_no_files() {
    // The machine's own: making one takes rights that a test has not.
    let stores = Stores::open(StorageConfig { file_roots: vec!["/dev".into()], ..StorageConfig::default() }).unwrap();
    for name in ["zero", "null", "full", "tty"] {
        let (folder, file) = stores.file(&location(&format!("file:///dev/{name}"))).unwrap();
        let read = folder.read(&file, None, 9).await;
        assert!(matches!(read, Err(BlobError::NotFound)), "{name} {read:?}");
        assert!(matches!(folder.head(&file).await, Err(BlobError::NotFound)), "{name}");
        assert!(matches!(create(&folder, name).await, Err(BlobError::Exists)), "{name}");
    }
}

/// Fault: a folder becomes a link to one outside, and back, all the while.
#[tokio::test]
async fn no_race_leads_out_of_a_root() {
    let disk = Disk::new();
    disk.write("in/secret.txt", "plain!");
    let link = disk.directory.path().join("link");
    symlink(disk.directory.path(), &link).unwrap();
    let (folder, stop) = (disk.folder(""), Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let swap = std::thread::spawn({
        let (inside, stop) = (disk.path("in"), Arc::clone(&stop));
        move || {
            let mut swaps = 0_u32;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let exchange = rustix::fs::RenameFlags::EXCHANGE;
                rustix::fs::renameat_with(rustix::fs::CWD, &link, rustix::fs::CWD, &inside, exchange).unwrap();
                swaps += 1;
            }
            swaps
        }
    });
    let (mut plain, mut refused) = (0, 0);
    for number in 0..1_000 {
        match folder.read("in/secret.txt", None, 9).await {
            Ok(content) => {
                assert_eq!(content, "plain!", "it was read from outside");
                plain += 1;
            }
            Err(BlobError::Refused(_) | BlobError::NotFound) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
        let _ = create(&folder, &format!("in/out-{number}.txt")).await;
        for entry in folder.list("in/", 9_000).await.unwrap_or_default() {
            assert!(entry.name == "in/secret.txt" || entry.name.starts_with("in/out-"), "{}", entry.name);
        }
        if plain > 20 && refused > 20 {
            break;
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(swap.join().unwrap() > 0);
    let mut outside = everything(disk.directory.path());
    outside.retain(|name| !matches!(name.as_str(), "root" | "secret.txt" | "link"));
    assert!(outside.is_empty(), "{outside:?}");
}

#[tokio::test]
async fn urls_outside_the_roots_are_refused() {
    let disk = Disk::new();
    let outside = |text: &str| disk.stores.folder(&location(text)).map(drop).unwrap_err();
    for url in ["file:///", "file:///etc", &disk.url("../secret.txt"), &format!("{}/..%2F..", disk.url("x"))] {
        assert!(matches!(outside(url), BlobError::Refused(_)), "{url}");
    }
    let none = Stores::open(StorageConfig::default()).unwrap();
    assert!(matches!(none.folder(&location(&disk.url(""))), Err(BlobError::Refused(_))));
    assert!(matches!(disk.stores.file(&location(&format!("{}/", disk.url("folder")))), Err(BlobError::BadName(_))));
}

#[tokio::test]
async fn leftovers_are_hidden_and_swept() {
    let disk = Disk::new();
    disk.write("out/.terjuman-0000-1-1", "half");
    disk.write("out/a.txt", "hello");
    assert_eq!(names(&disk.folder(""), "").await, ["out/a.txt"]);
    let hour = Duration::from_secs(3600);
    let written = fs::metadata(disk.path("out/a.txt")).unwrap().modified().unwrap();
    assert_eq!(disk.stores.sweep(written - hour).await.unwrap(), 0, "it may still be written to");
    assert_eq!(disk.stores.sweep(written + hour).await.unwrap(), 1);
    assert_eq!(everything(&disk.path("out")), ["a.txt"]);
    assert_eq!(disk.stores.sweep(SystemTime::UNIX_EPOCH).await.unwrap(), 0);
}

#[tokio::test]
async fn settings_that_cannot_be_used_open_nothing() {
    let config = StorageConfig { file_roots: vec!["/nonexistent-terjuman-root".into()], ..StorageConfig::default() };
    assert!(Stores::open(config.clone()).is_err());
    let closed = Stores::new(config);
    let url = location("https://account.blob.core.windows.net/container");
    assert!(matches!(closed.folder(&url), Err(BlobError::Refused(_))));
    assert!(Stores::open(StorageConfig { allow_hosts: vec!["http://x/".into()], ..StorageConfig::default() }).is_err());
    assert!(Stores::open(StorageConfig { ca_file: Some("/dev/null".into()), ..StorageConfig::default() }).is_err());
}
