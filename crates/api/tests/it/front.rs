//! What every request passes: the key, the version, ids, headers, paths.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{BATCHES, KEY, Server, VERSION, request};

#[tokio::test]
async fn the_key_comes_before_everything() {
    let server = Server::new().await;
    let mut answers = Vec::new();
    for (method, path) in [
        ("GET", BATCHES.to_owned()),
        ("GET", format!("{BATCHES}?api-version=nonsense")),
        ("GET", format!("{BATCHES}/x/documents/y?{VERSION}")),
        ("PATCH", format!("{BATCHES}?{VERSION}")),
        ("GET", "/translator".to_owned()),
        ("GET", "//Translator/none".to_owned()),
        ("POST", format!("{BATCHES}?{VERSION}")),
    ] {
        // A body that would never end is not waited for.
        let silent = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        answers.push(server.send(request.body(Body::from_stream(silent)).unwrap()).await);
    }
    for key in ["", "wrong", "the-first-key2", &"x".repeat(7000)] {
        let request = Request::get(format!("{BATCHES}?{VERSION}")).header("Ocp-Apim-Subscription-Key", key);
        answers.push(server.send(request.body(Body::empty()).unwrap()).await);
    }
    let doubled = request("GET", &format!("{BATCHES}?{VERSION}")).header("Ocp-Apim-Subscription-Key", KEY);
    answers.push(server.send(doubled.body(Body::empty()).unwrap()).await);
    let bearer = Request::get(format!("{BATCHES}?{VERSION}")).header("authorization", "Bearer e30.e30.");
    answers.push(server.send(bearer.body(Body::empty()).unwrap()).await);
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::UNAUTHORIZED, &answers[0].body));
        assert_eq!(answer.header("x-ms-error-code"), "401");
    }
    insta::assert_json_snapshot!(answers[0].json());
}

#[tokio::test]
async fn the_version_is_required_and_one_of_ours() {
    let server = Server::new().await;
    for version in
        ["2024-05-01", "2024-11-01-preview", "2025-12-01-Preview", "2026-03-01", "2026-03-01&api-version=2026-03-01"]
    {
        let answer = server.get(&format!("{BATCHES}?Api-Version={version}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{version}");
    }
    let missing = server.get(BATCHES).await;
    missing.refused(400, "MissingApiVersion", "api-version");
    assert_eq!(missing.json()["error"]["code"], "InvalidArgument");
    server.get(&format!("{BATCHES}?api-version=")).await.refused(400, "MissingApiVersion", "api-version");
    for unknown in ["3.0", "2023-01-01", "2026-03-01%0d%0aX-Injected:%201", "%00"] {
        let answer = server.get(&format!("{BATCHES}?api-version={unknown}")).await;
        answer.refused(400, "UnsupportedApiVersion", "api-version");
        assert!(answer.headers.get("x-injected").is_none());
    }
    let twice = server.get(&format!("{BATCHES}?api-version=2024-05-01&api-version=2026-03-01")).await;
    twice.refused(400, "InvalidParameter", "api-version");
}

#[tokio::test]
async fn every_answer_has_its_ids_and_is_not_sniffed_or_stored() {
    let server = Server::new().await;
    let client_id = "1f6f0b2e-3b8e-4c0f-9f0a-000000000001";
    for (path, key) in
        [(format!("{BATCHES}?{VERSION}"), KEY), (BATCHES.to_owned(), "wrong"), ("/nowhere".to_owned(), KEY)]
    {
        let sent =
            Request::get(&path).header("ocp-apim-subscription-key", key).header("x-ms-client-request-id", client_id);
        let answer = server.send(sent.body(Body::empty()).unwrap()).await;
        let id: uuid::Uuid = answer.header("apim-request-id").parse().unwrap();
        assert_eq!(answer.header("x-requestid"), id.to_string());
        assert_eq!(answer.header("x-ms-client-request-id"), client_id);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert!(server.get("/healthz").await.headers.get("x-ms-client-request-id").is_none());
    let hostile = request("GET", "/healthz").header("x-ms-client-request-id", "\u{9b}31m${jndi:ldap://x/a}");
    let answer = server.send(hostile.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("x-ms-client-request-id"), "%C2%9B31m%24%7Bjndi:ldap:%2F%2Fx%2Fa%7D");
}

#[tokio::test]
async fn paths_are_matched_with_tolerance_and_the_rest_is_told_apart() {
    let server = Server::new().await;
    let id = server.accepted().await;
    for path in [
        format!("//translator//document/batches?{VERSION}"),
        format!("/Translator/DOCUMENT/Batches/?{VERSION}"),
        format!("{BATCHES}/{id}/Documents?{VERSION}"),
    ] {
        assert_eq!(server.get(&path).await.status, StatusCode::OK, "{path}");
    }
    server.get(&format!("/translator/document/nothing?{VERSION}")).await.refused(404, "ResourceNotFound", "");
    server.get("/translator/..%2f..%2fetc/passwd").await.refused(404, "ResourceNotFound", "");
    let unknown = server.send(Request::get("/%zz/%00").body(Body::empty()).unwrap()).await;
    unknown.refused(404, "ResourceNotFound", "");
    for method in ["PATCH", "PUT", "TRACE", "OPTIONS", &"X".repeat(300)] {
        let answer = server.send(request(method, &format!("{BATCHES}?{VERSION}")).body(Body::empty()).unwrap()).await;
        answer.refused(405, "MethodNotAllowed", "");
        let allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        assert!(allowed.contains(&"GET") && allowed.contains(&"POST"), "{allowed:?}");
    }
    let long = server.get(&format!("{BATCHES}?{VERSION}&x={}", "x".repeat(20_000))).await;
    long.refused(414, "UriTooLong", "");
    let two_hosts = request("GET", "/healthz").header("host", "evil.example.org");
    let answer = server.send(two_hosts.body(Body::empty()).unwrap()).await;
    answer.refused(400, "InvalidParameter", "Host");
}

#[tokio::test]
async fn links_start_with_the_url_that_the_client_can_reach() {
    let location = async |server: &Server, headers: &[(&str, &str)]| {
        let mut request = Request::post(format!("{BATCHES}?{VERSION}")).header("ocp-apim-subscription-key", KEY);
        for (name, value) in headers.iter().chain(&[("content-type", "application/json")]) {
            request = request.header(*name, *value);
        }
        let answer = server.send(request.body(crate::support::minimal().to_string().into()).unwrap()).await;
        let location = answer.header("operation-location").to_owned();
        location.split_once(BATCHES).unwrap().0.to_owned()
    };
    let forwarded = [("host", "inner:5000"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "outer.example.org")];
    assert_eq!(location(&Server::new().await, &forwarded).await, "http://inner:5000");
    let trusting = Server::with(|http| http.trust_forwarded = true).await;
    assert_eq!(location(&trusting, &forwarded).await, "https://outer.example.org");
    let public = Server::with(|http| http.public_url = Some("https://t.example.org/mt/".parse().unwrap())).await;
    assert_eq!(location(&public, &forwarded).await, "https://t.example.org/mt");
}
