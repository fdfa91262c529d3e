//! The process dies between any two steps; the next one finds nothing lost and nothing doubled.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use terjuman_jobs::{FailPoints, Job, JobStore as _};
use terjuman_model::{DocumentStatus, JobId, JobStatus};

use crate::gate::Gate;
use crate::support::{all, resource};
use crate::world::{World, engines};

const DOCUMENTS: usize = 3;

/// The job ended well: each document once, each file once, each character charged once.
async fn check_whole(world: &World, job: &Job) {
    assert_eq!((job.status, job.summary.success), (JobStatus::Succeeded, DOCUMENTS as u32), "{job:?}");
    let names: Vec<String> = (0..DOCUMENTS).map(|index| format!("{index:04}.txt")).collect();
    assert_eq!(world.files("out"), names);
    let documents = world.documents(job.id).await;
    assert_eq!(documents.len(), DOCUMENTS);
    let mut characters = 0;
    for (index, document) in documents.iter().enumerate() {
        assert_eq!(document.status, DocumentStatus::Succeeded);
        characters += document.characters;
        let text = std::fs::read_to_string(world.path(&format!("out/{index:04}.txt"))).unwrap();
        assert!(text.starts_with(&format!("[Ťĥíś íś ďóćúɱéńť ńúɱƀéŕ {index}. ")), "{text}");
    }
    assert_eq!(job.summary.characters_charged, characters);
}

/// Dies at a point of the worker, passed so often before; comes back and finishes.
async fn check_worker(point: &'static str, passes: usize) {
    let mut world = World::new().await;
    world.fill(DOCUMENTS);
    let points = FailPoints::stop_at(point, passes);
    world.start_with(points.clone());
    let id = world.submit(&world.request()).await;
    points.reached().await;
    world.crash().await;
    let before = world.job(id).await;
    world.start();
    let after = world.end(id).await;
    assert!(after.summary.success >= before.summary.success, "{point}: a finished document was forgotten");
    check_whole(&world, &after).await;
    world.stop().await;
}

#[tokio::test]
async fn after_the_lease_of_the_expansion() {
    check_worker("after job lease", 0).await;
}

#[tokio::test]
async fn after_the_enumeration() {
    check_worker("before recording", 0).await;
}

#[tokio::test]
async fn after_the_lease() {
    check_worker("after lease", 0).await;
    check_worker("after lease", DOCUMENTS - 1).await;
}

#[tokio::test]
async fn after_the_download() {
    check_worker("after download", 0).await;
    check_worker("after download", DOCUMENTS - 1).await;
}

#[tokio::test]
async fn before_the_put() {
    check_worker("before put", 0).await;
    check_worker("before put", DOCUMENTS - 1).await;
}

#[tokio::test]
async fn after_the_put_and_before_its_commit() {
    check_worker("after put", 0).await;
    check_worker("after put", DOCUMENTS - 1).await;
}

/// Dies at each commit of a whole job in turn, the acceptance included.
async fn check_every_commit(point: &'static str) {
    for passes in 0.. {
        let points = FailPoints::stop_at(point, passes);
        let mut world = World::with(points.clone()).await;
        world.fill(DOCUMENTS);
        world.start();
        let (jobs, request) = (world.jobs.clone(), world.request());
        let submit = tokio::spawn(async move { jobs.submit(&resource("a"), &request).await });
        let acknowledged = AtomicBool::new(false);
        let whole = async {
            let id = submit.await.unwrap().unwrap().id;
            acknowledged.store(true, Ordering::SeqCst);
            world.end(id).await
        };
        tokio::select! {
            () = points.reached() => {}
            job = whole => {
                // There are no more commits to die at.
                check_whole(&world, &job).await;
                assert!(passes > 4, "claims, expansion, outcomes: there are more commits than {passes}");
                return;
            }
        }
        world.crash().await;
        let jobs = world.jobs.jobs(&resource("a"), &all(10)).await.unwrap().items;
        match jobs.as_slice() {
            // Not acknowledged, not kept: nothing is there, and nothing was done.
            [] => {
                assert!(!acknowledged.load(Ordering::SeqCst), "lost at {point} {passes}");
                assert_eq!(world.files("out"), Vec::<String>::new());
            }
            [job] => {
                world.start();
                let job = world.end(job.id).await;
                check_whole(&world, &job).await;
            }
            more => panic!("doubled: {more:?}"),
        }
        world.stop().await;
    }
}

#[tokio::test]
async fn before_every_commit() {
    check_every_commit("before commit").await;
}

#[tokio::test]
async fn after_every_commit() {
    check_every_commit("after commit").await;
}

/// A job whose first document was at work when the process died, at this point of a commit, while it was cancelled.
async fn cancel_and_die(point: &'static str) -> (World, JobId) {
    let points = FailPoints::stop_later_at(point);
    let mut world = World::with(points.clone()).await;
    let gate = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as _)]));
    world.config.concurrency = 1;
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(DOCUMENTS);
    world.start();
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    let id = world.submit(&request).await;
    gate.entered().await;
    points.arm();
    let jobs = world.jobs.clone();
    let cancel = tokio::spawn(async move { jobs.cancel(&resource("a"), id).await });
    points.reached().await;
    world.crash().await;
    assert!(cancel.await.unwrap().is_err(), "nobody was told of the cancel");
    (world, id)
}

#[tokio::test]
async fn in_a_cancel_that_was_not_committed() {
    let (mut world, id) = cancel_and_die("before commit").await;
    assert_eq!(world.job(id).await.status, JobStatus::Running);
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Gate::opened() as _)]));
    world.start();
    check_whole(&world, &world.end(id).await).await;
    world.stop().await;
}

#[tokio::test]
async fn in_a_cancel_that_was_committed() {
    // The worker looks for work now and then: the commit may be that of such a look.
    let (mut world, id, before) = loop {
        let (world, id) = cancel_and_die("after commit").await;
        let before = world.job(id).await;
        if before.status == JobStatus::Cancelling {
            break (world, id, before);
        }
    };
    assert_eq!((before.summary.cancelled, before.summary.in_progress), (DOCUMENTS as u32 - 1, 1));
    world.start();
    let after = world.end(id).await;
    assert_eq!((after.status, after.summary.cancelled), (JobStatus::Cancelled, DOCUMENTS as u32));
    assert_eq!(world.files("out"), Vec::<String>::new());
    world.stop().await;
}

#[tokio::test]
async fn shutdowns_without_number_cost_nothing() {
    let mut world = World::new().await;
    let gate = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as _)]));
    world.config.shutdown_ms = 0;
    world.fill(DOCUMENTS);
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    let id = world.submit(&request).await;
    for _ in 0..10 {
        world.start();
        gate.entered().await;
        world.stop().await;
        assert_eq!(world.fresh.store.depth().await.unwrap().running, 0);
    }
    gate.open();
    world.start();
    check_whole(&world, &world.end(id).await).await;
    world.stop().await;
}
