//! What an enumeration found is stored once.

use std::time::Duration;

use terjuman_jobs::{Released, Return, Subject};
use terjuman_model::{DocumentStatus, Failure, FailureCode, JobStatus};

use super::holder;
use crate::bench::Bench;
use crate::support::{found, request, resource};

async fn an_expansion_is_recorded_once(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let late = bench.store.claim_expansion(&holder("late")).await.unwrap().unwrap();
    assert_eq!((late.job, late.attempt, &late.request), (job, 1, &request()));
    assert!(bench.store.claim_expansion(&holder("other")).await.unwrap().is_none());
    bench.worker_dies(9).await;
    let other = bench.store.claim_expansion(&holder("other")).await.unwrap().unwrap();
    assert_eq!((other.job, other.attempt), (job, 1));
    assert!(!bench.store.record_expansion(&late.lease, found(2)).await.unwrap());
    let too_late = Failure::new(FailureCode::NoDocumentsFound, "nothing");
    assert!(!bench.store.refuse(&late.lease, too_late).await.unwrap());
    assert!(bench.store.record_expansion(&other.lease, found(3)).await.unwrap());
    assert!(!bench.store.record_expansion(&other.lease, found(3)).await.unwrap());
    Bench::check(&bench.read(job).await, JobStatus::NotStarted, [3, 0, 0, 0, 0]);
    assert!(bench.store.claim_expansion(&holder("other")).await.unwrap().is_none());
}

async fn documents_are_stored_as_found_a_microsecond_apart(bench: Bench) {
    let job = bench.job("a", 50).await;
    let documents = bench.documents(job).await;
    assert_eq!(documents.len(), 50);
    for (index, document) in documents.iter().enumerate() {
        assert_eq!(document.source_url, found(50)[index].source_url);
        assert_eq!(document.target_url, found(50)[index].target_url);
        assert_eq!(document.target.to_string(), "PT-br");
        assert_eq!((document.status, document.progress, document.characters), (DocumentStatus::NotStarted, 0.0, 0));
    }
    assert!(documents.windows(2).all(|pair| pair[0].created < pair[1].created));
}

async fn a_refused_job_has_no_documents_and_counts_nothing(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    let failure = Failure::new(FailureCode::NoDocumentsFound, "nothing");
    assert!(bench.store.refuse(&claimed.lease, failure.clone()).await.unwrap());
    let read = bench.read(job).await;
    Bench::check(&read, JobStatus::ValidationFailed, [0; 5]);
    assert_eq!(read.error, Some(failure));
    assert_eq!(bench.documents(job).await, []);
    assert_eq!(bench.cancel(job).await, JobStatus::ValidationFailed);
}

async fn a_cancelled_expansion_cannot_be_recorded(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
    let heartbeat = bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
    assert_eq!(heartbeat.lost, [Subject::Expansion(job)]);
    assert!(!bench.store.record_expansion(&claimed.lease, found(3)).await.unwrap());
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0; 5]);
}

async fn an_expansion_that_kills_its_workers_is_refused(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    for death in 1..=3 {
        // A clean shutdown between the deaths does not count, and none of them counts as an attempt.
        let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
        bench.store.hand_back(&[&claimed.lease], Return::Unbegun).await.unwrap();
        let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
        assert_eq!(claimed.attempt, 1);
        let crashed = u32::from(death == 3);
        assert_eq!(bench.worker_dies(3).await, Released { released: 1 - crashed, crashed });
    }
    let job = bench.read(job).await;
    assert_eq!((job.status, job.error.unwrap().code), (JobStatus::ValidationFailed, FailureCode::InternalServerError));
}

async fn an_expansion_waits_for_its_back_off(bench: Bench) {
    bench.store.create_job(&resource("a"), &request()).await.unwrap();
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(5))).await.unwrap();
    assert!(bench.store.claim_expansion(&holder("worker")).await.unwrap().is_none());
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap().attempt, 2);
}

conformance!([
    an_expansion_is_recorded_once,
    documents_are_stored_as_found_a_microsecond_apart,
    a_refused_job_has_no_documents_and_counts_nothing,
    a_cancelled_expansion_cannot_be_recorded,
    an_expansion_that_kills_its_workers_is_refused,
    an_expansion_waits_for_its_back_off,
]);
