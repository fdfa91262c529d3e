//! A cancel ends what was not begun, and what was begun is looked at.

use std::time::Duration;

use terjuman_jobs::{ClaimedDocument, LOOKS, Outcome, Released, Return, SETTLES, Standing};
use terjuman_model::JobStatus;

use super::{failure, holder, success};
use crate::bench::Bench;

async fn a_cancelled_document_is_looked_at_once_at_a_time(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim_one().await;
    assert!(bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap().is_empty());
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(600))).await.unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 1, 0, 0, 1]);
    // Nothing that was said before counts any more, and it is no work for those who translate.
    assert!(!bench.finish(&claimed.lease, success(1)).await);
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Lost);
    let look = bench.look().await;
    assert_eq!((look.id, look.job, look.looks), (claimed.id, job, 1));
    assert!(bench.claim(9).await.is_empty() && bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
    assert!(bench.store.claim_cancelled(&holder("second"), 9).await.unwrap().is_empty());
    assert_eq!(bench.store.standing(&look.lease).await.unwrap(), Standing::Cancelled);
    assert!(bench.store.request(job).await.unwrap().is_some(), "the keys are needed for the look");
    // One that could not look hands it back for later; one that shuts down has not looked.
    bench.store.hand_back(&[&look.lease], Return::After(Duration::from_secs(2))).await.unwrap();
    assert!(bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap().is_empty());
    bench.clock.advance(Duration::from_secs(3));
    let look = bench.look().await;
    assert_eq!(look.looks, 2);
    bench.store.hand_back(&[&look.lease], Return::Unbegun).await.unwrap();
    let look = bench.look().await;
    assert_eq!(look.looks, 2);
    // Its output was there: both would be a lie.
    assert!(bench.finish(&look.lease, success(5)).await);
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 1, 0, 1]);
}

async fn a_look_that_never_ends_well_ends_the_document(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    bench.cancel(job).await;
    for looks in 1..=LOOKS {
        assert_eq!(bench.worker_dies(1).await, Released::default());
        assert_eq!(bench.look().await.looks, looks);
    }
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 1, 0, 0, 0]);
    assert_eq!(bench.worker_dies(1).await, Released { released: 0, crashed: 1 });
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 1]);
}

async fn what_was_sent_may_appear_until_its_lease_has_been_over_for_a_while(bench: Bench) {
    let job = bench.job("a", 1).await;
    let left = |claimed: &ClaimedDocument| claimed.unsettled.map(|unsettled| unsettled.left);
    let first = bench.claim_one().await;
    assert_eq!(left(&first), None);
    assert_eq!(bench.store.begin_write(&first.lease).await.unwrap(), Standing::Held);
    bench.store.hand_back(&[&first.lease], Return::After(Duration::ZERO)).await.unwrap();
    // Nothing is sent under a lease that is over.
    assert_eq!(bench.store.begin_write(&first.lease).await.unwrap(), Standing::Lost);
    bench.clock.advance(Duration::from_secs(10));
    let second = bench.claim_one().await;
    assert_eq!(left(&second), Some(SETTLES - Duration::from_secs(10)));
    // This one sends nothing, and changes nothing of that.
    bench.store.hand_back(&[&second.lease], Return::After(Duration::ZERO)).await.unwrap();
    let third = bench.claim_one().await;
    assert_eq!(left(&third), Some(SETTLES - Duration::from_secs(10)));
    assert_eq!(bench.store.begin_write(&third.lease).await.unwrap(), Standing::Held);
    bench.worker_dies(9).await;
    let fourth = bench.claim_suspect().await;
    assert_eq!(left(&fourth), Some(SETTLES));
    assert_eq!(bench.store.begin_write(&fourth.lease).await.unwrap(), Standing::Held);
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    assert_eq!(bench.store.begin_write(&fourth.lease).await.unwrap(), Standing::Cancelled);
    // Its lease runs out, and whoever takes it over has to wait from then on.
    bench.worker_dies(9).await;
    let look = bench.look().await;
    assert_eq!(left(&look), Some(SETTLES));
    bench.store.hand_back(&[&look.lease], Return::After(SETTLES)).await.unwrap();
    bench.clock.advance(SETTLES + Duration::from_secs(1));
    let look = bench.look().await;
    assert_eq!((left(&look), look.looks), (None, 2));
    assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
}

async fn a_cancel_ends_what_waits_and_waits_for_what_runs(bench: Bench) {
    let job = bench.job("a", 5).await;
    let claimed = bench.claim(4).await;
    bench.store.hand_back(&[&claimed[3].lease], Return::Unbegun).await.unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 4, 0, 0, 1]);
    assert!(bench.claim(9).await.is_empty());
    // One won the race, one failed while it was being stopped, one was stopped.
    assert!(bench.finish(&claimed[0].lease, success(3)).await);
    assert!(!bench.finish(&claimed[1].lease, failure()).await);
    bench.store.hand_back(&[&claimed[1].lease], Return::Unbegun).await.unwrap();
    assert!(bench.finish(&claimed[2].lease, Outcome::Cancelled).await);
    let looks = bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap();
    assert_eq!(looks.len(), 2, "the one that failed, and the one that was handed back");
    for look in looks {
        assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
    }
    let end = bench.read(job).await;
    Bench::check(&end, JobStatus::Cancelled, [0, 0, 1, 0, 4]);
    assert_eq!((end.summary.characters_charged, &end.error), (3, &None));
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
    assert_eq!(bench.read(job).await, end);
}

async fn a_cancel_while_nobody_is_at_work_is_one(bench: Bench) {
    for (begun, outcome, counts) in
        [(0, success(0), [0, 0, 0, 0, 3]), (1, success(3), [0, 0, 1, 0, 2]), (1, failure(), [0, 0, 0, 1, 2])]
    {
        let job = bench.job("a", 3).await;
        for claimed in bench.claim(begun).await {
            assert!(bench.finish(&claimed.lease, outcome.clone()).await);
        }
        assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
        Bench::check(&bench.read(job).await, JobStatus::Cancelled, counts);
    }
}

async fn a_cancelled_document_without_a_worker_is_looked_at(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim(2).await;
    bench.cancel(job).await;
    bench.store.hand_back(&[&claimed[0].lease], Return::After(Duration::from_secs(1))).await.unwrap();
    bench.worker_dies(1).await;
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 2, 0, 0, 0]);
    for look in bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap() {
        assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
    }
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 2]);
}

conformance!([
    a_cancelled_document_is_looked_at_once_at_a_time,
    a_look_that_never_ends_well_ends_the_document,
    what_was_sent_may_appear_until_its_lease_has_been_over_for_a_while,
    a_cancel_ends_what_waits_and_waits_for_what_runs,
    a_cancel_while_nobody_is_at_work_is_one,
    a_cancelled_document_without_a_worker_is_looked_at,
]);
