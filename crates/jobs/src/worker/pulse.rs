//! Once a second: leases are kept alive, work that must stop is told so, progress is stored.

use std::sync::Arc;
use std::time::Duration;

use terjuman_model::JobId;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::held::{Held, Reason};
use super::{Shared, metrics};
use crate::{News, Released, Subject};

/// Between two looks at the clock.
const TICK: Duration = Duration::from_secs(1);

/// Runs until it is aborted.
pub(super) async fn run(shared: Arc<Shared>) {
    let beat =
        Duration::from_millis(shared.config.heartbeat_ms).clamp(Duration::from_millis(1), shared.holder.lease / 3);
    let mut ticks = interval(TICK.min(beat));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut cancels = shared.jobs.cancels();
    let mut news = shared.jobs.store().news();
    let mut last = Instant::now();
    loop {
        let now_beat = tokio::select! {
            biased;
            _ = ticks.tick() => last.elapsed() >= beat,
            cancelled = cancels.recv() => match cancelled {
                Ok(job) => {
                    stop_job(&shared, job);
                    false
                }
                // Some were missed: the store knows them all.
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
            heard = next(&mut news) => {
                if let News::Cancelled(job) = heard {
                    stop_job(&shared, job);
                }
                shared.jobs.announce();
                shared.jobs.ring();
                // The store knows what was missed.
                heard == News::Missed
            }
        };
        stop_overdue(&shared);
        tell_progress(&shared).await;
        if now_beat {
            last = Instant::now();
            beat_once(&shared).await;
        }
    }
}

/// What another process did next. Never, if there cannot be another.
async fn next(news: &mut Option<broadcast::Receiver<News>>) -> News {
    let Some(receiver) = news else { return std::future::pending().await };
    match receiver.recv().await {
        Ok(heard) => heard,
        Err(RecvError::Lagged(_)) => News::Missed,
        Err(RecvError::Closed) => {
            *news = None;
            std::future::pending().await
        }
    }
}

/// The job was cancelled: its work hears of it at once.
fn stop_job(shared: &Shared, job: JobId) {
    for held in shared.held.all().iter().filter(|held| held.job() == job) {
        match held.lease().subject() {
            Subject::Document(_) => held.stop(Reason::Cancelled),
            Subject::Expansion(_) => held.stop(Reason::Lost),
        }
    }
}

fn stop_overdue(shared: &Shared) {
    for held in shared.held.all() {
        if held.is_overdue(shared.holder.lease) {
            held.stop(Reason::Lost);
        }
    }
}

async fn tell_progress(shared: &Shared) {
    let all = shared.held.all();
    let moved: Vec<_> = all.iter().filter_map(|held| Some((held.lease(), held.advance()?))).collect();
    if !moved.is_empty() {
        // Only for show: the next one brings it.
        let told = shared.jobs.store().progress(&moved).await;
        shared.note(&told);
        shared.jobs.announce();
    }
}

/// Our own leases first: after a jump of the clock they are as old as everybody's.
async fn beat_once(shared: &Shared) {
    let all: Vec<Arc<Held>> = shared.held.all();
    if !all.is_empty() {
        let leases: Vec<_> = all.iter().map(|held| held.lease()).collect();
        let sent = Instant::now();
        let found = shared.jobs.store().heartbeat(&shared.holder, &leases).await;
        shared.note(&found);
        let Ok(found) = found else { return };
        for held in &all {
            held.renew(sent);
        }
        let stop = |subjects: &[Subject], reason| {
            for held in subjects.iter().filter_map(|subject| shared.held.get(*subject)) {
                // One that was claimed again since is another lease.
                if all.iter().any(|known| Arc::ptr_eq(known, &held)) {
                    held.stop(reason);
                }
            }
        };
        stop(&found.cancelled, Reason::Cancelled);
        stop(&found.lost, Reason::Lost);
    }
    let released = shared.jobs.store().release_expired(shared.config.lost_leases).await;
    shared.note(&released);
    if released.is_ok_and(|released| released != Released::default()) {
        shared.jobs.announce();
        shared.jobs.ring();
    }
    shared.contexts.sweep();
    if let Ok(depth) = shared.jobs.store().depth().await {
        metrics::depth(&depth);
    }
}
