//! `terjuman serve`: the API, the workers, or both in one process.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rustls::ServerConfig;
use terjuman_jobs::{Clock as _, SystemClock, Worker};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::{Role, ServeArguments, Tls};
use crate::config::{Config, Place};
use crate::output::report;
use crate::{logging, self_signed, wiring};

/// Unfinished files older than this belong to no write in progress.
const LEFTOVER_AGE: Duration = Duration::from_secs(3600);

pub(crate) fn run(config: &Config, arguments: &ServeArguments) -> anyhow::Result<ExitCode> {
    logging::start(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(serve(config, arguments));
    // Blocking work that was told to stop and did not is not waited for: its documents have been given back.
    runtime.shutdown_timeout(Duration::from_secs(1));
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(config: &Config, arguments: &ServeArguments) -> anyhow::Result<()> {
    let role = arguments.role;
    if role != Role::All && matches!(config.database.place(&config.data_dir)?, Place::Sqlite(_)) {
        bail!("--role {}: several processes need a PostgreSQL database; SQLite serves one", role.as_str());
    }
    let engines = Arc::new(wiring::engines(config)?);
    let stores = wiring::stores(config)?;
    let store = wiring::Store::open(config).await?;
    let jobs = store.jobs(config)?;
    let at_work = wiring::at_work(config, &jobs).await?;
    let stop = CancellationToken::new();
    on_signal(stop.clone());

    let now = u64::try_from(SystemClock.now().0).unwrap_or_default();
    let before = SystemTime::UNIX_EPOCH + Duration::from_micros(now).saturating_sub(LEFTOVER_AGE);
    let swept = stores.sweep(before).await.unwrap_or_default();
    if swept > 0 {
        tracing::info!(files = swept, "removed {swept} unfinished files of an earlier run");
    }
    // Before anybody can connect: the root is there for whoever does.
    let tls = tls(config, arguments)?;
    let listener = TcpListener::bind(config.http.listen)
        .await
        .with_context(|| format!("http.listen: cannot listen on {}", config.http.listen))?;
    let address = listener.local_addr()?;
    let app = wiring::app(config, jobs.clone(), Arc::clone(&engines), at_work.clone())?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    tracing::info!(
        listen = %address,
        role = role.as_str(),
        engine = %config.engine.default,
        "terjuman {} listens on {scheme}://{address}",
        env!("CARGO_PKG_VERSION")
    );
    let following = tokio::spawn(jobs.clone().follow(stop.clone()));
    let forgetting = tokio::spawn(jobs.clone().forget_old(config.retention.clone(), stop.clone()));
    let working = (role != Role::Api).then(|| {
        let (settings, options, limits) = (config.worker.clone(), config.options.clone(), config.limits.clone());
        let worker = Worker::new(jobs, stores, engines, settings, options, limits).noting(at_work);
        tokio::spawn(worker.run(stop.clone()))
    });
    let served = match (role, tls) {
        (Role::All | Role::Api, Some(tls)) => terjuman_api::serve_tls(listener, app, tls, stop.clone()).await,
        (Role::All | Role::Api, None) => terjuman_api::serve(listener, app, stop.clone()).await,
        // Probes and scrapers alone come here.
        (Role::Worker, _) => terjuman_api::serve_health(listener, app, stop.clone()).await,
    };
    // If the listener broke, the workers stop as well.
    stop.cancel();
    if let Some(working) = working {
        working.await.context("the workers ended unexpectedly")?;
    }
    following.await.context("the watch over other processes ended unexpectedly")?;
    forgetting.await.context("the forgetting of old jobs ended unexpectedly")?;
    store.close().await;
    served.context("the listener failed")?;
    tracing::info!("stopped");
    Ok(())
}

/// What https is served with; `None` for plain http.
fn tls(config: &Config, arguments: &ServeArguments) -> anyhow::Result<Option<Arc<ServerConfig>>> {
    let configured = config.tls.load()?;
    match arguments.tls {
        None => Ok(configured),
        Some(Tls::SelfSigned) if configured.is_some() => {
            bail!("--tls self-signed: tls.certificate names one already; leave one of the two out")
        }
        Some(Tls::SelfSigned) => {
            let names = config.http.public_url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
            let (folder, now) = (config.data_dir.join("tls"), SystemClock.now());
            let made = self_signed::config(&folder, names.as_slice(), now)?;
            let root = folder.join("ca.pem");
            tracing::info!("clients have to trust {}", root.display());
            Ok(Some(made))
        }
    }
}

/// Stops on the first signal; ends at once on the second.
fn on_signal(stop: CancellationToken) {
    tokio::spawn(async move {
        for first in [true, false] {
            signal().await;
            if first {
                tracing::info!("stopping: finishing what runs; a second signal ends at once");
                stop.cancel();
            } else {
                report("ended by a second signal; unfinished documents go on at the next start");
                std::process::exit(1);
            }
        }
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    // Registering only fails where no signal can come; then there is nothing to wait for.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
