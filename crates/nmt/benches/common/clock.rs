//! Clocks that count what this process computes, not what others do meanwhile.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

fn read(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// Of this thread.
#[allow(dead_code, reason = "not every bench needs both")]
pub(crate) fn thread() -> Duration {
    read(ClockId::ThreadCPUTime)
}

/// Of all threads, those that ended as well.
#[allow(dead_code, reason = "not every bench needs both")]
pub(crate) fn process() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Of the threads that are there whose name begins so; zero where the system does not tell.
#[allow(dead_code, reason = "not every bench needs it")]
pub(crate) fn threads(name: &str) -> Duration {
    tasks(name).map(|(ran, _)| ran).sum()
}

/// What all threads that are there ran or would have run, had others left them a processor: on a busy machine this, and not
/// the clock on the wall, tells how many were at work.
#[allow(dead_code, reason = "not every bench needs it")]
pub(crate) fn wanted() -> Duration {
    tasks("").map(|(ran, waited)| ran + waited).sum()
}

/// For each thread whose name begins so, how long it ran and how long it waited for a processor.
fn tasks(name: &str) -> impl Iterator<Item = (Duration, Duration)> {
    std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten().filter_map(move |task| {
        let is_one = std::fs::read_to_string(task.path().join("comm")).ok()?.starts_with(name);
        let times = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        let mut times = times.split_whitespace().map_while(|time| Some(Duration::from_nanos(time.parse().ok()?)));
        is_one.then_some((times.next()?, times.next()?))
    })
}
