//! A large batch and a single document at the same time.

use std::time::{Duration, Instant};

use crate::support::{KEY, Server};

/// What a synchronous call may take beside a batch; alone it takes some milliseconds.
const BOUND: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_batch_of_a_thousand_does_not_keep_a_call_waiting() {
    let server = Server::start(&[("ENGINE__PSEUDO_DELAY_MS", "20")]);
    let names: Vec<_> = (0..1000).map(|index| format!("{index:04}.txt")).collect();
    let documents: Vec<_> = names.iter().map(|name| (name.as_str(), "One line.\nAnother.\n")).collect();
    let source = server.documents("in", &documents);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    let path = format!("/translator/document/batches/{}", accepted["id"].as_str().unwrap());
    server.until(accepted["id"].as_str().unwrap(), &["Running"]).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!(
        "http://{}/translator/document:translate?sourceLanguage=en&targetLanguage=pt&api-version=2026-03-01",
        server.address
    );
    let form = "--b1\r\nContent-Disposition: form-data; name=document; filename=a.txt\r\n\r\nGood day.\r\n--b1--\r\n";
    for _ in 0..10 {
        let begun = Instant::now();
        let request = http.post(&url).header("Ocp-Apim-Subscription-Key", KEY);
        let answer =
            request.header("Content-Type", "multipart/form-data; boundary=b1").body(form).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    }
    let (_, job) = server.get(&path).await.unwrap();
    assert_eq!(job["status"], "Running", "the batch was over too soon to tell anything: {job}");
    server.delete(&path).await.unwrap();
}
