//! Google's service accounts by their key file: what is signed, what is kept, and what is said when it fails.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use rustls::pki_types::alg_id;
use serde_json::{Value, json};
use terjuman_blobs::{BlobError, Container, Created, StorageConfig, StoreConfig, StoreIdentity, StoreKind, Stores};
use url::form_urlencoded;

use crate::log::Log;
use crate::scripted::{Answer, Asked, Scripted, file};
use crate::{location, stamp};

const EMAIL: &str = "translator@project.iam.gserviceaccount.com";
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";

/// The key of nobody: it was made for these tests.
pub(crate) fn private_key() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/keys/service-account.pem")).unwrap()
}

/// The key file of a service account, changed, in this folder.
pub(crate) fn key_file(folder: &tempfile::TempDir, change: impl Fn(&mut Value)) -> std::path::PathBuf {
    let mut key = json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "key-1",
        "private_key": private_key(),
        "client_email": EMAIL,
        "client_id": "1",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": AUDIENCE,
    });
    change(&mut key);
    let path = folder.path().join("key.json");
    std::fs::write(&path, key.to_string()).unwrap();
    path
}

fn store(storage: &Scripted, tokens: &Scripted, folder: &tempfile::TempDir) -> StoreConfig {
    StoreConfig {
        endpoint: format!("http://{}", storage.host),
        credentials_file: Some(key_file(folder, |_| ())),
        identity_endpoint: format!("http://{}", tokens.host),
        ..StoreConfig::new(StoreKind::Gcs)
    }
}

fn open(store: StoreConfig) -> Arc<dyn Container> {
    let stores = [("mine".to_owned(), store)].into();
    let config = StorageConfig { tries: 2, pause_ms: 1, stores, ..StorageConfig::default() };
    Stores::open(config).unwrap().folder(&location("gs://bucket")).unwrap()
}

fn token(text: &str, seconds: u32) -> Answer {
    let body = json!({ "access_token": text, "expires_in": seconds, "token_type": "Bearer" });
    Answer::Whole(200, String::new(), body.to_string().into_bytes())
}

/// A bucket that lets in who shows this token.
async fn bucket(bearer: &'static str) -> Scripted {
    Scripted::start(move |_, asked: &Asked| {
        let shown = format!("authorization: bearer {}\r\n", bearer.to_lowercase());
        match asked.head.to_lowercase().contains(&shown) {
            false => Answer::Whole(401, String::new(), Vec::new()),
            true if asked.method == "PUT" => Answer::Whole(200, String::new(), Vec::new()),
            true => file("hello"),
        }
    })
    .await
}

/// Head and claims of the statement that a request for a token brings, if its signature is that of the key.
fn verified(asked: &Asked) -> (Value, Value) {
    let form: Vec<(String, String)> = form_urlencoded::parse(&asked.body).into_owned().collect();
    assert_eq!(form[0], ("grant_type".to_owned(), "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()));
    assert_eq!((form.len(), form[1].0.as_str()), (2, "assertion"));
    let (text, signature) = form[1].1.rsplit_once('.').unwrap();
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let rsa = algorithms.all.iter().find(|rsa| rsa.signature_alg_id() == alg_id::RSA_PKCS1_SHA256).unwrap();
    let public = include_bytes!("keys/service-account.public.der");
    rsa.verify_signature(public, text.as_bytes(), &decode(signature)).expect("the signature is the key's");
    let (head, claims) = text.split_once('.').unwrap();
    (serde_json::from_slice(&decode(head)).unwrap(), serde_json::from_slice(&decode(claims)).unwrap())
}

#[tokio::test]
async fn a_service_account_signs_once_and_shows_its_token() {
    let (storage, folder) = (bucket("ya29.one").await, tempfile::tempdir().unwrap());
    let tokens = Scripted::start(|_, _| token("ya29.one", 3599)).await;
    let container = open(store(&storage, &tokens, &folder));
    let all = (0..8).map(|_| container.read("a.txt", None, 9));
    assert!(futures::future::join_all(all).await.into_iter().all(|read| read.unwrap() == "hello"));
    let write = container.create("b.txt", Bytes::from_static(b"hello"), "text/plain", &stamp(1)).await;
    assert_eq!(write.unwrap(), Created::Now);
    let put = storage.asked().pop().unwrap().head.to_lowercase();
    assert!(put.contains("x-goog-if-generation-match: 0\r\n") && !put.contains("goog4-"), "{put}");

    let asked = tokens.asked();
    assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].target.as_str()), (1, "POST", "/token"));
    let (head, claims) = verified(&asked[0]);
    assert_eq!(head, json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    let (from, to) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(to - from, 3600, "Google takes an hour at most");
    let scope = "https://www.googleapis.com/auth/devstorage.read_write";
    assert_eq!(claims, json!({ "iss": EMAIL, "scope": scope, "aud": AUDIENCE, "iat": from, "exp": to }));
}

#[tokio::test]
async fn a_service_accounts_token_is_renewed_before_its_end() {
    let (storage, folder) = (bucket("ya29.one").await, tempfile::tempdir().unwrap());
    let tokens = Scripted::start(|number, _| match number {
        // Less than the five minutes before which a token is renewed.
        0 => token("ya29.one", 200),
        _ => token("ya29.one", 3599),
    })
    .await;
    let container = open(store(&storage, &tokens, &folder));
    for _ in 0..5 {
        assert_eq!(container.read("a.txt", None, 9).await.unwrap(), "hello");
    }
    // The first, and one that holds.
    assert_eq!(tokens.asked().len(), 2);
    assert!(tokens.asked().iter().all(|asked| verified(asked).1["iss"] == EMAIL));
}

#[tokio::test]
async fn a_refused_key_is_named_in_the_log_once_and_not_quoted() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (storage, folder) = (bucket("ya29.one").await, tempfile::tempdir().unwrap());
    // A service that quotes what it was sent, in the code too.
    let tokens = Scripted::start(|number, asked: &Asked| {
        let sent = String::from_utf8_lossy(&asked.body);
        let code = if number < 2 { "invalid_grant" } else { &sent };
        let body = json!({ "error": code, "error_description": sent }).to_string();
        Answer::Whole(400, String::new(), body.into_bytes())
    })
    .await;
    let container = open(store(&storage, &tokens, &folder));
    for _ in 0..3 {
        let error = container.read("a.txt", None, 9).await.unwrap_err();
        assert!(matches!(error, BlobError::Forbidden), "{error:?}");
    }
    assert_eq!((tokens.asked().len(), storage.asked().len()), (3, 0), "a refusal is no reason to try again");
    let log = log.text();
    let told = "no token for storage.stores.mine: its token service answers 400";
    assert_eq!(log.matches(&format!("{told} invalid_grant\n")).count(), 1, "{log}");
    assert_eq!(log.matches(told).count(), 2, "{log}");
    assert!(!log.contains("assertion") && !log.contains("eyJ"), "{log}");
}

#[test]
fn key_files_that_cannot_work_are_named_and_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut Value), and: &dyn Fn(&mut StoreConfig)| {
        let credentials_file = Some(key_file(&folder, change));
        let mut store = StoreConfig { credentials_file, ..StoreConfig::new(StoreKind::Gcs) };
        and(&mut store);
        let config = StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() };
        let error = Stores::open(config).map(drop).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains("CANARY") && !said.contains("PRIVATE KEY"), "{said}");
        error.to_string().strip_prefix("storage.stores.mine: ").unwrap().to_owned()
    };
    let file = |change: &dyn Fn(&mut Value)| refused(change, &|_| ());
    let set = |key: &'static str, value: Value| move |file: &mut Value| file[key] = value.clone();
    let no_key = "private_key in credentials_file is not an RSA key of 2048 bits or more";
    let no_place = "token_uri in credentials_file is not a plain https URL";
    let no_file = "credentials_file is not the JSON key of a service account";
    assert_eq!(file(&set("private_key", json!("CANARY"))), no_key);
    assert_eq!(file(&set("private_key", json!(private_key().replacen('M', "CANARY", 1)))), no_key);
    let other = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls/server.key"));
    assert_eq!(file(&set("private_key", json!(other.unwrap()))), no_key);
    for place in ["http://CANARY/token", "file:///CANARY", "CANARY", "https://u:CANARY@a/token"] {
        assert_eq!(file(&set("token_uri", json!(place))), no_place, "{place}");
    }
    assert_eq!(
        file(&set("type", json!("external_account"))),
        "credentials_file is of another type than service_account"
    );
    assert_eq!(file(&|file| *file = json!({ "private_key": "CANARY" })), no_file);
    assert_eq!(file(&|file| *file = json!("CANARY")), no_file);
    let settings = |and: &dyn Fn(&mut StoreConfig)| refused(&|_| (), and);
    assert_eq!(settings(&|store| store.credentials_file = Some("/none".into())), "credentials_file cannot be read");
    let both = "it has both a secret and an identity or credentials_file";
    assert_eq!(settings(&|store| store.secret = "CANARY".to_owned().into()), both);
    let both = "it has both a credentials_file and an identity";
    assert_eq!(settings(&|store| store.identity = StoreIdentity::Managed), both);
    assert_eq!(settings(&|store| store.kind = StoreKind::S3), "credentials_file is for kind gcs");
    let without = "access_key_id and secret belong together";
    assert_eq!(settings(&|store| store.access_key_id = "id".to_owned()), without);
    // One whose statements go to the usual place may leave that out.
    let path = key_file(&folder, |file| drop(file.as_object_mut().unwrap().remove("token_uri")));
    let store = StoreConfig { credentials_file: Some(path), ..StoreConfig::new(StoreKind::Gcs) };
    let config = StorageConfig { stores: [("mine".to_owned(), store)].into(), ..StorageConfig::default() };
    assert!(Stores::open(config).is_ok());
}
