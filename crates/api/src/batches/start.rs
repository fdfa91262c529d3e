//! Starting a job.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use terjuman_jobs::{self as jobs, Repeated};
use terjuman_model::JobStatus;
use utoipa::ToSchema;

use super::body::{MEMBERS, StartRequest};
use super::check::check;
use crate::App;
use crate::error::{ApiError, Refusal};
use crate::reply::Json;
use crate::request::body::{collect, refuse_encoded};
use crate::request::options::changes;
use crate::request::repeat::{ACCEPTED, RESULT, repeat};
use crate::request::{Call, strict};

const OPERATION_LOCATION: HeaderName = HeaderName::from_static("operation-location");

/// The short answer to an accepted job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TranslationAccepted)]
pub(crate) struct Accepted {
    id: String,
    status: &'static str,
}

/// `POST /translator/document/batches`: 202 once the job is durable.
pub(crate) async fn start(
    State(app): State<App>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    refuse_encoded(&headers)?;
    if !is_json(&headers) {
        let message = "The body must be JSON, with the content type application/json.";
        return Err(ApiError::new(Refusal::UnsupportedMediaType, message).at("Content-Type"));
    }
    let mut options = changes(&headers)?;
    let config = app.http();
    let too_large = || {
        let message = format!("The request body is larger than {} bytes.", config.max_json_bytes);
        ApiError::new(Refusal::RequestTooLarge, message).at("body")
    };
    let (request, repeat) = {
        let body =
            collect(config, app.room(), &call.resource, &headers, body, config.max_json_bytes, too_large).await?;
        let repeat = repeat(&headers, &body.bytes)?;
        let body = parse(&body.bytes, config.max_json_depth)?;
        if body.wants_images() {
            options.image_text = Some(true);
        }
        (check(body, options, config, app.engines())?, repeat)
    };
    let id = match app.jobs().accept(&call.resource, &request, repeat.as_ref()).await? {
        jobs::Accepted::New(job) => {
            tracing::info!(job.id = %job.id, "accepted job {}", job.id);
            job.id
        }
        jobs::Accepted::Before(Repeated::Same(id)) => {
            tracing::info!(job.id = %id, "job {id} was asked for again");
            id
        }
        jobs::Accepted::Before(Repeated::OtherBody) => {
            let message =
                "This request id was used before for a request with another body or other options; give a new one.";
            return Err(ApiError::invalid("Repeatability-Request-ID", message));
        }
        jobs::Accepted::Before(Repeated::OutsideWindow) => {
            let message = "The request was first sent more than 24 hours from now; whether it was carried out is not \
                known any more. Look for its job, and give a new request id.";
            return Err(ApiError::new(Refusal::OutsideRepeatabilityWindow, message).at("Repeatability-First-Sent"));
        }
    };
    let location = format!("{}/translator/document/batches/{id}?api-version={}", call.base, call.version.as_str());
    // The same answer each time: what a job is when it is accepted.
    let accepted = Accepted { id: id.to_string(), status: JobStatus::NotStarted.as_str() };
    let mut response = (StatusCode::ACCEPTED, [(OPERATION_LOCATION, location)], Json(&accepted)).into_response();
    if repeat.is_some() {
        response.headers_mut().insert(RESULT, ACCEPTED);
    }
    Ok(response)
}

fn parse(bytes: &[u8], max_depth: usize) -> Result<StartRequest, ApiError> {
    let value = strict::read(bytes, MEMBERS, max_depth)?;
    if !value.is_object() {
        return Err(ApiError::invalid("body", "The request body must be a JSON object."));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        // What is in the wrong place may be a URL with its key, so it is not repeated.
        let path = error.path().to_string();
        let message = format!("'{path}' has the wrong JSON type.");
        ApiError::invalid(path, message)
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let structured = essence.strip_prefix("application/").is_some_and(|subtype| subtype.ends_with("+json"));
    structured || essence == "application/json" || essence == "text/json"
}
