//! What all parts of a simulated world share: time, chance, the database, the storage, the log, the checker.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use terjuman_jobs::{Bug, Clock, MemoryStore, QueueOptions};
use terjuman_model::Timestamp;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::checker::Checker;
use super::dice::Dice;
use super::plan::Plan;
use super::storage::Storage;
use crate::support::CountingIds;

/// A way in which the world itself is wrong, to see whether the checker sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// The model of the database.
    Store(Bug),
    /// A write replaces what is there.
    Overwrites,
    /// A write whose answer is lost leaves half a file.
    Halves,
    /// Whoever asks whether its lease holds is told yes, unasked.
    Flatters,
}

/// What went wrong by intention: a failure needs a cause among these.
#[derive(Debug, Default, Clone)]
pub(crate) struct Causes {
    pub(crate) kills: u32,
    pub(crate) stops: u32,
    pub(crate) pauses: u32,
    pub(crate) jumps: u32,
    pub(crate) database: u32,
    pub(crate) outages: u32,
    /// Claims of which nobody heard.
    pub(crate) lost_claims: u32,
    pub(crate) storage: u32,
    pub(crate) expiries: u32,
    pub(crate) rewrites: u32,
    pub(crate) intruders: u32,
}

impl Causes {
    /// What can end a lease without a word.
    pub(crate) fn silences(&self) -> u32 {
        self.kills + self.pauses + self.jumps + self.outages + self.lost_claims
    }
}

pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) plan: Plan,
    pub(crate) sabotage: Option<Sabotage>,
    pub(crate) start: Instant,
    pub(crate) clock: Arc<SimulatedClock>,
    pub(crate) store: MemoryStore,
    pub(crate) storage: Storage,
    pub(crate) checker: Checker,
    pub(crate) causes: Mutex<Causes>,
    /// Rings at bad moments.
    pub(crate) moment: Notify,
    /// Whether faults happen.
    pub(crate) rough: AtomicBool,
    database_back: Mutex<Instant>,
    storage_back: Mutex<Instant>,
    /// Whether the storage that is away says that the key has expired.
    forbids: AtomicBool,
    log: Mutex<Vec<String>>,
}

/// How a call fares on its way.
pub(crate) struct Fate {
    /// On the way there.
    pub(crate) there: Duration,
    /// On the way back.
    pub(crate) back: Duration,
    /// It never arrives.
    pub(crate) fails: bool,
    /// It is done, and the answer is an error.
    pub(crate) lies: bool,
}

impl World {
    /// To be called within the runtime whose time it lives in.
    pub(crate) fn new(seed: u64, sabotage: Option<Sabotage>) -> Arc<Self> {
        let dice = Dice::new(seed);
        let plan = Plan::draw(&dice);
        Self::of(dice, plan, sabotage)
    }

    /// One that goes by this plan.
    pub(crate) fn of(dice: Dice, plan: Plan, sabotage: Option<Sabotage>) -> Arc<Self> {
        let start = Instant::now();
        let clock = Arc::new(SimulatedClock { start, shift: AtomicI64::new(0) });
        let bug = match sabotage {
            Some(Sabotage::Store(bug)) => Some(bug),
            _ => None,
        };
        let ids = Arc::new(CountingIds::default());
        Arc::new(Self {
            dice,
            plan,
            sabotage,
            start,
            store: MemoryStore::with(clock.clone(), ids, QueueOptions::default(), bug),
            clock,
            storage: Storage::default(),
            checker: Checker::default(),
            causes: Mutex::default(),
            moment: Notify::new(),
            rough: AtomicBool::new(true),
            database_back: Mutex::new(start),
            storage_back: Mutex::new(start),
            forbids: AtomicBool::new(false),
            log: Mutex::default(),
        })
    }

    pub(crate) fn log(&self, what: impl Display) {
        lock(&self.log).push(format!("{:>8.3} {what}", self.start.elapsed().as_secs_f64()));
    }

    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.log))
    }

    pub(crate) fn is_rough(&self) -> bool {
        self.rough.load(Ordering::Relaxed)
    }

    pub(crate) fn causes(&self) -> MutexGuard<'_, Causes> {
        lock(&self.causes)
    }

    pub(crate) fn database_fate(&self) -> Fate {
        let plan = &self.plan;
        self.fate(plan.database_fails, plan.database_lies, plan.database_slow, plan.database_slow_ms)
    }

    pub(crate) fn storage_fate(&self) -> Fate {
        let plan = &self.plan;
        let fate = self.fate(plan.storage_fails, plan.storage_lies, plan.storage_slow, plan.storage_slow_ms);
        // Longer than an enumeration waits for a first answer.
        self.causes().storage += u32::from(fate.there + fate.back > Duration::from_millis(7_900));
        fate
    }

    fn fate(&self, fails: u64, lies: u64, slow: u64, slow_ms: u64) -> Fate {
        if !self.is_rough() {
            return Fate { there: Duration::ZERO, back: Duration::ZERO, fails: false, lies: false };
        }
        let leg = || match self.dice.between(0, 3) {
            _ if self.dice.per_mille(slow) => self.dice.millis(0, slow_ms),
            0 => self.dice.millis(1, 20),
            _ => Duration::ZERO,
        };
        Fate { there: leg(), back: leg(), fails: self.dice.per_mille(fails), lies: self.dice.per_mille(lies) }
    }

    pub(crate) fn database_is_away(&self) -> bool {
        Instant::now() < *lock(&self.database_back)
    }

    pub(crate) fn storage_is_away(&self) -> bool {
        Instant::now() < *lock(&self.storage_back)
    }

    pub(crate) fn send_database_away(&self, duration: Duration) {
        *lock(&self.database_back) = Instant::now() + duration;
    }

    pub(crate) fn forbids(&self) -> bool {
        self.storage_is_away() && self.forbids.load(Ordering::Relaxed)
    }

    pub(crate) fn send_storage_away(&self, duration: Duration, forbids: bool) {
        self.forbids.store(forbids, Ordering::Relaxed);
        *lock(&self.storage_back) = Instant::now() + duration;
    }
}

/// The database's clock: it goes with the world's time, and jumps.
pub(crate) struct SimulatedClock {
    start: Instant,
    shift: AtomicI64,
}

impl SimulatedClock {
    /// So far from the true time from now on. Whether it jumped forwards.
    pub(crate) fn jump(&self, micros: i64) -> bool {
        self.shift.swap(micros, Ordering::SeqCst) < micros
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.start.elapsed().as_micros()).unwrap_or(i64::MAX);
        Timestamp(1_775_000_000_000_000 + elapsed + self.shift.load(Ordering::SeqCst))
    }
}

/// Where a process meets the world. Everything that it sends and hears goes through here.
pub(crate) struct Edge {
    pub(crate) world: Arc<World>,
    /// Another one after each start.
    pub(crate) name: String,
    paused: Mutex<Instant>,
    resumed: Notify,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Edge {
    pub(crate) fn new(world: &Arc<World>, name: String) -> Arc<Self> {
        Arc::new(Self {
            world: world.clone(),
            name,
            paused: Mutex::new(world.start),
            resumed: Notify::new(),
            tasks: Mutex::default(),
        })
    }

    /// Waits while the process is stopped.
    pub(crate) async fn awake(&self) {
        loop {
            let resumed = self.resumed.notified();
            let until = *lock(&self.paused);
            if until <= Instant::now() {
                return;
            }
            tokio::select! {
                biased;
                () = resumed => {}
                () = sleep_until(until) => {}
            }
        }
    }

    pub(crate) fn pause(&self, duration: Duration) {
        *lock(&self.paused) = Instant::now() + duration;
    }

    /// Now and then a process stands still at the worst moment: the other side has done what it asked, and it does not
    /// know yet.
    pub(crate) fn stall(&self) {
        let world = &self.world;
        if world.is_rough() && world.dice.per_mille(world.plan.stalls) {
            let duration = world.dice.millis(100, world.plan.lease_ms * 3);
            world.causes().pauses += 1;
            world.log(format_args!("{} stands still in a call for {} ms", self.name, duration.as_millis()));
            self.pause(duration);
        }
    }

    pub(crate) fn resume(&self) {
        *lock(&self.paused) = Instant::now();
        self.resumed.notify_waiters();
    }

    /// A task that dies with the process.
    pub(crate) fn own(&self, task: AbortHandle) {
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }

    pub(crate) fn end_tasks(&self) {
        for task in lock(&self.tasks).drain(..) {
            task.abort();
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
