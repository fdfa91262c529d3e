//! A failed try of a call, and whether the call is worth repeating at once.

use std::time::Duration;

use crate::BlobError;

/// A storage that asks for more patience than this is asked again by the job, not by the call.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(60);

/// What went wrong on the way, without any URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("refused by policy: {0}")]
    Refused(&'static str),
    #[error("no connection")]
    Connect,
    #[error("the connection broke")]
    Broken,
    #[error("no byte for too long")]
    Idle,
    #[error("the answer is too long")]
    TooLong,
    #[error("the answer does not fit the request")]
    Nonsense,
    #[error("the request cannot be built")]
    Request,
    #[error("there are no credentials for it")]
    Credentials,
}

/// A failed try.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: BlobError,
    pub(crate) again: Again,
}

/// Whether to repeat an idempotent call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// It would end the same way.
    No,
    /// The storage answered, or began to: soon it may do better. Not before this long.
    Soon(Duration),
    /// Nothing answered at all. Repeating is for a storage that was there a moment ago; at first contact the caller
    /// shall hear of it within the time to connect.
    IfSeenBefore,
}

impl From<BlobError> for Failure {
    fn from(error: BlobError) -> Self {
        Self { error, again: Again::No }
    }
}

impl Failure {
    pub(crate) fn soon(error: BlobError) -> Self {
        Self { error, again: Again::Soon(Duration::ZERO) }
    }

    /// An answer that is cut short: the same call may bring the whole.
    pub(crate) fn short_read() -> Self {
        Self::soon(BlobError::Unreachable)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(reason) => BlobError::Refused(reason).into(),
            Fault::Connect => Failure { error: BlobError::Unreachable, again: Again::IfSeenBefore },
            Fault::Broken | Fault::Idle => Failure::soon(BlobError::Unreachable),
            Fault::Credentials => BlobError::Forbidden.into(),
            Fault::TooLong | Fault::Nonsense | Fault::Request => BlobError::Invalid.into(),
        }
    }
}

/// What an HTTP status and the storage's own code for it mean.
///
/// Conflicts (409 and 412) become [`BlobError::Exists`]: only a write asks for that. Reads turn them round.
pub(crate) fn from_status(status: u16, code: &str, retry_after: Option<Duration>) -> Failure {
    let wait = retry_after.unwrap_or_default();
    match (status, code) {
        (300..=399, _) => BlobError::Refused("the storage redirects elsewhere").into(),
        (401 | 403, _)
        | (400, "InvalidAuthenticationInfo" | "AuthenticationFailed")
        | (409, "PublicAccessNotPermitted") => BlobError::Forbidden.into(),
        (400, "ExpiredToken" | "InvalidToken" | "AuthorizationHeaderMalformed") => BlobError::Forbidden.into(),
        (400, "BadDigest" | "Md5Mismatch" | "XAmzContentSHA256Mismatch" | "RequestTimeout") => {
            Failure::soon(BlobError::Unreachable)
        }
        (409, "ConditionalRequestConflict" | "OperationAborted") => Failure::soon(BlobError::Unreachable),
        (404, _) | (409, "ContainerBeingDeleted") => BlobError::NotFound.into(),
        (409 | 412, _) => BlobError::Exists.into(),
        (400, "InvalidResourceName" | "InvalidUri" | "OutOfRangeInput" | "KeyTooLongError" | "InvalidBucketName") => {
            BlobError::BadName("the storage does not take it").into()
        }
        (429, _) | (503, "ServerBusy" | "SlowDown") => {
            Failure { error: BlobError::Throttled { retry_after }, again: Again::Soon(wait) }
        }
        (408 | 500 | 502..=599, _) => Failure { error: BlobError::Failing { retry_after }, again: Again::Soon(wait) },
        _ => BlobError::Invalid.into(),
    }
}

/// What `Retry-After` says. Seconds only; a date would need a clock, and storage sends seconds.
pub(crate) fn retry_after(text: Option<&str>) -> Option<Duration> {
    let text = text?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Digits that overflow are a long time too.
    Some(text.parse().map_or(RETRY_AFTER_CAP, Duration::from_secs).min(RETRY_AFTER_CAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, code: &str, expected: &str) {
        let failure = from_status(status, code, None);
        assert_eq!(format!("{:?} {:?}", failure.error, failure.again), expected, "{status} {code}");
    }

    #[test]
    fn statuses_and_codes() {
        check(403, "AuthenticationFailed", "Forbidden No");
        check(403, "AuthorizationFailure", "Forbidden No");
        check(403, "AuthorizationPermissionMismatch", "Forbidden No");
        check(401, "NoAuthenticationInformation", "Forbidden No");
        check(400, "InvalidAuthenticationInfo", "Forbidden No");
        check(409, "PublicAccessNotPermitted", "Forbidden No");
        check(404, "BlobNotFound", "NotFound No");
        check(404, "ContainerNotFound", "NotFound No");
        check(404, "ResourceNotFound", "NotFound No");
        check(409, "ContainerBeingDeleted", "NotFound No");
        check(409, "BlobAlreadyExists", "Exists No");
        check(412, "ConditionNotMet", "Exists No");
        check(400, "InvalidResourceName", "BadName(\"the storage does not take it\") No");
        check(400, "SomethingElse", "Invalid No");
        check(418, "", "Invalid No");
        check(307, "", "Refused(\"the storage redirects elsewhere\") No");
        check(429, "", "Throttled { retry_after: None } Soon(0ns)");
        check(503, "ServerBusy", "Throttled { retry_after: None } Soon(0ns)");
        check(503, "", "Failing { retry_after: None } Soon(0ns)");
        check(500, "InternalError", "Failing { retry_after: None } Soon(0ns)");
        check(408, "", "Failing { retry_after: None } Soon(0ns)");
        check(501, "", "Invalid No");
    }

    #[test]
    fn patience_is_capped() {
        let after = |text: &str| retry_after(Some(text)).map(|wait| wait.as_secs());
        assert_eq!(after("0"), Some(0));
        assert_eq!(after("7"), Some(7));
        assert_eq!(after("1000000000"), Some(60));
        assert_eq!(after("99999999999999999999999999"), Some(60));
        assert_eq!(after("-1"), None);
        assert_eq!(after("+1"), None);
        assert_eq!(after(""), None);
        assert_eq!(after("Fri, 31 Dec 2027 23:59:59 GMT"), None);
        assert_eq!(retry_after(None), None);
    }
}
