//! A world from its beginning to its end: first everything goes wrong, then nothing does.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use terjuman_jobs::{
    Accepted, Job, JobInput, JobRequest, JobSource, JobStore as _, JobTarget, Jobs, JobsError, Repeat, Repeated,
    SETTLES, StorageKind, Stores, Threads, Worker, WorkerConfig,
};
use terjuman_model::{JobId, JobStatus, ResourceId};
use terjuman_pipeline::{Engines, Limits, Options};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::checker::Seen;
use super::plan::Plan;
use super::storage::ReachedStorage;
use super::store::ReachedStore;
use super::texts;
use super::world::{Causes, Edge, Sabotage, World, lock};
use crate::support::{all, resource};
use crate::world::engines;

/// Once nothing goes wrong any more, every job ends within this time: leases expire, even if the clock was five minutes
/// ahead when they were given; back-offs end; the rest is work.
const REST: Duration = Duration::from_secs(1_800);

/// What became of a world.
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    pub(crate) causes: Causes,
    pub(crate) violations: Vec<String>,
    pub(crate) log: Vec<String>,
    /// How the jobs ended.
    pub(crate) ends: BTreeMap<String, u32>,
    pub(crate) succeeded: u32,
    pub(crate) late: u32,
}

/// Lives through one seed.
pub(crate) fn run(seed: u64, sabotage: Option<Sabotage>) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let world = World::new(seed, sabotage);
        let life = Arc::new(Life::new(&world));
        life.live().await;
        let mut report = Report {
            seed,
            plan: world.plan.clone(),
            causes: world.causes().clone(),
            violations: world.checker.violations(),
            log: world.take_log(),
            ends: BTreeMap::new(),
            succeeded: 0,
            late: world.checker.late(),
        };
        for job in everything(&world).await {
            let code = job.error.as_ref().map(|error| format!(" {}", error.code)).unwrap_or_default();
            *report.ends.entry(format!("{}{code}", job.status.as_str())).or_default() += 1;
            report.succeeded += job.summary.success;
        }
        report
    })
}

pub(super) async fn everything(world: &World) -> Vec<Job> {
    let mut jobs = Vec::new();
    for resource in world.store.resources() {
        jobs.extend(world.store.jobs(&resource, &all(1000)).await.unwrap().items);
    }
    jobs
}

struct Process {
    edge: Arc<Edge>,
    jobs: Jobs,
    worker: Option<JoinHandle<()>>,
    stop: CancellationToken,
}

pub(super) struct Life {
    world: Arc<World>,
    engines: Arc<Engines>,
    /// By place; one that is down is `None`.
    processes: Mutex<Vec<Option<Process>>>,
}

impl Life {
    /// Nobody is there yet.
    pub(super) fn new(world: &Arc<World>) -> Self {
        Self { engines: engines(BTreeMap::new()), world: world.clone(), processes: Mutex::default() }
    }

    async fn live(self: &Arc<Self>) {
        let (world, plan) = (&self.world, &self.world.plan);
        for (job, documents) in plan.jobs.iter().enumerate() {
            for document in 0..*documents {
                let (container, name) = (format!("in{job}"), format!("{document}.txt"));
                world.storage.put(&container, &name, texts::source(&container, &name, 0), None);
            }
        }
        for place in 0..plan.servers + plan.fronts {
            self.start(place, 0);
        }
        let mut clients = JoinSet::new();
        for job in 0..plan.jobs.len() {
            clients.spawn(self.clone().client(job));
        }
        self.rough_times().await;
        world.log("everything is well from here on");
        world.rough.store(false, Ordering::Relaxed);
        world.send_database_away(Duration::ZERO);
        world.send_storage_away(Duration::ZERO, false);
        for place in 0..plan.servers + plan.fronts {
            let running = lock(&self.processes)[place].as_ref().map(|process| process.edge.clone());
            match running {
                Some(edge) => edge.resume(),
                None => self.start(place, 1_000),
            }
        }
        let at_rest = async {
            // What callers gave up may still be on its way, and be accepted.
            sleep(Duration::from_millis(if plan.database_slow > 0 { plan.database_slow_ms } else { 0 })).await;
            while clients.join_next().await.is_some() {}
            while !everything(world).await.iter().all(|job| job.status.is_final()) {
                sleep(Duration::from_secs(1)).await;
            }
        };
        if timeout(REST, at_rest).await.is_err() {
            world.checker.violated("liveness: not every job came to its end, or a caller did not see it");
        }
        for place in 0..plan.servers + plan.fronts {
            self.stop(place).await;
        }
        // Whatever is still on its way arrives.
        sleep(SETTLES + Duration::from_secs(60)).await;
        world.checker.at_the_end(world).await;
    }

    pub(super) fn start(&self, place: usize, generation: u64) {
        let (world, plan) = (&self.world, &self.world.plan);
        let edge = Edge::new(world, format!("p{place}.{generation}"));
        let jobs = Jobs::new(Arc::new(ReachedStore { edge: edge.clone() }));
        let stop = CancellationToken::new();
        let worker = (place < plan.servers).then(|| {
            let config = WorkerConfig {
                concurrency: plan.concurrency,
                lease_ms: plan.lease_ms,
                heartbeat_ms: plan.lease_ms / 4,
                backoff_ms: plan.backoff_ms,
                shutdown_ms: plan.shutdown_ms,
                document_timeout_ms: plan.document_timeout_ms,
                ..WorkerConfig::default()
            };
            let stores = Stores::standing_in(Arc::new(ReachedStorage { edge: edge.clone() }));
            let engines = self.engines.clone();
            let worker = Worker::new(jobs.clone(), stores, engines, config, Options::default(), Limits::default());
            let slow = world.clone();
            let threads = Threads::simulated(Arc::new(move || {
                let duration = slow.dice.millis(0, if slow.is_rough() { slow.plan.translation_ms } else { 50 });
                Box::pin(sleep(duration))
            }));
            tokio::spawn(worker.with_threads(threads).run(stop.clone()))
        });
        world.log(format_args!("{} starts", edge.name));
        let mut processes = lock(&self.processes);
        while processes.len() <= place {
            processes.push(None);
        }
        processes[place] = Some(Process { edge, jobs, worker, stop });
    }

    pub(super) fn kill(&self, place: usize) -> bool {
        let Some(process) = lock(&self.processes)[place].take() else { return false };
        self.world.log(format_args!("{} is killed", process.edge.name));
        if let Some(worker) = process.worker {
            worker.abort();
        }
        process.edge.end_tasks();
        true
    }

    async fn stop(&self, place: usize) -> bool {
        let Some(process) = lock(&self.processes)[place].take() else { return false };
        self.world.log(format_args!("{} stops", process.edge.name));
        process.stop.cancel();
        if let Some(worker) = process.worker {
            match timeout(REST, worker).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.world.checker.violated(format!("a worker ended badly: {error}")),
                Err(_) => self.world.checker.violated("liveness: a worker does not stop"),
            }
        }
        process.edge.end_tasks();
        self.world.log(format_args!("{} has stopped", process.edge.name));
        true
    }

    /// Until the time is up, one mishap after another.
    async fn rough_times(self: &Arc<Self>) {
        let (world, plan, dice) = (&self.world, &self.world.plan, &self.world.dice);
        let end = Instant::now() + Duration::from_millis(plan.chaos_ms);
        let weights = [
            plan.kills,
            plan.stops,
            plan.pauses,
            plan.jumps,
            plan.database_outages,
            plan.storage_outages,
            plan.rewrites,
            plan.intruders,
            1,
        ];
        let mut restarts = JoinSet::new();
        let mut generation = 0;
        while Instant::now() < end {
            sleep(dice.millis(0, plan.between_ms)).await;
            let mut throw = dice.between(0, weights.iter().sum::<u64>() - 1);
            let kind = weights.iter().position(|weight| {
                let hit = throw < *weight;
                throw = throw.saturating_sub(*weight);
                hit
            });
            let place = dice.index(plan.servers + plan.fronts);
            generation += 1;
            match kind {
                Some(0) if self.kill(place) => {
                    world.causes().kills += 1;
                    let (life, after) = (self.clone(), dice.millis(0, 5_000));
                    restarts.spawn(async move {
                        sleep(after).await;
                        life.start(place, generation);
                    });
                }
                Some(1) => {
                    world.causes().stops += 1;
                    let (life, after) = (self.clone(), dice.millis(0, 1_000));
                    restarts.spawn(async move {
                        if life.stop(place).await {
                            sleep(after).await;
                            life.start(place, generation);
                        }
                    });
                }
                Some(2) => {
                    let edge = lock(&self.processes)[place].as_ref().map(|process| process.edge.clone());
                    let duration = dice.millis(100, plan.lease_ms * 3);
                    if let Some(edge) = edge {
                        world.causes().pauses += 1;
                        world.log(format_args!("{} stands still for {} ms", edge.name, duration.as_millis()));
                        edge.pause(duration);
                    }
                }
                Some(3) => {
                    world.causes().jumps += 1;
                    let seconds = i64::try_from(dice.between(0, 600)).unwrap_or(0) - 300;
                    world.log(format_args!("the clock jumps to {seconds} s from the true time"));
                    if world.clock.jump(seconds * 1_000_000) {
                        world.checker.jumped_forwards();
                        world.moment.notify_one();
                    }
                }
                Some(4) => {
                    let duration = dice.millis(100, plan.lease_ms * 2);
                    world.causes().outages += 1;
                    world.log(format_args!("no database for {} ms", duration.as_millis()));
                    world.send_database_away(duration);
                }
                Some(5) => {
                    let duration = dice.millis(100, 10_000);
                    let forbids = dice.per_mille(300);
                    world.causes().expiries += u32::from(forbids);
                    world.log(format_args!("no storage for {} ms; it forbids: {forbids}", duration.as_millis()));
                    world.send_storage_away(duration, forbids);
                }
                Some(6) => {
                    world.causes().rewrites += 1;
                    let job = dice.index(plan.jobs.len());
                    let (container, name) = (format!("in{job}"), format!("{}.txt", dice.index(plan.jobs[job])));
                    // Often what it was before.
                    let version = dice.one_of(&[0, 0, 1, 1, 2, texts::VERSIONS - 1]);
                    world.log(format_args!("{container}/{name} is rewritten"));
                    world.storage.put(&container, &name, texts::source(&container, &name, version), None);
                }
                Some(7) => self.intrude(),
                _ => {}
            }
        }
        while restarts.join_next().await.is_some() {}
    }

    /// Somebody else writes where an output would go. Never over anything: that is not ours to judge.
    fn intrude(&self) {
        let (world, plan) = (&self.world, &self.world.plan);
        let job = world.dice.index(plan.jobs.len());
        let (container, name) = (format!("out{job}-0-0"), format!("{}.txt", world.dice.index(plan.jobs[job])));
        if world.storage.get(&container, &name).is_none() {
            world.causes().intruders += 1;
            world.log(format_args!("somebody puts {container}/{name}"));
            world.storage.put(&container, &name, Bytes::from_static(FOREIGN), None);
            world.checker.intruded(container, name);
        }
    }

    /// Asks any server that is up, as a caller behind a load balancer does.
    async fn ask<T, F>(&self, call: impl FnOnce(Jobs) -> F) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, JobsError>> + Send + 'static,
    {
        let task = {
            let processes = lock(&self.processes);
            let up: Vec<_> = processes.iter().flatten().collect();
            let process = up.get(self.world.dice.index(up.len()))?;
            let task = tokio::spawn(call(process.jobs.clone()));
            process.edge.own(task.abort_handle());
            task
        };
        timeout(Duration::from_secs(20), task).await.ok()?.ok()?.ok()
    }

    /// One caller with one job, who sees it through to its end.
    async fn client(self: Arc<Self>, index: usize) {
        let (world, plan) = (&self.world, &self.world.plan);
        let who = resource(["a", "b"][index % 2]);
        sleep(world.dice.millis(0, plan.chaos_ms / 3)).await;
        let job = self.submit(&who, index).await;
        world.log(format_args!("job {job} is accepted"));
        world.checker.accepted(&who, job);
        let mut cancel_at =
            world.dice.per_mille(plan.cancels).then(|| Instant::now() + world.dice.millis(0, plan.chaos_ms));
        let mut aims = world.dice.per_mille(plan.aimed);
        let mut seen = Seen::default();
        loop {
            tokio::select! {
                biased;
                () = world.moment.notified(), if aims && world.is_rough() => {
                    cancel_at = Some(Instant::now());
                    aims = world.dice.per_mille(300);
                    sleep(Duration::from_millis(world.dice.one_of(&[0, 0, 50, 1_500]))).await;
                }
                () = sleep(world.dice.millis(100, 2_000)) => {}
            }
            if cancel_at.is_some_and(|at| at <= Instant::now()) {
                let asked = who.clone();
                world.log(format_args!("job {job} is to be cancelled"));
                if let Some(answer) = self.ask(move |jobs| async move { jobs.cancel(&asked, job).await }).await {
                    if !answer.is_some_and(|job| job.status.is_final() || job.status == JobStatus::Cancelling) {
                        world.checker.violated(format!("P14: job {job} was cancelled and goes on"));
                    }
                    // Some are impatient, or did not hear that it was done.
                    cancel_at = world.dice.per_mille(300).then(Instant::now);
                }
            }
            if self.poll(&who, job, &mut seen).await {
                return;
            }
        }
    }

    /// Until it is accepted. Some callers give their request a name and say the same again. The others write to another
    /// place at each try: one whose answer was lost may be at work.
    async fn submit(&self, who: &ResourceId, index: usize) -> JobId {
        let named = self.world.dice.per_mille(500);
        let repeat = named.then(|| Repeat { name: format!("request {index}"), body: [7; 32], first_sent: None });
        for attempt in 0.. {
            let request = request(index, self.world.plan.targets, if named { 0 } else { attempt });
            let (asked, repeat) = (who.clone(), repeat.clone());
            let accept = move |jobs: Jobs| async move { jobs.accept(&asked, &request, repeat.as_ref()).await };
            match self.ask(accept).await {
                Some(Accepted::New(job)) => return job.id,
                Some(Accepted::Before(Repeated::Same(job))) => return job,
                Some(Accepted::Before(other)) => {
                    self.world.checker.violated(format!("P17: a request that came again is told {other:?}"));
                }
                None => {}
            }
            sleep(self.world.dice.millis(100, 2_000)).await;
        }
        unreachable!("there is always another try")
    }

    /// Whether the job has ended.
    async fn poll(&self, who: &ResourceId, job: JobId, seen: &mut Seen) -> bool {
        let mut wrong = Vec::new();
        let asked = who.clone();
        let documents = self.ask(move |jobs| async move { jobs.documents(&asked, job, &all(1000)).await }).await;
        for document in documents.flatten().map(|page| page.items).unwrap_or_default() {
            seen.document(&document, &mut wrong);
        }
        let asked = who.clone();
        let read = self.ask(move |jobs| async move { jobs.job(&asked, job).await }).await;
        if read == Some(None) {
            wrong.push(format!("P1: job {job} was accepted and cannot be read"));
        }
        let read = read.flatten();
        if let Some(job) = &read {
            seen.job(job, &mut wrong);
        }
        for what in wrong {
            self.world.checker.violated(format!("a caller sees: {what}"));
        }
        read.is_some_and(|job| job.status.is_final())
    }
}

/// What intruders write.
pub(crate) const FOREIGN: &[u8] = b"not ours";

pub(super) fn request(index: usize, targets: usize, attempt: usize) -> JobRequest {
    let location = |name: String| format!("https://storage.example/{name}").parse().unwrap();
    let target = |target: usize| JobTarget {
        location: location(format!("out{index}-{target}-{attempt}")),
        language: "pt".parse().unwrap(),
        category: None,
        deployment: None,
        glossaries: Vec::new(),
    };
    let source = JobSource {
        location: location(format!("in{index}")),
        prefix: String::new(),
        suffix: String::new(),
        language: Some("en".parse().unwrap()),
    };
    let input = JobInput { kind: StorageKind::Folder, source, targets: (0..targets).map(target).collect() };
    JobRequest { inputs: vec![input], ..JobRequest::default() }
}
