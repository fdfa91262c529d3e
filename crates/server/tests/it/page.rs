//! The page at `/` in a real browser.

use std::process::Command;

use serde_json::Value;

use crate::support::{Server, needs};

#[test]
fn a_document_is_translated_on_the_page() {
    let Some(chromium) = needs("TERJUMAN_TEST_CHROMIUM") else { return };
    let server = Server::start(&[]);
    let (folder, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let document = source.path().join("note.txt");
    std::fs::write(&document, "Good day.").unwrap();
    let output = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/browser/page.js"))
        .arg(chromium)
        .arg(format!("http://{}/", server.address))
        .args([document.as_path(), folder.path()])
        .output()
        .expect("node is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["refused"].as_str().unwrap().starts_with("Access denied"), "{told}");
    assert_eq!(told["state"], "Done: 2 words.");
    assert_eq!(told["name"], "note.pt.txt");
    assert_eq!(told["policy"].as_array().unwrap().len(), 0, "{told}");
    let saved = std::fs::read_to_string(folder.path().join("note.pt.txt")).unwrap();
    assert_eq!(saved, "[Ǵóóď ďáý. ···]");
}
