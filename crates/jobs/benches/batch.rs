//! A batch of a thousand small documents through the worker, and durable submits.
//!
//! ```sh
//! cargo bench --package terjuman-jobs --bench batch
//! ```
//!
//! Folders on this disk, the engine `pseudo`, defaults otherwise: what is measured is everything but the translation.

#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use terjuman_jobs::{
    JobInput, JobRequest, JobSource, JobTarget, Jobs, QueueOptions, RandomIds, Sealer, SealingKey, SqliteOptions,
    SqliteStore, StorageConfig, StorageKind, Stores, SystemClock, Worker, WorkerConfig,
};
use terjuman_model::ResourceId;
use terjuman_pipeline::{Engines, Limits, Options};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const DOCUMENTS: usize = 1_000;
const SUBMITS: usize = 2_000;
const CALLERS: usize = 32;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let sealer = Sealer::new(&SealingKey::random().expect("randomness"), &[]);
    let options = SqliteOptions { path: folder.path().join("data/jobs.db"), queue: QueueOptions::default(), sealer };
    let store = SqliteStore::open(options, Arc::new(SystemClock), Arc::new(RandomIds)).await.expect("a store");
    let jobs = Jobs::new(Arc::new(store.clone()));
    submits(&jobs, folder.path()).await;
    batch(&jobs, folder.path()).await;
    store.close().await;
}

fn request(folder: &Path) -> JobRequest {
    let location = |name: &str| format!("file://{}/{name}", folder.display()).parse().expect("a URL");
    let source = JobSource {
        location: location("in"),
        prefix: String::new(),
        suffix: String::new(),
        language: Some("en".parse().expect("a language")),
    };
    let target = JobTarget {
        location: location("out"),
        language: "pt".parse().expect("a language"),
        category: None,
        deployment: None,
        glossaries: Vec::new(),
    };
    JobRequest {
        inputs: vec![JobInput { kind: StorageKind::Folder, source, targets: vec![target] }],
        ..JobRequest::default()
    }
}

/// Accepts jobs from several callers at a time; all are cancelled again.
async fn submits(jobs: &Jobs, folder: &Path) {
    let resource = ResourceId("bench".to_owned());
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (jobs, resource, request) = (jobs.clone(), resource.clone(), request(folder));
        callers.spawn(async move {
            let mut took = Vec::new();
            for _ in 0..SUBMITS / CALLERS {
                let begun = Instant::now();
                let job = jobs.submit(&resource, &request).await.expect("a job");
                took.push(begun.elapsed());
                jobs.cancel(&resource, job.id).await.expect("a cancelled job");
            }
            took
        });
    }
    let mut took: Vec<Duration> = callers.join_all().await.into_iter().flatten().collect();
    took.sort_unstable();
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    println!(
        "submit and cancel, {CALLERS} callers: {rate:.0} a second, submit p50 {:?}, p99 {:?}",
        took[took.len() / 2],
        took[took.len() * 99 / 100]
    );
}

/// One job of a thousand documents, from the submit to the last outcome.
async fn batch(jobs: &Jobs, folder: &Path) {
    std::fs::create_dir(folder.join("in")).expect("a folder");
    for index in 0..DOCUMENTS {
        let text = format!("This is document number {index}.\n\nIt has two paragraphs.\n");
        std::fs::write(folder.join(format!("in/{index:04}.txt")), text).expect("a document");
    }
    let storage = StorageConfig { file_roots: vec![folder.to_owned()], ..StorageConfig::default() };
    let engines = BTreeMap::from([("pseudo".to_owned(), Arc::new(terjuman_nmt::Pseudo::default()) as _)]);
    let engines = Arc::new(Engines::new(engines, "pseudo").expect("engines"));
    let stores = Stores::open(storage).expect("storage");
    let config = WorkerConfig::default();
    let worker = Worker::new(jobs.clone(), stores, engines, config, Options::default(), Limits::default());
    let stop = CancellationToken::new();
    let worker = tokio::spawn(worker.run(stop.clone()));

    let (resource, mut changes) = (ResourceId("bench".to_owned()), jobs.changes());
    let begun = Instant::now();
    let id = jobs.submit(&resource, &request(folder)).await.expect("a job").id;
    let job = loop {
        changes.changed().await.expect("changes");
        let job = jobs.job(&resource, id).await.expect("a store").expect("the job");
        if job.status.is_final() {
            break job;
        }
    };
    assert_eq!(job.summary.success as usize, DOCUMENTS);
    println!("{DOCUMENTS} documents: {:.2} s", begun.elapsed().as_secs_f64());
    stop.cancel();
    worker.await.expect("a worker");
}
