//! Hours of mixed work, and whether the server is the same at the end: memory, descriptors, threads, files, the database.
//!
//! ```sh
//! make soak MINUTES=60
//! ```
//!
//! A server of its own (a release build, the engine `pseudo`, and `neural` if `TERJUMAN_TEST_MODELS` names a folder with
//! models) gets batches over a folder of real documents, polls, lists, cancels, synchronous calls with every document there
//! is, and clients that are slow, broken, or gone. Jobs are forgotten when they have ended, as retention does after days. The
//! measures are taken every few seconds and printed at the end; the program fails if one of them went up.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod load;
mod rude;
mod samples;
#[path = "../serve/server.rs"]
#[expect(dead_code, reason = "the other bench needs more of it")]
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use load::Load;
use samples::Samples;
use server::Server;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
/// Larger documents would make the work of an hour less varied.
const LARGEST: u64 = 400_000;
const SAMPLES: u64 = 400;

fn main() {
    let Some(minutes) = std::env::args().find_map(|argument| argument.parse::<f64>().ok()) else {
        println!("How many minutes? make soak MINUTES=60");
        return;
    };
    let length = Duration::from_secs_f64(minutes * 60.0);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let flat = runtime.block_on(soak(length));
    std::process::exit(i32::from(!flat));
}

async fn soak(length: Duration) -> bool {
    let documents = documents(Path::new(CORPUS));
    let models = models();
    // A cache that is soon full: what it takes is no leak.
    let mut settings = vec![("ENGINE__CACHE_BYTES", "2000000")];
    settings.extend(models.as_deref().map(|models| ("MODELS__DIR", models)));
    let server = Server::start(&settings);
    println!(
        "{} documents, neural engine {}, {:.0} minutes",
        documents.len(),
        if models.is_some() { "on" } else { "off" },
        length.as_secs_f64() / 60.0
    );
    let load = Arc::new(Load::new(&server, documents, models.is_some()));
    let running = load::start(&load);
    let (begun, mut samples) = (Instant::now(), Samples::default());
    let each = (length / u32::try_from(SAMPLES).unwrap_or(u32::MAX)).max(Duration::from_millis(500));
    while begun.elapsed() < length {
        tokio::time::sleep(each).await;
        samples.take(&server, begun.elapsed());
    }
    for task in running {
        task.abort();
    }
    println!("{load}");
    samples.print();
    samples.are_flat() & load.is_as_expected()
}

/// Every document of the corpus that is not too large; a few of our own without a corpus.
fn documents(corpus: &Path) -> Vec<(String, Arc<[u8]>)> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(corpus).into_iter().flatten().flatten().filter(|entry| entry.path().is_dir()) {
        for entry in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            if entry.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST) {
                let bytes = std::fs::read(entry.path()).expect("a document of the corpus");
                found.push((entry.file_name().to_string_lossy().into_owned(), bytes.into()));
            }
        }
    }
    if found.is_empty() {
        println!("There is no {}; three documents of our own have to do.", corpus.display());
        found.extend([
            ("note.txt".to_owned(), Arc::from(&b"Good day. This is a note."[..])),
            ("page.html".to_owned(), Arc::from(&b"<p>Good <b>day</b>.</p>"[..])),
            ("table.csv".to_owned(), Arc::from(&b"one,two\nthree,four\n"[..])),
        ]);
    }
    found.sort();
    found
}

#[expect(clippy::disallowed_methods, reason = "the environment says where the models are")]
fn models() -> Option<String> {
    let models = std::env::var_os("TERJUMAN_TEST_MODELS").map(PathBuf::from)?;
    models.is_dir().then(|| models.display().to_string())
}
