//! What a cancel reaches, and what it leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use terjuman_jobs::{FailPoints, JobStore as _, LOOKS};
use terjuman_model::JobStatus;
use terjuman_pipeline::Translator;

use super::gated;
use crate::gate::Gate;
use crate::support::resource;
use crate::world::{World, engines, remote};

#[tokio::test]
async fn a_cancel_reaches_what_runs_and_leaves_no_file() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = 2;
    // Not by the heartbeat: there is none in time.
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(6);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    gate.entered().await;
    let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!((job.status, job.summary.cancelled, job.summary.in_progress), (JobStatus::Cancelling, 4, 2));
    let job = world.end(id).await;
    assert_eq!((job.status, job.summary.cancelled), (JobStatus::Cancelled, 6));
    assert_eq!(world.files("out"), Vec::<String>::new());
}

#[tokio::test]
async fn a_cancel_of_another_process_comes_with_the_heartbeat() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.heartbeat_ms = 10;
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    // Past the bell of this process.
    world.fresh.store.cancel(&resource("a"), id).await.unwrap();
    assert_eq!(world.end(id).await.status, JobStatus::Cancelled);
}

#[tokio::test]
async fn a_cancel_before_the_enumeration_leaves_nothing() {
    let mut world = World::new().await;
    world.fill(3);
    let points = FailPoints::stop_at("before recording", 0);
    world.start_with(points.clone());
    let id = world.submit(&world.request()).await;
    points.reached().await;
    let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!((job.status, job.summary.total()), (JobStatus::Cancelled, 0));
    assert_eq!(world.files("out"), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_written_for_a_job_that_was_cancelled_unheard() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    // Past the bell, and no heartbeat comes: the question before the write is what is left.
    world.fresh.store.cancel(&resource("a"), id).await.unwrap();
    gate.open();
    assert_eq!(world.end(id).await.summary.cancelled, 1);
    assert_eq!(world.files("out"), Vec::<String>::new());
}

#[tokio::test]
async fn a_cancelled_document_that_an_earlier_worker_wrote_has_succeeded() {
    let gate = Gate::opened();
    let (mut world, request) = gated(&gate).await;
    world.fill(1);
    let points = FailPoints::stop_at("after put", 0);
    world.start_with(points.clone());
    let id = world.submit(&request).await;
    points.reached().await;
    world.crash().await;
    let again = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&again) as Arc<dyn Translator>)]));
    world.fresh.clock.advance(Duration::from_secs(61));
    world.start();
    again.entered().await;
    world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    let job = world.end(id).await;
    // Cancelled beside a file that is there would be both.
    assert_eq!((job.summary.success, job.summary.cancelled), (1, 0), "{job:?}");
    assert_eq!(job.summary.characters_charged, "This is document number 0.".len() as u64);
    assert_eq!(world.files("out"), ["0000.txt"]);
}

#[tokio::test]
async fn an_output_of_a_killed_worker_is_found_after_a_cancel() {
    for written in [true, false] {
        let mut world = World::new().await;
        world.fill(1);
        let points = FailPoints::stop_at(if written { "after put" } else { "before put" }, 0);
        world.start_with(points.clone());
        let request = world.request();
        let id = world.submit(&request).await;
        points.reached().await;
        world.crash().await;
        // Nobody holds it by then: the lease of the dead is over, and taken back.
        world.fresh.clock.advance(Duration::from_secs(61));
        world.fresh.store.release_expired(20).await.unwrap();
        let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
        assert_eq!((job.status, job.summary.in_progress), (JobStatus::Cancelling, 1), "{job:?}");
        world.start();
        let job = world.end(id).await;
        // Cancelled beside a file that is there would be both.
        assert_eq!((job.summary.success, job.summary.cancelled), (u32::from(written), u32::from(!written)), "{job:?}");
        assert_eq!(world.files("out").len(), usize::from(written));
    }
}

#[tokio::test]
async fn a_cancelled_document_whose_target_is_away_is_looked_at_later() {
    for comes_back in [true, false] {
        let (mut world, storage, request) = remote("wl").await;
        storage.put("in", "1.txt", "These are some words.");
        let points = FailPoints::stop_at("after put", 0);
        world.start_with(points.clone());
        let id = world.submit(&request).await;
        points.reached().await;
        world.crash().await;
        world.fresh.clock.advance(Duration::from_secs(61));
        world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        storage.fault(move |asked| {
            let away = asked.container == "out" && (!comes_back || count.load(Ordering::SeqCst) < 2);
            count.fetch_add(usize::from(asked.container == "out"), Ordering::SeqCst);
            away.then_some((403, "AuthenticationFailed"))
        });
        let mut changes = world.jobs.changes();
        world.start();
        let job = loop {
            let job = world.job(id).await;
            if job.status.is_final() {
                break job;
            }
            // Each pause is over at once.
            world.fresh.clock.advance(Duration::from_secs(61));
            changes.changed().await.unwrap();
        };
        // Nobody could say that it is there, and the job has to end.
        let expected = if comes_back { (1, 0) } else { (0, 1) };
        assert_eq!((job.summary.success, job.summary.cancelled), expected, "{job:?}");
        assert!(asked.load(Ordering::SeqCst) >= if comes_back { 3 } else { LOOKS as usize });
    }
}
