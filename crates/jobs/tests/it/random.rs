//! Random lives of a store: whatever happens in whatever order, final is final and the counters add up.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use terjuman_jobs::{
    ClaimedDocument, ClaimedExpansion, Document, Holder, Job, JobStore, LOOKS, Lease, Outcome, Return, Standing,
};
use terjuman_model::{DocumentId, DocumentStatus, Failure, FailureCode, JobId, ResourceId, Summary};
use terjuman_pipeline::Report;

use crate::support::{Fresh, all, document_rank, found, job_rank, request, resource};

const ATTEMPTS: u32 = 3;
const LEASE: Duration = Duration::from_secs(60);

/// Something that happens. Indexes choose among what there is, modulo its number.
#[derive(Debug, Clone)]
enum Event {
    Submit { tenant: usize },
    ClaimExpansion,
    Record { claim: usize, documents: usize },
    Refuse { claim: usize },
    ClaimDocuments { limit: usize },
    ClaimSuspect,
    ClaimCancelled { limit: usize },
    Finish { claim: usize, outcome: u8 },
    HandBack { claim: usize, after: Option<u8> },
    HandBackExpansion { claim: usize },
    Heartbeat { claim: usize },
    Progress { claim: usize, percent: u8 },
    Cancel { job: usize },
    Release,
    Crash { claim: usize },
    Clock { seconds: i64 },
    Audit,
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (0_usize..2).prop_map(|tenant| Event::Submit { tenant }),
        3 => Just(Event::ClaimExpansion),
        4 => (0_usize..8, 0_usize..5).prop_map(|(claim, documents)| Event::Record { claim, documents }),
        1 => (0_usize..8).prop_map(|claim| Event::Refuse { claim }),
        6 => (1_usize..4).prop_map(|limit| Event::ClaimDocuments { limit }),
        2 => Just(Event::ClaimSuspect),
        2 => (1_usize..4).prop_map(|limit| Event::ClaimCancelled { limit }),
        // Claims are never forgotten: late and repeated finishes are as likely as timely ones.
        8 => (0_usize..40, 0_u8..4).prop_map(|(claim, outcome)| Event::Finish { claim, outcome }),
        2 => (0_usize..40, prop::option::of(0_u8..90)).prop_map(|(claim, after)| Event::HandBack { claim, after }),
        1 => (0_usize..8).prop_map(|claim| Event::HandBackExpansion { claim }),
        2 => (0_usize..40).prop_map(|claim| Event::Heartbeat { claim }),
        1 => (0_usize..40, 0_u8..=100).prop_map(|(claim, percent)| Event::Progress { claim, percent }),
        1 => (0_usize..6).prop_map(|job| Event::Cancel { job }),
        2 => Just(Event::Release),
        // Told late, again, or of a claim that ended well: it must never undo anything.
        1 => (0_usize..40).prop_map(|claim| Event::Crash { claim }),
        // Jumps in both directions, far beyond a lease.
        3 => (-400_i64..400).prop_map(|seconds| Event::Clock { seconds }),
        1 => Just(Event::Audit),
        1 => Just(Event::Restart),
    ]
}

/// A store, all claims that were ever made, and what was last seen.
struct Life {
    fresh: Fresh,
    expansions: Vec<ClaimedExpansion>,
    claims: Vec<ClaimedDocument>,
    jobs: Vec<(ResourceId, JobId)>,
    seen_jobs: HashMap<JobId, Job>,
    seen_documents: HashMap<DocumentId, Document>,
    /// Ends that the store said yes to.
    ends: HashMap<DocumentId, u32>,
}

fn at<T>(items: &[T], index: usize) -> Option<&T> {
    items.get(index.checked_rem(items.len())?)
}

impl Life {
    async fn new() -> Self {
        Self {
            fresh: Fresh::new().await,
            expansions: Vec::new(),
            claims: Vec::new(),
            jobs: Vec::new(),
            seen_jobs: HashMap::new(),
            seen_documents: HashMap::new(),
            ends: HashMap::new(),
        }
    }

    async fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let store = self.fresh.store.clone();
        let holder = Holder { name: "worker".into(), lease: LEASE };
        match *event {
            Event::Submit { tenant } => {
                let who = resource(["a", "b"][tenant]);
                let job = store.create_job(&who, &request()).await.unwrap();
                self.jobs.push((who, job.id));
            }
            Event::ClaimExpansion => self.expansions.extend(store.claim_expansion(&holder).await.unwrap()),
            Event::Record { claim, documents } => {
                if let Some(claim) = at(&self.expansions, claim) {
                    // No documents are a refusal's business.
                    store.record_expansion(&claim.lease, found(documents.max(1))).await.unwrap();
                }
            }
            Event::Refuse { claim } => {
                if let Some(claim) = at(&self.expansions, claim) {
                    let failure = Failure::new(FailureCode::NoDocumentsFound, "nothing");
                    store.refuse(&claim.lease, failure).await.unwrap();
                }
            }
            Event::ClaimDocuments { limit } => {
                let claimed = store.claim_documents(&holder, limit).await.unwrap().documents;
                prop_assert!(claimed.len() <= limit);
                self.add(claimed)?;
            }
            Event::ClaimSuspect => {
                let claimed = store.claim_suspect(&holder).await.unwrap();
                self.add(claimed.into_iter().collect())?;
            }
            Event::ClaimCancelled { limit } => {
                let claimed = store.claim_cancelled(&holder, limit).await.unwrap();
                prop_assert!(claimed.len() <= limit && claimed.iter().all(|claim| (1..=LOOKS).contains(&claim.looks)));
                self.add(claimed)?;
            }
            Event::Finish { claim, outcome } => {
                self.finish(claim, outcome).await?;
            }
            Event::HandBack { claim, after } => {
                if let Some(claim) = at(&self.claims, claim) {
                    let how = after.map_or(Return::Unbegun, |after| Return::After(Duration::from_secs(after.into())));
                    store.hand_back(&[&claim.lease], how).await.unwrap();
                }
            }
            Event::HandBackExpansion { claim } => {
                if let Some(claim) = at(&self.expansions, claim) {
                    store.hand_back(&[&claim.lease], Return::Unbegun).await.unwrap();
                }
            }
            Event::Heartbeat { claim } => {
                let leases: Vec<&Lease> = at(&self.claims, claim)
                    .map(|claim| &claim.lease)
                    .into_iter()
                    .chain(self.expansions.last().map(|claim| &claim.lease))
                    .collect();
                store.heartbeat(&holder, &leases).await.unwrap();
            }
            Event::Progress { claim, percent } => {
                if let Some(claim) = at(&self.claims, claim) {
                    store.progress(&[(&claim.lease, f32::from(percent) / 100.0)]).await.unwrap();
                }
            }
            Event::Cancel { job } => {
                if let Some((who, job)) = at(&self.jobs, job) {
                    store.cancel(who, *job).await.unwrap();
                }
            }
            Event::Release => {
                store.release_expired(ATTEMPTS).await.unwrap();
            }
            Event::Crash { claim } => {
                if let Some(claim) = at(&self.claims, claim) {
                    store.record_crashes(&[&claim.lease], ATTEMPTS).await.unwrap();
                }
            }
            Event::Clock { seconds } => self.fresh.clock.shift(seconds * 1_000_000),
            Event::Audit => prop_assert_eq!(store.audit().await.unwrap(), 0, "the counters were wrong"),
            Event::Restart => {
                drop(store);
                self.fresh.restart().await;
            }
        }
        Ok(())
    }

    /// Ends come once, and from whoever has the document.
    async fn finish(&mut self, claim: usize, outcome: u8) -> Result<(), TestCaseError> {
        let store = &self.fresh.store;
        let Some(claim) = at(&self.claims, claim) else { return Ok(()) };
        let standing = store.standing(&claim.lease).await.unwrap();
        let outcome = match outcome {
            0 => Outcome::Failed(Failure::new(FailureCode::CorruptDocument, "damaged")),
            1 => Outcome::Cancelled,
            _ => Outcome::Succeeded { characters: 7, sha256: "ab".repeat(32) },
        };
        let stops = outcome == Outcome::Cancelled;
        let fails = matches!(outcome, Outcome::Failed(_));
        let done = store.finish(&claim.lease, outcome, Report::default()).await.unwrap();
        if done {
            *self.ends.entry(claim.id).or_default() += 1;
        }
        let newest = self.claims.iter().rev().find(|known| known.id == claim.id);
        prop_assert!(!done || newest.is_some_and(|newest| newest.lease == claim.lease), "a late end counted");
        match standing {
            Standing::Held => prop_assert_eq!(done, !stops),
            // Who fails does not know what is there.
            Standing::Cancelled => prop_assert_eq!(done, !fails),
            // An expired lease that nobody took may still finish; one of another claim may not.
            Standing::Lost => {}
        }
        Ok(())
    }

    /// Nobody gets what another one holds.
    fn add(&mut self, claimed: Vec<ClaimedDocument>) -> Result<(), TestCaseError> {
        for claim in claimed {
            let before = self.claims.iter().filter(|known| known.id == claim.id);
            prop_assert!(
                before.map(|known| &known.lease).all(|lease| *lease != claim.lease),
                "a lease was given twice"
            );
            // Each of them a crash, or at least without a word.
            prop_assert!(claim.lost < 2 * ATTEMPTS);
            self.claims.push(claim);
        }
        Ok(())
    }

    async fn check(&mut self) -> Result<(), TestCaseError> {
        for (who, id) in &self.jobs {
            let store = &self.fresh.store;
            let job = store.job(who, *id).await.unwrap().unwrap();
            let documents = store.documents(who, *id, &all(100)).await.unwrap().unwrap().items;
            let mut counted = Summary::default();
            for document in &documents {
                counted.add(document.status);
                counted.characters_charged += document.characters;
            }
            prop_assert_eq!(counted, job.summary, "counters and documents of {}", id);
            if let Some(before) = self.seen_jobs.insert(*id, job.clone()) {
                if before.status.is_final() {
                    prop_assert_eq!(&before, &job, "a finished job changed");
                }
                prop_assert!(
                    job_rank(before.status) <= job_rank(job.status),
                    "{:?} to {:?}",
                    before.status,
                    job.status
                );
                let (old, new) = (&before.summary, &job.summary);
                prop_assert!(old.success <= new.success && old.failed <= new.failed && old.cancelled <= new.cancelled);
                prop_assert!(before.last_action <= job.last_action);
            }
            if job.status.is_final() {
                prop_assert!(job.summary.is_settled());
                prop_assert_eq!(store.request(*id).await.unwrap(), None, "a finished job keeps its keys");
            }
            for document in documents {
                let ends = self.ends.get(&document.id).copied().unwrap_or(0);
                prop_assert!(ends <= 1, "a document ended {} times", ends);
                prop_assert_eq!(document.progress >= 1.0, document.status == DocumentStatus::Succeeded);
                if let Some(before) = self.seen_documents.insert(document.id, document.clone()) {
                    if before.status.is_final() {
                        prop_assert_eq!(&before, &document, "a finished document changed");
                    }
                    let (old, new) = (document_rank(before.status), document_rank(document.status));
                    prop_assert!(old <= new, "{:?} to {:?}", before.status, document.status);
                }
            }
        }
        Ok(())
    }

    /// Whatever happened, a worker that lives brings every job to its end.
    async fn come_to_rest(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..1000 {
            self.fresh.clock.shift(400 * 1_000_000);
            let store = self.fresh.store.clone();
            store.release_expired(ATTEMPTS).await.unwrap();
            let holder = Holder { name: "last".into(), lease: LEASE };
            if let Some(claim) = store.claim_expansion(&holder).await.unwrap() {
                store.record_expansion(&claim.lease, found(2)).await.unwrap();
            }
            let mut claims = store.claim_documents(&holder, 3).await.unwrap().documents;
            claims.extend(store.claim_suspect(&holder).await.unwrap());
            claims.extend(store.claim_cancelled(&holder, 9).await.unwrap());
            for claim in claims {
                let outcome = Outcome::Succeeded { characters: 1, sha256: "cd".repeat(32) };
                prop_assert!(store.finish(&claim.lease, outcome, Report::default()).await.unwrap());
            }
            self.check().await?;
            if self.seen_jobs.values().all(|job| job.status.is_final()) {
                return Ok(());
            }
        }
        prop_assert!(false, "a job never ends");
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_breaks_a_promise(events in prop::collection::vec(event(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut life = Life::new().await;
            for event in &events {
                life.happen(event).await?;
                life.check().await?;
            }
            life.come_to_rest().await
        })?;
    }
}
