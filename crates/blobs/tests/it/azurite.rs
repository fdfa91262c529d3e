//! Azurite, the vendor's own emulator, and the minting of SAS for it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::form_urlencoded;

use crate::emulator::Emulator;

pub(crate) const ACCOUNT: &str = "devstoreaccount1";
/// The emulator's well-known key; it opens nothing else.
pub(crate) const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const VERSION: &str = "2021-12-02";
pub(crate) const FAR: &str = "2099-01-01T00:00:00Z";
const POLICY: &str = "until-it-ends";

/// A running emulator with nothing in it; it ends with this value.
pub(crate) struct Azurite {
    emulator: Emulator,
    pub(crate) host: String,
}

impl Azurite {
    /// Starts the executable that `TERJUMAN_TEST_AZURITE` names; `None`, said aloud, without it.
    pub(crate) async fn start() -> Option<Self> {
        let start = Emulator::start("TERJUMAN_TEST_AZURITE", |command, port| {
            command.args(["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", port]);
            command.args(["--silent", "--skipApiVersionCheck", "--disableTelemetry"]);
        });
        let emulator = start.await?;
        Some(Self { host: emulator.host.clone(), emulator })
    }

    /// A new container.
    pub(crate) async fn container(&self, name: &str) {
        let url = format!("http://{}/{ACCOUNT}/{name}?restype=container&{}", self.host, account_sas());
        let answer =
            self.emulator.http.put(url).header("x-ms-version", VERSION).header("content-length", 0).send().await;
        assert_eq!(answer.unwrap().status(), 201);
    }

    /// A blob as somebody else would write it; `path` is already percent-encoded.
    pub(crate) async fn put(&self, container: &str, path: &str, content: &str, headers: &[(&str, &str)]) {
        let url = format!("http://{}/{ACCOUNT}/{container}/{path}?{}", self.host, account_sas());
        let mut request =
            self.emulator.http.put(url).header("x-ms-version", VERSION).header("x-ms-blob-type", "BlockBlob");
        // Left out for an empty body otherwise, and then refused.
        request = request.header("content-length", content.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.body(content.to_owned()).send().await.unwrap().status(), 201, "{path}");
    }

    /// What a stranger with all rights sees at `path`: content type and content.
    pub(crate) async fn get(&self, container: &str, path: &str) -> (String, String) {
        let url = format!("http://{}/{ACCOUNT}/{container}/{path}?{}", self.host, account_sas());
        let answer = self.emulator.http.get(url).header("x-ms-version", VERSION).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, answer.text().await.unwrap())
    }

    /// A container's URL with these permissions.
    pub(crate) fn container_url(&self, container: &str, permissions: &str) -> String {
        self.sas_url(container, "", permissions, FAR)
    }

    /// The URL of a container whose SAS says nothing itself: what it may do, and until when, stands in the container's
    /// policy, and ends with it.
    pub(crate) fn policy_url(&self, container: &str) -> String {
        let resource = format!("/blob/{ACCOUNT}/{container}");
        let fields = ["", "", "", &resource, POLICY, "", "", VERSION, "c", "", "", "", "", "", "", ""].join("\n");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("sv", VERSION), ("sr", "c"), ("si", POLICY)])
            .append_pair("sig", &sign(&fields))
            .finish();
        format!("http://{}/{ACCOUNT}/{container}?{query}", self.host)
    }

    /// Gives a container's policy this end.
    pub(crate) async fn set_policy(&self, container: &str, expiry: &str) {
        let policy = format!(
            "<SignedIdentifier><Id>{POLICY}</Id><AccessPolicy><Start>2020-01-01T00:00:00Z</Start>\
             <Expiry>{expiry}</Expiry><Permission>rwl</Permission></AccessPolicy></SignedIdentifier>"
        );
        self.put_policies(container, &policy).await;
    }

    /// Takes a container's policy away.
    pub(crate) async fn remove_policy(&self, container: &str) {
        self.put_policies(container, "").await;
    }

    /// No SAS may do that: the account's key signs.
    async fn put_policies(&self, container: &str, policies: &str) {
        let body =
            format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><SignedIdentifiers>{policies}</SignedIdentifiers>");
        let date = "Thu, 01 Jan 2026 00:00:00 GMT";
        let length = body.len().to_string();
        let plain = ["PUT", "", "", &length, "", "application/xml", "", "", "", "", "", ""].join("\n");
        let resource = format!("/{ACCOUNT}/{ACCOUNT}/{container}\ncomp:acl\nrestype:container");
        let text = format!("{plain}\nx-ms-date:{date}\nx-ms-version:{VERSION}\n{resource}");
        let url = format!("http://{}/{ACCOUNT}/{container}?restype=container&comp=acl", self.host);
        let request = self.emulator.http.put(url).header("x-ms-version", VERSION).header("x-ms-date", date);
        let request = request.header("authorization", format!("SharedKey {ACCOUNT}:{}", sign(&text)));
        let answer = request.header("content-type", "application/xml").body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// A URL with a SAS: for the container if `blob` is empty. `blob` is a plain name without special characters.
    pub(crate) fn sas_url(&self, container: &str, blob: &str, permissions: &str, expiry: &str) -> String {
        let (kind, below) = if blob.is_empty() { ("c", String::new()) } else { ("b", format!("/{blob}")) };
        let resource = format!("/blob/{ACCOUNT}/{container}{below}");
        let fields =
            [permissions, "", expiry, &resource, "", "", "", VERSION, kind, "", "", "", "", "", "", ""].join("\n");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("sv", VERSION), ("sr", kind), ("sp", permissions), ("se", expiry)])
            .append_pair("sig", &sign(&fields))
            .finish();
        format!("http://{}/{ACCOUNT}/{container}{below}?{query}", self.host)
    }
}

fn account_sas() -> String {
    let fields = [ACCOUNT, "rwdlac", "b", "sco", "", FAR, "", "", VERSION, "", ""].join("\n");
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("sv", VERSION), ("ss", "b"), ("srt", "sco"), ("sp", "rwdlac"), ("se", FAR)])
        .append_pair("sig", &sign(&fields))
        .finish()
}

fn sign(text: &str) -> String {
    let key = BASE64_STANDARD.decode(KEY).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(text.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}
