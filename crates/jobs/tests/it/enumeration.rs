//! Which documents a job has, and when it is refused.

use terjuman_jobs::{GlossarySource, JobRequest, StorageKind};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};
use terjuman_pipeline::{Format, GlossaryFormat};

use crate::storage::Storage;
use crate::world::World;

/// A job that is refused with this code, whatever was given to it.
async fn check_refused(world: &mut World, request: &JobRequest, code: FailureCode) {
    let (job, documents) = world.run(request).await;
    assert_eq!(job.status, JobStatus::ValidationFailed, "{job:?}");
    let error = job.error.unwrap();
    assert_eq!((error.code, job.summary.total(), documents.len()), (code, 0, 0), "{}", error.message);
    assert!(!error.message.contains("CANARY"), "{}", error.message);
}

/// The names in `out` after a job that succeeds whole.
async fn check_outputs(world: &mut World, request: &JobRequest, expected: &[&str]) {
    let (job, _) = world.run(request).await;
    assert_eq!((job.status, job.summary.success as usize), (JobStatus::Succeeded, expected.len()), "{job:?}");
    assert_eq!(world.files("out"), expected);
}

fn write_all(world: &World, names: &[&str]) {
    for name in names {
        world.write(name, "These are some words.");
    }
}

#[tokio::test]
async fn prefix_and_suffix_choose_and_other_formats_are_passed_over() {
    let mut world = World::new().await;
    write_all(
        &world,
        &["in/a/1.txt", "in/a/2.TXT", "in/a/3.jpg", "in/a/x1.txt", "in/A/1.txt", "in/b/1.txt", "in/a1.txt"],
    );
    let mut request = world.request();
    request.inputs[0].source.prefix = "a/".into();
    request.inputs[0].source.suffix = "1.txt".into();
    check_outputs(&mut world, &request, &["a/1.txt", "a/x1.txt"]).await;
}

#[tokio::test]
async fn names_are_counted_from_the_folder_and_put_below_the_target() {
    let mut world = World::new().await;
    write_all(&world, &["in/deep/er/1.txt", "in/2.txt"]);
    let request = JobRequest {
        inputs: vec![world.input(StorageKind::Folder, "in/deep", &["out/x", "out/y/z"])],
        ..JobRequest::default()
    };
    check_outputs(&mut world, &request, &["x/er/1.txt", "y/z/er/1.txt"]).await;
}

#[tokio::test]
async fn a_file_goes_where_it_was_told_to() {
    let mut world = World::new().await;
    write_all(&world, &["in/1.txt"]);
    let request = JobRequest {
        inputs: vec![world.input(StorageKind::File, "in/1.txt", &["out/other name.txt"])],
        ..JobRequest::default()
    };
    check_outputs(&mut world, &request, &["other name.txt"]).await;
    let request = JobRequest {
        inputs: vec![world.input(StorageKind::File, "in/1.txt", &["out/other name.txt"])],
        ..JobRequest::default()
    };
    check_refused(&mut world, &request, FailureCode::TargetFileAlreadyExists).await;
}

#[tokio::test]
async fn inputs_may_share_a_target_but_not_a_file() {
    let mut world = World::new().await;
    write_all(&world, &["in/a/1.txt", "in/b/2.txt", "in/c/1.txt"]);
    let input = |world: &World, name: &str| world.input(StorageKind::Folder, name, &["out"]);
    let request = JobRequest { inputs: vec![input(&world, "in/a"), input(&world, "in/c")], ..JobRequest::default() };
    // The smaller one would come first, and the later one fails.
    world.write("in/c/1.txt", "Word.");
    world.write("in/c/3.txt", "Words.");
    let (job, documents) = world.run(&request).await;
    assert_eq!((job.status, job.summary.success, job.summary.failed), (JobStatus::Succeeded, 2, 1), "{job:?}");
    let codes = documents.iter().map(|document| document.error.as_ref().map(|error| error.code)).collect::<Vec<_>>();
    assert_eq!(codes, [None, Some(FailureCode::TargetFileAlreadyExists), None]);
    assert!(std::fs::read_to_string(world.path("out/1.txt")).unwrap().len() > 20, "the first one's");
    assert_eq!(world.files("out"), ["1.txt", "3.txt"]);
    std::fs::remove_dir_all(world.path("out")).unwrap();
    let request = JobRequest { inputs: vec![input(&world, "in/a"), input(&world, "in/b")], ..JobRequest::default() };
    check_outputs(&mut world, &request, &["1.txt", "2.txt"]).await;
}

#[tokio::test]
async fn what_cannot_be_read_or_written_is_refused_by_name() {
    let mut world = World::new().await;
    write_all(&world, &["in/1.txt", "in/1.jpg", "in/empty/x.jpg", "out/1.txt"]);
    let folder = |source: &str, target: &str| JobRequest {
        inputs: vec![world.input(StorageKind::Folder, source, &[target])],
        ..JobRequest::default()
    };
    let file = |source: &str| JobRequest {
        inputs: vec![world.input(StorageKind::File, source, &["out/new.txt"])],
        ..JobRequest::default()
    };
    let cases = [
        (folder("../elsewhere", "out"), FailureCode::InvalidDocumentAccessLevel),
        (folder("missing", "out"), FailureCode::InvalidDocumentAccessLevel),
        (folder("in", "../elsewhere"), FailureCode::InvalidTargetDocumentAccessLevel),
        (folder("in", "out"), FailureCode::TargetFileAlreadyExists),
        (folder("in/empty", "out"), FailureCode::NoDocumentsFound),
        (file("in/missing.txt"), FailureCode::InvalidDocumentAccessLevel),
        (file("in/1.jpg"), FailureCode::InvalidFormat),
        // In order: the source first.
        (folder("missing", "../elsewhere"), FailureCode::InvalidDocumentAccessLevel),
    ];
    for (request, code) in cases {
        check_refused(&mut world, &request, code).await;
    }
    assert_eq!(world.files("out"), ["1.txt"]);
}

#[tokio::test]
async fn formats_that_are_not_taken_are_as_those_that_nobody_knows() {
    let mut world = World::new().await;
    world.limits.refused_formats = vec![Format::Odt, Format::Csv];
    write_all(&world, &["in/1.txt", "in/2.ODT", "in/3.csv", "in/none/4.fodt"]);
    let request = world.request();
    check_outputs(&mut world, &request, &["1.txt"]).await;
    let none = JobRequest {
        inputs: vec![world.input(StorageKind::Folder, "in/none", &["out/none"])],
        ..JobRequest::default()
    };
    check_refused(&mut world, &none, FailureCode::NoDocumentsFound).await;
    let file = JobRequest {
        inputs: vec![world.input(StorageKind::File, "in/3.csv", &["out/3.csv"])],
        ..JobRequest::default()
    };
    check_refused(&mut world, &file, FailureCode::InvalidFormat).await;
}

#[tokio::test]
async fn a_job_has_limits() {
    let mut world = World::new().await;
    world.config.max_documents = 3;
    world.config.max_total_bytes = 100;
    world.config.max_document_bytes = 60;
    world.fill(4);
    let mut request = world.request();
    check_refused(&mut world, &request, FailureCode::MaxDocumentsExceeded).await;
    request.inputs[0].source.suffix = "0.txt".into();
    let target = request.inputs[0].targets[0].clone();
    for name in ["out/2", "out/3", "out/4"] {
        let mut another = target.clone();
        another.location = world.location(name);
        request.inputs[0].targets.push(another);
    }
    check_refused(&mut world, &request, FailureCode::MaxDocumentsExceeded).await;
    request.inputs[0].targets.truncate(3);
    let (job, _) = world.run(&request).await;
    assert_eq!(job.summary.success, 3);
    std::fs::remove_dir_all(world.path("out")).unwrap();
    for name in ["1", "2"] {
        world.write(&format!("in/large/{name}.txt"), &"x ".repeat(29));
    }
    let request =
        JobRequest { inputs: vec![world.input(StorageKind::Folder, "in/large", &["out"])], ..JobRequest::default() };
    check_refused(&mut world, &request, FailureCode::MaxTotalSizeExceeded).await;
    // One that is too large for itself is no reason to refuse the others.
    world.write("in/large/1.txt", &"x ".repeat(290));
    let (job, documents) = world.run(&request).await;
    assert_eq!((job.status, job.summary.success, job.summary.failed), (JobStatus::Succeeded, 1, 1));
    assert_eq!(documents[0].error.as_ref().unwrap().code, FailureCode::MaxDocumentSizeExceeded);
    assert_eq!((documents[0].status, documents[1].status), (DocumentStatus::Failed, DocumentStatus::Succeeded));
}

#[tokio::test]
async fn a_glossary_beside_the_documents_is_none_of_them() {
    let mut world = World::new().await;
    write_all(&world, &["in/1.txt", "in/terms.csv"]);
    let mut request = world.request();
    let glossary = GlossarySource { location: world.location("in/terms.csv"), format: GlossaryFormat::Csv };
    request.inputs[0].targets[0].glossaries.push(glossary);
    world.start();
    let id = world.submit(&request).await;
    world.end(id).await;
    let documents = world.documents(id).await;
    assert_eq!(documents.len(), 1);
    assert!(documents[0].source_url.ends_with("/in/1.txt"));
}

/// A world whose jobs go from and to this storage.
async fn remote(permissions: &str) -> (World, Storage, JobRequest) {
    let storage = Storage::start().await;
    let mut world = World::new().await;
    world.allow(&storage.host);
    let mut request = world.request();
    request.inputs[0].source.location = storage.location("in", "rl");
    request.inputs[0].targets[0].location = storage.location("out", permissions);
    (world, storage, request)
}

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
async fn a_store_of_another_resource_does_not_exist() {
    let mut world = World::new().await;
    let limited = terjuman_blobs::StoreConfig {
        endpoint: "http://127.0.0.1:9".to_owned(),
        resources: vec!["b".to_owned()],
        ..terjuman_blobs::StoreConfig::new(terjuman_blobs::StoreKind::S3)
    };
    let stores = [("limited".to_owned(), limited)].into();
    let file_roots = vec![world.path("")];
    let storage = terjuman_blobs::StorageConfig { stores, file_roots, ..terjuman_blobs::StorageConfig::default() };
    world.stores = terjuman_jobs::Stores::open(storage).unwrap();
    world.fill(1);
    let mut messages = Vec::new();
    for store in ["limited", "nobody"] {
        let mut request = world.request();
        request.inputs[0].source.location = format!("store://{store}/bucket").parse().unwrap();
        let error = world.run(&request).await.0.error.unwrap();
        assert_eq!(error.code, FailureCode::InvalidDocumentAccessLevel);
        messages.push(error.message);
        let mut request = world.request();
        request.inputs[0].targets[0].location = format!("store://{store}/bucket").parse().unwrap();
        let error = world.run(&request).await.0.error.unwrap();
        assert_eq!(error.code, FailureCode::InvalidTargetDocumentAccessLevel);
        messages.push(error.message);
    }
    assert_eq!(messages[..2], messages[2..], "nobody can tell whether it is there");
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

#[tokio::test]
async fn a_glossary_leads_nowhere_that_a_source_may_not() {
    let mut world = World::new().await;
    write_all(&world, &["in/1.txt"]);
    for place in [
        "file:///etc/passwd".to_owned(),
        world.location("../passwd").expose().to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://metadata.google.internal/computeMetadata/v1/".to_owned(),
        "https://127.0.0.1/container/terms.csv".to_owned(),
        "store://nobody/terms.csv".to_owned(),
    ] {
        let mut request = world.request();
        let glossary = GlossarySource { location: place.parse().unwrap(), format: GlossaryFormat::Csv };
        request.inputs[0].targets[0].glossaries.push(glossary);
        let (_, documents) = world.run(&request).await;
        let error = documents[0].error.as_ref().unwrap();
        assert_eq!(error.code, FailureCode::InvalidGlossary, "{place}");
        assert!(!error.message.contains("root:"), "{}", error.message);
    }
    assert_eq!(world.files("out"), Vec::<String>::new());
}
