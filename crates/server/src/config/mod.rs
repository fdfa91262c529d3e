//! The configuration: built-in defaults, then a TOML file, then `TERJUMAN_*`. Read once, checked at once,
//! handed down by section.

mod database;
mod environment;
mod print;
mod secrets;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use figment::Figment;
use figment::providers::{Format, Toml};
use serde::{Deserialize, Serialize};
use terjuman_api::{AuthConfig, HttpConfig};
use terjuman_jobs::{AdmissionConfig, RetentionConfig, StorageConfig, WorkerConfig};
use terjuman_nmt::{Catalogue, Kernel, NeuralConfig};
use terjuman_pipeline::{Limits, Options};

use crate::logging::LogConfig;
use crate::tls::TlsConfig;
pub(crate) use database::{DatabaseConfig, Place};
pub(crate) use print::print_toml;
pub(crate) use secrets::SecretsConfig;

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The directory of the job database. Default `data`.
    pub(crate) data_dir: PathBuf,
    /// Where jobs are kept.
    pub(crate) database: DatabaseConfig,
    /// The keys that the SAS of open jobs are sealed with.
    pub(crate) secrets: SecretsConfig,
    /// The listener, and the limits of requests.
    pub(crate) http: HttpConfig,
    /// Who may call.
    pub(crate) auth: AuthConfig,
    /// Certificate and key, to serve https.
    pub(crate) tls: TlsConfig,
    /// What is logged.
    pub(crate) log: LogConfig,
    /// How text is translated.
    pub(crate) engine: EngineConfig,
    /// Where the models of the engine `neural` are.
    pub(crate) models: ModelsConfig,
    /// Further engines by the names that `deploymentName` and `category` give.
    pub(crate) engines: BTreeMap<String, NamedEngine>,
    /// What storage may be reached.
    pub(crate) storage: StorageConfig,
    /// How documents are worked on.
    pub(crate) worker: WorkerConfig,
    /// How much may wait.
    pub(crate) admission: AdmissionConfig,
    /// How long finished jobs are kept.
    pub(crate) retention: RetentionConfig,
    /// What one document may cost.
    pub(crate) limits: Limits,
    /// What of a document is translated.
    pub(crate) options: Options,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            database: DatabaseConfig::default(),
            secrets: SecretsConfig::default(),
            http: HttpConfig::default(),
            auth: AuthConfig::default(),
            tls: TlsConfig::default(),
            log: LogConfig::default(),
            engine: EngineConfig::default(),
            models: ModelsConfig::default(),
            engines: BTreeMap::new(),
            storage: StorageConfig::default(),
            worker: WorkerConfig::default(),
            admission: AdmissionConfig::default(),
            retention: RetentionConfig::default(),
            limits: Limits::default(),
            options: Options::default(),
        }
    }
}

/// How text is translated.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EngineConfig {
    /// Which engine serves requests that name none. Default `neural`.
    pub(crate) default: String,
    /// Compute threads of the engine `neural`; 0 is one for each processor. Default 0.
    pub(crate) threads: usize,
    /// Which instructions the engine `neural` computes with: `auto`, `avx512vnni`, `avxvnni`, `avx2`, `neoni8mm`,
    /// `neondot`, `neon`, `portable`. Default `auto`: the best that the processor has. One that it lacks is an error at
    /// start.
    pub(crate) kernel: Kernel,
    /// Bytes of models kept in memory; one in use stays whatever it takes. Default 1 GiB.
    pub(crate) memory_bytes: usize,
    /// Bytes of translations kept for when the same sentence comes again. Default 32 MiB.
    pub(crate) cache_bytes: usize,
    /// Milliseconds that the engine `pseudo` takes for a document at least: to see a server under load. Default 0.
    pub(crate) pseudo_delay_ms: u64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        let neural = NeuralConfig::default();
        Self {
            default: "neural".to_owned(),
            threads: 0,
            kernel: neural.kernel,
            memory_bytes: neural.memory_bytes,
            cache_bytes: neural.cache_bytes,
            pseudo_delay_ms: 0,
        }
    }
}

/// Where the models of the engine `neural` are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ModelsConfig {
    /// A folder with one folder for each pair of languages. Default `models`.
    pub(crate) dir: PathBuf,
    /// The list that `models pull` looks a pair up in. Default: Firefox's public catalogue.
    pub(crate) catalogue_url: String,
    /// What the files of the list are below. Default: the place of Firefox's files.
    pub(crate) attachments_url: String,
    /// Milliseconds that a server may take to answer and between two pieces of an answer. Default 30 seconds.
    pub(crate) timeout_ms: u64,
}

impl Default for ModelsConfig {
    fn default() -> Self {
        let Catalogue { records_url, attachments_url } = Catalogue::default();
        Self { dir: PathBuf::from("models"), catalogue_url: records_url, attachments_url, timeout_ms: 30_000 }
    }
}

/// A further name for an engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedEngine {
    /// What it is.
    pub(crate) kind: EngineKind,
}

/// Kinds of engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EngineKind {
    /// Real translation, on this machine.
    Neural,
    /// Look-alike letters, for tests.
    Pseudo,
    /// Hands every segment back.
    Identity,
    /// Aborts the process: for tests.
    #[cfg(debug_assertions)]
    Abort,
    /// Overflows the stack: for tests.
    #[cfg(debug_assertions)]
    Overflow,
}

impl Config {
    /// What types cannot say.
    fn check(&self) -> anyhow::Result<()> {
        ensure!(self.worker.concurrency > 0, "worker.concurrency: must be at least 1");
        ensure!(
            self.worker.heartbeat_ms > 0 && self.worker.heartbeat_ms.saturating_mul(3) <= self.worker.lease_ms,
            "worker.heartbeat_ms: must be at most a third of worker.lease_ms"
        );
        self.database.place(&self.data_dir)?;
        self.secrets.check()?;
        self.http.check()?;
        self.auth.check(self.http.listen)?;
        self.log.filter()?;
        self.tls.load()?;
        for root in &self.storage.file_roots {
            ensure!(root.is_absolute(), "storage.file_roots: {} is not an absolute path", root.display());
        }
        Ok(())
    }
}

/// Reads every layer and checks the result.
///
/// # Errors
/// The first key that is unknown, of the wrong type or out of range, by name and source.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let mut figment = Figment::new();
    if let Some(file) = file {
        // An absent file would read as empty: a path that the user named must be there.
        ensure!(file.is_file(), "there is no configuration file {}", file.display());
        figment = figment.merge(Toml::file_exact(file));
    }
    figment = figment.merge(environment::Variables::of_process());
    let config: Config = figment.extract().context("the configuration is not valid")?;
    config.check()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_says_every_default() {
        let example = include_str!("../../../../config.example.toml");
        let parsed: Config = Figment::new().merge(Toml::string(example)).extract().unwrap();
        let mut defaults = toml_of(&Config::default());
        let mut parsed = toml_of(&parsed);
        // Depends on the machine; the example says so.
        for table in [&mut defaults, &mut parsed] {
            table["worker"].as_object_mut().unwrap().remove("concurrency");
            table["http"].as_object_mut().unwrap().remove("sync_slots");
        }
        assert_eq!(parsed, defaults);
        let mut missing = Vec::new();
        let text: figment::value::Dict = Figment::new().merge(Toml::string(example)).extract().unwrap();
        missing_keys("", &defaults, &serde_json::to_value(text).unwrap(), &mut missing);
        assert!(missing.is_empty(), "config.example.toml lacks {missing:?}");
    }

    fn toml_of(config: &Config) -> serde_json::Value {
        serde_json::to_value(config).unwrap()
    }

    /// Optional keys without a default have no line of their own.
    fn missing_keys(at: &str, want: &serde_json::Value, have: &serde_json::Value, missing: &mut Vec<String>) {
        for (key, value) in want.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            let path = format!("{at}{key}");
            match have.get(key) {
                None => missing.push(path),
                Some(inner) => missing_keys(&format!("{path}."), value, inner, missing),
            }
        }
    }

    #[test]
    fn keys_of_stores_are_never_printed() {
        let text = "[storage.stores.minio]\nkind = 's3'\nsecret = 'CANARY'\nsession_token = 'CANARY'";
        let config: Config = Figment::new().merge(Toml::string(text)).extract().unwrap();
        let printed = print_toml(&config).unwrap();
        assert!(printed.contains("[storage.stores.minio]") && printed.contains("[hidden]"), "{printed}");
        assert!(!format!("{printed}{config:?}").contains("CANARY"));
        let wrong: Result<Config, _> =
            Figment::new().merge(Toml::string("[storage.stores.minio]\nkind = 's3'\nsecret = 4711")).extract();
        let message = wrong.unwrap_err().to_string();
        assert!(message.contains("secret") && !message.contains("4711"), "{message}");
    }

    #[test]
    fn a_typo_and_a_value_out_of_range_are_named() {
        let load = |text: &str| {
            let config: Result<Config, _> = Figment::new().merge(Toml::string(text)).extract();
            config.map_err(anyhow::Error::from).and_then(|config| config.check())
        };
        assert!(load("[worker]\nlease = 3").unwrap_err().to_string().contains("lease"));
        assert!(load("[storage]\nfile_roots = ['relative']").unwrap_err().to_string().contains("file_roots"));
    }
}
