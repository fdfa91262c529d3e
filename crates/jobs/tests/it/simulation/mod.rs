//! Servers, workers, callers, database and storage in one thread and in a time of their own; a seed is a world.
//!
//! **Real**: [`Jobs`](terjuman_jobs::Jobs), [`Worker`](terjuman_jobs::Worker) with all their tasks, the pipeline, and
//! every decision of the store. **Simulated**: what is beyond a process. The database is a
//! [`MemoryStore`](terjuman_jobs::MemoryStore), which keeps the same suite of promises as the databases do
//! (`promises`); calls to it are slow, are not done, are done with the answer lost, or are done after the caller gave
//! up (`store.rs`). The storage does the same to writes, does some of them minutes after they failed, and what was sent
//! arrives even if the sender is dead (`storage.rs`). Processes are killed between any two steps, stopped, and stand
//! still for longer than their leases; the database's clock jumps by five minutes; keys expire; sources are rewritten;
//! others write where outputs would go (`run.rs`). One generator throws all dice (`dice.rs`), and a world's options are
//! drawn first (`plan.rs`).
//!
//! **Two phases**: while everything goes wrong nothing may *be* wrong; then nothing goes wrong any more, and every job
//! that was accepted comes to its end. `checker.rs` looks after every transaction, at every answer to a caller, and at
//! the end: accepted is kept (P1), ends are ends and statuses go forwards (P2), counters add up and never fall (P3),
//! one whole output for a document that succeeded, and nobody else's file touched (P4), late words change nothing (P6),
//! nothing appears after a cancel, nor stays (P14), a request that comes twice is one job (P17); clocks and clean stops
//! (P7, P15) change no outcome, for every failure needs a cause among the faults that happened.
//!
//! **Beside a model of the lease protocol** (`src/store/lease_model.rs` explores a small one whole): a model proves
//! what its author wrote down of the code; here the code itself runs. The alphabet is the same (claim, ask, write,
//! arrive, end, cancel, expire, die, lose an answer), each step of it is a suspension point of the simulated world, and
//! faults strike between any two of them. What is not covered by exhaustion is covered by number, and by the bugs
//! below, which must be found.
//!
//! What pauses do is coarser than in a real process: one that stands still neither sends nor hears, but its timers run.

mod checker;
mod dice;
mod plan;
mod run;
mod script;
mod storage;
mod store;
mod texts;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use terjuman_jobs::Bug;

use self::run::{Report, run};
use self::world::{Sabotage, lock};

/// Seeds of the ordinary test.
const SEEDS: u64 = 1_000;
/// How many of a failed world's last events are printed.
const LAST: usize = 400;

#[expect(clippy::disallowed_methods, reason = "a test is told by the environment how long it may take")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

fn tell(report: &Report) -> String {
    let from = report.log.len().saturating_sub(LAST);
    format!(
        "seed {}: {:#?}\n{:#?}\nplan: {:#?}\ncauses: {:?}\nreplay: TERJUMAN_TEST_SEED={} \
        cargo nextest run --package terjuman-jobs every_seed_keeps",
        report.seed,
        &report.log[from..],
        report.violations,
        report.plan,
        report.causes,
        report.seed,
    )
}

#[test]
fn every_seed_keeps_every_promise() {
    if let Some(seed) = number("TERJUMAN_TEST_SEED") {
        let report = run(seed, None);
        println!("{}", tell(&report));
        assert!(report.violations.is_empty());
        return;
    }
    let seeds = number("TERJUMAN_TEST_SEEDS").unwrap_or(SEEDS);
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let sums: Mutex<BTreeMap<String, u64>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from).min(8) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds || lock(&failed).len() > 30 {
                        return;
                    }
                    let report = run(seed, None);
                    let mut sums = lock(&sums);
                    let mut add =
                        |name: &str, count: u32| *sums.entry(name.to_owned()).or_default() += u64::from(count);
                    add("documents succeeded", report.succeeded);
                    add("outputs that could not be kept from appearing late", report.late);
                    add("kills", report.causes.kills);
                    add("stops", report.causes.stops);
                    add("pauses", report.causes.pauses);
                    add("jumps", report.causes.jumps);
                    add("database faults", report.causes.database);
                    add("storage faults", report.causes.storage);
                    for (end, count) in &report.ends {
                        add(end, *count);
                    }
                    drop(sums);
                    if !report.violations.is_empty() {
                        lock(&failed).push(report);
                    }
                }
            });
        }
    });
    println!("{seeds} seeds: {:?}", lock(&sums));
    let mut failed = failed.into_inner().unwrap();
    failed.sort_by_key(|report| report.log.len());
    if let Some(first) = failed.first() {
        println!("{}", tell(first));
        let all: Vec<_> = failed.iter().map(|report| (report.seed, report.violations.first())).collect();
        panic!("seeds that break a promise: {all:#?}");
    }
}

#[test]
fn a_seed_is_the_same_world_each_time() {
    for seed in 0..12 {
        let (first, second) = (run(seed, None), run(seed, None));
        let differ = first.log.iter().zip(&second.log).position(|(a, b)| a != b);
        if let Some(at) = differ {
            panic!(
                "seed {seed}: {:#?} and then {} or {}",
                &first.log[at.saturating_sub(20)..at],
                first.log[at],
                second.log[at]
            );
        }
        assert_eq!(first.log.len(), second.log.len(), "seed {seed}");
    }
}

/// Worlds that are wrong by intention until one is found out; what was said of it.
#[track_caller]
fn found_out(sabotage: Sabotage, promise: &str) {
    for seed in 0..2_000 {
        let report = run(seed, Some(sabotage));
        if report.violations.iter().any(|violation| violation.contains(promise)) {
            println!("{sabotage:?}: found out by seed {seed}");
            return;
        }
    }
    panic!("{sabotage:?}: nobody saw it break {promise}");
}

macro_rules! the_checker_sees {
    ($($name:ident: $sabotage:expr, $promise:literal;)*) => {
        mod the_checker_sees {
            use super::*;
            $(
                #[test]
                fn $name() {
                    found_out($sabotage, $promise);
                }
            )*
        }
    };
}

the_checker_sees! {
    a_store_without_a_fence: Sabotage::Store(Bug::NoFence), "P6";
    a_success_that_counts_twice: Sabotage::Store(Bug::CountsTwice), "P3";
    a_success_that_charges_twice: Sabotage::Store(Bug::ChargesTwice), "P3";
    a_job_that_is_accepted_and_forgotten: Sabotage::Store(Bug::ForgetsJobs), "P1";
    a_request_that_becomes_two_jobs: Sabotage::Store(Bug::ForgetsNames), "P17";
    an_end_that_is_overwritten: Sabotage::Store(Bug::EndsAgain), "P2";
    a_cancel_that_stops_nobody: Sabotage::Store(Bug::CancelsBlindly), "P14";
    a_cancel_that_looks_for_nothing: Sabotage::Store(Bug::NeverLooks), "P14: document";
    a_cancel_that_forgets_what_was_sent: Sabotage::Store(Bug::ForgetsWrites), "P14: the output of";
    a_lease_that_nobody_takes_back: Sabotage::Store(Bug::KeepsLeases), "liveness";
    a_status_that_goes_back: Sabotage::Store(Bug::GoesBack), "P2";
    a_write_that_replaces: Sabotage::Overwrites, "P4";
    a_write_that_leaves_half_a_file: Sabotage::Halves, "P4";
    a_worker_that_does_not_ask: Sabotage::Flatters, "P14";
}
