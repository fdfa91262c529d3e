//! What a document ended as, and what its job says of it.

use terjuman_jobs::{Outcome, Released, Return};
use terjuman_model::{DocumentStatus, Failure, FailureCode, JobStatus};
use terjuman_pipeline::{Reason, Report, Stage};

use super::{LEASE, failure, success};
use crate::bench::Bench;
use crate::support::{request, resource};

async fn outcome_and_counters_change_together(bench: Bench) {
    let job = bench.job("a", 4).await;
    Bench::check(&bench.read(job).await, JobStatus::NotStarted, [4, 0, 0, 0, 0]);
    let claimed = bench.claim(2).await;
    Bench::check(&bench.read(job).await, JobStatus::Running, [2, 2, 0, 0, 0]);
    bench.finish(&claimed[0].lease, success(7)).await;
    bench.finish(&claimed[1].lease, failure()).await;
    Bench::check(&bench.read(job).await, JobStatus::Running, [2, 0, 1, 1, 0]);
    for claimed in bench.claim(2).await {
        bench.finish(&claimed.lease, success(10)).await;
    }
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Succeeded, [0, 0, 3, 1, 0]);
    assert_eq!((job.summary.characters_charged, job.error), (27, None));
}

async fn a_failed_job_says_what_its_first_document_says(bench: Bench) {
    let job = bench.job("a", 2).await;
    let mut claimed = bench.claim(2).await;
    let second = claimed.pop().unwrap();
    let other = Failure::new(FailureCode::DocumentEncrypted, "encrypted");
    bench.finish(&second.lease, Outcome::Failed(other)).await;
    bench.finish(&claimed[0].lease, failure()).await;
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Failed, [0, 0, 0, 2, 0]);
    assert_eq!(job.error.unwrap().code, FailureCode::CorruptDocument);
}

async fn the_request_is_forgotten_at_the_end(bench: Bench) {
    let job = bench.job("a", 1).await;
    assert_eq!(bench.store.request(job).await.unwrap(), Some(request()));
    let claimed = bench.claim_one().await;
    bench.finish(&claimed.lease, success(1)).await;
    assert_eq!(bench.store.request(job).await.unwrap(), None);
    let cancelled = bench.job("a", 1).await;
    bench.cancel(cancelled).await;
    assert_eq!(bench.store.request(cancelled).await.unwrap(), None);
}

async fn progress_grows_until_the_end_says_one(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim(2).await;
    let progress = async |value: f32| {
        bench.store.progress(&[(&claimed[0].lease, value), (&claimed[1].lease, value)]).await.unwrap();
        bench.documents(job).await[0].progress
    };
    assert_eq!(progress(0.5).await, 0.5);
    assert_eq!(progress(0.25).await, 0.5);
    assert_eq!(progress(1.0).await, 0.99);
    bench.finish(&claimed[0].lease, success(1)).await;
    bench.finish(&claimed[1].lease, failure()).await;
    assert_eq!(progress(0.1).await, 1.0);
    assert_eq!(bench.documents(job).await[1].progress, 0.0);
}

async fn an_audit_of_sound_counters_changes_nothing(bench: Bench) {
    let jobs = [bench.job("a", 3).await, bench.job("a", 2).await];
    let claimed = bench.claim(4).await;
    bench.finish(&claimed[0].lease, success(1)).await;
    bench.cancel(jobs[1]).await;
    let before = [bench.read(jobs[0]).await, bench.read(jobs[1]).await];
    assert_eq!(bench.store.audit().await.unwrap(), 0);
    assert_eq!([bench.read(jobs[0]).await, bench.read(jobs[1]).await], before);
}

async fn a_report_comes_with_its_outcome_and_to_its_owner_only(bench: Bench) {
    let job = bench.job("a", 3).await;
    let claimed = bench.claim(3).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.id).collect();
    let read = async |who: &str, index: usize| bench.store.report(&resource(who), ids[index]).await.unwrap();
    let running = read("a", 0).await.unwrap();
    assert_eq!((running.job, running.status, running.report), (job, DocumentStatus::Running, None));

    let mut report = Report { stage: Stage::Done, words: 3, format: Some("PlainText".into()), ..Report::default() };
    report.untranslated.add(Reason::HiddenText, "word/document.xml", 7);
    assert!(bench.store.finish(&claimed[0].lease, success(3), report.clone()).await.unwrap());
    // Too late: what is said then is not kept.
    assert!(!bench.store.finish(&claimed[0].lease, failure(), Report::default()).await.unwrap());
    let done = read("a", 0).await.unwrap();
    assert_eq!((done.status, done.report), (DocumentStatus::Succeeded, Some(report)));
    assert_eq!(read("b", 0).await, None);

    let Outcome::Failed(error) = failure() else { unreachable!() };
    let report = Report { stage: Stage::Extract, error: Some(error), ..Report::default() };
    assert!(bench.store.finish(&claimed[1].lease, failure(), report.clone()).await.unwrap());
    assert_eq!(read("a", 1).await.unwrap().report, Some(report));

    // Handed back is not finished, and what was never worked on to an end has no report.
    bench.store.hand_back(&[&claimed[2].lease], Return::Unbegun).await.unwrap();
    bench.store.cancel(&resource("a"), job).await.unwrap();
    let cancelled = read("a", 2).await.unwrap();
    assert_eq!((cancelled.status, cancelled.report), (DocumentStatus::Cancelling, None));
}

async fn a_document_that_crashes_its_workers_has_a_report(bench: Bench) {
    bench.job("a", 1).await;
    let id = bench.claim_one().await.id;
    bench.clock.advance(LEASE + LEASE);
    assert_eq!(bench.store.release_expired(1).await.unwrap(), Released { released: 0, crashed: 1 });
    let report = bench.store.report(&resource("a"), id).await.unwrap().unwrap().report.unwrap();
    assert_eq!((report.stage, report.error.unwrap().code), (Stage::Unknown, FailureCode::DocumentCrashed));
}

conformance!([
    outcome_and_counters_change_together,
    a_failed_job_says_what_its_first_document_says,
    the_request_is_forgotten_at_the_end,
    progress_grows_until_the_end_says_one,
    an_audit_of_sound_counters_changes_nothing,
    a_report_comes_with_its_outcome_and_to_its_owner_only,
    a_document_that_crashes_its_workers_has_a_report,
]);
