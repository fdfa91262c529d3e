//! The two files of a synchronous request: exactly one document, at most one glossary.

use std::ops::Range;

use axum::http::{HeaderMap, header};
use terjuman_pipeline::GlossaryFormat;

use super::header::Value;
use super::multipart::{self, FormError, Part};
use crate::HttpConfig;
use crate::batches::glossary_format_of;
use crate::error::{ApiError, Refusal};

/// Bytes of a file name that are looked at: its end, where the extension is.
const MAX_NAME: usize = 255;

/// The files, as ranges of the body.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) document: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) glossary: Option<(Range<usize>, GlossaryFormat)>,
}

/// The boundary of the body.
///
/// # Errors
/// 415 if it is no form; 400 if the boundary cannot be.
pub(super) fn boundary(headers: &HeaderMap) -> Result<String, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let content_type = Value::parse(&content_type.unwrap_or_default());
    if content_type.essence != "multipart/form-data" {
        let message = "The body must be a form, with the content type multipart/form-data.";
        return Err(ApiError::new(Refusal::UnsupportedMediaType, message).at("Content-Type"));
    }
    multipart::boundary(&content_type).map(str::to_owned).map_err(|error| malformed(error, "Content-Type"))
}

/// Finds the files in the body.
///
/// # Errors
/// 400 naming what is missing, too many, or too large.
pub(super) fn files(body: &[u8], boundary: &str, config: &HttpConfig) -> Result<Files, ApiError> {
    let parts = multipart::parts(body, boundary, config.sync_max_parts, config.sync_max_part_header_bytes)
        .map_err(|error| malformed(error, "body"))?;
    let named = |name: &str| parts.iter().filter(|part| part.name.as_deref() == Some(name)).collect::<Vec<_>>();
    let (documents, glossaries) = (named("document"), named("glossary"));
    let [document] = documents.as_slice() else {
        let message = format!("The form needs exactly one part named document; it has {}.", documents.len());
        return Err(ApiError::new(Refusal::MissingDocument, message).at("document"));
    };
    if document.content.len() > config.sync_max_document_bytes {
        return Err(document_too_large(config));
    }
    let glossary = match glossaries.as_slice() {
        [] => None,
        [glossary] if glossary.content.len() > config.sync_max_glossary_bytes => {
            let message = format!("The glossary is larger than {} bytes.", config.sync_max_glossary_bytes);
            let failure = terjuman_model::Failure::new(terjuman_model::FailureCode::InvalidGlossary, message);
            return Err(failure.into());
        }
        [glossary] => Some((glossary.content.clone(), format_of(glossary))),
        _ => {
            let message = "A synchronous translation takes at most one glossary.";
            return Err(ApiError::new(Refusal::MaxGlossaryFilesExceeded, message).at("GlossaryBodies"));
        }
    };
    Ok(Files {
        document: document.content.clone(),
        name: document.file_name.as_deref().map(end_of),
        content_type: document.content_type.clone(),
        glossary,
    })
}

/// A document over the limit is a bad document, not a body that is too large: that is the contract.
pub(super) fn document_too_large(config: &HttpConfig) -> ApiError {
    let message = format!(
        "The document is larger than {} bytes, which is the limit for synchronous translation; start a batch job for it.",
        config.sync_max_document_bytes
    );
    terjuman_model::Failure::new(terjuman_model::FailureCode::MaxDocumentSizeExceeded, message).into()
}

fn malformed(error: FormError, target: &str) -> ApiError {
    ApiError::invalid(target, format!("The form cannot be read: {error}."))
}

fn format_of(glossary: &Part) -> GlossaryFormat {
    let by_type = || {
        let essence = Value::parse(glossary.content_type.as_deref()?).essence;
        let mut entries = terjuman_pipeline::glossary_formats().iter();
        let entry = entries.find(|entry| entry.content_types.contains(&essence.as_str()))?;
        glossary_format_of(entry.extensions.first()?)
    };
    glossary.file_name.as_deref().and_then(glossary_format_of).or_else(by_type).unwrap_or(GlossaryFormat::Csv)
}

/// The end of a name: its extension is all that is asked of it, and it goes nowhere else.
fn end_of(name: &str) -> String {
    let start = name.len().saturating_sub(MAX_NAME);
    let start = (start..=name.len()).find(|at| name.is_char_boundary(*at)).unwrap_or(name.len());
    name[start..].to_owned()
}
