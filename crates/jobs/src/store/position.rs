//! Where a document stands, for callers and for workers at once.
//!
//! Callers see a status that only goes forward. Workers see a queue, where a document whose worker is gone waits again.
//! Both follow the one function of the model.

use terjuman_model::{DocumentEvent, DocumentStatus};

/// Where a row stands for the workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Queue {
    /// For a worker to take.
    Waiting,
    /// A worker holds it until its lease ends. One that is cancelled does not wait again: whoever comes after the end of
    /// its lease takes it over.
    Leased,
    /// Nothing is left to be done.
    Done,
}

/// A document's status as shown, and its place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Position {
    /// What callers see.
    pub(crate) shown: DocumentStatus,
    /// What workers see.
    pub(crate) queue: Queue,
}

impl Position {
    /// Every position that is not final.
    pub(crate) const OPEN: [Self; 4] = [
        Self { shown: DocumentStatus::NotStarted, queue: Queue::Waiting },
        Self { shown: DocumentStatus::Running, queue: Queue::Waiting },
        Self { shown: DocumentStatus::Running, queue: Queue::Leased },
        Self { shown: DocumentStatus::Cancelling, queue: Queue::Leased },
    ];

    /// The position after `event`, or `None` if the event cannot happen here.
    pub(crate) fn after(self, event: DocumentEvent) -> Option<Self> {
        // Shown as running, but nobody works on it: it waits like one that was never begun. Whoever began it may have
        // written, though, so that a cancel does not end it: a worker has to look.
        let again = self.shown == DocumentStatus::Running
            && self.queue == Queue::Waiting
            && event != DocumentEvent::CancelRequested;
        let status = if again { DocumentStatus::NotStarted } else { self.shown };
        let after = status.after(event)?;
        let shown = if after == DocumentStatus::NotStarted { self.shown } else { after };
        let queue = match after {
            DocumentStatus::NotStarted => Queue::Waiting,
            DocumentStatus::Running | DocumentStatus::Cancelling => Queue::Leased,
            DocumentStatus::Succeeded | DocumentStatus::Failed | DocumentStatus::Cancelled => Queue::Done,
        };
        Some(Self { shown, queue })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DocumentEvent as E;
    use DocumentStatus as S;

    #[track_caller]
    fn check(events: &[DocumentEvent], shown: DocumentStatus, queue: Queue) {
        let start = Position { shown: S::NotStarted, queue: Queue::Waiting };
        let end = events.iter().try_fold(start, |position, event| position.after(*event));
        assert_eq!(end, Some(Position { shown, queue }), "{events:?}");
    }

    #[test]
    fn a_document_whose_worker_is_gone_waits_and_is_still_shown_as_running() {
        check(&[E::Claimed], S::Running, Queue::Leased);
        check(&[E::Claimed, E::LeaseEnded], S::Running, Queue::Waiting);
        check(&[E::Claimed, E::LeaseEnded, E::Claimed, E::Translated], S::Succeeded, Queue::Done);
        check(&[E::CancelRequested], S::Cancelled, Queue::Done);
        check(&[E::Claimed, E::LeaseEnded, E::GaveUp], S::Failed, Queue::Done);
    }

    #[test]
    fn a_cancelled_document_that_was_begun_stays_to_be_looked_at() {
        let begun = [E::Claimed, E::LeaseEnded, E::CancelRequested, E::LeaseEnded, E::Claimed];
        for events in 3..=begun.len() {
            check(&begun[..events], S::Cancelling, Queue::Leased);
        }
        check(&[E::Claimed, E::CancelRequested, E::LeaseEnded], S::Cancelling, Queue::Leased);
        check(&[E::Claimed, E::CancelRequested, E::LeaseEnded, E::Claimed, E::Stopped], S::Cancelled, Queue::Done);
        check(&[E::Claimed, E::LeaseEnded, E::CancelRequested, E::GaveUp], S::Cancelled, Queue::Done);
    }

    #[test]
    fn only_final_statuses_are_done_and_every_open_position_can_end() {
        for position in Position::OPEN {
            for event in [E::Claimed, E::CancelRequested, E::LeaseEnded, E::Translated, E::GaveUp, E::Stopped] {
                let Some(after) = position.after(event) else { continue };
                assert_eq!(after.shown.is_final(), after.queue == Queue::Done, "{position:?} after {event:?}");
                assert!(after.queue == Queue::Done || Position::OPEN.contains(&after), "{position:?} after {event:?}");
            }
        }
    }
}
