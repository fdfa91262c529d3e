//! What happens to a file or a key between a listing and the read that follows: real servers, with a gate in front that
//! holds the read until it has happened.

use std::sync::Arc;

use bytes::Bytes;
use terjuman_blobs::{BlobError, Container, StorageConfig, Stores};

use crate::azurite::{self, Azurite};
use crate::gcs::Gcs;
use crate::proxy::Gate;
use crate::s3::S3;
use crate::scripted::Asked;
use crate::{location, reaching, stamp};

fn reads(asked: &Asked) -> bool {
    asked.method == "GET" && asked.target.contains("/a.txt")
}

/// A read of the version that was listed does not give another one.
async fn meets_a_change(container: &Arc<dyn Container>, gate: &mut Gate, change: impl AsyncFn(&str)) {
    change("first").await;
    let listed = container.list("", 9).await.unwrap().remove(0);
    assert_eq!((listed.name.as_str(), listed.size), ("a.txt", 5));
    let etag = listed.etag.expect("these storages have versions");
    let read = container.read("a.txt", Some(&etag), 99);
    let (read, ()) = tokio::join!(read, async {
        let held = gate.held().await;
        change("other").await;
        held.let_on();
    });
    assert!(matches!(read, Err(BlobError::Changed)), "{read:?}");
    let now = container.head("a.txt").await.unwrap().etag.unwrap();
    let read = container.read("a.txt", Some(&now), 99);
    let (read, ()) = tokio::join!(read, async { gate.held().await.let_on() });
    assert_eq!(read.unwrap(), "other");
}

fn at(mut config: StorageConfig, gate: &Gate) -> Stores {
    config.stores.get_mut("mine").unwrap().endpoint = format!("http://{}", gate.host);
    Stores::open(config).unwrap()
}

#[tokio::test]
async fn a_file_that_azurite_overwrites_in_mid_read_has_changed() {
    let Some(azurite) = Azurite::start().await else { return };
    azurite.container("container").await;
    let mut gate = Gate::start(&azurite.host, reads).await;
    let url = location(&azurite.container_url("container", "rl").replace(&azurite.host, &gate.host));
    let container = Stores::open(reaching(&gate.host)).unwrap().folder(&url).unwrap();
    let change = async |content: &str| azurite.put("container", "a.txt", content, &[]).await;
    meets_a_change(&container, &mut gate, change).await;
}

#[tokio::test]
async fn a_file_that_s3_overwrites_in_mid_read_has_changed() {
    let Some(s3) = S3::start(None).await else { return };
    s3.bucket("bucket").await;
    let mut gate = Gate::start(&s3.host, reads).await;
    let container = at(s3.config("key", "secret", ""), &gate).folder(&location("s3://bucket")).unwrap();
    meets_a_change(&container, &mut gate, async |content: &str| s3.put("bucket", "a.txt", content).await).await;
}

#[tokio::test]
async fn a_file_that_gcs_overwrites_in_mid_read_has_changed() {
    let Some(gcs) = Gcs::start().await else { return };
    gcs.bucket("bucket").await;
    let mut gate = Gate::start(&gcs.host, reads).await;
    let container = at(gcs.config(), &gate).folder(&location("gs://bucket")).unwrap();
    meets_a_change(&container, &mut gate, async |content: &str| gcs.put("bucket", "a.txt", content).await).await;
}

#[tokio::test]
async fn a_key_that_azurite_lets_expire_is_refused_from_then_on() {
    let Some(azurite) = Azurite::start().await else { return };
    for taken_away in [false, true] {
        let name = format!("container-{taken_away}");
        azurite.container(&name).await;
        azurite.put(&name, "a.txt", "hello", &[]).await;
        azurite.set_policy(&name, azurite::FAR).await;
        let mut gate = Gate::start(&azurite.host, reads).await;
        let url = location(&azurite.policy_url(&name).replace(&azurite.host, &gate.host));
        let container = Stores::open(reaching(&gate.host)).unwrap().folder(&url).unwrap();
        assert_eq!(container.list("", 9).await.unwrap().len(), 1);
        let (read, ()) = tokio::join!(container.read("a.txt", None, 9), async {
            let held = gate.held().await;
            match taken_away {
                true => azurite.remove_policy(&name).await,
                false => azurite.set_policy(&name, "2021-01-01T00:00:00Z").await,
            }
            held.let_on();
        });
        assert!(matches!(read, Err(BlobError::Forbidden)), "{read:?}");
        assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)));
        let content = Bytes::from_static(b"hello");
        let write = container.create("b.txt", content, "text/plain", &stamp(1)).await;
        assert!(matches!(write, Err(BlobError::Forbidden)), "{write:?}");
    }
}
