//! Which path is which operation.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post};

use crate::error::{ApiError, Refusal};
use crate::{App, batches, formats, front, languages, ops, reports, sync};

/// Where custom domains have the list of languages.
pub(crate) const LANGUAGES_ON_CUSTOM_DOMAINS: &str = "/translator/text/v3.0/languages";

/// Where documents are translated synchronously.
pub(crate) const SYNC: &str = "/translator/document:translate";

/// Every path of the server.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/translator/document/batches", post(batches::start).get(batches::jobs))
        .route("/translator/document/batches/{id}", get(batches::job).delete(batches::cancel))
        .route("/translator/document/batches/{id}/documents", get(batches::documents))
        .route("/translator/document/batches/{id}/documents/{document}", get(batches::document))
        .route("/translator/document/formats", get(formats::formats))
        .route(SYNC, post(sync::translate))
        .route("/terjuman/v1/jobs/{id}", delete(batches::forget))
        .route("/terjuman/v1/documents/{document}/report", get(reports::report))
        .route("/languages", get(languages::languages))
        .route(LANGUAGES_ON_CUSTOM_DOMAINS, get(languages::languages))
        .route("/healthz", get(ops::alive))
        .route("/readyz", get(ops::ready))
        .route("/metrics", get(ops::metrics))
        .route("/openapi.json", get(ops::description))
        .route("/openapi", get(ops::page))
        .route("/", get(ops::landing))
        .fallback(no_such_path)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(front::remember_route))
        .with_state(app.clone());
    behind_the_front(routes, app)
}

/// What is asked of a process that only works on documents: whether it is well.
pub(crate) fn health_router(app: App) -> Router {
    let routes = Router::new()
        .route("/healthz", get(ops::alive))
        .route("/readyz", get(ops::ready))
        .route("/metrics", get(ops::metrics))
        .fallback(no_such_path_here)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn(front::remember_route))
        .with_state(app.clone());
    behind_the_front(routes, app)
}

/// The routes are a service of their own behind the front: a path is made canonical before it is matched.
fn behind_the_front(routes: Router, app: App) -> Router {
    Router::new().fallback_service(routes).layer(from_fn_with_state(app, front::front))
}

async fn no_such_path() -> ApiError {
    ApiError::new(Refusal::NoSuchPath, "There is nothing at this path. The operations are listed at /openapi.")
}

async fn no_such_path_here() -> ApiError {
    ApiError::new(
        Refusal::NoSuchPath,
        "This process only works on documents. It answers /healthz, /readyz and /metrics; the others answer requests.",
    )
}

async fn method_not_allowed() -> ApiError {
    ApiError::new(
        Refusal::MethodNotAllowed,
        "This path does not know the method; the header Allow names those it knows.",
    )
}
