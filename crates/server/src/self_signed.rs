//! A certificate without an authority: a root of this machine's own, which clients are pointed at, and one that it signs.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use terjuman_model::Timestamp;
use time::OffsetDateTime;

/// Some clients refuse certificates that last longer than 825 days.
const LASTS: Duration = Duration::from_secs(800 * 24 * 3600);
/// For clocks that are a little slow.
const BEFORE: Duration = Duration::from_secs(24 * 3600);
/// The names that every such certificate has.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate for this machine and these names besides, signed by the root in the folder, which is made if there is none.
/// Only the root is kept; what it signs is made anew at each start.
pub(crate) fn config(folder: &Path, names: &[String], now: Timestamp) -> anyhow::Result<Arc<ServerConfig>> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let root = root_key(&folder.join("ca-key.pem"))?;
    let params = root_params()?;
    let certificate = folder.join("ca.pem");
    // Its signature is another each time, so one that clients know already stays.
    if !certificate.exists() {
        let pem = params.self_signed(&root).context("the root certificate cannot be made")?.pem();
        std::fs::write(&certificate, pem).with_context(|| format!("{} cannot be written", certificate.display()))?;
    }
    let issuer = Issuer::from_params(&params, &root);
    let key = KeyPair::generate().context("a key cannot be made")?;
    let own = own_params(names, now)?.signed_by(&key, &issuer).context("the certificate cannot be made")?;
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.der().clone()], private);
    Ok(Arc::new(config.context("the certificate does not fit its key")?))
}

fn root_key(path: &Path) -> anyhow::Result<KeyPair> {
    if !path.exists() {
        let key = KeyPair::generate().context("a key cannot be made")?.serialize_pem();
        let mut options = std::fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| file.write_all(key.as_bytes()));
        written.with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let pem = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    KeyPair::from_pem(&pem).with_context(|| format!("{} holds no key; delete it to have one made", path.display()))
}

fn root_params() -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Terjuman, root of this machine");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn own_params(names: &[String], now: Timestamp) -> anyhow::Result<CertificateParams> {
    let mut all: Vec<_> = NAMES.map(str::to_owned).to_vec();
    all.extend(names.iter().filter(|name| !NAMES.contains(&name.as_str())).cloned());
    let mut params = CertificateParams::new(all).context("a name that no certificate can have")?;
    params.distinguished_name.push(DnType::CommonName, "Terjuman");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let now = OffsetDateTime::from_unix_timestamp(now.0 / 1_000_000).context("the machine's clock is wrong")?;
    (params.not_before, params.not_after) = (now - BEFORE, now + LASTS);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    #[test]
    fn the_root_stays_and_its_key_is_for_its_owner() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        config(folder.path(), &["translate.example.org".to_owned()], NOW).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let before = (read("ca.pem"), read("ca-key.pem"));
        config(folder.path(), &[], NOW).unwrap();
        assert_eq!((read("ca.pem"), read("ca-key.pem")), before);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let metadata = std::fs::metadata(folder.path().join("ca-key.pem")).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(folder.path().join("ca-key.pem"), "nonsense").unwrap();
        let error = config(folder.path(), &[], NOW).unwrap_err().to_string();
        assert!(error.contains("ca-key.pem") && !error.contains("nonsense"), "{error}");
    }
}
