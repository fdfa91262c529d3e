//! The database as one process reaches it: calls are slow, fail, or are done although they seem to fail.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use terjuman_jobs::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Depth, Document, DocumentQuery, DocumentReport,
    Forgotten, Heartbeat, Holder, Job, JobQuery, JobRequest, JobStore, JobsError, Lease, MemoryStore, NewDocument,
    News, Open, Outcome, Page, Released, Repeat, Repeated, Return, Standing,
};
use terjuman_model::{DocumentId, Failure, JobId, ResourceId};
use terjuman_pipeline::Report;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, timeout};

use super::world::{Edge, Sabotage};

/// How long a process waits for an answer. What it gave up may still be done later.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct ReachedStore {
    pub(crate) edge: Arc<Edge>,
}

impl ReachedStore {
    /// One call. What was sent does not come back when the sender dies.
    async fn call<T, F>(&self, name: &'static str, operation: F) -> Result<T, JobsError>
    where
        T: Send + 'static,
        F: FnOnce(MemoryStore, Arc<Edge>) -> BoxFuture<'static, Result<T, JobsError>> + Send + 'static,
    {
        self.edge.awake().await;
        let (edge, fate) = (self.edge.clone(), self.edge.world.database_fate());
        let done = async move {
            let world = edge.world.clone();
            if !fate.there.is_zero() {
                sleep(fate.there).await;
            }
            if fate.fails || world.database_is_away() {
                world.causes().database += 1;
                world.log(format_args!("{} {name}: not reached", edge.name));
                return Err(JobsError::Busy);
            }
            let before = world.store.changes();
            let answer = operation(world.store.clone(), edge.clone()).await;
            if world.store.changes() != before {
                world.log(format_args!("{} {name}", edge.name));
                world.checker.look(&world).await;
            }
            if fate.lies {
                world.causes().database += 1;
                world.causes().lost_claims += u32::from(name.starts_with("claim"));
                world.log(format_args!("{} {name}: done, but the answer is lost", edge.name));
                return Err(JobsError::Busy);
            }
            answer
        };
        let answer = if fate.there.is_zero() {
            done.await
        } else {
            match timeout(PATIENCE, tokio::spawn(done)).await {
                Ok(joined) => joined.unwrap_or(Err(JobsError::Busy)),
                Err(_) => {
                    self.edge.world.causes().database += 1;
                    self.edge.world.causes().lost_claims += u32::from(name.starts_with("claim"));
                    self.edge.world.log(format_args!("{} {name}: given up", self.edge.name));
                    Err(JobsError::Busy)
                }
            }
        };
        if !fate.back.is_zero() {
            sleep(fate.back).await;
        }
        self.edge.stall();
        self.edge.awake().await;
        answer
    }
}

async fn pump(edge: Arc<Edge>, mut heard: broadcast::Receiver<News>, told: broadcast::Sender<News>) {
    loop {
        let news = match heard.recv().await {
            Ok(news) => news,
            Err(RecvError::Lagged(_)) => News::Missed,
            Err(RecvError::Closed) => return,
        };
        let world = &edge.world;
        if world.is_rough() && world.dice.per_mille(world.plan.news_lost) {
            continue;
        }
        edge.awake().await;
        // Nobody listens, which is no error.
        let _ = told.send(news);
    }
}

#[async_trait]
impl JobStore for ReachedStore {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        let (resource, request, repeat) = (resource.clone(), request.clone(), repeat.cloned());
        self.call("accept", |store, edge| {
            Box::pin(async move {
                let accepted = store.accept(&resource, &request, repeat.as_ref()).await?;
                if let (Some(repeat), Accepted::New(job)) = (repeat, &accepted) {
                    edge.world.checker.named(resource, repeat.name, job.id);
                }
                Ok(accepted)
            })
        })
        .await
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        let (resource, repeat) = (resource.clone(), repeat.clone());
        self.call("repeated", |store, _| Box::pin(async move { store.repeated(&resource, &repeat).await })).await
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let resource = resource.clone();
        self.call("job", move |store, _| Box::pin(async move { store.job(&resource, id).await })).await
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        let (resource, query) = (resource.clone(), query.clone());
        self.call("jobs", |store, _| Box::pin(async move { store.jobs(&resource, &query).await })).await
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        let (resource, query) = (resource.clone(), query.clone());
        self.call("documents", move |store, _| Box::pin(async move { store.documents(&resource, job, &query).await }))
            .await
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        let resource = resource.clone();
        self.call("document", move |store, _| Box::pin(async move { store.document(&resource, job, id).await })).await
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        let resource = resource.clone();
        self.call("report", move |store, _| Box::pin(async move { store.report(&resource, id).await })).await
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        let resource = resource.clone();
        self.call("open_documents", |store, _| Box::pin(async move { store.open_documents(&resource).await })).await
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let resource = resource.clone();
        self.call("forget", move |store, _| Box::pin(async move { store.forget(&resource, id).await })).await
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        self.call("forget_ended", move |store, _| Box::pin(async move { store.forget_ended(age, documents).await }))
            .await
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let resource = resource.clone();
        self.call("cancel", move |store, _| Box::pin(async move { store.cancel(&resource, id).await })).await
    }

    async fn ping(&self) -> Result<(), JobsError> {
        self.call("ping", |store, _| Box::pin(async move { store.ping().await })).await
    }

    fn news(&self) -> Option<broadcast::Receiver<News>> {
        let told = broadcast::Sender::new(8);
        let receiver = told.subscribe();
        let heard = self.edge.world.store.news()?;
        self.edge.own(tokio::spawn(pump(self.edge.clone(), heard, told)).abort_handle());
        Some(receiver)
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        let holder = holder.clone();
        self.call("claim_expansion", |store, edge| {
            Box::pin(async move {
                let claimed = store.claim_expansion(&holder).await?;
                if let Some(claimed) = &claimed {
                    edge.world.log(format_args!("{} enumerates {}", edge.name, claimed.job));
                    edge.world.checker.claimed(&claimed.lease);
                }
                Ok(claimed)
            })
        })
        .await
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        let holder = holder.clone();
        self.call("claim_documents", move |store, edge| {
            Box::pin(async move {
                let claimed = store.claim_documents(&holder, limit).await?;
                for document in &claimed.documents {
                    edge.world.log(format_args!("{} takes {}", edge.name, document.id));
                    edge.world.checker.claimed(&document.lease);
                }
                Ok(claimed)
            })
        })
        .await
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.call("claim_suspect", |store, edge| {
            Box::pin(async move {
                let claimed = store.claim_suspect(&holder).await?;
                if let Some(document) = &claimed {
                    edge.world.log(format_args!("{} takes the suspect {}", edge.name, document.id));
                    edge.world.checker.claimed(&document.lease);
                }
                Ok(claimed)
            })
        })
        .await
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.call("claim_cancelled", move |store, edge| {
            Box::pin(async move {
                let claimed = store.claim_cancelled(&holder, limit).await?;
                for document in &claimed {
                    edge.world.log(format_args!("{} looks for {}", edge.name, document.id));
                    edge.world.checker.claimed(&document.lease);
                    edge.world.checker.looked(document.id, document.looks);
                }
                Ok(claimed)
            })
        })
        .await
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        self.call("request", move |store, _| Box::pin(async move { store.request(job).await })).await
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        let (holder, leases): (_, Vec<Lease>) = (holder.clone(), leases.iter().map(|lease| lease.again()).collect());
        self.call("heartbeat", |store, _| {
            Box::pin(async move { store.heartbeat(&holder, &leases.iter().collect::<Vec<_>>()).await })
        })
        .await
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let lease = lease.again();
        self.call("standing", |store, _| Box::pin(async move { store.standing(&lease).await })).await
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let (asked, world) = (lease.again(), self.edge.world.clone());
        let answer = self.call("begin_write", |store, edge| {
            Box::pin(async move {
                let standing = store.begin_write(&asked).await?;
                edge.world.moment.notify_one();
                Ok((standing, Instant::now()))
            })
        });
        let (standing, at) = answer.await?;
        // What was heard counts: an answer that was given up may come from another moment.
        world.checker.stands(&self.edge.name, lease.subject(), standing, at);
        Ok(if world.sabotage == Some(Sabotage::Flatters) { Standing::Held } else { standing })
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        let (lease, sha256) = (lease.again(), sha256.to_owned());
        self.call("note_input", |store, _| Box::pin(async move { store.note_input(&lease, &sha256).await })).await
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        let documents: Vec<(Lease, f32)> = documents.iter().map(|(lease, far)| (lease.again(), *far)).collect();
        self.call("progress", |store, _| {
            Box::pin(async move {
                let documents: Vec<_> = documents.iter().map(|(lease, far)| (lease, *far)).collect();
                store.progress(&documents).await
            })
        })
        .await
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.call("record_expansion", |store, edge| {
            Box::pin(async move {
                let recorded = store.record_expansion(&lease, documents).await?;
                if recorded {
                    edge.world.checker.ended(&lease, None);
                }
                Ok(recorded)
            })
        })
        .await
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.call("refuse", |store, edge| {
            Box::pin(async move {
                let refused = store.refuse(&lease, failure).await?;
                if refused {
                    edge.world.checker.ended(&lease, None);
                }
                Ok(refused)
            })
        })
        .await
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.call("finish", |store, edge| {
            Box::pin(async move {
                let finished = store.finish(&lease, outcome.clone(), report).await?;
                if finished {
                    edge.world.log(format_args!("{} ends {:?}: {outcome:?}", edge.name, lease.subject()));
                    edge.world.checker.ended(&lease, Some(&outcome));
                }
                Ok(finished)
            })
        })
        .await
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.call("hand_back", move |store, _| {
            Box::pin(async move { store.hand_back(&leases.iter().collect::<Vec<_>>(), how).await })
        })
        .await
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        self.call("release_expired", move |store, _| Box::pin(async move { store.release_expired(limit).await })).await
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.call("record_crashes", move |store, _| {
            Box::pin(async move { store.record_crashes(&leases.iter().collect::<Vec<_>>(), limit).await })
        })
        .await
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        self.call("audit", |store, edge| {
            Box::pin(async move {
                let mended = store.audit().await?;
                if mended > 0 {
                    edge.world.checker.violated("P3: an audit had to mend counters");
                }
                Ok(mended)
            })
        })
        .await
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        self.edge.world.store.depth().await
    }
}
