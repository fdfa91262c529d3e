//! A document has one worker at a time, and a lease says which.

use std::time::Duration;

use terjuman_jobs::{Heartbeat, Outcome, Released, Return, Standing};
use terjuman_model::{DocumentStatus, JobStatus};

use super::{LEASE, failure, holder, success};
use crate::bench::Bench;

async fn a_claim_hides_the_document(bench: Bench) {
    let job = bench.job("a", 3).await;
    let first = bench.claim(2).await;
    let second = bench.claim(5).await;
    assert_eq!((first.len(), second.len(), bench.claim(5).await.len()), (2, 1, 0));
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 3, 0, 0, 0]);
    let mut ids: Vec<_> = first.iter().chain(&second).map(|claimed| claimed.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(bench.store.depth().await.unwrap().running, 3);
}

async fn a_late_worker_cannot_finish(bench: Bench) {
    let job = bench.job("a", 1).await;
    let late = bench.claim_one().await;
    assert_eq!(bench.worker_dies(9).await, Released { released: 1, crashed: 0 });
    assert_eq!(bench.store.standing(&late.lease).await.unwrap(), Standing::Lost);
    let suspect = bench.store.claim_suspect(&holder("second")).await.unwrap().unwrap();
    assert_eq!((suspect.id, suspect.attempt, suspect.lost), (late.id, 1, 1));
    assert!(!bench.finish(&late.lease, failure()).await);
    bench.store.hand_back(&[&late.lease], Return::Unbegun).await.unwrap();
    assert_eq!(bench.store.standing(&suspect.lease).await.unwrap(), Standing::Held);
    assert!(bench.finish(&suspect.lease, success(5)).await);
    assert!(!bench.finish(&suspect.lease, success(5)).await);
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
    assert_eq!(job.summary.characters_charged, 5);
}

async fn a_lost_document_waits_again_and_still_shows_running(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    let before = bench.read(job).await;
    bench.worker_dies(9).await;
    assert_eq!(bench.documents(job).await[0].status, DocumentStatus::Running);
    let after = bench.read(job).await;
    assert_eq!((after.status, after.summary), (before.status, before.summary));
    assert_eq!(bench.store.depth().await.unwrap().waiting, 1);
}

async fn a_heartbeat_keeps_a_lease(bench: Bench) {
    bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    for _ in 0..5 {
        bench.clock.advance(LEASE - Duration::from_secs(1));
        let found = bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
        assert_eq!(found, Heartbeat::default());
        assert_eq!(bench.store.release_expired(1).await.unwrap(), Released::default());
    }
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Held);
    // Expired but not released: what is not taken yet can be kept, but is worth nothing until then.
    bench.clock.advance(LEASE * 2);
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Lost);
    bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Held);
}

async fn a_heartbeat_tells_what_is_cancelled_and_what_is_lost(bench: Bench) {
    bench.job("a", 1).await;
    let lost = bench.claim_one().await;
    bench.worker_dies(9).await;
    let job = bench.job("a", 2).await;
    let (cancelled, done) = (bench.claim_one().await, bench.claim_one().await);
    assert!(bench.finish(&done.lease, success(1)).await);
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    let leases = [&lost.lease, &cancelled.lease, &done.lease];
    let found = bench.store.heartbeat(&holder("worker"), &leases).await.unwrap();
    assert_eq!(found.cancelled, [cancelled.lease.subject()]);
    assert_eq!(found.lost, [lost.lease.subject(), done.lease.subject()]);
    assert_eq!(bench.store.standing(&cancelled.lease).await.unwrap(), Standing::Cancelled);
}

async fn attempts_are_counted_before_the_work_and_not_for_what_is_given_back(bench: Bench) {
    bench.job("a", 1).await;
    for _ in 0..10 {
        let claimed = bench.claim_one().await;
        assert_eq!((claimed.attempt, claimed.lost), (1, 0));
        bench.store.hand_back(&[&claimed.lease], Return::Unbegun).await.unwrap();
    }
    let first = bench.claim_one().await;
    bench.store.hand_back(&[&first.lease], Return::After(Duration::ZERO)).await.unwrap();
    let second = bench.claim_one().await;
    assert_eq!((second.attempt, second.lost), (2, 0));
    assert!(bench.finish(&second.lease, success(1)).await);
}

async fn a_retry_waits_for_its_time(bench: Bench) {
    let job = bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(10))).await.unwrap();
    assert_eq!(bench.documents(job).await[0].status, DocumentStatus::Running);
    bench.clock.advance(Duration::from_secs(9));
    assert!(bench.claim(1).await.is_empty());
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.claim_one().await.attempt, 2);
}

async fn nothing_is_stopped_that_was_not_cancelled(bench: Bench) {
    let job = bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    assert!(!bench.finish(&claimed.lease, Outcome::Cancelled).await);
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 1, 0, 0, 0]);
}

conformance!([
    a_claim_hides_the_document,
    a_late_worker_cannot_finish,
    a_lost_document_waits_again_and_still_shows_running,
    a_heartbeat_keeps_a_lease,
    a_heartbeat_tells_what_is_cancelled_and_what_is_lost,
    attempts_are_counted_before_the_work_and_not_for_what_is_given_back,
    a_retry_waits_for_its_time,
    nothing_is_stopped_that_was_not_cancelled,
]);
