//! Numbers for operators. No label holds anything that a caller chose.

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::{Depth, Outcome};

#[expect(clippy::cast_precision_loss, reason = "a gauge of documents needs no more than 52 bits")]
pub(super) fn depth(depth: &Depth) {
    gauge!("terjuman_documents", "state" => "waiting").set(depth.waiting as f64);
    gauge!("terjuman_documents", "state" => "running").set(depth.running as f64);
}

pub(super) fn finished(outcome: &Outcome, took: Duration) {
    let (label, code) = match outcome {
        Outcome::Succeeded { .. } => ("succeeded", ""),
        Outcome::Failed(failure) => ("failed", failure.code.as_str()),
        Outcome::Cancelled => ("cancelled", ""),
    };
    counter!("terjuman_documents_finished_total", "outcome" => label, "code" => code).increment(1);
    histogram!("terjuman_document_duration_seconds", "outcome" => label).record(took.as_secs_f64());
    if let Outcome::Succeeded { characters, .. } = outcome {
        counter!("terjuman_characters_total").increment(*characters);
    }
}

pub(super) fn retried() {
    counter!("terjuman_documents_retried_total").increment(1);
}

pub(super) fn lost() {
    counter!("terjuman_claims_lost_total").increment(1);
}
