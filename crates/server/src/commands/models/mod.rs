//! `terjuman models`: which languages this machine translates.

mod fetch;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use terjuman_nmt::{Catalogue, Manifest, Models, parse_pair};

use crate::cli::ModelsCommand;
use crate::commands::models::fetch::Http;
use crate::config::Config;
use crate::output::print;

pub(crate) fn run(config: &Config, command: &ModelsCommand) -> anyhow::Result<ExitCode> {
    let models = Models::new(&config.models.dir);
    match command {
        ModelsCommand::List { available: false } => list(&models)?,
        ModelsCommand::List { available: true } => list_available(config)?,
        ModelsCommand::Pull { pair } => pull(config, &models, pair)?,
        ModelsCommand::Add { path } => add(&models, path)?,
        ModelsCommand::Remove { pair } => {
            let pair = parse_pair(pair)?;
            models.remove(&pair)?;
            print(&format!("removed {pair}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(models: &Models) -> anyhow::Result<()> {
    let installed = models.list()?;
    if installed.is_empty() {
        print(&format!(
            "there are no models in {}; get one with `terjuman models pull en-pt`",
            models.folder().display()
        ));
    }
    for manifest in installed {
        print(&line(&manifest));
    }
    Ok(())
}

fn line(manifest: &Manifest) -> String {
    let pair = manifest.pair();
    let names = format!("{} to {}", pair.source.name(), pair.target.name());
    let facts = [&manifest.architecture, &manifest.version, &manifest.licence, &manifest.origin];
    let facts: Vec<&str> = facts.into_iter().filter_map(Option::as_deref).collect();
    let megabytes = manifest.size() / 1_000_000;
    format!("{:<12} {names:<40} {megabytes:>4} MB  {}", pair.to_string(), facts.join(", ")).trim_end().to_owned()
}

fn list_available(config: &Config) -> anyhow::Result<()> {
    for pair in catalogue(config).pairs(&http(config)?)? {
        let names = format!("{} to {}", pair.source.name(), pair.target.name());
        print(&format!("{:<12} {names}", pair.to_string()));
    }
    Ok(())
}

fn pull(config: &Config, models: &Models, pair: &str) -> anyhow::Result<()> {
    let pair = parse_pair(pair)?;
    // Shows itself only on a terminal.
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{msg} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec}")
            .context("the progress bar's template")?,
    );
    let manifest = models.pull(&pair, &catalogue(config), &http(config)?, &|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.file.to_owned());
    });
    bar.finish_and_clear();
    print(&format!("added {}", line(&manifest?)));
    Ok(())
}

fn add(models: &Models, path: &Path) -> anyhow::Result<()> {
    for pair in models.add(path)? {
        print(&format!("added {pair}"));
    }
    Ok(())
}

fn catalogue(config: &Config) -> Catalogue {
    Catalogue {
        records_url: config.models.catalogue_url.clone(),
        attachments_url: config.models.attachments_url.clone(),
    }
}

fn http(config: &Config) -> anyhow::Result<Http> {
    Http::new(Duration::from_millis(config.models.timeout_ms))
}
