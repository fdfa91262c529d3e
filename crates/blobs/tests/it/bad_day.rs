//! Real servers behind a proxy that breaks 30 of 100 requests: every document ends well or with a named error, and no
//! wrong byte is ever read or written.

#![expect(clippy::print_stdout, reason = "a test says which promise it asks, and what came of it")]

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures::StreamExt as _;
use terjuman_blobs::{BlobError, Container, Stamp, StorageConfig, StoreConfig, StoreKind, Stores};
use terjuman_model::DocumentId;
use uuid::Uuid;

use crate::azurite::{self, Azurite};
use crate::gcs::Gcs;
use crate::proxy::{Fault, Proxy};
use crate::s3::S3;
use crate::{location, sha256};

const DOCUMENTS: u128 = 100;

/// What passes by itself.
static PASSING: [Fault; 9] = [
    Fault::Slow,
    Fault::TooMany,
    Fault::Busy,
    Fault::Reset,
    Fault::CutAt(0),
    Fault::CutAt(700),
    Fault::DoneButError,
    Fault::DoneButReset,
    Fault::CutAt(1),
];
/// What a storage that lies would do.
static LIES: [Fault; 3] = [Fault::WrongVersion, Fault::WrongByte, Fault::Redirect];

fn content(number: u128) -> Bytes {
    (0..3000).map(|i| (i * 31 + number) as u8).collect::<Vec<u8>>().into()
}

fn stamp_of(number: u128, content: &[u8]) -> Stamp {
    Stamp { document: DocumentId(Uuid::from_u128(number)), fence: 1, characters: 0, sha256: sha256(content) }
}

/// As a worker does it: list, read what was listed, or once more what is there now, write.
async fn document(container: &dyn Container, etag: Option<&str>, number: u128) -> Result<(), BlobError> {
    let source = format!("in/{number}");
    let read = match container.read(&source, etag, 10_000).await {
        Err(BlobError::Changed) => {
            let now = container.head(&source).await?;
            container.read(&source, now.etag.as_deref(), 10_000).await
        }
        other => other,
    }?;
    assert!(read == content(number), "wrong bytes were read");
    let stamp = stamp_of(number, &read);
    container.create(&format!("out/{number}"), read, "text/plain", &stamp).await.map(drop)
}

/// A day of faults that pass and one of lies, each in its own container: `open` opens it at this host.
async fn two_days(host: &str, open: impl Fn(&str, &str) -> Arc<dyn Container>) {
    for (name, faults, at_least) in [("passing", &PASSING[..], 99), ("lies", &LIES[..], 50)] {
        let proxy = Proxy::start(host, faults).await;
        let well = day(&open(host, name), &open(&proxy.host, name), name).await;
        assert!(proxy.broken.load(Ordering::Relaxed) > 40, "the proxy did nothing");
        assert!(well >= at_least, "{name}: {well}");
    }
}

/// How many documents ended well. `straight` is the way without faults.
async fn day(straight: &Arc<dyn Container>, bad: &Arc<dyn Container>, round: &str) -> usize {
    let put = |number| async move {
        let (content, stamp) = (content(number), stamp_of(number, &content(number)));
        straight.create(&format!("in/{number}"), content, "text/plain", &stamp).await.unwrap();
    };
    futures::stream::iter(0..DOCUMENTS).for_each_concurrent(8, put).await;
    let listed = straight.list("in/", 1000).await.unwrap();
    let etag = |number: u128| {
        listed.iter().find(|entry| entry.name == format!("in/{number}")).and_then(|entry| entry.etag.as_deref())
    };
    let ended: Vec<(u128, Result<(), BlobError>)> = futures::stream::iter(0..DOCUMENTS)
        .map(|number| async move { (number, document(&**bad, etag(number), number).await) })
        .buffer_unordered(8)
        .collect()
        .await;
    let mut well = 0;
    for (number, result) in ended {
        let written = straight.read(&format!("out/{number}"), None, 10_000).await;
        match (result, written) {
            (Ok(()), Ok(written)) => {
                assert!(written == content(number), "wrong bytes were written");
                well += 1;
            }
            (Ok(()), Err(error)) => panic!("{number} is said to be written: {error}"),
            // Failed by its name, and whatever is there is whole.
            (Err(_), Ok(written)) => assert!(written == content(number), "half a document"),
            (Err(_), Err(BlobError::NotFound)) => {}
            (Err(_), Err(error)) => panic!("{error}"),
        }
    }
    println!("{round}: {well} of {DOCUMENTS} ended well, the rest by a named error");
    well as usize
}

fn quick(config: StorageConfig) -> StorageConfig {
    StorageConfig { pause_ms: 2, ..config }
}

#[tokio::test]
async fn azurite_on_a_bad_day() {
    let Some(azurite) = Azurite::start().await else { return };
    let open = |host: &str, container: &str| {
        let store = StoreConfig {
            endpoint: format!("http://{host}/{}", azurite::ACCOUNT),
            secret: azurite::KEY.to_owned().into(),
            ..StoreConfig::new(StoreKind::Azure)
        };
        let config = quick(StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() });
        Stores::open(config).unwrap().folder(&location(&format!("store://mine/{container}"))).unwrap()
    };
    azurite.container("passing").await;
    azurite.container("lies").await;
    two_days(&azurite.host, open).await;
}

#[tokio::test]
async fn s3_on_a_bad_day() {
    let Some(s3) = S3::start(None).await else { return };
    let open = |host: &str, bucket: &str| {
        let mut config = quick(s3.config("key", "secret", ""));
        config.stores.get_mut("mine").unwrap().endpoint = format!("http://{host}");
        Stores::open(config).unwrap().folder(&location(&format!("s3://{bucket}"))).unwrap()
    };
    s3.bucket("passing").await;
    s3.bucket("lies").await;
    two_days(&s3.host, open).await;
}

#[tokio::test]
async fn gcs_on_a_bad_day() {
    let Some(gcs) = Gcs::start().await else { return };
    let open = |host: &str, bucket: &str| {
        let mut config = quick(gcs.config());
        config.stores.get_mut("mine").unwrap().endpoint = format!("http://{host}");
        Stores::open(config).unwrap().folder(&location(&format!("gs://{bucket}"))).unwrap()
    };
    gcs.bucket("passing").await;
    gcs.bucket("lies").await;
    two_days(&gcs.host, open).await;
}
