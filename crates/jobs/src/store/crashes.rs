//! What a lease that ended without a word does to its document. Pure: the store finds the document, and writes what is
//! said here.
//!
//! Two kinds are told apart. A process that is killed from outside, or whose machine is gone, says nothing: its leases
//! expire. That is not the document's fault, so it may happen often. A process that goes down by its own doing (an
//! abort, a fault, a stack that overflows) leaves word of the document it was at work on: that counts, and a document
//! that does it a few times fails. Whichever it was, the document is worked on alone from then on.

use terjuman_model::{DocumentEvent, DocumentId, DocumentStatus, Failure, FailureCode};

use super::position::{Position, Queue};

/// What becomes of a document that brought a process down.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Crashed {
    /// It failed.
    Ends(Position, Failure),
    /// Its lease ends, and it waits for another worker; one that is cancelled, to be looked at.
    Waits(Position),
    /// Nothing but the count changes: its lease has ended already, or somebody else has it.
    Counts,
}

/// The document stands at `position`, its newest lease is `newest`, it crashed `before` times, and now it is told that
/// it did so under the lease `told`.
pub(crate) fn crashed(position: Position, newest: i64, before: u32, told: i64, limit: u32) -> Crashed {
    let held = position.queue == Queue::Leased;
    if held && newest != told {
        // Whoever works on it now may well succeed.
        return Crashed::Counts;
    }
    let free = if held { position.after(DocumentEvent::LeaseEnded) } else { Some(position) };
    let Some(free) = free else { return Crashed::Counts };
    let crashes = before.saturating_add(1);
    match free.after(DocumentEvent::GaveUp) {
        Some(failed) if crashes >= limit && failed.shown == DocumentStatus::Failed => {
            Crashed::Ends(failed, crashed_too_often(crashes))
        }
        _ if held => Crashed::Waits(free),
        _ => Crashed::Counts,
    }
}

fn crashed_too_often(times: u32) -> Failure {
    let message = format!("the work on this document brought its process down {times} times");
    Failure::new(FailureCode::DocumentCrashed, message)
}

/// Why a document fails whose workers keep disappearing.
pub(crate) fn lost_too_often(times: u32) -> Failure {
    let message = format!("the work on this document ended without a result {times} times");
    Failure::new(FailureCode::DocumentCrashed, message)
}

/// Tells the log which document it was, and what was read of it.
pub(crate) fn tell(document: DocumentId, failure: &Failure, input_sha256: Option<&str>) {
    let input = input_sha256.unwrap_or("unknown");
    tracing::error!(
        document.id = %document, code = %failure.code, input.sha256 = input,
        "document {document} failed: {}; the SHA-256 of its input is {input}", failure.code
    );
}

/// Why a job is refused whose enumeration never comes to an end.
pub(crate) fn never_listed(times: u32) -> Failure {
    let message = format!("listing the documents of this job ended without a result {times} times");
    Failure::new(FailureCode::InternalServerError, message)
}

#[cfg(test)]
mod tests {
    use terjuman_model::DocumentStatus as S;

    use super::*;

    fn at(shown: S, queue: Queue) -> Position {
        Position { shown, queue }
    }

    #[test]
    fn the_last_crash_ends_a_document_wherever_it_waits_and_no_crash_stops_another_worker() {
        let (leased, waiting) = (at(S::Running, Queue::Leased), at(S::Running, Queue::Waiting));
        assert_eq!(crashed(leased, 5, 0, 5, 3), Crashed::Waits(waiting));
        assert_eq!(crashed(waiting, 5, 0, 5, 3), Crashed::Counts);
        assert_eq!(crashed(leased, 6, 2, 5, 3), Crashed::Counts);
        let failed = at(S::Failed, Queue::Done);
        for position in [leased, waiting] {
            assert_eq!(crashed(position, 5, 2, 5, 3), Crashed::Ends(failed, crashed_too_often(3)));
        }
        let cancelling = at(S::Cancelling, Queue::Leased);
        assert_eq!(crashed(cancelling, 5, 2, 5, 3), Crashed::Waits(cancelling));
    }
}
