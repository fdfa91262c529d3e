//! Certificate and key of an https listener.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

/// Files of an https listener. Default none: plain http.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// A PEM file with the certificate and those that vouch for it, the server's own first.
    pub(crate) certificate: Option<PathBuf>,
    /// A PEM file with its private key.
    pub(crate) key: Option<PathBuf>,
}

impl TlsConfig {
    /// What the files hold; `None` if there are none.
    pub(crate) fn load(&self) -> anyhow::Result<Option<Arc<ServerConfig>>> {
        let (certificate, key) = match (&self.certificate, &self.key) {
            (None, None) => return Ok(None),
            (Some(certificate), Some(key)) => (certificate, key),
            (Some(_), None) => bail!("tls.key: is missing, and tls.certificate needs it"),
            (None, Some(_)) => bail!("tls.certificate: is missing, and tls.key needs it"),
        };
        let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .with_context(|| format!("tls.certificate: {} holds no readable PEM", certificate.display()))?;
        let private = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("tls.key: {} holds no readable PEM key", key.display()))?;
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private);
        Ok(Some(Arc::new(config.context("tls: certificate and key do not fit each other")?)))
    }
}
