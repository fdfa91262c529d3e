//! `terjuman models` against a catalogue on loopback, with a real model.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::support::needs;

/// The model pack, or `None` after saying that the test is skipped.
fn pack() -> Option<PathBuf> {
    // A relative name is the repository's.
    needs("TERJUMAN_TEST_MODELS").map(|pack| Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(pack))
}

/// A catalogue and its files: answers one request a connection.
struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// The first answer with weights breaks off in the middle.
    fn start(files: HashMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of loopback is free");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that went away is none of the server's business.
                let _ = answer(stream, &files, &seen);
            }
        });
        Self { base, requests }
    }
}

fn answer(mut stream: TcpStream, files: &HashMap<String, Vec<u8>>, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = 0;
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().unwrap_or(0);
        }
    }
    let is_first = {
        let mut seen = seen.lock().expect("nobody panics with it");
        seen.push(format!("{path} {from}"));
        seen.iter().filter(|line| line.contains("model")).count() == 1
    };
    let Some(content) = files.get(&path) else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let rest = &content[from.min(content.len())..];
    let (status, range) = match from {
        0 => ("200 OK", String::new()),
        _ => {
            ("206 Partial Content", format!("Content-Range: bytes {from}-{}/{}\r\n", content.len() - 1, content.len()))
        }
    };
    let length = rest.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{range}Connection: close\r\n\r\n")?;
    let half = if path.contains("model") && is_first { length / 2 } else { length };
    stream.write_all(&rest[..half])
}

/// The files of the pack's en-pt as the catalogue has them; `spoil` may change a record.
fn files(pack: &Path, spoil: impl Fn(&mut Value)) -> HashMap<String, Vec<u8>> {
    let manifest = std::fs::read(pack.join("en-pt/model.json")).expect("the pack has en-pt");
    let manifest: Value = serde_json::from_slice(&manifest).expect("it is JSON");
    let mut files = HashMap::new();
    let mut records = Vec::new();
    for file in manifest["files"].as_array().expect("it lists files") {
        let (name, role) = (file["name"].as_str().unwrap_or_default(), file["role"].as_str().unwrap_or_default());
        let content = std::fs::read(pack.join("en-pt").join(name)).expect("the pack is complete");
        let packed = compress_to_vec(content.as_slice(), CompressionLevel::Uncompressed);
        let mut record = json!({
            "name": name, "version": "3.0", "fileType": if role == "shortlist" { "lex" } else { role },
            "architecture": "tiny", "sourceLanguage": "en", "targetLanguage": "pt",
            "decompressedHash": file["sha256"], "decompressedSize": file["size"],
            "attachment": {"hash": sha256(&packed), "size": packed.len(), "location": format!("files/{name}.zst")},
        });
        spoil(&mut record);
        records.push(record);
        files.insert(format!("/files/{name}.zst"), packed);
    }
    files.insert("/records".to_owned(), json!({ "data": records }).to_string().into_bytes());
    files
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn models(store: &Path, base: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_terjuman"))
        .arg("models")
        .args(arguments)
        .env("TERJUMAN_MODELS__DIR", store)
        .env("TERJUMAN_MODELS__CATALOGUE_URL", format!("{base}/records"))
        .env("TERJUMAN_MODELS__ATTACHMENTS_URL", base)
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .expect("the program can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_model_is_pulled_over_a_broken_connection_listed_and_removed() {
    let Some(pack) = pack() else { return };
    let server = Server::start(files(&pack, |_| {}));
    let work = tempfile::tempdir().expect("there is room for temporary files");
    let run = |arguments: &[&str]| models(work.path(), &server.base, arguments);
    let available = run(&["list", "--available"]);
    assert_eq!(text(&available.stdout).trim(), "en-pt        English to Portuguese (Brazil)");
    let pulled = run(&["pull", "en-pt"]);
    assert!(pulled.status.success(), "{}", text(&pulled.stderr));
    let requests = server.requests.lock().expect("nobody panics with it").clone();
    let resumed = requests.iter().filter(|line| line.contains("/model.enpt") && !line.ends_with(" 0")).count();
    assert_eq!(resumed, 1, "{requests:?}");
    let listed = text(&run(&["list"]).stdout);
    assert!(listed.contains("en-pt") && listed.contains("tiny, 3.0, MPL-2.0, Firefox Translations"), "{listed}");
    assert!(run(&["remove", "en-pt"]).status.success());
    assert!(text(&run(&["list"]).stdout).starts_with("there are no models in "));
    let again = run(&["remove", "en-pt"]);
    assert_eq!(text(&again.stderr).trim(), "error: there is no model en-pt; see `terjuman models list`");
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn wrong_bytes_unknown_pairs_and_no_network_are_told_apart() {
    let Some(pack) = pack() else { return };
    let server = Server::start(files(&pack, |record| record["decompressedHash"] = "0".repeat(64).into()));
    let work = tempfile::tempdir().expect("there is room for temporary files");
    let run = |arguments: &[&str]| text(&models(work.path(), &server.base, arguments).stderr);
    let error = run(&["pull", "en-pt"]);
    assert!(error.contains("decompressed, it is not the file of the catalogue"), "{error}");
    assert!(!work.path().join("en-pt").exists());
    let error = run(&["pull", "en-de"]);
    assert!(error.contains("the catalogue has no model en-de"), "{error}");
    let error = run(&["pull", "english"]);
    assert!(error.contains("english is not a pair of languages"), "{error}");
    // A port that was free a moment ago: nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("there is one");
    let error = text(&models(work.path(), &format!("http://{closed}"), &["pull", "en-pt"]).stderr);
    assert!(error.contains("cannot be reached") && error.contains("terjuman models add"), "{error}");
}

#[test]
fn a_folder_is_added() {
    let Some(pack) = pack() else { return };
    let work = tempfile::tempdir().expect("there is room for temporary files");
    let folder = pack.join("pt-en");
    let added = models(work.path(), "http://127.0.0.1:1", &["add", folder.to_str().expect("the path is text")]);
    assert_eq!(text(&added.stdout).trim(), "added pt-en", "{}", text(&added.stderr));
}
