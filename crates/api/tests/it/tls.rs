//! The accept loop over TLS.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use tokio_util::sync::CancellationToken;

use crate::support::{KEY, Server, minimal};

#[tokio::test]
async fn links_are_https_and_what_is_no_handshake_is_cut_off() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certified.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();

    let server = Server::with(|http| http.header_timeout_ms = 200).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let served = tokio::spawn(terjuman_api::serve_tls(listener, server.app.clone(), Arc::new(tls), stop.clone()));

    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
    let body = minimal().to_string();
    let request = format!(
        "POST /translator/document/batches?api-version=2026-03-01 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Ocp-Apim-Subscription-Key: {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert!(answer.contains("operation-location: https://localhost/translator/document/batches/"), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");

    // Silence, a handshake that does not go on, and HTTP in the clear.
    for sent in [&b""[..], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        let mut bytes = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        assert!(closed.is_ok() && !bytes.starts_with(b"HTTP"), "{bytes:?}");
    }
    // Nor does a stop wait for one.
    let mut silent = TcpStream::connect(address).await.unwrap();
    silent.write_all(b"\x16\x03\x01").await.unwrap();
    stop.cancel();
    served.await.unwrap().unwrap();
}
