//! The server as its operator meets it: start, work, stop.

use std::process::{Command, Stdio};

use crate::support::{Running, Server, free_address, wait_for};

#[tokio::test]
async fn a_folder_is_translated_and_the_server_stops_when_asked() {
    let mut server = Server::start(&[]);
    let source = server.documents("in", &[("a.txt", "One line."), ("b.csv", "name,text\n1,Hello\n"), ("c.jpg", "x")]);
    let (status, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    assert_eq!(status, 202, "{accepted}");
    let job = server.ended(accepted["id"].as_str().unwrap()).await;
    assert_eq!((job["status"].as_str(), job["summary"]["success"].as_u64()), (Some("Succeeded"), Some(2)), "{job}");
    let text = std::fs::read_to_string(server.folder().join("out/a.txt")).unwrap();
    assert!(text.starts_with("[Óńé ĺíńé."), "{text}");
    let id = accepted["id"].as_str().unwrap();
    let mut forget = Command::new(env!("CARGO_BIN_EXE_terjuman"));
    forget.args(["jobs", "forget", id, "--server", &format!("http://{}", server.address)]);
    assert!(forget.status().unwrap().success());
    assert_eq!(server.get(&format!("/translator/document/batches/{id}")).await.unwrap().0, 404);
    assert!(!forget.status().unwrap().success());
    assert!(server.folder().join("out/a.txt").exists(), "translations stay");
    assert!(server.stop().success());
}

#[tokio::test]
async fn jobs_survive_a_stop_and_a_start() {
    let mut server = Server::start(&[("WORKER__START_DELAY_MS", "3600000")]);
    let source = server.documents("in", &[("a.txt", "One line.")]);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    let path = format!("/translator/document/batches/{}", accepted["id"].as_str().unwrap());
    let before = server.get(&path).await.unwrap();
    assert!(server.stop().success());
    server.restart();
    assert_eq!(server.get(&path).await.unwrap(), before);
    assert_eq!(before.1["status"], "NotStarted");
}

#[tokio::test]
async fn https_is_served_with_a_certificate_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let files = [("TLS__CERTIFICATE", certificate.to_str().unwrap()), ("TLS__KEY", key.to_str().unwrap())];
    let server = Server::start(&files);
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    let answer = client.get(format!("https://localhost:{}/readyz", server.address.port())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_certificate_is_made_for_who_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let address = free_address();
    let mut serve = Command::new(env!("CARGO_BIN_EXE_terjuman"));
    serve.args(["serve", "--tls", "self-signed"]).env("TERJUMAN_DATA_DIR", folder.path());
    serve.env("TERJUMAN_HTTP__LISTEN", address.to_string()).env("TERJUMAN_ENGINE__DEFAULT", "pseudo");
    let mut running = Running(serve.stderr(Stdio::null()).spawn().unwrap());
    wait_for(address, &mut running.0);
    let root = std::fs::read(folder.path().join("tls/ca.pem")).unwrap();
    let root = reqwest::Certificate::from_pem(&root).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let answer = client.get(format!("https://{host}:{}/readyz", address.port())).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn reports_are_asked_for_on_the_command_line() {
    let server = Server::start(&[]);
    let source = server.documents("in", &[("a.txt", "One line."), ("b.txt", " ")]);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    let id = accepted["id"].as_str().unwrap().to_owned();
    server.ended(&id).await;
    let ask = |arguments: &[&str]| {
        let url = format!("http://{}", server.address);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_terjuman"))
            .args(["jobs", "report", "--server", &url])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let told = ask(&[&id]);
    assert!(told.contains("  PlainText") && told.contains("  failed at Extract: NoTranslatableText: "), "{told}");
    let lines: Vec<serde_json::Value> =
        ask(&[&id, "--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    // One document, by its own id.
    let document = lines[0]["id"].as_str().unwrap();
    assert_eq!(ask(&[document, "--json"]).lines().count(), 1);
}
