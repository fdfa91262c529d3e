//! How fast requests are refused. A refusal costs little, but not nothing: without a bound, those who are refused and ask
//! again at once would take the processor from those who were let in.
//!
//! Each refusal has its turn, and turns come at a steady pace. As long as there are few, nobody waits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Nobody waits longer to be refused.
const LONGEST: Duration = Duration::from_secs(2);
/// Turns that were not taken and still can be.
const SAVED: Duration = Duration::from_millis(50);

/// The turns.
pub(crate) struct Pace {
    each: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(per_second: u32) -> Self {
        Self { each: Duration::from_secs(1) / per_second.max(1), next: Mutex::new(None) }
    }

    /// Waits for a turn. While there is too much to do, a refusal takes several.
    pub(crate) async fn turn(&self, turns: u32) {
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let earliest = now.checked_sub(SAVED).unwrap_or(now);
            let turn = next.map_or(now, |next| next.max(earliest));
            if turn <= now + LONGEST {
                *next = Some(turn + self.each * turns);
            }
            turn.min(now + LONGEST)
        };
        if turn > now {
            sleep_until(turn).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn few_do_not_wait_many_wait_their_turn_and_nobody_waits_long() {
        let pace = Pace::new(100);
        let took = async |count: usize| {
            let begun = Instant::now();
            join_all((0..count).map(|_| pace.turn(1))).await;
            begun.elapsed().as_millis()
        };
        assert_eq!(took(1).await, 0);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(took(5).await, 0);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!((440..=460).contains(&took(50).await));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!((1440..=1460).contains(&took(150).await));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!((2000..=2001).contains(&took(1_000).await));
    }
}
