//! The list of jobs in a store of a million of them: first page, rare status, page 10,000.
//!
//! ```sh
//! cargo bench --package terjuman-jobs --bench lists
//! ```
//!
//! The store is made once and kept in `target/bench-lists`; `TERJUMAN_BENCH_JOBS` gives another number of jobs. With
//! `scripts/with-postgres` before the command, it is PostgreSQL that is asked. Prints p50 and p99 of each question, one at a
//! time.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench says what it measured")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use terjuman_jobs::{
    Cursor, JobInput, JobQuery, JobRequest, JobSource, JobStore, JobTarget, Order, OrderField, PostgresOptions,
    PostgresStore, QueueOptions, RandomIds, Sealer, SqliteOptions, SqliteStore, StorageKind, SystemClock,
};
use terjuman_model::{JobStatus, ResourceId};

const PAGE: u32 = 50;
const ROUNDS: usize = 500;

/// Always the same key: the database stays for the next run.
fn sealer() -> Sealer {
    Sealer::new(&"a".repeat(64).parse().expect("a key"), &[])
}

#[tokio::main]
async fn main() {
    let count = jobs();
    let store = open(count).await;
    let store = store.as_ref();
    let resource = ResourceId("bench".to_owned());
    fill(store, &resource, count).await;

    println!("| {count} jobs, pages of {PAGE} | p50 | p99 |\n| --- | --- | --- |");
    measure(store, &resource, "first page", |_| query()).await;
    let cancelled = |_| JobQuery { statuses: vec![JobStatus::Cancelled], ..query() };
    measure(store, &resource, "rare status (one in ten thousand)", cancelled).await;
    let two = |_| JobQuery { statuses: vec![JobStatus::Cancelled, JobStatus::Running], ..query() };
    measure(store, &resource, "two rare statuses", two).await;
    let oldest = |_| JobQuery { order: vec![Order { field: OrderField::Created, descending: false }], ..query() };
    measure(store, &resource, "oldest first", oldest).await;
    let recent = |_| JobQuery { order: vec![Order { field: OrderField::LastAction, descending: true }], ..query() };
    measure(store, &resource, "by last action", recent).await;
    let cursor = deep(store, &resource, count).await;
    measure(store, &resource, "page 10,000 (half way), by its nextLink", move |_| JobQuery {
        after: Some(cursor.clone()),
        ..query()
    })
    .await;
    let skip = u32::try_from(count / 100).expect("a bench of less than four billion jobs");
    measure(store, &resource, "skip=10,000, first page", move |_| JobQuery { skip, ..query() }).await;
}

#[expect(clippy::disallowed_methods, reason = "scripts/with-postgres says where the server is")]
async fn open(count: usize) -> Box<dyn JobStore> {
    if let Ok(url) = std::env::var("TERJUMAN_TEST_POSTGRES") {
        let options = PostgresOptions { url, max_connections: 10, queue: QueueOptions::default(), sealer: sealer() };
        return Box::new(PostgresStore::open(options, Arc::new(RandomIds)).await.expect("a store"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../target/bench-lists/{count}"));
    let options = SqliteOptions { path: folder.join("jobs.db"), queue: QueueOptions::default(), sealer: sealer() };
    Box::new(SqliteStore::open(options, Arc::new(SystemClock), Arc::new(RandomIds)).await.expect("a store"))
}

#[expect(clippy::disallowed_methods, reason = "a bench is sized by who runs it")]
fn jobs() -> usize {
    std::env::var("TERJUMAN_BENCH_JOBS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000)
}

fn query() -> JobQuery {
    JobQuery {
        ids: Vec::new(),
        statuses: Vec::new(),
        created_from: None,
        created_to: None,
        order: Vec::new(),
        skip: 0,
        limit: PAGE,
        after: None,
    }
}

/// Brings the store to `count` jobs; one in ten thousand is cancelled.
async fn fill(store: &dyn JobStore, resource: &ResourceId, count: usize) {
    let probe = JobQuery { skip: u32::try_from(count - 1).expect("checked above"), limit: 1, ..query() };
    if !store.jobs(resource, &probe).await.expect("a page").items.is_empty() {
        return;
    }
    let request = Arc::new(request());
    let begun = Instant::now();
    for _ in 0..count.div_ceil(10_000) {
        // As many at a time as share a flush, and no more than a pool of connections lets wait.
        let mut submit = futures::stream::iter((0..10_000).map(|_| store.create_job(resource, &request))).buffered(100);
        let mut jobs = Vec::with_capacity(10_000);
        while let Some(job) = submit.next().await {
            jobs.push(job.expect("a job is stored"));
        }
        store.cancel(resource, jobs[0].id).await.expect("a job is cancelled");
    }
    eprintln!("{count} jobs stored in {:.0} s", begun.elapsed().as_secs_f64());
}

/// The place behind the job in the middle.
async fn deep(store: &dyn JobStore, resource: &ResourceId, count: usize) -> Cursor {
    let skip = u32::try_from(count / 2).expect("checked above");
    let page = store.jobs(resource, &JobQuery { skip, limit: 1, ..query() }).await.expect("a page");
    page.next.expect("there are more jobs behind the middle")
}

async fn measure(store: &dyn JobStore, resource: &ResourceId, what: &str, make: impl Fn(usize) -> JobQuery) {
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        let query = make(round);
        let begun = Instant::now();
        std::hint::black_box(store.jobs(resource, &query).await.expect("a page"));
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[(ROUNDS - 1) * share / 100].as_secs_f64() * 1e3;
    println!("| {what} | {:.2} ms | {:.2} ms |", at(50), at(99));
}

fn request() -> JobRequest {
    let source = JobSource {
        location: "https://example.blob.core.windows.net/in".parse().expect("a URL"),
        prefix: String::new(),
        suffix: String::new(),
        language: None,
    };
    let target = JobTarget {
        location: "https://example.blob.core.windows.net/out".parse().expect("a URL"),
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
