//! What every store promises to the workers.

use std::time::Duration;

use terjuman_jobs::{
    Accepted, AdmissionConfig, ClaimedDocument, Clock as _, Document, Forgotten, Heartbeat, Holder, Job, Jobs,
    JobsError, LOOKS, Lease, NewDocument, Outcome, Released, Repeat, Repeated, Return, SETTLES, Standing, Subject,
};
use terjuman_model::{DocumentStatus, Failure, FailureCode, JobId, JobStatus, Timestamp};
use terjuman_pipeline::{Reason, Report, Stage};

use crate::bench::Bench;
use crate::support::{all, request, resource};

const LEASE: Duration = Duration::from_secs(60);

fn holder(name: &str) -> Holder {
    Holder { name: name.to_owned(), lease: LEASE }
}

fn failure() -> Outcome {
    Outcome::Failed(Failure::new(FailureCode::CorruptDocument, "the document is damaged"))
}

fn success(characters: u64) -> Outcome {
    Outcome::Succeeded { characters, sha256: "00".repeat(32) }
}

fn found(count: usize) -> Vec<NewDocument> {
    let document = |index: usize| NewDocument {
        input: 0,
        target: 0,
        source_name: format!("{index}.txt"),
        source_url: format!("https://a.blob.core.windows.net/in/{index}.txt"),
        source_etag: Some("etag".into()),
        size: 10,
        target_name: format!("{index}.txt"),
        target_url: format!("https://a.blob.core.windows.net/out/{index}.txt"),
        twin: false,
    };
    (0..count).map(document).collect()
}

impl Bench {
    /// A job with so many documents that wait.
    async fn job(&self, who: &str, documents: usize) -> JobId {
        self.job_of(who, &vec![10; documents]).await
    }

    /// A job with documents of these sizes that wait.
    async fn job_of(&self, who: &str, sizes: &[u64]) -> JobId {
        let job = self.store.create_job(&resource(who), &request()).await.unwrap();
        let claimed = self.store.claim_expansion(&holder("expander")).await.unwrap().unwrap();
        assert_eq!(claimed.job, job.id);
        let sized = |(document, size): (NewDocument, &u64)| NewDocument { size: *size, ..document };
        let documents = found(sizes.len()).into_iter().zip(sizes).map(sized).collect();
        assert!(self.store.record_expansion(&claimed.lease, documents).await.unwrap());
        job.id
    }

    /// So many documents, each done before the next one is taken: the first letters of whose they are.
    async fn one_by_one(&self, count: usize) -> String {
        let mut order = String::new();
        for _ in 0..count {
            let claimed = self.claim_one().await;
            order.push_str(&claimed.resource.0[..1]);
            assert!(self.finish(&claimed.lease, success(1)).await);
        }
        order
    }

    async fn claim(&self, limit: usize) -> Vec<ClaimedDocument> {
        self.store.claim_documents(&holder("worker"), limit).await.unwrap().documents
    }

    async fn claim_one(&self) -> ClaimedDocument {
        self.claim(1).await.pop().unwrap()
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome) -> bool {
        self.store.finish(lease, outcome, Report::default()).await.unwrap()
    }

    async fn read(&self, job: JobId) -> Job {
        self.store.job(&resource("a"), job).await.unwrap().unwrap()
    }

    /// In the order of enumeration.
    async fn documents(&self, job: JobId) -> Vec<Document> {
        let mut documents = self.store.documents(&resource("a"), job, &all(1000)).await.unwrap().unwrap().items;
        documents.reverse();
        documents
    }

    async fn cancel(&self, job: JobId) -> JobStatus {
        self.store.cancel(&resource("a"), job).await.unwrap().unwrap().status
    }

    /// The worker is not heard of again; `limit` such workers end a document.
    async fn worker_dies(&self, limit: u32) -> Released {
        self.clock.advance(LEASE + Duration::from_secs(1));
        self.store.release_expired(limit).await.unwrap()
    }

    /// The worker went down by its own doing, and said of which documents; three times are too many.
    async fn crashed(&self, leases: &[&Lease]) -> Released {
        self.store.record_crashes(leases, 3).await.unwrap()
    }

    async fn look(&self) -> ClaimedDocument {
        self.store.claim_cancelled(&holder("worker"), 1).await.unwrap().pop().unwrap()
    }

    async fn claim_suspect(&self) -> ClaimedDocument {
        self.store.claim_suspect(&holder("worker")).await.unwrap().unwrap()
    }

    #[track_caller]
    fn check(job: &Job, status: JobStatus, counters: [u32; 5]) {
        let s = &job.summary;
        let is = [s.not_yet_started, s.in_progress, s.success, s.failed, s.cancelled];
        assert_eq!((job.status, is), (status, counters), "waiting, running, success, failed, cancelled");
    }
}

async fn a_claim_hides_the_document(bench: Bench) {
    let job = bench.job("a", 3).await;
    let first = bench.claim(2).await;
    let second = bench.claim(5).await;
    assert_eq!((first.len(), second.len(), bench.claim(5).await.len()), (2, 1, 0));
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 3, 0, 0, 0]);
    let mut ids: Vec<_> = first.iter().chain(&second).map(|claimed| claimed.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(bench.store.depth().await.unwrap().running, 3);
}

async fn a_late_worker_cannot_finish(bench: Bench) {
    let job = bench.job("a", 1).await;
    let late = bench.claim_one().await;
    assert_eq!(bench.worker_dies(9).await, Released { released: 1, crashed: 0 });
    assert_eq!(bench.store.standing(&late.lease).await.unwrap(), Standing::Lost);
    let suspect = bench.store.claim_suspect(&holder("second")).await.unwrap().unwrap();
    assert_eq!((suspect.id, suspect.attempt, suspect.lost), (late.id, 1, 1));
    assert!(!bench.finish(&late.lease, failure()).await);
    bench.store.hand_back(&[&late.lease], Return::Unbegun).await.unwrap();
    assert_eq!(bench.store.standing(&suspect.lease).await.unwrap(), Standing::Held);
    assert!(bench.finish(&suspect.lease, success(5)).await);
    assert!(!bench.finish(&suspect.lease, success(5)).await);
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
    assert_eq!(job.summary.characters_charged, 5);
}

async fn a_lost_document_waits_again_and_still_shows_running(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    let before = bench.read(job).await;
    bench.worker_dies(9).await;
    assert_eq!(bench.documents(job).await[0].status, DocumentStatus::Running);
    let after = bench.read(job).await;
    assert_eq!((after.status, after.summary), (before.status, before.summary));
    assert_eq!(bench.store.depth().await.unwrap().waiting, 1);
}

async fn a_heartbeat_keeps_a_lease(bench: Bench) {
    bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    for _ in 0..5 {
        bench.clock.advance(LEASE - Duration::from_secs(1));
        let found = bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
        assert_eq!(found, Heartbeat::default());
        assert_eq!(bench.store.release_expired(1).await.unwrap(), Released::default());
    }
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Held);
    // Expired but not released: what is not taken yet can be kept, but is worth nothing until then.
    bench.clock.advance(LEASE * 2);
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Lost);
    bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Held);
}

async fn a_heartbeat_tells_what_is_cancelled_and_what_is_lost(bench: Bench) {
    bench.job("a", 1).await;
    let lost = bench.claim_one().await;
    bench.worker_dies(9).await;
    let job = bench.job("a", 2).await;
    let (cancelled, done) = (bench.claim_one().await, bench.claim_one().await);
    assert!(bench.finish(&done.lease, success(1)).await);
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    let leases = [&lost.lease, &cancelled.lease, &done.lease];
    let found = bench.store.heartbeat(&holder("worker"), &leases).await.unwrap();
    assert_eq!(found.cancelled, [cancelled.lease.subject()]);
    assert_eq!(found.lost, [lost.lease.subject(), done.lease.subject()]);
    assert_eq!(bench.store.standing(&cancelled.lease).await.unwrap(), Standing::Cancelled);
}

async fn attempts_are_counted_before_the_work_and_not_for_what_is_given_back(bench: Bench) {
    bench.job("a", 1).await;
    for _ in 0..10 {
        let claimed = bench.claim_one().await;
        assert_eq!((claimed.attempt, claimed.lost), (1, 0));
        bench.store.hand_back(&[&claimed.lease], Return::Unbegun).await.unwrap();
    }
    let first = bench.claim_one().await;
    bench.store.hand_back(&[&first.lease], Return::After(Duration::ZERO)).await.unwrap();
    let second = bench.claim_one().await;
    assert_eq!((second.attempt, second.lost), (2, 0));
    assert!(bench.finish(&second.lease, success(1)).await);
}

async fn a_document_whose_workers_vanish_too_often_ends_crashed(bench: Bench) {
    let job = bench.job("a", 2).await;
    bench.claim(2).await;
    assert_eq!(bench.worker_dies(3).await, Released { released: 2, crashed: 0 });
    // One at a time: what dies next is counted against it alone.
    let claim = async || bench.store.claim_suspect(&holder("worker")).await.unwrap().unwrap();
    let good = claim().await;
    assert!(bench.finish(&good.lease, success(1)).await);
    let poison = claim().await;
    assert_eq!(bench.worker_dies(3).await, Released { released: 1, crashed: 0 });
    assert_eq!(claim().await.id, poison.id);
    assert_eq!(bench.worker_dies(3).await, Released { released: 0, crashed: 1 });
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 1, 0]);
    let documents = bench.documents(job).await;
    let failed = documents.iter().find(|document| document.id == poison.id).unwrap();
    assert_eq!(failed.error.as_ref().unwrap().code, FailureCode::DocumentCrashed);
}

async fn a_document_that_brings_its_process_down_ends_crashed(bench: Bench) {
    let job = bench.job("a", 2).await;
    let mut claimed = bench.claim(2).await;
    let good = claimed.remove(0);
    let poison = claimed.remove(0);
    assert_eq!(bench.crashed(&[&poison.lease]).await, Released { released: 1, crashed: 0 });
    // The neighbour was not named: its lease ends like that of any worker that is gone.
    bench.worker_dies(20).await;
    assert_eq!(bench.claim_suspect().await.id, good.id);
    let again = bench.claim_suspect().await;
    assert_eq!((again.id, again.lost, again.attempt), (poison.id, 1, 1));
    assert_eq!(bench.crashed(&[&again.lease]).await, Released { released: 1, crashed: 0 });
    let last = bench.claim_suspect().await;
    assert_eq!(bench.crashed(&[&last.lease]).await, Released { released: 0, crashed: 1 });
    let documents = bench.documents(job).await;
    let failed = documents.iter().find(|document| document.id == poison.id).unwrap();
    assert_eq!(failed.error.as_ref().unwrap().code, FailureCode::DocumentCrashed);
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 1, 0, 1, 0]);
}

async fn what_was_read_of_a_deadly_document_is_kept_for_its_owner(bench: Bench) {
    bench.job("a", 1).await;
    let (first, sum) = (bench.claim_one().await, "ab".repeat(32));
    assert!(bench.store.note_input(&first.lease, &"00".repeat(32)).await.unwrap());
    bench.crashed(&[&first.lease]).await;
    assert!(!bench.store.note_input(&first.lease, &sum).await.unwrap(), "a late word counts");
    let second = bench.claim_suspect().await;
    assert!(bench.store.note_input(&second.lease, &sum).await.unwrap());
    bench.crashed(&[&second.lease]).await;
    let third = bench.claim_suspect().await;
    assert_eq!(bench.crashed(&[&third.lease]).await, Released { released: 0, crashed: 1 });
    let report = bench.store.report(&resource("a"), third.id).await.unwrap().unwrap();
    assert_eq!((report.status, report.input_sha256), (DocumentStatus::Failed, Some(sum)));
    assert_eq!(bench.store.report(&resource("b"), third.id).await.unwrap(), None);
}

async fn a_kill_from_outside_costs_no_attempt(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    for death in 1..=15 {
        assert_eq!(bench.worker_dies(20).await, Released { released: 1, crashed: 0 });
        let claimed = bench.claim_suspect().await;
        assert_eq!((claimed.attempt, claimed.lost), (1, death));
        if death == 15 {
            assert!(bench.finish(&claimed.lease, success(1)).await);
        }
    }
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
}

async fn a_crash_counts_once_however_often_it_is_told(bench: Bench) {
    bench.job("a", 1).await;
    let first = bench.claim_one().await;
    // The lease expired before anybody told why.
    bench.worker_dies(20).await;
    for _ in 0..5 {
        assert_eq!(bench.crashed(&[&first.lease]).await, Released::default());
    }
    let second = bench.claim_suspect().await;
    assert_eq!(second.lost, 1);
    assert_eq!(bench.crashed(&[&second.lease, &first.lease]).await, Released { released: 1, crashed: 0 });
    bench.claim_suspect().await;
    bench.worker_dies(20).await;
    assert_eq!(bench.crashed(&[&second.lease]).await, Released::default());
    // Told while it waits: it is not worked on a fourth time.
    let third = bench.claim_suspect().await;
    bench.worker_dies(20).await;
    assert_eq!(bench.crashed(&[&third.lease]).await, Released { released: 0, crashed: 1 });
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
}

async fn a_crash_that_is_told_late_stops_nobody(bench: Bench) {
    let job = bench.job("a", 1).await;
    let mut leases = vec![bench.claim_one().await.lease];
    for _ in 0..3 {
        bench.worker_dies(20).await;
        leases.push(bench.claim_suspect().await.lease);
    }
    let current = leases.pop().unwrap();
    for lease in &leases {
        assert_eq!(bench.crashed(&[lease]).await, Released::default());
    }
    assert_eq!(bench.store.standing(&current).await.unwrap(), Standing::Held);
    assert!(bench.finish(&current, success(1)).await);
    // What has ended stays as it ended.
    assert_eq!(bench.crashed(&[&current]).await, Released::default());
    Bench::check(&bench.read(job).await, JobStatus::Succeeded, [0, 0, 1, 0, 0]);
}

async fn a_crash_of_a_cancelled_document_leaves_it_to_be_looked_at(bench: Bench) {
    let job = bench.job("a", 1).await;
    let mut lease = bench.claim_one().await.lease;
    bench.cancel(job).await;
    // However often: looking at it brings nobody down.
    for looks in 1..=4 {
        assert_eq!(bench.crashed(&[&lease]).await, Released { released: 1, crashed: 0 });
        assert!(!bench.finish(&lease, Outcome::Cancelled).await);
        let look = bench.look().await;
        assert_eq!(look.looks, looks);
        lease = look.lease;
    }
    assert!(bench.finish(&lease, Outcome::Cancelled).await);
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 1]);
}

async fn a_cancelled_document_is_looked_at_once_at_a_time(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim_one().await;
    assert!(bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap().is_empty());
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(600))).await.unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 1, 0, 0, 1]);
    // Nothing that was said before counts any more, and it is no work for those who translate.
    assert!(!bench.finish(&claimed.lease, success(1)).await);
    assert_eq!(bench.store.standing(&claimed.lease).await.unwrap(), Standing::Lost);
    let look = bench.look().await;
    assert_eq!((look.id, look.job, look.looks), (claimed.id, job, 1));
    assert!(bench.claim(9).await.is_empty() && bench.store.claim_suspect(&holder("worker")).await.unwrap().is_none());
    assert!(bench.store.claim_cancelled(&holder("second"), 9).await.unwrap().is_empty());
    assert_eq!(bench.store.standing(&look.lease).await.unwrap(), Standing::Cancelled);
    assert!(bench.store.request(job).await.unwrap().is_some(), "the keys are needed for the look");
    // One that could not look hands it back for later; one that shuts down has not looked.
    bench.store.hand_back(&[&look.lease], Return::After(Duration::from_secs(2))).await.unwrap();
    assert!(bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap().is_empty());
    bench.clock.advance(Duration::from_secs(3));
    let look = bench.look().await;
    assert_eq!(look.looks, 2);
    bench.store.hand_back(&[&look.lease], Return::Unbegun).await.unwrap();
    let look = bench.look().await;
    assert_eq!(look.looks, 2);
    // Its output was there: both would be a lie.
    assert!(bench.finish(&look.lease, success(5)).await);
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 1, 0, 1]);
}

async fn a_look_that_never_ends_well_ends_the_document(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.claim_one().await;
    bench.cancel(job).await;
    for looks in 1..=LOOKS {
        assert_eq!(bench.worker_dies(1).await, Released::default());
        assert_eq!(bench.look().await.looks, looks);
    }
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 1, 0, 0, 0]);
    assert_eq!(bench.worker_dies(1).await, Released { released: 0, crashed: 1 });
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 1]);
}

async fn what_was_sent_may_appear_until_its_lease_has_been_over_for_a_while(bench: Bench) {
    let job = bench.job("a", 1).await;
    let left = |claimed: &ClaimedDocument| claimed.unsettled.map(|unsettled| unsettled.left);
    let first = bench.claim_one().await;
    assert_eq!(left(&first), None);
    assert_eq!(bench.store.begin_write(&first.lease).await.unwrap(), Standing::Held);
    bench.store.hand_back(&[&first.lease], Return::After(Duration::ZERO)).await.unwrap();
    // Nothing is sent under a lease that is over.
    assert_eq!(bench.store.begin_write(&first.lease).await.unwrap(), Standing::Lost);
    bench.clock.advance(Duration::from_secs(10));
    let second = bench.claim_one().await;
    assert_eq!(left(&second), Some(SETTLES - Duration::from_secs(10)));
    // This one sends nothing, and changes nothing of that.
    bench.store.hand_back(&[&second.lease], Return::After(Duration::ZERO)).await.unwrap();
    let third = bench.claim_one().await;
    assert_eq!(left(&third), Some(SETTLES - Duration::from_secs(10)));
    assert_eq!(bench.store.begin_write(&third.lease).await.unwrap(), Standing::Held);
    bench.worker_dies(9).await;
    let fourth = bench.claim_suspect().await;
    assert_eq!(left(&fourth), Some(SETTLES));
    assert_eq!(bench.store.begin_write(&fourth.lease).await.unwrap(), Standing::Held);
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    assert_eq!(bench.store.begin_write(&fourth.lease).await.unwrap(), Standing::Cancelled);
    // Its lease runs out, and whoever takes it over has to wait from then on.
    bench.worker_dies(9).await;
    let look = bench.look().await;
    assert_eq!(left(&look), Some(SETTLES));
    bench.store.hand_back(&[&look.lease], Return::After(SETTLES)).await.unwrap();
    bench.clock.advance(SETTLES + Duration::from_secs(1));
    let look = bench.look().await;
    assert_eq!((left(&look), look.looks), (None, 2));
    assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
}

async fn a_suspect_is_left_to_a_worker_that_has_nothing_else(bench: Bench) {
    bench.job("a", 2).await;
    bench.claim_one().await;
    bench.worker_dies(9).await;
    let claimed = bench.store.claim_documents(&holder("worker"), 5).await.unwrap();
    assert_eq!((claimed.documents.len(), claimed.suspects), (1, true));
    let claimed = bench.store.claim_documents(&holder("worker"), 5).await.unwrap();
    assert_eq!((claimed.documents.len(), claimed.suspects), (0, true));
    assert!(bench.store.claim_suspect(&holder("worker")).await.unwrap().is_some());
    assert!(!bench.store.claim_documents(&holder("worker"), 5).await.unwrap().suspects);
}

async fn suspects_take_turns(bench: Bench) {
    bench.job("a", 2).await;
    bench.claim(2).await;
    bench.worker_dies(9).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(bench.store.claim_suspect(&holder("worker")).await.unwrap().unwrap().id);
        bench.worker_dies(9).await;
    }
    assert_eq!((order[0], order[1]), (order[2], order[3]));
    assert_ne!(order[0], order[1]);
}

async fn a_clock_that_is_set_back_holds_nothing_up(bench: Bench) {
    bench.store.create_job(&resource("a"), &request()).await.unwrap();
    bench.clock.shift(-600_000_000);
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.record_expansion(&claimed.lease, found(1)).await.unwrap();
    bench.clock.shift(-600_000_000);
    let claimed = bench.claim_one().await;
    bench.clock.shift(-600_000_000);
    assert!(bench.finish(&claimed.lease, success(1)).await);
}

/// Transactions begin at one time and commit at another, and clocks are set back: clients see that something happened.
async fn every_change_moves_the_time_of_the_last_action(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let mut before = bench.read(job).await.last_action;
    let mut moved = async |what: &str| {
        bench.clock.shift(-1_000_000);
        let now = bench.read(job).await.last_action;
        assert!(now > before, "{what}: {before} and then {now}");
        before = now;
    };
    bench.clock.shift(-1_000_000);
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.record_expansion(&claimed.lease, found(3)).await.unwrap();
    moved("enumerated").await;
    let waiting = bench.documents(job).await;
    let claimed = bench.claim(2).await;
    moved("running").await;
    let running = bench.documents(job).await;
    bench.finish(&claimed[0].lease, success(1)).await;
    moved("one has succeeded").await;
    bench.store.cancel(&resource("a"), job).await.unwrap().unwrap();
    moved("cancelling").await;
    bench.finish(&claimed[1].lease, Outcome::Cancelled).await;
    moved("cancelled").await;
    let ended = bench.documents(job).await;
    for other in [running.iter().zip(&waiting), ended.iter().zip(&running), ended.iter().zip(&waiting)] {
        for (after, before) in other.filter(|(after, before)| after.status != before.status) {
            assert!(after.last_action > before.last_action, "{before:?} and then {after:?}");
        }
    }
}

async fn a_retry_waits_for_its_time(bench: Bench) {
    let job = bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(10))).await.unwrap();
    assert_eq!(bench.documents(job).await[0].status, DocumentStatus::Running);
    bench.clock.advance(Duration::from_secs(9));
    assert!(bench.claim(1).await.is_empty());
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.claim_one().await.attempt, 2);
}

async fn outcome_and_counters_change_together(bench: Bench) {
    let job = bench.job("a", 4).await;
    Bench::check(&bench.read(job).await, JobStatus::NotStarted, [4, 0, 0, 0, 0]);
    let claimed = bench.claim(2).await;
    Bench::check(&bench.read(job).await, JobStatus::Running, [2, 2, 0, 0, 0]);
    bench.finish(&claimed[0].lease, success(7)).await;
    bench.finish(&claimed[1].lease, failure()).await;
    Bench::check(&bench.read(job).await, JobStatus::Running, [2, 0, 1, 1, 0]);
    for claimed in bench.claim(2).await {
        bench.finish(&claimed.lease, success(10)).await;
    }
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Succeeded, [0, 0, 3, 1, 0]);
    assert_eq!((job.summary.characters_charged, job.error), (27, None));
}

async fn a_failed_job_says_what_its_first_document_says(bench: Bench) {
    let job = bench.job("a", 2).await;
    let mut claimed = bench.claim(2).await;
    let second = claimed.pop().unwrap();
    let other = Failure::new(FailureCode::DocumentEncrypted, "encrypted");
    bench.finish(&second.lease, Outcome::Failed(other)).await;
    bench.finish(&claimed[0].lease, failure()).await;
    let job = bench.read(job).await;
    Bench::check(&job, JobStatus::Failed, [0, 0, 0, 2, 0]);
    assert_eq!(job.error.unwrap().code, FailureCode::CorruptDocument);
}

async fn a_cancel_ends_what_waits_and_waits_for_what_runs(bench: Bench) {
    let job = bench.job("a", 5).await;
    let claimed = bench.claim(4).await;
    bench.store.hand_back(&[&claimed[3].lease], Return::Unbegun).await.unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelling);
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 4, 0, 0, 1]);
    assert!(bench.claim(9).await.is_empty());
    // One won the race, one failed while it was being stopped, one was stopped.
    assert!(bench.finish(&claimed[0].lease, success(3)).await);
    assert!(!bench.finish(&claimed[1].lease, failure()).await);
    bench.store.hand_back(&[&claimed[1].lease], Return::Unbegun).await.unwrap();
    assert!(bench.finish(&claimed[2].lease, Outcome::Cancelled).await);
    let looks = bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap();
    assert_eq!(looks.len(), 2, "the one that failed, and the one that was handed back");
    for look in looks {
        assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
    }
    let end = bench.read(job).await;
    Bench::check(&end, JobStatus::Cancelled, [0, 0, 1, 0, 4]);
    assert_eq!((end.summary.characters_charged, &end.error), (3, &None));
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
    assert_eq!(bench.read(job).await, end);
}

async fn a_cancel_while_nobody_is_at_work_is_one(bench: Bench) {
    for (begun, outcome, counts) in
        [(0, success(0), [0, 0, 0, 0, 3]), (1, success(3), [0, 0, 1, 0, 2]), (1, failure(), [0, 0, 0, 1, 2])]
    {
        let job = bench.job("a", 3).await;
        for claimed in bench.claim(begun).await {
            assert!(bench.finish(&claimed.lease, outcome.clone()).await);
        }
        assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
        Bench::check(&bench.read(job).await, JobStatus::Cancelled, counts);
    }
}

async fn a_cancelled_document_without_a_worker_is_looked_at(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim(2).await;
    bench.cancel(job).await;
    bench.store.hand_back(&[&claimed[0].lease], Return::After(Duration::from_secs(1))).await.unwrap();
    bench.worker_dies(1).await;
    Bench::check(&bench.read(job).await, JobStatus::Cancelling, [0, 2, 0, 0, 0]);
    for look in bench.store.claim_cancelled(&holder("worker"), 9).await.unwrap() {
        assert!(bench.finish(&look.lease, Outcome::Cancelled).await);
    }
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0, 0, 0, 0, 2]);
}

async fn nothing_is_stopped_that_was_not_cancelled(bench: Bench) {
    let job = bench.job("a", 1).await;
    let claimed = bench.claim_one().await;
    assert!(!bench.finish(&claimed.lease, Outcome::Cancelled).await);
    Bench::check(&bench.read(job).await, JobStatus::Running, [0, 1, 0, 0, 0]);
}

async fn an_expansion_is_recorded_once(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let late = bench.store.claim_expansion(&holder("late")).await.unwrap().unwrap();
    assert_eq!((late.job, late.attempt, &late.request), (job, 1, &request()));
    assert!(bench.store.claim_expansion(&holder("other")).await.unwrap().is_none());
    bench.worker_dies(9).await;
    let other = bench.store.claim_expansion(&holder("other")).await.unwrap().unwrap();
    assert_eq!((other.job, other.attempt), (job, 1));
    assert!(!bench.store.record_expansion(&late.lease, found(2)).await.unwrap());
    let too_late = Failure::new(FailureCode::NoDocumentsFound, "nothing");
    assert!(!bench.store.refuse(&late.lease, too_late).await.unwrap());
    assert!(bench.store.record_expansion(&other.lease, found(3)).await.unwrap());
    assert!(!bench.store.record_expansion(&other.lease, found(3)).await.unwrap());
    Bench::check(&bench.read(job).await, JobStatus::NotStarted, [3, 0, 0, 0, 0]);
    assert!(bench.store.claim_expansion(&holder("other")).await.unwrap().is_none());
}

async fn documents_are_stored_as_found_a_microsecond_apart(bench: Bench) {
    let job = bench.job("a", 50).await;
    let documents = bench.documents(job).await;
    assert_eq!(documents.len(), 50);
    for (index, document) in documents.iter().enumerate() {
        assert_eq!(document.source_url, found(50)[index].source_url);
        assert_eq!(document.target_url, found(50)[index].target_url);
        assert_eq!(document.target.to_string(), "PT-br");
        assert_eq!((document.status, document.progress, document.characters), (DocumentStatus::NotStarted, 0.0, 0));
    }
    assert!(documents.windows(2).all(|pair| pair[0].created < pair[1].created));
}

async fn a_refused_job_has_no_documents_and_counts_nothing(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    let failure = Failure::new(FailureCode::NoDocumentsFound, "nothing");
    assert!(bench.store.refuse(&claimed.lease, failure.clone()).await.unwrap());
    let read = bench.read(job).await;
    Bench::check(&read, JobStatus::ValidationFailed, [0; 5]);
    assert_eq!(read.error, Some(failure));
    assert_eq!(bench.documents(job).await, []);
    assert_eq!(bench.cancel(job).await, JobStatus::ValidationFailed);
}

async fn a_cancelled_expansion_cannot_be_recorded(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    assert_eq!(bench.cancel(job).await, JobStatus::Cancelled);
    let heartbeat = bench.store.heartbeat(&holder("worker"), &[&claimed.lease]).await.unwrap();
    assert_eq!(heartbeat.lost, [Subject::Expansion(job)]);
    assert!(!bench.store.record_expansion(&claimed.lease, found(3)).await.unwrap());
    Bench::check(&bench.read(job).await, JobStatus::Cancelled, [0; 5]);
}

async fn an_expansion_that_kills_its_workers_is_refused(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
    for death in 1..=3 {
        // A clean shutdown between the deaths does not count, and none of them counts as an attempt.
        let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
        bench.store.hand_back(&[&claimed.lease], Return::Unbegun).await.unwrap();
        let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
        assert_eq!(claimed.attempt, 1);
        let crashed = u32::from(death == 3);
        assert_eq!(bench.worker_dies(3).await, Released { released: 1 - crashed, crashed });
    }
    let job = bench.read(job).await;
    assert_eq!((job.status, job.error.unwrap().code), (JobStatus::ValidationFailed, FailureCode::InternalServerError));
}

async fn an_expansion_waits_for_its_back_off(bench: Bench) {
    bench.store.create_job(&resource("a"), &request()).await.unwrap();
    let claimed = bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    bench.store.hand_back(&[&claimed.lease], Return::After(Duration::from_secs(5))).await.unwrap();
    assert!(bench.store.claim_expansion(&holder("worker")).await.unwrap().is_none());
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap().attempt, 2);
}

async fn the_resource_with_the_fewest_at_work_comes_first(bench: Bench) {
    let hog = bench.job("a", 100).await;
    assert_eq!(bench.claim(4).await.len(), 4);
    let (small, other) = (bench.job("b", 3).await, bench.job("c", 1).await);
    let jobs: Vec<_> = bench.claim(5).await.iter().map(|claimed| claimed.job).collect();
    assert_eq!(jobs, [small, other, small, small, hog]);
}

async fn enumerations_are_as_fair(bench: Bench) {
    let mut jobs = Vec::new();
    for who in ["a", "a", "a", "b"] {
        jobs.push(bench.store.create_job(&resource(who), &request()).await.unwrap().id);
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap().job);
    }
    assert_eq!(order, [jobs[0], jobs[3], jobs[1], jobs[2]]);
    assert!(bench.store.claim_expansion(&holder("worker")).await.unwrap().is_none());
}

async fn the_oldest_job_and_its_smallest_document_come_first(bench: Bench) {
    let first = bench.job_of("a", &[30, 10, 20, 10]).await;
    let second = bench.job_of("a", &[2, 1]).await;
    // However many are taken at a time.
    let mut order = Vec::new();
    for limit in [1, 2, 2] {
        order.extend(bench.claim(limit).await.into_iter().map(|claimed| (claimed.job, claimed.source_name)));
    }
    let name = |(job, name): &(JobId, &str)| (*job, (*name).to_owned());
    let expected = [(first, "1.txt"), (first, "3.txt"), (first, "2.txt"), (first, "0.txt"), (second, "1.txt")];
    assert_eq!(order, expected.iter().map(name).collect::<Vec<_>>());
}

async fn one_place_goes_round_the_resources(bench: Bench) {
    for who in ["a", "b", "c"] {
        bench.job(who, 4).await;
    }
    // Each is done before the next one is taken: nobody ever has anything at work.
    assert_eq!(bench.one_by_one(7).await, "abcabca");
    // One that comes later waits for nobody's queue.
    bench.job("d", 3).await;
    let order = bench.one_by_one(4).await;
    assert!(order[..3].contains('d'), "{order}");
}

async fn a_resource_has_its_weight_in_turns_and_in_what_is_at_work(bench: Bench) {
    bench.job("a", 20).await;
    bench.job("heavy", 20).await;
    let turns = bench.one_by_one(12).await;
    assert_eq!((turns.matches('a').count(), turns.matches('h').count()), (3, 9), "{turns}");
    let at_work = bench.claim(8).await;
    let heavy = at_work.iter().filter(|claimed| claimed.resource == resource("heavy")).count();
    assert_eq!((at_work.len(), heavy), (8, 6));
    // What nobody else wants is for whoever is there.
    let rest = bench.claim(100).await;
    assert_eq!(rest.len(), 40 - 12 - 8);
}

async fn listings_go_round_the_resources(bench: Bench) {
    for who in ["a", "a", "b", "b", "c"] {
        bench.store.create_job(&resource(who), &request()).await.unwrap();
    }
    let mut order = String::new();
    while let Some(claimed) = bench.store.claim_expansion(&holder("worker")).await.unwrap() {
        order.push_str(&claimed.resource.0);
        assert!(bench.store.record_expansion(&claimed.lease, found(1)).await.unwrap());
    }
    assert_eq!(order, "abcab");
}

async fn the_request_is_forgotten_at_the_end(bench: Bench) {
    let job = bench.job("a", 1).await;
    assert_eq!(bench.store.request(job).await.unwrap(), Some(request()));
    let claimed = bench.claim_one().await;
    bench.finish(&claimed.lease, success(1)).await;
    assert_eq!(bench.store.request(job).await.unwrap(), None);
    let cancelled = bench.job("a", 1).await;
    bench.cancel(cancelled).await;
    assert_eq!(bench.store.request(cancelled).await.unwrap(), None);
}

async fn progress_grows_until_the_end_says_one(bench: Bench) {
    let job = bench.job("a", 2).await;
    let claimed = bench.claim(2).await;
    let progress = async |value: f32| {
        bench.store.progress(&[(&claimed[0].lease, value), (&claimed[1].lease, value)]).await.unwrap();
        bench.documents(job).await[0].progress
    };
    assert_eq!(progress(0.5).await, 0.5);
    assert_eq!(progress(0.25).await, 0.5);
    assert_eq!(progress(1.0).await, 0.99);
    bench.finish(&claimed[0].lease, success(1)).await;
    bench.finish(&claimed[1].lease, failure()).await;
    assert_eq!(progress(0.1).await, 1.0);
    assert_eq!(bench.documents(job).await[1].progress, 0.0);
}

async fn actions_move_forward_with_each_status_even_when_the_clock_goes_back(bench: Bench) {
    let job = bench.job("a", 1).await;
    bench.clock.advance(Duration::from_secs(10));
    let claimed = bench.claim_one().await;
    let (running, document) = (bench.read(job).await, bench.documents(job).await.remove(0));
    assert!(running.last_action > running.created && document.last_action > document.created);
    bench.clock.set(Timestamp(0));
    bench.finish(&claimed.lease, success(1)).await;
    assert_eq!(bench.read(job).await.last_action, running.last_action.plus_micros(1));
    assert_eq!(bench.documents(job).await[0].last_action, document.last_action.plus_micros(1));
}

async fn an_audit_of_sound_counters_changes_nothing(bench: Bench) {
    let jobs = [bench.job("a", 3).await, bench.job("a", 2).await];
    let claimed = bench.claim(4).await;
    bench.finish(&claimed[0].lease, success(1)).await;
    bench.cancel(jobs[1]).await;
    let before = [bench.read(jobs[0]).await, bench.read(jobs[1]).await];
    assert_eq!(bench.store.audit().await.unwrap(), 0);
    assert_eq!([bench.read(jobs[0]).await, bench.read(jobs[1]).await], before);
}

async fn what_ended_long_ago_is_forgotten_oldest_first_and_a_little_at_a_time(bench: Bench) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let open = bench.job("a", 2).await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        let job = bench.job("b", 4).await;
        assert!(bench.store.cancel(&resource("b"), job).await.unwrap().unwrap().status.is_final());
        ended.push(job);
        bench.clock.advance(DAY);
    }
    let forget = async |age: Duration| bench.store.forget_ended(Some(age), 5).await.unwrap();
    let left = async || {
        let page = bench.store.jobs(&resource("b"), &all(10)).await.unwrap();
        page.items.iter().rev().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(forget(4 * DAY).await, 0);
    assert_eq!(bench.store.forget_ended(None, 5).await.unwrap(), 0);
    // Ended three, two and one days ago.
    assert_eq!(forget(DAY + DAY / 2).await, 2);
    assert_eq!(left().await, ended[2..]);
    bench.clock.advance(400 * DAY);
    assert_eq!((forget(DAY).await, forget(DAY).await), (1, 0));
    assert!(left().await.is_empty());
    assert_eq!(bench.store.documents(&resource("b"), ended[0], &all(10)).await.unwrap(), None);
    // What is open stays, however old.
    assert_eq!(bench.documents(open).await.len(), 2);
    let two = [bench.job("b", 5).await, bench.job("b", 5).await];
    for job in two {
        bench.store.cancel(&resource("b"), job).await.unwrap();
    }
    bench.clock.advance(2 * DAY);
    assert_eq!((forget(DAY).await, forget(DAY).await, forget(DAY).await), (1, 1, 0));
}

async fn a_job_is_forgotten_when_it_has_ended_by_its_owner_alone(bench: Bench) {
    let job = bench.job("a", 2).await;
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::StillOpen);
    let claimed = bench.claim_one().await;
    bench.cancel(job).await;
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::StillOpen);
    assert!(bench.finish(&claimed.lease, success(3)).await);
    assert_eq!(bench.store.forget(&resource("b"), job).await.unwrap(), Forgotten::Unknown);
    assert_eq!(bench.read(job).await.status, JobStatus::Cancelled);
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::Gone);
    assert_eq!(bench.store.forget(&resource("a"), job).await.unwrap(), Forgotten::Unknown);
    assert_eq!(bench.store.job(&resource("a"), job).await.unwrap(), None);
    assert_eq!(bench.store.document(&resource("a"), job, claimed.id).await.unwrap(), None);
    assert!(!bench.finish(&claimed.lease, success(3)).await);
}

/// A request of this name and body, sent for the first time that long ago.
fn repeat(bench: &Bench, name: &str, body: u8, age: Duration) -> Repeat {
    let now = bench.clock.now().0;
    let first_sent = Some(Timestamp(now - i64::try_from(age.as_micros()).unwrap()));
    Repeat { name: name.to_owned(), body: [body; 32], first_sent }
}

impl Bench {
    async fn accept(&self, who: &str, repeat: &Repeat) -> Accepted {
        self.store.accept(&resource(who), &request(), Some(repeat)).await.unwrap()
    }

    async fn count(&self, who: &str) -> usize {
        self.store.jobs(&resource(who), &all(100)).await.unwrap().items.len()
    }
}

const HOUR: Duration = Duration::from_secs(3600);

async fn a_request_that_comes_twice_is_one_job(bench: Bench) {
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    assert_eq!(bench.store.repeated(&resource("a"), &named).await.unwrap(), None);
    let Accepted::New(job) = bench.accept("a", &named).await else { panic!("it is new") };
    let same = Repeated::Same(job.id);
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(same));
    assert_eq!(bench.store.repeated(&resource("a"), &named).await.unwrap(), Some(same));
    let other = Repeat { body: [2; 32], ..named.clone() };
    assert_eq!(bench.accept("a", &other).await, Accepted::Before(Repeated::OtherBody));
    assert_eq!(bench.count("a").await, 1);
    // Names belong to their resource.
    assert!(matches!(bench.accept("b", &named).await, Accepted::New(_)));
    // Also when the job has come to its end and is forgotten.
    bench.cancel(job.id).await;
    bench.store.forget(&resource("a"), job.id).await.unwrap();
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(same));
    assert_eq!(bench.count("a").await, 0);
}

async fn a_request_of_another_day_is_no_job(bench: Bench) {
    let outside = Accepted::Before(Repeated::OutsideWindow);
    assert_eq!(bench.accept("a", &repeat(&bench, "old", 1, 25 * HOUR)).await, outside);
    let early = Repeat { first_sent: Some(bench.clock.now().plus(25 * HOUR)), ..repeat(&bench, "new", 1, HOUR) };
    assert_eq!(bench.accept("a", &early).await, outside);
    assert_eq!(bench.count("a").await, 0);
    let named = repeat(&bench, "name", 1, 23 * HOUR);
    let Accepted::New(job) = bench.accept("a", &named).await else { panic!("it is new") };
    bench.clock.advance(HOUR / 2);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(Repeated::Same(job.id)));
    bench.clock.advance(HOUR);
    assert_eq!(bench.accept("a", &named).await, outside);
    // A name without a date is remembered for as long as any.
    let undated = Repeat { first_sent: None, ..repeat(&bench, "undated", 1, HOUR) };
    assert!(matches!(bench.accept("a", &undated).await, Accepted::New(_)));
    bench.clock.advance(48 * HOUR);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert!(matches!(bench.accept("a", &undated).await, Accepted::Before(Repeated::Same(_))));
    bench.clock.advance(2 * HOUR);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert!(matches!(bench.accept("a", &undated).await, Accepted::New(_)));
}

async fn equal_requests_at_once_are_one_job(bench: Bench) {
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (store, named) = (bench.store.clone(), named.clone());
        tasks.spawn(async move { store.accept(&resource("a"), &request(), Some(&named)).await.unwrap() });
    }
    let (mut new, mut same) = (Vec::new(), Vec::new());
    for accepted in tasks.join_all().await {
        match accepted {
            Accepted::New(job) => new.push(job.id),
            Accepted::Before(Repeated::Same(id)) => same.push(id),
            Accepted::Before(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((new.len(), same.len(), bench.count("a").await), (1, 19, 1));
    assert!(same.iter().all(|id| *id == new[0]));
}

async fn what_is_open_is_counted_for_its_resource_and_for_all(bench: Bench) {
    let open = async |who: &str| {
        let open = bench.store.open_documents(&resource(who)).await.unwrap();
        (open.of_resource, open.of_all)
    };
    assert_eq!(open("a").await, (0, 0));
    bench.job("a", 4).await;
    bench.store.create_job(&resource("b"), &request()).await.unwrap();
    // A job whose documents are not listed yet counts as one.
    assert_eq!((open("a").await, open("b").await), ((4, 5), (1, 5)));
    bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    let claimed = bench.claim(2).await;
    assert_eq!((open("a").await, open("b").await), ((4, 5), (1, 5)));
    bench.worker_dies(9).await;
    assert_eq!(open("a").await, (4, 5));
    let again = bench.claim_suspect().await;
    bench.finish(&again.lease, success(1)).await;
    assert!(!bench.finish(&claimed[0].lease, success(1)).await);
    assert_eq!(open("a").await, (3, 4));
}

async fn no_more_are_let_in_than_there_is_room_for(bench: Bench) {
    let config =
        AdmissionConfig { max_open_documents_per_resource: 3, max_open_documents: 5, ..AdmissionConfig::default() };
    let jobs = Jobs::new(bench.store.clone()).admitting(config, None);
    let submit = async |who: &str| jobs.submit(&resource(who), &request()).await;
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    assert!(matches!(jobs.accept(&resource("a"), &request(), Some(&named)).await, Ok(Accepted::New(_))));
    for _ in 0..2 {
        submit("a").await.unwrap();
    }
    assert!(matches!(submit("a").await, Err(JobsError::QueueFull { limit: 3, shared: false })));
    // One that came before is told of its job all the same; a new one is not.
    let again = jobs.accept(&resource("a"), &request(), Some(&named)).await;
    assert!(matches!(again, Ok(Accepted::Before(Repeated::Same(_)))), "{again:?}");
    let new = repeat(&bench, "new", 1, Duration::ZERO);
    assert!(matches!(jobs.accept(&resource("a"), &request(), Some(&new)).await, Err(JobsError::QueueFull { .. })));
    for _ in 0..2 {
        submit("b").await.unwrap();
    }
    assert!(matches!(submit("c").await, Err(JobsError::QueueFull { limit: 5, shared: true })));
    assert_eq!((bench.count("a").await, bench.count("b").await, bench.count("c").await), (3, 2, 0));
}

async fn a_report_comes_with_its_outcome_and_to_its_owner_only(bench: Bench) {
    let job = bench.job("a", 3).await;
    let claimed = bench.claim(3).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.id).collect();
    let read = async |who: &str, index: usize| bench.store.report(&resource(who), ids[index]).await.unwrap();
    let running = read("a", 0).await.unwrap();
    assert_eq!((running.job, running.status, running.report), (job, DocumentStatus::Running, None));

    let mut report = Report { stage: Stage::Done, words: 3, format: Some("PlainText".into()), ..Report::default() };
    report.untranslated.add(Reason::HiddenText, "word/document.xml", 7);
    assert!(bench.store.finish(&claimed[0].lease, success(3), report.clone()).await.unwrap());
    // Too late: what is said then is not kept.
    assert!(!bench.store.finish(&claimed[0].lease, failure(), Report::default()).await.unwrap());
    let done = read("a", 0).await.unwrap();
    assert_eq!((done.status, done.report), (DocumentStatus::Succeeded, Some(report)));
    assert_eq!(read("b", 0).await, None);

    let Outcome::Failed(error) = failure() else { unreachable!() };
    let report = Report { stage: Stage::Extract, error: Some(error), ..Report::default() };
    assert!(bench.store.finish(&claimed[1].lease, failure(), report.clone()).await.unwrap());
    assert_eq!(read("a", 1).await.unwrap().report, Some(report));

    // Handed back is not finished, and what was never worked on to an end has no report.
    bench.store.hand_back(&[&claimed[2].lease], Return::Unbegun).await.unwrap();
    bench.store.cancel(&resource("a"), job).await.unwrap();
    let cancelled = read("a", 2).await.unwrap();
    assert_eq!((cancelled.status, cancelled.report), (DocumentStatus::Cancelling, None));
}

async fn a_document_that_crashes_its_workers_has_a_report(bench: Bench) {
    bench.job("a", 1).await;
    let id = bench.claim_one().await.id;
    bench.clock.advance(LEASE + LEASE);
    assert_eq!(bench.store.release_expired(1).await.unwrap(), Released { released: 0, crashed: 1 });
    let report = bench.store.report(&resource("a"), id).await.unwrap().unwrap().report.unwrap();
    assert_eq!((report.stage, report.error.unwrap().code), (Stage::Unknown, FailureCode::DocumentCrashed));
}

async fn a_long_queue_holds_up_another_resource_by_no_more_than_what_is_at_work(bench: Bench) {
    const WORKERS: usize = 4;
    bench.job("a", 1_000).await;
    let mut at_work = Vec::new();
    for _ in 0..WORKERS {
        at_work.push(bench.claim_one().await);
    }
    for round in 0..10 {
        let single = bench.job("b", 1).await;
        // One worker is done, then the next, and so on: how many of them take the long queue's documents first?
        let mut passed_by = 0;
        loop {
            let done = at_work.remove(0);
            assert!(bench.finish(&done.lease, success(1)).await);
            let next = bench.claim_one().await;
            let found = next.job == single;
            assert_eq!(next.resource, resource(if found { "b" } else { "a" }));
            at_work.push(next);
            if found {
                break;
            }
            passed_by += 1;
        }
        assert!(passed_by <= WORKERS, "round {round}: {passed_by} documents of the other came first");
    }
    // A worker that takes many at a time takes the other's with them.
    let single = bench.job("b", 1).await;
    assert!(bench.claim(8).await.iter().any(|claimed| claimed.job == single));
}

async fn a_clock_that_jumps_five_minutes_changes_no_outcome(bench: Bench) {
    const MINUTES: i64 = 5 * 60 * 1_000_000;
    for jumps in [[MINUTES, -MINUTES], [-MINUTES, MINUTES], [MINUTES, MINUTES], [-MINUTES, -MINUTES]] {
        let job = bench.store.create_job(&resource("a"), &request()).await.unwrap().id;
        bench.clock.shift(jumps[0]);
        // A job that was accepted in what is now the future waits for nothing.
        let claimed = bench.store.claim_expansion(&holder("expander")).await.unwrap().unwrap();
        bench.clock.shift(jumps[1]);
        assert!(bench.store.record_expansion(&claimed.lease, found(4)).await.unwrap());
        let (mut turn, mut succeeded) = (0, 0);
        while !bench.read(job).await.status.is_final() {
            let mut claimed = bench.claim(2).await;
            if claimed.is_empty() {
                claimed.extend(bench.store.claim_suspect(&holder("worker")).await.unwrap());
            }
            assert!(!claimed.is_empty(), "nothing can be claimed, and the job has not ended");
            for document in claimed {
                turn += 1;
                if turn <= 6 {
                    bench.clock.shift(jumps[turn % 2]);
                    // Other workers look for what was left behind, with that clock.
                    bench.store.release_expired(20).await.unwrap();
                }
                succeeded += u32::from(bench.finish(&document.lease, success(3)).await);
            }
        }
        let job = bench.read(job).await;
        Bench::check(&job, JobStatus::Succeeded, [0, 0, 4, 0, 0]);
        assert_eq!((succeeded, job.summary.characters_charged), (4, 12), "each ended once");
    }
}

conformance!([
    a_long_queue_holds_up_another_resource_by_no_more_than_what_is_at_work,
    a_clock_that_jumps_five_minutes_changes_no_outcome,
    every_change_moves_the_time_of_the_last_action,
    a_claim_hides_the_document,
    a_late_worker_cannot_finish,
    a_lost_document_waits_again_and_still_shows_running,
    a_heartbeat_keeps_a_lease,
    a_heartbeat_tells_what_is_cancelled_and_what_is_lost,
    attempts_are_counted_before_the_work_and_not_for_what_is_given_back,
    a_document_whose_workers_vanish_too_often_ends_crashed,
    a_document_that_brings_its_process_down_ends_crashed,
    what_was_read_of_a_deadly_document_is_kept_for_its_owner,
    a_kill_from_outside_costs_no_attempt,
    a_crash_counts_once_however_often_it_is_told,
    a_crash_that_is_told_late_stops_nobody,
    a_crash_of_a_cancelled_document_leaves_it_to_be_looked_at,
    a_cancelled_document_is_looked_at_once_at_a_time,
    a_look_that_never_ends_well_ends_the_document,
    what_was_sent_may_appear_until_its_lease_has_been_over_for_a_while,
    a_suspect_is_left_to_a_worker_that_has_nothing_else,
    suspects_take_turns,
    a_clock_that_is_set_back_holds_nothing_up,
    a_retry_waits_for_its_time,
    outcome_and_counters_change_together,
    a_failed_job_says_what_its_first_document_says,
    a_cancel_ends_what_waits_and_waits_for_what_runs,
    a_cancel_while_nobody_is_at_work_is_one,
    a_cancelled_document_without_a_worker_is_looked_at,
    nothing_is_stopped_that_was_not_cancelled,
    an_expansion_is_recorded_once,
    documents_are_stored_as_found_a_microsecond_apart,
    a_refused_job_has_no_documents_and_counts_nothing,
    a_cancelled_expansion_cannot_be_recorded,
    an_expansion_that_kills_its_workers_is_refused,
    an_expansion_waits_for_its_back_off,
    the_resource_with_the_fewest_at_work_comes_first,
    enumerations_are_as_fair,
    the_oldest_job_and_its_smallest_document_come_first,
    one_place_goes_round_the_resources,
    a_resource_has_its_weight_in_turns_and_in_what_is_at_work,
    listings_go_round_the_resources,
    the_request_is_forgotten_at_the_end,
    progress_grows_until_the_end_says_one,
    actions_move_forward_with_each_status_even_when_the_clock_goes_back,
    an_audit_of_sound_counters_changes_nothing,
    what_ended_long_ago_is_forgotten_oldest_first_and_a_little_at_a_time,
    a_job_is_forgotten_when_it_has_ended_by_its_owner_alone,
    a_request_that_comes_twice_is_one_job,
    a_request_of_another_day_is_no_job,
    equal_requests_at_once_are_one_job,
    what_is_open_is_counted_for_its_resource_and_for_all,
    no_more_are_let_in_than_there_is_room_for,
    a_report_comes_with_its_outcome_and_to_its_owner_only,
    a_document_that_crashes_its_workers_has_a_report,
]);
