//! What every answer over HTTP goes through: bodies with an end, errors without a URL.

use std::error::Error as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use md5::{Digest as _, Md5};
use time::OffsetDateTime;

use crate::failure::Fault;
use crate::guard::Denied;

/// The most of an answer that is not a file: a page of a listing, an error.
pub(crate) const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// A body that ends with a fault when nothing comes for `idle`, or when more than `cap` bytes come.
pub(crate) fn bounded<S>(body: S, idle: Duration, cap: u64) -> impl Stream<Item = Result<Bytes, Fault>> + Send
where
    S: Stream<Item = reqwest::Result<Bytes>> + Send + Unpin + 'static,
{
    stream::unfold(Some((body, 0_u64)), move |state| async move {
        let (mut body, before) = state?;
        let chunk = match tokio::time::timeout(idle, body.next()).await {
            Err(_) => Err(Fault::Idle),
            Ok(None) => return None,
            Ok(Some(Err(error))) => Err(fault(&error)),
            Ok(Some(Ok(chunk))) => Ok(chunk),
        };
        match chunk {
            Err(fault) => Some((Err(fault), None)),
            Ok(chunk) => {
                let received = before.saturating_add(chunk.len() as u64);
                if received > cap {
                    return Some((Err(Fault::TooLong), None));
                }
                Some((Ok(chunk), Some((body, received))))
            }
        }
    })
    .boxed()
}

/// What `reqwest` says, which may quote the URL, reduced to what happened.
pub(crate) fn fault(error: &reqwest::Error) -> Fault {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<Denied>() {
            return Fault::Refused("none of its host's addresses is public");
        }
        cause = inner.source();
    }
    if error.is_connect() {
        Fault::Connect
    } else if error.is_builder() {
        Fault::Request
    } else {
        Fault::Broken
    }
}

/// Whether the storage's checksum, in base64, is that of the content.
pub(crate) fn is_md5(sum: &str, content: &[u8]) -> bool {
    sum.trim() == BASE64_STANDARD.encode(Md5::digest(content))
}

/// The machine's time, for signatures alone: the storage judges them by its own clock, so a test's would not do. What
/// signs takes the time as a parameter.
#[expect(clippy::disallowed_methods, reason = "signatures name the time at which they were made")]
pub(crate) fn signing_time() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
