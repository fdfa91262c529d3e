//! Whose fault it is when a worker is gone, and what becomes of its document.

use terjuman_jobs::{Outcome, Released, Standing};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};

use super::{holder, success};
use crate::bench::Bench;
use crate::support::resource;

async fn a_document_whose_workers_vanish_too_often_ends_crashed(bench: Bench) {
    let job = bench.job("a", 2).await;
    bench.claim(2).await;
    assert_eq!(bench.worker_dies(3).await, Released { released: 2, crashed: 0 });
    // One at a time: what dies next is counted against it alone.
    let claim = async || bench.store.claim_suspect(&holder("worker")).await.unwrap().unwrap();
    let good = claim().await;
    assert!(bench.finish(&good.lease, success(1)).await);
    let poison = claim().await;
    assert_eq!(bench.worker_dies(3).await, Released { released: 1, crashed: 0 });
    assert_eq!(claim().await.id, poison.id);
    assert_eq!(bench.worker_dies(3).await, Released { released: 0, crashed: 1 });
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 1, 0]);
    let documents = bench.documents(job).await;
    let failed = documents.iter().find(|document| document.id == poison.id).unwrap();
    assert_eq!(failed.error.as_ref().unwrap().code, FailureCode::DocumentCrashed);
}

async fn a_document_that_brings_its_process_down_ends_crashed(bench: Bench) {
    let job = bench.job("a", 2).await;
    let mut claimed = bench.claim(2).await;
    let good = claimed.remove(0);
    let poison = claimed.remove(0);
    assert_eq!(bench.crashed(&[&poison.lease]).await, Released { released: 1, crashed: 0 });
    // The neighbour was not named: its lease ends like that of any worker that is gone.
    bench.worker_dies(20).await;
    assert_eq!(bench.claim_suspect().await.id, good.id);
    let again = bench.claim_suspect().await;
    assert_eq!((again.id, again.lost, again.attempt), (poison.id, 1, 1));
    assert_eq!(bench.crashed(&[&again.lease]).await, Released { released: 1, crashed: 0 });
    let last = bench.claim_suspect().await;
    assert_eq!(bench.crashed(&[&last.lease]).await, Released { released: 0, crashed: 1 });
    let documents = bench.documents(job).await;
    let failed = documents.iter().find(|document| document.id == poison.id).unwrap();
    assert_eq!(failed.error.as_ref().unwrap().code, FailureCode::DocumentCrashed);
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 1, 0, 1, 0]);
}

async fn what_was_read_of_a_deadly_document_is_kept_for_its_owner(bench: Bench) {
    bench.job("a", 1).await;
    let (first, sum) = (bench.claim_one().await, "ab".repeat(32));
    assert!(bench.store.note_input(&first.lease, &"00".repeat(32)).await.unwrap());
    bench.crashed(&[&first.lease]).await;
    assert!(!bench.store.note_input(&first.lease, &sum).await.unwrap(), "a late word counts");
    let second = bench.claim_suspect().await;
    assert!(bench.store.note_input(&second.lease, &sum).await.unwrap());
    bench.crashed(&[&second.lease]).await;
    let third = bench.claim_suspect().await;
    assert_eq!(bench.crashed(&[&third.lease]).await, Released { released: 0, crashed: 1 });
    let report = bench.store.report(&resource("a"), third.id).await.unwrap().unwrap();
    assert_eq!((report.status, report.input_sha256), (DocumentStatus::Failed, Some(sum)));
    assert_eq!(bench.store.report(&resource("b"), third.id).await.unwrap(), None);
}

async fn a_kill_from_outside_costs_no_attempt(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    for death in 1..=15 {
        assert_eq!(bench.worker_dies(20).await, Released { released: 1, crashed: 0 });
        let claimed = bench.claim_suspect().await;
        assert_eq!((claimed.attempt, claimed.lost), (1, death));
        if death == 15 {
            assert!(bench.finish(&claimed.lease, success(1)).await);
        }
    }
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
}

async fn a_crash_counts_once_however_often_it_is_told(bench: Bench) {
    bench.job("a", 1).await;
    let first = bench.claim_one().await;
    // The lease expired before anybody told why.
    bench.worker_dies(20).await;
    for _ in 0..5 {
        assert_eq!(bench.crashed(&[&first.lease]).await, Released::default());
    }
    let second = bench.claim_suspect().await;
    assert_eq!(second.lost, 1);
    assert_eq!(bench.crashed(&[&second.lease, &first.lease]).await, Released { released: 1, crashed: 0 });
    bench.claim_suspect().await;
    bench.worker_dies(20).await;
    assert_eq!(bench.crashed(&[&second.lease]).await, Released::default());
    // Told while it waits: it is not worked on a fourth time.
    let third = bench.claim_suspect().await;
    bench.worker_dies(20).await;
    assert_eq!(bench.crashed(&[&third.lease]).await, Released { released: 0, crashed: 1 });
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
}

async fn a_crash_that_is_told_late_stops_nobody(bench: Bench) {
    let job = bench.job("a", 1).await;
    let mut leases = vec![bench.claim_one().await.lease];
    for _ in 0..3 {
        bench.worker_dies(20).await;
        leases.push(bench.claim_suspect().await.lease);
    }
    let current = leases.pop().unwrap();
    for lease in &leases {
        assert_eq!(bench.crashed(&[lease]).await, Released::default());
    }
    assert_eq!(bench.store.standing(&current).await.unwrap(), Standing::Held);
    assert!(bench.finish(&current, success(1)).await);
    // What has ended stays as it ended.
    assert_eq!(bench.crashed(&[&current]).await, Released::default());
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
}

async fn a_crash_of_a_cancelled_document_leaves_it_to_be_looked_at(bench: Bench) {
    let job = bench.job("a", 1).await;
    let mut lease = bench.claim_one().await.lease;
    bench.cancel(job).await;
    // However often: looking at it brings nobody down.
    for looks in 1..=4 {
        assert_eq!(bench.crashed(&[&lease]).await, Released { released: 1, crashed: 0 });
        assert!(!bench.finish(&lease, Outcome::Cancelled).await);
        let look = bench.look().await;
        assert_eq!(look.looks, looks);
        lease = look.lease;
    }
    assert!(bench.finish(&lease, Outcome::Cancelled).await);
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 1]);
}

async fn a_suspect_is_left_to_a_worker_that_has_nothing_else(bench: Bench) {
    bench.job("a", 2).await;
    bench.claim_one().await;
    bench.worker_dies(9).await;
    let claimed = bench.store.claim_documents(&holder("worker"), 5).await.unwrap();
    assert_eq!((claimed.documents.len(), claimed.suspects), (1, true));
    let claimed = bench.store.claim_documents(&holder("worker"), 5).await.unwrap();
    assert_eq!((claimed.documents.len(), claimed.suspects), (0, true));
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_some());
    assert!(!bench.store.claim_documents(&holder("worker"), 5).await.unwrap().suspects);
}

async fn suspects_take_turns(bench: Bench) {
    bench.job("a", 2).await;
    bench.claim(2).await;
    bench.worker_dies(9).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(bench.store.claim_suspect(&holder("worker")).await.unwrap().unwrap().id);
        bench.worker_dies(9).await;
    }
    assert_eq!((order[0], order[1]), (order[2], order[3]));
    assert_ne!(order[0], order[1]);
}

conformance!([
    a_document_whose_workers_vanish_too_often_ends_crashed,
    a_document_that_brings_its_process_down_ends_crashed,
    what_was_read_of_a_deadly_document_is_kept_for_its_owner,
    a_kill_from_outside_costs_no_attempt,
    a_crash_counts_once_however_often_it_is_told,
    a_crash_that_is_told_late_stops_nobody,
    a_crash_of_a_cancelled_document_leaves_it_to_be_looked_at,
    a_suspect_is_left_to_a_worker_that_has_nothing_else,
    suspects_take_turns,
]);
