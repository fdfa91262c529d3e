//! The synchronous operation: a bounded number at a time, on blocking threads, stopped at the deadline or when the
//! caller leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use terjuman_model::{Failure, FailureCode, LanguageTag, ResourceId};
use terjuman_pipeline::{GlossaryFile, Options, Output, Request, Translator, Watch};
use tokio::time::timeout;
use uuid::Uuid;

use super::form::{self, Files};
use crate::batches::{check_pair, source_language, target_language};
use crate::error::{ApiError, Refusal};
use crate::request::Call;
use crate::request::body::{Collected, collect, refuse_encoded};
use crate::request::client_id::CLIENT_REQUEST_ID;
use crate::request::options::changes;
use crate::request::version::ApiVersion;
use crate::{App, reports};

const METERED_USAGE: HeaderName = HeaderName::from_static("x-metered-usage");
const REPORT: HeaderName = HeaderName::from_static("terjuman-report");
const SCANS_SUCCEEDED: HeaderName = HeaderName::from_static("total-image-scans-succeeded");
const SCANS_FAILED: HeaderName = HeaderName::from_static("total-image-scans-failed");

/// What the query asks for.
struct Parameters {
    source: Option<LanguageTag>,
    target: LanguageTag,
    engine: Arc<dyn Translator>,
    options: Options,
}

/// `POST /translator/document:translate`: the translated document.
pub(crate) async fn translate(
    State(app): State<App>,
    call: Call,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    refuse_encoded(&headers)?;
    let boundary = form::boundary(&headers)?;
    let parameters = parameters(&app, &call, &headers)?;
    let config = app.http();
    if !app.sync_slots().have_room(&call.resource) {
        return Err(no_slot());
    }
    let too_large = || form::document_too_large(config);
    let body =
        collect(config, app.room(), &call.resource, &headers, body, config.sync_max_body_bytes, too_large).await?;
    let files = form::files(&body.bytes, &boundary, config)?;
    let output = run(app, &call.resource, parameters, body, files).await?;
    tracing::info!(
        characters = output.characters,
        lang.source = output.source.code(),
        format = output.format.entry().name,
        "translated a document synchronously"
    );
    Ok(answer(output, call.version))
}

fn parameters(app: &App, call: &Call, headers: &HeaderMap) -> Result<Parameters, ApiError> {
    let query = &call.query;
    let text = query.one("targetLanguage")?.ok_or_else(|| {
        ApiError::new(Refusal::InvalidToLanguage, "The query parameter targetLanguage is required.")
            .at("targetLanguage")
    })?;
    let target = target_language(text, "targetLanguage")?;
    let source = query.one("sourceLanguage")?.map(|text| source_language(text, "sourceLanguage")).transpose()?;
    let mut options = changes(headers)?;
    for name in ["translateTextWithinImage", "translateWithinImage"] {
        if query.flag(name)? == Some(true) {
            options.image_text = Some(true);
        }
    }
    let allow_fallback = query.flag("allowFallback")?.unwrap_or(true);
    let (deployment, category) = (query.one("deploymentName")?, query.one("category")?);
    let engine = app.engines().pick(deployment, category, allow_fallback).map_err(|error| {
        let message = format!("There is no engine of that name; there are: {}.", error.known.join(", "));
        let target = if deployment == Some(error.name.as_str()) { "deploymentName" } else { "category" };
        ApiError::from(Failure::new(FailureCode::InvalidDeployment, message)).at(target)
    })?;
    check_pair(&*engine, (source.as_ref(), "sourceLanguage"), (&target, "targetLanguage"))?;
    Ok(Parameters { source, target, engine, options: app.options().with(&options) })
}

/// Waits for a slot, then translates on a blocking thread.
async fn run(
    app: App,
    resource: &ResourceId,
    parameters: Parameters,
    body: Collected,
    files: Files,
) -> Result<Output, ApiError> {
    let (wait, deadline) = (app.http().sync_wait(), Duration::from_millis(app.http().sync_deadline_ms));
    let Ok(Ok(slot)) = timeout(wait, app.sync_slots().acquire(resource)).await else {
        return Err(no_slot());
    };
    let leave = Leave(Arc::new(AtomicBool::new(false)));
    let watch = Left(Arc::clone(&leave.0));
    let working = app.at_work().synchronous();
    let work = tokio::task::spawn_blocking(move || {
        let _here = working.here();
        let glossaries: Vec<_> = files
            .glossary
            .map(|(range, format)| GlossaryFile { bytes: body.bytes[range].to_vec(), format })
            .into_iter()
            .collect();
        let request = Request {
            bytes: &body.bytes[files.document],
            name: files.name.as_deref(),
            content_type: files.content_type.as_deref(),
            source: parameters.source,
            target: parameters.target,
            engine: &*parameters.engine,
            glossaries: &glossaries,
            options: &parameters.options,
            limits: app.limits(),
        };
        let output = terjuman_pipeline::translate(&request, &watch);
        // The slot is free when the thread is, not when the caller has left.
        drop(slot);
        output
    });
    // Dropped with this future when the caller leaves, and at the deadline: then the work stops.
    let _leave = leave;
    match timeout(deadline, work).await {
        Ok(Ok(output)) => Ok(output.map_err(Failure::from)?),
        Ok(Err(error)) => {
            tracing::error!(%error, "a synchronous translation ended without a result");
            Err(ApiError::internal())
        }
        Err(_) => {
            let message = format!(
                "The translation takes longer than {} seconds, which is the limit of a synchronous call; start a batch job.",
                deadline.as_secs()
            );
            Err(Failure::new(FailureCode::DocumentTimedOut, message).into())
        }
    }
}

fn no_slot() -> ApiError {
    ApiError::rate_too_high("The server is translating as many documents as it can. Try again.")
}

/// Tells the work that nobody waits for it any more, when it is dropped.
struct Leave(Arc<AtomicBool>);

impl Drop for Leave {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Left(Arc<AtomicBool>);

impl Watch for Left {
    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn answer(output: Output, version: ApiVersion) -> Response {
    let report = HeaderValue::try_from(reports::in_short(&output.report));
    let mut response = output.bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(report) = report {
        headers.insert(REPORT, report);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(METERED_USAGE, HeaderValue::from(output.characters));
    if version.is_newer() {
        headers.insert(SCANS_SUCCEEDED, HeaderValue::from(0));
        headers.insert(SCANS_FAILED, HeaderValue::from(0));
    }
    // The front puts the client's own in its place, if it gave one.
    if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
        headers.insert(CLIENT_REQUEST_ID, id);
    }
    response
}
