//! Where the log goes: lines for people or JSON for machines, on standard error.

use std::borrow::Cow;
use std::io::{self, Write};

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

/// The last look at every line: the signature of a SAS goes to nobody, whichever library's error quotes it.
struct Scrubbed<W>(W);

impl<W: Write> Write for Scrubbed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A line comes whole.
        self.0.write_all(&scrub(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What stands before a signature, as it is and percent-encoded.
const SIGNATURES: [&[u8]; 2] = [b"sig=", b"sig%3d"];

/// The bytes without the values of signatures.
fn scrub(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mark_at = |at: usize| {
        SIGNATURES.into_iter().find(|mark| bytes[at..].get(..mark.len()).is_some_and(|b| b.eq_ignore_ascii_case(mark)))
    };
    let mut out = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while at < bytes.len() {
        let Some(mark) = mark_at(at) else {
            at += 1;
            continue;
        };
        at += mark.len();
        out.extend_from_slice(&bytes[kept..at]);
        out.extend_from_slice(b"(hidden)");
        // As a SAS is written: base64, some of it percent-encoded, perhaps twice.
        let value = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"%+/=-_.~".contains(b));
        at += value.count();
        kept = at;
    }
    if kept == 0 {
        return Cow::Borrowed(bytes);
    }
    out.extend_from_slice(&bytes[kept..]);
    Cow::Owned(out)
}

/// Starts logging for the life of the process.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<()> {
    let builder =
        tracing_subscriber::fmt().with_env_filter(config.filter()?).with_writer(|| Scrubbed(std::io::stderr()));
    match config.format {
        // Colours only where a person looks: a log file full of escape sequences helps nobody.
        LogFormat::Text => builder.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("logging cannot be started: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&scrub(line.as_bytes())), expected);
    }

    #[test]
    fn signatures_are_hidden_wherever_they_stand() {
        check("nothing to hide", "nothing to hide");
        check(
            "url: https://a/b?sv=1&sig=aB%2F+/=&se=2 and SIG=x",
            "url: https://a/b?sv=1&sig=(hidden)&se=2 and SIG=(hidden)",
        );
        check(r#"{"url":"https://a/?sig=abc"}"#, r#"{"url":"https://a/?sig=(hidden)"}"#);
        check("next=https%3A%2F%2Fa%3Fsig%3Dabc%252F", "next=https%3A%2F%2Fa%3Fsig%3D(hidden)");
        check("sig=", "sig=(hidden)");
        check("signature", "signature");
    }
}
