//! What becomes of documents, each by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use terjuman_jobs::{GlossarySource, JobRequest, StorageKind};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};
use terjuman_pipeline::{GlossaryFormat, Reason, Stage, Translator};

use super::codes;
use crate::gate::Panics;
use crate::support::resource;
use crate::world::{World, engines, remote};

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
    let (mut world, storage, mut request) = remote("wl").await;
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
    let (mut world, storage, mut request) = remote("wl").await;
    storage.put("in", "a.txt", "These are some words.");
    let location = storage.location("in/missing.csv", "rl");
    request.inputs[0].targets[0].glossaries.push(GlossarySource { location, format: GlossaryFormat::Csv });
    let (_, documents) = world.run(&request).await;
    let report = world.jobs.report(&resource("a"), documents[0].id).await.unwrap().unwrap().report.unwrap();
    assert_eq!((report.stage, report.error.unwrap().code), (Stage::Read, FailureCode::InvalidGlossary));
}
