//! From the SDK's errors to [`Failure`].

use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::HeaderName;

use crate::BlobError;
use crate::failure::{Failure, Fault, from_status, retry_after};

impl From<Error> for Failure {
    /// Conflicts (409 and 412) become [`BlobError::Exists`]: only a write asks for that. Reads turn them round.
    fn from(error: Error) -> Self {
        if let Some(fault) = find_fault(&error) {
            return fault.into();
        }
        match error.kind() {
            ErrorKind::HttpResponse { status, error_code, raw_response } => {
                let header = HeaderName::from_static("retry-after");
                let retry_after =
                    raw_response.as_ref().and_then(|raw| retry_after(raw.headers().get_optional_str(&header)));
                from_status(u16::from(*status), error_code.as_deref().unwrap_or(""), retry_after)
            }
            ErrorKind::Connection => Fault::Connect.into(),
            ErrorKind::Io => Fault::Broken.into(),
            // A body that is not what it should be; asking again is the job's decision.
            _ => BlobError::Invalid.into(),
        }
    }
}

/// The SDK wraps transport errors, once or more often.
fn find_fault(error: &Error) -> Option<Fault> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(fault) = inner.downcast_ref::<Fault>() {
            return Some(*fault);
        }
        if let Some(fault) = inner.downcast_ref::<Error>().and_then(|wrapped| wrapped.downcast_ref::<Fault>()) {
            return Some(*fault);
        }
        cause = inner.source();
    }
    None
}
