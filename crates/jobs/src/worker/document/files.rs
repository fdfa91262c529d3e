//! The files of a document: its source is read, its output written, and what goes wrong with them gets a name.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use terjuman_blobs::{BlobError, Container, Created, Stamp};
use terjuman_model::{Failure, FailureCode, hexadecimal};
use terjuman_pipeline::Output;
use tokio::time::{sleep, timeout};

use super::{End, Work, ask};
use crate::worker::held::{Held, Reason};
use crate::worker::{GRACE, Shared};
use crate::{JobInput, JobTarget, Outcome, Standing, StorageKind};

pub(super) async fn read(shared: &Shared, input: &JobInput, work: &Work) -> Result<Bytes, End> {
    let limit = shared.config.max_document_bytes;
    let opened = match input.kind {
        StorageKind::Folder => work.stores.folder(&input.source.location),
        StorageKind::File => work.stores.file(&input.source.location).map(|(container, _)| container),
    };
    let container = opened.map_err(|error| source_failure(&error, limit))?;
    match container.read(&work.source_name, work.source_etag.as_deref(), limit).await {
        // Somebody wrote to it since it was listed: what is there now is translated, if it holds still.
        Err(BlobError::Changed) => read_fresh(&*container, &work.source_name, limit).await,
        other => other,
    }
    .map_err(|error| source_failure(&error, limit))
}

async fn read_fresh(container: &dyn Container, name: &str, limit: u64) -> Result<Bytes, BlobError> {
    let now = container.head(name).await?;
    container.read(name, now.etag.as_deref(), limit).await
}

pub(super) async fn write(
    shared: &Shared,
    held: &Held,
    work: &Work,
    input: &JobInput,
    target: &JobTarget,
    output: Output,
) -> Result<Outcome, End> {
    let container = target_container(work, input, target).map_err(|error| target_failure(&error))?;
    let sha256 = hexadecimal(&Sha256::digest(&output.bytes));
    let content_type = output.format.entry().content_type_of(&work.target_name);
    let fence = held.lease().token();
    let stamp = Stamp { document: work.id, fence, characters: output.characters, sha256 };
    shared.points.pass("before put").await;
    // Without the store nobody knows whose document this is. A folder does not commit what it has not answered for.
    let (store, local) = (shared.jobs.store(), target.location.url().scheme() == "file");
    let lease = held.lease();
    let may_write = || async move { if local { store.standing(lease).await } else { store.begin_write(lease).await } };
    let content = Bytes::from(output.bytes);
    loop {
        match ask(shared, held, may_write).await? {
            Standing::Held => {}
            Standing::Cancelled => return Err(End::Stopped(Reason::Cancelled)),
            Standing::Lost => return Err(End::Stopped(Reason::Lost)),
        }
        // The answer may be as old as the process stood still: by this machine's own clock the lease holds, too.
        if held.is_overdue(shared.holder.lease) {
            return Err(End::Stopped(Reason::Lost));
        }
        // Not stopped by a cancel from here on: a file that begins to appear is reported. It is by the end of the lease:
        // then others may look whether a file is there, and what is still on its way would come after them.
        let create = container.create(&work.target_name, content.clone(), content_type, &stamp);
        let created = tokio::select! {
            biased;
            () = held.overdue(shared.holder.lease) => return Err(End::Stopped(Reason::Lost)),
            created = held.while_writing(create) => created,
        };
        shared.points.pass("after put").await;
        match created {
            Ok(Created::Before) => match may_be_replaced(&*container, work).await {
                None => break,
                Some(left) => held.unless_stopped(sleep(left)).await?,
            },
            Ok(Created::Now | Created::Instead) => break,
            Err(error) => {
                // The answer may be lost and the file there, or still on its way. What is there under this lease stays.
                if error.is_transient()
                    && let Ok(Some(found)) = written_before(&*container, work).await
                    && found.fence == fence
                {
                    return Ok(outcome_of(found));
                }
                return Err(target_failure(&error));
            }
        }
    }
    Ok(Outcome::Succeeded { characters: output.characters, sha256: stamp.sha256 })
}

/// What lies there is the same output, but not by this lease: if another one sent something else since, that may replace it
/// yet, for so long. What this lease wrote has a version of its own, and replaces whatever comes late.
async fn may_be_replaced(container: &dyn Container, work: &Work) -> Option<Duration> {
    let unsettled = work.unsettled()?;
    match written_before(container, work).await {
        Ok(Some(found)) if found.fence >= unsettled.under => None,
        _ => Some(unsettled.left),
    }
}

pub(super) fn target_container(
    work: &Work,
    input: &JobInput,
    target: &JobTarget,
) -> Result<Arc<dyn Container>, BlobError> {
    match input.kind {
        StorageKind::Folder => work.stores.folder(&target.location),
        StorageKind::File => work.stores.file(&target.location).map(|(container, _)| container),
    }
}

/// Whether an output of the document is there, written by a worker that could not say so.
pub(super) async fn written_before(container: &dyn Container, work: &Work) -> Result<Option<Stamp>, ()> {
    let found = timeout(GRACE, container.stamp(&work.target_name)).await.map_err(drop)?.map_err(drop)?;
    Ok(found.filter(|stamp| stamp.document == work.id))
}

pub(super) fn outcome_of(written: Stamp) -> Outcome {
    Outcome::Succeeded { characters: written.characters, sha256: written.sha256 }
}

/// Why a document fails whose target is that of an earlier one.
pub(super) fn twin() -> Failure {
    let message = "an earlier document of this job has the same target file; give it another target";
    Failure::new(FailureCode::TargetFileAlreadyExists, message)
}

pub(super) fn too_large(limit: u64) -> Failure {
    Failure::new(FailureCode::MaxDocumentSizeExceeded, format!("the document is larger than {limit} bytes"))
}

fn source_failure(error: &BlobError, limit: u64) -> End {
    let (code, message) = match error {
        BlobError::TooLarge { .. } => return too_large(limit).into(),
        BlobError::Changed => {
            (FailureCode::SourceChanged, "the source changed again while it was read; send it again".to_owned())
        }
        BlobError::Throttled { .. }
        | BlobError::Failing { .. }
        | BlobError::Unreachable
        | BlobError::Full
        | BlobError::Invalid => (FailureCode::StorageUnavailable, format!("the source cannot be read: {error}")),
        _ => (
            FailureCode::InvalidDocumentAccessLevel,
            format!("the source cannot be read: {error}; check the URL and its read permission"),
        ),
    };
    storage(error, Failure::new(code, message))
}

fn target_failure(error: &BlobError) -> End {
    let (code, message) = match error {
        BlobError::Exists => (
            FailureCode::TargetFileAlreadyExists,
            "the target file exists already; remove it or give another target".to_owned(),
        ),
        BlobError::Throttled { .. }
        | BlobError::Failing { .. }
        | BlobError::Unreachable
        | BlobError::Full
        | BlobError::Invalid => (FailureCode::StorageUnavailable, format!("the target cannot be written: {error}")),
        _ => (
            FailureCode::InvalidTargetDocumentAccessLevel,
            format!("the target cannot be written: {error}; check the URL and its write permission"),
        ),
    };
    storage(error, Failure::new(code, message))
}

/// A storage error as the end of an attempt: whether it may pass is the storage crate's word.
pub(super) fn storage(error: &BlobError, failure: Failure) -> End {
    if !error.is_transient() {
        return End::Failed(failure);
    }
    let after = match error {
        BlobError::Throttled { retry_after } | BlobError::Failing { retry_after } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    End::Later { after, failure }
}
