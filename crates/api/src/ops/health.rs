//! Alive, and ready for work: two questions, so that a server that cannot reach its store is left alone, not killed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::App;
use crate::reply::Json;

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// `GET /healthz`: the process runs.
pub(crate) async fn alive() -> Response {
    Json(&Health { status: "alive" }).into_response()
}

/// `GET /readyz`: the store answers, and the server is not stopping.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    app.note_question();
    let status = if app.is_stopping() {
        "stopping"
    } else if let Err(error) = app.jobs().ping().await {
        tracing::warn!(%error, "the job store does not answer");
        "the job store does not answer"
    } else {
        return Json(&Health { status: "ready" }).into_response();
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(&Health { status })).into_response()
}
