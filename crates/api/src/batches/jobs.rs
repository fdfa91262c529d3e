//! Reading, listing and cancelling jobs.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use terjuman_jobs::{Forgotten, JobQuery, Order, OrderField};
use terjuman_model::{ResourceId, Timestamp};

use super::wire::JobBody;
use crate::App;
use crate::error::{ApiError, Refusal};
use crate::list::{Listing, PageBody};
use crate::paths::Id;
use crate::reply::Json;
use crate::request::Call;

/// `GET /translator/document/batches/{id}`.
pub(crate) async fn job(State(app): State<App>, call: Call, Id(id): Id) -> Result<Response, ApiError> {
    let job = app.jobs().job(&call.resource, id).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(&JobBody::new(&job, call.version)).into_response())
}

/// `DELETE /translator/document/batches/{id}`. A finished job stays as it is.
pub(crate) async fn cancel(State(app): State<App>, call: Call, Id(id): Id) -> Result<Response, ApiError> {
    if app.http().strict_cancel {
        let job = app.jobs().job(&call.resource, id).await?.ok_or_else(ApiError::not_found)?;
        if job.status.is_final() {
            let message = format!("The job is {} already and cannot be cancelled.", job.status);
            return Err(ApiError::new(Refusal::OperationAlreadyCompleted, message).at("Operation"));
        }
    }
    let job = app.jobs().cancel(&call.resource, id).await?.ok_or_else(ApiError::not_found)?;
    Ok(Json(&JobBody::new(&job, call.version)).into_response())
}

/// `DELETE /terjuman/v1/jobs/{id}`: a finished job is forgotten now, not when its time has come. The cloud has no such
/// operation.
pub(crate) async fn forget(
    State(app): State<App>,
    resource: Option<Extension<ResourceId>>,
    Id(id): Id,
) -> Result<Response, ApiError> {
    // The front put it there; without it nobody has been let in.
    let Extension(resource) = resource.ok_or_else(ApiError::unauthorized)?;
    match app.jobs().forget(&resource, id).await? {
        Forgotten::Gone => Ok(StatusCode::NO_CONTENT.into_response()),
        Forgotten::Unknown => Err(ApiError::not_found()),
        Forgotten::StillOpen => {
            let message = "The job has not ended; cancel it first, and wait for its end.";
            Err(ApiError::new(Refusal::OperationNotCompleted, message).at("Operation"))
        }
    }
}

/// `GET /translator/document/batches`.
pub(crate) async fn jobs(State(app): State<App>, call: Call, uri: Uri) -> Result<Response, ApiError> {
    let listing: Listing<terjuman_model::JobStatus> = Listing::read(&call.query)?;
    if listing.is_empty() {
        return Ok(Json(&PageBody::<JobBody>::default()).into_response());
    }
    // Asked before the page: what is accepted later is then behind the bound for sure.
    let newest = if listing.needs_bound() { newest(&app, &call).await? } else { None };
    let page = app.jobs().jobs(&call.resource, listing.query()).await?;
    let link = listing.next_link(&page, newest, &call, uri.path());
    let value = page.items.iter().map(|job| JobBody::new(job, call.version)).collect();
    Ok(Json(&PageBody { value, next_link: link }).into_response())
}

/// When the resource's newest job was created.
async fn newest(app: &App, call: &Call) -> Result<Option<Timestamp>, ApiError> {
    let query = JobQuery {
        ids: Vec::new(),
        statuses: Vec::new(),
        created_from: None,
        created_to: None,
        order: vec![Order { field: OrderField::Created, descending: true }],
        skip: 0,
        limit: 1,
        after: None,
    };
    Ok(app.jobs().jobs(&call.resource, &query).await?.items.first().map(|job| job.created))
}
