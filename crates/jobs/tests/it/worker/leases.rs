//! What a worker may do under a lease, and without one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use terjuman_jobs::{FailPoints, JobStore as _};
use terjuman_model::JobStatus;
use terjuman_pipeline::Translator;
use tokio::sync::Notify;

use super::gated;
use crate::gate::Gate;
use crate::world::{World, engines, remote};

#[tokio::test]
async fn what_may_appear_yet_is_not_handed_back_at_a_stop() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "a.txt", "A text.");
    world.config.shutdown_ms = 0;
    let sent = Arc::new(Notify::new());
    let seen = Arc::clone(&sent);
    storage.fault(move |asked| {
        (asked.method == "PUT").then(|| {
            seen.notify_one();
            (1, "")
        })
    });
    world.submit(&request).await;
    world.start();
    sent.notified().await;
    world.stop().await;
    // The next worker would look for an output that is still on its way.
    assert_eq!(world.fresh.store.depth().await.unwrap().running, 1);
}

#[tokio::test]
async fn a_worker_that_lost_the_store_stops_before_its_lease_ends() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    (world.config.lease_ms, world.config.heartbeat_ms) = (1_000, 50);
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    world.fresh.store.kill().await;
    // The engine is told to stop, though nobody can say so any more.
    gate.left().await;
    gate.open();
    world.crash().await;
    assert_eq!(world.files("out"), Vec::<String>::new());
    assert_eq!(world.job(id).await.status, JobStatus::Running);
    world.start();
    assert_eq!(world.end(id).await.status, JobStatus::Succeeded);
}

#[tokio::test]
async fn nothing_is_written_under_a_lease_that_was_lost_unheard() {
    let gate = Gate::closed();
    let (mut world, storage, mut request) = remote("wl").await;
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as Arc<dyn Translator>)]));
    request.inputs[0].targets[0].deployment = Some("gate".into());
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    storage.put("in", "1.txt", "These are some words.");
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    // Another process finds the lease expired.
    world.fresh.clock.advance(std::time::Duration::from_secs(3_601));
    assert_eq!(world.fresh.store.release_expired(3).await.unwrap().released, 1);
    gate.open();
    assert_eq!(world.end(id).await.summary.success, 1);
    let puts = storage.asked().iter().filter(|asked| asked.method == "PUT").count();
    assert_eq!(puts, 1, "the first worker wrote, though the document was no longer its own");
}

#[tokio::test]
async fn a_suspect_works_alone() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = 4;
    world.fill(2);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    gate.entered().await;
    world.crash().await;
    gate.left().await;
    gate.left().await;
    let gate = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&gate) as Arc<dyn Translator>)]));
    world.start();
    gate.entered().await;
    // Two rounds of the worker later nothing else is at work, neither the other suspect nor what nobody suspects.
    let mut others = Vec::new();
    for name in ["x", "y"] {
        world.write(&format!("in/{name}/other.txt"), "These are some words.");
        let mut other = request.clone();
        other.inputs[0].source.prefix = format!("{name}/");
        let other = world.submit(&other).await;
        world.until(other, |job| job.summary.not_yet_started == 1).await;
        others.push(other);
    }
    assert_eq!(world.fresh.store.depth().await.unwrap().running, 1);
    gate.open();
    assert_eq!(world.end(id).await.summary.success, 2);
    for other in others {
        assert_eq!(world.end(other).await.summary.success, 1);
    }
}

#[tokio::test]
async fn what_an_earlier_worker_wrote_is_replaced_if_it_differs_and_counts_if_not() {
    for same in [true, false] {
        let mut world = World::new().await;
        let as_engine = |engine: Arc<dyn Translator>| engines(BTreeMap::from([("one".to_owned(), engine)]));
        world.engines = as_engine(Arc::new(terjuman_nmt::Pseudo::default()));
        world.fill(1);
        let mut request = world.request();
        request.inputs[0].targets[0].deployment = Some("one".into());
        let points = FailPoints::stop_at("after put", 0);
        world.start_with(points.clone());
        let id = world.submit(&request).await;
        points.reached().await;
        world.crash().await;
        let before = std::fs::read_to_string(world.path("out/0000.txt")).unwrap();
        if !same {
            world.engines = as_engine(Arc::new(terjuman_nmt::Identity));
        }
        world.fresh.clock.advance(Duration::from_secs(61));
        world.start();
        let job = world.end(id).await;
        assert_eq!((job.status, job.summary.success), (JobStatus::Succeeded, 1), "{job:?}");
        let after = std::fs::read_to_string(world.path("out/0000.txt")).unwrap();
        assert_eq!(after == before, same);
        assert_eq!(world.files("out"), ["0000.txt"]);
    }
}

/// A kill in the midst of a queue leaves as many suspects as there was work: they do not wait for the end of the queue.
#[tokio::test]
async fn many_suspects_do_not_wait_for_a_queue_to_end() {
    const SUSPECTS: usize = 12;
    const OTHERS: usize = 600;
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = SUSPECTS;
    world.fill(SUSPECTS);
    world.start();
    let suspects = world.submit(&request).await;
    for _ in 0..SUSPECTS {
        gate.entered().await;
    }
    world.crash().await;
    for _ in 0..SUSPECTS {
        gate.left().await;
    }
    let gate = Gate::opened() as Arc<dyn Translator>;
    world.engines = engines(BTreeMap::from([("gate".to_owned(), gate)]));
    for index in 0..OTHERS {
        world.write(&format!("in/more/{index}.txt"), "These are some words.");
    }
    let mut others = request.clone();
    others.inputs[0].source.prefix = "more/".into();
    let others = world.submit(&others).await;
    world.config.concurrency = 1;
    world.start();
    assert_eq!(world.end(suspects).await.summary.success as usize, SUSPECTS);
    let left = world.job(others).await;
    assert!(left.summary.success > 0 && !left.status.is_final(), "{:?}", left.summary);
    world.stop().await;
}
