//! Which documents a job has, and when it is refused.

mod folders;
mod remote;

use terjuman_jobs::JobRequest;
use terjuman_model::{FailureCode, JobStatus};

use crate::world::World;

/// A job that is refused with this code, whatever was given to it.
async fn check_refused(world: &mut World, request: &JobRequest, code: FailureCode) {
    let (job, documents) = world.run(request).await;
    assert_eq!(job.status, JobStatus::ValidationFailed, "{job:?}");
    let error = job.error.unwrap();
    assert_eq!((error.code, job.summary.total(), documents.len()), (code, 0, 0), "{}", error.message);
    assert!(!error.message.contains("CANARY"), "{}", error.message);
}

/// The names in `out` after a job that succeeds whole.
async fn check_outputs(world: &mut World, request: &JobRequest, expected: &[&str]) {
    let (job, _) = world.run(request).await;
    assert_eq!((job.status, job.summary.success as usize), (JobStatus::Succeeded, expected.len()), "{job:?}");
    assert_eq!(world.files("out"), expected);
}

fn write_all(world: &World, names: &[&str]) {
    for name in names {
        world.write(name, "These are some words.");
    }
}
