//! Which storage hosts have answered. An outage of one of them is waited out; a host that never was there is most likely
//! mistyped, and who typed it wants to hear of it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use terjuman_blobs::Location;

use crate::{JobInput, JobRequest};

/// Hosts that have answered this process, by name and port.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    met: Mutex<HashSet<String>>,
}

/// Hosts that are remembered; a server has a handful.
const MOST: usize = 10_000;

impl Hosts {
    /// The job's files were listed: its storage is there.
    pub(super) fn meet(&self, request: &JobRequest) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        for host in hosts(request) {
            if met.len() < MOST && !met.contains(&host) {
                met.insert(host);
            }
        }
    }

    /// Whether all storage of the job has been there before.
    pub(super) fn have_met(&self, request: &JobRequest) -> bool {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        hosts(request).all(|host| met.contains(&host))
    }
}

/// Name and port of every storage of a job.
fn hosts(request: &JobRequest) -> impl Iterator<Item = String> {
    let of_input = |input: &JobInput| {
        let targets = input.targets.iter().map(|target| &target.location);
        std::iter::once(&input.source.location).chain(targets).map(host).collect::<Vec<_>>()
    };
    request.inputs.iter().flat_map(of_input)
}

fn host(location: &Location) -> String {
    let url = location.url();
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}
