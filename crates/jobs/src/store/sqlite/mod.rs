//! Jobs in one SQLite file: one server process, one writer, many readers.

mod audit;
mod backup;
mod claim;
mod connect;
mod expansion;
mod jobs;
mod leases;
mod list;
mod outcome;
mod retention;
mod schema;
mod sealing;
mod submissions;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use sqlx::{SqliteConnection, SqlitePool};
use terjuman_model::{DocumentId, Failure, JobId, ResourceId, Timestamp};
use terjuman_pipeline::Report;

pub use self::backup::backup;
use self::connect::{Database, Lock, READERS, WORK_READERS};
use self::writer::Writer;
use super::fair::Turns;
use super::listing::Scope;
use super::sql::{rows, words};
use super::{JobStore, QueueOptions, codes, earlier};
use crate::stamps::Stamps;
use crate::{
    Accepted, ClaimedDocument, ClaimedDocuments, ClaimedExpansion, Clock, Depth, Document, DocumentQuery,
    DocumentReport, FailPoints, Forgotten, Heartbeat, Holder, Ids, Job, JobQuery, JobRequest, JobsError, Lease,
    NewDocument, Open, Outcome, Page, Released, Repeat, Repeated, Return, Sealer, Standing,
};

/// Where the database is and what it needs to know.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The database file. Its directory is created, and locked for this process.
    pub path: PathBuf,
    /// How the queue is kept.
    pub queue: QueueOptions,
    /// What requests are sealed with.
    pub sealer: Sealer,
}

/// Jobs in a SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    readers: SqlitePool,
    /// For what workers read.
    work_readers: SqlitePool,
    writer: Writer,
    context: Arc<Context>,
}

/// What operations need besides the connection.
struct Context {
    stamps: Stamps,
    ids: Arc<dyn Ids>,
    queue: QueueOptions,
    /// Whose turn it is to have a document worked on, and a job's documents listed.
    turns: Turns,
    listing_turns: Turns,
    sealer: Sealer,
}

impl SqliteStore {
    /// Opens the database, bringing its schema up to date.
    ///
    /// # Errors
    /// [`JobsError::Locked`] if another process has the directory; otherwise if the file cannot be opened or migrated.
    pub async fn open(options: SqliteOptions, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Self, JobsError> {
        Self::open_with(options, clock, ids, FailPoints::default()).await
    }

    /// [`SqliteStore::open`] with points at which a test lets the process die.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn open_with(
        options: SqliteOptions,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        points: FailPoints,
    ) -> Result<Self, JobsError> {
        let lock = Lock::take(&options.path)?;
        let database = Database::new(&options.path);
        let mut connection = database.connect_writer().await?;
        schema::migrate(&mut connection).await?;
        sealing::adopt(&mut connection, &options.sealer).await?;
        match forget_leases(&mut connection, clock.now().plus(options.queue.settles)).await {
            // They expire by themselves; what is there can be read meanwhile.
            Err(JobsError::DiskFull) => {
                tracing::warn!("the disk of the job database is full: old leases have to expire")
            }
            done => done?,
        }
        let newest = sqlx::query_scalar("SELECT created FROM jobs ORDER BY row DESC LIMIT 1");
        let newest: Option<i64> = newest.fetch_optional(&mut connection).await?;
        let stamps = Stamps::after(Timestamp(newest.unwrap_or(0)), clock);
        let context = Arc::new(Context {
            stamps,
            ids,
            turns: Turns::new(options.queue.weights.clone()),
            listing_turns: Turns::new(options.queue.weights.clone()),
            queue: options.queue,
            sealer: options.sealer,
        });
        let readers = database.connect_readers(READERS).await?;
        let work_readers = database.connect_readers(WORK_READERS).await?;
        let writer = Writer::start(database, connection, lock, points);
        Ok(Self { inner: Arc::new(Inner { readers, work_readers, writer, context }) })
    }

    /// Closes the database: what is being written is finished, the log is folded in, and the directory is free again.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.work_readers.close().await;
        self.inner.writer.close().await;
    }

    /// Lets the file grow to so many pages and no further, as a full disk would. For tests.
    ///
    /// # Errors
    /// If the store fails.
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages: u32) -> Result<(), JobsError> {
        self.write(move |c, _| {
            Box::pin(async move {
                let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
                sqlx::query(sql).execute(c).await?;
                Ok(())
            })
        })
        .await
    }

    /// Holds every connection that reads for callers, as slow questions would, until the value is dropped. For tests.
    ///
    /// # Errors
    /// If the store fails.
    #[doc(hidden)]
    pub async fn occupy_readers(&self) -> Result<impl Send + use<>, JobsError> {
        let mut held = Vec::new();
        for _ in 0..READERS {
            held.push(self.inner.readers.acquire().await?);
        }
        Ok(held)
    }

    /// Lets the store die as the process would: nothing that is not committed happens. For tests.
    #[doc(hidden)]
    pub async fn kill(&self) {
        self.inner.writer.kill().await;
        self.inner.readers.close().await;
        self.inner.work_readers.close().await;
    }
}

/// Whoever held a lease before is gone: the lock on the directory is ours. Nobody has to wait for such leases to expire.
async fn forget_leases(connection: &mut SqliteConnection, settles: Timestamp) -> Result<(), JobsError> {
    // What was sent under them may appear yet.
    let sql = "UPDATE documents SET settles = $1 WHERE queue = 1 AND lease_until > 0 AND write_token = lease_token";
    sqlx::query(sql).bind(settles.0).execute(&mut *connection).await?;
    for sql in
        ["UPDATE documents SET lease_until = 0 WHERE queue = 1", "UPDATE jobs SET lease_until = 0 WHERE queue = 1"]
    {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    Ok(())
}

impl SqliteStore {
    /// Runs one operation in the writer's next transaction.
    async fn write<T, F>(&self, operation: F) -> Result<T, JobsError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection, &'c Context) -> BoxFuture<'c, Result<T, JobsError>>
            + Send
            + 'static,
    {
        let context = Arc::clone(&self.inner.context);
        self.inner.writer.run(move |c| Box::pin(async move { operation(c, &context).await })).await
    }
}

#[async_trait]
impl JobStore for SqliteStore {
    async fn accept(
        &self,
        resource: &ResourceId,
        request: &JobRequest,
        repeat: Option<&Repeat>,
    ) -> Result<Accepted, JobsError> {
        let (resource, repeat) = (resource.clone(), repeat.cloned());
        let body = serde_json::to_string(request).map_err(|error| JobsError::Store(Box::new(error)))?;
        self.write(move |c, context| {
            Box::pin(async move {
                let now = context.stamps.now();
                if let Some(repeat) = &repeat
                    && let Some(before) = submissions::find(&mut *c, now, &resource, repeat).await?
                {
                    return Ok(Accepted::Before(before));
                }
                let job = jobs::create(c, context, &resource, &body).await?;
                if let Some(repeat) = &repeat {
                    submissions::remember(c, now, &resource, repeat, job.id).await?;
                }
                Ok(Accepted::New(job))
            })
        })
        .await
    }

    async fn repeated(&self, resource: &ResourceId, repeat: &Repeat) -> Result<Option<Repeated>, JobsError> {
        submissions::find(&self.inner.readers, self.inner.context.stamps.now(), resource, repeat).await
    }

    async fn job(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        Ok(jobs::find(&self.inner.readers, resource, id).await?.map(|(_, job)| job))
    }

    async fn jobs(&self, resource: &ResourceId, query: &JobQuery) -> Result<Page<Job>, JobsError> {
        let scope = Scope::Jobs { resource: resource.0.clone() };
        list::page(&self.inner.readers, &scope, rows::JOB, query, codes::job_code, rows::job).await
    }

    async fn documents(
        &self,
        resource: &ResourceId,
        job: JobId,
        query: &DocumentQuery,
    ) -> Result<Option<Page<Document>>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.readers, resource, job).await? else { return Ok(None) };
        let scope = Scope::Documents { job: row };
        let read = |row: &sqlx::sqlite::SqliteRow| rows::document(row, job);
        list::page(&self.inner.readers, &scope, rows::DOCUMENT, query, codes::document_code, read).await.map(Some)
    }

    async fn document(&self, resource: &ResourceId, job: JobId, id: DocumentId) -> Result<Option<Document>, JobsError> {
        let Some((row, _)) = jobs::find(&self.inner.readers, resource, job).await? else { return Ok(None) };
        let sql = format!("SELECT {} FROM documents AS entry WHERE id = $1 AND +job = $2", rows::DOCUMENT);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.0).bind(row);
        query.fetch_optional(&self.inner.readers).await?.map(|row| rows::document(&row, job)).transpose()
    }

    async fn report(&self, resource: &ResourceId, id: DocumentId) -> Result<Option<DocumentReport>, JobsError> {
        let query = sqlx::query(words::REPORT).bind(id.0).bind(&resource.0);
        query.fetch_optional(&self.inner.readers).await?.map(|row| rows::report(&row, id)).transpose()
    }

    async fn cancel(&self, resource: &ResourceId, id: JobId) -> Result<Option<Job>, JobsError> {
        let resource = resource.clone();
        self.write(move |c, context| Box::pin(async move { jobs::cancel(c, context, &resource, id).await })).await
    }

    async fn open_documents(&self, resource: &ResourceId) -> Result<Open, JobsError> {
        audit::open(&self.inner.readers, resource).await
    }

    async fn forget(&self, resource: &ResourceId, id: JobId) -> Result<Forgotten, JobsError> {
        let resource = resource.clone();
        self.write(move |c, _| Box::pin(async move { retention::forget(c, &resource, id).await })).await
    }

    async fn forget_ended(&self, age: Option<Duration>, documents: u32) -> Result<u32, JobsError> {
        self.write(move |c, context| {
            Box::pin(async move {
                submissions::forget(c, context.stamps.now()).await?;
                let Some(age) = age else { return Ok(0) };
                retention::forget_ended(c, earlier(context.stamps.now(), age), documents).await
            })
        })
        .await
    }

    async fn ping(&self) -> Result<(), JobsError> {
        sqlx::query("SELECT 1").execute(&self.inner.readers).await?;
        // The writer too: a full disk or a stuck commit means that no work can be taken.
        self.inner.writer.run(|_| Box::pin(async { Ok(()) })).await
    }

    async fn claim_expansion(&self, holder: &Holder) -> Result<Option<ClaimedExpansion>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::expansion(c, context, &holder).await })).await
    }

    async fn claim_documents(&self, holder: &Holder, limit: usize) -> Result<ClaimedDocuments, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::documents(c, context, &holder, limit).await })).await
    }

    async fn claim_suspect(&self, holder: &Holder) -> Result<Option<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::suspect(c, context, &holder).await })).await
    }

    async fn claim_cancelled(&self, holder: &Holder, limit: usize) -> Result<Vec<ClaimedDocument>, JobsError> {
        let holder = holder.clone();
        self.write(move |c, context| Box::pin(async move { claim::cancelled(c, context, &holder, limit).await })).await
    }

    async fn request(&self, job: JobId) -> Result<Option<JobRequest>, JobsError> {
        claim::request(&self.inner.work_readers, &self.inner.context.sealer, job).await
    }

    async fn heartbeat(&self, holder: &Holder, leases: &[&Lease]) -> Result<Heartbeat, JobsError> {
        let lease = holder.lease;
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                let (until, mut found) = (context.stamps.now().plus(lease), Heartbeat::default());
                for lease in &leases {
                    leases::extend(c, lease, until, &mut found).await?;
                }
                Ok(found)
            })
        })
        .await
    }

    async fn standing(&self, lease: &Lease) -> Result<Standing, JobsError> {
        leases::standing(&self.inner.work_readers, lease, self.inner.context.stamps.now()).await
    }

    async fn begin_write(&self, lease: &Lease) -> Result<Standing, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| {
            Box::pin(async move { leases::begin_write(c, &lease, context.stamps.now()).await })
        })
        .await
    }

    async fn note_input(&self, lease: &Lease, sha256: &str) -> Result<bool, JobsError> {
        let (lease, sha256) = (lease.again(), sha256.to_owned());
        self.write(move |c, _| Box::pin(async move { leases::note_input(c, &lease, &sha256).await })).await
    }

    async fn progress(&self, documents: &[(&Lease, f32)]) -> Result<(), JobsError> {
        let documents: Vec<_> = documents.iter().map(|(lease, progress)| (lease.again(), *progress)).collect();
        self.write(move |c, _| {
            Box::pin(async move {
                for (lease, progress) in &documents {
                    leases::progress(c, lease, *progress).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn record_expansion(&self, lease: &Lease, documents: Vec<NewDocument>) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| Box::pin(async move { expansion::record(c, context, &lease, &documents).await }))
            .await
    }

    async fn refuse(&self, lease: &Lease, failure: Failure) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| Box::pin(async move { expansion::refuse(c, context, &lease, failure).await }))
            .await
    }

    async fn finish(&self, lease: &Lease, outcome: Outcome, report: Report) -> Result<bool, JobsError> {
        let lease = lease.again();
        self.write(move |c, context| {
            Box::pin(async move { outcome::finish(c, context, &lease, &outcome, &report).await })
        })
        .await
    }

    async fn hand_back(&self, leases: &[&Lease], how: Return) -> Result<(), JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                for lease in &leases {
                    outcome::hand_back(c, context, lease, how).await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn release_expired(&self, limit: u32) -> Result<Released, JobsError> {
        self.write(move |c, context| Box::pin(async move { outcome::release_expired(c, context, limit).await })).await
    }

    async fn record_crashes(&self, leases: &[&Lease], limit: u32) -> Result<Released, JobsError> {
        let leases: Vec<Lease> = leases.iter().map(|lease| lease.again()).collect();
        self.write(move |c, context| {
            Box::pin(async move {
                let mut released = Released::default();
                for lease in &leases {
                    outcome::record_crash(c, context, lease, limit, &mut released).await?;
                }
                Ok(released)
            })
        })
        .await
    }

    async fn audit(&self) -> Result<u32, JobsError> {
        self.write(move |c, context| Box::pin(async move { audit::audit(c, context).await })).await
    }

    async fn depth(&self) -> Result<Depth, JobsError> {
        audit::depth(&self.inner.work_readers).await
    }
}
