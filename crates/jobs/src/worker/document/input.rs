//! What was read of a document that may bring its worker down: kept as a sum, for whoever looks into it afterwards.

use sha2::{Digest as _, Sha256};
use terjuman_model::hexadecimal;

use super::{End, Work, ask};
use crate::worker::Shared;
use crate::worker::held::{Held, Reason};

/// Stores the SHA-256 of the input if a worker has died under this document, or no second one may: before the work
/// begins, as afterwards there may be nobody to do so. Other documents cost nothing.
pub(super) async fn note_input(shared: &Shared, held: &Held, work: &Work, bytes: &[u8]) -> Result<(), End> {
    if work.lost == 0 && shared.config.attempts.min(shared.config.lost_leases) > 1 {
        return Ok(());
    }
    let sha256 = hexadecimal(&Sha256::digest(bytes));
    let held_on = ask(shared, held, || shared.jobs.store().note_input(held.lease(), &sha256)).await?;
    if held_on { Ok(()) } else { Err(End::Stopped(Reason::Lost)) }
}
