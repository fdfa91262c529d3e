//! What the SQLite file promises beside what every store does.

use std::time::{Duration, Instant};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqlSafeStr as _};
use terjuman_jobs::{
    AdmissionConfig, Heartbeat, Holder, JobStore as _, Jobs, JobsError, Outcome, Released, Sealer, SqliteOptions,
    SqliteStore, Standing,
};
use terjuman_model::{FailureCode, JobId, JobStatus};
use terjuman_pipeline::Report;

use crate::support::{Fresh, key, queue, request, resource};
use crate::world::World;

fn holder() -> Holder {
    Holder { name: "worker".into(), lease: Duration::from_secs(60) }
}

/// The process ends, somebody changes the file, and a new process opens it.
async fn meddle(fresh: &mut Fresh, sql: &'static str) {
    fresh.store.kill().await;
    let mut connection = SqliteConnectOptions::new().filename(&fresh.path).connect().await.unwrap();
    assert_eq!(sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
    fresh.restart().await;
}

/// A job of three documents, one of them at work.
async fn running() -> (World, JobId) {
    let world = World::new().await;
    world.fill(3);
    let id = world.submit(&world.request()).await;
    let claimed = world.fresh.store.claim_expansion(&holder()).await.unwrap().unwrap();
    let found = (0..3).map(|index| terjuman_jobs::NewDocument {
        input: 0,
        target: 0,
        source_name: format!("{index:04}.txt"),
        source_url: String::new(),
        source_etag: None,
        size: 1,
        target_name: format!("{index:04}.txt"),
        target_url: String::new(),
        twin: false,
    });
    assert!(world.fresh.store.record_expansion(&claimed.lease, found.collect()).await.unwrap());
    assert_eq!(world.fresh.store.claim_documents(&holder(), 1).await.unwrap().documents.len(), 1);
    (world, id)
}

#[tokio::test]
async fn wrong_counters_are_found_and_mended() {
    let (mut world, id) = running().await;
    let sql = "UPDATE jobs SET not_yet_started = 0, success = 2, characters = 9";
    meddle(&mut world.fresh, sql).await;
    let read = async |world: &World| world.fresh.store.job(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!(read(&world).await.summary.success, 2);
    assert_eq!(world.fresh.store.audit().await.unwrap(), 1);
    let summary = read(&world).await.summary;
    assert_eq!((summary.success, summary.in_progress, summary.not_yet_started), (0, 1, 2));
    assert_eq!(summary.characters_charged, 0);
    assert_eq!(world.fresh.store.audit().await.unwrap(), 0);
}

#[tokio::test]
async fn leases_of_the_process_before_are_taken_over_at_once() {
    let (mut world, _) = running().await;
    world.fresh.restart().await;
    // No clock moved.
    assert_eq!(world.fresh.store.release_expired(3).await.unwrap(), Released { released: 1, crashed: 0 });
    assert!(world.fresh.store.claim_suspect(&holder()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_and_stands_in_nobodys_way() {
    let mut fresh = Fresh::new().await;
    let bad = fresh.store.create_job(&resource("a"), &request()).await.unwrap().id;
    meddle(&mut fresh, "UPDATE requests SET body = '{\"inputs\": 7}'").await;
    let good = fresh.store.create_job(&resource("a"), &request()).await.unwrap().id;
    assert_eq!(fresh.store.claim_expansion(&holder()).await.unwrap().unwrap().job, good);
    let bad = fresh.store.job(&resource("a"), bad).await.unwrap().unwrap();
    assert_eq!((bad.status, bad.error.unwrap().code), (JobStatus::ValidationFailed, FailureCode::InternalServerError));
}

#[tokio::test]
async fn what_has_ended_is_final_for_every_program() {
    let mut fresh = Fresh::new().await;
    fresh.store.create_job(&resource("a"), &request()).await.unwrap();
    let claimed = fresh.store.claim_expansion(&holder()).await.unwrap().unwrap();
    let failure = terjuman_model::Failure::new(FailureCode::NoDocumentsFound, "nothing");
    assert!(fresh.store.refuse(&claimed.lease, failure).await.unwrap());
    fresh.store.kill().await;
    let mut connection = SqliteConnectOptions::new().filename(&fresh.path).connect().await.unwrap();
    let error = sqlx::query("UPDATE jobs SET status = 3").execute(&mut connection).await.unwrap_err();
    assert!(error.to_string().contains("a finished job never changes"), "{error}");
    connection.close().await.unwrap();
    fresh.restart().await;
}

#[tokio::test]
async fn a_database_that_somebody_holds_is_waited_for_five_seconds() {
    let (world, id) = running().await;
    let mut other = SqliteConnectOptions::new().filename(&world.fresh.path).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let begun = Instant::now();
    let refused = world.fresh.store.create_job(&resource("a"), &request()).await;
    let took = begun.elapsed();
    assert!(matches!(refused, Err(JobsError::Busy)), "{refused:?}");
    assert!((4..15).contains(&took.as_secs()), "{took:?}");
    // Whoever reads waits for nobody.
    assert!(world.fresh.store.job(&resource("a"), id).await.unwrap().is_some());
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    world.fresh.store.create_job(&resource("a"), &request()).await.unwrap();
}

#[tokio::test]
async fn the_work_goes_on_while_callers_hold_every_reader() {
    let (world, id) = running().await;
    let store = &world.fresh.store;
    let readers = store.occupy_readers().await.unwrap();
    let claimed = store.claim_documents(&holder(), 1).await.unwrap().documents;
    let lease = &claimed[0].lease;
    assert_eq!(store.heartbeat(&holder(), &[lease]).await.unwrap(), Heartbeat::default());
    assert!(store.request(id).await.unwrap().is_some());
    assert_eq!(store.standing(lease).await.unwrap(), Standing::Held);
    assert_eq!(store.depth().await.unwrap().running, 2);
    assert!(store.finish(lease, Outcome::Cancelled, Report::default()).await.is_ok());
    // And callers do not wait for ever.
    assert!(matches!(store.job(&resource("a"), id).await, Err(JobsError::Busy)));
    drop(readers);
    assert!(store.job(&resource("a"), id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_store_that_is_closed_says_so_and_keeps_what_it_promised() {
    let (mut world, id) = running().await;
    let lease = {
        let mut claimed = world.fresh.store.claim_documents(&holder(), 1).await.unwrap().documents;
        claimed.remove(0).lease
    };
    world.fresh.store.kill().await;
    assert!(world.fresh.store.finish(&lease, Outcome::Cancelled, Report::default()).await.is_err());
    assert!(world.fresh.store.ping().await.is_err());
    world.crash().await;
    world.start();
    assert_eq!(world.end(id).await.summary.success, 3);
}

/// Everything that is on disk.
fn bytes(fresh: &Fresh) -> String {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(fresh.path.parent().unwrap()).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn no_file_of_the_database_ever_shows_a_signature() {
    let mut fresh = Fresh::new().await;
    let id = fresh.store.create_job(&resource("a"), &request()).await.unwrap().id;
    assert!(!bytes(&fresh).contains("SECRET") && bytes(&fresh).contains("xc1."));
    fresh.store.cancel(&resource("a"), id).await.unwrap();
    fresh.store.close().await;
    assert!(!bytes(&fresh).contains("xc1."), "erased with the job's end");
    fresh.restart().await;
    fresh.store.create_job(&resource("a"), &request()).await.unwrap();
    // As a version before this one stored it.
    meddle(&mut fresh, "UPDATE requests SET body = '{\"inputs\": [\"SECRET\"]}'").await;
    assert!(!bytes(&fresh).contains("SECRET"), "sealed when it is opened, and gone from the log");
}

#[tokio::test]
async fn what_was_stored_in_plain_is_read_and_a_missing_key_is_named_at_the_start() {
    let mut fresh = Fresh::new().await;
    let id = fresh.store.create_job(&resource("a"), &request()).await.unwrap().id;
    fresh.store.close().await;
    let mut connection = SqliteConnectOptions::new().filename(&fresh.path).connect().await.unwrap();
    let plain = serde_json::to_string(&request()).unwrap();
    sqlx::query("UPDATE requests SET body = $1").bind(plain).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    fresh.restart().await;
    assert_eq!(fresh.store.request(id).await.unwrap(), Some(request()));
    fresh.store.close().await;
    let refused = fresh.open_with(Sealer::new(&key('b'), &[])).await.err().unwrap();
    assert!(matches!(refused, JobsError::Sealed(_)), "{refused}");
    let rotated = fresh.open_with(Sealer::new(&key('b'), &[key('a')])).await.unwrap();
    assert_eq!(rotated.request(id).await.unwrap(), Some(request()));
    rotated.close().await;
    // Nothing is under the old key any more.
    let new = fresh.open_with(Sealer::new(&key('b'), &[])).await.unwrap();
    assert_eq!(new.request(id).await.unwrap(), Some(request()));
    new.close().await;
    // The way out when a key is lost for good, as docs/operations.md has it.
    let mut connection = SqliteConnectOptions::new().filename(&fresh.path).connect().await.unwrap();
    for sql in ["DELETE FROM requests", "DELETE FROM sealing"] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let without = fresh.open_with(Sealer::new(&key('c'), &[])).await.unwrap();
    let job = without.cancel(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!(job.status, JobStatus::Cancelled);
    without.create_job(&resource("a"), &request()).await.unwrap();
    without.close().await;
}

#[tokio::test]
async fn a_full_disk_refuses_jobs_and_leaves_the_rest_readable_and_whole() {
    let fresh = Fresh::new().await;
    let first = fresh.store.create_job(&resource("a"), &request()).await.unwrap();
    // SQLite takes the present size for a limit below it.
    fresh.store.limit_pages(1).await.unwrap();
    let mut accepted = 1;
    let refused = loop {
        match fresh.store.create_job(&resource("a"), &request()).await {
            Ok(_) => accepted += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, JobsError::DiskFull), "{refused}");
    let count = async || fresh.store.jobs(&resource("a"), &crate::support::all(1000)).await.unwrap().items.len();
    assert_eq!(count().await, accepted, "what was refused is not there, what was accepted is");
    assert_eq!(fresh.store.job(&resource("a"), first.id).await.unwrap(), Some(first));
    assert_eq!(fresh.store.audit().await.unwrap(), 0);
    fresh.store.limit_pages(1_000_000).await.unwrap();
    fresh.store.create_job(&resource("a"), &request()).await.unwrap();
    assert_eq!(count().await, accepted + 1);
}

#[tokio::test]
async fn no_job_is_accepted_on_a_disk_that_is_nearly_full() {
    let fresh = Fresh::new().await;
    let folder = fresh.path.parent().map(std::path::Path::to_owned);
    let jobs = |min_free_bytes, min_free_percent| {
        let config = AdmissionConfig { min_free_bytes, min_free_percent, ..AdmissionConfig::default() };
        Jobs::new(fresh.store.clone()).admitting(config, folder.clone())
    };
    // No disk has that much: each bound refuses by itself.
    for (bytes, percent) in [(u64::MAX, 101), (u64::MAX, 0), (0, 101)] {
        let refused = jobs(bytes, percent).submit(&resource("a"), &request()).await;
        assert!(matches!(refused, Err(JobsError::DiskFull)), "{bytes} {percent}: {refused:?}");
    }
    jobs(0, 0).submit(&resource("a"), &request()).await.unwrap();
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date_and_its_jobs_go_on() {
    let fresh = Fresh::new().await;
    fresh.store.close().await;
    std::fs::remove_file(&fresh.path).unwrap();
    let options = SqliteConnectOptions::new().filename(&fresh.path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    let sql = include_str!("../../migrations/sqlite/0001_jobs.sql").into_sql_str();
    let first = Migration::new(1, "jobs and documents".into(), MigrationType::Simple, sql, false);
    let migrator = Migrator::with_migrations(vec![first]);
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    let id = JobId(uuid::Uuid::from_u128(7));
    let job = "INSERT INTO jobs (id, resource, created, last_action, run_at) VALUES ($1, 'a', 1, 1, 0)";
    sqlx::query(job).bind(id.0).execute(&mut connection).await.unwrap();
    let plain = serde_json::to_string(&request()).unwrap();
    sqlx::query("INSERT INTO requests VALUES (1, $1)").bind(plain).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let store = fresh.open_with(Sealer::new(&key('a'), &[])).await.unwrap();
    let claimed = store.claim_expansion(&holder()).await.unwrap().unwrap();
    assert_eq!((claimed.job, claimed.request), (id, request()));
    store.close().await;
    assert!(!bytes(&fresh).contains("SECRET"));
}

#[tokio::test]
async fn a_report_is_deleted_with_its_document() {
    let mut world = World::new().await;
    world.fill(1);
    let (_, documents) = world.run(&world.request()).await;
    world.stop().await;
    let read = async |world: &World| world.fresh.store.report(&resource("a"), documents[0].id).await.unwrap();
    assert!(read(&world).await.unwrap().report.is_some());
    meddle(&mut world.fresh, "DELETE FROM jobs").await;
    assert_eq!(read(&world).await, None);
    // Nothing is left behind: there is no row that could still be changed.
    world.fresh.store.kill().await;
    let mut connection = SqliteConnectOptions::new().filename(&world.fresh.path).connect().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM reports").fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 0);
}

/// A file system of its own, of 4 MiB. Needs the rights to mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    /// With a copy of this world's database on it. `None`, said aloud, where no file system can be mounted.
    async fn with(world: &World) -> Option<Self> {
        world.fresh.store.close().await;
        let at = world.fresh.path.parent().unwrap().join("disk");
        std::fs::create_dir(&at).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&at).stderr(std::process::Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            println!("SKIPPED: no file system can be mounted here");
            return None;
        }
        let disk = Self(at);
        std::fs::copy(&world.fresh.path, disk.path()).unwrap();
        Some(disk)
    }

    fn path(&self) -> std::path::PathBuf {
        self.0.join("jobs.db")
    }

    async fn open(&self, world: &World) -> SqliteStore {
        let options = SqliteOptions { path: self.path(), queue: queue(), sealer: Sealer::new(&key('a'), &[]) };
        SqliteStore::open(options, world.fresh.clock.clone(), world.fresh.ids.clone()).await.unwrap()
    }

    /// Until there is not one free block. Who has the file can make room again.
    fn fill(&self) -> std::fs::File {
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        while std::io::Write::write_all(&mut filler, &[0; 512]).is_ok() {}
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_process_starts_on_a_full_disk_and_what_is_there_can_be_read() {
    let (world, id) = running().await;
    let Some(disk) = SmallDisk::with(&world).await else { return };
    let path = disk.path();
    let store = disk.open(&world).await;
    // Somebody else reads: so the log and its index stay behind, as they do behind a process that was killed, and what
    // is written next needs new room.
    let mut witness = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    let mut reading = witness.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM jobs").execute(&mut *reading).await.unwrap();
    assert_eq!(store.claim_documents(&holder(), 1).await.unwrap().documents.len(), 1);
    store.kill().await;
    let filler = disk.fill();
    let store = disk.open(&world).await;
    assert_eq!(store.job(&resource("a"), id).await.unwrap().unwrap().summary.in_progress, 2);
    assert!(matches!(store.create_job(&resource("a"), &request()).await, Err(JobsError::DiskFull)));
    filler.set_len(0).unwrap();
    reading.rollback().await.unwrap();
    store.create_job(&resource("a"), &request()).await.unwrap();
    world.fresh.clock.advance(Duration::from_secs(61));
    assert_eq!(store.release_expired(20).await.unwrap().released, 2);
    store.close().await;
}

#[tokio::test]
async fn a_process_that_was_stopped_in_order_starts_on_a_disk_without_a_free_block() {
    let (world, id) = running().await;
    let Some(disk) = SmallDisk::with(&world).await else { return };
    disk.open(&world).await.close().await;
    let spare = disk.path().with_file_name("jobs.db-spare");
    let kept = std::fs::metadata(&spare).unwrap().len();
    let filler = disk.fill();
    let store = disk.open(&world).await;
    assert!(!spare.exists(), "it started without the room that was kept for it");
    assert_eq!(store.job(&resource("a"), id).await.unwrap().unwrap().summary.in_progress, 1);
    assert!(matches!(create_until_full(&store).await, JobsError::DiskFull));
    // Stopped and started again: what the log took serves the next start.
    store.close().await;
    let store = disk.open(&world).await;
    assert!(store.job(&resource("a"), id).await.unwrap().is_some());
    filler.set_len(0).unwrap();
    store.create_job(&resource("a"), &request()).await.unwrap();
    store.close().await;
    assert_eq!(std::fs::metadata(&spare).unwrap().len(), kept, "the next start has its room");
}

/// Jobs until there is no room for more.
async fn create_until_full(store: &SqliteStore) -> JobsError {
    loop {
        if let Err(error) = store.create_job(&resource("a"), &request()).await {
            return error;
        }
    }
}
