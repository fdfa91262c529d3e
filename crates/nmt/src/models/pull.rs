//! Models from the catalogue: fetched, checked twice, unpacked, put in their place in one step.
//!
//! What was fetched of a file stays in the store's folder `.partial` when the connection breaks, and the next try goes
//! on from there. Its name is its hash: whatever changes on the server, two files are never mixed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use terjuman_model::LanguagePair;

use crate::models::catalogue::{Catalogue, Found, Record, failure, find};
use crate::models::fetch::{Fetch, FetchError, Progress};
use crate::models::install::Workshop;
use crate::models::manifest::{Manifest, ModelFile};
use crate::models::{Models, ModelsError, digest};

/// How often a broken connection is taken up again within one call, each time only if something came.
const TRIES: usize = 5;

/// No compressed file is larger.
const MOST_BYTES: u64 = 1 << 30;

/// The licence under which the catalogue's models are published.
const LICENCE: &str = "MPL-2.0";

impl Models {
    /// Fetches the newest model of a pair and adds it to the store, in place of one that is there.
    ///
    /// # Errors
    /// If the network or the pair is not there, or a file is not what the catalogue says. What was fetched before a
    /// connection broke is kept for the next call.
    pub fn pull(
        &self,
        pair: &LanguagePair,
        catalogue: &Catalogue,
        fetch: &dyn Fetch,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<Manifest, ModelsError> {
        let found = find(&catalogue.records(fetch)?, pair)?;
        for (_, record) in &found.files {
            check_record(record)?;
        }
        let partial = self.folder().join(".partial");
        fs::create_dir_all(&partial).map_err(ModelsError::io(&partial))?;
        let total = found.files.iter().map(|(_, record)| record.attachment.size).sum();
        let mut fetched = Vec::with_capacity(found.files.len());
        let mut before = 0;
        for (_, record) in &found.files {
            let report = |done| progress(Progress { file: &record.name, done: before + done, total });
            fetched.push(download(&partial, &catalogue.url_of(&record.attachment), record, fetch, &report)?);
            before += record.attachment.size;
        }
        let manifest = self.unpack(pair, &found, &fetched)?;
        for path in fetched {
            fs::remove_file(&path).map_err(ModelsError::io(&path))?;
        }
        // Other downloads may be waiting there.
        let _ = fs::remove_dir(&partial);
        Ok(manifest)
    }

    fn unpack(&self, pair: &LanguagePair, found: &Found, fetched: &[PathBuf]) -> Result<Manifest, ModelsError> {
        let workshop = Workshop::new(self, "pulling")?;
        let folder = workshop.folder_of(&pair.to_string())?;
        let mut files = Vec::with_capacity(found.files.len());
        for ((role, record), packed) in found.files.iter().zip(fetched) {
            let size = decompress(packed, &folder.join(&record.name), record)?;
            let sha256 = record.decompressed_hash.to_lowercase();
            files.push(ModelFile { name: record.name.clone(), role: *role, size, sha256 });
        }
        let manifest = Manifest {
            source: pair.source.clone(),
            target: pair.target.clone(),
            architecture: found.architecture.clone(),
            version: Some(found.version.clone()),
            origin: Some("Firefox Translations".to_owned()),
            licence: Some(LICENCE.to_owned()),
            files,
        };
        workshop.install(self, &manifest)?;
        Ok(manifest)
    }
}

/// The record names files and hashes that become paths here.
fn check_record(record: &Record) -> Result<(), ModelsError> {
    let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash(&record.attachment.hash) || !is_hash(&record.decompressed_hash) {
        return Err(ModelsError::damaged("the catalogue", "a hash is not a SHA-256"));
    }
    if record.attachment.size > MOST_BYTES || record.decompressed_size > MOST_BYTES {
        return Err(ModelsError::damaged("the catalogue", "a file is too large"));
    }
    let is_plain = !record.name.starts_with('.') && !record.name.contains(['/', '\\', ':', '\0']);
    if record.name.is_empty() || !is_plain || record.name.len() > 255 {
        return Err(ModelsError::damaged("the catalogue", "a file name is not a plain name"));
    }
    Ok(())
}

/// Fetches a file, going on where an earlier call was interrupted, and checks it.
fn download(
    partial: &Path,
    url: &str,
    record: &Record,
    fetch: &dyn Fetch,
    report: &dyn Fn(u64),
) -> Result<PathBuf, ModelsError> {
    let path = partial.join(record.attachment.hash.to_lowercase());
    let size = record.attachment.size;
    let mut failures = 0;
    loop {
        let have = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if have >= size {
            break;
        }
        report(have);
        match append(&path, url, have, size, fetch, report) {
            Ok(()) => {}
            Err(Broken::Disk(error)) => return Err(ModelsError::io(&path)(error)),
            Err(Broken::Answer(error)) => return Err(failure(url, error)),
            Err(Broken::Connection(reason)) => {
                let now = fs::metadata(&path).map_or(0, |metadata| metadata.len());
                failures += 1;
                if failures >= TRIES || now == have {
                    return Err(failure(url, FetchError::Unreachable(reason)));
                }
            }
        }
    }
    let (length, hash) = digest::of_file(&path).map_err(ModelsError::io(&path))?;
    if length != size || hash != record.attachment.hash.to_lowercase() {
        // Going on from wrong bytes would never end well.
        fs::remove_file(&path).map_err(ModelsError::io(&path))?;
        return Err(ModelsError::damaged(&record.name, "what was downloaded is not the file of the catalogue"));
    }
    report(size);
    Ok(path)
}

enum Broken {
    Answer(FetchError),
    Connection(String),
    Disk(io::Error),
}

/// Appends what the server gives from byte `have` on.
fn append(path: &Path, url: &str, have: u64, size: u64, fetch: &dyn Fetch, report: &dyn Fn(u64)) -> Result<(), Broken> {
    let fetched = fetch.get(url, have).map_err(Broken::Answer)?;
    // A server that cannot resume begins again, and so does the file.
    let resumes = fetched.from == have && have > 0;
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(resumes).truncate(!resumes);
    let mut file = options.open(path).map_err(Broken::Disk)?;
    let mut done = if resumes { have } else { 0 };
    // One byte more than there should be is enough to know that it is another file.
    let mut body = fetched.body.take(size - done + 1);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match body.read(&mut buffer) {
            Ok(0) if done < size => return Err(Broken::Connection("the connection broke".to_owned())),
            Ok(0) => return Ok(()),
            Ok(read) => {
                file.write_all(&buffer[..read]).map_err(Broken::Disk)?;
                done += read as u64;
                report(done.min(size));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Broken::Connection(error.to_string())),
        }
    }
}

/// Unpacks a file and checks what came out; gives its size.
fn decompress(packed: &Path, to: &Path, record: &Record) -> Result<u64, ModelsError> {
    let bad = |reason: String| ModelsError::damaged(&record.name, reason);
    let source = io::BufReader::new(File::open(packed).map_err(ModelsError::io(packed))?);
    let decoder = ruzstd::decoding::StreamingDecoder::new(source).map_err(|error| bad(error.to_string()))?;
    let mut out = File::create(to).map_err(ModelsError::io(to))?;
    // A bomb stops at the announced size.
    let written = io::copy(&mut decoder.take(record.decompressed_size + 1), &mut out)
        .map_err(|error| bad(format!("it cannot be decompressed: {error}")))?;
    out.sync_all().map_err(ModelsError::io(to))?;
    let (_, hash) = digest::of_file(to).map_err(ModelsError::io(to))?;
    if written != record.decompressed_size || hash != record.decompressed_hash.to_lowercase() {
        return Err(bad("decompressed, it is not the file of the catalogue".to_owned()));
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashMap;

    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;
    use crate::models::fetch::Fetched;
    use crate::models::parse_pair;
    use crate::models::testing::unchecked;

    /// A server in memory that breaks off after so many bytes of each answer.
    struct Server {
        files: HashMap<String, Vec<u8>>,
        breaks_after: RefCell<Vec<usize>>,
        resumes: bool,
        asked: RefCell<Vec<(String, u64)>>,
    }

    impl Fetch for Server {
        fn get(&self, url: &str, from: u64) -> Result<Fetched, FetchError> {
            self.asked.borrow_mut().push((url.to_owned(), from));
            let content = self.files.get(url).ok_or(FetchError::Status(404))?;
            let from = if self.resumes { from } else { 0 };
            let rest = content[usize::try_from(from).unwrap()..].to_vec();
            let most = if url.ends_with(".zst") { self.breaks_after.borrow_mut().pop() } else { None };
            let short = rest[..most.unwrap_or(rest.len()).min(rest.len())].to_vec();
            Ok(Fetched { from, body: Box::new(io::Cursor::new(short)) })
        }
    }

    fn catalogue() -> Catalogue {
        Catalogue { records_url: "http://records".into(), attachments_url: "http://files".into() }
    }

    /// A server with one model; `spoil` may change what it has.
    fn server(spoil: impl Fn(&str, &mut Vec<u8>, &mut serde_json::Value)) -> Server {
        let mut files = HashMap::new();
        let mut records = Vec::new();
        for (kind, name, content) in
            [("model", "model.enpt.bin", "weights ".repeat(4_000)), ("vocab", "vocab.enpt.spm", "vocabulary".into())]
        {
            let mut packed = compress_to_vec(content.as_bytes(), CompressionLevel::Uncompressed);
            let mut record = serde_json::json!({
                "name": name, "version": "3.0", "fileType": kind, "architecture": "tiny",
                "sourceLanguage": "en", "targetLanguage": "pt",
                "decompressedHash": digest::of_bytes(content.as_bytes()), "decompressedSize": content.len(),
                "attachment": {
                    "hash": digest::of_bytes(&packed), "size": packed.len(), "location": format!("{name}.zst"),
                },
            });
            spoil(name, &mut packed, &mut record);
            records.push(record);
            files.insert(format!("http://files/{name}.zst"), packed);
        }
        let list = serde_json::json!({ "data": records });
        files.insert("http://records".to_owned(), serde_json::to_vec(&list).unwrap());
        Server { files, breaks_after: RefCell::default(), resumes: true, asked: RefCell::default() }
    }

    fn pull(store: &Path, server: &Server) -> Result<Manifest, ModelsError> {
        unchecked(store).pull(&parse_pair("en-pt").unwrap(), &catalogue(), server, &|progress| {
            assert!(progress.done <= progress.total);
        })
    }

    #[test]
    fn a_model_is_fetched_and_installed_whole() {
        let store = tempfile::tempdir().unwrap();
        let manifest = pull(store.path(), &server(|_, _, _| {})).unwrap();
        assert_eq!(manifest.licence.as_deref(), Some("MPL-2.0"));
        let models = unchecked(store.path());
        assert_eq!(models.list().unwrap(), [manifest]);
        let left: Vec<_> = fs::read_dir(store.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["en-pt"]);
    }

    #[test]
    fn a_broken_connection_is_taken_up_where_it_broke() {
        let store = tempfile::tempdir().unwrap();
        let broken = server(|_, _, _| {});
        // The last is the first: 10,000 bytes, 5,000 more, nothing at all; that ends the first call.
        broken.breaks_after.replace(vec![0, 5_000, 10_000]);
        let error = pull(store.path(), &broken).unwrap_err();
        assert!(matches!(&error, ModelsError::Offline { .. }), "{error}");
        assert!(error.to_string().contains("terjuman models add"), "{error}");
        assert!(unchecked(store.path()).list().unwrap().is_empty());
        pull(store.path(), &broken).unwrap();
        let asked = broken.asked.borrow();
        let model = asked.iter().filter(|(url, _)| url.contains("model.enpt"));
        assert_eq!(model.map(|(_, from)| *from).collect::<Vec<_>>(), [0, 10_000, 15_000, 15_000]);
    }

    #[test]
    fn a_server_that_cannot_resume_begins_again() {
        let store = tempfile::tempdir().unwrap();
        let server = Server { resumes: false, ..server(|_, _, _| {}) };
        server.breaks_after.replace(vec![10_000]);
        pull(store.path(), &server).unwrap();
    }

    #[test]
    fn wrong_bytes_are_refused_before_and_after_unpacking() {
        #[track_caller]
        fn check(spoil: impl Fn(&str, &mut Vec<u8>, &mut serde_json::Value), expected: &str) {
            let store = tempfile::tempdir().unwrap();
            let error = pull(store.path(), &server(spoil)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            assert!(unchecked(store.path()).list().unwrap().is_empty());
            assert!(!store.path().join("en-pt").exists());
        }
        let last = |packed: &mut Vec<u8>| packed.last_mut().map(|byte| *byte ^= 1);
        check(
            |_, packed, _| {
                last(packed);
            },
            "model.enpt.bin: what was downloaded is not",
        );
        check(|_, packed, _| packed.push(0), "what was downloaded is not");
        check(|_, _, record| record["decompressedHash"] = "0".repeat(64).into(), "decompressed, it is not");
        check(|_, _, record| record["decompressedSize"] = 3.into(), "decompressed, it is not");
        check(|_, _, record| record["name"] = "../evil".into(), "not a plain name");
        check(|_, _, record| record["attachment"]["hash"] = "../evil".into(), "not a SHA-256");
        check(|_, _, record| record["attachment"]["size"] = u64::MAX.into(), "too large");
        check(
            |_, packed, record| {
                *packed = b"no zstd".to_vec();
                record["attachment"]["hash"] = digest::of_bytes(packed).into();
                record["attachment"]["size"] = packed.len().into();
            },
            "model.enpt.bin: ",
        );
    }

    #[test]
    fn without_a_network_or_a_list_it_says_what_to_do() {
        struct Offline;
        impl Fetch for Offline {
            fn get(&self, _: &str, _: u64) -> Result<Fetched, FetchError> {
                Err(FetchError::Unreachable("no route to host".to_owned()))
            }
        }
        let store = tempfile::tempdir().unwrap();
        let pair = parse_pair("en-pt").unwrap();
        let error = unchecked(store.path()).pull(&pair, &catalogue(), &Offline, &|_| {}).unwrap_err().to_string();
        assert!(error.starts_with("http://records cannot be reached: no route to host; without a network"), "{error}");
        let mut strange = server(|_, _, _| {});
        strange.files.insert("http://records".into(), b"<html>".to_vec());
        assert!(pull(store.path(), &strange).unwrap_err().to_string().contains("not a list of models"));
        strange.files.clear();
        assert!(pull(store.path(), &strange).unwrap_err().to_string().contains("status 404"));
    }
}
