//! What every store has to be told about its queue.

use std::time::Duration;

use terjuman_model::Timestamp;

use super::fair::Weights;
use super::settling::SETTLES;

/// How the queue is kept, whatever the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueOptions {
    /// How long a new job stays `NotStarted` at least.
    pub start_delay: Duration,
    /// How many times the share of another a resource has.
    pub weights: Weights,
    /// How much later a storage may commit an output that it has not answered for.
    pub settles: Duration,
}

impl QueueOptions {
    /// From when on a job that is accepted now may be taken.
    pub(crate) fn first_run(&self, now: Timestamp) -> Timestamp {
        // Without a delay it can be taken at once, even if the clock is set back meanwhile.
        if self.start_delay.is_zero() { Timestamp(0) } else { now.plus(self.start_delay) }
    }
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self { start_delay: Duration::ZERO, weights: Weights::new(), settles: SETTLES }
    }
}
