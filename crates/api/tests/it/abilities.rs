//! The formats operation and the list of languages.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use terjuman_pipeline::{Format, Limits};

use crate::support::{Server, VERSION};

#[tokio::test]
async fn formats_are_listed_by_type_documents_first() {
    let server = Server::new().await;
    let types = async |query: &str| {
        let answer = server.get(&format!("/translator/document/formats?{VERSION}{query}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let value = answer.json()["value"].as_array().unwrap().clone();
        for format in &value {
            assert!(format["format"].is_string() && !format["contentTypes"][0].is_null());
            assert!(format["fileExtensions"][0].as_str().unwrap().starts_with('.'));
            assert!(!format.as_object().unwrap().values().any(serde_json::Value::is_null));
        }
        let mut types: Vec<_> = value.iter().map(|format| format["type"].as_str().unwrap().to_owned()).collect();
        types.dedup();
        types
    };
    assert_eq!(types("").await, ["Document", "Glossary"]);
    assert_eq!(types("&type=").await, ["Document", "Glossary"]);
    assert_eq!(types("&type=document").await, ["Document"]);
    assert_eq!(types("&Type=GLOSSARY").await, ["Glossary"]);
    let bogus = server.get(&format!("/translator/document/formats?{VERSION}&type=Bogus")).await;
    bogus.refused(400, "InvalidParameter", "type");
}

#[tokio::test]
async fn formats_that_are_not_taken_are_not_listed() {
    let mut server = Server::new().await;
    let names = async |server: &Server| {
        let answer = server.get(&format!("/translator/document/formats?{VERSION}&type=document")).await;
        let formats = answer.json()["value"].as_array().unwrap().clone();
        formats.iter().map(|format| format["format"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = names(&server).await;
    let refused_formats = vec![Format::Odt, Format::Rtf];
    server.limit(Limits { refused_formats, ..Limits::default() });
    let fewer = names(&server).await;
    let left_out: Vec<_> = all.iter().filter(|name| !fewer.contains(name)).collect();
    assert_eq!(left_out, ["RichTextFormat", "OpenDocumentText"]);
    assert_eq!(fewer.len(), all.len() - 2);
}

#[tokio::test]
async fn languages_are_public_and_have_their_direction() {
    let server = Server::new().await;
    for path in [
        "/languages?api-version=3.0&scope=translation",
        "/Languages",
        "/translator/text/v3.0/languages?api-version=3.0",
    ] {
        let answer = server.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let languages = &answer.json()["translation"];
        assert_eq!(languages["de"], serde_json::json!({ "name": "German", "nativeName": "Deutsch", "dir": "ltr" }));
        assert_eq!(languages["he"]["dir"], "rtl");
    }
    let other = server.get("/languages?scope=dictionary,transliteration").await;
    assert_eq!(other.json(), serde_json::json!({}));
}
