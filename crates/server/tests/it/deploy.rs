//! The files of `deploy` name settings that exist.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A value that each setting of the files accepts, where their own is a secret or somebody's own.
const OURS: [(&str, &str); 6] = [
    ("TERJUMAN_DATABASE__URL", "postgres://terjuman:word@db.example.org/terjuman"),
    ("TERJUMAN_AUTH__KEYS", "resource=a-key-of-some-length"),
    ("TERJUMAN_SECRETS__KEY", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
    ("TERJUMAN_STORAGE__ALLOW_HOSTS", "storage.example.org"),
    ("TERJUMAN_HTTP__PUBLIC_URL", "https://translate.example.org"),
    ("TERJUMAN_DATA_DIR", "data"),
];

/// `TERJUMAN_NAME: value`, `TERJUMAN_NAME=value` and the like in all files below the folder.
fn settings(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            settings(&path, found);
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            for piece in line.split("TERJUMAN_").skip(1) {
                let end = piece.find(|c: char| !(c.is_ascii_uppercase() || c == '_')).unwrap_or(piece.len());
                let value = piece[end..].trim_start_matches([':', '=', ' ']).split([' ', '\'']).next();
                // A variable of the compose file's own, not of the program.
                if piece[..end].contains("__") || piece[..end].starts_with("DATA") {
                    found.insert(
                        format!("TERJUMAN_{}", &piece[..end]),
                        value.unwrap_or_default().trim_matches('"').into(),
                    );
                }
            }
        }
    }
}

#[test]
fn deployments_name_settings_that_exist() {
    let mut found = BTreeMap::new();
    settings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy"), &mut found);
    assert!(found.len() >= 8, "{found:?}");
    found.extend(
        OURS.iter()
            .filter(|(name, _)| found.contains_key(*name))
            .map(|(n, v)| (n.to_string(), v.to_string()))
            .collect::<Vec<_>>(),
    );
    let mut check = Command::new(env!("CARGO_BIN_EXE_terjuman"));
    let told = check.args(["config", "check"]).envs(&found).output().unwrap();
    assert!(told.status.success(), "{found:?}: {}", String::from_utf8_lossy(&told.stderr));
    // A setting that does not exist is refused: the check above means something.
    let told = check.env("TERJUMAN_HTTP__NO_SUCH_SETTING", "1").output().unwrap();
    assert!(!told.status.success());
}
