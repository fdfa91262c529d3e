//! Reading and listing the documents of a job.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use super::wire::DocumentBody;
use crate::App;
use crate::error::ApiError;
use crate::list::{Listing, PageBody};
use crate::paths::{Id, Ids};
use crate::reply::Json;
use crate::request::Call;

/// `GET /translator/document/batches/{id}/documents`.
pub(crate) async fn documents(State(app): State<App>, call: Call, Id(job): Id, uri: Uri) -> Result<Response, ApiError> {
    let listing: Listing<terjuman_model::DocumentStatus> = Listing::read(&call.query)?;
    let page = app.jobs().documents(&call.resource, job, listing.query()).await?.ok_or_else(ApiError::not_found)?;
    if listing.is_empty() {
        return Ok(Json(&PageBody::<DocumentBody>::default()).into_response());
    }
    // A job's documents are made in one go, before the first page has any: nothing comes between two pages.
    let link = listing.next_link(&page, None, &call, uri.path());
    let value = page.items.iter().map(|document| DocumentBody::new(document, call.version)).collect();
    Ok(Json(&PageBody { value, next_link: link }).into_response())
}

/// `GET /translator/document/batches/{id}/documents/{documentId}`.
pub(crate) async fn document(State(app): State<App>, call: Call, Ids(job, id): Ids) -> Result<Response, ApiError> {
    let document = app.jobs().document(&call.resource, job, id).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(&DocumentBody::new(&document, call.version)).into_response())
}
