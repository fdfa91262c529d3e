//! `terjuman doctor`: what it finds, and what it leaves alone.

use std::net::TcpListener;
use std::process::Command;

use tempfile::TempDir;

fn doctor(folder: &TempDir, settings: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terjuman"));
    command.arg("doctor").env("TERJUMAN_DATA_DIR", folder.path()).env("TERJUMAN_ENGINE__DEFAULT", "pseudo");
    command.env("TERJUMAN_HTTP__LISTEN", "127.0.0.1:0");
    command.envs(settings.iter().map(|(key, value)| (format!("TERJUMAN_{key}"), value)));
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_machine_that_is_ready_is_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (ready, text) = doctor(&folder, &[]);
    assert!(ready, "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("ok ")).count(), 8, "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn each_thing_that_is_wrong_is_named_and_no_password_is() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("jobs.db"), "this is no database at all").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let postgres = format!("postgres://name:CANARY@{silent}/jobs");
    for (settings, name) in [
        (&[("ENGINE__DEFAULT", "neural"), ("MODELS__DIR", "/nowhere")][..], "engine"),
        (&[], "database"),
        (&[("DATABASE__URL", &postgres)], "database"),
        (&[("DATABASE__URL", "sqlite:/proc/nowhere/jobs.db"), ("DATA_DIR", "/proc/nowhere")], "data directory"),
        (&[("HTTP__LISTEN", &taken.local_addr().unwrap().to_string())], "port"),
    ] {
        let (ready, text) = doctor(&folder, settings);
        assert!(!ready && text.contains(&format!("FAIL  {name}: ")), "{settings:?} {text}");
        assert!(!text.contains("CANARY"), "{text}");
    }
}
