//! Everything a request can be refused with: the one place that knows HTTP statuses and error codes.
//!
//! Two audiences, two messages: the body tells callers what they can do; what happened inside is logged here, once,
//! and never shown.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use terjuman_jobs::JobsError;
use terjuman_model::{Failure, FailureCode};
use utoipa::ToSchema;

use crate::reply::JSON;

pub(crate) const ERROR_CODE: HeaderName = HeaderName::from_static("x-ms-error-code");

/// What kind of refusal it is. Decides status, outer and inner code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No key, or a wrong one.
    Unauthorized,
    /// `api-version` is missing.
    MissingApiVersion,
    /// `api-version` is none of ours.
    UnsupportedApiVersion,
    /// A parameter or member has a value that cannot be.
    InvalidParameter,
    /// A parameter or member is missing.
    MissingParameter,
    /// The target language is unknown, or no engine translates into it.
    InvalidToLanguage,
    /// The source language is unknown, or no engine translates from it.
    InvalidFromLanguage,
    /// No part `document`, or several.
    MissingDocument,
    /// Several parts `glossary`.
    MaxGlossaryFilesExceeded,
    /// No option of that name, or a value that it has not.
    InvalidOption,
    /// No job or document of that id.
    NotFound,
    /// The document has no report yet.
    ReportNotReady,
    /// The document ended without anybody having worked on it to an end.
    NoReport,
    /// No such path.
    NoSuchPath,
    /// The path knows other methods.
    MethodNotAllowed,
    /// The job is finished already.
    OperationAlreadyCompleted,
    /// The job has not ended.
    OperationNotCompleted,
    /// The request was first sent too long ago to be repeated.
    OutsideRepeatabilityWindow,
    /// The body is too large.
    RequestTooLarge,
    /// Path and query are too long.
    UriTooLong,
    /// The headers are too long, or too many.
    HeadersTooLarge,
    /// What came is no request.
    BadRequest,
    /// The body's type is not the one expected.
    UnsupportedMediaType,
    /// The body is compressed.
    UnsupportedContentEncoding,
    /// The body came too slowly.
    RequestTimedOut,
    /// Too many requests, or no room for this one.
    RequestRateTooHigh,
    /// Our fault.
    InternalServerError,
    /// The store does not answer.
    ServiceTemporaryUnavailable,
    /// A document that is translated synchronously failed.
    Document(FailureCode),
}

/// A request refused. Its message is meant for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) refusal: Refusal,
    message: String,
    target: Option<String>,
}

/// The body of every refused request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorResponse {
    pub(crate) error: ErrorBody,
}

/// An error, of a request, a job or a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    /// The kind of error.
    pub(crate) code: &'static str,
    /// What went wrong and what to do.
    pub(crate) message: String,
    /// The parameter or member at fault; `Operation` for a job, `Document` for a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) target: Option<String>,
    /// The exact error.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) inner_error: Option<InnerError>,
}

/// The exact error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InnerError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    /// Status, outer code, inner code.
    fn row(self) -> (StatusCode, &'static str, Option<&'static str>) {
        use StatusCode as S;
        match self {
            // What the service's gateway sends: a string of digits, and no inner error.
            Self::Unauthorized => (S::UNAUTHORIZED, "401", None),
            Self::MissingApiVersion => (S::BAD_REQUEST, "InvalidArgument", Some("MissingApiVersion")),
            Self::UnsupportedApiVersion => (S::BAD_REQUEST, "InvalidArgument", Some("UnsupportedApiVersion")),
            Self::InvalidParameter => (S::BAD_REQUEST, "InvalidRequest", Some("InvalidParameter")),
            Self::MissingParameter => (S::BAD_REQUEST, "InvalidRequest", Some("MissingParameter")),
            Self::InvalidToLanguage => (S::BAD_REQUEST, "InvalidRequest", Some("InvalidToLanguage")),
            Self::InvalidFromLanguage => (S::BAD_REQUEST, "InvalidRequest", Some("InvalidFromLanguage")),
            Self::MissingDocument => (S::BAD_REQUEST, "InvalidRequest", Some("MissingDocument")),
            Self::MaxGlossaryFilesExceeded => (S::BAD_REQUEST, "InvalidRequest", Some("MaxGlossaryFilesExceeded")),
            Self::InvalidOption => (S::BAD_REQUEST, "InvalidArgument", Some("InvalidOption")),
            Self::ReportNotReady => (S::NOT_FOUND, "ResourceNotFound", Some("ReportNotReady")),
            Self::NoReport => (S::NOT_FOUND, "ResourceNotFound", Some("NoReport")),
            Self::NotFound | Self::NoSuchPath => (S::NOT_FOUND, "ResourceNotFound", Some("ResourceNotFound")),
            Self::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, "InvalidRequest", Some("MethodNotAllowed")),
            Self::OperationAlreadyCompleted => (S::CONFLICT, "Conflict", Some("OperationAlreadyCompleted")),
            Self::OperationNotCompleted => (S::CONFLICT, "Conflict", Some("OperationNotCompleted")),
            Self::OutsideRepeatabilityWindow => {
                (S::PRECONDITION_FAILED, "InvalidRequest", Some("OutsideRepeatabilityWindow"))
            }
            Self::RequestTooLarge => (S::PAYLOAD_TOO_LARGE, "InvalidRequest", Some("RequestTooLarge")),
            Self::UriTooLong => (S::URI_TOO_LONG, "InvalidRequest", Some("UriTooLong")),
            Self::HeadersTooLarge => {
                (S::REQUEST_HEADER_FIELDS_TOO_LARGE, "InvalidRequest", Some("RequestHeaderFieldsTooLarge"))
            }
            Self::BadRequest => (S::BAD_REQUEST, "InvalidRequest", Some("BadRequest")),
            Self::UnsupportedMediaType => (S::UNSUPPORTED_MEDIA_TYPE, "InvalidRequest", Some("UnsupportedMediaType")),
            Self::UnsupportedContentEncoding => {
                (S::UNSUPPORTED_MEDIA_TYPE, "InvalidRequest", Some("UnsupportedContentEncoding"))
            }
            Self::RequestTimedOut => (S::REQUEST_TIMEOUT, "InvalidRequest", Some("RequestTimedOut")),
            Self::RequestRateTooHigh => (S::TOO_MANY_REQUESTS, "RequestRateTooHigh", Some("RequestRateTooHigh")),
            Self::InternalServerError => (S::INTERNAL_SERVER_ERROR, "InternalServerError", Some("InternalServerError")),
            Self::ServiceTemporaryUnavailable => {
                (S::SERVICE_UNAVAILABLE, "ServiceUnavailable", Some("ServiceTemporaryUnavailable"))
            }
            Self::Document(code) => {
                let outer = outer_code(code);
                let status = if outer == "InternalServerError" { S::INTERNAL_SERVER_ERROR } else { S::BAD_REQUEST };
                (status, outer, Some(code.as_str()))
            }
        }
    }

    #[cfg(test)]
    fn all() -> Vec<Self> {
        let own = [
            Self::Unauthorized,
            Self::MissingApiVersion,
            Self::UnsupportedApiVersion,
            Self::InvalidParameter,
            Self::MissingParameter,
            Self::InvalidToLanguage,
            Self::InvalidFromLanguage,
            Self::MissingDocument,
            Self::MaxGlossaryFilesExceeded,
            Self::InvalidOption,
            Self::NotFound,
            Self::ReportNotReady,
            Self::NoReport,
            Self::NoSuchPath,
            Self::MethodNotAllowed,
            Self::OperationAlreadyCompleted,
            Self::OperationNotCompleted,
            Self::OutsideRepeatabilityWindow,
            Self::RequestTooLarge,
            Self::UriTooLong,
            Self::HeadersTooLarge,
            Self::BadRequest,
            Self::UnsupportedMediaType,
            Self::UnsupportedContentEncoding,
            Self::RequestTimedOut,
            Self::RequestRateTooHigh,
            Self::InternalServerError,
            Self::ServiceTemporaryUnavailable,
        ];
        own.into_iter().chain(FailureCode::ALL.iter().copied().map(Self::Document)).collect()
    }
}

/// The outer code of a job's or a document's failure.
fn outer_code(code: FailureCode) -> &'static str {
    use FailureCode as F;
    match code {
        F::InternalServerError | F::TranslationFailed | F::VerificationFailed | F::DocumentCrashed => {
            "InternalServerError"
        }
        F::NoTranslatableText
        | F::WrongDocumentEncoding
        | F::InvalidFormat
        | F::MaxDocumentSizeExceeded
        | F::DocumentEncrypted
        | F::CorruptDocument
        | F::DocumentTooComplex
        | F::InvalidGlossary
        | F::InvalidDeployment
        | F::InvalidToLanguage
        | F::InvalidFromLanguage
        | F::InvalidDocumentAccessLevel
        | F::InvalidTargetDocumentAccessLevel
        | F::TargetFileAlreadyExists
        | F::NoDocumentsFound
        | F::MaxDocumentsExceeded
        | F::MaxTotalSizeExceeded
        | F::SourceChanged
        | F::StorageUnavailable
        | F::DocumentTimedOut
        | F::Cancelled => "InvalidRequest",
    }
}

/// What a job or document says about its failure. The inner error is always there: clients show it.
pub(crate) fn failure_body(failure: &Failure, target: &'static str) -> ErrorBody {
    ErrorBody {
        code: outer_code(failure.code),
        message: failure.message.clone(),
        target: Some(target.to_owned()),
        inner_error: Some(InnerError { code: failure.code.as_str(), message: failure.message.clone() }),
    }
}

impl ApiError {
    pub(crate) fn new(refusal: Refusal, message: impl Into<String>) -> Self {
        Self { refusal, message: message.into(), target: None }
    }

    /// Names what was at fault.
    pub(crate) fn at(self, target: impl Into<String>) -> Self {
        Self { target: Some(target.into()), ..self }
    }

    pub(crate) fn unauthorized() -> Self {
        let message = "Access denied: the subscription key is missing or not valid for this endpoint.";
        Self::new(Refusal::Unauthorized, message)
    }

    pub(crate) fn invalid(target: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Refusal::InvalidParameter, message).at(target)
    }

    pub(crate) fn missing(target: impl Into<String>) -> Self {
        let target = target.into();
        Self::new(Refusal::MissingParameter, format!("'{target}' is required.")).at(target)
    }

    /// The same words for an id that is no GUID, one that is unknown, and one of somebody else: no oracle.
    pub(crate) fn not_found() -> Self {
        Self::new(
            Refusal::NotFound,
            "There is no such resource. Check the id; records are deleted some time after their end.",
        )
    }

    pub(crate) fn rate_too_high(message: impl Into<String>) -> Self {
        Self::new(Refusal::RequestRateTooHigh, message)
    }

    pub(crate) fn internal() -> Self {
        Self::new(
            Refusal::InternalServerError,
            "The server failed to handle the request. The request id finds the cause in its log.",
        )
    }

    /// Nothing is promised: what was asked for may have been done.
    pub(crate) fn took_too_long() -> Self {
        Self::new(
            Refusal::ServiceTemporaryUnavailable,
            "The server did not come to an answer in time. If the request was to change something, it may have done so: \
            look before you send it again, or send it with a Repeatability-Request-ID.",
        )
    }

    /// What was at fault.
    #[cfg(test)]
    pub(crate) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// Status, outer code and body.
    pub(crate) fn parts(&self) -> (StatusCode, &'static str, Vec<u8>) {
        let (status, code, inner) = self.refusal.row();
        let inner_error = inner.map(|code| InnerError { code, message: self.message.clone() });
        let error = ErrorBody { code, message: self.message.clone(), target: self.target.clone(), inner_error };
        // Texts alone: nothing of it can fail.
        (status, code, serde_json::to_vec(&ErrorResponse { error }).unwrap_or_default())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.refusal.row().0
    }
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Busy => {
                tracing::warn!("the job store is busy");
                Self::new(Refusal::ServiceTemporaryUnavailable, "The server is busy. Try again.")
            }
            JobsError::QueueFull { limit, shared } => {
                let whose = if shared { "on this server" } else { "of yours" };
                let message =
                    format!("There are {limit} open documents {whose} already. Try again when some have ended.");
                Self::rate_too_high(message)
            }
            JobsError::DiskFull => {
                tracing::error!("the disk of the job database is full, or nearly: no job is accepted");
                let message = "The server's disk is nearly full, so it accepts no jobs. Try again later.";
                Self::new(Refusal::ServiceTemporaryUnavailable, message)
            }
            JobsError::Invalid(_) => {
                tracing::error!(error = %error, "the job store holds a value that makes no sense");
                Self::internal()
            }
            // Also what a later version of the engine may add: nothing was accepted, so the caller may try again.
            _ => {
                tracing::error!(error = %error, "the job store failed");
                Self::new(Refusal::ServiceTemporaryUnavailable, "The server cannot reach its store. Try again later.")
            }
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        let target = match failure.code {
            FailureCode::InvalidToLanguage => "targetLanguage",
            FailureCode::InvalidFromLanguage => "sourceLanguage",
            FailureCode::InvalidGlossary => "glossary",
            FailureCode::InvalidDeployment => "deploymentName",
            _ => "document",
        };
        Self::new(Refusal::Document(failure.code), failure.message).at(target)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, body) = self.parts();
        let mut response = (status, [(header::CONTENT_TYPE, JSON)], body).into_response();
        response.headers_mut().insert(ERROR_CODE, HeaderValue::from_static(code));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_status_and_codes() {
        let lines: Vec<String> = Refusal::all()
            .into_iter()
            .map(|refusal| {
                let (status, outer, inner) = refusal.row();
                format!("{refusal:?}: {} {outer} / {}", status.as_u16(), inner.unwrap_or("-"))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[tokio::test]
    async fn a_body_has_the_members_that_clients_read_and_no_null() {
        let body_of = async |error: ApiError| {
            let response = error.into_response();
            let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
        };
        insta::assert_json_snapshot!(body_of(ApiError::invalid("top", "The value of 'top' is not a number.")).await);
        insta::assert_json_snapshot!(body_of(ApiError::unauthorized()).await);
    }

    #[test]
    fn what_happened_inside_is_not_shown() {
        let error = ApiError::from(JobsError::Store("disk /var/lib/x is full".into()));
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!error.message.contains("/var"));
        assert_eq!(ApiError::from(JobsError::Invalid("total")).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
