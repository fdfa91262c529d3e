//! How long an output may appear yet that was sent and not answered for.
//!
//! A worker says so before it sends an output: the row keeps under which lease. If that lease ends with anything but
//! the document's end, nobody knows what the storage makes of what it was sent, and it is given
//! [`QueueOptions::settles`] from then on. Meanwhile the document may be worked on as before, since every write is
//! conditional. But a cancelled one is not ended as cancelled: whoever looks at its target has to look once more when
//! that time is over.

use std::time::Duration;

use terjuman_model::Timestamp;

#[cfg(doc)]
use super::QueueOptions;

/// How much later a storage may commit what it was sent, and did not answer for, as it comes. A cancelled job is that
/// much longer on its way, after the end of a lease; storage that was seen to do so took seconds.
#[doc(hidden)]
pub const SETTLES: Duration = Duration::from_secs(30);

/// What a row knows of the outputs that were sent for its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The newest lease under which one was sent; 0 for none.
    pub(crate) under: i64,
    /// When everything that was sent under leases that ended has settled.
    pub(crate) settles: Timestamp,
}

/// An output may appear yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsettled {
    /// The newest lease under which one was sent: what lies in the target under this one is not replaced any more.
    pub(crate) under: i64,
    /// For how long.
    pub left: Duration,
}

impl Sent {
    /// A lease ends now, and the document does not.
    pub(crate) fn ended(self, lease: i64, now: Timestamp, settles: Duration) -> Self {
        if self.under == lease { Self { settles: now.plus(settles), ..self } } else { self }
    }

    /// `None` if whatever was sent is in the target by now, or never will be.
    pub(crate) fn unsettled(self, now: Timestamp) -> Option<Unsettled> {
        let left = u64::try_from(self.settles.0.saturating_sub(now.0)).ok().filter(|left| *left > 0)?;
        Some(Unsettled { under: self.under, left: Duration::from_micros(left) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_settles_when_its_lease_has_been_over_for_a_while() {
        let second = |seconds: i64| Timestamp(seconds * 1_000_000);
        let never = Sent { under: 0, settles: Timestamp(0) };
        assert_eq!(never.ended(1, second(10), SETTLES).unsettled(second(10)), None);
        let sent = Sent { under: 1, ..never }.ended(1, second(10), SETTLES);
        let unsettled = |left| Some(Unsettled { under: 1, left: Duration::from_secs(left) });
        assert_eq!(sent.unsettled(second(10)), unsettled(30));
        // The next one sends nothing.
        let sent = sent.ended(2, second(20), SETTLES);
        assert_eq!(sent.unsettled(second(20)), unsettled(20));
        assert_eq!(sent.unsettled(second(40)), None);
    }
}
