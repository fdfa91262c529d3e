//! What a start request may hold, and how it is refused.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{BATCHES, Server, VERSION, minimal, request};

/// The minimal request with one member set, by JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = minimal();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items.push(value),
        parent => parent[name] = value,
    }
    body
}

const SOURCE: &str = "/inputs/0/source";
const TARGET: &str = "/inputs/0/targets/0";

#[tokio::test]
async fn what_clients_really_send_is_accepted() {
    let server = Server::new().await;
    let full = json!({
        "INPUTS": [ {
            "storageType": "FOLDER",
            "source": {
                "SourceUrl": "http://127.0.0.1:10000/devstoreaccount1/in?sig=a%2Fb", "language": "EN",
                "filter": { "prefix": "contracts/", "suffix": ".docx" }, "storageSource": "azureblob", "extra": [1, {}]
            },
            "targets": [
                { "targetUrl": "https://a/de", "language": "de", "category": "general", "deploymentName": "my-llm" },
                { "targetUrl": "https://a/de", "language": "pt-BR", "glossaries": [
                    { "glossaryUrl": "https://a/t.tsv", "format": "tsv", "version": "1.0", "storageSource": "AzureBlob" },
                    { "glossaryUrl": "https://a/t.XLF?sig=.txt" }
                ] }
            ],
            "translateWithinImage": true
        } ],
        "options": { "translateTextWithinImage": true, "experimental": false },
        "translateTextWithinImage": null
    });
    for body in [
        full,
        with("/inputs/0/source/filter", json!({})),
        with("/inputs/0/source/language", Value::Null),
        with("/inputs/0/storageType", json!("file")),
        // The same language is a copy, whatever the engine.
        with("/inputs/0/targets/-", json!({ "targetUrl": "https://a/x", "language": "en", "category": "few" })),
    ] {
        let answer = server.start(body.to_string()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{body} {answer:?}");
    }
}

#[tokio::test]
async fn each_member_that_cannot_be_is_named() {
    let server = Server::new().await;
    let refused = async |body: Value, inner: &str, target: &str| {
        let answer = server.start(body.to_string()).await;
        answer.refused(400, inner, target);
        assert!(!String::from_utf8_lossy(&answer.body).contains("SECRET"));
        assert_eq!(answer.json()["error"]["code"], "InvalidRequest");
    };
    let (invalid, missing) = ("InvalidParameter", "MissingParameter");
    refused(json!([]), invalid, "body").await;
    refused(json!("https://a?sig=SECRET"), invalid, "body").await;
    refused(json!({}), missing, "inputs").await;
    refused(json!({ "inputs": [] }), missing, "inputs").await;
    refused(json!({ "inputs": "https://a?sig=SECRET" }), invalid, "inputs").await;
    refused(json!({ "inputs": [ {} ] }), missing, "inputs[0].source").await;
    refused(json!({ "inputs": [ 7 ] }), invalid, "inputs[0]").await;
    refused(
        with("/options", json!({ "translateTextWithinImage": "yes" })),
        invalid,
        "options.translateTextWithinImage",
    )
    .await;
    refused(with("/inputs/0/storageType", json!("Blob")), invalid, "inputs[0].storageType").await;
    refused(with("/inputs/0/targets", json!([])), missing, "inputs[0].targets").await;
    refused(with("/inputs/0/targets", json!({ "sig": "SECRET" })), invalid, "inputs[0].targets").await;
    for (member, value, inner) in [
        ("sourceUrl", Value::Null, missing),
        ("sourceUrl", json!(" "), missing),
        ("sourceUrl", json!(7), invalid),
        ("sourceUrl", json!("in?sig=SECRET"), invalid),
        ("sourceUrl", json!("gopher://a/SECRET"), invalid),
        ("sourceUrl", json!("https://user:SECRET@a/x"), invalid),
        ("sourceUrl", json!("https://a/\r\nx"), invalid),
        ("storageSource", json!("S3"), invalid),
        ("language", json!("xx"), "InvalidFromLanguage"),
        ("language", json!(["en"]), invalid),
    ] {
        refused(with(&format!("{SOURCE}/{member}"), value), inner, &format!("inputs[0].source.{member}")).await;
    }
    refused(with("/inputs/0/source/filter", json!({ "prefix": "a\u{0}" })), invalid, "inputs[0].source.filter.prefix")
        .await;
    for (member, value, inner) in [
        ("targetUrl", Value::Null, missing),
        ("targetUrl", json!("\u{0}"), invalid),
        ("language", Value::Null, missing),
        ("language", json!(""), missing),
        ("language", json!("klingon"), "InvalidToLanguage"),
        ("language", json!("pt'; DROP TABLE jobs; --"), "InvalidToLanguage"),
        ("language", json!(5), invalid),
        ("deploymentName", json!("a\nb"), invalid),
        ("storageSource", json!(true), invalid),
        ("glossaries", json!("x"), invalid),
    ] {
        refused(with(&format!("{TARGET}/{member}"), value), inner, &format!("inputs[0].targets[0].{member}")).await;
    }
    let second = json!({ "targetUrl": "https://a.blob.core.windows.net/out?sig=SECRET2", "language": "FR" });
    refused(with("/inputs/0/targets/-", second), invalid, "inputs[0].targets[1].targetUrl").await;
    for (glossary, inner, member) in [
        (json!({}), missing, "glossaryUrl"),
        (json!({ "glossaryUrl": "https://a/g.txt" }), invalid, "format"),
        (json!({ "glossaryUrl": "https://a/g.csv", "format": "TBX" }), invalid, "format"),
    ] {
        let path = format!("inputs[0].targets[0].glossaries[0].{member}");
        refused(with(&format!("{TARGET}/glossaries"), json!([glossary])), inner, &path).await;
    }
}

#[tokio::test]
async fn a_pair_that_the_engine_lacks_is_refused_at_the_start() {
    let server = Server::new().await;
    let answer = async |source: Option<&str>, target: &str| {
        let mut body = with(&format!("{TARGET}/category"), json!("few"));
        body["inputs"][0]["targets"][0]["language"] = json!(target);
        if let Some(source) = source {
            body["inputs"][0]["source"]["language"] = json!(source);
        }
        server.start(body.to_string()).await
    };
    for (source, target) in [(Some("en"), "pt"), (None, "pt"), (None, "pt-BR"), (Some("de"), "de")] {
        assert_eq!(answer(source, target).await.status, StatusCode::ACCEPTED);
    }
    answer(None, "de").await.refused(400, "InvalidToLanguage", "inputs[0].targets[0].language");
    answer(Some("en"), "de").await.refused(400, "InvalidToLanguage", "inputs[0].targets[0].language");
    answer(Some("de"), "pt").await.refused(400, "InvalidFromLanguage", "inputs[0].source.language");
}

#[tokio::test]
async fn the_count_of_inputs_and_languages_is_bounded() {
    let server = Server::with(|http| (http.max_inputs, http.max_target_languages) = (2, 2)).await;
    let input = minimal()["inputs"][0].clone();
    let many = json!({ "inputs": [input, input, input] });
    server.start(many.to_string()).await.refused(400, "InvalidParameter", "inputs");
    let targets: Vec<_> =
        ["de", "fr", "DE"].map(|to| json!({ "targetUrl": format!("https://a/{to}"), "language": to })).to_vec();
    let mut body = with("/inputs/0/targets", json!(targets));
    assert_eq!(server.start(body.to_string()).await.status, StatusCode::ACCEPTED);
    body["inputs"][0]["targets"][2]["language"] = json!("it");
    server.start(body.to_string()).await.refused(400, "InvalidParameter", "inputs[0].targets");
}

#[tokio::test]
async fn only_plain_json_of_bounded_size_is_read() {
    let server = Server::with(|http| (http.max_json_bytes, http.max_discarded_bytes) = (1 << 20, 1 << 20)).await;
    let send = async |content_type: Option<&str>, encoding: Option<&str>, body: Body| {
        let mut request = request("POST", &format!("{BATCHES}?{VERSION}"));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        server.send(request.body(body).unwrap()).await
    };
    for good in ["application/json", "TEXT/JSON", "application/merge-patch+json; charset=utf-8"] {
        assert_eq!(send(Some(good), Some("identity"), minimal().to_string().into()).await.status, StatusCode::ACCEPTED);
    }
    for bad in [None, Some("text/plain"), Some("application/xml"), Some("application/jsonx"), Some("\u{e9}")] {
        let answer = send(bad, None, minimal().to_string().into()).await;
        answer.refused(415, "UnsupportedMediaType", "Content-Type");
    }
    for encoding in ["gzip", "br", "x-unknown", "identity, gzip"] {
        let answer = send(Some("application/json"), Some(encoding), minimal().to_string().into()).await;
        answer.refused(415, "UnsupportedContentEncoding", "");
    }
    let spaces = " ".repeat((1 << 20) + 1);
    send(Some("application/json"), None, spaces.into()).await.refused(413, "RequestTooLarge", "body");
    // Without a length, and without an end.
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 10_000]));
    send(Some("application/json"), None, Body::from_stream(endless)).await.refused(413, "RequestTooLarge", "body");
    let broken = futures::stream::iter([Ok(vec![b'{']), Err(std::io::Error::other("gone"))]);
    send(Some("application/json"), None, Body::from_stream(broken)).await.refused(400, "InvalidParameter", "body");
    for bad in ["", "{", "{\"inputs\":1,\"inputs\":2}", "{'inputs':[]}", "\u{0}"] {
        server.start(bad).await.refused(400, "InvalidParameter", "body");
    }
    server.start("[".repeat(100_000)).await.refused(400, "InvalidParameter", "body");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::with(|http| (http.body_idle_ms, http.body_total_ms) = (100, 1_000)).await;
    // The store works in real time; from here on nothing asks it.
    tokio::time::pause();
    let silent = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    server.start(Body::from_stream(silent)).await.refused(408, "RequestTimedOut", "");
    let dripping = futures::stream::unfold((), async |()| {
        tokio::time::sleep(std::time::Duration::from_millis(90)).await;
        Some((Ok::<_, std::io::Error>(vec![b' ']), ()))
    });
    server.start(Body::from_stream(Box::pin(dripping))).await.refused(408, "RequestTimedOut", "");
}

#[tokio::test]
async fn bodies_wait_for_room_and_are_told_to_come_back() {
    let change = |http: &mut terjuman_api::HttpConfig| {
        (http.max_json_bytes, http.sync_max_body_bytes, http.max_bytes_in_memory) = (256 << 10, 1, 256 << 10);
        http.sync_wait_ms = 50;
    };
    let server = Server::with(change).await;
    // Takes three quarters of the room, and never ends.
    let piece = futures::stream::iter([Ok::<_, std::io::Error>(vec![b' '; 192 << 10])]);
    let holding = Body::from_stream(futures::StreamExt::chain(piece, futures::stream::pending()));
    let large = " ".repeat(128 << 10) + &minimal().to_string();
    tokio::select! {
        biased;
        answer = server.start(holding) => panic!("it never ends: {answer:?}"),
        answer = server.start(large.clone()) => answer.refused(429, "RequestRateTooHigh", ""),
    }
    // The one who held the room has gone.
    assert_eq!(server.start(large).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_full_queue_and_a_full_disk_are_told_apart_and_reading_goes_on() {
    let mut server = Server::new().await;
    let id = server.accepted().await;
    let full = terjuman_jobs::AdmissionConfig { max_open_documents_per_resource: 1, ..Default::default() };
    server.admit(full);
    let refused = server.start(minimal().to_string()).await;
    refused.refused(429, "RequestRateTooHigh", "");
    assert_eq!(refused.header("retry-after"), "1");
    let full = terjuman_jobs::AdmissionConfig { min_free_bytes: u64::MAX, min_free_percent: 101, ..Default::default() };
    server.admit(full);
    let refused = server.start(minimal().to_string()).await;
    refused.refused(503, "ServiceTemporaryUnavailable", "");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(server.get(&format!("{BATCHES}/{id}?{VERSION}")).await.status, 200);
}

#[tokio::test]
async fn options_come_as_headers_and_are_kept_with_the_job() {
    let server = Server::new().await;
    let start = async |name: &str, value: &str, body: Value| {
        let request = request("POST", &format!("{BATCHES}?{VERSION}")).header("content-type", "application/json");
        server.send(request.header(name, value).body(body.to_string().into()).unwrap()).await
    };
    let stored = async |answer: crate::support::Answer| {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        let id = answer.json()["id"].as_str().unwrap().parse().unwrap();
        server.jobs.store().request(id).await.unwrap().unwrap().options
    };
    let mut wanted = terjuman_pipeline::Changes::default();
    wanted.set("hidden_text", "true").unwrap();
    assert_eq!(stored(start("Terjuman-Option-Hidden-Text", "true", minimal()).await).await, wanted);
    wanted.set("image_text", "true").unwrap();
    let images = with("/options", json!({ "translateTextWithinImage": true }));
    assert_eq!(stored(start("Terjuman-Option-Hidden-Text", "true", images).await).await, wanted);
    let refused = start("terjuman-option-colour", "red", minimal()).await;
    refused.refused(400, "InvalidOption", "Terjuman-Option-Colour");
    assert_eq!(refused.json()["error"]["code"], "InvalidArgument");
    start("terjuman-option-notes", "7", minimal()).await.refused(400, "InvalidOption", "Terjuman-Option-Notes");
}
