//! What a PostgreSQL database promises beside what every store does: many processes, and a server that comes and goes.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use terjuman_jobs::{Holder, JobStore, Jobs, JobsError, Outcome, PostgresOptions, PostgresStore, RandomIds, Sealer};
use terjuman_model::{Failure, FailureCode, JobId, JobStatus};
use terjuman_pipeline::Report;
use tokio::task::JoinSet;

use crate::database::TestDatabase;
use crate::gate::Gate;
use crate::support::{found, key, queue, request, resource, sealer};
use crate::world::{World, engines};

fn holder() -> Holder {
    Holder { name: "worker".into(), lease: Duration::from_secs(60) }
}

/// A job with so many documents that wait.
async fn job(store: &PostgresStore, who: &str, documents: usize) -> JobId {
    let job = store.create_job(&resource(who), &request()).await.unwrap();
    let claimed = store.claim_expansion(&holder()).await.unwrap().unwrap();
    assert!(store.record_expansion(&claimed.lease, found(documents)).await.unwrap());
    job.id
}

/// A worker's world whose jobs are in this database, and the same jobs as another process has them.
async fn worlds(database: &TestDatabase) -> (World, Jobs) {
    let mut world = World::new().await;
    world.jobs = Jobs::new(Arc::new(database.open(None).await));
    (world, Jobs::new(Arc::new(database.open(None).await)))
}

#[tokio::test]
async fn processes_that_start_at_once_migrate_once() {
    let Some(database) = TestDatabase::new().await else { return };
    let mut opening = JoinSet::new();
    for _ in 0..6 {
        let options = database.options();
        opening.spawn(async move { PostgresStore::open(options, Arc::new(RandomIds)).await.map(drop) });
    }
    while let Some(opened) = opening.join_next().await {
        opened.unwrap().unwrap();
    }
    let mut connection = database.connect().await;
    let count = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success");
    let count: i64 = count.fetch_one(&mut connection).await.unwrap();
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres")).unwrap().count();
    assert_eq!(usize::try_from(count).unwrap(), files);
}

#[tokio::test]
async fn a_process_may_start_after_one_of_a_newer_version() {
    let Some(database) = TestDatabase::new().await else { return };
    database.open(None).await.close().await;
    let mut connection = database.connect().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (999, 'a later one', true, '\\x00', 0)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    let store = database.open(None).await;
    job(&store, "a", 1).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_document_is_taken_once_however_many_take() {
    const DOCUMENTS: usize = 300;
    let Some(database) = TestDatabase::new().await else { return };
    let first = database.open(None).await;
    let mut jobs = Vec::new();
    for who in ["a", "a", "b"] {
        jobs.push((resource(who), job(&first, who, DOCUMENTS / 3).await));
    }
    let mut working = JoinSet::new();
    for number in 0..6 {
        let store = database.open(None).await;
        working.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let claimed = store.claim_documents(&holder(), 1 + number).await.unwrap().documents;
                if claimed.is_empty() && store.depth().await.unwrap().waiting == 0 {
                    return taken;
                }
                for document in claimed {
                    taken.push(document.id);
                    let outcome = Outcome::Succeeded { characters: 1, sha256: String::new() };
                    assert!(store.finish(&document.lease, outcome, Report::default()).await.unwrap());
                }
            }
        });
    }
    let taken: Vec<_> = working.join_all().await.into_iter().flatten().collect();
    assert_eq!((taken.len(), taken.iter().collect::<HashSet<_>>().len()), (DOCUMENTS, DOCUMENTS));
    assert_eq!(first.audit().await.unwrap(), 0);
    for (resource, id) in jobs {
        let job = first.job(&resource, id).await.unwrap().unwrap();
        assert_eq!((job.status, job.summary.success as usize), (JobStatus::Succeeded, DOCUMENTS / 3));
        assert_eq!(job.summary.characters_charged as usize, DOCUMENTS / 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancels_and_claims_at_once_leave_sound_counters() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    for _ in 0..20 {
        let id = job(&store, "a", 20).await;
        let (claiming, cancelling) = (store.clone(), store.clone());
        let worker = tokio::spawn(async move {
            loop {
                let claimed = claiming.claim_documents(&holder(), 3).await.unwrap().documents;
                if claimed.is_empty() {
                    return;
                }
                for document in claimed {
                    let stopped =
                        claiming.finish(&document.lease, Outcome::Cancelled, Report::default()).await.unwrap();
                    let outcome = Outcome::Succeeded { characters: 1, sha256: String::new() };
                    assert!(stopped || claiming.finish(&document.lease, outcome, Report::default()).await.unwrap());
                }
            }
        });
        cancelling.cancel(&resource("a"), id).await.unwrap().unwrap();
        worker.await.unwrap();
        let job = store.job(&resource("a"), id).await.unwrap().unwrap();
        assert!(job.status.is_final(), "{job:?}");
        assert_eq!((job.summary.total(), u64::from(job.summary.success)), (20, job.summary.characters_charged));
    }
}

#[tokio::test]
async fn a_cancel_of_another_process_arrives_within_a_second() {
    let Some(database) = TestDatabase::new().await else { return };
    let (mut world, other) = worlds(&database).await;
    let gate = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as _)]));
    // No heartbeat comes in time.
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(1);
    world.start();
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    let id = other.submit(&resource("a"), &request).await.unwrap().id;
    gate.entered().await;
    let begun = Instant::now();
    assert_eq!(other.cancel(&resource("a"), id).await.unwrap().unwrap().status, JobStatus::Cancelling);
    gate.left().await;
    let heard = begun.elapsed();
    assert_eq!(world.end(id).await.status, JobStatus::Cancelled);
    println!("the work stopped after {} ms", heard.as_millis());
    assert!(heard < Duration::from_secs(1), "{heard:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_worker_goes_on_when_the_database_is_back() {
    let Some(database) = TestDatabase::new().await else { return };
    let (mut world, other) = worlds(&database).await;
    let gate = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as _)]));
    world.fill(3);
    world.start();
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    let id = world.submit(&request).await;
    gate.entered().await;
    database.shut().await;
    assert!(other.ping().await.is_err());
    assert!(other.submit(&resource("a"), &request).await.is_err());
    gate.open();
    gate.left().await;
    database.reopen().await;
    let back = Instant::now();
    let job = world.end(id).await;
    assert_eq!((job.status, job.summary.success), (JobStatus::Succeeded, 3));
    println!("the work was done {} ms after the database came back", back.elapsed().as_millis());
    assert!(back.elapsed() < Duration::from_secs(10), "{:?}", back.elapsed());
    other.ping().await.unwrap();
    // What was not accepted is not there.
    assert_eq!(other.jobs(&resource("a"), &crate::support::all(10)).await.unwrap().items.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn a_statement_has_five_seconds() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    let id = job(&store, "a", 1).await;
    let mut connection = database.connect().await;
    let mut lock = connection.begin().await.unwrap();
    sqlx::query("SELECT row FROM documents FOR UPDATE").fetch_one(&mut *lock).await.unwrap();
    let begun = Instant::now();
    let answer = store.cancel(&resource("a"), id).await;
    let took = begun.elapsed();
    assert!(matches!(answer, Err(JobsError::Busy)), "{answer:?}");
    assert!((4..15).contains(&took.as_secs()), "{took:?}");
    lock.rollback().await.unwrap();
    assert_eq!(store.cancel(&resource("a"), id).await.unwrap().unwrap().status, JobStatus::Cancelled);
}

#[tokio::test]
async fn heartbeats_and_ends_pass_by_a_crowd_of_requests() {
    let Some(database) = TestDatabase::new().await else { return };
    let options = PostgresOptions { max_connections: 2, ..database.options() };
    let store = PostgresStore::open(options, Arc::new(RandomIds)).await.unwrap();
    let stuck = job(&store, "a", 1).await;
    let id = job(&store, "b", 2).await;
    let (mut connection, mut watch) = (database.connect().await, database.connect().await);
    let mut lock = connection.begin().await.unwrap();
    sqlx::query("SELECT row FROM jobs WHERE id = $1 FOR UPDATE").bind(stuck.0).fetch_one(&mut *lock).await.unwrap();
    let mut crowd = JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        crowd.spawn(async move { store.cancel(&resource("a"), stuck).await.map(drop) });
    }
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = async |watch: &mut _| sqlx::query_scalar::<_, i64>(waiting).fetch_one(watch).await.unwrap();
    while waiting(&mut watch).await < 2 {
        tokio::task::yield_now().await;
    }
    let mut claimed = store.claim_documents(&holder(), 3).await.unwrap().documents;
    claimed.retain(|document| document.job == id);
    let lease = &claimed[0].lease;
    assert_eq!(store.heartbeat(&holder(), &[lease]).await.unwrap(), terjuman_jobs::Heartbeat::default());
    assert!(store.request(id).await.unwrap().is_some());
    assert_eq!(store.begin_write(lease).await.unwrap(), terjuman_jobs::Standing::Held);
    let failure = Failure::new(FailureCode::CorruptDocument, "nothing in it");
    assert!(store.finish(lease, Outcome::Failed(failure), Report::default()).await.unwrap());
    store.hand_back(&[&claimed[1].lease], terjuman_jobs::Return::Unbegun).await.unwrap();
    // All the while nobody else got through, and they do not wait for ever.
    assert!(waiting(&mut watch).await > 0);
    while let Some(answer) = crowd.join_next().await {
        let answer = answer.unwrap();
        assert!(matches!(answer, Err(JobsError::Busy)), "{answer:?}");
    }
    lock.rollback().await.unwrap();
    assert!(store.job(&resource("b"), id).await.unwrap().is_some());
}

#[tokio::test]
async fn leases_follow_the_clock_of_the_database() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    job(&store, "a", 1).await;
    let claimed = store.claim_documents(&holder(), 1).await.unwrap().documents.remove(0);
    let mut connection = database.connect().await;
    let left = "SELECT lease_until / 1000000 - extract(epoch FROM now())::bigint FROM documents";
    let left = async |connection: &mut _| sqlx::query_scalar::<_, i64>(left).fetch_one(connection).await.unwrap();
    assert!((50..=60).contains(&left(&mut connection).await));
    let hour = Holder { name: "worker".into(), lease: Duration::from_secs(3600) };
    store.heartbeat(&hour, &[&claimed.lease]).await.unwrap();
    assert!((3500..=3600).contains(&left(&mut connection).await));
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_has_ended_is_final_for_every_program_and_tokens_only_grow() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    job(&store, "a", 2).await;
    let claimed = store.claim_documents(&holder(), 2).await.unwrap().documents;
    let failure = Failure::new(FailureCode::CorruptDocument, "a message with \0 in it");
    assert!(store.finish(&claimed[0].lease, Outcome::Failed(failure), Report::default()).await.unwrap());
    store.create_job(&resource("b"), &request()).await.unwrap();
    let refused = store.claim_expansion(&holder()).await.unwrap().unwrap();
    assert!(store.refuse(&refused.lease, Failure::new(FailureCode::NoDocumentsFound, "nothing")).await.unwrap());
    let mut connection = database.connect().await;
    for (sql, message) in [
        ("UPDATE jobs SET status = 3 WHERE status = 6", "a finished job never changes"),
        ("UPDATE documents SET attempt = 9 WHERE status = 4", "a finished document never changes"),
        ("UPDATE documents SET lease_token = 0 WHERE queue = 1", "a lease token never shrinks"),
        ("UPDATE jobs SET total = 7 WHERE status < 3", "check constraint"),
    ] {
        let error = sqlx::query(sql).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains(message), "{sql}: {error}");
    }
}

#[tokio::test]
async fn wrong_counters_are_found_and_mended() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    let (sound, wrong) = (job(&store, "a", 3).await, job(&store, "b", 3).await);
    store.claim_documents(&holder(), 1).await.unwrap();
    let mut connection = database.connect().await;
    let sql = "UPDATE jobs SET not_yet_started = 1, success = 2, characters = 9 WHERE id = $1";
    assert_eq!(sqlx::query(sql).bind(wrong.0).execute(&mut connection).await.unwrap().rows_affected(), 1);
    assert_eq!(store.audit().await.unwrap(), 1);
    let summary = store.job(&resource("b"), wrong).await.unwrap().unwrap().summary;
    assert_eq!((summary.not_yet_started, summary.success, summary.characters_charged), (3, 0, 0));
    assert_eq!(store.job(&resource("a"), sound).await.unwrap().unwrap().summary.in_progress, 1);
    assert_eq!(store.audit().await.unwrap(), 0);
}

#[tokio::test]
async fn a_password_is_never_shown() {
    let url = "postgres://somebody:SECRET@127.0.0.1:1/nowhere?connect_timeout=1".to_owned();
    let options = PostgresOptions { url, max_connections: 1, queue: queue(), sealer: sealer() };
    assert!(!format!("{options:?}").contains("SECRET"));
    let error = PostgresStore::open(options, Arc::new(RandomIds)).await.err().unwrap();
    assert!(!format!("{error:?} {error}").contains("SECRET"), "{error}");
    let options =
        PostgresOptions { url: "postgres://u:SECRET@[".into(), max_connections: 1, queue: queue(), sealer: sealer() };
    let error = PostgresStore::open(options, Arc::new(RandomIds)).await.err().unwrap();
    assert!(!format!("{error:?} {error}").contains("SECRET"), "{error}");
}

#[tokio::test]
async fn requests_are_sealed_those_of_before_too_and_processes_need_the_same_key() {
    let Some(database) = TestDatabase::new().await else { return };
    let store = database.open(None).await;
    let id = store.create_job(&resource("a"), &request()).await.unwrap().id;
    let body = async || {
        let mut connection = database.connect().await;
        let body: String = sqlx::query_scalar("SELECT body FROM requests").fetch_one(&mut connection).await.unwrap();
        body
    };
    let sealed = body().await;
    assert!(sealed.starts_with("xc1.") && !sealed.contains("SECRET"), "{sealed}");
    // As a version before this one stored it.
    let plain = serde_json::to_string(&request()).unwrap();
    let mut connection = database.connect().await;
    sqlx::query("UPDATE requests SET body = $1").bind(&plain).execute(&mut connection).await.unwrap();
    assert_eq!(store.request(id).await.unwrap(), Some(request()));
    let beside = database.open(None).await;
    assert!(body().await.starts_with(&sealed[..13]));
    assert_eq!(beside.request(id).await.unwrap(), Some(request()));
    // A process that was given another key is told at once.
    let with = |keys: Sealer| {
        let options = PostgresOptions { sealer: keys, ..database.options() };
        PostgresStore::open(options, Arc::new(RandomIds))
    };
    let refused = with(Sealer::new(&key('b'), &[])).await.err().unwrap();
    assert!(matches!(&refused, JobsError::Sealed(name) if sealed.contains(name)), "{refused}");
    // One with a new key and the old one seals again; those that lack the new key leave alone what they cannot open.
    let rotated = with(Sealer::new(&key('b'), &[key('a')])).await.unwrap();
    assert!(!body().await.starts_with(&sealed[..13]));
    assert_eq!(rotated.request(id).await.unwrap(), Some(request()));
    assert!(matches!(store.claim_expansion(&holder()).await, Err(JobsError::Sealed(_))));
    // The other's transaction is rolled back when its connection is next used or rests: until then the row is locked.
    let claimed = loop {
        match rotated.claim_expansion(&holder()).await.unwrap() {
            Some(claimed) => break claimed,
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!(claimed.job, id);
}
