//! What is forgotten, and when.

use std::time::Duration;

use terjuman_jobs::Forgotten;
use terjuman_model::JobStatus;

use super::success;
use crate::bench::Bench;
use crate::support::{all, resource};

async fn what_ended_long_ago_is_forgotten_oldest_first_and_a_little_at_a_time(bench: Bench) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let open = bench.job("a", 2).await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        let job = bench.job("b", 4).await;
        assert!(bench.store.cancel(&resource("b"), job).await.unwrap().unwrap().status.is_final());
        ended.push(job);
        bench.clock.advance(DAY);
    }
    let forget = async |age: Duration| bench.store.forget_ended(Some(age), 5).await.unwrap();
    let left = async || {
        let page = bench.store.jobs(&resource("b"), &all(10)).await.unwrap();
        page.items.iter().rev().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(forget(4 * DAY).await, 0);
    assert_eq!(bench.store.forget_ended(None, 5).await.unwrap(), 0);
    // Ended three, two and one days ago.
    assert_eq!(forget(DAY + DAY / 2).await, 2);
    assert_eq!(left().await, ended[2..]);
    bench.clock.advance(400 * DAY);
    assert_eq!((forget(DAY).await, forget(DAY).await), (1, 0));
    assert!(left().await.is_empty());
    assert_eq!(bench.store.documents(&resource("b"), ended[0], &all(10)).await.unwrap(), None);
    // What is open stays, however old.
    assert_eq!(bench.documents(open).await.len(), 2);
    let two = [bench.job("b", 5).await, bench.job("b", 5).await];
    for job in two {
        bench.store.cancel(&resource("b"), job).await.unwrap();
    }
    bench.clock.advance(2 * DAY);
    assert_eq!((forget(DAY).await, forget(DAY).await, forget(DAY).await), (1, 1, 0));
}

async fn a_job_is_forgotten_when_it_has_ended_by_its_owner_alone(bench: Bench) {
    let job = bench.job("a", 2).await;
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::StillOpen);
    let claimed = bench.claim_one().await;
    bench.cancel(job).await;
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::StillOpen);
    assert!(bench.finish(&claimed.lease, success(3)).await);
    assert_eq!(bench.store.forget(&resource("b"), job).await.unwrap(), Forgotten::Unknown);
    assert_eq!(bench.read(job).await.status, JobStatus::Cancelled);
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::Gone);
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::Unknown);
    assert_eq!(bench.store.job(&resource("a"), job).await.unwrap(), None);
    assert_eq!(bench.store.document(&resource("a"), job, claimed.id).await.unwrap(), None);
    assert!(!bench.finish(&claimed.lease, success(3)).await);
}

conformance!([
    what_ended_long_ago_is_forgotten_oldest_first_and_a_little_at_a_time,
    a_job_is_forgotten_when_it_has_ended_by_its_owner_alone,
]);
