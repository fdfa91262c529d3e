//! What every request can reach.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use terjuman_jobs::{AtWork, Jobs};
use terjuman_pipeline::{Engines, Limits, Options};
use tokio::time::Instant;

use crate::admission::{Gate, Pace, Slots};
use crate::auth::Keys;
use crate::rates::Rates;
use crate::request::body::Room;
use crate::{AuthConfig, ConfigError, HttpConfig};

/// Whoever asked so lately asks again.
const ASKED_LATELY: Duration = Duration::from_secs(15);
/// Refusals a second for each processor: some tenth of what it can do.
const REFUSALS: u32 = 4_000;

/// What the HTTP side is made of.
pub struct Parts {
    /// The jobs.
    pub jobs: Jobs,
    /// The engines of synchronous translations; also what languages there are.
    pub engines: Arc<Engines>,
    /// The `[http]` section.
    pub http: HttpConfig,
    /// The `[auth]` section.
    pub auth: AuthConfig,
    /// What of a document is translated synchronously.
    pub options: Options,
    /// What a document that is translated synchronously may cost.
    pub limits: Limits,
    /// Where synchronous translations are noted for the case that this process dies of one.
    pub at_work: AtWork,
    /// What `/metrics` shows; without it the path does not exist. See [`install_metrics`](crate::install_metrics).
    pub metrics: Option<PrometheusHandle>,
}

/// The HTTP side, ready to serve. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    jobs: Jobs,
    engines: Arc<Engines>,
    http: HttpConfig,
    keys: Keys,
    options: Options,
    limits: Limits,
    at_work: AtWork,
    metrics: Option<PrometheusHandle>,
    rates: Rates,
    room: Room,
    pace: Pace,
    reading: Gate,
    changing: Gate,
    sync_slots: Slots,
    stopping: AtomicBool,
    /// When somebody last asked whether the server is ready.
    asked: Mutex<Option<Instant>>,
}

impl App {
    /// Checks the settings.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn new(parts: Parts) -> Result<Self, ConfigError> {
        parts.http.check()?;
        let keys = parts.auth.resolve(parts.http.listen)?;
        Ok(Self(Arc::new(Inner {
            jobs: parts.jobs,
            engines: parts.engines,
            keys,
            options: parts.options,
            limits: parts.limits,
            at_work: parts.at_work,
            metrics: parts.metrics,
            rates: Rates::new(&parts.http),
            room: Room::new(
                parts.http.max_bytes_in_memory,
                parts.http.max_json_bytes.max(parts.http.sync_max_body_bytes),
            ),
            pace: Pace::new(REFUSALS.saturating_mul(processors())),
            reading: Gate::new(parts.http.max_requests),
            changing: Gate::new(parts.http.max_requests),
            sync_slots: Slots::new(parts.http.sync_slots, parts.http.sync_waiting),
            stopping: AtomicBool::new(false),
            asked: Mutex::default(),
            http: parts.http,
        })))
    }

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    pub(crate) fn engines(&self) -> &Engines {
        &self.0.engines
    }

    pub(crate) fn http(&self) -> &HttpConfig {
        &self.0.http
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn options(&self) -> &Options {
        &self.0.options
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn at_work(&self) -> &AtWork {
        &self.0.at_work
    }

    pub(crate) fn metrics(&self) -> Option<&PrometheusHandle> {
        self.0.metrics.as_ref()
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn room(&self) -> &Room {
        &self.0.room
    }

    /// How fast requests are refused.
    pub(crate) fn pace(&self) -> &Pace {
        &self.0.pace
    }

    /// The bound on requests that read.
    pub(crate) fn reading(&self) -> &Gate {
        &self.0.reading
    }

    /// The bound on requests that change something: a slow disk under them keeps nobody from reading.
    pub(crate) fn changing(&self) -> &Gate {
        &self.0.changing
    }

    /// Who may translate synchronously.
    pub(crate) fn sync_slots(&self) -> &Slots {
        &self.0.sync_slots
    }

    /// Somebody asks whether the server is ready.
    pub(crate) fn note_question(&self) {
        *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether somebody keeps asking whether the server is ready, as a balancer does.
    pub(crate) fn is_asked(&self) -> bool {
        let asked = *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.is_some_and(|asked| asked.elapsed() < ASKED_LATELY)
    }

    /// From now on the server is not ready.
    pub(crate) fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::SeqCst)
    }
}

fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX))
}
