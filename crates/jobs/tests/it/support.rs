//! A clock that is moved by hand, ids that count, requests, and a fresh store.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use terjuman_jobs::{
    Clock, FailPoints, Ids, JobInput, JobRequest, JobSource, JobStore, JobTarget, ListQuery, NewDocument, QueueOptions,
    Sealer, SealingKey, SqliteOptions, SqliteStore, StorageKind,
};
use terjuman_model::{DocumentStatus, JobStatus, ResourceId, Timestamp};
use uuid::Uuid;

/// Moved by hand.
pub(crate) struct FakeClock(AtomicI64);

impl FakeClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_775_000_000_000_000)))
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Forwards or back.
    pub(crate) fn shift(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, duration: Duration) {
        self.0.fetch_add(i64::try_from(duration.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Counts, scrambled: ids must not happen to be in the order of creation.
#[derive(Default)]
pub(crate) struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn next(&self) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        Uuid::from_u64_pair(count.wrapping_mul(0x9E37_79B9_7F4A_7C15), count)
    }
}

/// A store in a directory of its own, which can be opened again.
pub(crate) struct Fresh {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) ids: Arc<CountingIds>,
    pub(crate) path: PathBuf,
    _directory: TempDir,
}

impl Fresh {
    pub(crate) async fn new() -> Self {
        Self::with(FailPoints::default()).await
    }

    pub(crate) async fn with(points: FailPoints) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jobs.db");
        let (clock, ids) = (FakeClock::new(), Arc::new(CountingIds::default()));
        let store = open(&path, &clock, &ids, points).await;
        Self { store, clock, ids, path, _directory: directory }
    }

    /// The process dies and is started again.
    pub(crate) async fn restart(&mut self) {
        self.store.kill().await;
        self.store = open(&self.path, &self.clock, &self.ids, FailPoints::default()).await;
    }

    /// Another process with these keys, once the store is closed.
    pub(crate) async fn open_with(&self, sealer: Sealer) -> Result<SqliteStore, terjuman_jobs::JobsError> {
        let options = SqliteOptions { path: self.path.clone(), queue: queue(), sealer };
        SqliteStore::open(options, self.clock.clone(), self.ids.clone()).await
    }

    /// The process is started again with a delay before each job.
    pub(crate) async fn delay(&mut self, start_delay: Duration) {
        self.store.close().await;
        let options =
            SqliteOptions { path: self.path.clone(), queue: QueueOptions { start_delay, ..queue() }, sealer: sealer() };
        self.store = Arc::new(SqliteStore::open(options, self.clock.clone(), self.ids.clone()).await.unwrap());
    }
}

async fn open(
    path: &std::path::Path,
    clock: &Arc<FakeClock>,
    ids: &Arc<CountingIds>,
    points: FailPoints,
) -> Arc<SqliteStore> {
    let options = SqliteOptions { path: path.to_owned(), queue: queue(), sealer: sealer() };
    Arc::new(SqliteStore::open_with(options, clock.clone(), ids.clone(), points).await.unwrap())
}

/// The queue of all stores: the resource `heavy` has three times the share of another.
pub(crate) fn queue() -> QueueOptions {
    let weights = [("heavy".to_owned(), NonZeroU32::new(3).unwrap())].into();
    QueueOptions { weights, ..QueueOptions::default() }
}

/// The key of all stores.
pub(crate) fn key(digit: char) -> SealingKey {
    digit.to_string().repeat(64).parse().unwrap()
}

/// What all stores seal with.
pub(crate) fn sealer() -> Sealer {
    Sealer::new(&key('a'), &[])
}

pub(crate) fn resource(name: &str) -> ResourceId {
    ResourceId(name.to_owned())
}

/// One folder into one language; both URLs carry a key that must show up nowhere.
pub(crate) fn request() -> JobRequest {
    let source = JobSource {
        location: "https://a.blob.core.windows.net/in?sig=SECRET".parse().unwrap(),
        prefix: String::new(),
        suffix: String::new(),
        language: Some("en".parse().unwrap()),
    };
    let target = JobTarget {
        location: "https://a.blob.core.windows.net/out?sig=SECRET".parse().unwrap(),
        language: "PT-br".parse().unwrap(),
        category: None,
        deployment: None,
        glossaries: Vec::new(),
    };
    JobRequest {
        inputs: vec![JobInput { kind: StorageKind::Folder, source, targets: vec![target] }],
        ..JobRequest::default()
    }
}

/// Everything, newest first, `limit` a page.
pub(crate) fn all<S>(limit: u32) -> ListQuery<S> {
    ListQuery {
        ids: Vec::new(),
        statuses: Vec::new(),
        created_from: None,
        created_to: None,
        order: Vec::new(),
        skip: 0,
        limit,
        after: None,
    }
}

/// So many jobs, oldest first.
pub(crate) async fn submit(store: &dyn JobStore, who: &ResourceId, count: usize) -> Vec<terjuman_jobs::Job> {
    let mut jobs = Vec::new();
    for _ in 0..count {
        jobs.push(store.create_job(who, &request()).await.unwrap());
    }
    jobs
}

/// What an enumeration finds: so many documents.
pub(crate) fn found(count: usize) -> Vec<NewDocument> {
    let document = |index: usize| NewDocument {
        input: 0,
        target: 0,
        source_name: format!("{index}.txt"),
        source_url: format!("https://a.blob.core.windows.net/in/{index}.txt"),
        source_etag: Some("etag".into()),
        size: 10,
        target_name: format!("{index}.txt"),
        target_url: format!("https://a.blob.core.windows.net/out/{index}.txt"),
        twin: false,
    };
    (0..count).map(document).collect()
}

/// How far a job is: statuses only go forwards.
pub(crate) fn job_rank(status: JobStatus) -> u32 {
    match status {
        JobStatus::NotStarted => 0,
        JobStatus::Running => 1,
        JobStatus::Cancelling => 2,
        JobStatus::Succeeded | JobStatus::Failed | JobStatus::Cancelled | JobStatus::ValidationFailed => 3,
    }
}

/// How far a document is.
pub(crate) fn document_rank(status: DocumentStatus) -> u32 {
    match status {
        DocumentStatus::NotStarted => 0,
        DocumentStatus::Running => 1,
        DocumentStatus::Cancelling => 2,
        DocumentStatus::Succeeded | DocumentStatus::Failed | DocumentStatus::Cancelled => 3,
    }
}
