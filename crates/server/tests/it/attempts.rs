//! Whose fault it was: a document whose process is killed under it succeeds in the end, one that brings its process down
//! does not go on for ever.

use std::os::unix::process::ExitStatusExt as _;

use serde_json::Value;

use crate::postgres::database;
use crate::support::{Process, Server};

/// More kills than a document may bring its process down.
const KILLS: usize = 10;
const ABORTED: i32 = 6;
/// SHA-256 of `One line.`
const ONE_LINE: &str = "7e0ad9aeaa9c1b796e83992c47fdbb712090b58325884ebcacf5fc18e4bf936a";

/// Leases that end soon: whoever takes over need not wait a minute.
const SHORT: [(&str, &str); 2] = [("WORKER__LEASE_MS", "1200"), ("WORKER__HEARTBEAT_MS", "200")];

async fn accepted(server: &Server, source: &str, target: &str, deployment: Option<&str>) -> String {
    let (status, body) = server.submit_for(source, &server.url_of(target), deployment).await.unwrap();
    assert_eq!(status, 202, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

/// Waits until a process has the document in its hands.
async fn is_at_work(server: &Server, process: &Process) {
    loop {
        let metrics = server.text_of(process, "/metrics").await;
        if metrics.lines().any(|line| line == "terjuman_documents{state=\"running\"} 1") {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn check_well(server: &Server, job: &Value, documents: usize, target: &str) {
    assert_eq!(
        (job["status"].as_str(), job["summary"]["success"].as_u64()),
        (Some("Succeeded"), Some(documents as u64))
    );
    assert_eq!(std::fs::read_dir(server.folder().join(target)).unwrap().count(), documents);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_kills_under_one_document_do_not_fail_it() {
    let settings = [&SHORT[..], &[("ENGINE__PSEUDO_DELAY_MS", "4000")]].concat();
    let mut server = Server::start(&settings);
    let source = server.documents("in", &[("a.txt", "One line.")]);
    let id = accepted(&server, &source, "out", None).await;
    for _ in 0..KILLS {
        is_at_work(&server, server.process()).await;
        server.kill();
        server.restart();
        let (_, job) = server.get(&format!("/translator/document/batches/{id}")).await.unwrap();
        assert_eq!(job["status"], "Running", "a status only goes forward: {job}");
    }
    check_well(&server, &server.ended(&id).await, 1, "out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_kills_of_a_worker_beside_others_do_not_fail_its_document() {
    let Some(url) = database().await else { return };
    let settings = [&SHORT[..], &[("DATABASE__URL", &url), ("ENGINE__PSEUDO_DELAY_MS", "4000")]].concat();
    let server = Server::start_as("api", &settings);
    let source = server.documents("in", &[("a.txt", "One line.")]);
    let id = accepted(&server, &source, "out", None).await;
    let mut worker = server.beside("worker");
    for _ in 0..KILLS {
        is_at_work(&server, &worker).await;
        worker.kill();
        worker.restart();
    }
    check_well(&server, &server.ended(&id).await, 1, "out");
}

/// A document that ends its process in this way, among others that do not.
async fn check_deadly(kind: &str) {
    let settings = [&SHORT[..], &[("ENGINES__DEADLY__KIND", kind), ("ENGINE__PSEUDO_DELAY_MS", "300")]].concat();
    let mut server = Server::start(&settings);
    let texts: Vec<_> = (0..6).map(|index| (format!("{index}.txt"), format!("This is text {index}."))).collect();
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (many, one) = (server.documents("many", &texts), server.documents("one", &[("a.txt", "One line.")]));
    let neighbours = accepted(&server, &many, "out-many", None).await;
    let deadly = accepted(&server, &one, "out-one", Some("deadly")).await;
    for _ in 0..3 {
        assert_eq!(server.process_mut().wait().signal(), Some(ABORTED));
        server.process_mut().begin();
    }
    server.process_mut().listens();
    let job = server.ended(&deadly).await;
    assert_eq!(job["status"], "Failed", "{job}");
    assert_eq!(job["error"]["innerError"]["code"], "DocumentCrashed", "{job}");
    let path = format!("/translator/document/batches/{deadly}/documents");
    let (_, documents) = server.get(&path).await.unwrap();
    let id = documents["value"][0]["id"].as_str().unwrap();
    let (_, report) = server.get(&format!("/terjuman/v1/documents/{id}/report")).await.unwrap();
    assert_eq!(report["inputSha256"], ONE_LINE, "{report}");
    check_well(&server, &server.ended(&neighbours).await, 6, "out-many");
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_aborts_its_process_three_times_fails_and_its_neighbours_do_not() {
    check_deadly("abort").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_overflows_the_stack_three_times_fails_and_its_neighbours_do_not() {
    check_deadly("overflow").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_aborts_workers_on_postgres_fails_and_the_others_go_on() {
    let Some(url) = database().await else { return };
    let settings = [&SHORT[..], &[("DATABASE__URL", &url), ("ENGINES__DEADLY__KIND", "abort")]].concat();
    let server = Server::start_as("api", &settings);
    let source = server.documents("in", &[("a.txt", "One line."), ("b.txt", "Another line.")]);
    let deadly = accepted(&server, &source, "out-deadly", Some("deadly")).await;
    let good = accepted(&server, &source, "out-good", None).await;
    let mut worker = server.beside("worker");
    // Two documents, each of them three times; the last ones it is told of at a start.
    for _ in 0..6 {
        assert_eq!(worker.wait().signal(), Some(ABORTED));
        worker.begin();
    }
    worker.listens();
    let job = server.ended(&deadly).await;
    assert_eq!((job["status"].as_str(), job["summary"]["failed"].as_u64()), (Some("Failed"), Some(2)), "{job}");
    assert_eq!(job["error"]["innerError"]["code"], "DocumentCrashed", "{job}");
    check_well(&server, &server.ended(&good).await, 2, "out-good");
}
