//! Building the HTTP clients: TLS roots, and everything switched off that a caller's URL could abuse.
//!
//! Roots: the system's, or Mozilla's list built in when the system has none (a bare container), and an operator's own
//! PEM file on top. Read once, at start.

use std::path::Path;
use std::sync::Arc;

use reqwest::Client;
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::Reach;
use super::resolver::Resolver;
use crate::{ConfigError, StorageConfig};

/// Storage answers with some twenty headers.
const MAX_HEADERS: usize = 100;

pub(super) fn root_certificates(ca_file: Option<&Path>) -> Result<Arc<RootCertStore>, ConfigError> {
    let mut roots = RootCertStore::empty();
    // Single unreadable certificates in a system store are ordinary; what counts is whether any are left.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = ca_file {
        let bad = || ConfigError::CaFile { path: path.to_owned() };
        let certificates: Vec<CertificateDer<'static>> =
            CertificateDer::pem_file_iter(path).map_err(|_| bad())?.collect::<Result<_, _>>().map_err(|_| bad())?;
        if certificates.is_empty() {
            return Err(bad());
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|_| bad())?;
        }
    }
    Ok(Arc::new(roots))
}

pub(super) fn build(config: &StorageConfig, roots: &Arc<RootCertStore>, reach: Reach) -> Result<Client, ConfigError> {
    // The provider is named here and not installed: a process default may be set once only, by whoever comes first.
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| ConfigError::Client)?
        .with_root_certificates(Arc::clone(roots))
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        // Blob storage speaks HTTP/1.1 only; no second protocol, no second set of limits.
        .http1_only()
        .http1_max_headers(MAX_HEADERS)
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .retry(reqwest::retry::never())
        .dns_resolver(Resolver::system(reach))
        // Covers look-up, TCP and TLS together. Reading and writing are timed by the transport, which knows
        // whether a body is still going out.
        .connect_timeout(config.connect_timeout())
        .build()
        .map_err(|_| ConfigError::Client)
}
