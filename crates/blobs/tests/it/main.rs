//! Storage as its users see it: folders on disk, a real emulator, and a server that misbehaves to order.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too, which clippy cannot see here")]

mod azure;
mod azurite;
mod bad_day;
mod bucket_faults;
mod buckets;
mod conformance;
mod emulator;
mod faults;
mod gcs;
mod identity;
mod local;
mod log;
mod mid_read;
mod proxy;
mod s3;
mod scripted;
mod secrets;
mod service_account;
mod trust;

use terjuman_blobs::{Location, Stamp, StorageConfig};
use terjuman_model::DocumentId;
use uuid::Uuid;

/// SHA-256 of `hello`.
const HELLO_SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn location(text: &str) -> Location {
    text.parse().expect("a test's location is well formed")
}

fn stamp(document: u128) -> Stamp {
    let sha256 = HELLO_SHA256.to_owned();
    Stamp { document: DocumentId(Uuid::from_u128(document)), fence: 1, characters: 5, sha256 }
}

/// Settings that reach one server on loopback.
fn reaching(host: &str) -> StorageConfig {
    StorageConfig { allow_hosts: vec![host.to_owned()], ..StorageConfig::default() }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
