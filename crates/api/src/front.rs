//! What every request passes first and last: ids, bounds, the key, headers of every answer, panics, one metric.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, HOST, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use tokio::time::timeout;
use tracing::Instrument;
use uuid::Uuid;

use crate::App;
use crate::admission::{Gate, Inside};
use crate::error::{ApiError, Refusal};
use crate::paths::canonical;
use crate::request::base::Secure;
use crate::request::client_id::{CLIENT_REQUEST_ID, client_request_id};
use crate::router::SYNC;

/// A refusal costs nearly as much as the reading of a job: while there is enough of that to do, refusals have to wait. Two
/// processors then refuse 500 a second, which is a fortieth of what they can read.
const TURNS_WHEN_BUSY: u32 = 16;

const REQUEST_IDS: [HeaderName; 3] = [
    HeaderName::from_static("apim-request-id"),
    HeaderName::from_static("x-requestid"),
    HeaderName::from_static("x-ms-request-id"),
];

/// The route of an answer, with placeholders instead of ids: what metrics are counted by.
#[derive(Clone)]
struct Route(MatchedPath);

/// Wraps the whole router: a path is made canonical before it is routed.
pub(crate) async fn front(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::new_v4();
    let client_id = client_request_id(request.headers());
    let method = request.method().clone();
    let span = tracing::info_span!("request", request.id = %id, client.id = client_id.as_ref().and_then(|id| id.to_str().ok()));
    let admitted = span.in_scope(|| admit(&app, &mut request));
    let api = is_api(request.uri().path());
    let secure = request.extensions().get::<Secure>().is_some();
    let response = match admitted {
        Err(error) => error.into_response(),
        // Inside until the answer is there.
        Ok(_inside) => {
            let limit = time_to_answer(&app, &request);
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone());
            let answered = match limit {
                Some(limit) => timeout(limit, answer).await,
                None => Ok(answer.await),
            };
            match answered {
                Ok(Ok(response)) => response,
                Ok(Err(_)) => {
                    span.in_scope(|| tracing::error!("a request handler panicked"));
                    ApiError::internal().into_response()
                }
                Err(_) => {
                    span.in_scope(|| tracing::error!("a request took longer than http.answer_ms"));
                    ApiError::took_too_long().into_response()
                }
            }
        }
    };
    if matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED) {
        let busy = app.reading().is_full() || app.changing().is_full();
        app.pace().turn(if busy { TURNS_WHEN_BUSY } else { 1 }).await;
    }
    let mut response = response;
    if secure {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, year);
    }
    decorate(&app, response.status(), response.headers_mut(), &method, api);
    let id = HeaderValue::try_from(id.to_string()).unwrap_or(HeaderValue::from_static("-"));
    for name in REQUEST_IDS {
        response.headers_mut().insert(name, id.clone());
    }
    if let Some(client_id) = client_id {
        response.headers_mut().insert(CLIENT_REQUEST_ID, client_id);
    }
    let route = response.extensions().get::<Route>().map_or("none", |route| route.0.as_str()).to_owned();
    span.in_scope(|| measure(&method, &route, response.status(), started.elapsed()));
    response
}

/// Lets the request in: bounds first, then the path, then the key, and nothing of the body.
fn admit(app: &App, request: &mut Request) -> Result<Option<Inside>, ApiError> {
    let uri = request.uri();
    let length = uri.path_and_query().map_or(0, |path| path.as_str().len());
    if length > app.http().max_uri_bytes {
        let message = format!("Path and query are longer than {} bytes.", app.http().max_uri_bytes);
        return Err(ApiError::new(Refusal::UriTooLong, message));
    }
    if request.headers().get_all(HOST).iter().count() > 1 {
        return Err(ApiError::invalid("Host", "The header Host is given more than once."));
    }
    if *request.method() == Method::CONNECT {
        return Err(ApiError::new(Refusal::MethodNotAllowed, "This server is no proxy."));
    }
    if let Some(canonical) = canonical(uri) {
        *request.uri_mut() = canonical;
    }
    if is_api(request.uri().path()) {
        let resource = app.keys().authenticate(request.headers())?;
        app.rates().admit(&resource)?;
        let inside = gate(app, request).map(|gate| gate.enter(&resource)).transpose()?;
        request.extensions_mut().insert(resource);
        return Ok(inside);
    }
    Ok(None)
}

/// What bounds the number of requests like this one. Synchronous translations have slots of their own.
fn gate<'a>(app: &'a App, request: &Request) -> Option<&'a Gate> {
    match *request.method() {
        _ if request.uri().path() == SYNC => None,
        Method::GET | Method::HEAD => Some(app.reading()),
        _ => Some(app.changing()),
    }
}

/// No answer waits longer, whatever the store and its disk do. A synchronous translation has a deadline of its own.
fn time_to_answer(app: &App, request: &Request) -> Option<Duration> {
    let answer = Duration::from_millis(app.http().answer_ms);
    match *request.method() {
        _ if request.uri().path() == SYNC => None,
        Method::POST => Some(answer + app.http().body_total()),
        _ => Some(answer),
    }
}

/// Whether the path is one that needs a key.
fn is_api(path: &str) -> bool {
    // The language list is public, also where custom domains have it.
    path.split('/').nth(1).is_some_and(|first| matches!(first, "translator" | "terjuman"))
        && !path.eq_ignore_ascii_case(crate::router::LANGUAGES_ON_CUSTOM_DOMAINS)
}

/// The headers that every answer has.
fn decorate(app: &App, status: StatusCode, headers: &mut HeaderMap, method: &Method, api: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // A stopping server is left at the next answer, not in the middle of the next question.
    if *method == Method::CONNECT || app.is_stopping() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let polled = api && (*method == Method::GET || *method == Method::DELETE || status == StatusCode::ACCEPTED);
    let pushed_back = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if pushed_back || (polled && status.is_success()) {
        headers.entry(RETRY_AFTER).or_insert(HeaderValue::from(app.http().retry_after_seconds));
    }
}

/// Hands the matched route to the front, which stands outside of the routing.
pub(crate) async fn remember_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

fn measure(method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
    let known = [Method::GET, Method::POST, Method::DELETE, Method::HEAD, Method::PUT, Method::PATCH, Method::OPTIONS];
    // A label's values are a closed set, whatever callers make up.
    let method = if known.contains(method) { method.as_str() } else { "other" }.to_owned();
    let status = status.as_str().to_owned();
    tracing::debug!(
        http.method = method,
        http.route = route,
        http.status = status,
        duration_ms = elapsed.as_millis(),
        "answered"
    );
    let labels = [("method", method), ("route", route.to_owned()), ("status", status)];
    metrics::counter!("terjuman_http_requests_total", &labels).increment(1);
    metrics::histogram!("terjuman_http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
}
