//! Looks at the target of a cancelled document: whether an output of it is there, or may appear yet.

use std::sync::Arc;
use std::time::Duration;

use terjuman_pipeline::{Report, Stage};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::files::{outcome_of, target_container, written_before};
use super::{End, Work, place, tell};
use crate::Outcome;
use crate::store::LOOKS;
use crate::worker::Shared;
use crate::worker::held::{Guard, Reason};
use crate::worker::slots::Slot;

/// What a look at the target of a cancelled document found.
pub(super) enum Found {
    /// An output, which nothing replaces any more.
    Output(Outcome),
    /// None, and none appears any more.
    Nothing,
    /// What is there may not be all: an output may appear for so long.
    Unsettled(Duration),
    /// The storage could not be asked.
    Unknown,
}

/// Looks at the target of a cancelled document whose workers are gone, and tells the store what became of it. Asks
/// several times, by several claims; then the document ends as cancelled.
pub(in crate::worker) async fn look(shared: Arc<Shared>, guard: Guard, work: Work, slot: Slot) {
    let (id, looks) = (work.id, work.looks);
    let span = tracing::info_span!("document", job.id = %work.job, document.id = %id);
    async {
        let begun = Instant::now();
        shared.points.pass("before look").await;
        let held = Arc::clone(guard.held());
        let ended = match earlier_output(&shared, &work).await {
            Found::Output(outcome) => Ok(outcome),
            Found::Nothing => Err(End::Stopped(Reason::Cancelled)),
            Found::Unsettled(left) if looks < LOOKS => Err(End::Unsure(before_a_late_output(looks, left))),
            Found::Unknown if looks < LOOKS => Err(End::Unsure(between_looks(looks))),
            Found::Unsettled(_) | Found::Unknown => {
                tracing::warn!(
                    document.id = %id, looks,
                    "document {id} ends as cancelled, and whether its output is there is not known: \
                    {looks} looks at its target did not tell"
                );
                Err(End::Stopped(Reason::Cancelled))
            }
        };
        drop(slot);
        let report = Report { stage: if ended.is_ok() { Stage::Done } else { Stage::Write }, ..Report::default() };
        // Told or not: a lease that nobody extends any more ends, and the next one looks.
        let _ = tell(&shared, &held, &work, ended, begun, report).await;
        shared.jobs.announce();
        guard.settle();
    }
    .instrument(span)
    .await;
}

/// What earlier leases of a document left in its target.
pub(super) async fn earlier_output(shared: &Shared, work: &Work) -> Found {
    let context = shared.contexts.get(&**shared.jobs.store(), work.job).await;
    shared.note(&context);
    let context = match context {
        Ok(Some(context)) => context,
        // Without a job there is nothing to be told.
        Ok(None) => return Found::Nothing,
        Err(_) => return Found::Unknown,
    };
    // What cannot be opened was never written to.
    let Ok((input, target)) = place(&context, work) else { return Found::Nothing };
    let Ok(container) = target_container(work, input, target) else { return Found::Nothing };
    // Before the storage is asked: its answer is older than what is left afterwards.
    let unsettled = work.unsettled();
    match (written_before(&*container, work).await, unsettled) {
        (Err(()), _) => Found::Unknown,
        (Ok(Some(stamp)), Some(unsettled)) if stamp.fence < unsettled.under => Found::Unsettled(unsettled.left),
        (Ok(Some(stamp)), _) => Found::Output(outcome_of(stamp)),
        (Ok(None), Some(unsettled)) => Found::Unsettled(unsettled.left),
        (Ok(None), None) => Found::Nothing,
    }
}

/// How long a storage that could not be asked is left alone: a second, doubled each time.
pub(super) fn between_looks(looks: u32) -> Duration {
    Duration::from_secs(1 << looks.min(6)).min(Duration::from_secs(60))
}

/// Between the looks of one that may find an output later: some are for those that come soon, the last one is when none
/// comes any more.
pub(super) fn before_a_late_output(looks: u32, left: Duration) -> Duration {
    let soon = match looks {
        0 => Duration::ZERO,
        1 => Duration::from_secs(10),
        2 => Duration::from_secs(60),
        _ => left,
    };
    soon.min(left)
}
