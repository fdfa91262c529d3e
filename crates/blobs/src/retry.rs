//! Repeating a call that can be repeated, with full jitter and an end.

use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use crate::failure::{Again, Failure};
use crate::{BlobError, StorageConfig};

tokio::task_local! {
    /// When the caller wants to know at the latest.
    static UNTIL: tokio::time::Instant;
}

/// Runs calls to a storage that have to end within `limit`. A pause that would go beyond ends a call with what the
/// storage said last, how long it asked to wait included; the caller decides what that is worth.
///
/// # Errors
/// As `calls` end; [`BlobError::Unreachable`] if the storage says nothing in that time.
pub async fn within<T>(limit: Duration, calls: impl Future<Output = Result<T, BlobError>>) -> Result<T, BlobError> {
    let until = tokio::time::Instant::now() + limit;
    tokio::time::timeout_at(until, UNTIL.scope(until, calls)).await.unwrap_or(Err(BlobError::Unreachable))
}

const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// How long and how often one call may be tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) tries: u32,
    pub(crate) total: Duration,
    /// The longest pause after the first try; doubled for each further one.
    pub(crate) pause: Duration,
}

impl Patience {
    pub(crate) fn new(config: &StorageConfig) -> Self {
        let pause = Duration::from_millis(config.pause_ms);
        Self { tries: config.tries.max(1), total: config.total_timeout(), pause }
    }

    /// Runs `call` until it succeeds, fails for good, or patience ends. Safe to drop at any point.
    ///
    /// # Errors
    /// The last try's error; [`BlobError::Unreachable`] when the time is up.
    pub(crate) async fn run<T, Call, Running>(&self, mut call: Call) -> Result<T, BlobError>
    where
        Call: FnMut() -> Running,
        Running: Future<Output = Result<T, Failure>>,
    {
        let tries = async {
            let mut seen = false;
            let mut tried = 0_u32;
            loop {
                let failure = match call().await {
                    Ok(done) => return Ok(done),
                    Err(failure) => failure,
                };
                tried += 1;
                let at_least = match failure.again {
                    Again::No => return Err(failure.error),
                    Again::IfSeenBefore if !seen => return Err(failure.error),
                    Again::IfSeenBefore => Duration::ZERO,
                    Again::Soon(wait) => {
                        seen = true;
                        wait
                    }
                };
                if tried >= self.tries {
                    return Err(failure.error);
                }
                let pause = delay(self.pause, tried, random()).max(at_least);
                if UNTIL.try_with(|until| *until < tokio::time::Instant::now() + pause).unwrap_or(false) {
                    return Err(failure.error);
                }
                tokio::time::sleep(pause).await;
            }
        };
        tokio::time::timeout(self.total, tries).await.unwrap_or(Err(BlobError::Unreachable))
    }
}

/// Full jitter: anything from nothing to the doubled bound, so that callers who failed together spread out.
fn delay(first: Duration, tried: u32, random: u64) -> Duration {
    let bound = first.saturating_mul(1 << (tried.max(1) - 1).min(16)).min(LONGEST_DELAY);
    let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(random % (micros + 1))
}

/// The standard library's only randomness: each hasher state has new keys.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const FIRST: Duration = Duration::from_millis(500);

    #[test]
    fn delays_grow_to_a_bound() {
        let longest = |tried| (0..100_000).map(|i| delay(FIRST, tried, i * 1009)).max().unwrap();
        assert!(longest(1) <= Duration::from_millis(500));
        assert!(longest(1) > Duration::from_millis(450));
        assert!(longest(4) > Duration::from_secs(3));
        assert!(longest(30) <= LONGEST_DELAY);
        assert!(longest(30) > Duration::from_secs(50));
        assert_eq!(delay(FIRST, 1, 0), Duration::ZERO);
    }

    /// How often a call that fails like this is tried.
    async fn tries(failures: &[Again]) -> usize {
        let count = Cell::new(0);
        let patience = Patience { tries: 4, total: Duration::from_secs(300), pause: FIRST };
        let result = patience
            .run(|| {
                let again = failures.get(count.get()).copied();
                count.set(count.get() + 1);
                async move {
                    match again {
                        Some(again) => Err(Failure { error: BlobError::Unreachable, again }),
                        None => Ok(()),
                    }
                }
            })
            .await;
        assert_eq!(result.is_ok(), count.get() > failures.len());
        count.get()
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_help_is_repeated() {
        let soon = Again::Soon(Duration::ZERO);
        assert_eq!(tries(&[]).await, 1);
        assert_eq!(tries(&[Again::No]).await, 1);
        assert_eq!(tries(&[soon]).await, 2);
        assert_eq!(tries(&[soon; 9]).await, 4);
        assert_eq!(tries(&[soon, Again::No]).await, 2);
        // First contact fails at once; a storage that answered before is worth another try.
        assert_eq!(tries(&[Again::IfSeenBefore; 9]).await, 1);
        assert_eq!(tries(&[soon, Again::IfSeenBefore]).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn the_whole_has_an_end() {
        let start = tokio::time::Instant::now();
        let patience = Patience { tries: 100, total: Duration::from_secs(90), pause: FIRST };
        let wait = Duration::from_secs(60);
        let result: Result<(), _> =
            patience.run(|| async move { Err(Failure { error: BlobError::Invalid, again: Again::Soon(wait) }) }).await;
        assert!(matches!(result, Err(BlobError::Unreachable)));
        assert_eq!(start.elapsed().as_secs(), 90);
    }
}
