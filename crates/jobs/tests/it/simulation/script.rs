//! Worlds without chance: what is too rare for the dice.

use std::sync::atomic::Ordering;
use std::time::Duration;

use terjuman_jobs::{Job, JobStore as _};
use terjuman_model::{JobId, JobStatus};
use tokio::time::{Instant, sleep, timeout};

use super::dice::Dice;
use super::plan::Plan;
use super::run::{Life, request};
use super::storage::Order;
use super::texts;
use super::world::World;
use crate::support::resource;

const IN: &str = "in0";
const OUT: &str = "out0-0-0";
const NAME: &str = "0.txt";

/// A calm world with a server that works on one document at a time.
struct Script {
    world: std::sync::Arc<World>,
    life: Life,
    starts: u64,
}

impl Script {
    /// The second attempt comes so much later.
    fn new(backoff_ms: u64) -> Self {
        let dice = Dice::new(0);
        let plan = Plan {
            servers: 1,
            fronts: 0,
            jobs: vec![1],
            targets: 1,
            concurrency: 1,
            lease_ms: 4_000,
            backoff_ms,
            shutdown_ms: 0,
            document_timeout_ms: 900_000,
            ..Plan::draw(&dice)
        };
        let world = World::of(dice, plan, None);
        world.rough.store(false, Ordering::Relaxed);
        let life = Life::new(&world);
        Self { world, life, starts: 0 }
    }

    /// The source has this version from now on.
    fn write(&self, version: u64) {
        self.world.storage.put(IN, NAME, texts::source(IN, NAME, version), None);
    }

    fn kill(&self) {
        assert!(self.life.kill(0), "there is no server");
    }

    /// Another server, when there is none any more.
    fn start(&mut self) {
        self.life.start(0, self.starts);
        self.starts += 1;
    }

    async fn submit(&self) -> JobId {
        self.world.store.create_job(&resource("a"), &request(0, 1, 0)).await.unwrap().id
    }

    /// Until only so many orders are left, and what was to be done at once is done.
    async fn until_left(&self, orders: usize) {
        let met = async {
            while self.world.storage.orders() > orders {
                sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(Duration::from_secs(60), met).await.unwrap_or_else(|_| panic!("{:#?}", self.world.take_log()));
    }

    /// The job at its end.
    async fn end(&self, id: JobId) -> Job {
        let ended = async {
            loop {
                let job = self.world.store.job(&resource("a"), id).await.unwrap().unwrap();
                if job.status.is_final() {
                    return job;
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        let ended = timeout(Duration::from_secs(600), ended).await;
        ended.unwrap_or_else(|_| panic!("{:#?}", self.world.take_log()))
    }

    /// Everything arrives that was sent, and no promise is broken. What happened.
    async fn look(&self) -> Vec<String> {
        sleep(Duration::from_secs(600)).await;
        self.world.checker.at_the_end(&self.world).await;
        let log = self.world.take_log();
        assert_eq!(self.world.checker.violations(), [""; 0], "{log:#?}");
        log
    }
}

/// The first worker writes, and dies before it can say so. The second one finds the source changed; what it sends over the first
/// output is not answered. The third one finds the source as it was: the first output is what it would write. If it were content
/// with that, the second one's would replace it afterwards.
#[tokio::test(start_paused = true)]
async fn an_equal_output_counts_when_nothing_can_replace_it_any_more() {
    // What comes late does so before it is believed to have settled, and after the third worker has found its like.
    for late in [5, 20, 29] {
        let mut script = Script::new(1_000);
        script.world.storage.order([Order::Silence, Order::Late(Duration::from_secs(late))]);
        script.write(0);
        script.start();
        let id = script.submit().await;
        script.until_left(1).await;
        script.kill();
        script.write(1);
        script.start();
        script.until_left(0).await;
        script.write(0);
        assert_eq!(script.end(id).await.status, JobStatus::Succeeded);
        script.look().await;
        let left = script.world.storage.get(OUT, NAME).unwrap();
        assert_eq!(texts::characters_of(IN, NAME, &left.bytes), Some(texts::source(IN, NAME, 0).len() as u64));
    }
}

/// What a storage was sent and has not answered for may appear yet: nobody says `Cancelled` before.
#[tokio::test(start_paused = true)]
async fn a_cancel_waits_for_what_a_storage_may_commit_later() {
    let late = Duration::from_secs(20);
    for (order, dies) in [(Order::Late(late), false), (Order::Lost(late), true), (Order::Never, false)] {
        // The second attempt is far away.
        let mut script = Script::new(40_000);
        script.world.storage.order([order]);
        script.write(0);
        script.start();
        let id = script.submit().await;
        script.until_left(0).await;
        if dies {
            script.kill();
        }
        let cancelled = Instant::now();
        let job = script.world.store.cancel(&resource("a"), id).await.unwrap().unwrap();
        assert_eq!((job.status, job.summary.in_progress), (JobStatus::Cancelling, 1), "{job:?}");
        if dies {
            script.start();
        }
        let (job, waited) = (script.end(id).await, cancelled.elapsed());
        let log = script.look().await;
        // Cancelled beside a file that is there would be both.
        let commits = !matches!(order, Order::Never);
        let expected = if commits { (1, 0) } else { (0, 1) };
        assert_eq!((job.summary.success, job.summary.cancelled), expected, "{log:#?}");
        assert_eq!(script.world.storage.get(OUT, NAME).is_some(), commits);
        assert!(waited >= late, "{waited:?}: {log:#?}");
        assert!(log.iter().filter(|line| line.contains("looks for")).count() > 1, "it was looked at once: {log:#?}");
    }
}
