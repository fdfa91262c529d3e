//! `terjuman translate` from outside: exit codes, messages, files.

use std::path::Path;
use std::process::{Command, Output};

fn terjuman(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_terjuman"))
        .args(arguments)
        .current_dir(dir)
        .output()
        .expect("the command is built with its tests")
}

#[track_caller]
fn check(output: &Output, code: i32, stderr: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(stderr), "{text}");
}

#[test]
fn a_file_is_translated_beside_itself_and_identity_gives_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let source = b"One line.\r\n\r\n  Another one\xc3\xa9.\n";
    std::fs::write(dir.path().join("note.txt"), source).unwrap();
    let same = ["translate", "note.txt", "--to", "pt", "--engine", "identity", "--output", "same.txt"];
    check(&terjuman(dir.path(), &same), 0, "note.txt -> same.txt");
    assert_eq!(std::fs::read(dir.path().join("same.txt")).unwrap(), source);
    check(&terjuman(dir.path(), &["translate", "note.txt", "--to", "pt", "--engine", "pseudo"]), 0, "note.pt.txt");
    let changed = std::fs::read_to_string(dir.path().join("note.pt.txt")).unwrap();
    assert!(changed.starts_with("[Óńé ĺíńé."), "{changed}");
}

#[test]
fn a_bad_document_gives_its_code_on_one_line_and_no_output() {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes, message) in [
        ("blank.txt", &b" \n"[..], "error: NoTranslatableText: "),
        ("binary.txt", b"\x89PNG\0\0\0\x01\xff", "error: WrongDocumentEncoding: "),
        ("photo.jpg", b"\xff\xd8", "error: InvalidFormat: the format .jpg is not supported"),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        let output = terjuman(dir.path(), &["translate", name, "--to", "pt", "--engine", "pseudo", "-o", "out.bin"]);
        check(&output, 3, message);
        assert_eq!(output.stderr.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert!(!dir.path().join("out.bin").exists());
    }
}

#[test]
fn usage_errors_give_2_and_name_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.txt"), "x").unwrap();
    check(&terjuman(dir.path(), &["translate", "a.txt", "--to", "klingonese"]), 2, "--to klingonese");
    check(&terjuman(dir.path(), &["translate", "b.txt", "--to", "pt"]), 2, "b.txt");
    check(&terjuman(dir.path(), &["translate", "a.txt", "--to", "pt", "--engine", "x"]), 2, "no engine is named x");
    check(&terjuman(dir.path(), &["translate"]), 2, "Usage");
}

#[test]
fn the_configuration_is_checked_and_printed() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("bad.toml"), "[worker]\nlease = 3\n").unwrap();
    check(&terjuman(dir.path(), &["config", "check", "--config", "bad.toml"]), 2, "lease");
    check(&terjuman(dir.path(), &["config", "check", "--config", "absent.toml"]), 2, "absent.toml");
    let printed = terjuman(dir.path(), &["config", "print"]);
    check(&printed, 0, "");
    std::fs::write(dir.path().join("printed.toml"), &printed.stdout).unwrap();
    check(&terjuman(dir.path(), &["config", "check", "--config", "printed.toml"]), 0, "");
}

#[test]
fn a_report_is_printed_to_read_and_for_programs() {
    let dir = tempfile::tempdir().unwrap();
    let source = r#"{"title": "A good day", "note": "Nobody reads this"}"#;
    std::fs::write(dir.path().join("a.json"), source).unwrap();
    let base = ["translate", "a.json", "--from", "en", "--to", "pt", "--engine", "pseudo", "-o", "b.json"];
    let with = |more: &[&str]| terjuman(dir.path(), &[&base[..], more].concat());
    let told = with(&["--report"]);
    check(&told, 0, "a.json -> b.json");
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.starts_with("a.json\n  StreamJSONFile en -> pt, engine pseudo\n  2 segments, "), "{told}");

    let told = with(&["--option", "json-keys=title", "--report=json"]);
    check(&told, 0, "");
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((told["document"].as_str(), told["stage"].as_str()), (Some("a.json"), Some("Done")));
    assert_eq!((told["segments"].as_u64(), told["untranslated"][0]["kind"].as_str()), (Some(1), Some("JsonKeyOff")));
    let written = std::fs::read_to_string(dir.path().join("b.json")).unwrap();
    assert!(written.contains("Nobody reads this") && !written.contains("A good day"), "{written}");

    check(&with(&["--option", "colour=red"]), 2, "--option colour: there is no such option");
    check(&with(&["--option", "comments"]), 2, "it is NAME=VALUE");
    std::fs::write(dir.path().join("a.json"), "{").unwrap();
    let told = with(&["--report=json"]);
    check(&told, 3, "error: CorruptDocument: ");
    let told: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((told["stage"].as_str(), told["error"]["code"].as_str()), (Some("Extract"), Some("CorruptDocument")));
}

#[test]
fn who_stops_reading_is_no_error_and_a_full_disk_is_one() {
    let print = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terjuman"));
        command.args(["config", "print"]);
        command
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = print().stdout(writer).output().unwrap();
    check(&output, 0, "");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    if let Ok(full) = std::fs::File::options().write(true).open("/dev/full") {
        check(&print().stdout(full).output().unwrap(), 1, "error: standard output cannot be written: ");
    }
}

#[test]
fn a_client_without_a_server_is_told_where_nobody_answers() {
    let dir = tempfile::tempdir().unwrap();
    let server = format!("http://{}", crate::support::free_address());
    let output = terjuman(dir.path(), &["jobs", "--server", &server, "list"]);
    check(&output, 1, &format!("nobody answers at {server}: start a server, or name one with --server"));
}
