//! What a seed draws before its world begins. Printed whole when a seed fails.

use super::dice::Dice;

/// The options of one world. Rates are per thousand calls.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Servers: each answers callers and works.
    pub(crate) servers: usize,
    /// Servers that only answer callers.
    pub(crate) fronts: usize,
    /// Documents of each job.
    pub(crate) jobs: Vec<usize>,
    /// Targets of each job.
    pub(crate) targets: usize,
    pub(crate) concurrency: usize,
    pub(crate) lease_ms: u64,
    pub(crate) backoff_ms: u64,
    pub(crate) shutdown_ms: u64,
    pub(crate) document_timeout_ms: u64,
    /// How long a translation takes at most.
    pub(crate) translation_ms: u64,
    /// How long faults go on.
    pub(crate) chaos_ms: u64,
    /// Calls to the database that fail before, or after, they were done; that are slow, and how slow.
    pub(crate) database_fails: u64,
    pub(crate) database_lies: u64,
    pub(crate) database_slow: u64,
    pub(crate) database_slow_ms: u64,
    /// News between processes that are lost.
    pub(crate) news_lost: u64,
    /// The same of the storage.
    pub(crate) storage_fails: u64,
    pub(crate) storage_lies: u64,
    /// Writes that fail and are done later, and how much later at most.
    pub(crate) storage_late: u64,
    pub(crate) storage_late_ms: u64,
    pub(crate) storage_throttles: u64,
    pub(crate) storage_slow: u64,
    pub(crate) storage_slow_ms: u64,
    /// Jobs that are cancelled.
    pub(crate) cancels: u64,
    /// Callers who cancel at the worst moment: when a worker was just told that it may write, or when the clock jumps.
    pub(crate) aimed: u64,
    /// What happens, weighed against each other.
    pub(crate) kills: u64,
    pub(crate) stops: u64,
    pub(crate) pauses: u64,
    /// Per thousand calls: a process stands still when its call was done and before it hears the answer.
    pub(crate) stalls: u64,
    pub(crate) jumps: u64,
    pub(crate) database_outages: u64,
    pub(crate) storage_outages: u64,
    pub(crate) rewrites: u64,
    pub(crate) intruders: u64,
    /// Between two of these.
    pub(crate) between_ms: u64,
}

impl Plan {
    /// Each kind of fault is left out of some worlds: what two faults hide from each other shows without one of them.
    pub(crate) fn draw(dice: &Dice) -> Self {
        let some = |rates: &[u64]| if dice.per_mille(500) { 0 } else { dice.one_of(rates) };
        Self {
            servers: dice.one_of(&[1, 2, 2, 3]),
            fronts: dice.one_of(&[0, 0, 1, 2]),
            jobs: (0..dice.between(1, 3)).map(|_| dice.one_of(&[1, 2, 3, 5])).collect(),
            targets: dice.one_of(&[1, 1, 1, 2]),
            concurrency: dice.one_of(&[1, 2, 4]),
            lease_ms: dice.one_of(&[4_000, 6_000, 12_000]),
            backoff_ms: dice.one_of(&[0, 200, 1_000]),
            shutdown_ms: dice.one_of(&[0, 1_000, 5_000]),
            document_timeout_ms: dice.one_of(&[900_000, 900_000, 900_000, 8_000]),
            translation_ms: dice.one_of(&[50, 2_000, 2_000, 15_000]),
            chaos_ms: dice.one_of(&[10_000, 20_000, 30_000]),
            database_fails: some(&[10, 100, 300]),
            database_lies: some(&[10, 100, 300]),
            database_slow: some(&[20, 100]),
            database_slow_ms: dice.one_of(&[300, 4_000, 12_000]),
            news_lost: dice.one_of(&[0, 200, 1000]),
            storage_fails: some(&[10, 100, 300]),
            storage_lies: some(&[100, 500]),
            storage_late: some(&[100, 500]),
            storage_late_ms: dice.one_of(&[2_000, 10_000, 28_000]),
            storage_throttles: some(&[20, 200]),
            storage_slow: some(&[50, 300]),
            storage_slow_ms: dice.one_of(&[300, 3_000, 20_000]),
            cancels: dice.one_of(&[0, 300, 300, 800]),
            aimed: dice.one_of(&[0, 0, 500, 1_000]),
            kills: some(&[1, 3]),
            stops: some(&[1, 3]),
            pauses: some(&[1, 3]),
            stalls: some(&[2, 10]),
            jumps: some(&[1]),
            database_outages: some(&[1]),
            storage_outages: some(&[0, 1]),
            rewrites: some(&[1, 6]),
            intruders: some(&[0, 1]),
            between_ms: dice.one_of(&[500, 2_000, 5_000]),
        }
    }
}
