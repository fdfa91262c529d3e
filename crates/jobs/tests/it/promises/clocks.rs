//! Clocks that jump or go back.

use std::time::Duration;

use terjuman_jobs::Outcome;
use terjuman_model::{JobStatus, Timestamp};

use super::{holder, success};
use crate::bench::Bench;
use crate::support::{found, request, resource};

async fn a_clock_that_jumps_five_minutes_changes_no_outcome(bench: Bench) {
    const MINUTES: i64 = 5 * 60 * 1_000_000;
    for jumps in [[MINUTES, -MINUTES], [-MINUTES, MINUTES], [MINUTES, MINUTES], [-MINUTES, -MINUTES]] {
        let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
        bench.clock.shift(jumps[0]);
        // A job that was accepted in what is now the future waits for nothing.
        let claimed = bench.store.claim_expansion(&holder("expander")).await.unwrap().unwrap();
        bench.clock.shift(jumps[1]);
        assert!(bench.store.record_expansion(&claimed.lease, found(4)).await.unwrap());
        let (mut turn, mut succeeded) = (0, 0);
        while !bench.read(job).await.status.is_final() {
            let mut claimed = bench.claim(2).await;
            if claimed.is_empty() {
                claimed.extend(bench.store.claim_suspect(&holder("worker")).await.unwrap());
            }
            assert!(!claimed.is_empty(), "nothing can be claimed, and the job has not ended");
            for document in claimed {
                turn += 1;
                if turn <= 6 {
                    bench.clock.shift(jumps[turn % 2]);
                    // Other workers look for what was left behind, with that clock.
                    bench.store.release_expired(20).await.unwrap();
                }
                succeeded += u32::from(bench.finish(&document.lease, success(3)).await);
            }
        }
        let job = bench.read(job).await;
        Bench::check(&job, JobStatus::Succeeded, [0, 0, 4, 0, 0]);
        assert_eq!((succeeded, job.summary.characters_charged), (4, 12), "each ended once");
    }
}

async fn a_clock_that_is_set_back_holds_nothing_up(bench: Bench) {
    bench.store.create_job(&resource("a"), &request()).await.unwrap();
    bench.clock.shift(-600_000_000);
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.record_expansion(&claimed.lease, found(1)).await.unwrap();
    bench.clock.shift(-600_000_000);
    let claimed = bench.claim_one().await;
    bench.clock.shift(-600_000_000);
    assert!(bench.finish(&claimed.lease, success(1)).await);
}

async fn actions_move_forward_with_each_status_even_when_the_clock_goes_back(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.clock.advance(Duration::from_secs(10));
    let claimed = bench.claim_one().await;
    let (running, document) = (bench.read(job).await, bench.documents(job).await.remove(0));
    assert!(running.last_action > running.created && document.last_action > document.created);
    bench.clock.set(Timestamp(0));
    bench.finish(&claimed.lease, success(1)).await;
    assert_eq!(bench.read(job).await.last_action, running.last_action.plus_micros(1));
    assert_eq!(bench.documents(job).await[0].last_action, document.last_action.plus_micros(1));
}

/// Transactions begin at one time and commit at another, and clocks are set back: clients see that something happened.
async fn every_change_moves_the_time_of_the_last_action(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let mut before = bench.read(job).await.last_action;
    let mut moved = async |what: &str| {
        bench.clock.shift(-1_000_000);
        let now = bench.read(job).await.last_action;
        assert!(now > before, "{what}: {before} and then {now}");
        before = now;
    };
    bench.clock.shift(-1_000_000);
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.record_expansion(&claimed.lease, found(3)).await.unwrap();
    moved("enumerated").await;
    let waiting = bench.documents(job).await;
    let claimed = bench.claim(2).await;
    moved("running").await;
    let running = bench.documents(job).await;
    bench.finish(&claimed[0].lease, success(1)).await;
    moved("one has succeeded").await;
    bench.store.cancel(&resource("a"), job).await.unwrap().unwrap();
    moved("cancelling").await;
    bench.finish(&claimed[1].lease, Outcome::Cancelled).await;
    moved("cancelled").await;
    let ended = bench.documents(job).await;
    for other in [running.iter().zip(&waiting), ended.iter().zip(&running), ended.iter().zip(&waiting)] {
        for (after, before) in other.filter(|(after, before)| after.status != before.status) {
            assert!(after.last_action > before.last_action, "{before:?} and then {after:?}");
        }
    }
}

conformance!([
    every_change_moves_the_time_of_the_last_action,
    a_clock_that_jumps_five_minutes_changes_no_outcome,
    a_clock_that_is_set_back_holds_nothing_up,
    actions_move_forward_with_each_status_even_when_the_clock_goes_back,
]);
