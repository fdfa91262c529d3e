//! A worker over folders on disk: what a caller sees of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use terjuman_jobs::{
    Document, FailPoints, Job, JobInput, JobRequest, JobSource, JobStore, JobTarget, Jobs, Location, StorageConfig,
    StorageKind, Stores, Worker, WorkerConfig,
};
use terjuman_model::JobId;
use terjuman_pipeline::{Engines, Limits, Options, Translator};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::storage::Storage;
use crate::support::{Fresh, all, resource};

/// A database, two folders, and a worker if one was started.
pub(crate) struct World {
    pub(crate) fresh: Fresh,
    pub(crate) jobs: Jobs,
    pub(crate) config: WorkerConfig,
    pub(crate) engines: Arc<Engines>,
    pub(crate) stores: Stores,
    pub(crate) limits: Limits,
    files: TempDir,
    worker: Option<(JoinHandle<()>, CancellationToken)>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(FailPoints::default()).await
    }

    /// The points are those of the store.
    pub(crate) async fn with(points: FailPoints) -> Self {
        let files = tempfile::tempdir().unwrap();
        for folder in ["in", "out"] {
            std::fs::create_dir(files.path().join(folder)).unwrap();
        }
        let storage = StorageConfig { file_roots: vec![files.path().to_owned()], ..StorageConfig::default() };
        let fresh = Fresh::with(points).await;
        Self {
            jobs: Jobs::new(fresh.store.clone()),
            fresh,
            config: WorkerConfig { backoff_ms: 0, ..WorkerConfig::default() },
            engines: engines(BTreeMap::new()),
            stores: Stores::open(storage).unwrap(),
            limits: Limits::default(),
            files,
            worker: None,
        }
    }

    /// Lets this host be reached.
    pub(crate) fn allow(&mut self, host: &str) {
        let file_roots = vec![self.files.path().to_owned()];
        let storage =
            StorageConfig { file_roots, allow_hosts: vec![host.to_owned()], tries: 1, ..StorageConfig::default() };
        self.stores = Stores::open(storage).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// The URL of a folder or file.
    pub(crate) fn location(&self, name: &str) -> Location {
        format!("file://{}", self.path(name).display()).parse().unwrap()
    }

    /// So many documents in the folder `in`, each with a text of its own.
    pub(crate) fn fill(&self, count: usize) {
        for index in 0..count {
            self.write(&format!("in/{index:04}.txt"), &format!("This is document number {index}."));
        }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The names of all files below a folder.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        fn visit(path: &Path, base: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(path).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, base, found);
                } else {
                    found.push(path.strip_prefix(base).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        let (base, mut found) = (self.path(folder), Vec::new());
        visit(&base, &base, &mut found);
        found.sort();
        found
    }

    /// A folder job from `in` to `out`.
    pub(crate) fn request(&self) -> JobRequest {
        JobRequest { inputs: vec![self.input(StorageKind::Folder, "in", &["out"])], ..JobRequest::default() }
    }

    pub(crate) fn input(&self, kind: StorageKind, source: &str, targets: &[&str]) -> JobInput {
        let target = |name: &&str| JobTarget {
            location: self.location(name),
            language: "pt".parse().unwrap(),
            category: None,
            deployment: None,
            glossaries: Vec::new(),
        };
        let source = JobSource {
            location: self.location(source),
            prefix: String::new(),
            suffix: String::new(),
            language: Some("en".parse().unwrap()),
        };
        JobInput { kind, source, targets: targets.iter().map(target).collect() }
    }

    pub(crate) fn start(&mut self) {
        self.start_with(FailPoints::default());
    }

    pub(crate) fn start_with(&mut self, points: FailPoints) {
        let worker = Worker::new(
            self.jobs.clone(),
            self.stores.clone(),
            Arc::clone(&self.engines),
            self.config.clone(),
            Options::default(),
            self.limits.clone(),
        );
        let stop = CancellationToken::new();
        self.worker = Some((tokio::spawn(worker.with_points(points).run(stop.clone())), stop));
    }

    /// A clean end.
    pub(crate) async fn stop(&mut self) {
        if let Some((task, stop)) = self.worker.take() {
            stop.cancel();
            task.await.unwrap();
        }
    }

    /// The process dies, and a new one opens the database. No worker is started.
    pub(crate) async fn crash(&mut self) {
        if let Some((task, _)) = self.worker.take() {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        self.fresh.restart().await;
        self.jobs = Jobs::new(self.fresh.store.clone());
    }

    pub(crate) async fn submit(&self, request: &JobRequest) -> JobId {
        self.jobs.submit(&resource("a"), request).await.unwrap().id
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.jobs.job(&resource("a"), id).await.unwrap().unwrap()
    }

    /// All documents, in the order of enumeration.
    pub(crate) async fn documents(&self, id: JobId) -> Vec<Document> {
        let mut documents = self.fresh.store.documents(&resource("a"), id, &all(10_000)).await.unwrap().unwrap().items;
        documents.reverse();
        documents
    }

    /// Waits until the job looks as wanted; every change in between must keep its promises.
    pub(crate) async fn until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        let mut changes = self.jobs.changes();
        let mut last = self.job(id).await;
        let waiting = async {
            loop {
                let job = self.job(id).await;
                let (old, new) = (&last.summary, &job.summary);
                assert!(old.total() == 0 || old.total() == new.total(), "documents came or went: {old:?} {new:?}");
                assert!(old.success <= new.success && old.failed <= new.failed && old.cancelled <= new.cancelled);
                last = job.clone();
                if wanted(&job) {
                    return job;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), waiting).await {
            Ok(job) => job,
            Err(_) => panic!("the job stays {:?}", self.job(id).await),
        }
    }

    pub(crate) async fn end(&self, id: JobId) -> Job {
        self.until(id, |job| job.status.is_final()).await
    }

    /// Submits, works, and gives the job at its end.
    pub(crate) async fn run(&mut self, request: &JobRequest) -> (Job, Vec<Document>) {
        if self.worker.is_none() {
            self.start();
        }
        let id = self.submit(request).await;
        (self.end(id).await, self.documents(id).await)
    }
}

/// `pseudo` as the default, `identity`, and these.
pub(crate) fn engines(more: BTreeMap<String, Arc<dyn Translator>>) -> Arc<Engines> {
    let mut by_name: BTreeMap<String, Arc<dyn Translator>> = BTreeMap::from([
        ("pseudo".to_owned(), Arc::new(terjuman_nmt::Pseudo::default()) as _),
        ("identity".to_owned(), Arc::new(terjuman_nmt::Identity) as _),
    ]);
    by_name.extend(more);
    Arc::new(Engines::new(by_name, "pseudo").unwrap())
}

/// A world whose jobs go from the container `in` of a storage to its container `out`, with these permissions there.
pub(crate) async fn remote(permissions: &str) -> (World, Storage, JobRequest) {
    let storage = Storage::start().await;
    let mut world = World::new().await;
    world.allow(&storage.host);
    let mut request = world.request();
    request.inputs[0].source.location = storage.location("in", "rl");
    request.inputs[0].targets[0].location = storage.location("out", permissions);
    (world, storage, request)
}
