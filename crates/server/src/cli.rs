//! The command line's shape.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Translates whole documents on your own machine
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// A TOML configuration file; see config.example.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Translate files and folders, without a server
    Translate(TranslateArguments),
    /// Check or print the configuration
    Config(ConfigArguments),
}

#[derive(Debug, Args)]
pub(crate) struct TranslateArguments {
    /// Files and folders; a folder is translated with everything below it that has a known format
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Language to translate into
    #[arg(long, value_name = "LANG")]
    pub(crate) to: String,
    /// Language to translate from [default: detected for each document]
    #[arg(long, value_name = "LANG")]
    pub(crate) from: Option<String>,
    /// Output file for one document, output folder otherwise [default: NAME.LANG.EXT beside each input]
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Engine by its configured name: pseudo, identity, or one of yours
    #[arg(long, value_name = "NAME")]
    pub(crate) engine: Option<String>,
    /// Glossary file (.csv, .tsv, .xlf); the earlier one wins
    #[arg(long = "glossary", value_name = "FILE")]
    pub(crate) glossaries: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and say what is wrong with it
    Check,
    /// Print the effective configuration, secrets hidden
    Print,
}
