//! Metrics in Prometheus' text format.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::App;
use crate::error::{ApiError, Refusal};

/// Seconds: from a poll of a job to a document at the deadline.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0];

/// How long single values are kept at most.
const UPKEEP: Duration = Duration::from_secs(5);

/// Records the metrics of the whole process. `None` if something else records them already.
pub fn install_metrics() -> Option<PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let durations = Matcher::Suffix("_seconds".to_owned());
        let recorder = PrometheusBuilder::new().set_buckets_for_metric(durations, &DURATIONS).ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        metrics::describe_counter!("terjuman_http_requests_total", "Requests answered, by route and status.");
        metrics::describe_histogram!("terjuman_http_request_duration_seconds", "Time to the head of the answer.");
        Some(handle)
    });
    handle.clone()
}

/// Puts what was measured into its buckets, now and then, for ever: until then each value is kept, and there may be nobody who
/// asks for them.
pub(crate) async fn keep_metrics_small(app: &App) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        every.tick().await;
        if let Some(handle) = app.metrics() {
            handle.run_upkeep();
        }
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, ApiError> {
    let handle = app.metrics().ok_or_else(|| ApiError::new(Refusal::NoSuchPath, "Metrics are switched off."))?;
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response())
}
