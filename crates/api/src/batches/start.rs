//! Starting a job.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{MEMBERS, StartRequest};
use super::check::check;
use crate::App;
use crate::error::{ApiError, Refusal};
use crate::reply::Json;
use crate::request::body::{collect, refuse_encoded};
use crate::request::options::changes;
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
    let request = {
        let body = collect(config, app.room(), &headers, body, config.max_json_bytes, too_large).await?;
        let body = parse(&body.bytes, config.max_json_depth)?;
        if body.wants_images() {
            options.image_text = Some(true);
        }
        check(body, options, config, app.engines())?
    };
    let job = app.jobs().submit(&call.resource, &request).await?;
    tracing::info!(job.id = %job.id, "accepted job {}", job.id);
    let location =
        format!("{}/translator/document/batches/{}?api-version={}", call.base, job.id, call.version.as_str());
    let accepted = Accepted { id: job.id.to_string(), status: job.status.as_str() };
    Ok((StatusCode::ACCEPTED, [(OPERATION_LOCATION, location)], Json(&accepted)).into_response())
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
