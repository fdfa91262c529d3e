//! What a model of the database can be told to do wrong.

/// A way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Whoever comes is believed to hold the lease, however late.
    NoFence,
    /// A success is counted twice.
    CountsTwice,
    /// A success charges twice.
    ChargesTwice,
    /// Every third job is accepted and not kept.
    ForgetsJobs,
    /// A request that comes again is another job.
    ForgetsNames,
    /// An end can be overwritten by another end.
    EndsAgain,
    /// A cancel ends what is at work without asking, and its workers go on.
    CancelsBlindly,
    /// A lease that expired is never taken back.
    KeepsLeases,
    /// A job that waits again is shown as not started.
    GoesBack,
    /// A cancel ends what was begun and has no worker, and nobody looks what is there.
    NeverLooks,
    /// Nobody is told that an output may appear yet.
    ForgetsWrites,
}
