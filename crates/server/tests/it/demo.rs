//! `make demo` on the build that is tested.

use std::process::Command;

use crate::support::needs;

#[test]
fn the_demo_leaves_portuguese_documents() {
    if needs("TERJUMAN_TEST_MODELS").is_none() {
        return;
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(root.join("scripts/demo")).env("DEMO_BINARY", env!("CARGO_BIN_EXE_terjuman")).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let folder = text.lines().rev().find_map(|line| line.split_once("documents are in ")).unwrap().1;
    let letter = std::fs::read_to_string(format!("{folder}/letter.txt")).unwrap();
    assert!(letter.contains("https://example.org/parcels/2026-1187"), "{letter}");
    assert!(letter.to_lowercase().contains("obrigad"), "{letter}");
    assert_eq!(
        std::fs::read_dir(folder).unwrap().count(),
        std::fs::read_dir(root.join("demo/documents")).unwrap().count()
    );
}
