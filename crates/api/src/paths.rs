//! Paths: made canonical before they are routed, and the ids in them.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Uri;
use axum::http::request::Parts;
use terjuman_model::{DocumentId, JobId};

use crate::App;
use crate::error::ApiError;

/// The path as it is routed: repeated slashes collapsed, no slash at its end, and fixed segments spelled as we spell
/// them. `None` if it is canonical already.
pub(crate) fn canonical(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let mut out = String::with_capacity(path.len());
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut api = false;
    for (index, segment) in segments.by_ref().enumerate() {
        out.push('/');
        let fixed = if index == 0 || (api && matches!(index, 1 | 2 | 4)) { fixed(segment) } else { None };
        api |= index == 0 && fixed == Some("translator");
        out.push_str(fixed.unwrap_or(segment));
    }
    if out.is_empty() {
        out.push('/');
    }
    if out == path {
        return None;
    }
    if let Some(query) = uri.query() {
        out.push('?');
        out.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    // A path made of the segments of a valid one is valid.
    parts.path_and_query = out.parse().ok();
    Uri::from_parts(parts).ok()
}

/// The segments that are not ids, in our spelling.
fn fixed(segment: &str) -> Option<&'static str> {
    const FIXED: [&str; 7] =
        ["translator", "document", "batches", "documents", "formats", "document:translate", "languages"];
    let known = FIXED.into_iter().find(|fixed| fixed.eq_ignore_ascii_case(segment));
    known.or_else(|| segment.eq_ignore_ascii_case("document%3Atranslate").then_some("document:translate"))
}

/// The job id in the path. What is no GUID is not found, like an id that nobody has.
pub(crate) struct Id(pub(crate) JobId);

/// The job id and the document id in the path.
pub(crate) struct Ids(pub(crate) JobId, pub(crate) DocumentId);

impl FromRequestParts<App> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| ApiError::not_found())?;
        param(&params, "id").map(Self)
    }
}

impl FromRequestParts<App> for Ids {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| ApiError::not_found())?;
        Ok(Self(param(&params, "id")?, param(&params, "document")?))
    }
}

/// The document id in the path of an operation that needs no job.
pub(crate) struct DocumentOf(pub(crate) DocumentId);

impl FromRequestParts<App> for DocumentOf {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| ApiError::not_found())?;
        param(&params, "document").map(Self)
    }
}

fn param<T: std::str::FromStr>(params: &RawPathParams, name: &str) -> Result<T, ApiError> {
    let text = params.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    // Hyphenated only: that is how every id is given out.
    text.filter(|text| text.len() == 36).and_then(|text| text.parse().ok()).ok_or_else(ApiError::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        let uri: Uri = path.parse().unwrap();
        assert_eq!(canonical(&uri).unwrap_or(uri).to_string(), expected);
    }

    #[test]
    fn fixed_segments_are_spelled_one_way_and_ids_are_left_alone() {
        check("//translator///document//batches/?a=//B", "/translator/document/batches?a=//B");
        check("/TRANSLATOR/Document/Batches/AbC/DOCUMENTS/dEf", "/translator/document/batches/AbC/documents/dEf");
        check("/translator/document%3atranslate", "/translator/document:translate");
        check("/Translator/DOCUMENT:Translate", "/translator/document:translate");
        check("/translator/document/batches/Documents", "/translator/document/batches/Documents");
        check("/", "/");
        check("//", "/");
        check("/other/BATCHES", "/other/BATCHES");
        check("/translator/..%2fx/%00", "/translator/..%2fx/%00");
    }
}
