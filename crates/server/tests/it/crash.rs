//! The process is killed at random moments during a stream of jobs: nothing that was accepted is lost or doubled.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use crate::support::{Server, assert_consistent};

/// Kills of one run; `TERJUMAN_TEST_KILLS` gives another number.
const KILLS: usize = 25;
/// Documents of one job.
const DOCUMENTS: usize = 3;

#[expect(clippy::disallowed_methods, reason = "how long a run takes is up to who runs it")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Numbers that follow from the printed seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        let seed = setting("TERJUMAN_TEST_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0 | 1);
        println!("TERJUMAN_TEST_SEED={seed}");
        Self(seed)
    }

    /// Below `bound`.
    pub(crate) fn next(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// How often a run kills.
pub(crate) fn kills() -> usize {
    setting("TERJUMAN_TEST_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap())
}

/// The folder `in` with the documents of every job.
pub(crate) fn write_documents(server: &Server) {
    let texts: Vec<_> = (0..DOCUMENTS).map(|i| (format!("{i}.txt"), format!("This is text {i}."))).collect();
    let documents: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    server.documents("in", &documents);
}

/// What a client has seen of the jobs that were accepted.
#[derive(Default)]
pub(crate) struct Seen {
    /// By id: the folder of its target, and how many of its documents had ended when last asked.
    jobs: BTreeMap<String, (String, u64)>,
    submitted: usize,
}

impl Seen {
    /// Submits and asks until the process is gone.
    pub(crate) async fn stream(&mut self, server: &Server, random: &mut Random) {
        loop {
            let target = format!("out-{}", self.submitted);
            self.submitted += 1;
            match server.submit(&server.url_of("in"), &server.url_of(&target)).await {
                Ok((202, body)) => {
                    self.jobs.insert(body["id"].as_str().unwrap().to_owned(), (target, 0));
                }
                Ok((status, body)) => panic!("a submit was answered {status}: {body}"),
                // The answer was lost: the job may exist or not, and nobody was promised anything.
                Err(_) => return,
            }
            let nth = usize::try_from(random.next(self.jobs.len() as u64)).unwrap();
            let id = self.jobs.keys().nth(nth).unwrap().clone();
            match server.get(&format!("/translator/document/batches/{id}")).await {
                Ok((status, job)) => self.check(&id, status, &job),
                Err(_) => return,
            }
        }
    }

    /// An accepted job is there, its counters add up, and what has ended stays ended.
    fn check(&mut self, id: &str, status: u16, job: &Value) {
        assert_eq!(status, 200, "job {id} was accepted and is gone: {job}");
        assert_consistent(job);
        let ended = ["success", "failed", "cancelled"].map(|name| job["summary"][name].as_u64().unwrap());
        let ended = ended.iter().sum();
        let before = &mut self.jobs.get_mut(id).unwrap().1;
        assert!(ended >= *before, "job {id} had {before} ended documents and now has {ended}");
        *before = ended;
    }

    /// Every job that was accepted ends well: each document once, each file once.
    pub(crate) async fn check_ends(self, server: &Server) {
        assert!(!self.jobs.is_empty());
        println!("{} jobs were accepted", self.jobs.len());
        for (id, (target, _)) in self.jobs {
            let job = server.ended(&id).await;
            assert_eq!(job["status"], "Succeeded", "{job}");
            assert_eq!(job["summary"]["success"], DOCUMENTS, "{job}");
            let folder = server.folder().join(target);
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), DOCUMENTS, "one output a document");
            for i in 0..DOCUMENTS {
                let text = std::fs::read_to_string(folder.join(format!("{i}.txt"))).unwrap();
                assert!(text.starts_with(&format!("[Ťĥíś íś ťéẋť {i}.")), "{text}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_survives_being_killed() {
    // A lease that ends soon: whoever takes over need not wait a minute.
    let settings = [("WORKER__LEASE_MS", "900"), ("WORKER__HEARTBEAT_MS", "300"), ("ENGINE__PSEUDO_DELAY_MS", "10")];
    let mut server = Server::start(&settings);
    write_documents(&server);
    let mut random = Random::new();
    let mut seen = Seen::default();
    for _ in 0..kills() {
        // The moment is this test's input, so it waits for it.
        let moment = tokio::time::sleep(Duration::from_millis(20 + random.next(400)));
        tokio::select! {
            () = moment => {}
            () = seen.stream(&server, &mut random) => panic!("the server went away by itself"),
        }
        server.kill();
        server.restart();
    }
    seen.check_ends(&server).await;
}
