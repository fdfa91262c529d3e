//! `terjuman config`: the configuration was loaded and checked before this runs.

use std::process::ExitCode;

use crate::cli::ConfigCommand;
use crate::config::{Config, print_toml};
use crate::output::print;

pub(crate) fn run(config: &Config, command: ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Check => print("the configuration is valid"),
        ConfigCommand::Print => print(print_toml(config)?.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}
