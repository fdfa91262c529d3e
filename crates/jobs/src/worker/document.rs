//! The task of one document: read, translate, write, tell the store.

mod files;
mod input;
mod look;

use std::sync::Arc;
use std::time::Duration;

use terjuman_blobs::Stores;
use terjuman_model::{DocumentId, Failure, FailureCode, JobId};
use terjuman_pipeline::{Failed, Output, Report, Request, Stage, millis, translate};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument as _;

use self::files::{read, storage, too_large, twin, write};
use self::input::note_input;
pub(super) use self::look::look;
use self::look::{Found, before_a_late_output, between_looks, earlier_output};
use super::context::{Context, unreadable};
use super::held::{Guard, Held, Reason};
use super::slots::Slot;
use super::threads::Threads;
use super::{GRACE, Shared, kibibytes, metrics};
use crate::{ClaimedDocument, JobInput, JobTarget, JobsError, Lease, Outcome, Return, Unsettled, Working};

/// Between two tries to tell the store an outcome.
const TELL_AGAIN: Duration = Duration::from_millis(500);

/// A claimed document without its lease.
pub(super) struct Work {
    pub(super) job: JobId,
    id: DocumentId,
    input: usize,
    target: usize,
    source_name: String,
    source_etag: Option<String>,
    size: u64,
    target_name: String,
    twin: bool,
    attempt: u32,
    /// How many workers died while they held it.
    lost: u32,
    /// Which look at its target this is, once it is cancelled.
    looks: u32,
    unsettled: Option<Unsettled>,
    /// When it was told so, by this machine's own clock.
    claimed: Instant,
    /// Storage as the document's resource sees it.
    stores: Stores,
}

impl Work {
    pub(super) fn of(claimed: ClaimedDocument, stores: &Stores) -> (Lease, Self) {
        let work = Self {
            stores: stores.of(&claimed.resource),
            job: claimed.job,
            id: claimed.id,
            input: claimed.input,
            target: claimed.target,
            source_name: claimed.source_name,
            source_etag: claimed.source_etag,
            size: claimed.size,
            target_name: claimed.target_name,
            twin: claimed.twin,
            attempt: claimed.attempt,
            lost: claimed.lost,
            looks: claimed.looks,
            unsettled: claimed.unsettled,
            claimed: Instant::now(),
        };
        (claimed.lease, work)
    }

    /// How long an output may appear yet that an earlier worker sent, and under which lease it did so last.
    fn unsettled(&self) -> Option<Unsettled> {
        let unsettled = self.unsettled?;
        let left = unsettled.left.checked_sub(self.claimed.elapsed()).filter(|left| !left.is_zero())?;
        Some(Unsettled { left, ..unsettled })
    }
}

/// Why an attempt ended without a target file.
enum End {
    /// For good.
    Failed(Failure),
    /// The same may work later.
    Later {
        /// Not before this long.
        after: Duration,
        /// What to say when there is no later.
        failure: Failure,
    },
    /// It was told to stop.
    Stopped(Reason),
    /// It is cancelled, and whether an output of it is there, or will be, is not known before this long.
    Unsure(Duration),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Reason> for End {
    fn from(reason: Reason) -> Self {
        Self::Stopped(reason)
    }
}

/// Works on a claimed document and tells the store.
pub(super) async fn work(shared: Arc<Shared>, guard: Guard, work: Work, slot: Slot) {
    let id = work.id;
    let span = tracing::info_span!("document", job.id = %work.job, document.id = %id);
    async {
        let begun = Instant::now();
        shared.points.pass("after lease").await;
        let held = Arc::clone(guard.held());
        let mut report = Report { stage: Stage::Read, ..Report::default() };
        let ended = within_time(&shared, &held, &work, slot, &mut report).await;
        let told = tell(&shared, &held, &work, ended, begun, report).await;
        if matches!(told, Ok(false)) {
            metrics::lost();
            tracing::debug!(document.id = %id, "the work on document {id} came too late");
        }
        shared.jobs.announce();
        // If the store failed to the end, the lease expires: nobody extends it any more.
        guard.settle();
    }
    .instrument(span)
    .await;
}

/// One attempt, stopped when its time is up.
async fn within_time(
    shared: &Shared,
    held: &Arc<Held>,
    work: &Work,
    slot: Slot,
    report: &mut Report,
) -> Result<Outcome, End> {
    let limit = Duration::from_millis(shared.config.document_timeout_ms);
    let mut attempt = std::pin::pin!(attempt(shared, held, work, slot, report));
    let ended = tokio::select! {
        biased;
        ended = &mut attempt => ended,
        () = sleep(limit) => {
            held.stop(Reason::TimedOut);
            attempt.await
        }
    };
    match ended {
        // What an earlier lease wrote is there for everybody to see: such a document has succeeded.
        Err(End::Stopped(Reason::Cancelled)) if held.lease().token() > 1 => match earlier_output(shared, work).await {
            Found::Output(outcome) => Ok(outcome),
            Found::Nothing => Err(End::Stopped(Reason::Cancelled)),
            Found::Unsettled(left) => Err(End::Unsure(before_a_late_output(work.looks, left))),
            Found::Unknown => Err(End::Unsure(between_looks(work.looks))),
        },
        ended => ended,
    }
}

/// What the end of an attempt is to the document.
enum Verdict {
    /// Somebody else has it.
    Lost,
    /// Another attempt, or another look at its target, is somebody's.
    HandedBack(Return),
    /// Its end.
    Ended(Outcome),
}

fn verdict(shared: &Shared, work: &Work, ended: Result<Outcome, End>) -> Verdict {
    let id = work.id;
    match ended {
        Ok(outcome) => Verdict::Ended(outcome),
        Err(End::Stopped(Reason::Lost)) => Verdict::Lost,
        Err(End::Stopped(Reason::Shutdown)) => Verdict::HandedBack(Return::Unbegun),
        Err(End::Stopped(Reason::Cancelled)) => Verdict::Ended(Outcome::Cancelled),
        Err(End::Unsure(after)) => {
            let delay = shared.backoff(id.0.as_u128(), work.looks + 1).max(after);
            tracing::info!(
                document.id = %id, looks = work.looks, delay_ms = delay.as_millis(),
                "document {id} is cancelled, and its target is looked at again later"
            );
            Verdict::HandedBack(Return::After(delay))
        }
        Err(End::Stopped(Reason::TimedOut)) => Verdict::Ended(Outcome::Failed(Failure::new(
            FailureCode::DocumentTimedOut,
            format!("the translation took longer than {} seconds", shared.config.document_timeout_ms / 1000),
        ))),
        Err(End::Failed(failure)) => Verdict::Ended(Outcome::Failed(failure)),
        Err(End::Later { after, failure }) if work.attempt < shared.config.attempts => {
            metrics::retried();
            let delay = shared.backoff(id.0.as_u128(), work.attempt).max(after);
            tracing::info!(
                document.id = %id, attempt = work.attempt, delay_ms = delay.as_millis(), code = %failure.code,
                "document {id} is tried again later"
            );
            Verdict::HandedBack(Return::After(delay))
        }
        Err(End::Later { failure, .. }) => Verdict::Ended(Outcome::Failed(failure)),
    }
}

/// What the store is told, again and again while the lease holds.
async fn tell(
    shared: &Shared,
    held: &Held,
    work: &Work,
    ended: Result<Outcome, End>,
    begun: Instant,
    mut report: Report,
) -> Result<bool, JobsError> {
    let (id, took) = (work.id, begun.elapsed());
    let duration_ms = millis(took);
    let outcome = match verdict(shared, work, ended) {
        Verdict::Lost => return Ok(false),
        Verdict::HandedBack(how) => return hand_back(shared, held, how).await,
        Verdict::Ended(outcome) => outcome,
    };
    report.durations.total_ms = millis(took);
    report.error = match &outcome {
        Outcome::Succeeded { .. } => None,
        Outcome::Failed(failure) => Some(failure.clone()),
        Outcome::Cancelled => Some(Failure::new(FailureCode::Cancelled, "the job was cancelled")),
    };
    let finish = || shared.jobs.store().finish(held.lease(), outcome.clone(), report.clone());
    let told = insist(shared, held, finish).await;
    if matches!((&told, &outcome), (Ok(false), Outcome::Failed(_))) {
        // Cancelled meanwhile, it may be: then somebody has to look what is there.
        hand_back(shared, held, Return::After(Duration::ZERO)).await?;
    }
    if !matches!(told, Ok(true)) {
        return told;
    }
    metrics::finished(&outcome, took);
    match &outcome {
        Outcome::Succeeded { characters, .. } => tracing::info!(
            document.id = %id, size_bytes = work.size, characters, duration_ms, "translated document {id}"
        ),
        Outcome::Failed(failure) => tracing::info!(
            document.id = %id, code = %failure.code, duration_ms, "document {id} failed: {}", failure.code
        ),
        Outcome::Cancelled => tracing::info!(document.id = %id, "document {id} was cancelled"),
    }
    told
}

pub(super) async fn hand_back(shared: &Shared, held: &Held, how: Return) -> Result<bool, JobsError> {
    let leases = [held.lease()];
    insist(shared, held, || shared.jobs.store().hand_back(&leases, how)).await.map(|()| true)
}

/// Calls the store until it answers, or the lease is over. What it refuses although it can be reached is not asked for
/// ever: then the lease ends, and somebody else tries.
pub(super) async fn insist<T, F>(shared: &Shared, held: &Held, call: impl Fn() -> F) -> Result<T, JobsError>
where
    F: Future<Output = Result<T, JobsError>>,
{
    let (since, lease) = (Instant::now(), shared.holder.lease);
    loop {
        let answer = call().await;
        shared.note(&answer);
        let may_pass = matches!(answer, Err(JobsError::Busy | JobsError::Store(_)));
        if !may_pass || held.renewed().elapsed() > lease || since.elapsed() > lease {
            return answer;
        }
        sleep(TELL_AGAIN).await;
    }
}

/// Asks the store until it answers, or the work has to stop. That a database is away for a while is nothing that the
/// document has done: it costs no attempt.
async fn ask<T, F>(shared: &Shared, held: &Held, call: impl Fn() -> F) -> Result<T, End>
where
    F: Future<Output = Result<T, JobsError>>,
{
    loop {
        let answer = held.unless_stopped(call()).await?;
        shared.note(&answer);
        match answer {
            Ok(answer) => return Ok(answer),
            Err(JobsError::Busy | JobsError::Store(_)) => held.unless_stopped(sleep(TELL_AGAIN)).await?,
            Err(_) => return Err(later(FailureCode::InternalServerError, "the job store could not be read")),
        }
    }
}

/// The way of one document. The slot is free again when this returns; a translation that does not stop when it is told
/// to keeps it until it does.
async fn attempt(
    shared: &Shared,
    held: &Arc<Held>,
    work: &Work,
    slot: Slot,
    report: &mut Report,
) -> Result<Outcome, End> {
    let begun = Instant::now();
    let context = ask(shared, held, || shared.contexts.get(&**shared.jobs.store(), work.job)).await?;
    let Some(context) = context else { return Err(End::Stopped(Reason::Lost)) };
    let working = shared.at_work.document(held.lease());
    let (input, target) = place(&context, work)?;
    if work.twin {
        return Err(twin().into());
    }
    if work.size > shared.config.max_document_bytes {
        return Err(too_large(shared.config.max_document_bytes).into());
    }
    let engine = shared.engines.pick(target.deployment.as_deref(), target.category.as_deref(), true);
    let engine = engine.map_err(|error| Failure::new(FailureCode::InvalidDeployment, error.to_string()))?;
    let room = kibibytes(work.size).min(kibibytes(shared.config.max_bytes_in_work));
    let room = held.unless_stopped(Arc::clone(&shared.memory).acquire_many_owned(room)).await?;
    // The semaphore is never closed.
    let room = room.map_err(|_| End::Stopped(Reason::Shutdown))?;
    let bytes = held.unless_stopped(read(shared, input, work)).await??;
    note_input(shared, held, work, &bytes).await?;
    let index = (work.input, work.target);
    let glossaries = context.glossaries(&work.stores, index, target, shared.config.max_glossary_bytes);
    let glossaries = held.unless_stopped(glossaries).await?.map_err(|error| storage(&error, unreadable(&error)))??;
    shared.points.pass("after download").await;

    let read_ms = millis(begun.elapsed());
    report.durations.read_ms = read_ms;
    let (options, limits) = (shared.options.with(&context.request.options), shared.limits.clone());
    let (source_language, target_language) = (input.source.language.clone(), target.language.clone());
    let (name, watch) = (work.source_name.clone(), Arc::clone(held));
    let run = move || {
        let request = Request {
            bytes: &bytes,
            name: Some(&name),
            content_type: None,
            source: source_language,
            target: target_language,
            engine: &*engine,
            glossaries: &glossaries,
            options: &options,
            limits: &limits,
        };
        translate(&request, &*watch)
    };
    // What is said if it does not stop when it is told to.
    report.stage = Stage::Translate;
    let taken = Taken { _room: room, working, _slot: slot };
    let (mut output, taken) = on_a_thread(&shared.threads, held, taken, report, run).await?;
    *report = std::mem::take(&mut output.report);
    report.durations.read_ms = read_ms;
    report.stage = Stage::Write;
    let begun = Instant::now();
    let written = write(shared, held, work, input, target, output).await;
    report.durations.write_ms = millis(begun.elapsed());
    if written.is_ok() {
        report.stage = Stage::Done;
    }
    drop(taken);
    written
}

/// The input and target of a document.
fn place<'c>(context: &'c Context, work: &Work) -> Result<(&'c JobInput, &'c JobTarget), Failure> {
    let input = context.request.inputs.get(work.input);
    let target = input.and_then(|input| input.targets.get(work.target));
    input.zip(target).ok_or_else(|| Failure::new(FailureCode::InternalServerError, "the stored request has changed"))
}

/// What work takes up as long as it goes on.
struct Taken {
    _room: OwnedSemaphorePermit,
    working: Working,
    _slot: Slot,
}

/// Runs a translation where it may block. One that is told to stop has a moment to do so; then nobody waits for it any
/// more, and it keeps what it has taken until it ends.
async fn on_a_thread(
    threads: &Threads,
    held: &Held,
    taken: Taken,
    report: &mut Report,
    run: impl FnOnce() -> Result<Output, Failed> + Send + 'static,
) -> Result<(Output, Taken), End> {
    let mut thread = threads.spawn(move || {
        let here = taken.working.here();
        let output = run();
        drop(here);
        (output, taken)
    });
    let joined = match held.unless_stopped(&mut thread).await {
        Ok(joined) => joined,
        Err(reason) => match timeout(GRACE, thread).await {
            Ok(joined) => joined,
            Err(_) => {
                tracing::error!("a translation does not stop and is left behind");
                return Err(End::Stopped(reason));
            }
        },
    };
    // Panics are caught within: what is left is a runtime that goes down.
    let Ok((translated, taken)) = joined else { return Err(End::Stopped(Reason::Shutdown)) };
    if let Err(failed) = &translated {
        let read_ms = report.durations.read_ms;
        report.clone_from(&failed.report);
        report.durations.read_ms = read_ms;
    }
    match (translated, held.reason()) {
        // The work won the race against anything but the loss of its lease.
        (Ok(output), None | Some(Reason::Shutdown)) => Ok((output, taken)),
        (_, Some(reason)) => Err(End::Stopped(reason)),
        (Err(failed), None) => Err(End::Failed(failed.failure)),
    }
}

fn later(code: FailureCode, message: &str) -> End {
    End::Later { after: Duration::ZERO, failure: Failure::new(code, message) }
}
