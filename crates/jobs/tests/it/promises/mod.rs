//! What every store promises to the workers: by what it is about.

mod admission;
mod cancels;
mod claims;
mod clocks;
mod crashes;
mod expansions;
mod fairness;
mod outcomes;
mod repeats;
mod retention;

use std::time::Duration;

use terjuman_jobs::{ClaimedDocument, Document, Holder, Job, Lease, NewDocument, Outcome, Released};
use terjuman_model::{Failure, FailureCode, JobId, JobStatus};
use terjuman_pipeline::Report;

use crate::bench::Bench;
use crate::support::{all, found, request, resource};

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
