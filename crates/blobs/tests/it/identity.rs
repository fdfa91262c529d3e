//! Tokens of a cloud's identity, from a metadata service that misbehaves to order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use terjuman_blobs::{BlobError, Container, StorageConfig, StoreConfig, StoreIdentity, StoreKind, Stores};

use crate::location;
use crate::scripted::{Answer, Asked, Scripted, error, file, page};

fn token(text: &str, expires_in: &str) -> Answer {
    let body = format!(r#"{{"access_token":"{text}","expires_in":{expires_in},"token_type":"Bearer"}}"#);
    Answer::Whole(200, String::new(), body.into_bytes())
}

/// A storage that lets in who shows this token.
async fn storage(bearer: &'static str) -> Scripted {
    Scripted::start(move |_, asked: &Asked| {
        let shown = format!("authorization: bearer {}\r\n", bearer.to_lowercase());
        match asked.head.to_lowercase().contains(&shown) {
            false => error(403, "AuthenticationFailed"),
            true if asked.target.contains("comp=list") => page(&[("a.txt", "")], ""),
            true => file("hello"),
        }
    })
    .await
}

fn store(storage: &Scripted, service: &Scripted, identity: StoreIdentity) -> StoreConfig {
    StoreConfig {
        endpoint: format!("http://{}/account", storage.host),
        identity,
        identity_endpoint: format!("http://{}", service.host),
        client_id: "client-1".to_owned(),
        tenant_id: "tenant-1".to_owned(),
        ..StoreConfig::new(StoreKind::Azure)
    }
}

fn open(store: StoreConfig) -> Arc<dyn Container> {
    let config = StorageConfig { tries: 2, stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() };
    Stores::open(config).unwrap().folder(&location("store://mine/container")).unwrap()
}

#[tokio::test]
async fn a_managed_identity_asks_once_and_shows_its_token() {
    let storage = storage("TOKEN-1").await;
    let service = Scripted::start(|_, asked| match asked.head.to_lowercase().contains("metadata: true\r\n") {
        true => token("TOKEN-1", "\"3599\""),
        false => error(400, ""),
    })
    .await;
    let container = open(store(&storage, &service, StoreIdentity::Managed));
    let all = (0..8).map(|_| container.list("", 9));
    assert!(futures::future::join_all(all).await.into_iter().all(|listed| listed.unwrap().len() == 1));
    assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "hello");
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    let target = &asked[0].target;
    assert!(target.starts_with("/metadata/identity/oauth2/token?api-version=2018-02-01&"), "{target}");
    assert!(target.ends_with("resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=client-1"), "{target}");
}

#[tokio::test]
async fn a_token_that_ends_soon_is_renewed_and_used_to_its_end_if_that_fails() {
    let storage = storage("TOKEN-1").await;
    let service = Scripted::start(|number, _| match number {
        // Less than the five minutes before which a token is renewed.
        0 => token("TOKEN-1", "200"),
        _ => error(429, ""),
    })
    .await;
    let container = open(store(&storage, &service, StoreIdentity::Managed));
    for _ in 0..3 {
        container.list("", 9).await.unwrap();
    }
    // The third goes on with what there is.
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn who_waited_for_a_token_in_vain_does_not_ask_again() {
    let storage = storage("TOKEN-1").await;
    let service = Scripted::start(|_, _| error(503, "")).await;
    let store = store(&storage, &service, StoreIdentity::Managed);
    let config = StorageConfig { tries: 1, stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() };
    let container = Stores::open(config).unwrap().folder(&location("store://mine/container")).unwrap();
    let all = futures::future::join_all((0..8).map(|_| container.list("", 9))).await;
    assert!(all.into_iter().all(|listed| matches!(listed, Err(BlobError::Unreachable))));
    assert_eq!((service.asked().len(), storage.asked().len()), (1, 0));
    assert!(container.list("", 9).await.is_err());
    assert_eq!(service.asked().len(), 2, "who comes later does");
}

#[tokio::test]
async fn a_metadata_service_that_is_away_is_asked_again_and_one_that_refuses_is_not() {
    let storage = storage("TOKEN-1").await;
    let away = Scripted::start(|number, _| if number == 0 { error(503, "") } else { token("TOKEN-1", "3600") }).await;
    open(store(&storage, &away, StoreIdentity::Managed)).list("", 9).await.unwrap();
    assert_eq!(away.asked().len(), 2);

    let refuses = Scripted::start(|_, _| error(400, "identity not found")).await;
    let answer = open(store(&storage, &refuses, StoreIdentity::Managed)).list("", 9).await;
    assert!(matches!(answer, Err(BlobError::Forbidden)));
    assert_eq!(refuses.asked().len(), 1);

    let nonsense = Scripted::start(|_, _| Answer::Whole(200, String::new(), b"<html>".to_vec())).await;
    let answer = open(store(&storage, &nonsense, StoreIdentity::Managed)).list("", 9).await;
    assert!(matches!(answer, Err(BlobError::Invalid)));

    let endless = Scripted::start(|_, _| Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b' '; 4096])).await;
    let answer = open(store(&storage, &endless, StoreIdentity::Managed)).list("", 9).await;
    assert!(matches!(answer, Err(BlobError::Invalid)));
}

#[tokio::test]
async fn a_workload_identity_exchanges_the_token_that_its_file_holds_now() {
    let storage = storage("TOKEN-1").await;
    let count = Arc::new(AtomicUsize::new(0));
    let service = Scripted::start({
        let count = Arc::clone(&count);
        move |_, _| {
            count.fetch_add(1, Ordering::Relaxed);
            token("TOKEN-1", "100")
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    let store =
        StoreConfig { token_file: Some(token_file.clone()), ..store(&storage, &service, StoreIdentity::Workload) };
    let container = open(store);
    assert!(matches!(container.list("", 9).await, Err(BlobError::Forbidden)), "there is no file");
    for assertion in ["first.jwt", "second.jwt"] {
        std::fs::write(&token_file, format!("{assertion}\n")).unwrap();
        container.list("", 9).await.unwrap();
        let asked = service.asked().pop().unwrap();
        assert_eq!(asked.target, "/tenant-1/oauth2/v2.0/token");
        let body = String::from_utf8(asked.body).unwrap();
        assert!(body.contains("grant_type=client_credentials&client_id=client-1&"), "{body}");
        assert!(body.ends_with(&format!("&client_assertion={assertion}")), "{body}");
    }
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn settings_that_cannot_work_are_named() {
    let wrong = |change: fn(&mut StoreConfig)| {
        let mut store = StoreConfig::new(StoreKind::Azure);
        store.endpoint = "https://a.blob.core.windows.net".to_owned();
        store.secret = "Q0FOQVJZ".to_owned().into();
        change(&mut store);
        let config = StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() };
        assert!(!format!("{config:?}").contains("Q0FOQVJZ"));
        Stores::open(config).map(drop).unwrap_err().to_string()
    };
    assert!(wrong(|store| store.endpoint.clear()).starts_with("storage.stores.mine: endpoint is missing"));
    assert!(wrong(|store| store.identity = StoreIdentity::Managed).contains("both a secret and an identity"));
    assert!(wrong(|store| store.secret = "CANARY!".to_owned().into()).ends_with("secret is not base64"));
    assert!(wrong(|store| store.secret_file = Some("/none".into())).ends_with("secret_file cannot be read"));
    assert!(wrong(|store| store.kind = StoreKind::S3).ends_with("access_key_id and secret belong together"));
    assert!(wrong(|store| store.endpoint = "https://u:CANARY@a".to_owned()).ends_with("http or https URL"));
}
