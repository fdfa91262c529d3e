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
    let nanoseconds = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten().filter_map(|task| {
        let is_one = std::fs::read_to_string(task.path().join("comm")).ok()?.starts_with(name);
        let times = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        times.split_whitespace().next()?.parse::<u64>().ok().filter(|_| is_one)
    });
    Duration::from_nanos(nanoseconds.sum())
}
