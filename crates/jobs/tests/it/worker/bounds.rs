//! How much is at work at a time, and for how long.

use std::time::Duration;

use terjuman_jobs::RetentionConfig;
use terjuman_model::{FailureCode, JobStatus};
use tokio_util::sync::CancellationToken;

use super::{codes, gated};
use crate::gate::Gate;
use crate::support::resource;
use crate::world::World;

#[tokio::test]
async fn no_more_documents_are_at_work_than_allowed() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = 3;
    world.fill(7);
    world.start();
    let id = world.submit(&request).await;
    for _ in 0..3 {
        gate.entered().await;
    }
    let job = world.until(id, |job| job.summary.in_progress == 3).await;
    assert_eq!(job.summary.not_yet_started, 4);
    gate.open();
    assert_eq!(world.end(id).await.summary.success, 7);
    assert_eq!(gate.most(), 3);
}

#[tokio::test]
async fn documents_wait_until_their_bytes_have_room() {
    let gate = Gate::opened();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = 8;
    // Room for two of these; one that has more than all the room still gets its turn.
    world.config.max_bytes_in_work = 4096;
    for index in 0..10 {
        world.write(&format!("in/{index}.txt"), &"word ".repeat(400));
    }
    world.write("in/large.txt", &"word ".repeat(4000));
    let (job, _) = world.run(&request).await;
    assert_eq!(job.summary.success, 11);
    assert!(gate.most() <= 2, "{} at a time", gate.most());
}

#[tokio::test]
async fn a_document_has_its_time() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.document_timeout_ms = 20;
    world.fill(1);
    assert_eq!(codes(&mut world, &request).await, [Some(FailureCode::DocumentTimedOut)]);
}

#[tokio::test]
async fn a_job_stays_not_started_as_long_as_it_was_told_to() {
    let mut world = World::new().await;
    world.fresh.delay(std::time::Duration::from_secs(5)).await;
    world.jobs = terjuman_jobs::Jobs::new(world.fresh.store.clone());
    world.fill(1);
    let early = world.submit(&world.request()).await;
    world.fresh.clock.advance(std::time::Duration::from_secs(5));
    let late = world.submit(&world.request()).await;
    world.start();
    world.end(early).await;
    assert_eq!(world.job(late).await.status, JobStatus::NotStarted);
    world.fresh.clock.advance(std::time::Duration::from_secs(5));
    // Its file is there by now; that it was looked at is what counts.
    assert_eq!(world.end(late).await.status, JobStatus::ValidationFailed);
}

#[tokio::test]
async fn old_jobs_are_forgotten_as_soon_as_a_server_looks() {
    let mut world = World::new().await;
    world.fill(2);
    let (old, _) = world.run(&world.request()).await;
    world.fresh.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let mut request = world.request();
    request.inputs[0].targets[0].location = world.location("out2");
    let (new, _) = world.run(&request).await;
    let (jobs, stop, mut changes) = (world.jobs.clone(), CancellationToken::new(), world.jobs.changes());
    let forgetting = tokio::spawn(jobs.forget_old(RetentionConfig::default(), stop.clone()));
    while world.jobs.job(&resource("a"), old.id).await.unwrap().is_some() {
        changes.changed().await.unwrap();
    }
    stop.cancel();
    forgetting.await.unwrap();
    assert_eq!(world.job(new.id).await, new);
    world.stop().await;
}
