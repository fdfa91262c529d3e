//! The task of one expansion: enumerate, then store what was found.

use std::sync::Arc;
use std::time::Duration;

use terjuman_blobs::Stores;
use terjuman_model::JobId;
use tracing::Instrument as _;

use super::document::{hand_back, insist};
use super::enumerate::{Stop, enumerate};
use super::held::{Guard, Reason};
use super::slots::Slot;
use super::{Shared, metrics};
use crate::{JobRequest, JobsError, Return};

/// Works on a claimed expansion and tells the store.
pub(super) async fn work(
    shared: Arc<Shared>,
    stores: Stores,
    guard: Guard,
    request: JobRequest,
    attempt: u32,
    slot: Slot,
) {
    let job = guard.held().job();
    let span = tracing::info_span!("job", job.id = %job);
    async {
        shared.points.pass("after job lease").await;
        let held = guard.held();
        let found = held.unless_stopped(enumerate(&stores, &shared.config, &shared.limits, &request)).await;
        shared.points.pass("before recording").await;
        let store = shared.jobs.store();
        let told = match found {
            Ok(Ok(documents)) => {
                shared.hosts.meet(&request);
                let count = documents.len();
                // A database that is away for a while does not cost the attempt.
                let told = insist(&shared, held, || store.record_expansion(held.lease(), documents.clone())).await;
                if matches!(told, Ok(true)) {
                    tracing::info!(job.id = %job, documents = count, "job {job} has {count} documents");
                }
                told
            }
            Ok(Err(Stop::Busy { answered, retry_after, failure }))
                if shared.is_patient(
                    answered || shared.hosts.have_met(&request),
                    job.0.as_u128(),
                    attempt,
                    retry_after,
                ) =>
            {
                let delay = shared.backoff(job.0.as_u128(), attempt).max(retry_after);
                tracing::info!(
                    job.id = %job, attempt, delay_ms = delay.as_millis(), code = %failure.code,
                    "the files of job {job} are listed again later: {}", failure.code
                );
                hand_back(&shared, held, Return::After(delay)).await
            }
            Ok(Err(Stop::Refused(failure) | Stop::Busy { failure, .. })) => {
                tracing::info!(job.id = %job, code = %failure.code, "job {job} is refused: {}", failure.code);
                insist(&shared, held, || store.refuse(held.lease(), failure.clone())).await
            }
            Err(Reason::Shutdown) => hand_back(&shared, held, Return::Unbegun).await,
            Err(Reason::Lost | Reason::Cancelled | Reason::TimedOut) => Ok(false),
        };
        drop(slot);
        shared.jobs.announce();
        shared.jobs.ring();
        settle(&shared, guard, job, told);
    }
    .instrument(span)
    .await;
}

fn settle(shared: &Shared, guard: Guard, job: JobId, told: Result<bool, JobsError>) {
    shared.note(&told);
    if matches!(told, Ok(false)) {
        metrics::lost();
        tracing::debug!(job.id = %job, "the enumeration of job {job} was overtaken");
    }
    // If the store failed, the lease expires: nobody extends it any more.
    guard.settle();
}

/// How long a host may keep silent that was never heard of.
const FIRST_ANSWER: Duration = Duration::from_secs(15);

/// Enumerations of one job, however short the pauses between them.
const MOST_ATTEMPTS: u32 = 64;

fn is_patient(patience: Duration, attempt: u32, pause: impl Fn(u32) -> Duration) -> bool {
    attempt < MOST_ATTEMPTS && (1..=attempt).map(pause).sum::<Duration>() <= patience
}

impl Shared {
    /// Whether a job is enumerated once more: while all the pauses so far, with this one, stay within bounds.
    fn is_patient(&self, is_known: bool, id: u128, attempt: u32, asked: Duration) -> bool {
        let configured = Duration::from_millis(self.config.storage_patience_ms);
        let patience = if is_known { configured } else { configured.min(FIRST_ANSWER) };
        is_patient(patience, attempt, |attempt| self.backoff(id, attempt).max(asked))
    }

    /// The pause before the next attempt: doubled for each one, and spread by what tells documents apart, so that those
    /// that failed together do not come back together.
    pub(super) fn backoff(&self, id: u128, attempt: u32) -> Duration {
        let doubled = Duration::from_millis(self.config.backoff_ms)
            .saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1).min(16)).unwrap_or(u32::MAX));
        let spread = (id ^ (id >> 64)) as u8;
        doubled.min(Duration::from_secs(60)).mul_f64(0.75 + f64::from(spread) / 512.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_that_fails_has_a_quarter_of_an_hour() {
        let attempts = |pause: fn(u32) -> u64| {
            let patience = Duration::from_secs(900);
            let is_patient =
                |attempt: &u32| is_patient(patience, *attempt, |attempt| Duration::from_secs(pause(attempt)));
            (1..1_000).take_while(is_patient).count()
        };
        // It asks for a minute each time.
        assert_eq!(attempts(|_| 60), 15);
        // 1, 2, 4, 8, 16, 32, and then a minute each.
        assert_eq!(attempts(|attempt| (1 << (attempt - 1).min(6)).min(60)), 19);
        assert_eq!(attempts(|_| 0), 63, "and it is not asked for ever");
        assert_eq!(attempts(|_| 1_000), 0);
    }
}
