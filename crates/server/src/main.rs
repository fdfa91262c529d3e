//! The `terjuman` command: reads the configuration once, wires the crates together, and runs one command.
//!
//! **Invariant:** only this crate reads the environment, and only `config` within it.

mod cli;
mod commands;
mod config;
mod descriptors;
#[cfg(debug_assertions)]
mod faults;
mod last_words;
mod logging;
mod memory;
mod output;
mod self_signed;
mod tls;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::output::report;

/// Usage and configuration errors; clap's own code for usage errors is the same.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    memory::settle();
    let cli = Cli::parse();
    // Every TLS connection of the process uses this provider; it can only be set once, which is here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = match config::load(cli.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return usage_error(&error),
    };
    let result = match cli.command {
        Command::Translate(arguments) => commands::translate::run(&config, &arguments),
        Command::Serve(arguments) => commands::serve::run(&config, &arguments),
        Command::Jobs(arguments) => commands::jobs::run(&config, &arguments),
        Command::Models(arguments) => commands::models::run(&config, &arguments.command),
        Command::Backup(arguments) => commands::backup::run(&config, &arguments),
        Command::Doctor => commands::doctor::run(&config),
        Command::Config(arguments) => commands::config::run(&config, arguments.command),
    };
    result.unwrap_or_else(|error| {
        report(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn usage_error(error: &anyhow::Error) -> ExitCode {
    report(&format!("error: {error:#}"));
    ExitCode::from(EXIT_USAGE)
}
