//! Synchronous translation: what clients send, what is refused, and what is bounded.

use axum::body::Body;
use axum::http::StatusCode;

use crate::support::{Answer, Server, VERSION, request};

const PATH: &str = "/translator/document:translate";

/// A part of a form: its headers and its content.
type Part<'a> = (&'a str, &'a str);

const NOTE: Part<'static> = (
    "Content-Disposition: form-data; name=\"document\"; filename=\"note.txt\"\r\nContent-Type: text/plain",
    "Good day.",
);
const TERMS: Part<'static> =
    ("Content-Disposition: form-data; name=glossary; filename=terms.csv\r\nContent-Type: text/csv", "day,dia");

fn form(parts: &[Part<'_>]) -> String {
    let mut body = String::new();
    for (headers, content) in parts {
        body.push_str(&format!("--b1\r\n{headers}\r\n\r\n{content}\r\n"));
    }
    body + "--b1--\r\n"
}

async fn send(server: &Server, query: &str, body: impl Into<Body>) -> Answer {
    let request = request("POST", &format!("{PATH}?{VERSION}&{query}"));
    server.send(request.header("content-type", "multipart/form-data; boundary=b1").body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_document_comes_back_translated_with_its_charge() {
    let server = Server::new().await;
    let answer = send(&server, "targetLanguage=pt&sourceLanguage=en", form(&[NOTE])).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), "[Ǵóóď ďáý. ···]");
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("x-metered-usage"), "9");
    let report = "segments=1, sentences=1, words=2, tags=0, repaired=0, kept-as-source=0, glossary-hits=0, \
        glossary-misses=0, warnings=(), untranslated=()";
    assert_eq!(answer.header("terjuman-report"), report);
    assert_eq!(answer.header("total-image-scans-succeeded"), "0");
    assert_eq!(answer.header("total-image-scans-failed"), "0");
    assert!(answer.header("x-ms-client-request-id").parse::<uuid::Uuid>().is_ok());
    assert!(answer.headers.get("content-disposition").is_none());
    let older = request("POST", &format!("{PATH}?api-version=2024-05-01&targetLanguage=pt&sourceLanguage="))
        .header("content-type", "multipart/form-data; boundary=\"b1\"")
        .header("x-ms-client-request-id", "mine");
    let answer = server.send(older.body(form(&[NOTE]).into()).unwrap()).await;
    assert_eq!((answer.status, answer.header("x-ms-client-request-id")), (StatusCode::OK, "mine"));
    assert!(answer.headers.get("total-image-scans-failed").is_none());
}

#[tokio::test]
async fn forms_vary_as_clients_do() {
    let server = Server::new().await;
    for headers in [
        "content-disposition:form-data;name=document;filename=note.txt",
        "CONTENT-DISPOSITION: form-data; filename*=UTF-8''n%C3%B6te.txt; NAME=\"document\"",
        "Content-Disposition: form-data; name=document\r\nContent-Type: application/octet-stream",
        "Content-Disposition: form-data; name=\"document\"; filename=\"document\"",
        "Content-Disposition: form-data; name=document; filename=\"../../etc/p\u{202e}asswd.txt\"",
        "Content-Disposition: form-data; name=document; filename=\"test-input.txt\"\r\nContent-Type: text/html",
        "Content-Disposition: form-data; name=document; filename=\"C:\\\\a\\\\b.TXT\"",
    ] {
        let answer = send(&server, "targetLanguage=pt&category=generalnn", form(&[(headers, "Good day.")])).await;
        assert_eq!(answer.status, StatusCode::OK, "{headers} {answer:?}");
        assert_eq!(answer.header("x-metered-usage"), "9");
    }
    let long = format!("Content-Disposition: form-data; name=document; filename=\"{}.txt\"", "é".repeat(2_000));
    assert_eq!(send(&server, "targetLanguage=pt", form(&[(&long, "x y")])).await.status, StatusCode::OK);
    for path in ["/translator/document%3Atranslate", "//Translator/Document:TRANSLATE"] {
        let request = request("POST", &format!("{path}?{VERSION}&TargetLanguage=pt"))
            .header("content-type", "Multipart/Form-Data; Boundary=b1");
        assert_eq!(server.send(request.body(form(&[NOTE]).into()).unwrap()).await.status, StatusCode::OK);
    }
    // In pieces, as a chunked body comes.
    let pieces: Vec<_> = form(&[NOTE]).bytes().map(|byte| Ok::<_, std::io::Error>(vec![byte])).collect();
    let body = Body::from_stream(futures::stream::iter(pieces));
    assert_eq!(send(&server, "targetLanguage=pt", body).await.status, StatusCode::OK);
    // The same language is a copy, glossary or not.
    let copy = send(&server, "targetLanguage=en&sourceLanguage=EN", form(&[NOTE, TERMS])).await;
    assert_eq!((copy.status, copy.body.as_slice()), (StatusCode::OK, &b"Good day."[..]));
}

#[tokio::test]
async fn a_glossary_is_applied_whatever_tells_its_format() {
    let server = Server::new().await;
    for (headers, content) in [
        TERMS,
        (
            "Content-Disposition: form-data; name=glossary; filename=glossary\r\nContent-Type: text/tab-separated-values",
            "day\tdia",
        ),
        ("Content-Disposition: form-data; name=glossary", "day,dia"),
    ] {
        let answer = send(&server, "targetLanguage=pt&sourceLanguage=en", form(&[NOTE, (headers, content)])).await;
        assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), "[Ǵóóď dia. ···]", "{headers}");
    }
    let broken = ("Content-Disposition: form-data; name=glossary; filename=t.csv", "one column");
    send(&server, "targetLanguage=pt&sourceLanguage=en", form(&[NOTE, broken])).await.refused(
        400,
        "InvalidGlossary",
        "glossary",
    );
}

#[tokio::test]
async fn each_parameter_and_part_that_cannot_be_is_named() {
    let server = Server::new().await;
    for (query, inner, target) in [
        ("", "InvalidToLanguage", "targetLanguage"),
        ("targetLanguage=", "InvalidToLanguage", "targetLanguage"),
        ("targetLanguage=xx", "InvalidToLanguage", "targetLanguage"),
        ("targetLanguage=pt%00", "InvalidToLanguage", "targetLanguage"),
        ("targetLanguage=pt&targetLanguage=fr", "InvalidParameter", "targetLanguage"),
        ("targetLanguage=pt&sourceLanguage=xx", "InvalidFromLanguage", "sourceLanguage"),
        ("targetLanguage=pt&allowFallback=maybe", "InvalidParameter", "allowFallback"),
        ("targetLanguage=pt&translateTextWithinImage=1", "InvalidParameter", "translateTextWithinImage"),
        ("targetLanguage=pt&allowFallback=FALSE&category=legal", "InvalidDeployment", "category"),
        ("targetLanguage=pt&deploymentName=gpt", "InvalidDeployment", "deploymentName"),
        ("targetLanguage=de&category=few", "InvalidToLanguage", "targetLanguage"),
        ("targetLanguage=pt&sourceLanguage=de&category=few", "InvalidFromLanguage", "sourceLanguage"),
    ] {
        send(&server, query, form(&[NOTE])).await.refused(400, inner, target);
    }
    assert_eq!(send(&server, "targetLanguage=pt&category=legal", form(&[NOTE])).await.status, StatusCode::OK);
    let to = "targetLanguage=pt";
    let unnamed = ("Content-Disposition: form-data; filename=note.txt", "x");
    for parts in [&[][..], &[unnamed], &[TERMS], &[NOTE, NOTE]] {
        send(&server, to, form(parts)).await.refused(400, "MissingDocument", "document");
    }
    let two = send(&server, to, form(&[NOTE, TERMS, TERMS])).await;
    two.refused(400, "MaxGlossaryFilesExceeded", "GlossaryBodies");
    let named = |name: &str| format!("Content-Disposition: form-data; name=document; filename=\"{name}\"");
    for (name, content, inner) in [
        ("a.txt", "", "NoTranslatableText"),
        ("a.txt", " \r\n", "NoTranslatableText"),
        ("a.exe", "x", "InvalidFormat"),
        ("a.vsdx", "x", "InvalidFormat"),
        ("document", "%PDF-1.7", "InvalidFormat"),
    ] {
        send(&server, to, form(&[(&named(name), content)])).await.refused(400, inner, "document");
    }
    for body in ["", "no form", "--b1\r\n\r\nhalf", &form(&[NOTE])[..60], "--b2\r\n\r\nx\r\n--b2--"] {
        send(&server, to, body.to_owned()).await.refused(400, "InvalidParameter", "body");
    }
    send(&server, to, form(&[NOTE; 20])).await.refused(400, "InvalidParameter", "body");
    let long = format!("{}\r\nX: {}", NOTE.0, "x".repeat(1_000_000));
    send(&server, to, form(&[(&long, "x")])).await.refused(400, "InvalidParameter", "body");
    for content_type in
        ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\u{1}\""]
    {
        let request =
            request("POST", &format!("{PATH}?{VERSION}&{to}")).header("content-type", content_type.as_bytes());
        let Ok(request) = request.body(form(&[NOTE]).into()) else { continue };
        server.send(request).await.refused(400, "InvalidParameter", "Content-Type");
    }
    for content_type in ["", "application/json", "multipart/mixed; boundary=b1", "text/plain"] {
        let request = request("POST", &format!("{PATH}?{VERSION}&{to}")).header("content-type", content_type);
        let answer = server.send(request.body(form(&[NOTE]).into()).unwrap()).await;
        answer.refused(415, "UnsupportedMediaType", "Content-Type");
    }
}

#[tokio::test]
async fn sizes_are_bounded_and_a_large_document_is_a_bad_document() {
    let change = |http: &mut terjuman_api::HttpConfig| {
        (http.sync_max_document_bytes, http.sync_max_glossary_bytes, http.sync_max_body_bytes) = (1_000, 100, 5_000);
    };
    let server = Server::with(change).await;
    let to = "targetLanguage=pt";
    let large = "word ".repeat(201);
    let refused = send(&server, to, form(&[(NOTE.0, &large)])).await;
    refused.refused(400, "MaxDocumentSizeExceeded", "document");
    insta::assert_json_snapshot!(refused.json());
    send(&server, to, form(&[NOTE, (TERMS.0, &large)])).await.refused(400, "InvalidGlossary", "glossary");
    send(&server, to, " ".repeat(6_000)).await.refused(400, "MaxDocumentSizeExceeded", "document");
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 20]));
    send(&server, to, Body::from_stream(endless)).await.refused(400, "MaxDocumentSizeExceeded", "document");
}

#[tokio::test]
async fn a_call_that_finds_no_slot_is_told_to_come_back() {
    let server = Server::with(|http| (http.sync_slots, http.sync_wait_ms) = (1, 50)).await;
    let endless = || send(&server, "targetLanguage=pt&category=endless", form(&[NOTE]));
    let busy = async {
        let answer = endless().await;
        panic!("nothing ends it but its caller: {answer:?}");
    };
    let refused = async {
        // The other call has the slot before this one asks: it is polled first, and its body is there at once.
        let answer = send(&server, "targetLanguage=pt", form(&[NOTE])).await;
        answer.refused(429, "RequestRateTooHigh", "");
        assert_eq!(answer.header("retry-after"), "1");
    };
    tokio::select! {
        biased;
        () = busy => {}
        () = refused => {}
    }
    // The caller of the endless one has left: its work stops and the slot is free again.
    loop {
        let answer = send(&server, "targetLanguage=pt", form(&[NOTE])).await;
        if answer.status == StatusCode::OK {
            break;
        }
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn the_deadline_ends_a_translation_with_a_name() {
    let server = Server::with(|http| (http.sync_slots, http.sync_deadline_ms) = (1, 50)).await;
    for _ in 0..2 {
        let answer = send(&server, "targetLanguage=pt&category=endless", form(&[NOTE])).await;
        answer.refused(400, "DocumentTimedOut", "document");
    }
}

#[tokio::test]
async fn options_come_as_headers() {
    let server = Server::new().await;
    let page = (
        "Content-Disposition: form-data; name=\"document\"; filename=\"a.json\"",
        "{\"title\": \"Good day.\", \"body\": \"Stay here.\"}",
    );
    let send = async |name: &str, value: &str| {
        let request = request("POST", &format!("{PATH}?{VERSION}&targetLanguage=pt&sourceLanguage=en"))
            .header("content-type", "multipart/form-data; boundary=b1")
            .header(name, value);
        server.send(request.body(form(&[page]).into()).unwrap()).await
    };
    let answer = send("Terjuman-Option-Json-Keys", "title").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(answer.header("terjuman-report").ends_with("untranslated=(JsonKeyOff;count=1)"), "{answer:?}");
    assert!(String::from_utf8(answer.body).unwrap().ends_with("\"body\": \"Stay here.\"}"));
    send("Terjuman-Option-Json", "title").await.refused(400, "InvalidOption", "Terjuman-Option-Json");
}
