//! Who takes over a place takes over its processor.
//!
//! One who gives its place up is about to sleep. The system, which does not know, looks for a processor for the other one
//! while all are at work, and may choose one where somebody else goes on: the two then take turns, and the giver's stands
//! still until the system looks again, in all for a twentieth of the time. So the giver binds the other one to its own
//! processor before it wakes it, and who wakes frees itself first of all: nobody is bound while it works. Threads that are
//! bound for good would be simpler, but two that other programs keep waiting could not go to where nobody does anything.

#[cfg(target_os = "linux")]
pub(super) use linux::Sleeper;
#[cfg(not(target_os = "linux"))]
pub(super) use other::Sleeper;

#[cfg(target_os = "linux")]
mod linux {
    use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// A thread that is going to sleep until another one wakes it.
    pub(in crate::neural) struct Sleeper {
        thread: Pid,
        /// The processors that it may run on otherwise.
        allowed: CpuSet,
    }

    impl Sleeper {
        /// The thread that calls this. `None` where the system does not tell.
        pub(in crate::neural) fn current() -> Option<Self> {
            Some(Self { thread: gettid(), allowed: sched_getaffinity(None).ok()? })
        }

        /// Lets it wake on the processor of the thread that calls this, if it may run there. It must be asleep, or about to be.
        pub(in crate::neural) fn bind(&self) {
            let processor = sched_getcpu();
            if processor < CpuSet::MAX_CPU && self.allowed.is_set(processor) {
                let mut one = CpuSet::new();
                one.set(processor);
                // Where that is forbidden it wakes wherever the system wants.
                let _ = sched_setaffinity(Some(self.thread), &one);
            }
        }

        /// What it says of itself when it is awake: it may run anywhere again.
        pub(in crate::neural) fn free(&self) {
            let _ = sched_setaffinity(None, &self.allowed);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn who_was_bound_is_free_again() {
            let before = sched_getaffinity(None).unwrap();
            let sleeper = Sleeper::current().unwrap();
            std::thread::scope(|scope| scope.spawn(|| sleeper.bind()).join()).unwrap();
            let bound = sched_getaffinity(None).unwrap();
            assert!(bound.count() == 1 && before.is_set((0..CpuSet::MAX_CPU).find(|&at| bound.is_set(at)).unwrap()));
            sleeper.free();
            assert!(sched_getaffinity(None).unwrap() == before);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    /// Other systems have no call for it.
    pub(in crate::neural) struct Sleeper;

    impl Sleeper {
        pub(in crate::neural) fn current() -> Option<Self> {
            None
        }

        pub(in crate::neural) fn bind(&self) {}

        pub(in crate::neural) fn free(&self) {}
    }
}
