//! TLS: whom the client trusts. The certificates beside this file are for `localhost` and good for a hundred years;
//! nobody trusts their root but these tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use terjuman_blobs::{BlobError, StorageConfig, Stores};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::location;

fn pem(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

/// A server that answers each request over TLS with the same file; gives its port.
async fn tls_server() -> u16 {
    let certificates = vec![CertificateDer::from_pem_file(pem("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(pem("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello").await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

async fn read(host: &str, listed: &str, ca_file: Option<PathBuf>) -> Result<bytes::Bytes, BlobError> {
    let config = StorageConfig { allow_hosts: vec![listed.to_owned()], ca_file, ..StorageConfig::default() };
    let url = location(&format!("https://{host}/account/container?sig=x"));
    Stores::open(config).unwrap().folder(&url)?.read("a.txt", None, 9).await
}

#[tokio::test]
async fn a_private_root_is_trusted_when_configured() {
    let port = tls_server().await;
    let by_name = format!("localhost:{port}");
    let by_address = format!("127.0.0.1:{port}");
    assert_eq!(read(&by_name, &by_name, Some(pem("ca.pem"))).await.unwrap(), "hello");
    assert_eq!(read(&format!("localhost.:{port}"), &by_name, Some(pem("ca.pem"))).await.unwrap(), "hello");
    assert_eq!(read(&by_address, &by_address, Some(pem("ca.pem"))).await.unwrap(), "hello");
    // Reaching a host is not trusting it.
    assert!(matches!(read(&by_name, &by_name, None).await, Err(BlobError::Unreachable)));
}
