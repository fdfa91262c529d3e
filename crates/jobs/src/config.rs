//! Settings of the workers.

use serde::{Deserialize, Serialize};

use crate::Weights;

/// How documents are worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerConfig {
    /// Documents worked on at a time in this process. Default: the number of processors, at least 4, since documents
    /// also wait for storage.
    pub concurrency: usize,
    /// How many times the share of another a resource has when there is more to do than can be done at once. Default 1 for
    /// each.
    pub weights: Weights,
    /// Milliseconds that a job stays `NotStarted` at least: time to cancel it. Default 0.
    pub start_delay_ms: u64,
    /// Milliseconds a claim holds without a heartbeat. Too low: work is done twice; too high: a lost worker's
    /// documents wait. Default 60,000.
    pub lease_ms: u64,
    /// Milliseconds between heartbeats; at most a third of the lease. Default 15,000.
    pub heartbeat_ms: u64,
    /// Times a document is begun before it is `Failed`, and times it may bring its process down. Default 3.
    pub attempts: u32,
    /// Times the worker of a document may be killed from outside before the document is `Failed`: that is hardly ever
    /// the document's fault, but one that takes all memory gets its process killed, too. Default 20.
    pub lost_leases: u32,
    /// Milliseconds before the second attempt; doubled for each further one. Default 1,000.
    pub backoff_ms: u64,
    /// Milliseconds that a storage may be away, busy or failing when a job's files are listed; then the job is refused. Too
    /// low: an outage fails what was accepted. A host that never answered this process has 15 seconds: most likely it is
    /// mistyped. Default 900,000.
    pub storage_patience_ms: u64,
    /// Milliseconds that work may go on after a stop is asked for. Default 30,000.
    pub shutdown_ms: u64,
    /// Milliseconds one document may take in all. Default 900,000.
    pub document_timeout_ms: u64,
    /// Bytes of one document. Default 40 MB.
    pub max_document_bytes: u64,
    /// Bytes of one glossary. Default 10 MB.
    pub max_glossary_bytes: u64,
    /// Documents of one job. Default 1,000.
    pub max_documents: usize,
    /// Bytes of all documents of one job. Default 250 MB.
    pub max_total_bytes: u64,
    /// Bytes of all documents being worked on at a time: a bound on memory. Default 256 MB.
    pub max_bytes_in_work: u64,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            concurrency: std::thread::available_parallelism().map_or(4, usize::from).max(4),
            weights: Weights::new(),
            start_delay_ms: 0,
            lease_ms: 60_000,
            heartbeat_ms: 15_000,
            attempts: 3,
            lost_leases: 20,
            backoff_ms: 1_000,
            storage_patience_ms: 900_000,
            shutdown_ms: 30_000,
            document_timeout_ms: 900_000,
            max_document_bytes: 40_000_000,
            max_glossary_bytes: 10_000_000,
            max_documents: 1_000,
            max_total_bytes: 250_000_000,
            max_bytes_in_work: 256_000_000,
        }
    }
}
