//! Listing and reading the documents of a job.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use crate::support::{BATCHES, Server, VERSION, redacted};

/// Puts documents of a job into the database as a worker leaves them: one for each status, oldest first.
async fn documents(server: &Server, job: &str) -> Vec<String> {
    let path = server.directory.path().join("jobs.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let job: Uuid = job.parse().unwrap();
    let rows = [
        // status, queue, progress, characters, error, sha, deployment
        (0, 0, 0.0, 0, None, None, None),
        (1, 1, 0.25, 0, None, None, Some("my-llm")),
        (3, 2, 1.0, 27, None, Some("00"), Some("my-llm")),
        (4, 2, 0.0, 0, Some("NoTranslatableText"), None, None),
        (5, 2, 0.0, 0, None, None, None),
    ];
    let sql = "INSERT INTO documents (id, job, resource, position, input, target, source_name, source_url, size, \
        target_name, target_url, language, deployment, created, last_action, status, progress, characters, error_code, \
        error_message, output_sha256, queue, run_at, lease_until) SELECT $1, row, resource, $2, 0, 0, 'a.txt', \
        'https://a/in/a%20b.txt', 1, 'a.txt', 'https://a/out/a%20b.txt', 'PT-br', $3, created + $2, created + $2, $4, \
        $5, $6, $7, $8, $9, $10, created, CASE WHEN $10 = 1 THEN created END FROM jobs WHERE id = $11";
    let mut ids = Vec::new();
    for (position, (status, queue, progress, characters, error, sha, deployment)) in rows.into_iter().enumerate() {
        let id = Uuid::new_v4();
        let inserted = sqlx::query(sql)
            .bind(id)
            .bind(i64::try_from(position).unwrap())
            .bind(deployment)
            .bind(status)
            .bind(progress)
            .bind(characters)
            .bind(error)
            .bind(error.map(|_| "There is no text to translate in this document."))
            .bind(sha)
            .bind(queue)
            .bind(job)
            .execute(&mut connection);
        assert_eq!(inserted.await.unwrap().rows_affected(), 1);
        ids.push(id.to_string());
    }
    ids
}

#[tokio::test]
async fn documents_have_the_members_of_their_status_and_version() {
    let server = Server::new().await;
    let job = server.accepted().await;
    let empty = server.get(&format!("{BATCHES}/{job}/documents?{VERSION}")).await;
    assert_eq!(empty.json(), json!({ "value": [] }));
    let ids = documents(&server, &job).await;
    let list = server.get(&format!("{BATCHES}/{job}/documents?{VERSION}&orderby=createdDateTimeUtc%20asc")).await;
    assert_eq!(list.header("retry-after"), "1");
    insta::assert_json_snapshot!("documents", redacted(list.json()));
    for (id, entry) in ids.iter().zip(list.json()["value"].as_array().unwrap()) {
        let one = server.get(&format!("{BATCHES}/{job}/documents/{id}?{VERSION}")).await;
        assert_eq!(one.json(), *entry);
    }
    let older = server.get(&format!("{BATCHES}/{job}/documents/{}?api-version=2024-05-01", ids[2])).await;
    insta::assert_json_snapshot!("document_2024", redacted(older.json()));
    let foreign = server.get_as_other(&format!("{BATCHES}/{job}/documents/{}?{VERSION}", ids[2])).await;
    foreign.refused(404, "ResourceNotFound", "");
    let foreign = server.get_as_other(&format!("{BATCHES}/{job}/documents?{VERSION}&top=0")).await;
    foreign.refused(404, "ResourceNotFound", "");
}

#[tokio::test]
async fn filters_orders_and_pages_work_together() {
    let server = Server::new().await;
    let job = server.accepted().await;
    let ids = documents(&server, &job).await;
    let found = async |query: &str| {
        let mut next = Some(format!("{BATCHES}/{job}/documents?{VERSION}&{query}"));
        let mut found = Vec::new();
        while let Some(path) = next {
            let answer = server.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            let page = answer.json();
            for entry in page["value"].as_array().unwrap() {
                found.push(ids.iter().position(|id| *id == entry["id"]).unwrap());
            }
            let link = page.get("nextLink").map(|link| link.as_str().unwrap().to_owned());
            next = link.map(|link| link.strip_prefix("http://localhost:5000").unwrap().to_owned());
        }
        found
    };
    assert_eq!(found("").await, [4, 3, 2, 1, 0]);
    assert_eq!(found("orderBy=CreatedDateTimeUtc+ASC&maxpagesize=2").await, [0, 1, 2, 3, 4]);
    assert_eq!(found("statuses=succeeded,Failed").await, [3, 2]);
    assert_eq!(found("$statuses=Canceled").await, [4]);
    assert_eq!(found("skip=3").await, [1, 0]);
    let three = format!("ids={},{}%2C{}", ids[0], ids[2], ids[3].to_uppercase());
    assert_eq!(found(&three).await, [3, 2, 0]);
    let mixed = format!(
        "{three}&statuses=NotStarted,Succeeded,Failed&orderby=createdDateTimeUtc%20asc&skip=1&top=9&maxpagesize=1"
    );
    assert_eq!(found(&mixed).await, [2, 3]);
    server.get(&format!("{BATCHES}/{job}/documents?{VERSION}&statuses=ValidationFailed")).await.refused(
        400,
        "InvalidParameter",
        "statuses",
    );
}

#[tokio::test]
async fn a_report_is_there_when_the_document_was_worked_on_to_an_end() {
    let server = Server::new().await;
    let job = server.accepted().await;
    let ids = documents(&server, &job).await;
    for (id, code) in ids.iter().zip(["ReportNotReady", "ReportNotReady", "NoReport", "NoReport", "NoReport"]) {
        let path = format!("/terjuman/v1/documents/{id}/report");
        server.get(&path).await.refused(404, code, "");
        server.get_as_other(&path).await.refused(404, "ResourceNotFound", "");
    }
    server.get("/terjuman/v1/documents/7/report").await.refused(404, "ResourceNotFound", "");
    let keyless = axum::http::Request::get(format!("/terjuman/v1/documents/{}/report", ids[0]));
    let keyless = server.send(keyless.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(keyless.status, StatusCode::UNAUTHORIZED);
}
