//! What a worker does with documents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use terjuman_jobs::{
    Clock as _, FailPoints, GlossarySource, JobRequest, JobStore as _, LOOKS, RetentionConfig, StorageKind,
};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};
use terjuman_pipeline::{GlossaryFormat, Reason, Stage, Translator};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::gate::{Gate, Panics};
use crate::storage::Storage;
use crate::support::resource;
use crate::world::{World, engines};

/// A world whose jobs may name the engine `gate`, and a request that does.
async fn gated(gate: &Arc<Gate>) -> (World, JobRequest) {
    let mut world = World::new().await;
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(gate) as Arc<dyn Translator>)]));
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    (world, request)
}

/// A world over a storage, and a request from its container `in` to `out`.
async fn remote() -> (World, Storage, JobRequest) {
    let storage = Storage::start().await;
    let mut world = World::new().await;
    world.allow(&storage.host);
    let mut request = world.request();
    request.inputs[0].source.location = storage.location("in", "rl");
    request.inputs[0].targets[0].location = storage.location("out", "wl");
    (world, storage, request)
}

#[tokio::test]
async fn what_may_appear_yet_is_not_handed_back_at_a_stop() {
    let (mut world, storage, request) = remote().await;
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

/// The codes of all documents of a job, in order.
async fn codes(world: &mut World, request: &JobRequest) -> Vec<Option<FailureCode>> {
    let (_, documents) = world.run(request).await;
    documents.into_iter().map(|document| document.error.map(|error| error.code)).collect()
}

#[tokio::test]
async fn a_folder_is_translated() {
    let mut world = World::new().await;
    world.fill(20);
    world.write("in/sub/a.txt", "One more, deeper.");
    world.write("in/picture.jpg", "not text");
    let (job, documents) = world.run(&world.request()).await;
    assert_eq!((job.status, job.summary.success, job.summary.total()), (JobStatus::Succeeded, 21, 21));
    assert_eq!(world.files("out").len(), 21);
    let text = std::fs::read_to_string(world.path("out/sub/a.txt")).unwrap();
    assert!(text.starts_with("[Óńé ɱóŕé, ďééṕéŕ."), "{text}");
    assert!(documents.windows(2).all(|pair| pair[0].created < pair[1].created));
    for document in &documents {
        assert_eq!((document.status, document.progress), (DocumentStatus::Succeeded, 1.0));
    }
    assert_eq!(job.summary.characters_charged, documents.iter().map(|document| document.characters).sum::<u64>());
    assert_eq!(documents[20].characters, 17);
    world.stop().await;
}

#[tokio::test]
async fn documents_fail_by_themselves_and_the_job_says_why_only_if_all_do() {
    let mut world = World::new().await;
    world.write("in/1.txt", "   ");
    world.write("in/2.txt", "These are some words.");
    let (job, documents) = world.run(&world.request()).await;
    assert_eq!((job.status, job.error), (JobStatus::Succeeded, None));
    let error = documents[0].error.as_ref().unwrap();
    assert_eq!((error.code, documents[0].progress), (FailureCode::NoTranslatableText, 0.0));
    assert_eq!(world.files("out"), ["2.txt"]);
    let request = JobRequest {
        inputs: vec![world.input(StorageKind::File, "in/1.txt", &["out/1.txt"])],
        ..JobRequest::default()
    };
    let (job, _) = world.run(&request).await;
    assert_eq!((job.status, job.error.unwrap().code), (JobStatus::Failed, FailureCode::NoTranslatableText));
}

#[tokio::test]
async fn an_engine_that_does_not_exist_or_panics_fails_its_documents() {
    let mut world = World::new().await;
    world.engines = engines(BTreeMap::from([("panics".to_owned(), Arc::new(Panics) as Arc<dyn Translator>)]));
    world.fill(2);
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("nobody".into());
    assert_eq!(codes(&mut world, &request).await, [Some(FailureCode::InvalidDeployment); 2]);
    request.inputs[0].targets[0].deployment = Some("panics".into());
    assert_eq!(codes(&mut world, &request).await, [Some(FailureCode::InternalServerError); 2]);
    request.inputs[0].targets[0].deployment = None;
    request.inputs[0].targets[0].category = Some("nobody".into());
    assert_eq!(codes(&mut world, &request).await, [None; 2]);
}

#[tokio::test]
async fn a_glossary_is_read_once_and_one_that_cannot_be_read_fails_its_documents() {
    let (mut world, storage, mut request) = remote().await;
    for name in 0..20 {
        storage.put("in", &format!("{name}.txt"), "These are some words.");
    }
    let location = storage.location("in/missing.csv", "rl");
    request.inputs[0].targets[0].glossaries.push(GlossarySource { location, format: GlossaryFormat::Csv });
    assert_eq!(codes(&mut world, &request).await, [Some(FailureCode::InvalidGlossary); 20]);
    let reads = storage.asked().iter().filter(|asked| asked.name == "missing.csv" && asked.method == "GET").count();
    assert_eq!(reads, 1);
    // Too large is as good as unreadable.
    world.stop().await;
    world.config.max_glossary_bytes = 10;
    storage.put("in", "terms.csv", "first,second\n");
    request.inputs[0].targets[0].glossaries[0].location = storage.location("in/terms.csv", "rl");
    assert_eq!(codes(&mut world, &request).await, [Some(FailureCode::InvalidGlossary); 20]);
}

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
async fn a_cancel_reaches_what_runs_and_leaves_no_file() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.concurrency = 2;
    // Not by the heartbeat: there is none in time.
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(6);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    gate.entered().await;
    let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!((job.status, job.summary.cancelled, job.summary.in_progress), (JobStatus::Cancelling, 4, 2));
    let job = world.end(id).await;
    assert_eq!((job.status, job.summary.cancelled), (JobStatus::Cancelled, 6));
    assert_eq!(world.files("out"), Vec::<String>::new());
}

#[tokio::test]
async fn a_cancel_of_another_process_comes_with_the_heartbeat() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    world.config.heartbeat_ms = 10;
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    // Past the bell of this process.
    world.fresh.store.cancel(&resource("a"), id).await.unwrap();
    assert_eq!(world.end(id).await.status, JobStatus::Cancelled);
}

#[tokio::test]
async fn a_cancel_before_the_enumeration_leaves_nothing() {
    let mut world = World::new().await;
    world.fill(3);
    let points = FailPoints::stop_at("before recording", 0);
    world.start_with(points.clone());
    let id = world.submit(&world.request()).await;
    points.reached().await;
    let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    assert_eq!((job.status, job.summary.total()), (JobStatus::Cancelled, 0));
    assert_eq!(world.files("out"), Vec::<String>::new());
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
    let (mut world, storage, request) = remote().await;
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
    let (mut world, storage, request) = remote().await;
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
async fn nothing_is_written_for_a_job_that_was_cancelled_unheard() {
    let gate = Gate::closed();
    let (mut world, request) = gated(&gate).await;
    (world.config.lease_ms, world.config.heartbeat_ms) = (3_600_000, 1_200_000);
    world.fill(1);
    world.start();
    let id = world.submit(&request).await;
    gate.entered().await;
    // Past the bell, and no heartbeat comes: the question before the write is what is left.
    world.fresh.store.cancel(&resource("a"), id).await.unwrap();
    gate.open();
    assert_eq!(world.end(id).await.summary.cancelled, 1);
    assert_eq!(world.files("out"), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_written_under_a_lease_that_was_lost_unheard() {
    let gate = Gate::closed();
    let (mut world, storage, mut request) = remote().await;
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

#[tokio::test]
async fn a_job_changes_options_and_each_of_its_documents_has_a_report() {
    let mut world = World::new().await;
    world.write("in/a.json", r#"{"title": "A good day.", "body": "Stay here."}"#);
    world.write("in/b.txt", "   ");
    world.write("in/d.txt", "Good day to you.");
    let mut request = world.request();
    request.options.set("json-keys", "title").unwrap();
    let (_, documents) = world.run(&request).await;
    assert!(std::fs::read_to_string(world.path("out/a.json")).unwrap().ends_with(r#""body": "Stay here."}"#));
    let mut told = Vec::new();
    for document in &documents {
        let found = world.jobs.report(&resource("a"), document.id).await.unwrap().unwrap();
        let report = found.report.unwrap();
        assert_eq!((report.error.as_ref(), found.status), (document.error.as_ref(), document.status));
        told.push((report.stage, report.segments, report.untranslated.count(Reason::JsonKeyOff)));
    }
    assert_eq!(told, [(Stage::Done, 1, 1), (Stage::Extract, 0, 0), (Stage::Done, 1, 0)]);
}

#[tokio::test]
async fn a_document_that_stops_on_the_way_says_how_far_it_came() {
    let (mut world, storage, mut request) = remote().await;
    storage.put("in", "a.txt", "These are some words.");
    let location = storage.location("in/missing.csv", "rl");
    request.inputs[0].targets[0].glossaries.push(GlossarySource { location, format: GlossaryFormat::Csv });
    let (_, documents) = world.run(&request).await;
    let report = world.jobs.report(&resource("a"), documents[0].id).await.unwrap().unwrap().report.unwrap();
    assert_eq!((report.stage, report.error.unwrap().code), (Stage::Read, FailureCode::InvalidGlossary));
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

#[tokio::test]
async fn a_cancelled_document_that_an_earlier_worker_wrote_has_succeeded() {
    let gate = Gate::opened();
    let (mut world, request) = gated(&gate).await;
    world.fill(1);
    let points = FailPoints::stop_at("after put", 0);
    world.start_with(points.clone());
    let id = world.submit(&request).await;
    points.reached().await;
    world.crash().await;
    let again = Gate::closed();
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(&again) as Arc<dyn Translator>)]));
    world.fresh.clock.advance(Duration::from_secs(61));
    world.start();
    again.entered().await;
    world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
    let job = world.end(id).await;
    // Cancelled beside a file that is there would be both.
    assert_eq!((job.summary.success, job.summary.cancelled), (1, 0), "{job:?}");
    assert_eq!(job.summary.characters_charged, "This is document number 0.".len() as u64);
    assert_eq!(world.files("out"), ["0000.txt"]);
}

#[tokio::test]
async fn an_output_of_a_killed_worker_is_found_after_a_cancel() {
    for written in [true, false] {
        let mut world = World::new().await;
        world.fill(1);
        let points = FailPoints::stop_at(if written { "after put" } else { "before put" }, 0);
        world.start_with(points.clone());
        let request = world.request();
        let id = world.submit(&request).await;
        points.reached().await;
        world.crash().await;
        // Nobody holds it by then: the lease of the dead is over, and taken back.
        world.fresh.clock.advance(Duration::from_secs(61));
        world.fresh.store.release_expired(20).await.unwrap();
        let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
        assert_eq!((job.status, job.summary.in_progress), (JobStatus::Cancelling, 1), "{job:?}");
        world.start();
        let job = world.end(id).await;
        // Cancelled beside a file that is there would be both.
        assert_eq!((job.summary.success, job.summary.cancelled), (u32::from(written), u32::from(!written)), "{job:?}");
        assert_eq!(world.files("out").len(), usize::from(written));
    }
}

#[tokio::test]
async fn a_cancelled_document_whose_target_is_away_is_looked_at_later() {
    for comes_back in [true, false] {
        let (mut world, storage, request) = remote().await;
        storage.put("in", "1.txt", "These are some words.");
        let points = FailPoints::stop_at("after put", 0);
        world.start_with(points.clone());
        let id = world.submit(&request).await;
        points.reached().await;
        world.crash().await;
        world.fresh.clock.advance(Duration::from_secs(61));
        world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        storage.fault(move |asked| {
            let away = asked.container == "out" && (!comes_back || count.load(Ordering::SeqCst) < 2);
            count.fetch_add(usize::from(asked.container == "out"), Ordering::SeqCst);
            away.then_some((403, "AuthenticationFailed"))
        });
        let mut changes = world.jobs.changes();
        world.start();
        let job = loop {
            let job = world.job(id).await;
            if job.status.is_final() {
                break job;
            }
            // Each pause is over at once.
            world.fresh.clock.advance(Duration::from_secs(61));
            changes.changed().await.unwrap();
        };
        // Nobody could say that it is there, and the job has to end.
        let expected = if comes_back { (1, 0) } else { (0, 1) };
        assert_eq!((job.summary.success, job.summary.cancelled), expected, "{job:?}");
        assert!(asked.load(Ordering::SeqCst) >= if comes_back { 3 } else { LOOKS as usize });
    }
}

#[tokio::test]
async fn a_cancel_waits_for_what_a_storage_may_commit_later() {
    for (dies, commits) in [(false, true), (true, true), (false, false)] {
        let (mut world, storage, request) = remote().await;
        storage.put("in", "1.txt", "These are some words.");
        // The second attempt is far away.
        world.config.backoff_ms = 40_000;
        let points = if dies { FailPoints::stop_at("after put", 0) } else { FailPoints::default() };
        let sent = Arc::new(Notify::new());
        let seen = Arc::clone(&sent);
        storage.fault(move |asked| {
            (asked.method == "PUT").then(|| {
                seen.notify_one();
                (2, "")
            })
        });
        world.start_with(points.clone());
        let id = world.submit(&request).await;
        if dies {
            points.reached().await;
            world.crash().await;
            world.fresh.clock.advance(Duration::from_secs(61));
        } else {
            sent.notified().await;
            let mut changes = world.jobs.changes();
            while world.fresh.store.depth().await.unwrap().running > 0 {
                changes.changed().await.unwrap();
            }
        }
        let cancelled = world.fresh.clock.now();
        let job = world.jobs.cancel(&resource("a"), id).await.unwrap().unwrap();
        assert_eq!((job.status, job.summary.in_progress), (JobStatus::Cancelling, 1), "{job:?}");
        let looks = || storage.asked().iter().filter(|asked| asked.container == "out" && asked.is_listing()).count();
        let before = looks();
        let mut changes = world.jobs.changes();
        if dies {
            world.start();
        }
        let job = loop {
            let job = world.job(id).await;
            if job.status.is_final() {
                break job;
            }
            if looks() > before && commits {
                storage.do_late();
            }
            // Looks come at their times, one of which nobody else tells of.
            world.fresh.clock.advance(Duration::from_secs(1));
            let _ = tokio::time::timeout(Duration::from_millis(100), changes.changed()).await;
        };
        // Cancelled beside a file that is there would be both.
        let expected = if commits { (1, 0) } else { (0, 1) };
        assert_eq!((job.summary.success, job.summary.cancelled), expected, "{job:?}");
        assert_eq!(storage.get("out", "1.txt").is_some(), commits);
        let waited = world.fresh.clock.now().0 - cancelled.0;
        assert!(looks() > before + 1, "it was looked at once");
        assert!(commits || waited > 20 * 1_000_000, "it waited {waited} µs");
    }
}

#[tokio::test]
async fn a_key_that_expires_in_mid_job_fails_what_is_open_and_nothing_else() {
    for (method, code) in
        [("GET", FailureCode::InvalidDocumentAccessLevel), ("PUT", FailureCode::InvalidTargetDocumentAccessLevel)]
    {
        let (mut world, storage, request) = remote().await;
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
    let (mut world, storage, request) = remote().await;
    for name in 0..3 {
        storage.put("in", &format!("{name}.txt"), "These are some words.");
    }
    storage.fault(|asked| (asked.name == "1.txt" && asked.method == "GET").then_some((412, "ConditionNotMet")));
    assert_eq!(codes(&mut world, &request).await, [None, Some(FailureCode::SourceChanged), None]);
}
