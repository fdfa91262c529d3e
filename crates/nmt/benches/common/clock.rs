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
