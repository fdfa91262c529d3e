//! Puts the configured parts together.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use terjuman_api::{App, HttpConfig, Parts};
use terjuman_jobs::{
    AtWork, Jobs, PostgresOptions, PostgresStore, QueueOptions, RandomIds, SqliteOptions, SqliteStore, Stores, Subject,
    SystemClock, Timely, Weights,
};
use terjuman_nmt::{Engines, Identity, Models, Neural, NeuralConfig, Pseudo, Translator};

use crate::config::{Config, EngineKind, Place};
use crate::{descriptors, last_words};

/// The engines that always exist, and the configured further names for them.
pub(crate) fn engines(config: &Config) -> anyhow::Result<Engines> {
    let neural: Arc<dyn Translator> = Arc::new(neural(config)?);
    let pseudo = Pseudo::new(Duration::from_millis(config.engine.pseudo_delay_ms));
    let of = |kind: EngineKind| -> Arc<dyn Translator> {
        match kind {
            EngineKind::Neural => Arc::clone(&neural),
            EngineKind::Pseudo => Arc::new(pseudo),
            EngineKind::Identity => Arc::new(Identity),
            #[cfg(debug_assertions)]
            EngineKind::Abort => Arc::new(crate::faults::Fault::Abort),
            #[cfg(debug_assertions)]
            EngineKind::Overflow => Arc::new(crate::faults::Fault::Overflow),
        }
    };
    let always = [("neural", EngineKind::Neural), ("pseudo", EngineKind::Pseudo), ("identity", EngineKind::Identity)];
    let mut by_name: BTreeMap<_, _> = always.map(|(name, kind)| (name.to_owned(), of(kind))).into();
    by_name.extend(config.engines.iter().map(|(name, engine)| (name.clone(), of(engine.kind))));
    Ok(Engines::new(by_name, &config.engine.default)?)
}

fn neural(config: &Config) -> anyhow::Result<Neural> {
    let engine = &config.engine;
    let settings = NeuralConfig {
        threads: NonZeroUsize::new(engine.threads),
        kernel: engine.kernel,
        memory_bytes: engine.memory_bytes,
        cache_bytes: engine.cache_bytes,
    };
    Neural::new(Models::new(&config.models.dir), &settings).context("[engine]: the engine neural cannot be started")
}

/// The storage that may be reached.
pub(crate) fn stores(config: &Config) -> anyhow::Result<Stores> {
    let mut storage = config.storage.clone();
    for store in storage.stores.values_mut() {
        store.resources = store.resources.iter().flat_map(|name| names_of(name)).collect();
    }
    Ok(Stores::open(storage)?)
}

/// The database of jobs.
pub(crate) enum Store {
    /// A file, for one process.
    Sqlite(SqliteStore),
    /// For any number of processes.
    Postgres(PostgresStore),
}

impl Store {
    /// Opens it, and brings it up to date.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let queue = QueueOptions {
            start_delay: Duration::from_millis(config.worker.start_delay_ms),
            weights: weights(&config.worker.weights),
            settles: Duration::from_millis(config.storage.settle_ms),
        };
        let sealer = config.secrets.sealer(&config.data_dir)?;
        match config.database.place(&config.data_dir)? {
            Place::Sqlite(path) => {
                let name = path.display().to_string();
                let options = SqliteOptions { path, queue, sealer };
                let opened = SqliteStore::open(options, Arc::new(SystemClock), Arc::new(RandomIds)).await;
                Ok(Self::Sqlite(opened.with_context(|| format!("the job database {name} cannot be opened"))?))
            }
            Place::Postgres(url) => {
                let max_connections = config.database.max_connections;
                let options = PostgresOptions { url, max_connections, queue, sealer };
                let opened = PostgresStore::open(options, Arc::new(RandomIds)).await;
                Ok(Self::Postgres(opened.context("the job database of database.url cannot be opened")?))
            }
        }
    }

    /// The jobs in it.
    pub(crate) fn jobs(&self, config: &Config) -> anyhow::Result<Jobs> {
        let folder = match config.database.place(&config.data_dir)? {
            Place::Sqlite(path) => {
                path.parent().map(|folder| if folder.as_os_str().is_empty() { ".".into() } else { folder.into() })
            }
            // Its disk is elsewhere.
            Place::Postgres(_) => None,
        };
        let jobs = match self {
            Self::Sqlite(store) => Jobs::new(Arc::new(store.clone())),
            Self::Postgres(store) => Jobs::new(Arc::new(Timely::new(store.clone()))),
        };
        Ok(jobs.admitting(config.admission.clone(), folder))
    }

    /// Finishes what is being written.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }
}

/// What a resource of the configuration may be called inside: one that has its name from `auth.keys` is kept apart from those
/// that are called after their keys.
fn names_of(name: &str) -> [String; 2] {
    [name.to_owned(), format!("named-{name}")]
}

fn weights(given: &Weights) -> Weights {
    given.iter().flat_map(|(name, weight)| names_of(name).map(|name| (name, *weight))).collect()
}

/// Notes what this process works on, and tells the jobs of documents that brought an earlier process down.
pub(crate) async fn at_work(config: &Config, jobs: &Jobs) -> anyhow::Result<AtWork> {
    let folder = config.data_dir.join("at-work");
    let at_work = match AtWork::open(&folder) {
        // What is there can be read all the same, and until the next start a crash counts as a kill from outside.
        Err(error) if error.kind() == ErrorKind::StorageFull => {
            tracing::warn!("the disk is full: what this process works on is not noted in {}", folder.display());
            AtWork::default()
        }
        opened => opened.with_context(|| format!("{} cannot be written", folder.display()))?,
    };
    if let Some(file) = at_work.file() {
        last_words::go_to(file).context("the signals of a crash cannot be handled")?;
    }
    for dead in AtWork::dead(&folder)? {
        if let Some(lease) = dead.guilty() {
            if let Subject::Document(id) = lease.subject() {
                tracing::error!(document.id = %id, "an earlier process went down by the work on document {id}");
            }
            if let Err(error) = jobs.store().record_crashes(&[lease], config.worker.attempts).await {
                tracing::warn!(%error, "that could not be recorded; the next start does: {error}");
                continue;
            }
        }
        // It would be told again, which does no harm.
        drop(dead.forget());
    }
    Ok(at_work)
}

/// The HTTP side.
pub(crate) fn app(config: &Config, jobs: Jobs, engines: Arc<Engines>, at_work: AtWork) -> anyhow::Result<App> {
    let max_connections = descriptors::connections(config.http.max_connections);
    if max_connections < config.http.max_connections {
        tracing::warn!(
            max_connections,
            "the system's limit of open descriptors (`ulimit -n`) leaves room for {max_connections} connections"
        );
    }
    Ok(App::new(Parts {
        jobs,
        engines,
        http: HttpConfig { max_connections, ..config.http.clone() },
        auth: config.auth.clone(),
        options: config.options.clone(),
        limits: config.limits.clone(),
        at_work,
        metrics: terjuman_api::install_metrics(),
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_go_by_their_names_of_the_configuration() {
        let given = Weights::from([("legal".to_owned(), 3.try_into().unwrap())]);
        assert_eq!(weights(&given).get("named-legal"), given.get("legal"));
    }
}
