//! Worlds without chance: what is too rare for the dice.

use std::sync::atomic::Ordering;
use std::time::Duration;

use terjuman_jobs::JobStore as _;
use terjuman_model::{JobId, JobStatus};
use tokio::time::{sleep, timeout};

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
    fn new() -> Self {
        let dice = Dice::new(0);
        let plan = Plan {
            servers: 1,
            fronts: 0,
            jobs: vec![1],
            targets: 1,
            concurrency: 1,
            lease_ms: 4_000,
            backoff_ms: 1_000,
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

    /// The server dies, if there is one, and another one starts.
    fn start(&mut self) {
        if self.starts > 0 {
            self.life.kill(0);
        }
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

    /// How the job ends; and then everything arrives that was sent, and is looked at.
    async fn end(&self, id: JobId) -> JobStatus {
        let status = async {
            loop {
                let job = self.world.store.job(&resource("a"), id).await.unwrap().unwrap();
                if job.status.is_final() {
                    return job.status;
                }
                sleep(Duration::from_millis(100)).await;
            }
        };
        let status = timeout(Duration::from_secs(600), status).await;
        let status = status.unwrap_or_else(|_| panic!("{:#?}", self.world.take_log()));
        sleep(Duration::from_secs(600)).await;
        self.world.checker.at_the_end(&self.world).await;
        assert_eq!(self.world.checker.violations(), [""; 0], "{:#?}", self.world.take_log());
        status
    }
}

/// The first worker writes, and dies before it can say so. The second one finds the source changed; what it sends over the first
/// output is not answered. The third one finds the source as it was: the first output is what it would write. If it were content
/// with that, the second one's would replace it afterwards.
#[tokio::test(start_paused = true)]
async fn an_equal_output_counts_when_nothing_can_replace_it_any_more() {
    // What comes late does so before it is believed to have settled, and after the third worker has found its like.
    for late in [5, 20, 29] {
        let mut script = Script::new();
        script.world.storage.order([Order::Silence, Order::Late(Duration::from_secs(late))]);
        script.write(0);
        script.start();
        let id = script.submit().await;
        script.until_left(1).await;
        script.write(1);
        script.start();
        script.until_left(0).await;
        script.write(0);
        assert_eq!(script.end(id).await, JobStatus::Succeeded);
        let left = script.world.storage.get(OUT, NAME).unwrap();
        assert_eq!(texts::characters_of(IN, NAME, &left.bytes), Some(texts::source(IN, NAME, 0).len() as u64));
    }
}
