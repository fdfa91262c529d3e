//! What every store has to be told about its queue.

use std::time::Duration;

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

impl Default for QueueOptions {
    fn default() -> Self {
        Self { start_delay: Duration::ZERO, weights: Weights::new(), settles: SETTLES }
    }
}
