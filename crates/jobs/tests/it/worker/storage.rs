//! What storage may do to a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use terjuman_jobs::FailPoints;
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};

use super::{codes, gated};
use crate::gate::Gate;
use crate::world::remote;

#[tokio::test]
async fn a_target_that_appears_meanwhile_is_left_alone() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    world.write("out/0000.txt", "somebody else's");
    gate.open();
    let job = world.end(id).await;
    assert_eq!(job.error.unwrap().code, FailureCode::TargetFileAlreadyExists);
    assert_eq!(std::fs::read_to_string(world.path("out/0000.txt")).unwrap(), "somebody else's");
}

#[tokio::test]
async fn a_source_that_changed_once_is_read_again_and_one_that_keeps_changing_fails() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are old words.");
    let storage = Arc::new(storage);
    let points = FailPoints::stop_at("after lease", 0);
    world.start_with(points.clone());
    let id = world.submit(&request).await;
    points.reached().await;
    storage.put("in", "1.txt", "These are new words.");
    world.crash().await;
    world.start();
    assert_eq!(world.end(id).await.summary.success, 1);
    assert!(storage.get("out", "1.txt").unwrap().0.contains("ńéŵ ŵóŕďś"));

    storage.put("in", "2.txt", "These are some words.");
    let mut second = request.clone();
    second.inputs[0].source.prefix = "2".into();
    storage.fault(|asked| (asked.name == "2.txt" && asked.method == "GET").then_some((412, "ConditionNotMet")));
    assert_eq!(codes(&mut world, &second).await, [Some(FailureCode::SourceChanged)]);
}

#[tokio::test]
async fn a_storage_that_fails_for_a_while_is_tried_again_and_one_that_does_not_recover_is_named() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are some words.");
    let failures = AtomicUsize::new(0);
    storage.fault(move |asked| {
        let fails = asked.method == "PUT" && failures.fetch_add(1, Ordering::SeqCst) < 2;
        fails.then_some((500, "InternalError"))
    });
    assert_eq!(codes(&mut world, &request).await, [None]);
    storage.put("in", "2.txt", "These are some words.");
    let mut second = request.clone();
    second.inputs[0].source.prefix = "2".into();
    storage.fault(|asked| (asked.method == "PUT").then_some((500, "InternalError")));
    assert_eq!(codes(&mut world, &second).await, [Some(FailureCode::StorageUnavailable)]);
    let puts = storage.asked().iter().filter(|asked| asked.method == "PUT" && asked.name == "2.txt").count();
    assert_eq!(puts, world.config.attempts as usize);
    // A key that expires in mid-job is not tried again.
    storage.fault(|asked| (asked.method == "PUT").then_some((403, "AuthenticationFailed")));
    assert_eq!(codes(&mut world, &second).await, [Some(FailureCode::InvalidTargetDocumentAccessLevel)]);
    storage.fault(|asked| (asked.method == "GET" && !asked.is_listing()).then_some((403, "AuthenticationFailed")));
    assert_eq!(codes(&mut world, &second).await, [Some(FailureCode::InvalidDocumentAccessLevel)]);
}

#[tokio::test]
async fn a_key_that_expires_in_mid_job_fails_what_is_open_and_nothing_else() {
    for (method, code) in
        [("GET", FailureCode::InvalidDocumentAccessLevel), ("PUT", FailureCode::InvalidTargetDocumentAccessLevel)]
    {
        let (mut world, storage, request) = remote("wl").await;
        for name in 0..6 {
            storage.put("in", &format!("{name}.txt"), "These are some words.");
        }
        let written = AtomicUsize::new(0);
        world.config.concurrency = 1;
        storage.fault(move |asked| {
            if asked.is_listing() || asked.method == "HEAD" {
                return None;
            }
            let before = written.load(Ordering::SeqCst);
            if asked.method == method && before >= 2 {
                return Some((403, "AuthenticationFailed"));
            }
            written.fetch_add(usize::from(asked.method == "PUT"), Ordering::SeqCst);
            None
        });
        let (job, documents) = world.run(&request).await;
        let s = &job.summary;
        assert_eq!((job.status, s.success, s.failed), (JobStatus::Succeeded, 2, 4), "{method}: {s:?}");
        for document in documents {
            match document.error {
                None => assert_eq!(document.status, DocumentStatus::Succeeded),
                Some(error) => assert_eq!(error.code, code, "{method}"),
            }
        }
        assert!((0..6).filter(|name| storage.get("out", &format!("{name}.txt")).is_some()).count() == 2);
    }
}

#[tokio::test]
async fn a_source_that_changes_in_mid_read_fails_alone() {
    let (mut world, storage, request) = remote("wl").await;
    for name in 0..3 {
        storage.put("in", &format!("{name}.txt"), "These are some words.");
    }
    storage.fault(|asked| (asked.name == "1.txt" && asked.method == "GET").then_some((412, "ConditionNotMet")));
    assert_eq!(codes(&mut world, &request).await, [None, Some(FailureCode::SourceChanged), None]);
}
