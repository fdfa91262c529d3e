//! Starting, reading, listing and cancelling jobs.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{BATCHES, OTHER_KEY, Server, VERSION, minimal, redacted, request};

#[tokio::test]
async fn an_accepted_job_is_found_where_the_answer_says() {
    let server = Server::new().await;
    let answer = server.start(crate::support::minimal().to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    insta::assert_json_snapshot!("accepted", redacted(answer.json()));
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let location = answer.header("operation-location");
    assert_eq!(location, format!("http://localhost:5000{BATCHES}/{id}?{VERSION}"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    let job = server.get(location.strip_prefix("http://localhost:5000").unwrap()).await;
    assert_eq!(job.status, StatusCode::OK);
    assert_eq!(job.json()["id"], id);
    assert_eq!(job.header("retry-after"), "1");
    insta::assert_json_snapshot!("job", redacted(job.json()));
    let older = server.get(&format!("{BATCHES}/{id}?api-version=2024-05-01")).await;
    insta::assert_json_snapshot!("job_2024", redacted(older.json()));
    let list = server.get(&format!("{BATCHES}?{VERSION}")).await;
    insta::assert_json_snapshot!("jobs", redacted(list.json()));
}

#[tokio::test]
async fn unknown_foreign_and_malformed_ids_are_one_and_the_same() {
    let server = Server::new().await;
    let id = server.accepted().await;
    let unknown = server.get(&format!("{BATCHES}/00000000-0000-4000-8000-000000000000?{VERSION}")).await;
    unknown.refused(404, "ResourceNotFound", "");
    let foreign = server.get_as_other(&format!("{BATCHES}/{id}?{VERSION}")).await;
    assert_eq!((foreign.status, &foreign.body), (unknown.status, &unknown.body));
    for odd in
        ["Foo%20Bar", "%20", "%00", "..%2f", "%ff", "%zz", "1%0d%0aX-Injected:%201", &id[1..], &id.replace('-', "")]
    {
        let answer = server.get(&format!("{BATCHES}/{odd}?{VERSION}")).await;
        assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{odd}");
        let answer = server.get(&format!("{BATCHES}/{id}/documents/{odd}?{VERSION}")).await;
        assert_eq!((answer.status, &answer.body), (unknown.status, &unknown.body), "{odd}");
        assert!(answer.headers.get("x-injected").is_none());
    }
    let upper = server.get(&format!("{BATCHES}/{}?{VERSION}", id.to_uppercase())).await;
    assert_eq!(upper.json()["id"], id);
}

#[tokio::test]
async fn a_cancelled_job_stays_cancelled_and_a_second_cancel_changes_nothing() {
    let server = Server::new().await;
    let id = server.accepted().await;
    let path = format!("{BATCHES}/{id}?{VERSION}");
    let first = server.delete(&path).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.json()["status"], "Cancelled");
    assert_eq!(first.header("retry-after"), "1");
    let second = server.delete(&path).await;
    assert_eq!((second.status, second.json()), (StatusCode::OK, first.json()));
    server.delete(&format!("{BATCHES}/00000000-0000-4000-8000-000000000000?{VERSION}")).await.refused(
        404,
        "ResourceNotFound",
        "",
    );
}

#[tokio::test]
async fn a_strict_server_refuses_to_cancel_what_is_finished() {
    let server = Server::with(|http| http.strict_cancel = true).await;
    let id = server.accepted().await;
    let path = format!("{BATCHES}/{id}?{VERSION}");
    assert_eq!(server.delete(&path).await.status, StatusCode::OK);
    let second = server.delete(&path).await;
    second.refused(409, "OperationAlreadyCompleted", "Operation");
    assert_eq!(second.json()["error"]["code"], "Conflict");
}

#[tokio::test]
async fn a_store_that_is_gone_means_503_and_no_job() {
    let server = Server::new().await;
    let id = server.accepted().await;
    server.store.kill().await;
    for answer in [
        server.start(crate::support::minimal().to_string()).await,
        server.get(&format!("{BATCHES}?{VERSION}")).await,
        server.get(&format!("{BATCHES}/{id}?{VERSION}")).await,
        server.delete(&format!("{BATCHES}/{id}?{VERSION}")).await,
    ] {
        answer.refused(503, "ServiceTemporaryUnavailable", "");
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert_eq!(server.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(server.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_finished_job_can_be_forgotten_and_no_other() {
    let server = Server::new().await;
    let id = server.accepted().await;
    let path = format!("/terjuman/v1/jobs/{id}");
    server.delete(&path).await.refused(409, "OperationNotCompleted", "Operation");
    let cancelled = server.delete(&format!("{BATCHES}/{id}?{VERSION}")).await;
    assert_eq!(cancelled.json()["status"], "Cancelled");
    // Not somebody else's, and not without a key.
    let as_other = Request::delete(&path).header("Ocp-Apim-Subscription-Key", OTHER_KEY);
    server.send(as_other.body(Body::empty()).unwrap()).await.refused(404, "ResourceNotFound", "");
    let nobody = server.send(Request::delete(&path).body(Body::empty()).unwrap()).await;
    assert_eq!(nobody.status, 401);
    let gone = server.delete(&path).await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
    server.delete(&path).await.refused(404, "ResourceNotFound", "");
    server.get(&format!("{BATCHES}/{id}?{VERSION}")).await.refused(404, "ResourceNotFound", "");
    server.delete("/terjuman/v1/jobs/x").await.refused(404, "ResourceNotFound", "");
}

#[tokio::test]
async fn the_same_request_sent_again_starts_no_second_job() {
    let server = Server::new().await;
    let now = httpdate::fmt_http_date(
        std::time::UNIX_EPOCH
            + std::time::Duration::from_micros(
                u64::try_from(terjuman_jobs::Clock::now(&terjuman_jobs::SystemClock).0).unwrap(),
            ),
    );
    let start = async |headers: &[(&str, &str)], body: &str| {
        let mut request = request("POST", &format!("{BATCHES}?{VERSION}")).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        server.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let body = minimal().to_string();
    let other = body.replace("fr", "de");
    let id = "6F9619FF-8B86-D011-B42D-00CF4FC964FF";
    let named = [("Repeatability-Request-ID", id), ("Repeatability-First-Sent", now.as_str())];
    let first = start(&named, &body).await;
    let again = start(&named, &body).await;
    assert_eq!((first.status, again.status), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
    assert_eq!(first.body, again.body);
    for name in ["operation-location", "repeatability-result", "retry-after"] {
        assert_eq!(first.header(name), again.header(name));
    }
    assert_eq!(first.header("repeatability-result"), "accepted");
    start(&named, &other).await.refused(400, "InvalidParameter", "Repeatability-Request-ID");
    let old = [named[0], ("Repeatability-First-Sent", "Tue, 03 Mar 2020 08:00:00 GMT")];
    start(&old, &body).await.refused(412, "OutsideRepeatabilityWindow", "Repeatability-First-Sent");
    start(&named[..1], &body).await.refused(400, "MissingParameter", "Repeatability-First-Sent");
    let operation = [("Operation-Id", "mine")];
    let by_operation = start(&operation, &body).await;
    assert_ne!(by_operation.json()["id"], first.json()["id"]);
    assert_eq!(start(&operation, &body).await.json(), by_operation.json());
    start(&operation, &other).await.refused(400, "InvalidParameter", "Repeatability-Request-ID");
    let jobs = server.get(&format!("{BATCHES}?{VERSION}")).await.json();
    assert_eq!(jobs["value"].as_array().unwrap().len(), 2);
    // Without a name each one is a job of its own, as in the cloud.
    let plain = start(&[], &body).await;
    assert!(plain.headers.get("repeatability-result").is_none());
    assert_ne!(start(&[], &body).await.json()["id"], plain.json()["id"]);
}
