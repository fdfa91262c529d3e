//! A job from its request to its documents, with a real worker over folders on disk.

use axum::http::StatusCode;
use serde_json::{Value, json};
use terjuman_jobs::{StorageConfig, Stores, Worker, WorkerConfig};
use terjuman_pipeline::{Limits, Options};
use tokio_util::sync::CancellationToken;

use crate::support::{BATCHES, Server, VERSION, redacted};

/// Asks until the job has ended, as a client does.
async fn ended(server: &Server, id: &str) -> Value {
    let mut changes = server.jobs.changes();
    loop {
        let answer = server.get(&format!("{BATCHES}/{id}?{VERSION}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        let job = answer.json();
        let summary = &job["summary"];
        let count = |name: &str| summary[name].as_u64().unwrap();
        let sum: u64 = ["failed", "success", "inProgress", "notYetStarted", "cancelled"].into_iter().map(count).sum();
        assert_eq!(count("total"), sum, "{summary}");
        if ["Succeeded", "Failed", "Cancelled", "ValidationFailed"].contains(&job["status"].as_str().unwrap()) {
            return job;
        }
        changes.changed().await.unwrap();
    }
}

/// The reports of the documents, without what differs from run to run.
async fn reports(server: &Server, documents: &[Value]) -> Vec<Value> {
    let mut reports = Vec::new();
    for document in documents {
        let path = format!("/terjuman/v1/documents/{}/report", document["id"].as_str().unwrap());
        server.get_as_other(&path).await.refused(404, "ResourceNotFound", "");
        let mut report = redacted(server.get(&path).await.json());
        assert!(report["jobId"].as_str().is_some_and(|id| id.len() == 36));
        report["jobId"] = "[jobId]".into();
        let durations = report["durations"].as_object_mut().unwrap();
        assert!(durations.values().all(Value::is_u64));
        durations.values_mut().for_each(|value| *value = 0.into());
        reports.push(report);
    }
    reports
}

#[tokio::test]
async fn a_folder_is_translated_and_told_of() {
    let server = Server::new().await;
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name);
    for folder in ["in", "out", "terms"] {
        std::fs::create_dir(path(folder)).unwrap();
    }
    std::fs::write(path("in/a note.txt"), "Good day to you.").unwrap();
    std::fs::write(path("in/blank.txt"), " \n").unwrap();
    std::fs::write(path("in/picture.jpg"), "no").unwrap();
    std::fs::write(path("terms/t.csv"), "day,dia").unwrap();
    let storage = StorageConfig { file_roots: vec![files.path().to_owned()], ..StorageConfig::default() };
    let config = WorkerConfig { backoff_ms: 0, ..WorkerConfig::default() };
    let stores = Stores::open(storage).unwrap();
    let worker =
        Worker::new(server.jobs.clone(), stores, server.engines.clone(), config, Options::default(), Limits::default());
    let stop = CancellationToken::new();
    let task = tokio::spawn(worker.run(stop.clone()));
    let url = |name: &str| format!("file://{}?sig=SECRET", path(name).display());
    let body = json!({ "inputs": [ {
        "source": { "sourceUrl": url("in"), "language": "en" },
        "targets": [ { "targetUrl": url("out"), "language": "PT-br", "glossaries": [ { "glossaryUrl": url("terms/t.csv") } ] } ]
    } ] });
    let accepted = server.start(body.to_string()).await;
    let id = accepted.json()["id"].as_str().unwrap().to_owned();
    let job = ended(&server, &id).await;
    insta::assert_json_snapshot!("ended", redacted(job));
    let list = server.get(&format!("{BATCHES}/{id}/documents?{VERSION}&orderby=createdDateTimeUtc%20asc")).await;
    let text = String::from_utf8(list.body.clone()).unwrap();
    assert!(!text.contains("SECRET"));
    let text = redacted(list.json()).to_string().replace(&files.path().display().to_string(), "[files]");
    insta::assert_json_snapshot!("translated", serde_json::from_str::<Value>(&text).unwrap());
    let reports = reports(&server, list.json()["value"].as_array().unwrap()).await;
    insta::assert_json_snapshot!("reports", reports);
    let output = std::fs::read_to_string(path("out/a note.txt")).unwrap();
    assert!(output.contains("Ǵóóď dia ťó"), "{output}");
    // The same again: the target is there.
    let again = server.start(body.to_string()).await;
    let refused = ended(&server, again.json()["id"].as_str().unwrap()).await;
    insta::assert_json_snapshot!("refused", redacted(refused));
    stop.cancel();
    task.await.unwrap();
}
