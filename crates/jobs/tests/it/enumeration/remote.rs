//! Containers of a storage that is asked over HTTP.

use terjuman_jobs::{JobRequest, StorageKind};
use terjuman_model::{FailureCode, JobStatus};

use super::{check_refused, write_all};
use crate::storage::Storage;
use crate::world::{World, remote};

#[tokio::test]
async fn the_content_type_follows_the_name() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "page.XHTML", "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body><p>Hello</p></body></html>");
    let (job, _) = world.run(&request).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    assert_eq!(storage.get("out", "page.XHTML").unwrap().1, "application/xhtml+xml");
}

#[tokio::test]
async fn a_container_is_translated_and_no_key_is_shown() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "a b/ü.html", "<p>Hello</p>");
    let (job, documents) = world.run(&request).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    let (text, content_type) = storage.get("out", "a b/ü.html").unwrap();
    assert!(text.contains("[Ĥéĺĺó") && content_type == "text/html", "{text} {content_type}");
    assert_eq!(documents[0].source_url, format!("http://{}/account/in/a%20b/%C3%BC.html", storage.host));
    assert_eq!(documents[0].target_url, format!("http://{}/account/out/a%20b/%C3%BC.html", storage.host));
}

#[tokio::test]
async fn a_key_that_only_writes_will_do() {
    let (mut world, storage, request) = remote("cw").await;
    storage.put("in", "1.txt", "These are some words.");
    storage.put("in", "2.txt", "These are some words.");
    storage.put("out", "2.txt", "somebody else's");
    storage.fault(|asked| {
        let refused = asked.container == "out" && asked.method != "PUT";
        refused.then_some((403, "AuthorizationPermissionMismatch"))
    });
    let (job, documents) = world.run(&request).await;
    assert_eq!((job.status, job.summary.success, job.summary.failed), (JobStatus::Succeeded, 1, 1), "{job:?}");
    assert_eq!(documents[1].error.as_ref().unwrap().code, FailureCode::TargetFileAlreadyExists);
    assert_eq!(storage.get("out", "2.txt").unwrap().0, "somebody else's");
}

#[tokio::test]
async fn a_storage_that_refuses_is_told_apart_by_place() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are some words.");
    storage.fault(|asked| (asked.container == "in").then_some((403, "AuthenticationFailed")));
    check_refused(&mut world, &request, FailureCode::InvalidDocumentAccessLevel).await;
    storage.fault(|asked| (asked.container == "out").then_some((403, "AuthenticationFailed")));
    check_refused(&mut world, &request, FailureCode::InvalidTargetDocumentAccessLevel).await;
    let mut missing = request.clone();
    missing.inputs[0].targets[0].location = storage.location("missing", "wl");
    check_refused(&mut world, &missing, FailureCode::InvalidTargetDocumentAccessLevel).await;
    let mut forbidden = request.clone();
    forbidden.inputs[0].source.location = "http://127.0.0.1:9/account/in?sig=CANARY".parse().unwrap();
    check_refused(&mut world, &forbidden, FailureCode::InvalidDocumentAccessLevel).await;
}

#[tokio::test]
async fn a_storage_that_is_busy_is_asked_again_before_the_job_is_refused() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are some words.");
    let busy = std::sync::atomic::AtomicUsize::new(1);
    storage.fault(move |asked| {
        let left = busy.fetch_update(std::sync::atomic::Ordering::SeqCst, std::sync::atomic::Ordering::SeqCst, |n| {
            n.checked_sub(usize::from(asked.container == "in"))
        });
        left.is_ok_and(|left| left > 0).then_some((503, "ServerBusy"))
    });
    let (job, _) = world.run(&request).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
    storage.fault(|asked| (asked.container == "in").then_some((503, "ServerBusy")));
    check_refused(&mut world, &request, FailureCode::InvalidDocumentAccessLevel).await;
}

#[tokio::test]
async fn a_storage_that_is_away_is_awaited_and_then_named() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are some words.");
    for container in ["in", "out"] {
        // For longer than one call tries.
        let away = std::sync::atomic::AtomicUsize::new(0);
        storage.fault(move |asked| {
            let fails = asked.container == container && asked.is_listing();
            (fails && away.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 15).then_some((0, "it is away"))
        });
        let mut request = request.clone();
        let name = format!("to-{container}-");
        request.inputs[0].targets[0].location = storage.location(&format!("out/{name}"), "wl");
        let (job, _) = world.run(&request).await;
        assert_eq!((job.status, job.summary.success), (JobStatus::Succeeded, 1), "{job:?}");
    }
    world.stop().await;
    world.config.storage_patience_ms = 0;
    storage.fault(|asked| (asked.container == "in").then_some((0, "it is away")));
    check_refused(&mut world, &request, FailureCode::InvalidDocumentAccessLevel).await;
    storage.fault(|asked| (asked.container == "out").then_some((0, "it is away")));
    check_refused(&mut world, &request, FailureCode::InvalidTargetDocumentAccessLevel).await;
}

#[tokio::test]
async fn a_host_that_never_answered_is_not_awaited_for_long() {
    let (mut world, storage, request) = remote("wl").await;
    // The first pause is longer than a stranger's time: only a host that was met would be awaited.
    world.config.backoff_ms = 60_000;
    storage.fault(|_| Some((0, "nobody is there")));
    check_refused(&mut world, &request, FailureCode::InvalidDocumentAccessLevel).await;
}

#[tokio::test]
async fn a_full_target_is_listed_once_and_no_document_asks_for_itself() {
    let (mut world, storage, request) = remote("wl").await;
    world.config.max_bytes_in_work = 1 << 30;
    for index in 0..40 {
        storage.put("in", &format!("{index}.txt"), "These are some words.");
    }
    for index in 0..20_000 {
        storage.put("out", &format!("old/{index:06}.txt"), "");
    }
    let (job, _) = world.run(&request).await;
    assert_eq!(job.summary.success, 40);
    let asked = storage.asked();
    let listings = asked.iter().filter(|asked| asked.container == "out" && asked.is_listing()).count();
    // 21 pages of a thousand, and those of the first look.
    assert!(listings <= 24, "{listings} pages");
    let others = asked.iter().filter(|asked| asked.container == "out" && !asked.is_listing());
    assert!(others.clone().all(|asked| asked.method == "PUT"), "{:?}", others.collect::<Vec<_>>());
    // One document does not list twenty thousand.
    let before = storage.asked().len();
    let mut few = request.clone();
    few.inputs[0].source.suffix = "/7.txt".into();
    storage.put("in", "new/7.txt", "These are some words.");
    assert_eq!(world.run(&few).await.0.summary.success, 1);
    assert!(storage.asked().len() - before < 10);
    storage.put("in", "old/000001.txt", "These are some words.");
    few.inputs[0].source.prefix = "old/".into();
    few.inputs[0].source.suffix = String::new();
    check_refused(&mut world, &few, FailureCode::TargetFileAlreadyExists).await;
}

#[tokio::test]
async fn a_storage_that_fails_at_first_is_looked_at_later() {
    let (mut world, storage, request) = remote("wl").await;
    storage.put("in", "1.txt", "These are some words.");
    let failures = std::sync::atomic::AtomicUsize::new(0);
    storage.fault(move |asked| {
        let fails = asked.is_listing() && failures.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 5;
        fails.then_some((500, "InternalError"))
    });
    // More often than a document would be tried.
    assert!(world.config.attempts < 5);
    let (job, _) = world.run(&request).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:?}");
}

#[tokio::test]
async fn a_giant_container_is_not_listed_to_its_end() {
    let (mut world, storage, mut request) = remote("wl").await;
    for number in 0..5_000 {
        storage.put("in", &format!("{number:04}.txt"), "x");
    }
    check_refused(&mut world, &request, FailureCode::MaxDocumentsExceeded).await;
    let pages = |storage: &Storage| storage.asked().iter().filter(|a| a.container == "in" && a.is_listing()).count();
    assert_eq!(pages(&storage), 2, "a thousand and one are enough to know");
    // What is not wanted does not count.
    request.inputs[0].source.suffix = "999.txt".into();
    let (job, documents) = world.run(&request).await;
    assert_eq!((job.summary.total(), documents.len()), (5, 5), "{job:?}");
}

#[tokio::test]
async fn a_target_that_is_its_own_source_is_refused_and_the_source_stays() {
    let mut world = World::new().await;
    write_all(&world, &["in/1.txt", "in/2.txt"]);
    let onto =
        |name: &str, kind| JobRequest { inputs: vec![world.input(kind, name, &[name])], ..JobRequest::default() };
    for request in [onto("in", StorageKind::Folder), onto("in/1.txt", StorageKind::File)] {
        check_refused(&mut world, &request, FailureCode::TargetFileAlreadyExists).await;
    }
    assert_eq!(std::fs::read_to_string(world.path("in/1.txt")).unwrap(), "These are some words.");
    // By a key that only writes nobody looks first: the writes themselves are refused.
    let (mut world, storage, mut request) = remote("w").await;
    storage.put("in", "1.txt", "These are some words.");
    storage.put("in", "2.txt", "These are some words.");
    request.inputs[0].targets[0].location = storage.location("in", "w");
    storage.fault(|asked| {
        let looks = asked.method != "PUT" && asked.query["sp"] == "w";
        looks.then_some((403, "AuthorizationPermissionMismatch"))
    });
    let (_, documents) = world.run(&request).await;
    let codes: Vec<_> = documents.iter().map(|document| document.error.as_ref().map(|error| error.code)).collect();
    assert_eq!(codes, [Some(FailureCode::TargetFileAlreadyExists); 2]);
    assert_eq!(storage.get("in", "1.txt").unwrap().0, "These are some words.");
}

#[tokio::test]
async fn hostile_names_stay_below_the_target_or_fail() {
    let long = format!("{}.txt", "x".repeat(300));
    let hostile =
        ["../x.txt", "a/../../x.txt", "..\\x.txt", "/etc/x.txt", "a//x.txt", "a/./x.txt", ".terjuman-x.txt", &long];
    for hostile in hostile {
        let (mut world, storage, mut request) = remote("wl").await;
        let plain = ["...txt", " x.txt", "C:x.txt", "a. /x .txt", "é/日.txt"];
        for name in plain.into_iter().chain([hostile]) {
            storage.put("in", name, "These are some words.");
        }
        request.inputs[0].targets[0].location = world.location("out");
        let (job, documents) = world.run(&request).await;
        assert_eq!((job.summary.success, job.summary.failed), (5, 1), "{hostile} {job:?}");
        let failed = documents.into_iter().find_map(|document| document.error).unwrap();
        let codes = [FailureCode::InvalidDocumentAccessLevel, FailureCode::InvalidTargetDocumentAccessLevel];
        assert!(codes.contains(&failed.code), "{hostile} {failed:?}");
        let mut expected = plain.map(|name| format!("out/{name}"));
        expected.sort_unstable();
        assert_eq!(world.files(""), expected, "{hostile}");
        world.stop().await;
    }
}
