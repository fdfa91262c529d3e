//! Whose turn it is: that of documents which have to be alone in the process, or that of all others.
//!
//! Alone means that everything at work has to end first, so nobody changes turns for one document: those that have to be
//! alone wait while others are begun, but not for long, and then have as much time as the others had. Thus they cost at
//! most half of what the process can do, however many there are, and none of them waits for a queue to run empty.

use std::time::Duration;

use tokio::time::Instant;

/// Claims in a row that may pass by a document which has to be alone, and for how long they may.
const PATIENCE: u32 = 100;
const LONGEST_PATIENCE: Duration = Duration::from_secs(5);
/// How long others wait at most, but for the end of what is at work then.
const LONGEST: Duration = Duration::from_secs(10);

/// Between documents that have to be alone and all others, in one worker.
#[derive(Default)]
pub(super) struct Alternation {
    /// Claims that passed by somebody, and when the first of them did.
    passed_by: u32,
    since: Option<Instant>,
    /// Until when the turn of those lasts that have to be alone.
    until: Option<Instant>,
}

impl Alternation {
    /// Whether nothing else may be begun now.
    pub(super) fn alone(&mut self) -> bool {
        let now = Instant::now();
        if self.until.is_some_and(|until| until <= now) {
            *self = Self::default();
        }
        self.until.is_some()
            || self.passed_by >= PATIENCE
            || self.since.is_some_and(|since| now >= since + LONGEST_PATIENCE)
    }

    /// There was a claim for all others, and there are those that have to be alone, or not.
    pub(super) fn claimed(&mut self, some_wait: bool) {
        if some_wait {
            self.passed_by = self.passed_by.saturating_add(1);
            self.since.get_or_insert_with(Instant::now);
        } else {
            *self = Self::default();
        }
    }

    /// One of them is begun.
    pub(super) fn began(&mut self) {
        if self.until.is_none() && self.alone() {
            let now = Instant::now();
            let others = self.since.map_or(Duration::ZERO, |since| now - since);
            self.until = Some(now + others.min(LONGEST));
        } else if self.until.is_none() {
            // Nobody else wanted to.
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn those_that_have_to_be_alone_have_half_of_the_time() {
        let mut alternation = Alternation::default();
        let (mut others, mut alone) = (0, 0);
        for _ in 0..10_000 {
            if alternation.alone() {
                alternation.began();
                alone += 1;
            } else {
                alternation.claimed(true);
                others += 1;
            }
            advance(Duration::from_millis(10)).await;
        }
        assert!((4_500..=5_100).contains(&alone), "{alone} of {}", alone + others);
    }

    #[tokio::test(start_paused = true)]
    async fn long_documents_are_not_waited_for_a_hundred_times() {
        let mut alternation = Alternation::default();
        alternation.claimed(true);
        assert!(!alternation.alone());
        advance(LONGEST_PATIENCE).await;
        assert!(alternation.alone());
        // What is at work takes a minute to end; the others do not wait for another one.
        advance(Duration::from_secs(60)).await;
        alternation.began();
        advance(LONGEST).await;
        assert!(!alternation.alone());
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_turn_without_anybody_to_have_it() {
        let mut alternation = Alternation::default();
        for _ in 0..PATIENCE {
            alternation.claimed(true);
        }
        assert!(alternation.alone());
        alternation.claimed(false);
        assert!(!alternation.alone());
        // Begun because nothing else was there.
        alternation.claimed(true);
        alternation.began();
        assert!(!alternation.alone());
    }
}
