//! Canaries: a signature, a key and a document's text are put in, and show up in nothing that is kept or shown.

use std::path::Path;

use crate::support::{KEY, LOG, Server, free_address};

const SIGNATURE: &str = "CANARYsignature%2BCANARY";
const TEXT: &str = "CANARYtext";

/// Everything in the files of a folder.
fn contents(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &contents(&path);
        } else {
            all += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signatures_keys_and_text_are_in_no_log_no_file_no_metric_and_no_answer() {
    let log = tempfile::tempdir().unwrap();
    let log = log.path().join("log");
    let nobody = free_address().to_string();
    let settings = [
        (LOG, log.to_str().unwrap()),
        ("LOG__LEVEL", "trace"),
        ("STORAGE__ALLOW_HOSTS", &nobody),
        ("STORAGE__TRIES", "1"),
        // The job whose storage cannot be reached stays open, and its request in the database.
        ("WORKER__BACKOFF_MS", "3600000"),
        ("WORKER__ATTEMPTS", "1000"),
    ];
    let mut server = Server::start(&settings);
    let mut answers = Vec::new();
    // Storage that nobody answers for, with keys.
    let unreachable = |name: &str| format!("http://{nobody}/account/{name}?sv=2025-01-05&sp=rl&sig={SIGNATURE}&se=2");
    let (status, open) = server.submit(&unreachable("in"), &unreachable("out")).await.unwrap();
    assert_eq!(status, 202, "{open}");
    // A document that is translated, and one that fails.
    let source = server.documents("in", &[("a.txt", &format!("Here is {TEXT}.")), ("b.docx", TEXT)]);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    answers.push(accepted.to_string());
    let id = accepted["id"].as_str().unwrap();
    answers.push(server.ended(id).await.to_string());
    let path = format!("/translator/document/batches/{id}/documents");
    answers.push(server.get(&path).await.unwrap().1.to_string());
    // The open job has been tried.
    let open = open["id"].as_str().unwrap();
    while !std::fs::read_to_string(&log).unwrap().contains(&format!("job.id={open}")) {
        tokio::task::yield_now().await;
    }
    answers.push(server.get(&format!("/translator/document/batches/{open}")).await.unwrap().1.to_string());
    answers.push(server.text_of(server.process(), "/metrics").await);
    server.kill();
    let data = contents(&server.folder().join("data"));
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(data.contains("xc1.") && log.contains("accepted job"), "the request is there, and the log");
    for (what, kept) in [("the data directory", &data), ("the log", &log), ("an answer", &answers.concat())] {
        for canary in ["CANARYsignature", TEXT, KEY] {
            let found = kept.find(canary).map(|at| {
                let around = |at: usize| kept.get(at.saturating_sub(200)..at + 40).unwrap_or("there");
                around(at).to_owned()
            });
            assert_eq!(found, None, "{canary} is in {what}");
        }
    }
}
