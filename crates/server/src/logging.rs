//! Where the log goes: lines for people or JSON for machines, on standard error.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LogConfig {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,terjuman_jobs=debug`. Default `info`.
    pub(crate) level: String,
    /// Lines for people, or one JSON object a line. Default `text`.
    pub(crate) format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

/// The shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl LogConfig {
    /// The filter the level stands for.
    pub(crate) fn filter(&self) -> anyhow::Result<EnvFilter> {
        EnvFilter::try_new(&self.level).with_context(|| format!("log.level: `{}` is not a level", self.level))
    }
}

/// Starts logging for the life of the process.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<()> {
    let builder = tracing_subscriber::fmt().with_env_filter(config.filter()?).with_writer(std::io::stderr);
    match config.format {
        // Colours only where a person looks: a log file full of escape sequences helps nobody.
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}
