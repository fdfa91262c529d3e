//! Numbers for operators. No label holds anything that a caller chose.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::{Depth, Outcome};

/// Says what the numbers mean.
pub(super) fn describe() {
    describe_gauge!("terjuman_documents", "Documents that wait for a worker, and that one holds.");
    describe_counter!("terjuman_documents_finished_total", "Documents that ended, by outcome and code.");
    describe_counter!("terjuman_documents_retried_total", "Attempts that ended in a later attempt.");
    describe_histogram!("terjuman_document_duration_seconds", "Time of one attempt that ended its document.");
    describe_counter!("terjuman_characters_total", "Source characters of translated documents.");
    describe_counter!("terjuman_claims_lost_total", "Results that came too late and were dropped.");
}

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
