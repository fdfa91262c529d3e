//! Numbers for operators: what the cache saves, how many sentences wait, how many go through the engine side by side.

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

/// Says what the numbers mean.
pub(super) fn describe() {
    describe_counter!(
        "terjuman_engine_texts_total",
        "Sentences asked for, by whether the cache had their translation."
    );
    describe_gauge!("terjuman_engine_waiting", "Sentences that wait for a compute thread, when one last took some.");
    describe_histogram!(
        "terjuman_engine_batch",
        "Sentences side by side in the engine, counted whenever one joins them."
    );
}

/// So many texts were asked for, and so many of them were in the cache.
pub(super) fn asked(texts: usize, hits: usize) {
    counter!("terjuman_engine_texts_total", "cache" => "hit").increment(hits as u64);
    counter!("terjuman_engine_texts_total", "cache" => "miss").increment((texts - hits) as u64);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of sentences needs no more than 52 bits")]
pub(super) fn waiting(sentences: usize) {
    gauge!("terjuman_engine_waiting").set(sentences as f64);
}

/// One more joins so many that are under way.
#[expect(clippy::cast_precision_loss, reason = "batches are small")]
pub(super) fn joined(under_way: usize) {
    histogram!("terjuman_engine_batch").record((under_way + 1) as f64);
}
