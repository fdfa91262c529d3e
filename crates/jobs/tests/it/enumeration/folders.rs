//! Folders on disk.

use terjuman_jobs::{GlossarySource, JobRequest, StorageKind};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};
use terjuman_pipeline::{Format, GlossaryFormat};

use super::{check_outputs, check_refused, write_all};
use crate::world::World;

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
