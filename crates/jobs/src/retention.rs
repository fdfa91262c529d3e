//! Forgetting what ended long ago.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::Jobs;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(60);
/// Documents that go at a time: a transaction of some milliseconds.
const AT_A_TIME: u32 = 500;
/// Between two transactions: requests come first.
const PAUSE: Duration = Duration::from_millis(50);

/// How long finished jobs are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Days that a job is kept after its end; 0 for ever. Default 30.
    pub finished_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self { finished_days: 30 }
    }
}

impl RetentionConfig {
    /// How long after its end a job is kept; `None` for ever.
    #[must_use]
    pub fn finished(&self) -> Option<Duration> {
        (self.finished_days > 0).then(|| Duration::from_secs(u64::from(self.finished_days) * 24 * 3600))
    }
}

impl Jobs {
    /// Deletes what ended long ago, a little at a time, until `stop`. Several processes may do so at once.
    pub async fn forget_old(self, config: RetentionConfig, stop: CancellationToken) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            while !stop.is_cancelled() {
                match self.store().forget_ended(config.finished(), AT_A_TIME).await {
                    Ok(0) => break,
                    Ok(jobs) => {
                        tracing::info!(jobs, "forgot {jobs} jobs that ended long ago");
                        self.announce();
                        sleep(PAUSE).await;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "old jobs could not be forgotten: {error}");
                        break;
                    }
                }
            }
        }
    }
}
