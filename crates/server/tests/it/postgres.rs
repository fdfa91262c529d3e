//! Several processes on one PostgreSQL database: requests here, work there.

use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::crash::{Random, Seen, kills, write_documents};
use crate::support::{Server, needs};

/// The URL of a database of its own, on the server that `scripts/with-postgres` starts and ends.
pub(crate) async fn database() -> Option<String> {
    let server = needs("TERJUMAN_TEST_POSTGRES")?.display().to_string();
    let name = format!("test_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let (server, _) = server.rsplit_once('/').unwrap();
    Some(format!("{server}/{name}"))
}

#[tokio::test]
async fn an_api_process_never_works_and_a_worker_answers_no_requests() {
    let Some(url) = database().await else { return };
    let mut api = Server::start_as("api", &[("DATABASE__URL", &url)]);
    let source = api.documents("in", &[("a.txt", "One line.")]);
    let (status, accepted) = api.submit(&source, &api.url_of("out")).await.unwrap();
    assert_eq!(status, 202, "{accepted}");
    let id = accepted["id"].as_str().unwrap();
    let path = format!("/translator/document/batches/{id}");
    assert!(api.stop().success());
    api.restart();
    // The process has come and gone without a look at the job.
    assert_eq!(api.get(&path).await.unwrap().1["status"], "NotStarted");
    let mut worker = api.beside("worker");
    assert_eq!(api.ended(id).await["status"], "Succeeded");
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/", 404), (path.as_str(), 404)] {
        assert_eq!(api.get_from(&worker, path).await, status, "{path}");
    }
    assert!(worker.stop().success());
}

#[tokio::test]
async fn a_cancel_reaches_a_document_at_work_in_another_process_at_once() {
    let Some(url) = database().await else { return };
    // No heartbeat would come in time, and no translation would end: it is left behind after a moment of grace.
    let settings = [
        ("DATABASE__URL", url.as_str()),
        ("WORKER__LEASE_MS", "600000"),
        ("WORKER__HEARTBEAT_MS", "200000"),
        ("ENGINE__PSEUDO_DELAY_MS", "300000"),
    ];
    let api = Server::start_as("api", &settings);
    let _worker = api.beside("worker");
    let source = api.documents("in", &[("a.txt", "One line.")]);
    let (_, accepted) = api.submit(&source, &api.url_of("out")).await.unwrap();
    let id = accepted["id"].as_str().unwrap();
    api.until(id, &["Running"]).await;
    let begun = Instant::now();
    let (status, answer) = api.delete(&format!("/translator/document/batches/{id}")).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    assert_eq!(api.ended(id).await["status"], "Cancelled");
    println!("cancelled after {} ms", begun.elapsed().as_millis());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_survives_workers_being_killed() {
    let Some(url) = database().await else { return };
    let settings = [
        ("DATABASE__URL", url.as_str()),
        ("WORKER__LEASE_MS", "1500"),
        ("WORKER__HEARTBEAT_MS", "300"),
        ("ENGINE__PSEUDO_DELAY_MS", "10"),
    ];
    let api = Server::start_as("api", &settings);
    write_documents(&api);
    let mut workers = [api.beside("worker"), api.beside("worker"), api.beside("worker")];
    let mut random = Random::new();
    let mut seen = Seen::default();
    for _ in 0..kills() {
        // The moment is this test's input, so it waits for it.
        let moment = tokio::time::sleep(Duration::from_millis(20 + random.next(400)));
        tokio::select! {
            () = moment => {}
            () = seen.stream(&api, &mut random) => panic!("the server went away by itself"),
        }
        let worker = &mut workers[usize::try_from(random.next(3)).unwrap()];
        worker.kill();
        worker.restart();
    }
    seen.check_ends(&api).await;
}
