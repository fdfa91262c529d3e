//! What operators and readers ask: health, metrics, the description and its pages.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, BATCHES, KEY, Server, VERSION, request};

async fn public(server: &Server, path: &str) -> Answer {
    server.send(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_server_is_alive_and_ready_without_a_key() {
    let server = Server::new().await;
    assert_eq!(public(&server, "/healthz").await.json()["status"], "alive");
    assert_eq!(public(&server, "/readyz").await.json()["status"], "ready");
}

#[tokio::test]
async fn metrics_count_by_route_and_never_by_id() {
    let server = Server::new().await;
    let id = server.accepted().await;
    server.get(&format!("{BATCHES}/{id}?{VERSION}")).await;
    server.send(request("X-METHOD", "/nowhere").body(Body::empty()).unwrap()).await;
    let answer = public(&server, "/metrics").await;
    assert!(answer.header("content-type").starts_with("text/plain"));
    let text = String::from_utf8(answer.body).unwrap();
    let line = format!("terjuman_http_requests_total{{method=\"GET\",route=\"{BATCHES}/{{id}}\",status=\"200\"}}");
    assert!(text.contains(&line), "{text}");
    assert!(text.contains("terjuman_http_requests_total{method=\"other\",route=\"none\",status=\"404\"}"), "{text}");
    assert!(text.contains("terjuman_http_request_duration_seconds_bucket"), "{text}");
    assert!(!text.contains(&id) && !text.contains(KEY) && !text.contains("SECRET"));
}

#[tokio::test]
async fn every_described_operation_exists() {
    let server = Server::new().await;
    let description = public(&server, "/openapi.json").await.json();
    let mut count = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let id = server.accepted().await;
            let path = path.replace("{id}", &id).replace("{documentId}", &id);
            let answer = server.send(request(&method.to_uppercase(), &path).body(Body::empty()).unwrap()).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            if answer.status == StatusCode::NOT_FOUND {
                assert!(path.contains("/documents/"), "{method} {path}");
            }
            count += 1;
        }
    }
    assert!(count >= 12);
}

#[tokio::test]
async fn pages_need_nothing_from_elsewhere_and_run_no_script_but_their_own() {
    let server = Server::new().await;
    for path in ["/", "/openapi"] {
        let hostile = Request::get(path).header("host", "a\"><script>alert(1)</script>");
        let Ok(request) = hostile.body(Body::empty()) else { panic!("the header is legal") };
        let answer = server.send(request).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        let html = String::from_utf8(answer.body).unwrap();
        let scripts: Vec<_> =
            html.split("<script>").skip(1).filter_map(|rest| rest.split("</script>").next()).collect();
        for script in &scripts {
            let hash = BASE64_STANDARD.encode(Sha256::digest(script));
            assert!(policy.ends_with(&format!("; script-src 'sha256-{hash}'; connect-src 'self'")), "{policy}");
        }
        assert_eq!(scripts.len(), usize::from(path == "/"));
        let rest =
            scripts.iter().fold(html.clone(), |html, script| html.replace(&format!("<script>{script}</script>"), ""));
        assert!(!rest.contains("<script") && !rest.contains("src=") && !rest.contains("http-equiv"), "{html}");
        for link in html.split("href=\"").skip(1) {
            let link = link.split('"').next().unwrap();
            if link.starts_with('/') {
                assert_eq!(public(&server, link).await.status, StatusCode::OK, "{link}");
            } else {
                assert!(link.starts_with('#') && html.contains(&format!("id=\"{}\"", &link[1..])), "{link}");
            }
        }
    }
}
