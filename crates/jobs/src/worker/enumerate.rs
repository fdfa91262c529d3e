//! Which documents a job has: `api.md` sections 6.3 and 14.
//!
//! Reads storage and nothing else. The order of the checks is the order in which callers see them fail.

use std::collections::HashSet;
use std::time::Duration;

use terjuman_blobs::{BlobEntry, BlobError, Container, Stores, within};
use terjuman_model::{Failure, FailureCode};
use terjuman_pipeline::{Format, Limits};

use super::target::{self, Target};
use crate::{JobInput, JobRequest, NewDocument, StorageKind, WorkerConfig};

/// Entries of one listing that are looked at: a bound on memory.
pub(super) const LISTING: usize = 500_000;
/// Entries of a first look: nearly every place has fewer, and then this is the whole listing.
const FIRST_LOOK: usize = 2_000;
/// How long a storage may take to show itself. One that accepts calls and never answers is as good as none.
const FIRST_CONTACT: Duration = Duration::from_secs(8);

/// The files whose names start with `prefix`, if they are few.
///
/// # Errors
/// [`BlobError::TooMany`] if they are not; otherwise as the storage answers, in good time.
pub(super) async fn first_look(container: &dyn Container, prefix: &str) -> Result<Vec<BlobEntry>, BlobError> {
    in_time(container.list(prefix, FIRST_LOOK)).await
}

/// The answer to a first call: what the storage says in that time, or [`BlobError::Unreachable`] when nothing comes.
pub(super) async fn in_time<T>(call: impl Future<Output = Result<T, BlobError>>) -> Result<T, BlobError> {
    within(FIRST_CONTACT, call).await
}

/// Why there are no documents.
#[derive(Debug)]
pub(super) enum Stop {
    /// The job cannot be done.
    Refused(Failure),
    /// The storage is away, asks to slow down, or fails. `failure` is what to say when patience is at its end.
    Busy {
        /// Whether it said anything at all.
        answered: bool,
        /// How long it asked to wait.
        retry_after: Duration,
        /// The last word.
        failure: Failure,
    },
}

impl Stop {
    pub(super) fn refused(code: FailureCode, message: impl Into<String>) -> Self {
        Self::Refused(Failure::new(code, message))
    }

    /// A storage error, under the code of the place where it happened.
    pub(super) fn storage(error: &BlobError, code: FailureCode, place: &str, permissions: &str) -> Self {
        let message = format!("{place} cannot be reached: {error}; check the URL and its {permissions} permission");
        let failure = Failure::new(code, message);
        match error {
            BlobError::Throttled { retry_after } | BlobError::Failing { retry_after } => {
                Self::Busy { answered: true, retry_after: retry_after.unwrap_or_default(), failure }
            }
            BlobError::Unreachable | BlobError::Invalid => {
                let answered = matches!(error, BlobError::Invalid);
                Self::Busy { answered, retry_after: Duration::ZERO, failure }
            }
            _ => Self::Refused(failure),
        }
    }
}

/// A source as it was listed.
struct Source {
    entry: BlobEntry,
    url: String,
}

/// All documents of a job, in order.
pub(super) async fn enumerate(
    stores: &Stores,
    config: &WorkerConfig,
    limits: &Limits,
    request: &JobRequest,
) -> Result<Vec<NewDocument>, Stop> {
    let glossaries = glossaries(stores, request);
    let mut found = Found { config, documents: Vec::new(), targets: HashSet::new(), bytes: 0 };
    for (index, input) in request.inputs.iter().enumerate() {
        let sources = match input.kind {
            StorageKind::Folder => folder(stores, config, input, limits, &glossaries).await?,
            StorageKind::File => file(stores, input, limits).await?,
        };
        for (target_index, target) in input.targets.iter().enumerate() {
            let target = Target::open(stores, input.kind, target)?;
            // The target is asked before the limits, so that a URL that cannot work is heard of first.
            let names: Vec<String> =
                sources.iter().map(|source| target.name_for(&source.entry.name).to_owned()).collect();
            let within = names.len().saturating_add(found.documents.len()) <= config.max_documents;
            let taken = target.taken(if within { &names } else { &[] }).await?;
            if !within {
                return Err(too_many(config));
            }
            if taken {
                return Err(target::exists());
            }
            found.add((index, target_index), &sources, &target, names)?;
        }
    }
    if found.documents.is_empty() {
        let message = "no document of a supported format was found at the source; check the URL, prefix and suffix";
        return Err(Stop::refused(FailureCode::NoDocumentsFound, message));
    }
    Ok(found.documents)
}

struct Found<'a> {
    config: &'a WorkerConfig,
    documents: Vec<NewDocument>,
    /// Every target so far.
    targets: HashSet<String>,
    bytes: u64,
}

impl Found<'_> {
    fn add(
        &mut self,
        (input, target): (usize, usize),
        sources: &[Source],
        place: &Target,
        names: Vec<String>,
    ) -> Result<(), Stop> {
        for (source, name) in sources.iter().zip(names) {
            let url = place.public_url(&name);
            let twin = !self.targets.insert(url.clone());
            // A document that is too large for itself, or has no target for itself, fails by itself: it is never read.
            if source.entry.size <= self.config.max_document_bytes && !twin {
                self.bytes = self.bytes.saturating_add(source.entry.size);
            }
            if self.bytes > self.config.max_total_bytes {
                let message = format!("the documents of this job have more than {} bytes", self.config.max_total_bytes);
                return Err(Stop::refused(FailureCode::MaxTotalSizeExceeded, message));
            }
            self.documents.push(NewDocument {
                input,
                target,
                source_name: source.entry.name.clone(),
                source_url: source.url.clone(),
                source_etag: source.entry.etag.clone(),
                size: source.entry.size,
                target_name: name,
                target_url: url,
                twin,
            });
        }
        Ok(())
    }
}

fn too_many(config: &WorkerConfig) -> Stop {
    let message = format!("the job has more than {} documents", config.max_documents);
    Stop::refused(FailureCode::MaxDocumentsExceeded, message)
}

/// Where the job's glossaries lie: they are no documents. One that cannot be opened is the concern of its documents.
fn glossaries(stores: &Stores, request: &JobRequest) -> HashSet<String> {
    let targets = request.inputs.iter().flat_map(|input| &input.targets);
    targets
        .flat_map(|target| &target.glossaries)
        .filter_map(|glossary| stores.file(&glossary.location).ok())
        .map(|(container, name)| container.public_url(&name))
        .collect()
}

/// The documents of a folder; where it has more than a job may have, one more than that, so that it is seen.
async fn folder(
    stores: &Stores,
    config: &WorkerConfig,
    input: &JobInput,
    limits: &Limits,
    glossaries: &HashSet<String>,
) -> Result<Vec<Source>, Stop> {
    let container = stores.folder(&input.source.location).map_err(|error| unreadable(&error, "read and list"))?;
    let (prefix, suffix) = (&input.source.prefix, &input.source.suffix);
    let wanted = |name: &str| {
        name.starts_with(prefix)
            && name.ends_with(suffix)
            && is_taken(name, limits)
            && !glossaries.contains(&container.public_url(name))
    };
    let most = config.max_documents.saturating_add(1);
    let listed = match in_time(container.list_wanted(prefix, FIRST_LOOK, most, &wanted)).await {
        Err(BlobError::TooMany { .. }) => container.list_wanted(prefix, LISTING, most, &wanted).await,
        other => other,
    };
    let entries = listed.map_err(|error| unreadable(&error, "read and list"))?;
    Ok(entries.into_iter().map(|entry| source(&*container, entry)).collect())
}

async fn file(stores: &Stores, input: &JobInput, limits: &Limits) -> Result<Vec<Source>, Stop> {
    let location = &input.source.location;
    let (container, name) = stores.file(location).map_err(|error| unreadable(&error, "read"))?;
    let entry = in_time(container.head(&name)).await.map_err(|error| unreadable(&error, "read"))?;
    if !is_taken(&name, limits) {
        return Err(Stop::refused(FailureCode::InvalidFormat, "the format of the source file is not supported"));
    }
    Ok(vec![source(&*container, entry)])
}

/// Whether a file of this name has a format that is taken here.
fn is_taken(name: &str, limits: &Limits) -> bool {
    Format::from_name(name).is_some_and(|format| limits.takes(format))
}

fn source(container: &dyn Container, entry: BlobEntry) -> Source {
    Source { url: container.public_url(&entry.name), entry }
}

fn unreadable(error: &BlobError, permissions: &str) -> Stop {
    if let BlobError::TooMany { limit } = error {
        let message = format!("the source holds more than {limit} files; give a prefix");
        return Stop::refused(FailureCode::MaxDocumentsExceeded, message);
    }
    Stop::storage(error, FailureCode::InvalidDocumentAccessLevel, "the source location", permissions)
}
